// Goal: a snapshot file has Kafka's bytes, is there whole or not at all, and takes the place of a
// log that is too far behind; a crash at any step harms nothing.
// Method: golden bytes from Python's struct; scenes in the universe of quorum_harness.h, with a
// crash before every single step of a download. KIP-630; Kafka: RecordsSnapshotWriterTest,
// KafkaRaftClientSnapshotTest, KafkaMetadataLogTest.
#include "engine/raft/snapshot_file.h"
#include "tests/catch.h"
#include "tests/unit/raft/quorum_invariants.h"

namespace kscope::raft::testing {
namespace {

// 325 bytes: header, kraft.version 1 and one voter; two records; footer (struct.pack, CRC-32C).
constexpr const char* kGolden =
    "00000000000000000000009d0000000302feda692d0020000000020000018bcfe5687b0000018bcfe568"
    "7bffffffffffffffffffffffffffff000000032a00000008000000031600000000018bcfe5687b00001e"
    "00000208000000050a000000010000880100000408000000067400000200000001d10000000000000000"
    "00000000000001020b434f4e54524f4c4c45520d636f6e74726f6c6c65722d3123850000000001000000"
    "0000000000000000030000004500000003027914278c0000000000010000018bcfe5687b0000018bcfe5"
    "687bffffffffffffffffffffffffffff000000021200000001066f6e650012000002010674776f000000"
    "0000000000050000003f000000030283eb1ec30020000000000000018bcfe5687b0000018bcfe5687bff"
    "ffffffffffffffffffffffffff000000011a00000008000000040600000000";

std::string hex(const Bytes& bytes) {
  std::string text;
  for (const std::uint8_t b : bytes) text += fmt::format("{:02x}", b);
  return text;
}

SnapshotContents golden_contents() {
  SnapshotContents contents;
  contents.last_timestamp_ms = 1'700'000'000'123;
  contents.kraft_version = 1;
  contents.voters = VoterSet().with(Quorum::voter_of(NodeId(1)));
  contents.records = {to_bytes("one"), to_bytes("two")};
  return contents;
}

struct SnapshotScene : Quorum {
  explicit SnapshotScene(std::uint64_t seed) : Quorum(seed, 3) {
    tune = [](RaftConfig& config) {
      config.max_retention_bytes = 1;
      config.snapshot_piece_bytes = 40;
    };
    after_step = [this] {
      for (const auto& seen : events()) history.push_back(seen);
      invariants.check(*this);
    };
    start_all();
    REQUIRE(run_until(seconds(10), [&] {
      return leader() != nullptr && leader()->client->leader_state()->high_watermark();
    }));
  }
  ~SnapshotScene() { CHECK(invariants.violation() == ""); }

  /// Node id misses twenty records and the leader's log from before two snapshots.
  void leave_behind(NodeId id) {
    crash(id, false);
    for (int i = 0; i < 20; ++i) {
      append(leader()->id, fmt::format("record {}", i));
      if (i % 10 != 9) continue;
      REQUIRE(run_until(seconds(5), [&] {
        return leader()->client->high_watermark() == leader()->client->log_end();
      }));
      CHECK(snapshot(leader()->id));
    }
    REQUIRE(leader()->client->log_start() > Offset(10));
    REQUIRE(leader()->client->snapshots().size() == 1);
  }
  bool caught_up(NodeId id) {
    const auto& node = nodes().at(id);
    return node.client && leader() != nullptr &&
           node.client->log_end() == leader()->client->log_end() &&
           node.client->high_watermark() == leader()->client->log_end();
  }
  NodeId follower() {
    for (auto& [id, node] : nodes()) {
      if (node.client && !node.client->is_leader()) return id;
    }
    return NodeId(-1);
  }
  template <class E>
  int count() const {
    return static_cast<int>(std::count_if(history.begin(), history.end(), [](const auto& seen) {
      return std::holds_alternative<E>(seen.body);
    }));
  }

  QuorumInvariants invariants;
  std::vector<CollectingSink::Seen> history;
};

}  // namespace

TEST_CASE("a snapshot's name says where it ends and in which epoch") {
  const SnapshotId id{Offset(107), 3};
  CHECK(snapshot_file_name(id) == "00000000000000000107-0000000003.checkpoint");
  CHECK(parse_snapshot_file_name("00000000000000000107-0000000003.checkpoint") == id);
  CHECK_FALSE(parse_snapshot_file_name("00000000000000000107-0000000003.checkpoint.part"));
  CHECK_FALSE(parse_snapshot_file_name("00000000000000000107_0000000003.checkpoint"));
  CHECK_FALSE(parse_snapshot_file_name("00000000000000000107.log"));
}

TEST_CASE("snapshots are listed by id, and one that is fetched again stands there once") {
  const SnapshotFile first{{Offset(10), 1}, 100, 1}, second{{Offset(10), 2}, 200, 2},
      third{{Offset(30), 2}, 300, 3};
  std::vector<SnapshotFile> all;
  for (const SnapshotFile& file : {third, first, second}) add_snapshot(all, file);
  CHECK(all == std::vector{first, second, third});
  const SnapshotFile again{second.id, 250, 4};
  add_snapshot(all, again);
  CHECK(all == std::vector{first, again, third});
  add_snapshot(all, third);
  CHECK(all == std::vector{first, again, third});
}

TEST_CASE("a snapshot has the bytes that Kafka's has") {
  const Bytes bytes = encode_snapshot({Offset(107), 3}, golden_contents());
  CHECK(hex(bytes) == kGolden);
  const auto read = decode_snapshot(bytes);
  REQUIRE(read.ok());
  CHECK(read->last_timestamp_ms == 1'700'000'000'123);
  CHECK(read->kraft_version == 1);
  CHECK(read->voters == golden_contents().voters);
  CHECK(read->records == golden_contents().records);
}

TEST_CASE("a snapshot that is cut anywhere, or has a bit wrong, is none") {
  const Bytes whole = encode_snapshot({Offset(107), 3}, golden_contents());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK_FALSE(decode_snapshot(ByteView(whole).first(length)).ok());
  }
  // Base offset and epoch of a batch, its first 16 bytes, lie outside the CRC.
  const auto batches = *record::split_batches(whole);
  std::size_t begin = 0;
  for (const record::BatchHeader& header : batches) {
    for (std::size_t at = begin + 17; at < begin + header.size_in_bytes(); at += 5) {
      Bytes damaged = whole;
      damaged[at] ^= 0x10;
      CHECK_FALSE(decode_snapshot(damaged).ok());
    }
    begin += header.size_in_bytes();
  }
}

TEST_CASE("a follower that the log has left behind loads the snapshot in pieces and goes on") {
  SnapshotScene scene(3);
  const NodeId late = scene.follower();
  scene.leave_behind(late);
  scene.start(late);
  REQUIRE(scene.run_until(seconds(10), [&] { return scene.caught_up(late); }));
  CHECK(scene.count<event::SnapshotFetchStarted>() == 1);
  CHECK(scene.count<event::SnapshotPieceFetched>() > 3);
  CHECK(scene.count<event::SnapshotInstalled>() == 1);
  const KafkaRaftClient& client = *scene.nodes().at(late).client;
  CHECK(client.log_start() == scene.leader()->client->log_start());
  CHECK(client.snapshots() == scene.leader()->client->snapshots());
  // And it is a whole member again: it can lead.
  scene.crash(scene.leader()->id, false);
  REQUIRE(scene.run_until(seconds(20), [&] { return scene.leader() != nullptr; }));
}

TEST_CASE("a crash or power loss before any step of a download is made good by a restart") {
  for (const bool power : {false, true}) {
    for (int steps = 1; steps < 60; steps += power ? 2 : 3) {
      SnapshotScene scene(static_cast<std::uint64_t>(100 + steps));
      const NodeId late = scene.follower();
      scene.leave_behind(late);
      scene.start(late);
      for (int i = 0; i < steps; ++i) scene.step();
      scene.crash(late, power);
      scene.start(late);
      REQUIRE(scene.start_errors.empty());
      REQUIRE(scene.run_until(seconds(30), [&] { return scene.caught_up(late); }));
    }
  }
}

TEST_CASE("a start that finds a snapshot beyond its log begins the log behind it") {
  SnapshotScene scene(5);
  const NodeId late = scene.follower();
  scene.leave_behind(late);
  // As a crash leaves it between "the file is whole" and "the log is thrown away"; and half a file.
  const SnapshotFile latest = scene.leader()->client->snapshots().back();
  Bytes bytes;
  scene.call(scene.leader()->id,
             [&](env::Env& env) { bytes = *read_snapshot_file(env.disk, latest.id); });
  scene.call(late, [&](env::Env& env) {
    REQUIRE(write_snapshot_file(env, latest.id, bytes).ok());
    const SnapshotId next{latest.id.end + 5, latest.id.epoch};
    REQUIRE(begin_part(env, next).ok());
    REQUIRE(append_to_part(env, next, ByteView(bytes).first(50)).ok());
  });
  scene.start(late);
  const KafkaRaftClient& client = *scene.nodes().at(late).client;
  CHECK(client.log_start() == latest.id.end);
  CHECK(client.high_watermark() == latest.id.end);
  CHECK(scene.count<event::SnapshotFetchStarted>() == 0);
  scene.call(late, [&](env::Env& env) {
    const auto entries = *env.disk.list(metadata_partition().str());
    for (const env::DirEntry& entry : entries) {
      CHECK(entry.name.find(".part") == std::string::npos);
    }
  });
  REQUIRE(scene.run_until(seconds(10), [&] { return scene.caught_up(late); }));
}

TEST_CASE("the latest snapshot is never cleaned away, whatever the retention says") {
  SnapshotScene scene(6);
  const NodeId leader = scene.leader()->id;
  scene.append(leader, "a");
  REQUIRE(scene.run_until(seconds(5), [&] {
    return scene.leader()->client->high_watermark() == scene.leader()->client->log_end();
  }));
  REQUIRE(scene.snapshot(leader));
  const KafkaRaftClient& client = *scene.nodes().at(leader).client;
  CHECK(client.snapshots().size() == 1);
  CHECK(client.log_start() == Offset(0));
}

}  // namespace kscope::raft::testing
