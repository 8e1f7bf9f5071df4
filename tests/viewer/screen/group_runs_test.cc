// Goal: the screen "Groups" is legible in real runs: idle, in the middle of a rebalance and after
// it, with both protocols, one member or twelve; a replay is watched to its end. Method: shipped
// scenarios on the real engine, wound to moments found in their events, drawn without a window.
#include "tests/viewer/group_runs.h"

#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"
#include "tests/viewer/screen/driver.h"

namespace kscope::viewer {

using testing::check_clean;
using testing::Driver;
using testing::kSizes;
using testing::Size;

namespace {

constexpr GroupPage kPagesOfRuns[] = {GroupPage::Assignment, GroupPage::Unread, GroupPage::Offsets,
                                      GroupPage::Records};

/// Before, in the middle of and after every rebalance; then the end.
std::vector<Instant> moments_of(Session& session) {
  GroupHistory history;
  EventIndex index;
  index.update(session.machine());
  history.update(session.machine(), index);
  std::vector<Instant> moments;
  for (const auto& [group, past] : history.groups()) {
    for (const Rebalance& r : past.rebalances) {
      const Instant end = r.ended.value_or(session.machine().recorded_until());
      moments.push_back(r.began - std::min(millis(1), r.began - Instant{}));
      moments.push_back(r.began + (end - r.began) / 2);
      moments.push_back(end + millis(1));
    }
  }
  moments.push_back(session.machine().recorded_until());
  return moments;
}

void check_run(const std::string& scenario) {
  Driver driver(testing::played_group(scenario), kSizes[0]);
  driver.ui().state.tab = kGroupsScreen;
  for (const Instant at : moments_of(driver.session())) {
    driver.session().seek(std::min(at, driver.session().machine().recorded_until()));
    for (const Size& size : kSizes) {
      driver.gui().resize(static_cast<float>(size.width), static_cast<float>(size.height));
      for (const GroupPage page : kPagesOfRuns) {
        driver.ui().groups.page = page;
        driver.frames(2);
        check_clean(driver, fmt::format("{} at {} page {} {}x{}", scenario, format_instant(at),
                                        static_cast<int>(page), size.width, size.height));
      }
      CHECK(driver.report().labels().size() > 40);
    }
  }
}

std::string all_labels(Driver& driver) {
  std::string text;
  for (const auto& label : driver.report().labels()) text += label.text + "\n";
  return text;
}

}  // namespace

TEST_CASE("group runs: the classic protocol, eager and cooperative") {
  check_run("group-sticky");
  check_run("group-cooperative");
}

TEST_CASE("group runs: crashes, of a member and of the coordinator; a static member") {
  check_run("group-member-crash");
  check_run("group-coordinator-crash");
  check_run("group-static-restart");
}

TEST_CASE("group runs: KIP-848, and the way from one protocol to the other") {
  check_run("group-kip848-join");
  check_run("group-kip848-upgrade");
}

TEST_CASE("group runs: more members than partitions, two groups, twelve members") {
  check_run("group-more-consumers");
  check_run("group-two-groups");
  check_run("many-members");
}

TEST_CASE("a group of the new protocol in the middle of its reconciliation") {
  for (const Size& size : kSizes) {
    Driver driver(testing::played_group("group-kip848-join"), size);
    driver.ui().state.tab = kGroupsScreen;
    driver.session().seek(Instant(millis(9000)));
    driver.frames(3);
    const std::string text = all_labels(driver);
    for (const char* words : {"Reconciling", "Assigning", "EPOCHS", "group epoch 2 → 3",
                              "assignment epoch 3", "c1 at 2", "c3 at 3", "gives up 1",
                              "waits for 2", "ASSIGNMENT now → target", "c3 joins"}) {
      INFO(words);
      CHECK(text.find(words) != std::string::npos);
    }
    CHECK(text.find("PreparingRebalance") == std::string::npos);
    CHECK(text.find("generation") == std::string::npos);
  }
}

TEST_CASE("a member that fell silent is seen before its session expires") {
  Driver driver(testing::played_group("group-member-crash"), {1680, 1020});
  driver.ui().state.tab = kGroupsScreen;
  driver.session().seek(Instant(millis(8000)));
  driver.frames(3);
  CHECK(driver.ui().groups.is_live());
  CHECK(driver.report().shows("session of c2"));
  CHECK(driver.report().shows("1 of 2 partitions"));
  CHECK(driver.report().shows("crashed"));
}

TEST_CASE("a replay shows how far it has come, and can be stopped") {
  Driver driver(testing::played_group("group-coordinator-crash"), {1280, 800});
  driver.ui().state.tab = kGroupsScreen;
  driver.frames(3);
  driver.ui().groups.replay_with({"cooperative-sticky", false});
  driver.frames(1);  // one slice of a hundredth of a second: far from enough
  REQUIRE(driver.ui().groups.working());
  check_clean(driver, "the replay has begun");
  CHECK(driver.report().shows("of simulated time"));
  CHECK(driver.report().shows("replaying: "));
  // What the button does; a hand on the mouse may come when the replay is through.
  CHECK_FALSE(driver.ui().draw.find_button("Stop the replay").empty());
  driver.ui().groups.close_replay();
  driver.frames(2);
  CHECK(driver.ui().groups.replay() == nullptr);
  CHECK(driver.ui().groups.page == GroupPage::Assignment);
}

TEST_CASE("a replay is watched to its figures, at every size") {
  for (const Size& size : kSizes) {
    Driver driver(testing::played_group("group-sticky"), size);
    driver.ui().state.tab = kGroupsScreen;
    driver.frames(3);
    REQUIRE(driver.press("Replay with cooperative-sticky"));
    for (int i = 0; driver.ui().groups.working() && i < 20'000; ++i) driver.frames(1);
    REQUIRE_FALSE(driver.ui().groups.working());
    driver.frames(2);
    check_clean(driver, fmt::format("the comparison {}x{}", size.width, size.height));
    CHECK(driver.report().shows("partition-seconds unread"));
    CHECK(driver.report().shows("as it was: sticky"));
    CHECK(driver.report().shows("instead: cooperative-sticky"));
    REQUIRE(driver.press("Close"));
    driver.frames(2);
    CHECK(driver.ui().groups.replay() == nullptr);
  }
}

TEST_CASE("the buttons are pressed in a real run: a consumer is added, another one crashes") {
  Driver driver(testing::running_group("assignor=range"), {1680, 1020});
  driver.ui().state.tab = kGroupsScreen;
  driver.frames(3);
  REQUIRE(driver.press("Add consumer-1"));
  driver.frames(2);
  CHECK(driver.session().snapshot().clients.back().name == "consumer-1");
  CHECK(driver.report().shows("consumer-1"));
  const std::int32_t c1 = driver.session().snapshot().groups.at(0).members.at(0).client;
  driver.click(driver.ui().draw.find(Target::client(c1)));
  REQUIRE(driver.press("Crash"));
  driver.frames(2);
  CHECK(driver.session().snapshot().client(c1)->state == cluster::NodeState::Crashed);
  check_clean(driver, "after the crash");
  REQUIRE(driver.press("All members"));
  driver.frames(2);
  CHECK(driver.ui().groups.member() == -1);
}

TEST_CASE("the timeline of a group shows what the group reads, not what Kafka keeps for itself") {
  Driver driver(testing::played_group("group-cooperative"), {1280, 800});
  driver.ui().state.tab = kGroupsScreen;
  driver.frames(3);
  const std::string text = all_labels(driver);
  CHECK(text.find("orders-0 leader") != std::string::npos);
  CHECK(text.find("__consumer_offsets-0 leader") == std::string::npos);
}

}  // namespace kscope::viewer
