// Goal: the screens "Request path" and "Metrics" are legible at every size, and can be used by
// hand. Method: clusters that the engine has run, drawn without a window; labels report their
// boxes.
#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "tests/viewer/log_clusters.h"
#include "tests/viewer/request_clusters.h"
#include "tests/viewer/screen/driver.h"

namespace kscope::viewer {

using testing::check_clean;
using testing::Driver;
using testing::kSizes;
using testing::Size;

TEST_CASE("both screens are drawn without a cut or covered label at every size and zoom") {
  for (const char* scenario : {testing::kFullQueue, testing::kBrokerDown}) {
    for (const Size& size : kSizes) {
      Driver driver(testing::played(scenario), size);
      for (const char* screen : {kRequestScreen, kMetricsScreen}) {
        driver.ui().state.tab = screen;
        for (const float zoom : testing::kZooms) {
          driver.ui().state.user_zoom = zoom;
          driver.frames(3);
          check_clean(driver,
                      fmt::format("{} {}x{} zoom {}", screen, size.width, size.height, zoom));
        }
      }
    }
  }
}

TEST_CASE("a full queue is told in words, and the list can be narrowed to an API") {
  Driver driver(testing::played(testing::kFullQueue), {1680, 1020});
  driver.ui().state.tab = kRequestScreen;
  driver.frames(2);
  CHECK(driver.report().shows("network threads stand still"));
  CHECK(driver.report().shows("2 of 2"));
  CHECK(driver.report().shows("WHERE THE TIME WENT"));
  REQUIRE(driver.press("Produce"));
  driver.frames(2);
  for (const CompletedRow& row : driver.ui().models.request_path.completed) {
    CHECK(row.api == "Produce");
  }
}

TEST_CASE("a click on a completed request and on a chip brings the inspector") {
  Driver driver(testing::played(testing::kFullQueue), {1680, 1020});
  driver.ui().state.tab = kRequestScreen;
  driver.frames(2);
  const CompletedRow row = driver.ui().models.request_path.completed.front();
  const Rect bar = driver.ui().draw.find(row.target);
  REQUIRE_FALSE(bar.empty());
  driver.click(bar);
  CHECK(driver.session().selection() == row.target);
  const RequestChip chip = driver.ui().models.request_path.brokers[0].queue.front();
  const Rect pill = driver.ui().draw.find(chip.target);
  REQUIRE_FALSE(pill.empty());
  driver.click(pill);
  CHECK(driver.session().selection() == chip.target);
}

TEST_CASE("an alert takes one to the event that crossed the threshold") {
  Driver driver(testing::played(testing::kBrokerDown), {1680, 1020});
  driver.ui().state.tab = kMetricsScreen;
  driver.frames(2);
  CHECK(driver.report().shows("ALERTS NOW"));
  CHECK(driver.report().shows("UnderReplicatedPartitions"));
  const AlertLine first = driver.ui().models.metrics.alerts.front();
  const Rect line = driver.ui().draw.find(Target::of_event(first.event));
  REQUIRE_FALSE(line.empty());
  driver.click(line);
  driver.frames(2);
  CHECK(driver.session().machine().present() >= first.event);
  CHECK(driver.session().machine().present().value() < first.event.value() + 200);
  CHECK(driver.session().in_the_past());
}

TEST_CASE("the cards of another node are one click away") {
  Driver driver(testing::played(testing::kBrokerDown), {1680, 1020});
  driver.ui().state.tab = kMetricsScreen;
  driver.frames(2);
  CHECK(driver.ui().models.metrics.owner == 2);
  REQUIRE(driver.press("c1"));
  driver.frames(2);
  CHECK(driver.report().shows("records-lag-max"));
}

}  // namespace kscope::viewer
