// Goal: the Cluster screen says the right words about the state that it shows.
// Method: the hand-made clusters; the words are compared, not the pixels.
#include "viewer/model/cluster_view.h"

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"
#include "viewer/session/session.h"

namespace kscope::viewer {

namespace {

ClusterView view_of(Session& session) {
  return build_cluster_view(session.snapshot(), session.index(), session.machine().names());
}

}  // namespace

TEST_CASE("a crashed broker is called crashed, says what it lost, and its controller is down too") {
  Session session(testing::failover_machine());
  const ClusterView view = view_of(session);
  CHECK(view.brokers[0].state.text == "crashed");
  CHECK(view.brokers[0].down);
  CHECK(view.brokers[0].detail == "312 B unflushed: lost");
  CHECK(view.controllers[0].role == "crashed");
  CHECK(view.controllers[0].detail == "since 11.300 s");
}

TEST_CASE("leaders, followers and ISR membership are words") {
  Session session(testing::failover_machine());
  const ClusterView view = view_of(session);
  CHECK(view.brokers[1].cells[0].role == "leader");
  CHECK(view.brokers[1].cells[0].leads);
  CHECK(view.brokers[2].cells[0].role == "follower");
  CHECK(view.brokers[2].cells[0].isr.text == "in ISR");
  CHECK(view.brokers[0].cells[0].isr.text == "out of ISR");
  CHECK(view.brokers[1].state.text == "leads 2");
  CHECK(view.under_replicated == 3);
}

TEST_CASE("a leader that the controller has replaced is called stale") {
  auto machine = testing::failover_machine();
  cluster::Snapshot s = machine->snapshot();
  s.nodes[2].broker.replicas[0].role = cluster::ReplicaRole::Leader;
  machine->emit(s.now, 3, event::NodeResumed{});
  machine->add_moment(s);
  machine->seek(machine->recorded_end());
  Session session(std::move(machine));
  CHECK(view_of(session).brokers[2].cells[0].role == "stale leader e1");
}

TEST_CASE("the election timer is the share of the timeout that is left") {
  Session session(testing::failover_machine());
  const ClusterView view = view_of(session);
  CHECK_FALSE(view.controllers[1].timer.has_value());
  REQUIRE(view.controllers[2].timer.has_value());
  CHECK(*view.controllers[2].timer == Approx(1234.0 / 1750.0));
}

TEST_CASE("a candidate shows one dot per voter: granted, refused, or still to come") {
  Session session(testing::election_machine());
  const ClusterView view = view_of(session);
  const std::vector<VoteDot>& votes = view.controllers[1].votes;
  REQUIRE(votes.size() == 3);
  CHECK(votes[0].state == VoteState::Pending);
  CHECK(votes[1].state == VoteState::Granted);
  CHECK(votes[2].state == VoteState::Refused);
  CHECK(view.controllers[0].votes.empty());
}

TEST_CASE("records that a follower cut are still drawn") {
  Session session(testing::failover_machine());
  const ClusterView view = view_of(session);
  REQUIRE(view.brokers[2].cells[0].cut.has_value());
  CHECK(view.brokers[2].cells[0].cut->from == 6);
  CHECK(view.brokers[2].cells[0].cut->to == 8);
  CHECK_FALSE(view.brokers[1].cells[0].cut.has_value());
}

TEST_CASE("clients show acks, what waits, what is under way and how far they lag") {
  Session session(testing::failover_machine());
  const ClusterView view = view_of(session);
  REQUIRE(view.clients.size() == 2);
  CHECK(view.clients[0].badges[0].text == "acks=all");
  CHECK(view.clients[0].waiting.size() == 3);
  CHECK(view.clients[0].in_flight[0].text == "orders-0 ×3 try 2");
  CHECK(view.clients[0].in_flight[0].retry);
  CHECK(view.clients[1].lag[0].lag == 2);
}

TEST_CASE("a big cluster is summed up in a line") {
  Session session(testing::big_machine(9, 60));
  const ClusterView view = view_of(session);
  CHECK(view.rows.size() == 60);
  CHECK(view.summary.find("60 partitions") != std::string::npos);
  CHECK(view.summary.find("under-replicated") != std::string::npos);
}

TEST_CASE("sizes are written with the unit that a person would choose") {
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(12'345) == "12.3 kB");
  CHECK(format_bytes(999'999) == "1.0 MB");
}

}  // namespace kscope::viewer
