// Goal: batches made by a client that is not ours are read exactly, and ours are what it would
// send. Method: bytes captured from kcat (tests/golden/record/README.md), decoded, re-encoded where
// no compression library has a say, and walked.
#include <fstream>

#include "engine/record/record_batch.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::record;

namespace {

Bytes golden(const std::string& name) {
  std::ifstream file(std::string(KSCOPE_SOURCE_DIR) + "/tests/golden/record/" + name + ".hex");
  REQUIRE(file.good());
  Bytes bytes;
  char high = 0, low = 0;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  while (file >> high >> low) {
    bytes.push_back(static_cast<std::uint8_t>(digit(high) * 16 + digit(low)));
  }
  return bytes;
}

std::string text(const std::optional<Bytes>& bytes) {
  return bytes ? std::string(text_of(*bytes)) : "<null>";
}

std::vector<Record> decode(const Bytes& batch) {
  auto records = read_records(batch);
  if (!records.ok()) FAIL(records.error().message);
  return std::move(records).value();
}

/// What a leader would not change: everything but the base offset and the leader epoch.
BatchOptions options_of(const BatchHeader& header) {
  BatchOptions o;
  o.base_offset = header.base_offset;
  o.partition_leader_epoch = header.partition_leader_epoch;
  o.codec = header.codec();
  o.timestamp_type = header.timestamp_type();
  o.producer_id = header.producer_id;
  o.producer_epoch = header.producer_epoch;
  o.base_sequence = header.base_sequence;
  o.transactional = header.is_transactional();
  o.control = header.is_control();
  return o;
}

}  // namespace

TEST_CASE("a plain batch of kcat is read record by record") {
  const Bytes batch = golden("plain");
  const auto header = parse_header(batch);
  REQUIRE(header.ok());
  CHECK(header->size_in_bytes() == batch.size());
  CHECK(header->count == 3);
  CHECK(header->last_offset_delta == 2);
  CHECK(header->codec() == Codec::None);
  CHECK_FALSE(header->has_producer_id());
  CHECK(crc_is_valid(batch));
  const auto records = decode(batch);
  REQUIRE(records.size() == 3);
  CHECK(text(records[0].key) == "alpha");
  CHECK(text(records[0].value) == "one");
  CHECK(text(records[2].key) == "gamma");
  CHECK(records[2].offset == 2);
  CHECK(records[0].timestamp_ms == header->base_timestamp);
}

TEST_CASE("null keys and null values stay null and do not become empty") {
  const auto nokey = decode(golden("nokey"));
  REQUIRE(nokey.size() == 1);
  CHECK(text(nokey[0].key) == "<null>");
  CHECK(text(nokey[0].value) == "just a value");
  const auto nulls = decode(golden("nulls"));
  REQUIRE(nulls.size() == 2);
  CHECK(text(nulls[0].key) == "key-only");
  CHECK(text(nulls[0].value) == "<null>");
  CHECK(text(nulls[1].value) == "value");
}

TEST_CASE("headers keep their order, and an empty value differs from none") {
  for (const Record& record : decode(golden("headers"))) {
    REQUIRE(record.headers.size() == 3);
    CHECK(record.headers[0].key == "trace");
    CHECK(text(record.headers[0].value) == "abc");
    CHECK(record.headers[1].key == "empty");
    CHECK(record.headers[2].key == "nothing");
    CHECK(text(record.headers[2].value) == "<null>");
  }
}

TEST_CASE("an idempotent producer's batch carries its id, epoch and first sequence") {
  const Bytes batch = golden("idempotent");
  const auto header = parse_header(batch);
  REQUIRE(header.ok());
  CHECK(header->producer_id == 4711);
  CHECK(header->producer_epoch == 3);
  CHECK(header->base_sequence == 0);
  CHECK(header->has_producer_id());
}

TEST_CASE("every codec of librdkafka is decompressed") {
  for (const char* name : {"gzip", "snappy", "lz4", "zstd"}) {
    CAPTURE(name);
    const Bytes batch = golden(name);
    const auto header = parse_header(batch);
    REQUIRE(header.ok());
    CHECK(std::string(to_string(header->codec())) == name);
    CHECK(crc_is_valid(batch));
    const auto records = decode(batch);
    REQUIRE(records.size() == 40);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::string n = std::to_string(i + 1);
      CHECK(text(records[i].key) == "key-" + n);
      CHECK(text(records[i].value) == "the same words again and again, number " + n);
    }
  }
}

TEST_CASE("an lz4 frame of more than one block is read whole") {
  const auto records = decode(golden("lz4-two-blocks"));
  REQUIRE(records.size() == 1'500);
  CHECK(text(records.back().value) ==
        "the quick brown fox jumps over the lazy dog and back again");
}

TEST_CASE("the builder makes byte for byte what librdkafka sent") {
  for (const char* name : {"plain", "nokey", "nulls", "headers", "idempotent"}) {
    CAPTURE(name);
    const Bytes batch = golden(name);
    const auto header = parse_header(batch);
    REQUIRE(header.ok());
    CHECK(hex(build_batch(options_of(*header), decode(batch)), 400) == hex(batch, 400));
  }
}

TEST_CASE("the walk covers every byte of a batch once") {
  for (const char* name : {"plain", "nokey", "nulls", "headers", "idempotent", "gzip"}) {
    CAPTURE(name);
    const Bytes batch = golden(name);
    std::size_t position = 0;
    for (const FieldSpan& span : walk_batch(batch)) {
      if (span.depth != 0) continue;
      CHECK(span.begin == position);
      position = span.end;
    }
    CHECK(position == batch.size());
  }
}
