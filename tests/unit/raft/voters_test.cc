// Goal: voters are added and removed one at a time, by a record that counts at once and is answered
// when the new set has committed it; the conditions under which Kafka refuses are ours.
// Method: scenes with kraft.version 1; requests from outside. KIP-853; Kafka:
// KafkaRaftClientReconfigTest, VoterSetHistoryTest.
#include "engine/raft/voter_set.h"
#include "tests/catch.h"
#include "tests/unit/raft/quorum_invariants.h"

namespace kscope::raft::testing {
namespace {

struct Reconfiguration : Quorum {
  Reconfiguration(std::uint64_t seed, int voters, int standby, bool fixed = false)
      : Quorum(seed, voters, standby) {
    voters_change = !fixed;
    after_step = [this] { invariants.check(*this); };
    on_outside_frame = [this](const env::ConnectionInfo&, const Blob& frame) {
      if (frame.empty()) return;
      const auto parsed = protocol::parse_response(frame, asked, 0);
      REQUIRE(parsed.ok());
      if (asked == ApiKey::AddRaftVoter) {
        answer = protocol::decode_body<protocol::AddRaftVoterResponse>(parsed->body, 0)->error_code;
      } else {
        answer =
            protocol::decode_body<protocol::RemoveRaftVoterResponse>(parsed->body, 0)->error_code;
      }
    };
    start_all();
    REQUIRE(run_until(seconds(10), [&] {
      return leader() != nullptr && leader()->client->leader_state()->high_watermark();
    }));
    run_for(seconds(1));
  }
  ~Reconfiguration() { CHECK(invariants.violation() == ""); }

  ErrorCode add(int id, bool wait = true) {
    protocol::AddRaftVoterRequest request;
    request.voter_id = id;
    request.voter_directory_id = directory_of(NodeId(id));
    request.listeners.push_back({"CONTROLLER", fmt::format("controller-{}", id), 9093});
    return ask(request, wait);
  }
  ErrorCode remove(int id, Uuid directory = {}) {
    protocol::RemoveRaftVoterRequest request;
    request.voter_id = id;
    request.voter_directory_id = directory.is_zero() ? directory_of(NodeId(id)) : directory;
    return ask(request, true);
  }
  template <class Request>
  ErrorCode ask(const Request& request, bool wait) {
    asked = Request::kApi;
    answer.reset();
    const ConnectionId connection = connect_from_outside(NodeId(99), leader()->id);
    send_from_outside(connection, protocol::encode_request(
                                      {Request::kApi, 0, CorrelationId(1), "test"}, request));
    if (!wait) return ErrorCode::NONE;
    REQUIRE(run_until(seconds(5), [&] { return answer.has_value(); }));
    return *answer;
  }
  std::vector<NodeId> set_of(int id) { return client(id).voters().ids(); }

  ApiKey asked{};
  std::optional<ErrorCode> answer;
  QuorumInvariants invariants;
};

std::vector<NodeId> ids(std::initializer_list<int> list) {
  std::vector<NodeId> result;
  for (int id : list) result.push_back(NodeId(id));
  return result;
}

}  // namespace

TEST_CASE("a cut log forgets the sets that it held") {
  VoterHistory history(VoterSet::of(ids({1, 2, 3})));
  history.add(Offset(10), VoterSet::of(ids({1, 2, 3, 4})));
  history.add(Offset(20), VoterSet::of(ids({1, 2, 4})));
  CHECK(history.last().ids() == ids({1, 2, 4}));
  CHECK(history.before(Offset(20)).ids() == ids({1, 2, 3, 4}));
  CHECK(history.before(Offset(10)).ids() == ids({1, 2, 3}));
  history.truncate(Offset(20));
  CHECK(history.last().ids() == ids({1, 2, 3, 4}));
  history.truncate(Offset(0));
  CHECK(history.last().ids() == ids({1, 2, 3}));
  CHECK_FALSE(history.last_offset().has_value());
}

TEST_CASE("the first leader writes the voters of the disks' format into the log") {
  Reconfiguration scene(1, 3, 1);
  // A node that was formatted without voters learns them from the log.
  CHECK(scene.set_of(4) == ids({1, 2, 3}));
  CHECK(scene.client(4).voter_history().kraft_version() == 1);
  CHECK_FALSE(scene.client(4).is_voter());
  CHECK(scene.client(4).role() == event::RaftRole::Observer);
}

TEST_CASE("an observer becomes a voter, votes, and a voter is removed") {
  Reconfiguration scene(2, 3, 1);
  CHECK(scene.add(4) == ErrorCode::NONE);
  REQUIRE(scene.run_until(seconds(5), [&] { return scene.client(4).is_voter(); }));
  CHECK(scene.client(4).role() == event::RaftRole::Follower);
  CHECK(scene.set_of(4) == ids({1, 2, 3, 4}));
  CHECK(scene.leader()->client->leader_state()->voters().size() == 4);
  CHECK(scene.add(4) == ErrorCode::DUPLICATE_VOTER);

  const int gone = scene.leader()->id == NodeId(1) ? 2 : 1;
  CHECK(scene.remove(gone, Quorum::directory_of(NodeId(9))) == ErrorCode::VOTER_NOT_FOUND);
  CHECK(scene.remove(gone) == ErrorCode::NONE);
  REQUIRE(scene.run_until(seconds(5), [&] { return !scene.client(gone).is_voter(); }));
  CHECK(scene.client(gone).role() == event::RaftRole::Observer);
  CHECK(scene.remove(gone) == ErrorCode::VOTER_NOT_FOUND);
  // The set is in the log, so it is still the same after everybody was down.
  for (int id = 1; id <= 4; ++id) scene.crash(NodeId(id), true);
  scene.start_all();
  REQUIRE(scene.run_until(seconds(20), [&] { return scene.leader() != nullptr; }));
  CHECK(scene.leader()->client->voters().size() == 3);
  CHECK_FALSE(scene.client(gone).is_voter());
}

TEST_CASE("a leader that is removed resigns when that is committed, and another takes over") {
  Reconfiguration scene(3, 3, 0);
  const NodeId old = scene.leader()->id;
  CHECK(scene.remove(old.value()) == ErrorCode::NONE);
  REQUIRE(scene.run_until(seconds(20), [&] {
    Quorum::Node* now = scene.leader();
    return now != nullptr && now->id != old && now->client->leader_state()->high_watermark();
  }));
  CHECK(scene.leader()->client->voters().size() == 2);
  scene.run_for(seconds(5));
  CHECK(scene.client(old.value()).role() == event::RaftRole::Observer);
}

TEST_CASE("what is refused: a fixed set, a stranger that lags behind, a second change, the last") {
  {
    Reconfiguration scene(4, 3, 1, true);
    CHECK(scene.add(4) == ErrorCode::UNSUPPORTED_VERSION);
  }
  {
    Reconfiguration scene(5, 1, 2);
    scene.crash(NodeId(3), false);
    CHECK(scene.remove(1) == ErrorCode::INVALID_REQUEST);
    CHECK(scene.add(7) == ErrorCode::REQUEST_TIMED_OUT);
  }
  {
    Reconfiguration scene(8, 3, 1);
    const int leader = scene.leader()->id.value();
    for (int id = 1; id <= 4; ++id) {
      scene.cut(NodeId(leader), NodeId(id));
      scene.cut(NodeId(id), NodeId(leader));
    }
    // Nothing is committed any more, and until the first change is there is no second one.
    CHECK(scene.remove(leader == 1 ? 2 : 1) == ErrorCode::REQUEST_TIMED_OUT);
    CHECK(scene.client(leader).is_leader());
    CHECK(scene.remove(leader == 3 ? 2 : 3) == ErrorCode::REQUEST_TIMED_OUT);
    CHECK(scene.client(leader).voters().size() == 2);
  }
}

TEST_CASE("a set of one becomes a set of three, and survives the first voter") {
  Reconfiguration scene(6, 1, 2);
  CHECK(scene.add(2) == ErrorCode::NONE);
  CHECK(scene.add(3) == ErrorCode::NONE);
  scene.run_for(seconds(2));
  scene.crash(NodeId(1), true);
  REQUIRE(scene.run_until(seconds(20), [&] {
    Quorum::Node* now = scene.leader();
    return now != nullptr && now->id != NodeId(1) && now->client->leader_state()->high_watermark();
  }));
}

}  // namespace kscope::raft::testing
