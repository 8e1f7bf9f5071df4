// Goal: the table of roles allows what Raft allows and nothing else, votes are given once, and a
// process begins in the right role. Method: the table itself, and processes started on files that
// say what a former process left behind. KIP-595; Kafka: QuorumStateTest, FileQuorumStateStoreTest.
#include "engine/raft/quorum_state.h"

#include "tests/catch.h"
#include "tests/unit/raft/quorum_harness.h"

namespace kscope::raft::testing {
namespace {

using event::RaftRole;

constexpr RaftRole kRoles[] = {RaftRole::Unattached, RaftRole::Follower, RaftRole::Candidate,
                               RaftRole::Leader,     RaftRole::Resigned, RaftRole::Observer};

/// Runs `body` with the surroundings of node 1, whose disk has a directory for the log.
template <class Body>
void on_node_1(Quorum& quorum, Body body) {
  quorum.call(NodeId(1), [&](env::Env& env) {
    REQUIRE(env.disk.make_directory("__cluster_metadata-0").ok());
    body(env);
  });
}

QuorumState begun_as(Quorum& quorum, const ElectionState& saved, std::int32_t log_epoch = 0) {
  const RaftConfig config = quorum_config(NodeId(1), 3);
  QuorumState state(config);
  on_node_1(quorum, [&](env::Env& env) {
    REQUIRE(save_election_state(env, saved, {0, config.voters, {}}).ok());
    REQUIRE(state.initialize(env, true, log_epoch).ok());
  });
  return state;
}

}  // namespace

TEST_CASE("no step ever lowers the epoch") {
  for (RaftRole from : kRoles) {
    for (RaftRole to : kRoles) CHECK_FALSE(is_legal(from, 5, to, 4));
  }
}

TEST_CASE("only a candidate becomes leader, in the epoch it stood in") {
  for (RaftRole from : kRoles) {
    CHECK(is_legal(from, 5, RaftRole::Leader, 5) == (from == RaftRole::Candidate));
    CHECK_FALSE(is_legal(from, 5, RaftRole::Leader, 6));
  }
}

TEST_CASE("standing for election always takes exactly the next epoch") {
  for (RaftRole from :
       {RaftRole::Unattached, RaftRole::Follower, RaftRole::Candidate, RaftRole::Resigned}) {
    CHECK(is_legal(from, 5, RaftRole::Candidate, 6));
    CHECK_FALSE(is_legal(from, 5, RaftRole::Candidate, 5));
    CHECK_FALSE(is_legal(from, 5, RaftRole::Candidate, 7));
  }
  CHECK_FALSE(is_legal(RaftRole::Leader, 5, RaftRole::Candidate, 6));
}

TEST_CASE("a leader gives its epoch up only by resigning or for a higher one") {
  CHECK(is_legal(RaftRole::Leader, 5, RaftRole::Resigned, 5));
  CHECK_FALSE(is_legal(RaftRole::Leader, 5, RaftRole::Follower, 5));
  CHECK(is_legal(RaftRole::Leader, 5, RaftRole::Follower, 6));
  CHECK_FALSE(is_legal(RaftRole::Leader, 5, RaftRole::Unattached, 5));
  // And whoever resigned follows nobody in that epoch: nobody else can lead it.
  CHECK_FALSE(is_legal(RaftRole::Resigned, 5, RaftRole::Follower, 5));
}

TEST_CASE("an observer stands for nothing; made a voter it follows or waits (KIP-853)") {
  for (RaftRole role : {RaftRole::Candidate, RaftRole::Leader, RaftRole::Resigned}) {
    CHECK_FALSE(is_legal(RaftRole::Observer, 5, role, 5));
    CHECK_FALSE(is_legal(RaftRole::Observer, 5, role, 6));
  }
  CHECK(is_legal(RaftRole::Observer, 5, RaftRole::Follower, 5));
  CHECK(is_legal(RaftRole::Observer, 5, RaftRole::Unattached, 5));
  // A leader that is removed has to resign first, or to hear of a higher epoch.
  CHECK_FALSE(is_legal(RaftRole::Leader, 5, RaftRole::Observer, 5));
  CHECK(is_legal(RaftRole::Resigned, 5, RaftRole::Observer, 5));
}

TEST_CASE("asking first raises no epoch, and only a candidate can win (KIP-996)") {
  for (RaftRole role : {RaftRole::Unattached, RaftRole::Follower}) {
    CHECK(is_legal(role, 5, RaftRole::Prospective, 5));
    CHECK_FALSE(is_legal(role, 5, RaftRole::Prospective, 6));
  }
  CHECK(is_legal(RaftRole::Prospective, 5, RaftRole::Candidate, 6));
  CHECK_FALSE(is_legal(RaftRole::Prospective, 5, RaftRole::Leader, 5));
}

TEST_CASE("a process begins in the role that its file leaves open") {
  Quorum quorum(1, 3);
  CHECK(begun_as(quorum, {5, NodeId(2), {}}).role() == RaftRole::Follower);
  CHECK(begun_as(quorum, {5, NodeId(1), {}}).role() == RaftRole::Resigned);
  CHECK(begun_as(quorum, {5, {}, NodeId(1)}).role() == RaftRole::Candidate);
  const QuorumState voted = begun_as(quorum, {5, {}, NodeId(3)});
  CHECK(voted.role() == RaftRole::Unattached);
  CHECK(voted.voted_for() == NodeId(3));
  const QuorumState behind = begun_as(quorum, {5, NodeId(2), {}}, 7);  // the log knows more
  CHECK(behind.role() == RaftRole::Unattached);
  CHECK(behind.epoch() == 7);
}

TEST_CASE("a vote is given to one candidate, if its log is good enough and nobody leads") {
  Quorum quorum(1, 3);
  const QuorumState fresh = begun_as(quorum, {5, {}, {}});
  CHECK(fresh.can_grant_vote(NodeId(2), true));
  CHECK_FALSE(fresh.can_grant_vote(NodeId(2), false));
  const QuorumState voted = begun_as(quorum, {5, {}, NodeId(3)});
  CHECK(voted.can_grant_vote(NodeId(3), true));
  CHECK_FALSE(voted.can_grant_vote(NodeId(2), true));
  CHECK_FALSE(begun_as(quorum, {5, NodeId(3), {}}).can_grant_vote(NodeId(2), true));
  CHECK_FALSE(begun_as(quorum, {5, NodeId(1), {}}).can_grant_vote(NodeId(2), true));
  CHECK_FALSE(begun_as(quorum, {5, {}, NodeId(1)}).can_grant_vote(NodeId(2), true));
}

TEST_CASE("the file is Kafka's, byte for byte, and survives a power loss") {
  Quorum quorum(1, 3);
  const RaftConfig config = quorum_config(NodeId(1), 3);
  on_node_1(quorum, [&](env::Env& env) {
    REQUIRE(save_election_state(env, {7, {}, NodeId(2)}, {0, config.voters, {}}).ok());
    REQUIRE(save_election_state(env, {8, NodeId(3), {}}, {0, config.voters, {}}).ok());
    REQUIRE(env.disk.flush_directory("").ok());
  });
  quorum.node(1).disk.power_loss(quorum.random());
  const auto bytes = quorum.node(1).disk.contents("__cluster_metadata-0/quorum-state");
  REQUIRE(bytes.ok());
  CHECK(text_of(*bytes) ==
        R"({"leaderId":3,"leaderEpoch":8,"votedId":-1,"appliedOffset":0,)"
        R"("currentVoters":[{"voterId":1},{"voterId":2},{"voterId":3}],"data_version":0})");
  on_node_1(quorum, [&](env::Env& env) {
    CHECK(*load_election_state(env) == ElectionState{8, NodeId(3), {}});
  });
}

TEST_CASE("a damaged file is an error that names it") {
  for (const char* text : {"", "{", "[]", "{\"leaderId\":1}", "{\"leaderId\":\"x\"}"}) {
    Quorum quorum(1, 3);
    on_node_1(quorum, [&](env::Env& env) {
      const auto file = env.disk.open("__cluster_metadata-0/quorum-state", true);
      REQUIRE(file.ok());
      REQUIRE(env.disk.append(*file, view_of(text)).ok());
      const auto loaded = load_election_state(env);
      REQUIRE_FALSE(loaded.ok());
      CHECK(loaded.error().kind == ErrorKind::Corrupt);
      CHECK(loaded.error().message.find("quorum-state") != std::string::npos);
    });
  }
}

}  // namespace kscope::raft::testing
