// Goal: what members tell each other has Kafka's bytes, in all versions, and survives members of
// other ages.
// Method: bytes written out by hand from ConsumerProtocolSubscription.json and
// ConsumerProtocolAssignment.json; the cases of Kafka's ConsumerProtocolTest and
// StickyAssignorTest.
#include "engine/client/assignor/consumer_protocol.h"

#include "tests/catch.h"
#include "tests/unit/client/assignor_fixture.h"

using namespace kscope;
using namespace kscope::client;
using namespace kscope::client::trial;
using protocol::ConsumerProtocolSubscription;

namespace {

ConsumerProtocolSubscription full_subscription() {
  ConsumerProtocolSubscription s;
  s.topics = {"foo", "bar"};
  s.user_data = Blob(Bytes{0xab});
  s.owned_partitions = {{"foo", {1, 0}}, {"bar", {0}}};
  s.generation_id = 7;
  s.rack_id = "r";
  return s;
}

Blob after_version(std::int16_t version, const Blob& bytes) {
  Bytes changed(bytes.view().begin(), bytes.view().end());
  changed[0] = static_cast<std::uint8_t>(version >> 8);
  changed[1] = static_cast<std::uint8_t>(version);
  return Blob(changed);
}

}  // namespace

TEST_CASE("consumer protocol: a subscription's bytes, version by version") {
  const std::string v0 =
      "00 00 00 00 00 02 00 03 62 61 72 00 03 66 6f 6f"  // version, topics in order
      " 00 00 00 01 ab";                                 // user data
  const std::string owned =
      " 00 00 00 02 00 03 62 61 72 00 00 00 01 00 00 00 00"
      " 00 03 66 6f 6f 00 00 00 02 00 00 00 00 00 00 00 01";
  const auto bytes = [](std::int16_t version) {
    return hex(write_subscription(full_subscription(), version), 200);
  };
  const auto as_version = [](std::string text, const char* version) {
    return text.replace(0, 5, version);
  };
  CHECK(bytes(0) == v0);
  CHECK(bytes(1) == as_version(v0, "00 01") + owned);
  CHECK(bytes(2) == as_version(v0, "00 02") + owned + " 00 00 00 07");
  CHECK(bytes(3) == as_version(v0, "00 03") + owned + " 00 00 00 07 00 01 72");
}

TEST_CASE("consumer protocol: what was written is read; an older version lacks what it lacks") {
  ConsumerProtocolSubscription expected = full_subscription();
  expected.topics = {"bar", "foo"};
  expected.owned_partitions = {{"bar", {0}}, {"foo", {0, 1}}};
  CHECK(read_subscription(write_subscription(full_subscription())).value() == expected);
  expected.rack_id.reset();
  CHECK(read_subscription(write_subscription(full_subscription(), 2)).value() == expected);
  expected.generation_id = -1;
  CHECK(read_subscription(write_subscription(full_subscription(), 1)).value() == expected);
  expected.owned_partitions.clear();
  CHECK(read_subscription(write_subscription(full_subscription(), 0)).value() == expected);
}

TEST_CASE("consumer protocol: a member that changed nothing sends the same bytes again") {
  ConsumerProtocolSubscription other = full_subscription();
  std::swap(other.topics[0], other.topics[1]);
  other.owned_partitions = {{"bar", {0}}, {"foo", {0}}, {"foo", {1}}};
  CHECK(write_subscription(other) == write_subscription(full_subscription()));
}

TEST_CASE("consumer protocol: partitions that are listed twice are passed on twice") {
  ConsumerProtocolSubscription s = full_subscription();
  s.owned_partitions = {{"foo", {0, 1, 0}}, {"foo", {1}}};
  CHECK(partitions_of(read_subscription(write_subscription(s)).value().owned_partitions) ==
        partitions("foo-0 foo-0 foo-1 foo-1"));
}

TEST_CASE("consumer protocol: a newer version is read as the newest known") {
  for (const std::int16_t version : {4, 100, 32767}) {
    Bytes longer =
        to_bytes(text_of(after_version(version, write_subscription(full_subscription()))));
    longer.insert(longer.end(), {0xde, 0xad});  // fields of the future
    CHECK(read_subscription(longer).value().rack_id == "r");
    CHECK(read_subscription(longer).value().generation_id == 7);
    Bytes assignment =
        to_bytes(text_of(after_version(version, write_assignment({partitions("t-1"), {}}))));
    assignment.push_back(0xff);
    CHECK(read_assignment(assignment).value().partitions == partitions("t-1"));
  }
}

TEST_CASE("consumer protocol: an empty rack is none, and bad bytes are refused") {
  ConsumerProtocolSubscription s = full_subscription();
  s.rack_id = "";
  CHECK_FALSE(read_subscription(write_subscription(s)).value().rack_id.has_value());
  const Blob good = write_subscription(full_subscription());
  CHECK(read_subscription(after_version(-1, good)).error().kind == ErrorKind::Unsupported);
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    CHECK_FALSE(read_subscription(good.slice(0, cut)).ok());
  }
  CHECK_FALSE(read_assignment(Bytes{0}).ok());
}

TEST_CASE("consumer protocol: an assignment's bytes, grouped by topic in order of appearance") {
  const MemberAssignment assignment{partitions("foo-1 bar-0 foo-0"), Blob(Bytes{0x01})};
  CHECK(hex(write_assignment(assignment), 200) ==
        "00 03 00 00 00 02 00 03 66 6f 6f 00 00 00 02 00 00 00 01 00 00 00 00"
        " 00 03 62 61 72 00 00 00 01 00 00 00 00 00 00 00 01 01");
  CHECK(read_assignment(write_assignment(assignment)).value().partitions ==
        partitions("foo-1 foo-0 bar-0"));
  for (std::int16_t version = 0; version <= 3; ++version) {
    CHECK(read_assignment(write_assignment(assignment, version)).value().user_data ==
          assignment.user_data);
  }
  CHECK(hex(write_assignment({{}, std::nullopt}, 0)) == "00 00 00 00 00 00 ff ff ff ff");
}

TEST_CASE("sticky's user data: both versions, and anything else is no claim") {
  const OwnedClaim claim{partitions("t-1 t-3"), 5};
  CHECK(hex(write_sticky_user_data(claim, 0)) ==
        "00 00 00 01 00 01 74 00 00 00 02 00 00 00 01 00 00 00 03");
  CHECK(hex(write_sticky_user_data(claim, 1)) ==
        "00 00 00 01 00 01 74 00 00 00 02 00 00 00 01 00 00 00 03 00 00 00 05");
  CHECK(read_sticky_user_data(write_sticky_user_data(claim, 1)).partitions == claim.partitions);
  CHECK(read_sticky_user_data(write_sticky_user_data(claim, 1)).generation == 5);
  CHECK(read_sticky_user_data(write_sticky_user_data(claim, 0)).partitions == claim.partitions);
  CHECK_FALSE(read_sticky_user_data(write_sticky_user_data(claim, 0)).generation.has_value());
  for (const Bytes& bad : {Bytes{0xff, 0xff, 0xff, 0xff}, Bytes{1}, Bytes{0x7f, 0, 0, 0, 0, 1},
                           Bytes{0, 0, 0, 1, 0, 1, 't', 0x7f, 0xff, 0xff, 0xff, 0, 0}}) {
    CHECK(read_sticky_user_data(bad).partitions.empty());
    CHECK(read_sticky_user_data(bad).generation == -1);
  }
}

TEST_CASE("user data: who sends what, before and after the first share") {
  AssignorMemory memory;
  const MemberAssignment share{partitions("t-0"), std::nullopt};
  CHECK_FALSE(assignor("range").subscription_user_data({"t"}, memory).has_value());
  CHECK_FALSE(assignor("sticky").subscription_user_data({"t"}, memory).has_value());
  CHECK(hex(*assignor("cooperative-sticky").subscription_user_data({"t"}, memory)) ==
        "ff ff ff ff");
  assignor("range").on_assignment(share, 3, &memory);
  CHECK(memory == AssignorMemory{});
  assignor("sticky").on_assignment(share, 3, &memory);
  CHECK(*assignor("sticky").subscription_user_data({"t"}, memory) ==
        write_sticky_user_data({share.partitions, 3}));
  AssignorMemory other;
  assignor("cooperative-sticky").on_assignment(share, 3, &other);
  CHECK(hex(*assignor("cooperative-sticky").subscription_user_data({"t"}, other)) == "00 00 00 03");
}

TEST_CASE("cooperative-sticky: before version 2 the generation comes from the user data") {
  const auto with_generation = [](const char* id, const char* owned, int generation) {
    MemberSubscription m = owning(member(id, "t"), owned, -1);
    AssignorMemory memory;
    memory.generation = generation;
    m.subscription.user_data = assignor("cooperative-sticky").subscription_user_data({"t"}, memory);
    m.subscription = read_subscription(write_subscription(m.subscription, 1)).value();
    return m;
  };
  // The same claims by members of generations 5 and 4: the younger one is believed.
  CHECK(told(assignor("cooperative-sticky")
                 .assign(topics("t:2"), {with_generation("a", "t-0 t-1", 4),
                                         with_generation("b", "t-0", 5)})) == "a t-1 | b t-0");
}
