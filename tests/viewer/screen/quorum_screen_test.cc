// Goal: the screen "Quorum" is legible at every size, in an election, with snapshots, with members
// down, and says what the records of the log changed.
// Method: clusters that the engine played, drawn without a window; labels report their boxes.
#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"
#include "tests/viewer/screen/driver.h"

namespace kscope::viewer {

using testing::Driver;
using testing::Size;

namespace {

constexpr const char* kSplit = R"(
cluster brokers=3 controllers=3 roles=isolated seed=3
until controller active != none within 10s
until broker 1 lifecycle == Running within 20s
topic orders assignment=1:2:3
until partition orders-0 isr == {1,2,3} within 20s
cut controller 4 controller 5
cut controller 4 controller 6
run 9s
crash broker 1
run 12s
)";

constexpr const char* kSnapshots =
    "cluster brokers=3 controllers=3 seed=61 metadata.max.retention.bytes=1 "
    "metadata.log.max.record.bytes.between.snapshots=500 metadata.log.segment.bytes=3000"
    R"(
until broker 3 lifecycle == Running within 20s
topic one partitions=8 replicas=2
until partition one-7 leader != none within 20s
topic two partitions=8 replicas=2
until controller 1 log_start > 0 within 20s
crash broker 3
)";

}  // namespace

TEST_CASE("the quorum is drawn without a cut or covered label") {
  for (const char* scenario : {kSplit, kSnapshots}) {
    for (const Size& size : testing::kSizes) {
      Driver driver(testing::played(scenario), size);
      driver.ui().state.tab = kQuorumScreen;
      for (const float zoom : {0.8f, 1.0f, 1.5f}) {
        driver.ui().state.user_zoom = zoom;
        driver.frames(3);
        testing::check_clean(driver, fmt::format("{}x{} zoom {}", size.width, size.height, zoom));
      }
    }
  }
}

TEST_CASE("it shows roles, the committed part, and what the records changed") {
  Driver driver(testing::played(kSplit), {2560, 1440});
  driver.ui().state.tab = kQuorumScreen;
  driver.frames(3);
  CHECK(driver.report().shows("Metadata quorum"));
  CHECK(driver.report().shows("candidate"));
  CHECK(driver.report().shows("observer"));
  CHECK(driver.report().shows("crashed"));
  CHECK(driver.report().shows("committed"));
  const QuorumDesk& desk = driver.ui().quorum;
  bool leader_moved = false, elected = false;
  for (const QuorumLogRow& row : desk.rows()) {
    leader_moved = leader_moved || row.words.find("orders-0: leader 1 -> 2") != row.words.npos;
    elected = elected || row.words.find("controller 5 leads") != row.words.npos;
  }
  CHECK(leader_moved);
  CHECK(elected);
}

TEST_CASE("a log that begins behind a snapshot is told from the snapshot on") {
  Driver driver(testing::played(kSnapshots), {1680, 1020});
  driver.ui().state.tab = kQuorumScreen;
  driver.frames(3);
  CHECK(driver.ui().quorum.snapshot_words().find("stand for everything before") !=
        std::string::npos);
  for (const QuorumLogRow& row : driver.ui().quorum.rows()) {
    CHECK(row.words.find("that is not there") == std::string::npos);
  }
}

}  // namespace kscope::viewer
