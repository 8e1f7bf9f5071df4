// Goal: bytes from strangers cost at most their own length: no crash, no read past the end, no
// large allocation, no accepted nonsense that could not be encoded again; and the inspector
// survives them.
// Method: seeded mutations of real frames and of random messages, and plain noise, for every API
// and version. The sanitizer build makes of an over-read a failure. A fixed seed, so that a failure
// comes again: the INFO line names the case.
#include "engine/protocol/frame.h"
#include "engine/protocol/labels.h"
#include "engine/protocol/registry.h"
#include "engine/protocol/walk.h"
#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/protocol/hex.h"

using namespace kscope;
using namespace kscope::protocol;

namespace {

Bytes noise(env::Random& random, std::size_t size) {
  Bytes bytes(size);
  // Small numbers are likelier: they pass for lengths and lead deeper.
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(random.chance(1, 2) ? random.below(4) : random.next());
  }
  return bytes;
}

/// One to four changes: flip, overwrite with an extreme, insert, remove, cut.
Bytes mutated(env::Random& random, Bytes bytes) {
  static constexpr std::uint8_t kExtremes[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
  for (std::uint64_t n = random.below(4) + 1; n > 0 && !bytes.empty(); --n) {
    const std::size_t at = random.below(bytes.size());
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random.below(5)) {
      case 0: *place ^= static_cast<std::uint8_t>(1 << random.below(8)); break;
      case 1: *place = kExtremes[random.below(5)]; break;
      case 2: bytes.insert(place, static_cast<std::uint8_t>(random.next())); break;
      case 3: bytes.erase(place); break;
      default: bytes.resize(at); break;
    }
  }
  return bytes;
}

/// What must hold of a walk over any bytes. `size` is the frame's.
void check_spans(const std::vector<FieldSpan>& spans, std::size_t size) {
  for (const FieldSpan& span : spans) {
    REQUIRE(span.begin <= span.end);
    if (!span.decompressed) REQUIRE(span.end <= size);
    REQUIRE(span.depth >= 0);
  }
}

template <class T>
void try_body(const Bytes& bytes, std::int16_t version) {
  const Blob body(bytes);
  const auto decoded = decode_body<T>(body, version);
  std::vector<FieldSpan> spans;
  walk_body<T>(body, version, 4, 0, spans);
  check_spans(spans, body.size() + 4);
  const bool unreadable = !spans.empty() && spans.back().name == "unreadable";
  if (!decoded.ok()) {
    REQUIRE(!decoded.error().message.empty());
    REQUIRE(unreadable);
  } else {
    REQUIRE(*decode_body<T>(ByteView(encode_body(*decoded, version)), version) == *decoded);
  }
}

}  // namespace

TEST_CASE("noise and damaged bodies of every message and version are survived") {
  env::Random random(482);
  test::for_each_version([&]<class T>(const T&, std::int16_t version) {
    INFO(T::kName << " v" << version);
    for (int i = 0; i < 60; ++i) try_body<T>(noise(random, random.below(120)), version);
    for (int i = 0; i < 120; ++i) {
      const T message = test::random_message<T>(random, version);
      try_body<T>(mutated(random, encode_body(message, version)), version);
    }
  });
}

TEST_CASE("damaged frames of real clients are survived by parser, inspector and labels") {
  env::Random random(74);
  for (const char* name :
       {"kcat-api_versions-v3", "kcat-metadata-v4-all-topics", "kcat-produce-v7-headers",
        "kcat-fetch-v11", "kcat-list_offsets-v2-earliest", "kcat-init_producer_id-v4",
        "confluent-create_topics-v4", "platformatic-fetch-v17", "platformatic-produce-v11",
        "platformatic-metadata-v12", "platformatic-delete_topics-v6", "kcat-join_group-v5-new",
        "kcat-sync_group-v3-leader", "kcat-offset_commit-v7", "kcat-offset_fetch-v7",
        "kafka_python-join_group-v2"}) {
    INFO(name);
    const Blob whole = test::golden(name);
    const Bytes bytes(whole.view().begin(), whole.view().end());
    for (int i = 0; i < 600; ++i) {
      Bytes damaged = mutated(random, bytes);
      if (damaged.size() >= 4 && random.chance(3, 4)) {  // a true size leads deeper
        ByteWriter size;
        size.i32(static_cast<std::int32_t>(damaged.size()) - 4);
        std::copy(size.bytes().begin(), size.bytes().end(), damaged.begin());
      }
      const Blob frame(std::move(damaged));
      const auto parsed = parse_request(frame);
      if (!parsed.ok()) REQUIRE(!parsed.error().message.empty());
      check_spans(walk_frame(frame, false, ApiKey::Fetch, 0), frame.size());
      REQUIRE(!frame_label(frame, false, ApiKey::Fetch, 0).empty());
    }
  }
}

TEST_CASE("noise as responses of every API and version is survived") {
  env::Random random(75);
  for (const ApiEntry& api : api_table()) {
    for (std::int16_t v = api.implemented.min; v <= api.implemented.max; ++v) {
      INFO(api.name << " v" << v);
      for (int i = 0; i < 40; ++i) {
        const Blob frame =
            response_frame(api.key, v, CorrelationId(i), noise(random, random.below(90)));
        check_spans(walk_frame(frame, true, api.key, v), frame.size());
        REQUIRE(!frame_label(frame, true, api.key, v).empty());
        const auto parsed = parse_response(frame, api.key, v);
        REQUIRE(parsed.ok());
        const bool good = api.check_response(parsed->body, v).ok();
        const auto spans = walk_frame(frame, true, api.key, v);
        REQUIRE(good == (spans.back().name != "unreadable"));
      }
    }
  }
}

TEST_CASE("metadata records of noise are refused or read, never more") {
  env::Random random(76);
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes = noise(random, random.below(60));
    if (!bytes.empty() && random.chance(3, 4)) bytes[0] = 1;
    const auto record = decode_record(bytes);
    if (record.ok()) REQUIRE(decode_record(encode_record(*record)).ok());
    std::vector<FieldSpan> spans;
    walk_record(bytes, 0, 0, spans);
    check_spans(spans, bytes.size());
  }
}
