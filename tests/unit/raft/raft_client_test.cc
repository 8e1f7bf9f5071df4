// Goal: elections, replication, truncation, resignation and the long poll, each by itself and with
// its times. Method: scenes in the universe of quorum_harness.h. KIP-595; Kafka:
// KafkaRaftClientTest, KafkaRaftClientFetchTest.
#include "engine/raft/raft_client.h"

#include "engine/protocol/messages/fetch_snapshot.h"
#include "tests/catch.h"
#include "tests/unit/raft/quorum_invariants.h"

namespace kscope::raft::testing {
namespace {

using event::RaftRole;

struct Scene : Quorum {
  explicit Scene(std::uint64_t seed, int voters = 3, int observers = 0)
      : Quorum(seed, voters, observers) {
    after_step = [this] {
      for (const auto& seen : events()) history.push_back(seen);
      invariants.check(*this);
    };
    start_all();
  }
  ~Scene() { CHECK(invariants.violation() == ""); }

  KafkaRaftClient& elected() {
    REQUIRE(run_until(seconds(10), [&] {
      return leader() != nullptr && leader()->client->leader_state()->high_watermark();
    }));
    return *leader()->client;
  }
  void isolate(NodeId id) {
    for (auto& [other, node] : nodes()) {
      cut(id, other);
      cut(other, id);
    }
  }
  template <class E>
  int count() const {
    return static_cast<int>(std::count_if(history.begin(), history.end(), [](const auto& seen) {
      return std::holds_alternative<E>(seen.body);
    }));
  }
  std::vector<CommittedBatch> committed(NodeId id) {
    std::vector<CommittedBatch> result;
    call(id,
         [&](env::Env& env) { result = *nodes().at(id).client->read_committed(env, Offset(0)); });
    return result;
  }

  QuorumInvariants invariants;
  std::vector<CollectingSink::Seen> history;
};

NodeId other_than(NodeId a, NodeId b = NodeId(-1)) {
  for (int id = 1;; ++id) {
    if (NodeId(id) != a && NodeId(id) != b) return NodeId(id);
  }
}

}  // namespace

TEST_CASE("three fresh voters elect a leader within two election time-outs and follow it") {
  Scene scene(1);
  const KafkaRaftClient& leader = scene.elected();
  CHECK(scene.now() < Instant{} + seconds(2) + millis(100));
  CHECK(leader.epoch() == 1);
  scene.run_for(seconds(1));
  for (auto& [id, node] : scene.nodes()) {
    CHECK(node.client->leader() == leader.config().node);
    CHECK(node.client->epoch() == 1);
    if (id != leader.config().node) CHECK(node.client->role() == RaftRole::Follower);
  }
}

TEST_CASE("an epoch begins with a LeaderChange record that names the voters") {
  Scene scene(2);
  const NodeId leader = scene.elected().config().node;
  const auto batches = scene.committed(leader);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].control);
  CHECK(batches[0].base == Offset(0));
  CHECK(batches[0].epoch == 1);
}

TEST_CASE("an appended batch is committed and known everywhere within a few round trips") {
  Scene scene(3, 3, 1);
  const NodeId leader = scene.elected().config().node;
  scene.run_for(seconds(2));
  const Offset last = *scene.append(leader, "hello");
  const Instant appended = scene.now();
  REQUIRE(scene.run_until(seconds(1), [&] {
    return std::all_of(scene.nodes().begin(), scene.nodes().end(),
                       [&](const auto& n) { return n.second.client->high_watermark() > last; });
  }));
  // Data to the followers, their next fetch back, the high watermark out again: no 500 ms in it.
  CHECK(scene.now() - appended < millis(12));
  CHECK(scene.committed(NodeId(4)).back().records.at(0) == to_bytes("hello"));
}

TEST_CASE("followers and observers do not append") {
  Scene scene(4);
  const NodeId leader = scene.elected().config().node;
  CHECK_FALSE(scene.append(other_than(leader), "no").has_value());
}

TEST_CASE("an idle follower fetches about twice a second") {
  Scene scene(5);
  scene.elected();
  scene.run_for(seconds(2));
  const std::uint64_t before = scene.frames_sent;
  scene.run_for(seconds(10));
  const std::uint64_t frames = scene.frames_sent - before;
  CHECK(frames >= 76);  // two followers, request and response, every 500 ms and a bit
  CHECK(frames <= 84);
}

TEST_CASE("when the leader dies another one takes over and nothing committed is lost") {
  Scene scene(6);
  const NodeId old = scene.elected().config().node;
  const Offset last = *scene.append(old, "kept");
  REQUIRE(scene.run_until(seconds(1),
                          [&] { return scene.nodes().at(old).client->high_watermark() > last; }));
  scene.crash(old, true);
  const Instant crashed = scene.now();
  REQUIRE(scene.run_until(seconds(10), [&] { return scene.leader() != nullptr; }));
  CHECK(scene.now() - crashed < seconds(5));
  const NodeId next = scene.elected().config().node;
  CHECK(scene.committed(next).at(1).records.at(0) == to_bytes("kept"));
}

TEST_CASE("a leader that comes back has resigned and does not lead its old epoch again") {
  Scene scene(7);
  const NodeId old = scene.elected().config().node;
  scene.crash(old, true);
  scene.start(old);
  const KafkaRaftClient& client = *scene.nodes().at(old).client;
  CHECK(client.role() == RaftRole::Resigned);
  CHECK(client.epoch() == 1);
  // It tells the others, who need not wait for their fetch time-out.
  const Instant restarted = scene.now();
  REQUIRE(scene.run_until(seconds(5), [&] { return scene.leader() != nullptr; }));
  CHECK(scene.now() - restarted < millis(1500));
  CHECK(scene.leader()->client->epoch() > 1);
}

TEST_CASE("a leader without its majority resigns after one and a half fetch time-outs") {
  Scene scene(8);
  const NodeId old = scene.elected().config().node;
  scene.run_for(seconds(1));
  scene.isolate(old);
  const Instant isolated = scene.now();
  REQUIRE(scene.run_until(
      seconds(10), [&] { return scene.nodes().at(old).client->role() == RaftRole::Resigned; }));
  CHECK(scene.now() - isolated <= seconds(3));
  CHECK(scene.now() - isolated >= seconds(2));
  CHECK(scene.count<event::RaftLeaderResigned>() == 1);
}

TEST_CASE("what an isolated leader appended is cut when it returns") {
  Scene scene(9);
  const NodeId old = scene.elected().config().node;
  scene.run_for(seconds(1));
  scene.isolate(old);
  scene.append(old, "lost 1");
  scene.append(old, "lost 2");
  REQUIRE(scene.run_until(seconds(20),
                          [&] { return scene.leader() != nullptr && scene.leader()->id != old; }));
  const NodeId next = scene.elected().config().node;
  scene.append(next, "kept");
  scene.heal();
  REQUIRE(scene.run_until(seconds(20), [&] {
    const Quorum::Node* leader = scene.leader();
    return leader != nullptr &&
           scene.nodes().at(old).client->high_watermark() == leader->client->log_end();
  }));
  CHECK(scene.count<event::LogTruncated>() >= 1);
  for (const CommittedBatch& batch : scene.committed(old)) {
    for (const Bytes& record : batch.records) CHECK(text_of(record).substr(0, 4) != "lost");
  }
}

TEST_CASE("a voter with an old log does not get the votes of those who have more") {
  Scene scene(10);
  const NodeId leader = scene.elected().config().node;
  const NodeId behind = other_than(leader), other = other_than(leader, behind);
  scene.run_for(seconds(1));
  scene.isolate(behind);
  const Offset last = *scene.append(leader, "more");
  REQUIRE(scene.run_until(seconds(1),
                          [&] { return scene.nodes().at(other).client->high_watermark() > last; }));
  scene.crash(leader, false);
  scene.heal();
  REQUIRE(scene.run_until(seconds(20), [&] { return scene.leader() != nullptr; }));
  CHECK(scene.leader()->id == other);
}

TEST_CASE("a clean shutdown names a successor, which stands at once") {
  Scene scene(11);
  const NodeId old = scene.elected().config().node;
  scene.run_for(seconds(1));
  KafkaRaftClient& client = *scene.nodes().at(old).client;
  CHECK_FALSE((scene.call(old, [&](env::Env& env) { client.begin_shutdown(env); }),
               client.shutdown_complete()));
  const Instant begun = scene.now();
  REQUIRE(scene.run_until(seconds(5), [&] { return client.shutdown_complete(); }));
  CHECK(scene.now() - begun < millis(100));
  CHECK(scene.leader()->id != old);
  CHECK(scene.count<event::RaftLeaderResigned>() == 0);
}

TEST_CASE("an observer finds the leader by asking around and again after it moved") {
  Scene scene(12, 3, 2);
  const NodeId old = scene.elected().config().node;
  REQUIRE(scene.run_until(seconds(3), [&] { return scene.client(5).leader() == old; }));
  CHECK(scene.client(5).role() == RaftRole::Observer);
  scene.crash(old, false);
  REQUIRE(scene.run_until(seconds(10), [&] {
    return scene.leader() != nullptr && scene.client(5).leader() == scene.leader()->id &&
           scene.client(5).log_end() == scene.leader()->client->log_end();
  }));
  CHECK(scene.client(4).votes().empty());
}

TEST_CASE("two candidates at once split the votes and one of them wins later") {
  // Of four voters, two stand at the same moment with one vote each besides their own.
  int split = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Scene scene(seed, 4);
    scene.set_latency(millis(100), millis(400));
    REQUIRE(scene.run_until(seconds(60), [&] { return scene.leader() != nullptr; }));
    split += scene.leader()->client->epoch() > 1 ? 1 : 0;
  }
  CHECK(split > 5);
}

TEST_CASE("a member whose disk fails falls silent and the others go on") {
  Scene scene(13);
  const NodeId old = scene.elected().config().node;
  scene.run_for(seconds(1));
  scene.nodes().at(old).disk.set_failing_flush(true);
  scene.after_step = [] {};  // it is dead in the eyes of the invariants, but its process is there
  CHECK_FALSE(scene.append(old, "x").has_value());
  CHECK(scene.nodes().at(old).client->failure().has_value());
  REQUIRE(scene.run_until(seconds(10), [&] {
    for (auto& [id, node] : scene.nodes()) {
      if (id != old && node.client->is_leader()) return true;
    }
    return false;
  }));
}

TEST_CASE("a request for a snapshot is answered with: there is none") {
  CHECK(KafkaRaftClient::handles(ApiKey::FetchSnapshot));
  CHECK(KafkaRaftClient::handles(ApiKey::DescribeQuorum));
  CHECK_FALSE(KafkaRaftClient::handles(ApiKey::Produce));
  Scene scene(14);
  const NodeId leader = scene.elected().config().node;
  std::optional<ErrorCode> answer;
  scene.on_outside_frame = [&](const env::ConnectionInfo&, const Blob& frame) {
    const auto parsed = protocol::parse_response(frame, ApiKey::FetchSnapshot, 1);
    REQUIRE(parsed.ok());
    const auto body = protocol::decode_body<protocol::FetchSnapshotResponse>(parsed->body, 1);
    answer = body->topics.at(0).partitions.at(0).error_code;
  };
  const ConnectionId connection = scene.connect_from_outside(NodeId(99), leader);
  protocol::FetchSnapshotRequest request;
  protocol::FetchSnapshotRequest::PartitionSnapshot partition;
  partition.current_leader_epoch = scene.elected().epoch();
  partition.snapshot_id = {7, 1};
  request.topics.push_back({kClusterMetadataTopic, {partition}});
  scene.send_from_outside(
      connection, protocol::encode_request({request.kApi, 1, CorrelationId(1), "test"}, request));
  scene.run_for(millis(50));
  CHECK(answer == ErrorCode::SNAPSHOT_NOT_FOUND);
}

TEST_CASE("DescribeQuorum tells how far everybody is, and only the leader can") {
  Scene scene(15, 3, 1);
  const NodeId leader = scene.elected().config().node;
  scene.run_for(seconds(1));
  std::vector<protocol::DescribeQuorumResponse> answers;
  scene.on_outside_frame = [&](const env::ConnectionInfo&, const Blob& frame) {
    const auto parsed = protocol::parse_response(frame, ApiKey::DescribeQuorum, 2);
    answers.push_back(*protocol::decode_body<protocol::DescribeQuorumResponse>(parsed->body, 2));
  };
  for (NodeId to : {leader, other_than(leader)}) {
    const ConnectionId connection = scene.connect_from_outside(NodeId(99), to);
    protocol::DescribeQuorumRequest request;
    request.topics.push_back({kClusterMetadataTopic, {{0}}});
    scene.send_from_outside(
        connection, protocol::encode_request({request.kApi, 2, CorrelationId(1), "test"}, request));
    scene.run_for(millis(50));
  }
  REQUIRE(answers.size() == 2);
  const auto& told = answers[0].topics.at(0).partitions.at(0);
  CHECK(told.leader_id == leader.value());
  CHECK(told.current_voters.size() == 3);
  CHECK(told.observers.size() == 1);
  for (const auto& voter : told.current_voters) CHECK(voter.log_end_offset == 1);
  CHECK(answers[1].topics.at(0).partitions.at(0).error_code == ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_CASE("a copy of a member goes on exactly as the original does") {
  Scene scene(16);
  const NodeId leader = scene.elected().config().node;
  const KafkaRaftClient copy = *scene.nodes().at(leader).client;
  scene.append(leader, "a");
  CHECK(copy.log_end() != scene.nodes().at(leader).client->log_end());
  CHECK(copy.epoch() == scene.nodes().at(leader).client->epoch());
}

}  // namespace kscope::raft::testing
