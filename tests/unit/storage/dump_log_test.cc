// Goal: every file of a log directory can be read, and damage is named with its exact position.
// Method: write files through the log, dump them whole, cut at every byte, and flipped. Kafka:
// DumpLogSegmentsTest.
#include "engine/storage/dump_log.h"

#include "engine/protocol/records/metadata_record.h"
#include "tests/unit/storage/producer_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

const DumpOptions kDeep{.deep_iteration = true};

Dump dump(std::string_view name, ByteView bytes, const DumpOptions& options = kDeep,
          const DumpNeighbours& neighbours = {}) {
  auto result = dump_file(name, bytes, options, neighbours);
  REQUIRE(result.ok());
  return std::move(result).value();
}

int lines_of(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a segment is shown batch by batch and record by record, in kafka-dump-log's words") {
  record::BatchOptions options;
  options.base_offset = 5;
  options.partition_leader_epoch = 3;
  record::Record r;
  r.offset = 5;
  r.timestamp_ms = 1700000000000;
  r.key = to_bytes("k");
  r.value = to_bytes("v\n\\");
  r.headers.push_back({"trace", to_bytes("1")});
  const Bytes batch = record::build_batch(options, {r});
  const std::uint32_t crc = record::parse_header(batch).value().crc;
  const Dump shown =
      dump("/data/orders-0/00000000000000000005.log", batch, {.print_data_log = true});
  CHECK(shown.text ==
        "Log starting offset: 5\n"
        "baseOffset: 5 lastOffset: 5 count: 1 baseSequence: -1 lastSequence: -1 producerId: -1 "
        "producerEpoch: -1 partitionLeaderEpoch: 3 isTransactional: false isControl: false "
        "deleteHorizonMs: "
        "OptionalLong.empty position: 0 CreateTime: 1700000000000 size: " +
            std::to_string(batch.size()) +
            " magic: 2 compresscodec: none crc: " + std::to_string(crc) +
            " isvalid: true\n"
            "| offset: 5 CreateTime: 1700000000000 keySize: 1 valueSize: 3 sequence: -1 "
            "headerKeys: [trace] key: k payload: v\\x0a\\x5c\n");
  CHECK(shown.problems.empty());
  CHECK(lines_of(dump("00000000000000000005.log", batch, {}).text) == 2);
  CHECK(dump("00000000000000000005.log", batch,
             {.print_data_log = true, .skip_record_metadata = true})
            .text.ends_with("\n| key: k payload: v\\x0a\\x5c\n"));
  CHECK(lines_of(dump("00000000000000000005.log", batch, {.max_bytes = 10}).text) == 1);
}

TEST_CASE("a segment that is cut anywhere shows what is whole and where it was torn") {
  Bytes log = make_batch({.records = 2});
  const std::size_t first = log.size();
  const Bytes second = make_batch({.records = 3, .base_offset = 2});
  log.insert(log.end(), second.begin(), second.end());
  for (std::size_t size = 0; size <= log.size(); ++size) {
    const Dump shown = dump("00000000000000000000.log", ByteView(log).first(size));
    const int whole = size == log.size() ? 2 : size >= first ? 1 : 0;
    REQUIRE(lines_of(shown.text) == 1 + (whole > 0 ? 3 : 0) + (whole > 1 ? 4 : 0));
    const bool at_boundary = size == 0 || size == first || size == log.size();
    REQUIRE(shown.problems.size() == (at_boundary ? 0 : 1));
    if (at_boundary) continue;
    const std::string position = std::to_string(size < first ? 0 : first);
    REQUIRE(shown.problems[0].find("position " + position + ": the file ends within a batch") == 0);
  }
}

TEST_CASE("any flipped bit of a segment is noticed or shown, and never fatal") {
  Bytes log = make_batch({.records = 2});
  const Bytes second = make_batch({.records = 1, .base_offset = 2});
  log.insert(log.end(), second.begin(), second.end());
  for (std::size_t byte = 16; byte < log.size(); ++byte) {
    if (byte >= make_batch({.records = 2}).size() &&
        byte < make_batch({.records = 2}).size() + 16) {
      continue;  // offset, length and epoch are outside of the CRC
    }
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = log;
      damaged[byte] ^= static_cast<std::uint8_t>(1 << bit);
      REQUIRE_FALSE(dump("00000000000000000000.log", damaged).problems.empty());
    }
  }
}

TEST_CASE("sequence numbers wrap to 0 behind 2^31 - 1") {
  record::BatchOptions options;
  options.producer_id = 4000;
  options.producer_epoch = 0;
  options.base_sequence = 2147483647;
  std::vector<record::Record> records(2);
  records[1].offset = 1;
  const std::string text =
      dump("00000000000000000000.log", record::build_batch(options, records)).text;
  CHECK(text.find("baseSequence: 2147483647 lastSequence: 0 ") != std::string::npos);
  CHECK(text.find("sequence: 2147483647 headerKeys") != std::string::npos);
  CHECK(text.find("sequence: 0 headerKeys") != std::string::npos);
}

TEST_CASE("indexes are shown entry by entry, with offsets made absolute") {
  Node node;
  LogConfig config;
  config.index_interval_bytes = 0;
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 3; ++i) append(node, log, {.timestamp_ms = kNowMs + i});
  const auto size = make_batch({}).size();
  const Bytes index = node.disk.contents(kFirstIndex).value();
  CHECK(dump(kFirstIndex, index).text == "offset: 1 position: " + std::to_string(size) +
                                             "\noffset: 2 position: " + std::to_string(2 * size) +
                                             "\n");
  CHECK(dump("00000000000000000100.index", index).text.find("offset: 101 ") == 0);
  const Bytes times = node.disk.contents(kFirstTimeIndex).value();
  CHECK(dump(kFirstTimeIndex, times).text ==
        "timestamp: 1704067200001 offset: 1\n"
        "timestamp: 1704067200002 offset: 2\n");
}

TEST_CASE("with the .log beside it, each entry of an index is followed to its batch") {
  Node node;
  LogConfig config;
  config.index_interval_bytes = 0;
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 4; ++i) append(node, log, {.records = 2, .timestamp_ms = kNowMs + i});
  const DumpNeighbours beside{node.disk.contents(kFirstLog).value(),
                              node.disk.contents(kFirstIndex).value()};
  const Bytes index = *beside.index;
  const Bytes times = node.disk.contents(kFirstTimeIndex).value();
  const DumpOptions verify{.verify_index_only = true};
  CHECK(dump(kFirstIndex, index, verify, beside).problems.empty());
  CHECK(dump(kFirstIndex, index, verify, beside).text.empty());
  CHECK(dump(kFirstTimeIndex, times, verify, beside).problems.empty());
  CHECK(dump(kFirstIndex, index, verify).problems.size() == 1);  // nothing to check against
  CHECK(dump(kFirstIndex, index, {.index_sanity_check = true}).text ==
        kFirstIndex + " passed sanity check.\n");

  Bytes wrong = index;
  wrong[3] = 2;  // the batch at that position ends at 3
  CHECK(dump(kFirstIndex, wrong, verify, beside).problems ==
        std::vector<std::string>{"position 0: index offset 2, log offset 3 (the last of the batch "
                                 "at position 95)"});
  wrong = index;
  wrong[7] += 1;
  CHECK(dump(kFirstIndex, wrong, verify, beside).problems ==
        std::vector<std::string>{"position 0: offset 3 is said to be at position 96, where there "
                                 "is no batch"});
  CHECK(dump(kFirstIndex, wrong, {.index_sanity_check = true}, beside).problems.empty());
  Bytes late = times;
  late[7] += 1;
  CHECK(dump(kFirstTimeIndex, late, verify, beside).problems[0] ==
        "position 0: index timestamp 1704067200003, log timestamp 1704067200002 (the newest of "
        "the batch at position 95)");
  CHECK(neighbours_of("/d/orders-0/00000000000000000000.timeindex").log ==
        "/d/orders-0/00000000000000000000.log");
  CHECK(neighbours_of("/d.x/orders-0/00000000000000000000.index.deleted").log ==
        "/d.x/orders-0/00000000000000000000.log");
  CHECK(neighbours_of("/d/orders-0/00000000000000000000.log").log.empty());
}

TEST_CASE("producers, aborted transactions and markers are shown in kafka-dump-log's words") {
  Node node;
  UnifiedLog log = open_log(node);
  offer(node, log,
        producer_batch({.producer = 9, .epoch = 2, .records = 3, .transactional = true}));
  offer(node, log, make_marker(9, 2, ControlType::Abort, 4), AppendOrigin::Coordinator);
  const std::string file = "orders-0/00000000000000000000.txnindex";
  CHECK(dump(file, node.disk.contents(file).value()).text ==
        "version: 0 producerId: 9 firstOffset: 0 lastOffset: 3 lastStableOffset: 4\n");
  const Dump segment = dump(kFirstLog, node.disk.contents(kFirstLog).value());
  CHECK(segment.text.find("isTransactional: true isControl: true") != std::string::npos);
  CHECK(segment.text.find("headerKeys: [] endTxnMarker: ABORT coordinatorEpoch: 4\n") !=
        std::string::npos);
  offer(node, log,
        producer_batch({.producer = 9, .epoch = 2, .sequence = 3, .transactional = true}));
  REQUIRE(log.close_cleanly(node.env()).ok());
  const std::string snapshot = "orders-0/00000000000000000005.snapshot";
  CHECK(dump(snapshot, node.disk.contents(snapshot).value()).text ==
        "producerId: 9 producerEpoch: 2 coordinatorEpoch: 4 currentTxnFirstOffset: "
        "OptionalLong[4] lastTimestamp: 1704067200000 firstSequence: 3 lastSequence: 3 lastOffset: "
        "4 offsetDelta: 0 timestamp: 1704067200000\n");
  CHECK(dump(snapshot, Bytes(10, 0)).problems[0] == "position 0: version 0, and only 1 is known");
  CHECK(dump(file, Bytes(40, 0)).problems[0] == "position 34: 6 bytes are left, an entry has 34");
}

TEST_CASE("records of the metadata log are shown as JSON") {
  protocol::TopicRecord topic;
  topic.name = "orders \"x\"";
  protocol::PartitionChangeRecord change;
  change.partition_id = 3;
  change.isr = std::vector<std::int32_t>{1, 2};
  record::Record first, second, broken;
  first.value = protocol::encode_record(topic);
  second.offset = 1;
  second.value = protocol::encode_record(change);
  broken.offset = 2;
  broken.value = Bytes{1, 99, 0};
  const Bytes batch = record::build_batch({}, {first, second, broken});
  const Dump shown = dump("00000000000000000000.log", batch,
                          {.cluster_metadata = true, .skip_record_metadata = true});
  const std::string records = shown.text.substr(shown.text.find("\n| ") + 1);
  CHECK(
      records ==
      "| payload: {\"type\":\"TOPIC_RECORD\",\"version\":0,\"data\":{\"name\":\"orders "
      "\\\"x\\\"\",\"topicId\":\"AAAAAAAAAAAAAAAAAAAAAA\"}}\n"
      "| payload: {\"type\":\"PARTITION_CHANGE_RECORD\",\"version\":1,\"data\":{\"partitionId\":3,"
      "\"topicId\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"isr\":[1,2]}}\n"
      "| payload: unreadable: metadata record: unknown type 99\n");
}

TEST_CASE("damaged indexes are named with the position of the bad entry") {
  CHECK(dump("00000000000000000000.index", Bytes(20, 0)).problems.size() == 2);
  CHECK(dump("00000000000000000000.index", Bytes(20, 0)).problems[1] ==
        "position 16: 4 bytes are left, an entry has 8");
  const Bytes falling{0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 10};
  CHECK(dump("00000000000000000000.index", falling).problems[0] ==
        "position 8: entry 8 -> 10 does not come after 9 -> 9");
  CHECK_FALSE(dump("00000000000000000000.timeindex", Bytes(25, 0)).problems.empty());
}

TEST_CASE("checkpoints and property files are shown as they are and checked") {
  CHECK(dump("leader-epoch-checkpoint", view_of("0\n1\n2 5\n")).text == "0\n1\n2 5\n");
  CHECK(dump("leader-epoch-checkpoint", view_of("0\n2\n2 5\n")).problems[0] ==
        "line 2 announces 2 entries, 1 follow");
  CHECK(dump("recovery-point-offset-checkpoint", view_of("0\n1\norders 0 x\n")).problems[0] ==
        "line 3: \"orders 0 x\" is not topic partition offset");
  CHECK(dump("replication-offset-checkpoint", view_of("")).problems.empty());
  CHECK(dump("remote-log-metadata", view_of("0\n1\n0 9 5 380 1\n")).problems.empty());
  CHECK(dump("remote-log-metadata", view_of("0\n1\n0 9 5 380\n")).problems.size() == 1);
  CHECK(dump("partition.metadata", view_of("version: 0\n")).problems[0] == "topic_id is missing");
  CHECK(dump("meta.properties", view_of("version=1\x1b[2J\n")).text == "version=1\\x1b[2J\n");
}

TEST_CASE("any other file is refused with the names that are understood") {
  const auto refused = dump_file("notes.txt", {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::Unsupported);
  CHECK(refused.error().message.find("notes.txt: not a file of a log directory") == 0);
  CHECK_FALSE(dump_file("5.log", {}).ok());
}

TEST_CASE("arbitrary bytes under any name never do harm") {
  env::Random random(5);
  for (int i = 0; i < 3000; ++i) {
    Bytes bytes(random.below(200));
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
    if (bytes.size() > 16 && random.chance(1, 2)) bytes[16] = 2;
    for (const char* name : {"00000000000000000000.log", "00000000000000000000.index",
                             "00000000000000000000.timeindex", "00000000000000000000.txnindex",
                             "00000000000000000000.snapshot", "leader-epoch-checkpoint",
                             "00000000000000000000-0000000000.checkpoint", "x-offset-checkpoint",
                             "partition.metadata", "meta.properties"}) {
      REQUIRE(dump_file(name, bytes, {.print_data_log = true,
                         .cluster_metadata = i % 4 == 0,
                         .offsets = i % 4 == 1,
                         .transaction_log = i % 4 == 2},
                        {bytes, bytes})
                  .ok());
    }
  }
}
