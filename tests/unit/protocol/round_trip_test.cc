// Goal: for every message and every version, encoding and decoding are each other's inverse.
// Method: property test. describe() itself fills the message with random values (all_messages.h),
// so a new message or field is covered the moment it is described. Kafka: MessageTest.
#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"

using namespace kscope;
using namespace kscope::protocol;

namespace {
constexpr int kRounds = 40;
}

TEST_CASE("every message decodes to what was encoded, in every version") {
  env::Random random(595);
  test::for_each_version([&]<class T>(const T&, std::int16_t version) {
    INFO(T::kName << " v" << version);
    for (int i = 0; i < kRounds; ++i) {
      const T message = test::random_message<T>(random, version);
      const Bytes bytes = encode_body(message, version);
      const auto decoded = decode_body<T>(ByteView(bytes), version);
      if (!decoded.ok()) FAIL(decoded.error().message);
      REQUIRE(*decoded == message);
      REQUIRE(encode_body(*decoded, version) == bytes);
    }
  });
}

TEST_CASE("a default message can be encoded in every version and comes back as it was") {
  test::for_each_version([&]<class T>(const T& message, std::int16_t version) {
    INFO(T::kName << " v" << version);
    const auto decoded = decode_body<T>(ByteView(encode_body(message, version)), version);
    REQUIRE(decoded.ok());
    REQUIRE(*decoded == message);
  });
}

TEST_CASE("default values of tagged fields take no bytes: flexible defaults end with a zero") {
  test::for_each_message([&]<class T>(const T& message) {
    if (T::kFlexible > T::kMaxVersion) return;
    INFO(T::kName);
    REQUIRE(encode_body(message, T::kMaxVersion).back() == 0);
  });
}

TEST_CASE("no strict prefix of a body is taken for a whole one") {
  env::Random random(101);
  test::for_each_version([&]<class T>(const T&, std::int16_t version) {
    INFO(T::kName << " v" << version);
    const Bytes bytes = encode_body(test::random_message<T>(random, version), version);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      const auto decoded = decode_body<T>(ByteView(bytes).first(n), version);
      REQUIRE(!decoded.ok());
      REQUIRE(decoded.error().message.find(" at byte ") != std::string::npos);
    }
  });
}

TEST_CASE("fields of bytes decoded from a blob share its storage") {
  ProduceRequest request;
  request.topic_data.push_back({"orders", {{0, Blob::copy_of(view_of("batch"))}}});
  const Blob body(encode_body(request, 9));
  const auto decoded = decode_body<ProduceRequest>(body, 9);
  REQUIRE(decoded.ok());
  const ByteView records = decoded->topic_data[0].partition_data[0].records;
  CHECK(text_of(records) == "batch");
  CHECK(records.data() >= body.view().data());
  CHECK(records.data() < body.view().data() + body.size());
}
