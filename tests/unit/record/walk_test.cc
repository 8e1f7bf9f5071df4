// Goal: the inspector's walk tells the truth about every byte. Method: fields are looked up by name
// and compared with what was built; the spans' bytes are decoded again by hand.
#include <map>

#include "engine/base/byte_io.h"
#include "engine/record/record_batch.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::record;

namespace {

Bytes sample(Codec codec) {
  BatchOptions options;
  options.base_offset = 100;
  options.codec = codec;
  std::vector<Record> records(2);
  records[0] = {100, 5'000, to_bytes("k"), to_bytes("hello"), {{"trace", to_bytes("abc")}}};
  records[1] = {101, 5'010, std::nullopt, Bytes{0x00, 0xff}, {}};
  return build_batch(options, records);
}

std::map<std::string, FieldSpan> by_name(const std::vector<FieldSpan>& spans) {
  std::map<std::string, FieldSpan> out;
  for (const FieldSpan& span : spans) REQUIRE(out.emplace(span.name, span).second);
  return out;
}

}  // namespace

TEST_CASE("fields have their values in words") {
  const auto fields = by_name(walk_batch(sample(Codec::None)));
  CHECK(fields.at("baseOffset").value == "100");
  CHECK(fields.at("attributes").value == "0x0000: not compressed, create time");
  CHECK(fields.at("crc").value.find("(valid)") != std::string::npos);
  CHECK(fields.at("lastOffsetDelta").value == "1 (last offset 101)");
  CHECK(fields.at("records[0]").value == "offset 100");
  CHECK(fields.at("records[0].key").value == "\"k\"");
  CHECK(fields.at("records[0].headers[0].key").value == "\"trace\"");
  CHECK(fields.at("records[0].headers[0].value").value == "\"abc\"");
  CHECK(fields.at("records[1].key").value == "null");
  CHECK(fields.at("records[1].value").value == "00 ff");
  CHECK(fields.at("records[1].timestampDelta").value == "10 ms");
}

TEST_CASE("the bytes of a span are the bytes of its field") {
  const Bytes batch = sample(Codec::None);
  const auto fields = by_name(walk_batch(batch));
  const auto bytes = [&](const char* name) {
    const FieldSpan& span = fields.at(name);
    return hex(ByteView(batch).subspan(span.begin, span.end - span.begin));
  };
  CHECK(bytes("baseOffset") == "00 00 00 00 00 00 00 64");
  CHECK(bytes("magic") == "02");
  CHECK(bytes("records[0].value") == "0a 68 65 6c 6c 6f");  // zig-zag length 5, then "hello"
  CHECK(bytes("records[1].key") == "01");                   // zig-zag -1: null
  CHECK(bytes("records[1].offsetDelta") == "02");
}

TEST_CASE("records of a compressed batch are walked in their decompressed form") {
  for (const Codec codec : {Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd}) {
    const Bytes batch = sample(codec);
    const auto fields = by_name(walk_batch(batch));
    CHECK_FALSE(fields.at("baseOffset").decompressed);
    CHECK(fields.at("records").begin == kBatchOverhead);
    CHECK(fields.at("records").end == batch.size());
    CHECK(fields.at("records[0]").decompressed);
    CHECK(fields.at("records[0]").begin == 0);
    CHECK(fields.at("records[0].value").value == "\"hello\"");
    const auto plain =
        decompress(codec, ByteView(batch).subspan(kBatchOverhead));
    CHECK(fields.at("records[1]").end == plain->size());
  }
}

TEST_CASE("damage is shown where it is, after everything that could be read") {
  Bytes batch = sample(Codec::None);
  const auto intact = by_name(walk_batch(batch));
  batch[intact.at("records[1].length").begin] = 0x7e;  // a length beyond the batch
  const auto fields = by_name(walk_batch(batch));
  CHECK(fields.at("crc").value.find("the bytes give") != std::string::npos);
  CHECK(fields.at("records[0].value").value == "\"hello\"");
  CHECK(fields.at("damaged").begin == intact.at("records[1]").begin);
  CHECK(fields.at("damaged").end == batch.size());
}

TEST_CASE("bytes that are no batch at all give one damaged span") {
  const auto spans = walk_batch(Bytes{1, 2, 3});
  REQUIRE(spans.size() == 1);
  CHECK(spans[0].name == "damaged");
  CHECK(spans[0].end == 3);
}

TEST_CASE("a batch with very many fields is cut off with a note") {
  std::vector<Record> records(20'000);
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].offset = static_cast<std::int64_t>(i);
  }
  const auto spans = walk_batch(build_batch({}, records));
  CHECK(spans.size() < 21'000);
  CHECK(spans.back().name == "…");
}
