// Goal: the screen "Groups" is legible at every size, in every phase of a rebalance, with one,
// three and ten members, with KIP-848, without members and without a group; its controls do what
// they say. Method: hand-made groups, drawn without a window; labels report their boxes.
#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/viewer/group_clusters.h"
#include "tests/viewer/screen/driver.h"

namespace kscope::viewer {

using testing::check_clean;
using testing::Driver;
using testing::GroupMoment;
using testing::kSizes;
using testing::kZooms;
using testing::Size;

namespace {

constexpr GroupPage kEveryPage[] = {GroupPage::Assignment, GroupPage::Unread, GroupPage::Offsets,
                                    GroupPage::Records};

using Make = std::unique_ptr<testing::FakeMachine> (*)();

void check_pages(const char* name, const Make& make) {
  for (const Size& size : kSizes) {
    Driver driver(make(), size);
    driver.ui().state.tab = kGroupsScreen;
    for (const float zoom : kZooms) {
      driver.ui().state.user_zoom = zoom;
      for (const GroupPage page : kEveryPage) {
        driver.ui().groups.page = page;
        driver.frames(3);
        check_clean(driver, fmt::format("{} page {} {}x{} zoom {}", name, static_cast<int>(page),
                                        size.width, size.height, zoom));
      }
    }
    CHECK(driver.report().labels().size() > 40);
  }
}

}  // namespace

TEST_CASE("the group screen: every phase of a rebalance is drawn without a cut or covered label") {
  check_pages("join", [] { return testing::rebalance_machine(3, 6, GroupMoment::JoinPhase); });
  check_pages("sync", [] { return testing::rebalance_machine(3, 6, GroupMoment::SyncPhase); });
  check_pages("after", [] { return testing::rebalance_machine(3, 6, GroupMoment::After); });
}

TEST_CASE("the group screen: one member, ten members, KIP-848, nobody") {
  check_pages("one", [] { return testing::rebalance_machine(1, 1, GroupMoment::After); });
  check_pages("ten", [] { return testing::rebalance_machine(10, 24, GroupMoment::SyncPhase); });
  check_pages("wide", [] { return testing::rebalance_machine(4, 60, GroupMoment::After); });
  check_pages("kip-848", [] { return testing::consumer_protocol_machine(); });
  check_pages("empty", [] { return testing::empty_group_machine(); });
}

TEST_CASE("the group screen says what is the case") {
  Driver driver(testing::rebalance_machine(3, 6, GroupMoment::SyncPhase), {1680, 1020});
  driver.ui().state.tab = kGroupsScreen;
  driver.frames(3);
  for (const char* text : {"Group billing", "CompletingRebalance", "NOT CONSUMING NOW",
                           "6 of 6 partitions", "generation 1 → 2", "ASSIGNMENT before → after",
                           "LAG per partition", "Replay with cooperative-sticky", "classic · eager",
                           "cooperative-sticky", "GroupCoordinator"}) {
    INFO(text);
    CHECK(driver.report().shows(text));
  }
}

TEST_CASE("a click on a member brings its card, with what can be done to it") {
  for (const Size& size : kSizes) {
    Driver driver(testing::rebalance_machine(3, 6, GroupMoment::SyncPhase), size);
    driver.ui().state.tab = kGroupsScreen;
    driver.frames(3);
    const Rect member = driver.ui().draw.find(Target::client(testing::kFirstMember + 1));
    REQUIRE_FALSE(member.empty());
    driver.click(member);
    CHECK(driver.ui().groups.member() == testing::kFirstMember + 1);
    CHECK(driver.report().shows("session.timeout.ms"));
    CHECK(driver.report().shows("45000 ms"));
    CHECK(driver.report().shows("APPLICATION LOG"));
    CHECK_FALSE(driver.ui().draw.find_button("Stall poll()").empty());
    check_clean(driver, fmt::format("member {}x{}", size.width, size.height));
  }
}

TEST_CASE("one walks through the rebalances by buttons") {
  Driver driver(testing::rebalance_machine(3, 6, GroupMoment::After), {1280, 800});
  driver.ui().state.tab = kGroupsScreen;
  driver.frames(3);
  CHECK(driver.ui().groups.rebalance() == 1);
  REQUIRE(driver.press("Earlier"));
  driver.frames(2);
  CHECK(driver.ui().groups.rebalance() == 0);
  check_clean(driver, "the first rebalance");
  REQUIRE(driver.press("Latest"));
  driver.frames(2);
  CHECK(driver.ui().groups.rebalance() == 1);
}

TEST_CASE("where there is no group the screen says what makes one") {
  for (const Size& size : kSizes) {
    Driver driver(testing::failover_machine(), size);
    driver.ui().state.tab = kGroupsScreen;
    driver.frames(3);
    check_clean(driver, "no group");
    CHECK(driver.report().shows("No consumer group"));
    CHECK_FALSE(driver.ui().draw.find_button("Start a group of two on orders").empty());
  }
}

}  // namespace kscope::viewer
