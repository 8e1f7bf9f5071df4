// Goal: no bytes, however hostile, crash the readers of batches or make them take memory without
// bound; they give a clear error. Method: random bytes, and valid batches with bytes changed,
// pushed through every reading function; the sanitizer build watches for reads beyond the end.
#include "engine/base/checksums.h"
#include "engine/env/random.h"
#include "engine/record/record_batch.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::record;

namespace {

Bytes valid_batch(env::Random& random) {
  BatchOptions options;
  options.base_offset = random.between(0, 100);
  options.codec = static_cast<Codec>(random.below(5));
  std::vector<Record> records(random.between(1, 8));
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].offset = options.base_offset + static_cast<std::int64_t>(i);
    records[i].key = Bytes(random.below(10), 'k');
    records[i].value = Bytes(random.below(50), static_cast<std::uint8_t>(random.next()));
    if (random.chance(1, 3)) records[i].headers.push_back({"h", std::nullopt});
  }
  return build_batch(options, records);
}

Bytes hostile_bytes(env::Random& random) {
  if (random.chance(1, 4)) {
    Bytes bytes(random.below(200));
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random.next());
    if (bytes.size() > 16) bytes[16] = 2;  // otherwise nearly all stop at the magic
    return bytes;
  }
  Bytes bytes = valid_batch(random);
  for (std::uint64_t changes = random.below(5); changes > 0; --changes) {
    bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.next());
  }
  if (random.chance(1, 4)) bytes.resize(random.below(bytes.size()));
  return bytes;
}

}  // namespace

TEST_CASE("arbitrary bytes give a batch or a clear error, never a crash") {
  int readable = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    env::Random random(seed);
    const Bytes bytes = hostile_bytes(random);
    const auto header = parse_header(bytes);
    if (header.ok()) {
      REQUIRE(header->size_in_bytes() <= bytes.size());
      REQUIRE(header->next_offset() > header->base_offset);
      crc_is_valid(bytes);
    }
    const auto records = read_records(bytes);
    if (records.ok()) {
      ++readable;
    } else {
      ++refused;
      REQUIRE_FALSE(records.error().message.empty());
    }
    const auto headers = split_batches(bytes);
    if (headers.ok()) REQUIRE(headers->size() <= bytes.size() / kBatchOverhead);
    for (const FieldSpan& span : walk_batch(bytes)) {
      REQUIRE(span.begin <= span.end);
      if (!span.decompressed) REQUIRE(span.end <= bytes.size());
    }
  }
  // The generator is no use if everything goes one way.
  CHECK(readable > 1'000);
  CHECK(refused > 1'000);
}
