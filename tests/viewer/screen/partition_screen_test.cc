// Goal: the Partition screen is legible at every size, in every state that it is for, and what it
// shows can be clicked.
// Method: short scenarios on the real engine, drawn without a window; every label reports its box.
#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "tests/viewer/log_clusters.h"
#include "tests/viewer/screen/driver.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer {

using testing::check_clean;
using testing::Driver;
using testing::kSizes;
using testing::kZooms;
using testing::Size;

namespace {

const TopicPartition kFollowed{"orders", 0};

void check_everywhere(const char* scenario, const char* must_show) {
  for (const Size& size : kSizes) {
    Driver driver(testing::played(scenario), size);
    driver.ui().state.tab = kPartitionScreen;
    for (const float zoom : kZooms) {
      driver.ui().state.user_zoom = zoom;
      driver.frames(5);
      check_clean(driver,
                  fmt::format("{} {}x{} zoom {}", must_show, size.width, size.height, zoom));
    }
    driver.ui().state.user_zoom = 1;
    driver.frames(5);
    CHECK(driver.report().shows(must_show));
  }
}

#define KSCOPE_START                                      \
  "until broker 1 lifecycle == Running within 15s\n"      \
  "until broker 2 lifecycle == Running within 15s\n"      \
  "until broker 3 lifecycle == Running within 15s\n"      \
  "until broker 4 lifecycle == Running within 15s\n"      \
  "topic orders assignment=2:3:4 min.insync.replicas=2\n" \
  "until partition orders-0 isr == {2,3,4} within 5s\n"   \
  "producer p acks=1 linger.ms=5\n"                       \
  "send p orders-0 count=10\n"                            \
  "until replica 4 orders-0 hw == 10 within 5s\n"

const char* const kPending =
    "# A follower hears nothing, and the leader's request has no answer\n"
    "cluster brokers=4 controllers=1 seed=31 replica.lag.time.max.ms=3000\n" KSCOPE_START
    "cut 2 4\ncut 1 2\nsend p orders-0 count=3\n"
    "until event IsrChangeRequested node=2 within 20s\nrun 100ms\n";

const char* const kDiverged =
    "# The old leader returns and cuts\n"
    "cluster brokers=4 controllers=1 seed=31\n" KSCOPE_START
    "cut 2 -> 3\ncut 2 -> 4\nsend p orders-0 count=6\nuntil producer p acked == 16 within 5s\n"
    "crash broker 2\nuntil replica 3 orders-0 role == Leader within 30s\nheal all\n"
    "send p orders-0 count=2\nuntil replica 4 orders-0 hw == 12 within 30s\n"
    "restart broker 2\nuntil event LogTruncated node=2 within 30s\n";

const char* const kLeaderless =
    "# Nobody is left\n"
    "cluster brokers=4 controllers=1 seed=31\n" KSCOPE_START
    "crash 3\ncrash 4\nuntil partition orders-0 isr == {2} within 30s\n"
    "crash 2\nuntil partition orders-0 leader == none within 30s\nrun 1s\n"
    "start 3\nuntil broker 3 fenced == false within 30s\n";

const char* const kFarBehind =
    "# Too far apart for cells\n"
    "cluster brokers=4 controllers=1 seed=31 replica.lag.time.max.ms=3000\n" KSCOPE_START
    "cut 2 4\nsend p orders-0 count=5000\nuntil replica 3 orders-0 hw == 5010 within 30s\nrun 5s\n";

}  // namespace

TEST_CASE("replicas, sets, fetch states and the walk are drawn cleanly in every state") {
  check_everywhere(kPending, "AlterPartition {2,3,4}");
  check_everywhere(kDiverged, "truncated");
  check_everywhere(kLeaderless, "nobody");
  check_everywhere(kFarBehind, "committed below HW 5010");
}

TEST_CASE("the values on the screen are targets that answer why") {
  Driver driver(testing::played(kPending), {1680, 1020});
  driver.ui().state.tab = kPartitionScreen;
  driver.frames(3);
  for (const ValueName value :
       {ValueName::HighWatermark, ValueName::LogEnd, ValueName::LogStart, ValueName::EpochCache,
        ValueName::FetchState, ValueName::FollowerProgress}) {
    const Target target = Target::of_value(3, kFollowed, value);
    const Rect where = driver.ui().draw.find(target);
    REQUIRE_FALSE(where.empty());
    driver.click(where);
    CHECK(driver.session().selection() == target);
    CHECK_FALSE(driver.ui().models.inspection.title.empty());
  }
}

TEST_CASE("the buttons beside the title change the partition") {
  Driver driver(testing::failover_machine(), {1680, 1020});
  driver.ui().state.tab = kPartitionScreen;
  driver.frames(3);
  CHECK(driver.ui().models.partition.partition == kFollowed);
  REQUIRE(driver.press("orders-2"));
  driver.frames(3);
  CHECK(driver.ui().models.partition.partition == TopicPartition{"orders", 2});
  Driver many(testing::big_machine(9, 60), {1680, 1020});
  many.ui().state.tab = kPartitionScreen;
  many.frames(3);
  const TopicPartition first = many.ui().models.partition.partition;
  REQUIRE(many.press("After"));
  many.frames(3);
  CHECK_FALSE(many.ui().models.partition.partition == first);
  REQUIRE(many.press("Before"));
  many.frames(3);
  CHECK(many.ui().models.partition.partition == first);
}

TEST_CASE("the rows take the height that is there, and the picture comes to rest") {
  Driver driver(testing::played(kDiverged), {2560, 1440});
  driver.ui().state.tab = kPartitionScreen;
  driver.frames(4);
  const float spare = driver.ui().partition_ui.spare;
  driver.frames(6);
  CHECK(driver.ui().partition_ui.spare == Approx(spare).margin(1.0));
  CHECK(driver.ui().partition_ui.taken <= spare + 1);
}

}  // namespace kscope::viewer
