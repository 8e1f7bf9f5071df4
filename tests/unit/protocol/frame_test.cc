// Goal: sizes and headers. Method: hand-made bytes. Kafka: RequestHeaderTest,
// ApiVersionsRequestTest.
#include "engine/protocol/frame.h"

#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/protocol/hex.h"

using namespace kscope;
using namespace kscope::protocol;
using test::from_hex;

TEST_CASE("request headers: v1 without, v2 with tags; the client id is never compact") {
  const Bytes body = from_hex("aabb");
  const RequestHeader plain{ApiKey::Fetch, 11, CorrelationId(5), "c"};
  CHECK(request_frame(plain, body) == Blob(from_hex("0000000d 0001 000b 00000005 0001 63 aabb")));
  const RequestHeader flexible{ApiKey::Fetch, 12, CorrelationId(5), std::nullopt};
  CHECK(request_frame(flexible, body) ==
        Blob(from_hex("0000000d 0001 000c 00000005 ffff 00 aabb")));
}

TEST_CASE("response headers: v0 without, v1 with tags, and ApiVersions always v0") {
  const Bytes body = from_hex("aabb");
  CHECK(response_frame(ApiKey::Fetch, 11, CorrelationId(5), body) ==
        Blob(from_hex("00000006 00000005 aabb")));
  CHECK(response_frame(ApiKey::Fetch, 12, CorrelationId(5), body) ==
        Blob(from_hex("00000007 00000005 00 aabb")));
  CHECK(response_frame(ApiKey::ApiVersions, 3, CorrelationId(5), body) ==
        Blob(from_hex("00000006 00000005 aabb")));
}

TEST_CASE("what is framed is parsed back") {
  for (const std::int16_t version : {std::int16_t{11}, std::int16_t{12}}) {
    const RequestHeader header{ApiKey::Fetch, version, CorrelationId(77), "kscope"};
    const auto request = parse_request(request_frame(header, from_hex("0102")));
    REQUIRE(request.ok());
    CHECK(request->header.api == ApiKey::Fetch);
    CHECK(request->header.version == version);
    CHECK(request->header.correlation == CorrelationId(77));
    CHECK(request->header.client_id == "kscope");
    CHECK(request->body == Blob(from_hex("0102")));
    const auto response = parse_response(
        response_frame(ApiKey::Fetch, version, CorrelationId(77), from_hex("0304")),
        ApiKey::Fetch, version);
    REQUIRE(response.ok());
    CHECK(response->correlation == CorrelationId(77));
    CHECK(response->body == Blob(from_hex("0304")));
  }
}

TEST_CASE("tags in a header are skipped") {
  const auto request =
      parse_request(Blob(from_hex("00000011 0001 000c 00000005 ffff 01 07 02 ffff aabb")));
  REQUIRE(request.ok());
  CHECK(request->body == Blob(from_hex("aabb")));
}

TEST_CASE("a known API of a version above ours still has a header") {
  const auto request = parse_request(Blob(from_hex("0000000b 0012 0063 00000009 ffff 00")));
  REQUIRE(request.ok());
  CHECK(request->header.api == ApiKey::ApiVersions);
  CHECK(request->header.version == 99);
  CHECK(request->header.correlation == CorrelationId(9));
}

TEST_CASE("an unknown API, a wrong size and a short header are told apart") {
  const auto unknown = parse_request(Blob(from_hex("0000000a 03e7 0002 00000005 ffff")));
  REQUIRE(!unknown.ok());
  CHECK(unknown.error().kind == ErrorKind::Unsupported);
  CHECK(unknown.error().message == "frame: unknown API key 999 (version 2, correlation 5)");
  const auto negative = parse_request(Blob(from_hex("ffffffff")));
  CHECK(negative.error().message == "frame: impossible size -1");
  CHECK(parse_request(Blob(from_hex("06400001"))).error().kind == ErrorKind::Corrupt);
  const auto torn = parse_request(Blob(from_hex("00000020 0001")));
  CHECK(torn.error().kind == ErrorKind::Truncated);
  CHECK(torn.error().message == "frame: size says 32 bytes, but 2 follow");
  const auto header = parse_request(Blob(from_hex("00000009 0001 000b 00000005 00")));
  CHECK(header.error().kind == ErrorKind::Truncated);
  CHECK(!parse_request(Blob()).ok());
  CHECK(!parse_response(Blob(from_hex("00000002 0000")), ApiKey::Fetch, 4).ok());
}

TEST_CASE("a message is framed in one go exactly as its body would be") {
  const RequestHeader header{ApiKey::Metadata, 9, CorrelationId(1), "c"};
  const MetadataRequest request;
  CHECK(encode_request(header, request) == request_frame(header, encode_body(request, 9)));
  const MetadataResponse response;
  CHECK(encode_response(9, CorrelationId(1), response) ==
        response_frame(ApiKey::Metadata, 9, CorrelationId(1), encode_body(response, 9)));
}
