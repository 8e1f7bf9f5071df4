// Goal: the screen "Log & index" is legible at every size and step, and can be used by hand.
// Method: logs that the engine wrote, drawn without a window; labels report their boxes.
#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "tests/viewer/log_clusters.h"
#include "tests/viewer/screen/driver.h"

namespace kscope::viewer {

using testing::check_clean;
using testing::Driver;
using testing::kSizes;
using testing::kZooms;
using testing::Size;

namespace {

/// First step of each stage, and the last step of all.
std::vector<std::int32_t> telling_steps(const LogDesk& desk) {
  std::vector<std::int32_t> steps;
  std::optional<LookupStage> last;
  for (std::int32_t i = 0; i < desk.steps(); ++i) {
    const LookupStep& step = desk.lookup().steps[static_cast<std::size_t>(i)];
    if (last != step.stage) steps.push_back(i);
    last = step.stage;
  }
  if (desk.steps() > 0) steps.push_back(desk.steps() - 1);
  return steps;
}

void check_lookups(Driver& driver, const std::string& what) {
  for (const float zoom : kZooms) {
    driver.ui().state.user_zoom = zoom;
    driver.frames(3);
    for (const std::int32_t step : telling_steps(driver.ui().log)) {
      driver.ui().log.go_to(step);
      driver.frames(3);
      check_clean(driver, fmt::format("{} zoom {} step {}", what, zoom, step));
    }
  }
}

Rect label(Driver& driver, const std::string& text) {
  for (const LabelBox& box : driver.report().labels()) {
    if (box.text == text) return box.rect;
  }
  return {};
}

}  // namespace

TEST_CASE("every step of a look-up is drawn without a cut or covered label") {
  for (const Size& size : kSizes) {
    Driver driver(testing::played(testing::kLogOfOrders), size);
    driver.ui().state.tab = kLogScreen;
    driver.frames(2);
    const std::string what = fmt::format("{}x{}", size.width, size.height);
    REQUIRE(driver.ui().log.steps() > 5);
    check_lookups(driver, what + " by offset");
    driver.ui().log.set_by_time(true);
    driver.frames(2);
    check_lookups(driver, what + " by time");
  }
}

TEST_CASE("before and after of a clean and of retention are drawn cleanly") {
  for (const char* scenario : {testing::kLogOfPrices, testing::kLogThatShrinks}) {
    for (const Size& size : kSizes) {
      Driver driver(testing::played(scenario), size);
      driver.ui().state.tab = kLogScreen;
      driver.ui().log.page = LogPage::History;
      for (const float zoom : kZooms) {
        driver.ui().state.user_zoom = zoom;
        driver.frames(3);
        check_clean(driver, fmt::format("{}x{} zoom {}", size.width, size.height, zoom));
        if (zoom > 1 || size.height < 1000) continue;  // one has to scroll to it
        CHECK(driver.report().shows("removed"));
        CHECK(driver.report().shows("BEFORE"));
        CHECK(driver.report().shows("cleanup.policy="));
      }
    }
  }
}

TEST_CASE("the cost of a look-up is measured between the frames and drawn cleanly") {
  for (const Size& size : kSizes) {
    Driver driver(testing::played(testing::kLogOfOrders), size);
    Ui& ui = driver.ui();
    double clock = 0;
    ui.seconds_now = [&clock] { return clock += 1e-5; };
    ui.state.tab = kLogScreen;
    driver.frames(2);
    ui.log.cost = std::make_unique<CostMeter>(ui.seconds_now, std::vector<int>{1, 10});
    for (int i = 0; i < 5000 && !ui.log.cost->done(); ++i) driver.frames(1);
    REQUIRE(ui.log.cost->done());
    driver.frames(2);
    check_clean(driver, "cost");
    CHECK_FALSE(ui.animating);
  }
}

TEST_CASE("the steps can be walked by hand, and the bytes follow") {
  Driver driver(testing::played(testing::kLogOfOrders), {1680, 1020});
  Ui& ui = driver.ui();
  ui.state.tab = kLogScreen;
  driver.frames(2);
  REQUIRE(driver.press("First"));
  CHECK(ui.log.step() == 0);
  CHECK(driver.report().shows("Not a byte was read so far"));
  REQUIRE(driver.press("Next"));
  REQUIRE(driver.press("Next"));
  CHECK(driver.report().shows("probe 1"));
  REQUIRE(driver.press("Last"));
  CHECK(ui.log.step() == ui.log.steps() - 1);
  CHECK(driver.report().shows("baseOffset"));
  CHECK(driver.report().shows("crc ok"));
  ui.log.text = "41";
  REQUIRE(driver.press("Find"));
  CHECK(ui.log.lookup().record_offset == 41);
  CHECK(ui.log.playing());
  CHECK(ui.animating);
  driver.frames(40, 0.5);
  CHECK(ui.log.step() == ui.log.steps() - 1);
}

TEST_CASE("an offset can be written into the field, and its letters are no commands") {
  Driver driver(testing::played(testing::kLogOfOrders), {1680, 1020});
  Ui& ui = driver.ui();
  ui.state.tab = kLogScreen;
  driver.frames(2);
  REQUIRE(driver.press("##lookup"));
  driver.frames(2);
  for (const char sign : {'4', '1'}) {
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned int>(sign));
    driver.frames(2);
  }
  CHECK(ui.log.text == "41");
  driver.gui().key(Key::C, false, false);
  driver.frames(2);
  for (const cluster::NodeView& node : driver.session().snapshot().nodes) {
    CHECK(node.state == cluster::NodeState::Running);
  }
  REQUIRE(driver.press("Find"));
  CHECK(ui.log.lookup().record_offset == 41);
}

TEST_CASE("an index entry and its bytes light each other up") {
  Driver driver(testing::played(testing::kLogOfOrders), {1680, 1020});
  Ui& ui = driver.ui();
  ui.state.tab = kLogScreen;
  driver.frames(2);
  const auto& entries = ui.log.lookup().index.entries;
  REQUIRE(entries.size() > 1);
  // In the middle: the cell of entry 1.
  const Rect cell = label(driver, "rel " + std::to_string(entries[1].key));
  REQUIRE_FALSE(cell.empty());
  driver.move_to(cell);
  CHECK(ui.log_ui.index.field / 2 == 1);
  // On the right: the same entry's row.
  const Rect row = label(driver, fmt::format("rel {} @{}", entries[0].key, entries[0].value));
  REQUIRE_FALSE(row.empty());
  driver.move_to(row);
  CHECK(ui.log_ui.index.field / 2 == 0);
  CHECK(ui.log_ui.index.field >= 0);
  // A field of the record.
  driver.move_to(label(driver, "timestampDelta"));
  const int field = ui.log_ui.batch.field;
  REQUIRE(field >= 0);
  CHECK(ui.log.batch_shown().fields[static_cast<std::size_t>(field)].name.ends_with(
      "timestampDelta"));
}

TEST_CASE("a click on a batch brings the inspector, and back") {
  Driver driver(testing::played(testing::kLogOfOrders), {1680, 1020});
  Ui& ui = driver.ui();
  ui.state.tab = kLogScreen;
  driver.frames(2);
  const Lookup& l = ui.log.lookup();
  const std::int64_t base = l.batches[static_cast<std::size_t>(l.hit)].header.base_offset;
  const Rect batch = ui.draw.find(Target::record(1, {"orders", 0}, base));
  REQUIRE_FALSE(batch.empty());
  driver.click(batch);
  CHECK(ui.log_ui.inspector_on_right);
  CHECK(driver.report().shows("INSPECTOR"));
  REQUIRE(driver.press("Bytes"));
  CHECK_FALSE(driver.report().shows("INSPECTOR"));
  REQUIRE(driver.press("Labs"));
  CHECK(driver.report().shows("INJECT A FAULT"));
  REQUIRE(driver.press("Files"));
  CHECK(driver.report().shows("LOG DIRECTORY"));
}

TEST_CASE("--panel takes the beginning of a label, in any case") {
  REQUIRE(find_screen("log") != nullptr);
  CHECK(std::string(find_screen("log")->name) == kLogScreen);
  CHECK(std::string(find_screen("CLUSTER")->name) == "Cluster");
  CHECK(find_screen("") == nullptr);
  CHECK(find_screen("nothing") == nullptr);
}

}  // namespace kscope::viewer
