// Goal: a voter that was cut off deposes the leader when it comes back, unless it asks first.
// Method: the same scene without and with the pre-vote. KIP-996; Kafka 4.0:
// KafkaRaftClientPreVoteTest.
#include "tests/catch.h"
#include "tests/unit/raft/quorum_invariants.h"

namespace kscope::raft::testing {
namespace {

/// Cuts one follower off for twenty seconds and heals. The epochs before and after.
std::pair<std::int32_t, std::int32_t> disrupt(bool pre_vote, std::int32_t* raised) {
  Quorum quorum(11, 3);
  QuorumInvariants invariants;
  quorum.tune = [=](RaftConfig& config) { config.pre_vote = pre_vote; };
  quorum.after_step = [&] { invariants.check(quorum); };
  quorum.start_all();
  REQUIRE(quorum.run_until(seconds(10), [&] { return quorum.leader() != nullptr; }));
  quorum.run_for(seconds(2));
  const std::int32_t before = quorum.leader()->client->epoch();
  const NodeId leader = quorum.leader()->id;
  const NodeId lonely = leader == NodeId(1) ? NodeId(2) : NodeId(1);
  for (auto& [other, node] : quorum.nodes()) {
    quorum.cut(lonely, other);
    quorum.cut(other, lonely);
  }
  quorum.run_for(seconds(20));
  CHECK(quorum.leader()->client->is_leader());
  *raised = quorum.nodes().at(lonely).client->epoch();
  quorum.heal();
  quorum.run_for(seconds(20));
  REQUIRE(quorum.leader() != nullptr);
  CHECK(invariants.violation() == "");
  return {before, quorum.leader()->client->epoch()};
}

}  // namespace

TEST_CASE("without the pre-vote a voter that comes back ends the leader's epoch") {
  std::int32_t raised = 0;
  const auto [before, after] = disrupt(false, &raised);
  CHECK(raised > before + 3);
  CHECK(after >= raised);
}

TEST_CASE("with the pre-vote it stays in its epoch and takes up fetching again") {
  std::int32_t raised = 0;
  const auto [before, after] = disrupt(true, &raised);
  CHECK(raised == before);
  CHECK(after == before);
}

}  // namespace kscope::raft::testing
