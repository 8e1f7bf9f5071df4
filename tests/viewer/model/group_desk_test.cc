// Goal: the screen "Groups" says what is the case: states, timers, who had and has what, lag.
// Method: the hand-made groups at the phases of a rebalance.
#include "viewer/model/group_desk.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/viewer/group_clusters.h"

namespace kscope::viewer {

using testing::GroupMoment;

namespace {

struct Desk {
  explicit Desk(std::unique_ptr<testing::FakeMachine> m) : machine(std::move(m)) {
    index.update(*machine);
    refresh();
  }
  void refresh() { desk.refresh(*machine, index, ++version, false); }
  const GroupPicture& picture() const { return desk.picture(); }
  std::unique_ptr<testing::FakeMachine> machine;
  EventIndex index;
  GroupDesk desk;
  std::uint64_t version = 0;
};

bool has_text(const SequenceView& view, const std::string& text) {
  return std::any_of(view.rows.begin(), view.rows.end(), [&](const SequenceRow& row) {
    return row.text.find(text) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("in the middle of an eager rebalance everything stands still, and it says how long") {
  const Desk d(testing::rebalance_machine(3, 6, GroupMoment::SyncPhase));
  const GroupSummary& s = d.picture().summary;
  CHECK(s.id == "billing");
  CHECK(s.coordinator == "broker 2");
  CHECK(s.where == "__consumer_offsets-7");
  CHECK(s.protocol == "classic · eager");
  CHECK(s.state == event::GroupState::CompletingRebalance);
  CHECK(s.generation == "generation 1 → 2");
  CHECK(s.stopped == 6);
  CHECK(s.partitions == 6);
  // The first was given up at 7.710 s, and now is 8.210 s.
  CHECK(s.stopped_words.find("stopped for up to 0.50 s so far") == 0);
  CHECK(s.stopped_words.find("records of new lag") != std::string::npos);
  REQUIRE(s.timers.size() == 1);
  CHECK(s.timers[0].text.find("left") != std::string::npos);
  const auto lit = std::count_if(s.states.boxes.begin(), s.states.boxes.end(),
                                 [](const StateBox& box) { return box.now; });
  CHECK(lit == 1);
  const auto last = std::find_if(s.states.arrows.begin(), s.states.arrows.end(),
                                 [](const StateArrow& arrow) { return arrow.last; });
  REQUIRE(last != s.states.arrows.end());
  CHECK(s.states.boxes[last->from].state == event::GroupState::PreparingRebalance);
}

TEST_CASE("before and after are tables in which what moved is marked") {
  const Desk d(testing::rebalance_machine(3, 6, GroupMoment::After));
  const AssignmentTable& table = d.picture().assignment;
  REQUIRE(table.rows.size() == 3);
  REQUIRE(table.columns.size() == 6);
  CHECK(table.complete);
  CHECK(table.moved == 3);
  CHECK(table.rows[0].member.name == "consumer-1");
  CHECK(table.rows[0].before == std::vector<bool>{true, true, true, false, false, false});
  CHECK(table.rows[0].after == std::vector<bool>{true, true, false, false, false, false});
  CHECK(table.rows[0].lost[2]);
  CHECK(table.rows[1].gained[2]);
  CHECK_FALSE(table.rows[1].gained[3]);
  CHECK(table.rows[2].note == "new");
  CHECK(table.words.find("3 partitions change hands") == 0);
}

TEST_CASE("the talk has the members' lanes first, the coordinator, and the phases") {
  const Desk d(testing::rebalance_machine(3, 6, GroupMoment::After));
  const SequenceView& view = d.picture().sequence;
  REQUIRE(view.lanes.size() == 5);
  CHECK(view.lanes[0].name == "consumer-1");
  CHECK(view.lanes[0].detail == "leader");
  CHECK(view.lanes[2].detail == "new");
  CHECK(view.lanes[3].name == "broker 2");
  CHECK(view.lanes[3].detail == "GroupCoordinator");
  CHECK(view.lanes[4].name == "other brokers");
  CHECK(has_text(view, "FindCoordinator billing"));
  CHECK(has_text(view, "REBALANCE_IN_PROGRESS"));
  std::vector<std::string> phases;
  for (const PhaseBand& band : view.phases) {
    phases.push_back(band.phase.title.substr(0, band.phase.title.find(',')));
  }
  CHECK(phases ==
        std::vector<std::string>{"FindCoordinator", "JoinGroup", "SyncGroup", "Heartbeat · Fetch"});
  // What answers a JoinGroup belongs to that phase, not to the next.
  const auto sync = std::find_if(view.phases.begin(), view.phases.end(), [](const PhaseBand& band) {
    return band.phase.title == "SyncGroup";
  });
  REQUIRE(sync != view.phases.end());
  for (std::size_t i = sync->first_row; i < view.rows.size(); ++i) {
    CHECK(view.rows[i].text.find("JoinGroup:") == std::string::npos);
  }
  // The story begins when the newcomer asks for its coordinator.
  CHECK(view.query.from == Instant(millis(7591)));
}

TEST_CASE("the chart groups partitions by reader and sums up what went unread") {
  const Desk d(testing::rebalance_machine(3, 6, GroupMoment::After));
  const ReadChart& chart = d.picture().reads;
  REQUIRE(chart.rows.size() == 6);
  CHECK(chart.rows[0].member.name == "consumer-1");
  CHECK(chart.rows[0].partition.str() == "orders-0");
  CHECK(chart.rows[0].unread == millis(523));
  CHECK(chart.rows[5].member.name == "consumer-3");
  CHECK(chart.unread == millis(523 * 3 + 483 * 3));
  CHECK(chart.words.find("3.02 partition-seconds") == 0);
}

TEST_CASE("offsets: lag is counted from what is committed, and a pending commit says so") {
  const Desk d(testing::rebalance_machine(3, 6, GroupMoment::After));
  const auto& rows = d.picture().offsets;
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].reader.name == "consumer-1");
  CHECK(rows[0].end == 140);
  CHECK(rows[0].committed == 100);
  CHECK(rows[0].lag == 40);
  CHECK(rows[1].pending);
  CHECK(rows[4].committed == -1);
  REQUIRE(d.picture().records.size() == 1);
  CHECK(d.picture().records[0].kind == "group metadata");
}

TEST_CASE("one walks back and forward through the rebalances") {
  Desk d(testing::rebalance_machine(3, 6, GroupMoment::After));
  CHECK(d.desk.rebalance() == 1);
  CHECK(d.desk.at_latest());
  d.desk.walk(-1);
  d.refresh();
  CHECK(d.desk.rebalance() == 0);
  CHECK(d.picture().title.find("Rebalance 1 of 2") == 0);
  CHECK(d.picture().assignment.fresh == 6);
  d.desk.walk(-1);
  d.refresh();
  CHECK(d.desk.rebalance() == 0);
  d.desk.to_latest();
  d.refresh();
  CHECK(d.desk.rebalance() == 1);
  // In the past the second one lies ahead.
  d.machine->seek(Instant(millis(4200)));
  d.refresh();
  CHECK(d.desk.rebalance() == 0);
  d.desk.walk(+1);
  d.refresh();
  CHECK(d.picture().ahead);
}

TEST_CASE("a member's card has its settings with units, its timers and its log") {
  Desk d(testing::rebalance_machine(3, 6, GroupMoment::SyncPhase));
  d.desk.choose_member(testing::kFirstMember);
  d.refresh();
  const GroupMemberCard& card = d.desk.card();
  CHECK(card.face.name == "consumer-1");
  CHECK(card.id == "consumer-1-5f3a2b");
  CHECK(card.subtitle.find("waits for its assignment") != std::string::npos);
  CHECK(card.timers.size() == 3);
  const auto fact = std::find_if(card.facts.begin(), card.facts.end(),
                                 [](const auto& f) { return f.first == "session.timeout.ms"; });
  REQUIRE(fact != card.facts.end());
  CHECK(fact->second == "45000 ms");
  CHECK(card.actions.size() == 3);
  const bool revoked = std::any_of(card.log.begin(), card.log.end(), [](const auto& line) {
    return line.text == "onPartitionsRevoked: orders-0, orders-1, orders-2";
  });
  CHECK(revoked);
}

TEST_CASE("KIP-848 has its own states, and only what has to move stands still") {
  const Desk d(testing::consumer_protocol_machine());
  const GroupSummary& s = d.picture().summary;
  CHECK(s.protocol == "consumer (KIP-848)");
  CHECK(s.state == event::GroupState::Reconciling);
  CHECK(s.generation == "group epoch 1 → 2");
  CHECK(s.epochs == "assignment epoch 1");
  CHECK(s.stopped == 1);
  CHECK(s.states.boxes[1].state == event::GroupState::Assigning);
}

TEST_CASE("a group without members, and no group at all") {
  const Desk empty(testing::empty_group_machine());
  CHECK(empty.desk.shown_group() == "billing");
  CHECK(empty.picture().summary.state == event::GroupState::Empty);
  CHECK(empty.picture().members.empty());
  CHECK(empty.picture().title == "No rebalance yet");
  const Desk none(testing::failover_machine());
  CHECK(none.desk.shown_group().empty());
}

TEST_CASE("a machine that cannot be run again says so") {
  Desk d(testing::rebalance_machine(3, 6, GroupMoment::After));
  d.desk.replay_with({"cooperative-sticky", false});
  d.refresh();
  CHECK(d.desk.replay() == nullptr);
  CHECK_FALSE(d.desk.replay_problem().empty());
  CHECK(d.desk.page == GroupPage::Replay);
}

}  // namespace kscope::viewer
