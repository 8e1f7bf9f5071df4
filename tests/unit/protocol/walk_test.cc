// Goal: the inspector shows every byte of a frame once, under its schema's name.
// Method: properties of the rows over random messages of every API and version; exact rows for
// frames of real clients.
#include "engine/protocol/walk.h"

#include "engine/protocol/frame.h"
#include "engine/protocol/registry.h"
#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/protocol/hex.h"

using namespace kscope;
using namespace kscope::protocol;

namespace {

const FieldSpan* find(const std::vector<FieldSpan>& spans, const std::string& name) {
  for (const FieldSpan& span : spans) {
    if (span.name == name) return &span;
  }
  return nullptr;
}

std::string value_of(const std::vector<FieldSpan>& spans, const std::string& name) {
  const FieldSpan* span = find(spans, name);
  return span == nullptr ? "(no such row)" : span->value;
}

/// Rows of one depth follow each other without overlap, inside their parent; rows of depth 0 cover
/// the frame without a gap.
void check_tree(const std::vector<FieldSpan>& spans, std::size_t size) {
  std::vector<const FieldSpan*> open;  // the row of each depth that is being filled
  std::vector<std::size_t> filled{0};  // up to where, for each depth
  for (const FieldSpan& span : spans) {
    if (span.decompressed) continue;
    const auto depth = static_cast<std::size_t>(span.depth);
    REQUIRE(depth <= open.size());
    open.resize(depth);
    filled.resize(depth + 1);
    REQUIRE(span.begin >= filled[depth]);
    if (depth == 0) REQUIRE(span.begin == filled[0]);
    if (depth > 0) REQUIRE(span.end <= open.back()->end);
    filled[depth] = span.end;
    open.push_back(&span);
    filled.push_back(span.begin);
  }
  REQUIRE(filled[0] == size);
}

}  // namespace

TEST_CASE("the rows of every message and version are a tree that covers all bytes") {
  env::Random random(7);
  test::for_each_version([&]<class T>(const T&, std::int16_t version) {
    INFO(T::kName << " v" << version);
    for (int i = 0; i < 10; ++i) {
      const Bytes body = encode_body(test::random_message<T>(random, version), version);
      std::vector<FieldSpan> spans;
      walk_body<T>(body, version, 0, 0, spans);
      check_tree(spans, body.size());
    }
  });
}

TEST_CASE("a Produce frame of kcat opens down to the record's header") {
  const Blob frame = test::golden("kcat-produce-v7-headers");
  const auto spans = walk_frame(frame, false, ApiKey::Fetch, 0);
  check_tree(spans, frame.size());
  CHECK(value_of(spans, "Size") == "134 bytes follow");
  CHECK(value_of(spans, "RequestApiKey") == "0 Produce");
  CHECK(value_of(spans, "RequestApiVersion") == "7");
  CHECK(value_of(spans, "CorrelationId") == "3");
  CHECK(value_of(spans, "ClientId") == "\"rdkafka\"");
  CHECK(value_of(spans, "TransactionalId") == "null");
  CHECK(value_of(spans, "Acks") == "-1");
  CHECK(value_of(spans, "TopicData") == "1 element");
  CHECK(value_of(spans, "Name") == "\"orders\"");
  CHECK(value_of(spans, "Records") == "85 bytes");
  CHECK(value_of(spans, "RecordBatch") == "offsets 0..0, 1 record");
  CHECK(value_of(spans, "records[0].key") == "\"k1\"");
  CHECK(value_of(spans, "records[0].value") == "\"hello\"");
  const FieldSpan* value = find(spans, "records[0].value");
  CHECK(text_of(frame.view().subspan(value->begin, value->end - value->begin)) == "\nhello");
  CHECK(value->depth > find(spans, "RecordBatch")->depth);
  const FieldSpan* crc = find(spans, "crc");
  CHECK(crc->end - crc->begin == 4);
  CHECK(crc->value.find("valid") != std::string::npos);
}

TEST_CASE("tags, ids and nested elements of a flexible request have rows of their own") {
  const Blob frame = test::golden("platformatic-fetch-v17");
  const auto spans = walk_frame(frame, false, ApiKey::Produce, 0);
  check_tree(spans, frame.size());
  CHECK(value_of(spans, "TopicId") == "AQIDBAUGBwgJCgsMDQ4PEA");
  REQUIRE(find(spans, "Topics[0]") != nullptr);
  REQUIRE(find(spans, "Partitions[0]") != nullptr);
  CHECK(find(spans, "Partitions[0]")->depth == find(spans, "Topics[0]")->depth + 2);
  CHECK(value_of(spans, "FetchOffset") == "0");
  CHECK(value_of(spans, "TaggedFields") == "none");
}

TEST_CASE("a tagged field's row begins with its tag, and unknown tags are shown") {
  Bytes body = encode_body(FetchRequest{}, 12);
  body.back() = 2;  // two tagged fields
  const Bytes tags = test::from_hex("00 04 04616263  2a 02 0102");
  body.insert(body.end(), tags.begin(), tags.end());
  std::vector<FieldSpan> spans;
  walk_body<FetchRequest>(body, 12, 0, 0, spans);
  check_tree(spans, body.size());
  CHECK(value_of(spans, "TaggedFields") == "2");
  CHECK(value_of(spans, "ClusterId") == "\"abc\"");
  CHECK(find(spans, "ClusterId")->begin == body.size() - 10);
  CHECK(value_of(spans, "UnknownTag42") == "4 bytes");
}

TEST_CASE("values of the metadata log are opened as metadata records") {
  TopicRecord topic;
  topic.name = "orders";
  record::Record entry;
  const Bytes value = encode_record(topic);
  entry.value = value;
  FetchResponse response;
  response.responses.push_back({kClusterMetadataTopic, {}, {{}}});
  response.responses[0].partitions[0].records = Blob(record::build_batch({}, {entry}));
  const Blob frame = encode_response(12, CorrelationId(1), response);
  const auto spans = walk_frame(frame, true, ApiKey::Fetch, 12);
  check_tree(spans, frame.size());
  CHECK(value_of(spans, "RecordType") == "2 TopicRecord");
  const FieldSpan* type = find(spans, "RecordType");
  CHECK(frame.view()[type->begin] == 2);
  CHECK(value_of(spans, "RecordVersion") == "0");
  // of another topic the same bytes are nobody's business
  response.responses[0].topic = "orders";
  const auto others =
      walk_frame(encode_response(12, CorrelationId(1), response), true, ApiKey::Fetch, 12);
  CHECK(find(others, "RecordType") == nullptr);
}

TEST_CASE("several batches, the last one torn") {
  const Bytes batch = record::build_batch({}, {record::Record{}});
  Bytes records = batch;
  records.insert(records.end(), batch.begin(), batch.end() - 3);
  FetchResponse response;
  response.responses.push_back({"orders", {}, {{}}});
  response.responses[0].partitions[0].records = Blob(records);
  const Blob frame = encode_response(11, CorrelationId(1), response);
  const auto spans = walk_frame(frame, true, ApiKey::Fetch, 11);
  check_tree(spans, frame.size());
  REQUIRE(find(spans, "(start of a batch)") != nullptr);
  CHECK(find(spans, "(start of a batch)")->end == frame.size());
}

TEST_CASE("a frame cut anywhere gives the rows up to there and says so") {
  const Blob whole = test::golden("kcat-fetch-v11");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto spans = walk_frame(whole.slice(0, n), false, ApiKey::Fetch, 11);
    REQUIRE(!spans.empty());
    CHECK(spans.back().name == "unreadable");
    CHECK(!spans.back().value.empty());
  }
}

TEST_CASE("a frame of an unknown API shows its header") {
  const Bytes frame = test::from_hex("0000000a 03e7 0000 00000005 ffff");
  const auto spans = walk_frame(frame, false, ApiKey::Fetch, 0);
  CHECK(value_of(spans, "RequestApiKey") == "999 Unknown");
  CHECK(value_of(spans, "unreadable") == "unknown API key");
}

TEST_CASE("long and unprintable texts stay one short line of ASCII") {
  MetadataRequest request;
  request.topics->push_back({{}, std::string("a\nb\xff") + std::string(1000, 'x')});
  std::vector<FieldSpan> spans;
  walk_body<MetadataRequest>(encode_body(request, 4), 4, 0, 0, spans);
  const std::string name = value_of(spans, "Name");
  CHECK(name.substr(0, 11) == "\"a\\x0ab\\xff");
  CHECK(name.size() < 200);
}
