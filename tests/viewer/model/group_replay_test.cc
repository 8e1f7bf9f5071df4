// Goal: "Replay with another assignor" is a real run: same inputs, other strategy, and its figures
// are those that the scenarios of the other strategy show. Method: shipped scenarios, played, then
// replayed to the end.
#include "viewer/model/group_replay.h"

#include "tests/catch.h"
#include "tests/viewer/group_runs.h"
#include "viewer/model/group_desk.h"

namespace kscope::viewer {

namespace {

struct PlayedDesk {
  explicit PlayedDesk(const std::string& scenario) : machine(testing::played_group(scenario)) {
    index.update(*machine);
    refresh();
  }
  void refresh() { desk.refresh(*machine, index, ++version, false); }
  /// The finished comparison.
  const GroupReplay& replay(const GroupStrategy& strategy) {
    desk.replay_with(strategy);
    refresh();
    INFO(desk.replay_problem());
    REQUIRE(desk.replay() != nullptr);
    CHECK(desk.page == GroupPage::Replay);
    float last = desk.replay()->progress();
    CHECK(last == 0);
    int slices = 0;
    while (desk.working()) {
      desk.work(0);  // a single slice
      CHECK(desk.replay()->progress() >= last);
      last = desk.replay()->progress();
      REQUIRE(++slices < 100'000);
    }
    CHECK(slices > 10);  // the picture goes on meanwhile
    CHECK(last == 1);
    return *desk.replay();
  }
  std::unique_ptr<TimeMachinePort> machine;
  EventIndex index;
  GroupDesk desk;
  std::uint64_t version = 0;
};

}  // namespace

TEST_CASE("sticky against cooperative-sticky: six are given up, or two; the same two move") {
  PlayedDesk d("group-sticky");
  const GroupReplay& replay = d.replay({"cooperative-sticky", false});
  CHECK(replay.as_it_was().refused.empty());
  CHECK(replay.changed().refused.empty());
  const GroupFigures& was = replay.as_it_was().figures;
  const GroupFigures& is = replay.changed().figures;
  // The scenario expects six PartitionRevoked, and group-cooperative two.
  CHECK(was.given_up == 6);
  CHECK(is.given_up == 2);
  CHECK(was.stopped == 6);
  CHECK(is.stopped == 2);
  CHECK(was.moved == 2);
  CHECK(is.moved == 2);
  CHECK(was.rebalances == 1);
  CHECK(is.rebalances == 2);
  CHECK(was.repeated == 0);
  REQUIRE(was.rest.has_value());
  REQUIRE(is.rest.has_value());
  CHECK(*is.rest > *was.rest);
  CHECK(replay.verdict().find("cooperative-sticky") != std::string::npos);
  CHECK(replay.as_it_was().chart.rows.size() == 6);
  CHECK(replay.changed().chart.rows.size() == 6);
}

TEST_CASE("the run as it was is the run on the screen") {
  PlayedDesk d("group-sticky");
  const GroupReplay& replay = d.replay({"range", false});
  const GroupPast* past = nullptr;
  GroupHistory history;
  history.update(*d.machine, d.index);
  for (const auto& [ref, group] : history.groups()) past = &group;
  REQUIRE(past != nullptr);
  const GroupFigures shown = figures_of(*past, replay.from(), d.machine->now());
  CHECK(shown.given_up == replay.as_it_was().figures.given_up);
  CHECK(shown.moved == replay.as_it_was().figures.moved);
  CHECK(shown.unread == replay.as_it_was().figures.unread);
}

TEST_CASE("a classic group is replayed with KIP-848: the brokers of the replay speak it") {
  PlayedDesk d("group-sticky");
  CHECK(d.machine->cluster_config().count("group.coordinator.rebalance.protocols") == 0);
  const GroupReplay& replay = d.replay({"uniform", true});
  CHECK(replay.changed().refused.empty());
  const GroupFigures& is = replay.changed().figures;
  CHECK(replay.as_it_was().figures.given_up == 6);
  CHECK(is.given_up < 6);
  CHECK(is.given_up > 0);
  CHECK(is.stopped < 6);
  CHECK(is.rest.has_value());
  // It ends as group-kip848-join ends: two partitions for each of three.
  const cluster::Snapshot end = replay.changed().run->snapshot();
  REQUIRE(end.groups.size() == 1);
  CHECK(end.groups[0].consumer_protocol);
  CHECK(end.groups[0].state == event::GroupState::Stable);
  REQUIRE(end.groups[0].members.size() == 3);
  for (const auto& member : end.groups[0].members) CHECK(member.assigned.size() == 2);
  CHECK_FALSE(replay.as_it_was().run->snapshot().groups.at(0).consumer_protocol);
}

TEST_CASE("a group of the new protocol is replayed with range: everybody stops") {
  PlayedDesk d("group-kip848-join");
  const GroupReplay& replay = d.replay({"range", false});
  CHECK(replay.changed().refused.empty());
  CHECK(replay.as_it_was().figures.stopped <= 2);
  CHECK(replay.changed().figures.stopped == 6);
  CHECK(replay.as_it_was().figures.unread < replay.changed().figures.unread);
}

TEST_CASE("only the group that is shown is changed") {
  PlayedDesk d("group-two-groups");
  d.desk.choose_group("shipping");
  d.refresh();
  const GroupReplay& replay = d.replay({"roundrobin", false});
  const cluster::Snapshot end = replay.changed().run->snapshot();
  REQUIRE(end.groups.size() == 2);
  for (const cluster::GroupView& group : end.groups) {
    CHECK((group.assignor == "roundrobin") == (group.id == "shipping"));
  }
}

}  // namespace kscope::viewer
