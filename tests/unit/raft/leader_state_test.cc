// Goal: the high watermark is what a majority has, never before the leader's own epoch, never back.
// Method: a leader of three and of five is told of fetches. KIP-595; Kafka: LeaderStateTest.
#include "engine/raft/leader_state.h"

#include "tests/catch.h"

namespace kscope::raft {
namespace {

std::vector<NodeId> voters(int count) {
  std::vector<NodeId> result;
  for (int id = 1; id <= count; ++id) result.push_back(NodeId(id));
  return result;
}

LeaderState leader_of(int count, std::int64_t epoch_start) {
  LeaderState leader(NodeId(1), voters(count), Offset(epoch_start), voters(count));
  return leader;
}

constexpr Instant kNow = at_micros(1'000'000);

}  // namespace

TEST_CASE("nothing is committed until a majority holds a record of this epoch") {
  LeaderState leader = leader_of(3, 10);
  CHECK_FALSE(leader.update_local(Offset(11)));
  CHECK_FALSE(leader.update_replica(NodeId(2), Offset(10), kNow));
  CHECK_FALSE(leader.high_watermark().has_value());
  CHECK(leader.update_replica(NodeId(2), Offset(11), kNow));
  CHECK(leader.high_watermark() == Offset(11));
}

TEST_CASE("of five the third best counts") {
  LeaderState leader = leader_of(5, 0);
  leader.update_local(Offset(9));
  leader.update_replica(NodeId(2), Offset(7), kNow);
  CHECK_FALSE(leader.high_watermark().has_value());
  CHECK(leader.update_replica(NodeId(3), Offset(4), kNow));
  CHECK(leader.high_watermark() == Offset(4));
  CHECK(leader.update_replica(NodeId(4), Offset(8), kNow));
  CHECK(leader.high_watermark() == Offset(7));
}

TEST_CASE("a follower that comes back with less does not take the high watermark with it") {
  LeaderState leader = leader_of(3, 0);
  leader.update_local(Offset(5));
  leader.update_replica(NodeId(2), Offset(5), kNow);
  CHECK_FALSE(leader.update_replica(NodeId(2), Offset(2), kNow));
  CHECK(leader.high_watermark() == Offset(5));
}

TEST_CASE("observers are listened to and do not count") {
  LeaderState leader = leader_of(3, 0);
  leader.update_local(Offset(5));
  CHECK_FALSE(leader.update_replica(NodeId(9), Offset(5), kNow));
  CHECK_FALSE(leader.high_watermark().has_value());
  CHECK(leader.observers().at(NodeId(9)).end == Offset(5));
}

TEST_CASE("a round of the quorum is complete when a majority with the leader has fetched") {
  LeaderState three = leader_of(3, 0);
  CHECK_FALSE(three.complete_quorum_round(NodeId(9)));
  CHECK(three.complete_quorum_round(NodeId(2)));
  LeaderState five = leader_of(5, 0);
  CHECK_FALSE(five.complete_quorum_round(NodeId(2)));
  CHECK_FALSE(five.complete_quorum_round(NodeId(2)));
  CHECK(five.complete_quorum_round(NodeId(3)));
  CHECK_FALSE(five.complete_quorum_round(NodeId(3)));  // a new round
}

TEST_CASE("the preferred successor is the most up to date") {
  LeaderState leader = leader_of(4, 0);
  leader.update_local(Offset(9));
  leader.update_replica(NodeId(3), Offset(8), kNow);
  leader.update_replica(NodeId(4), Offset(6), kNow);
  CHECK(leader.successors() == std::vector<NodeId>{NodeId(3), NodeId(4), NodeId(2)});
}

TEST_CASE("who fetches needs no announcement of the new epoch any more") {
  LeaderState leader = leader_of(3, 0);
  leader.update_local(Offset(1));
  CHECK(leader.unacknowledged().size() == 2);
  leader.update_replica(NodeId(2), Offset(0), kNow);
  leader.acknowledge(NodeId(3));
  CHECK(leader.unacknowledged().empty());
}

}  // namespace kscope::raft
