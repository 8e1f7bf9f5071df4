// Goal: what the screen "Groups" says about rebalances that really happened: who had what, what
// moved across two cooperative rounds, how far members of KIP-848 are, what is said when nothing is
// rebalanced. Method: shipped scenarios on the real engine, wound to a moment.
#include <algorithm>

#include "tests/catch.h"
#include "tests/viewer/group_runs.h"
#include "viewer/model/cluster_view.h"
#include "viewer/model/group_desk.h"

namespace kscope::viewer {

namespace {

struct StoryDesk {
  explicit StoryDesk(const std::string& scenario) : machine(testing::played_group(scenario)) {
    index.update(*machine);
    refresh();
  }
  void refresh() { desk.refresh(*machine, index, ++version, false); }
  const GroupPicture& at(Duration time) {
    machine->seek(Instant(time));
    index.update(*machine);
    refresh();
    return desk.picture();
  }
  const GroupPicture& picture() const { return desk.picture(); }
  const AssignmentRow& row(const std::string& name) const {
    const auto& rows = picture().assignment.rows;
    const auto it = std::find_if(rows.begin(), rows.end(),
                                 [&](const AssignmentRow& r) { return r.member.name == name; });
    REQUIRE(it != rows.end());
    return *it;
  }
  std::unique_ptr<TimeMachinePort> machine;
  EventIndex index;
  GroupDesk desk;
  std::uint64_t version = 0;
};

long marked(const std::vector<bool>& cells) { return std::count(cells.begin(), cells.end(), true); }

}  // namespace

TEST_CASE("what a member had whose session expired is told as moved, not as unread before") {
  StoryDesk d("group-member-crash");
  CHECK(d.picture().story.find("the session of c2 expired") == 0);
  CHECK(d.picture().assignment.moved == 1);
  CHECK(d.picture().assignment.fresh == 0);
  CHECK(marked(d.row("c2").lost) == 1);
  CHECK(d.row("c2").note.find("gone") == 0);
  CHECK(marked(d.row("c1").gained) == 1);
}

TEST_CASE("before the session expires the last seconds are told, with its timer") {
  StoryDesk d("group-member-crash");
  const GroupPicture& p = d.at(millis(8000));
  CHECK(d.desk.is_live());
  CHECK(p.story == "c2 crashed; its session still runs");
  REQUIRE(p.summary.timers.size() == 1);
  CHECK(p.summary.timers[0].label == "session of c2");
  CHECK(p.summary.stopped == 1);
  REQUIRE(p.lines.size() == 2);
  CHECK(p.lines[1].silent);
  CHECK(p.lines[1].state == "crashed");
  // A walk goes back to the rebalances.
  d.desk.walk(0);
  d.refresh();
  CHECK_FALSE(d.desk.is_live());
  CHECK(d.picture().title.find("Rebalance 1 of 2") == 0);
  d.desk.to_now();
  d.refresh();
  CHECK(d.desk.is_live());
}

TEST_CASE("cooperative: what one rebalance takes and the next one gives has changed hands") {
  StoryDesk d("group-cooperative");
  CHECK(d.desk.rebalances() == 3);
  CHECK(d.picture().assignment.moved == 2);
  CHECK(d.picture().assignment.fresh == 0);
  CHECK(marked(d.row("c3").gained) == 2);
  d.desk.walk(-1);
  d.refresh();
  CHECK(d.picture().assignment.moved == 0);
  CHECK(d.picture().assignment.freed == 2);
  CHECK(d.picture().assignment.words.find("2 partitions are given up") == 0);
  CHECK(d.picture().story.find("c3 joins") == 0);
}

TEST_CASE("what is recorded but lies ahead is called so") {
  StoryDesk d("group-sticky");
  const AssignmentTable& table = d.at(millis(4000)).assignment;
  CHECK(table.ahead);
  CHECK(table.words.find("Lies ahead, at ") == 0);
  CHECK_FALSE(d.at(millis(6000)).assignment.ahead);
}

TEST_CASE("KIP-848: three epochs, and each member's way to its target") {
  StoryDesk d("group-kip848-join");
  const GroupPicture& p = d.at(millis(9000));
  CHECK(p.story.find("c3 joins") == 0);
  CHECK(p.summary.state == event::GroupState::Reconciling);
  CHECK(p.summary.generation == "group epoch 2 → 3");
  CHECK(p.summary.epochs == "assignment epoch 3");
  REQUIRE(p.summary.member_epochs.size() == 3);
  CHECK(p.summary.member_epochs[0].epoch == 2);
  CHECK(p.summary.member_epochs[0].words == "gives up 1");
  CHECK(p.summary.member_epochs[2].epoch == 3);
  CHECK(p.summary.member_epochs[2].words == "waits for 2");
  CHECK(p.assignment.target);
  CHECK(p.assignment.moved == 2);
  CHECK(marked(d.row("c1").lost) == 1);
  CHECK(marked(d.row("c3").waits) == 2);
  // Everybody has arrived: a table of before and after again.
  const GroupPicture& end = d.at(millis(12'500));
  CHECK_FALSE(end.assignment.target);
  for (const EpochRow& row : end.summary.member_epochs) {
    CHECK(row.epoch == 3);
    CHECK_FALSE(row.behind);
  }
  CHECK(end.assignment.moved == 2);
}

TEST_CASE("the talk names members by their names, and the group not at all") {
  for (const char* scenario : {"group-sticky", "group-kip848-join"}) {
    StoryDesk d(scenario);
    std::size_t notes = 0;
    for (const SequenceRow& row : d.picture().sequence.rows) {
      if (row.kind != RowKind::Note) continue;
      ++notes;
      INFO(row.text);
      CHECK(row.text.find("group billing") == std::string::npos);
      for (const auto& member : d.machine->snapshot().groups.at(0).members) {
        CHECK(row.text.find(member.id) == std::string::npos);
      }
    }
    CHECK(notes > 5);
  }
}

TEST_CASE("all shares are handed out before the phase in which they are read begins") {
  StoryDesk d("group-two-groups");
  const SequenceView& view = d.picture().sequence;
  REQUIRE_FALSE(view.phases.empty());
  const PhaseBand& last = view.phases.back();
  CHECK(last.phase.title == "Heartbeat · Fetch");
  for (std::size_t i = last.first_row; i < view.rows.size(); ++i) {
    INFO(view.rows[i].text);
    CHECK_FALSE(view.rows[i].text.starts_with("SyncGroup"));
  }
}

TEST_CASE("a group that changes its protocol says so, and who has left is not in it") {
  StoryDesk d("group-kip848-upgrade");
  const auto& lines = d.picture().lines;
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].face.name == "c3");
  CHECK(lines[1].face.name == "c4");
  bool told = false;
  for (std::ptrdiff_t i = d.desk.rebalances(); i > 0; --i) {
    told =
        told || d.picture().story.find("went over to the consumer protocol") != std::string::npos;
    d.desk.walk(-1);
    d.refresh();
  }
  CHECK(told);
}

TEST_CASE("the cluster screen: internal topics last, every replica in its row, groups by name") {
  StoryDesk d("group-cooperative");
  const ClusterView view =
      build_cluster_view(d.machine->snapshot(), d.index, d.machine->names(), {});
  REQUIRE(view.rows.size() == 11);
  for (std::size_t i = 0; i < view.rows.size(); ++i) {
    CHECK(view.rows[i].partition.topic.starts_with("__") == (i >= 6));
    for (const BrokerCard& broker : view.brokers) {
      REQUIRE(broker.cells[i].replica != nullptr);
      CHECK(broker.cells[i].replica->partition == view.rows[i].partition);
    }
  }
  REQUIRE(view.clients.size() == 3);
  for (const ClientCard& card : view.clients) {
    REQUIRE_FALSE(card.badges.empty());
    CHECK(card.badges[0].text == "group billing");
    CHECK(card.lag.size() == 2);
  }
}

TEST_CASE("a real client in a group has a card: its group, what it was given, what it committed") {
  StoryDesk d("group-member-crash");
  cluster::Snapshot snapshot = d.machine->snapshot();
  REQUIRE(snapshot.groups.size() == 1);
  cluster::GroupMemberView stranger = snapshot.groups[0].members.at(0);
  stranger.client = 4711;
  stranger.client_id = "rdkafka";
  stranger.id = "rdkafka-5f3a";
  stranger.assigned = {"orders-1"};
  snapshot.groups[0].members.push_back(stranger);
  snapshot.groups[0].committed["orders-1"] = {7, "", {}, false};
  const ClusterView view = build_cluster_view(snapshot, d.index, d.machine->names(), {});
  const ClientCard& card = view.clients.back();
  CHECK(card.title == "rdkafka");
  CHECK(card.kind == cluster::ClientKind::External);
  REQUIRE(card.badges.size() == 2);
  CHECK(card.badges[0].text == "group billing");
  CHECK(card.badges[1].text == "real client");
  REQUIRE(card.lag.size() == 1);
  CHECK(card.lag[0].position == 7);
  const auto* leader =
      snapshot.replica(snapshot.partition({"orders", 1})->leader, TopicPartition{"orders", 1});
  REQUIRE(leader != nullptr);
  CHECK(card.lag[0].lag == leader->high_watermark - 7);
}

}  // namespace kscope::viewer
