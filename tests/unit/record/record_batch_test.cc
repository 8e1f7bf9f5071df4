// Goal: a batch holds what was put into it, its stamps touch only what they may, and a damaged one
// is recognised. Method: laws over random batches with every codec, then damage done by hand.
// Kafka: DefaultRecordBatchTest, MemoryRecordsBuilderTest. KIP-98.
#include "engine/base/byte_io.h"
#include "engine/base/checksums.h"
#include "engine/env/random.h"
#include "engine/record/record_batch.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::record;

namespace {

constexpr Codec kCodecs[] = {Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd};

Bytes random_bytes(env::Random& random, std::size_t limit) {
  Bytes bytes(random.below(limit + 1));
  // Half of them compress well, half do not.
  const bool dull = random.chance(1, 2);
  for (auto& b : bytes) b = dull ? 'x' : static_cast<std::uint8_t>(random.next());
  return bytes;
}

std::optional<Bytes> maybe_bytes(env::Random& random, std::size_t limit) {
  if (random.chance(1, 4)) return std::nullopt;
  return random_bytes(random, limit);
}

std::vector<Record> random_records(env::Random& random, std::int64_t base_offset) {
  std::vector<Record> records(random.between(1, 30));
  std::int64_t offset = base_offset + random.between(0, 2);
  for (Record& r : records) {
    r.offset = offset;
    offset += random.chance(1, 5) ? random.between(2, 90) : 1;  // gaps, as compaction leaves them
    r.timestamp_ms = 1'704'067'200'000 + random.between(-100'000, 100'000);
    r.key = maybe_bytes(random, 20);
    r.value = maybe_bytes(random, random.chance(1, 10) ? 3'000 : 100);
    for (std::uint64_t h = random.below(4); h > 0; --h) {
      const Bytes key = random_bytes(random, 12);
      r.headers.push_back({std::string(text_of(key)), maybe_bytes(random, 12)});
    }
  }
  return records;
}

Bytes three_records() {
  std::vector<Record> records(3);
  for (std::size_t i = 0; i < 3; ++i) {
    records[i].offset = static_cast<std::int64_t>(i);
    records[i].timestamp_ms = 1'000 + static_cast<std::int64_t>(i);
    records[i].value = to_bytes("value " + std::to_string(i));
  }
  return build_batch({}, records);
}

}  // namespace

TEST_CASE("any records come back from a batch with any codec") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    env::Random random(seed);
    BatchOptions options;
    options.base_offset = random.between(0, 1'000'000'000'000);
    options.partition_leader_epoch = static_cast<std::int32_t>(random.below(100));
    options.codec = kCodecs[random.below(5)];
    options.producer_id = random.between(-1, 10);
    options.producer_epoch = static_cast<std::int16_t>(random.between(-1, 10));
    options.base_sequence = static_cast<std::int32_t>(random.between(-1, 10));
    options.transactional = random.chance(1, 2);
    const auto records = random_records(random, options.base_offset);
    const Bytes batch = build_batch(options, records);

    const auto header = parse_header(batch);
    REQUIRE(header.ok());
    CHECK(header->size_in_bytes() == batch.size());
    CHECK(header->base_offset == options.base_offset);
    CHECK(header->last_offset() == records.back().offset);
    CHECK(header->partition_leader_epoch == options.partition_leader_epoch);
    CHECK(header->codec() == options.codec);
    CHECK(header->producer_id == options.producer_id);
    CHECK(header->is_transactional() == options.transactional);
    CHECK(header->count == static_cast<std::int32_t>(records.size()));
    CHECK(crc_is_valid(batch));
    const auto read = read_records(batch);
    REQUIRE(read.ok());
    CHECK(*read == records);
  }
}

TEST_CASE("the leader's stamps leave the CRC and the records alone") {
  const Bytes original = three_records();
  Bytes stamped(7, 0xaa);  // the batch need not be at the start of its buffer
  stamped.insert(stamped.end(), original.begin(), original.end());
  stamp_base_offset(stamped, 7, 5'000);
  stamp_leader_epoch(stamped, 7, 9);
  const ByteView batch = ByteView(stamped).subspan(7);
  const auto header = parse_header(batch);
  REQUIRE(header.ok());
  CHECK(header->base_offset == 5'000);
  CHECK(header->next_offset() == 5'003);
  CHECK(header->partition_leader_epoch == 9);
  CHECK(header->crc == parse_header(original)->crc);
  CHECK(crc_is_valid(batch));
  CHECK(read_records(batch)->at(1).offset == 5'001);
}

TEST_CASE("log append time replaces every record's timestamp and renews the CRC") {
  Bytes batch = three_records();
  stamp_append_time(batch, 0, 77'000);
  const auto header = parse_header(batch);
  CHECK(header->timestamp_type() == TimestampType::LogAppendTime);
  CHECK(header->max_timestamp == 77'000);
  CHECK(header->base_timestamp == 1'000);
  CHECK(crc_is_valid(batch));
  const auto records = read_records(batch);
  for (const Record& r : *records) CHECK(r.timestamp_ms == 77'000);
}

TEST_CASE("every flipped bit that the CRC covers is noticed") {
  const Bytes batch = three_records();
  for (std::size_t byte = 17; byte < batch.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = batch;
      damaged[byte] ^= static_cast<std::uint8_t>(1 << bit);
      const auto header = parse_header(damaged);
      // Some damage makes the header impossible, which is noticed sooner.
      if (header.ok()) REQUIRE_FALSE(crc_is_valid(damaged));
    }
  }
}

TEST_CASE("a torn tail is called truncated at every length") {
  const Bytes batch = three_records();
  for (std::size_t size = 0; size < batch.size(); ++size) {
    const Bytes torn(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(size));
    const auto header = parse_header(torn);
    REQUIRE_FALSE(header.ok());
    REQUIRE(header.error().kind == ErrorKind::Truncated);
    REQUIRE_FALSE(read_records(torn).ok());
    if (size >= kBatchOverhead) REQUIRE(parse_header_only(torn).ok());
  }
}

TEST_CASE("splitting keeps the whole batches and leaves out the torn one at the end") {
  const Bytes one = three_records();
  Bytes many;
  for (int i = 0; i < 3; ++i) many.insert(many.end(), one.begin(), one.end());
  CHECK(split_batches({})->empty());
  CHECK(split_batches(many)->size() == 3);
  many.pop_back();
  CHECK(split_batches(many)->size() == 2);
  Bytes rubbish_follows = one;
  rubbish_follows.insert(rubbish_follows.end(), 100, 0xee);
  REQUIRE_FALSE(split_batches(rubbish_follows).ok());
  CHECK(split_batches(rubbish_follows).error().kind == ErrorKind::Corrupt);
}

TEST_CASE("impossible headers are refused with the right kind of error") {
  const auto kind_after = [](std::size_t at, Bytes patch) {
    Bytes batch = three_records();
    std::copy(patch.begin(), patch.end(), batch.begin() + static_cast<std::ptrdiff_t>(at));
    return parse_header(batch).error().kind;
  };
  CHECK(kind_after(16, {1}) == ErrorKind::Unsupported);
  CHECK(kind_after(16, {3}) == ErrorKind::Corrupt);
  CHECK(kind_after(8, {0, 0, 0, 48}) == ErrorKind::Corrupt);
  CHECK(kind_after(8, {0xff, 0xff, 0xff, 0xff}) == ErrorKind::Corrupt);
  CHECK(kind_after(23, {0xff, 0xff, 0xff, 0xff}) == ErrorKind::Corrupt);  // lastOffsetDelta -1
  CHECK(kind_after(0, Bytes{0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) ==
        ErrorKind::Corrupt);
}

TEST_CASE("records that contradict the header are damaged, not guessed at") {
  const auto error_with_count = [](std::int32_t count) {
    Bytes batch = three_records();
    for (int i = 0; i < 4; ++i) {
      batch[static_cast<std::size_t>(57 + i)] = static_cast<std::uint8_t>(count >> (24 - 8 * i));
    }
    const auto read = read_records(batch);
    REQUIRE_FALSE(read.ok());
    return read.error();
  };
  CHECK(error_with_count(2).message.find("bytes follow the last record") != std::string::npos);
  CHECK(error_with_count(4).kind == ErrorKind::Corrupt);
  CHECK(error_with_count(-1).kind == ErrorKind::Corrupt);
  // Refused before anything of that size is allocated.
  CHECK(error_with_count(0x7fffffff).message.find("cannot fit") != std::string::npos);
}

TEST_CASE("a codec that does not exist is unsupported") {
  Bytes batch = three_records();
  batch[22] = 5;
  const auto read = read_records(batch);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().kind == ErrorKind::Unsupported);
}

TEST_CASE("control batches say so, and the walk names the control type") {
  BatchOptions options;
  options.control = true;
  options.transactional = true;
  Record marker;
  marker.key = Bytes{0, 0, 0, 1};
  marker.value = Bytes{0, 0, 0, 0, 0, 5};
  const Bytes batch = build_batch(options, {marker});
  CHECK(parse_header(batch)->is_control());
  std::string found;
  for (const FieldSpan& span : walk_batch(batch)) {
    if (span.name == "records[0].key") found = span.value;
  }
  CHECK(found == "control type 1: commit");
}

TEST_CASE("a delete horizon takes the place of the base timestamp, and no record notices") {
  const Bytes plain = three_records();
  const auto before = read_records(plain);
  REQUIRE(before.ok());
  CHECK_FALSE(parse_header(plain)->delete_horizon_ms().has_value());
  BatchOptions options;
  options.base_offset = before->front().offset;
  options.delete_horizon_ms = before->front().timestamp_ms + 86'400'000;
  options.last_offset = before->back().offset + 4;
  const Bytes batch = build_batch(options, *before);
  const auto header = parse_header(batch);
  REQUIRE(header.ok());
  CHECK(crc_is_valid(batch));
  CHECK(header->delete_horizon_ms() == options.delete_horizon_ms);
  CHECK(header->base_timestamp == *options.delete_horizon_ms);
  CHECK((header->attributes & 0x40) != 0);
  CHECK(header->max_timestamp == parse_header(plain)->max_timestamp);
  CHECK(header->last_offset() == before->back().offset + 4);
  CHECK(header->count == 3);
  const auto after = read_records(batch);
  REQUIRE(after.ok());
  CHECK(*after == *before);
}

TEST_CASE("an empty batch keeps what it says of its offsets and its producer") {
  BatchOptions options;
  options.base_offset = 40;
  options.partition_leader_epoch = 3;
  options.codec = Codec::Gzip;
  options.producer_id = 9;
  options.producer_epoch = 2;
  options.base_sequence = 17;
  options.transactional = true;
  Record record;
  record.offset = 42;
  record.timestamp_ms = 1000;
  const auto full = parse_header(build_batch(options, {record}));
  const Bytes batch = build_empty_batch(*full);
  CHECK(batch.size() == kBatchOverhead);
  CHECK(crc_is_valid(batch));
  const auto header = parse_header(batch);
  REQUIRE(header.ok());
  CHECK(header->base_offset == 40);
  CHECK(header->last_offset() == 42);
  CHECK(header->count == 0);
  CHECK(header->codec() == Codec::None);
  CHECK(header->partition_leader_epoch == 3);
  CHECK(header->producer_id == 9);
  CHECK(header->producer_epoch == 2);
  CHECK(header->base_sequence == 17);
  CHECK(header->is_transactional());
  CHECK(header->base_timestamp == -1);
  CHECK(header->max_timestamp == 1000);
  const auto records = read_records(batch);
  REQUIRE(records.ok());
  CHECK(records->empty());
}
