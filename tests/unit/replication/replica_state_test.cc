// Goal: a leader judges rightly whether a follower keeps up, from nothing but its fetches.
// Method: fetches with made-up times. Reference: kafka.cluster.Replica, ReplicaTest; KIP-16.
#include "engine/replication/replica_state.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::replication;

namespace {

Instant at(std::int64_t ms) { return Instant(millis(ms)); }
constexpr Duration kLag = millis(1000);

FollowerFetch fetch(std::int64_t offset, std::int64_t leader_end, std::int64_t ms) {
  return {Offset(offset), Offset(0), Offset(leader_end), at(ms), BrokerEpoch(7)};
}

}  // namespace

TEST_CASE("a fetch at the leader's end proves that the follower is caught up now") {
  ReplicaState replica(NodeId(2));
  replica.on_fetch(fetch(10, 10, 500));
  CHECK(replica.last_caught_up() == at(500));
  CHECK(replica.log_end() == Offset(10));
  CHECK(replica.broker_epoch() == BrokerEpoch(7));
}

TEST_CASE("a fetch that reaches the end of one fetch ago proves that it was caught up then") {
  ReplicaState replica(NodeId(2));
  replica.on_fetch(fetch(5, 10, 100));
  CHECK_FALSE(replica.last_caught_up());
  replica.on_fetch(fetch(10, 15, 200));  // the leader was at 10 when it fetched at 100 ms
  CHECK(replica.last_caught_up() == at(100));
  replica.on_fetch(fetch(15, 20, 300));
  CHECK(replica.last_caught_up() == at(200));
}

TEST_CASE("a follower that reads slower than the leader writes falls out of sync in time") {
  ReplicaState replica(NodeId(2));
  replica.on_fetch(fetch(0, 0, 0));
  for (int i = 1; i <= 20; ++i) replica.on_fetch(fetch(i, 10 * i, 100 * i));
  CHECK(replica.last_caught_up() == at(0));
  CHECK(replica.caught_up(Offset(200), at(1000), kLag));
  CHECK_FALSE(replica.caught_up(Offset(200), at(1001), kLag));
}

TEST_CASE("equal ends count as caught up however long the follower has been silent") {
  ReplicaState replica(NodeId(2));
  replica.on_fetch(fetch(10, 10, 0));
  CHECK(replica.caught_up(Offset(10), at(1'000'000), kLag));
  CHECK_FALSE(replica.caught_up(Offset(11), at(1'000'000), kLag));
}

TEST_CASE("a new leader knows nothing of its followers but gives ISR members a grace period") {
  ReplicaState member(NodeId(2)), outsider(NodeId(3));
  member.on_fetch(fetch(10, 10, 0));
  outsider.on_fetch(fetch(10, 10, 0));
  member.on_leader_epoch(at(5000), Offset(10), true, true);
  outsider.on_leader_epoch(at(5000), Offset(10), true, false);
  CHECK_FALSE(member.log_end());
  CHECK_FALSE(member.broker_epoch());
  CHECK(member.log_end_or_unknown() == Offset(-1));
  CHECK(member.caught_up(Offset(10), at(5500), kLag));
  CHECK_FALSE(outsider.caught_up(Offset(10), at(5500), kLag));
}

TEST_CASE("a leader elected anew keeps what its followers have proved") {
  ReplicaState replica(NodeId(2));
  replica.on_fetch(fetch(10, 10, 0));
  replica.on_leader_epoch(at(5000), Offset(12), false, true);
  CHECK(replica.log_end() == Offset(10));
  CHECK(replica.last_caught_up() == at(5000));
}
