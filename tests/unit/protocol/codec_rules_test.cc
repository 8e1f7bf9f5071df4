// Goal: the rules between versions, and the errors. What cannot travel is dropped only if the
// schema says that nobody minds; bytes that are no message are refused with the field's path and
// position.
// Method: single cases. Kafka: MessageTest, ByteBufferAccessor.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/catch.h"
#include "tests/unit/protocol/all_messages.h"
#include "tests/unit/protocol/hex.h"

using namespace kscope;
using namespace kscope::protocol;
using test::from_hex;

namespace {

/// Whether `action` stops the process, tried in a child.
template <class Action>
bool stops_the_process(Action action) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // without the test runner's report
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    action();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

template <class T>
Error error_of(const std::string& hex, std::int16_t version) {
  const Bytes bytes = from_hex(hex);
  const auto decoded = decode_body<T>(ByteView(bytes), version);
  REQUIRE(!decoded.ok());
  return decoded.error();
}

}  // namespace

TEST_CASE("an ignorable value that the version cannot carry is dropped") {
  FetchRequest request;
  request.rack_id = "r1";    // since 11
  request.session_id = 7;    // since 7
  request.max_bytes = 1000;  // since 3
  const auto decoded = decode_body<FetchRequest>(ByteView(encode_body(request, 4)), 4);
  REQUIRE(decoded.ok());
  CHECK(decoded->rack_id.empty());
  CHECK(decoded->session_id == 0);
  CHECK(decoded->max_bytes == 1000);
}

TEST_CASE("a value that matters and does not fit stops the process") {
  ListOffsetsResponse response;
  response.topics.push_back({"orders", {{}}});
  CHECK(!stops_the_process([&] { encode_body(response, 1); }));
  response.topics[0].partitions[0].leader_epoch = 3;  // since 4, not ignorable
  CHECK(stops_the_process([&] { encode_body(response, 1); }));
  CHECK(!stops_the_process([&] { encode_body(response, 4); }));
  CHECK(stops_the_process([&] { encode_body(response, 10); }));  // no such version
}

TEST_CASE("null where the version has no null stops the process") {
  MetadataRequest request;
  request.topics.reset();
  CHECK(stops_the_process([&] { encode_body(request, 0); }));
  CHECK(!stops_the_process([&] { encode_body(request, 1); }));
}

TEST_CASE("absent fields decode to the schema's defaults") {
  const auto request =
      decode_body<FetchRequest>(ByteView(from_hex("ffffffff 00000064 00000001 00000000")), 0);
  REQUIRE(request.ok());
  CHECK(request->max_bytes == 2147483647);
  CHECK(request->session_epoch == -1);
  CHECK(request->replica_state.replica_epoch == -1);
}

TEST_CASE("an error names the field, its path and the byte") {
  // Fetch v0: replica, wait, min, one topic "t", one partition, whose offset is cut
  const Error cut = error_of<FetchRequest>(
      "ffffffff 00000064 00000001 00000001 0001 74 00000001 00000000 0000", 0);
  CHECK(cut.kind == ErrorKind::Truncated);
  CHECK(cut.message ==
        "FetchRequest v0: Topics[0].Partitions[0].FetchOffset at byte 27 cannot be read: the body "
        "ends after 29 bytes");
  const Error null = error_of<MetadataRequest>("ffffffff", 0);
  CHECK(null.kind == ErrorKind::Corrupt);
  CHECK(null.message ==
        "MetadataRequest v0: Topics at byte 0 is null, which its schema does not allow");
  const Error element = error_of<DeleteTopicsRequest>("00000002 0001 61 ffff 0000", 1);
  CHECK(element.message ==
        "DeleteTopicsRequest v1: TopicNames[1] at byte 0 is null, which its schema does not allow");
}

TEST_CASE("a count beyond the bytes that are left is refused before anything is made of it") {
  const Error error = error_of<MetadataRequest>("7fffffff 0000", 1);
  CHECK(error.message ==
        "MetadataRequest v1: Topics at byte 0 claims a length of 2147483647, but 2 bytes are left");
  CHECK(error_of<MetadataRequest>("ffffffff0f 00", 9).kind == ErrorKind::Corrupt);
  CHECK(error_of<MetadataRequest>("fffffffe 00", 1).message.find("impossible length -2") !=
        std::string::npos);
}

TEST_CASE("a tagged field must end where its size says") {
  // Fetch v12 with the cluster id "abc" in 5 bytes instead of 4
  const std::string plain =
      "00000002 000001f4 00000001 7fffffff 00 00000000 ffffffff 01 01 01";
  CHECK(decode_body<FetchRequest>(ByteView(from_hex(plain + "01 00 04 04616263")), 12).ok());
  CHECK(error_of<FetchRequest>(plain + "01 00 05 04616263 00", 12).message ==
        "FetchRequest v12: TaggedFields at byte 29 does not end where its size says");
  CHECK(error_of<FetchRequest>(plain + "01 00 7f 04616263", 12).message ==
        "FetchRequest v12: TaggedFields at byte 29 claims more bytes than are left");
}

TEST_CASE("a version outside the message's range is unsupported, not guessed at") {
  const auto low = decode_body<FetchRequest>(ByteView(), -1);
  const auto high = decode_body<FetchRequest>(ByteView(), 18);
  REQUIRE(!low.ok());
  REQUIRE(!high.ok());
  CHECK(high.error().kind == ErrorKind::Unsupported);
  CHECK(high.error().message == "FetchRequest v18 is outside v0 to v17");
}

TEST_CASE("bytes behind the body are ignored in messages and refused in metadata records") {
  Bytes body = encode_body(FindCoordinatorRequest{}, 2);
  body.push_back(9);
  CHECK(decode_body<FindCoordinatorRequest>(ByteView(body), 2).ok());
  Bytes record = encode_record(NoOpRecord{});
  CHECK(decode_record(record).ok());
  record.push_back(9);
  CHECK(decode_record(record).error().kind == ErrorKind::Corrupt);
}

TEST_CASE("records of unknown frames and types are refused by name") {
  CHECK(decode_record(from_hex("02 02 00")).error().kind == ErrorKind::Unsupported);
  CHECK(decode_record(from_hex("01 63 00")).error().message == "metadata record: unknown type 99");
  CHECK(decode_record(from_hex("01 02 05 00")).error().message ==
        "TopicRecord v5 is outside v0 to v0");
  CHECK(decode_record(from_hex("01")).error().kind == ErrorKind::Truncated);
}

TEST_CASE("every metadata record comes back through its frame") {
  env::Random random(631);
  test::for_each_message([&]<class T>(const T&) {
    if constexpr (requires { T::kRecordType; }) {
      INFO(T::kName);
      for (int i = 0; i < 20; ++i) {
        const MetadataRecord record = test::random_message<T>(random, T::kWriteVersion);
        CHECK(std::string(record_name(record)) == T::kName);
        const auto decoded = decode_record(encode_record(record));
        if (!decoded.ok()) FAIL(decoded.error().message);
        REQUIRE(*decoded == record);
      }
    }
  });
}
