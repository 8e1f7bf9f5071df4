// Goal: ids, names and node lists behave as values with Kafka's spelling. Method: examples by hand;
// the texts of Uuids come from org.apache.kafka.common.UuidTest.
#include <set>

#include "engine/base/api_key.h"
#include "engine/base/error_code.h"
#include "engine/base/partition.h"
#include "engine/base/result.h"
#include "tests/catch.h"

using namespace kscope;

namespace {

Uuid uuid_of(std::uint64_t high, std::uint64_t low) {
  Uuid id;
  for (int i = 0; i < 8; ++i) {
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    id.bytes[static_cast<std::size_t>(i + 8)] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return id;
}

}  // namespace

TEST_CASE("a uuid prints as Kafka prints it") {
  CHECK(Uuid{}.str() == "AAAAAAAAAAAAAAAAAAAAAA");
  CHECK(uuid_of(0, 1).str() == "AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(uuid_of(0x6d2b4d4d4d4d4d4dULL, 0xffffffffffffffffULL).str() == "bStNTU1NTU3__________w");
}

TEST_CASE("a uuid is read back from its text and from nothing else") {
  const Uuid id = uuid_of(0x0123456789abcdefULL, 0xfedcba9876543210ULL);
  Uuid read;
  REQUIRE(Uuid::parse(id.str(), &read));
  CHECK(read == id);
  CHECK(Uuid::parse(id.str() + "==", &read));
  for (const char* bad : {"", "AAAA", "AAAAAAAAAAAAAAAAAAAAA+", "AAAAAAAAAAAAAAAAAAAAAB",
                          "AAAAAAAAAAAAAAAAAAAAAAA"}) {
    CAPTURE(bad);
    CHECK_FALSE(Uuid::parse(bad, &read));
  }
  CHECK(read == id);
}

TEST_CASE("names are handed out once and in order of first use") {
  NameTable names;
  CHECK(names.name(NameRef()) == "");
  const NameRef orders = names.intern("orders");
  CHECK(orders == NameRef(1));
  CHECK(names.intern("payments") == NameRef(2));
  CHECK(names.intern("orders") == orders);
  CHECK(names.intern("") == NameRef(0));
  const PartitionRef ref = names.intern(TopicPartition{"orders", 3});
  CHECK(names.name(ref) == TopicPartition{"orders", 3});
  CHECK(names.name(ref).str() == "orders-3");
  CHECK(names.size() == 3);
}

TEST_CASE("a copy of a name table is a value of its own") {
  NameTable a;
  a.intern("orders");
  NameTable b = a;
  CHECK(a == b);
  b.intern("payments");
  CHECK_FALSE(a == b);
  CHECK(a.size() == 2);
}

TEST_CASE("a node list keeps its order, because the first replica is the preferred leader") {
  const NodeList replicas(std::vector<std::int32_t>{3, 1, 2});
  CHECK(replicas.str() == "{3,1,2}");
  CHECK(replicas[0] == NodeId(3));
  CHECK(replicas.contains(NodeId(2)));
  CHECK_FALSE(replicas.contains(NodeId(4)));
  CHECK(replicas.nodes() == std::vector<NodeId>{NodeId(3), NodeId(1), NodeId(2)});
  CHECK(replicas == NodeList(replicas.nodes()));
  CHECK_FALSE(replicas == NodeList(std::vector<std::int32_t>{1, 2, 3}));
  CHECK(NodeList().str() == "{}");
}

TEST_CASE("every error has a name, a sentence, and its own row") {
  std::set<std::string> names;
  for (const ErrorInfo& row : error_table()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(&error_info(row.code) == &row);
    const std::string meaning = row.meaning;
    CHECK(meaning.size() > 5);
    CHECK(meaning.back() == '.');
  }
  CHECK(std::string(to_string(ErrorCode::NOT_LEADER_OR_FOLLOWER)) == "NOT_LEADER_OR_FOLLOWER");
  CHECK(error_info(ErrorCode::NOT_ENOUGH_REPLICAS).retriable);
  CHECK_FALSE(error_info(ErrorCode::OFFSET_OUT_OF_RANGE).retriable);
  CHECK(error_info(static_cast<ErrorCode>(9'999)).code == ErrorCode::UNKNOWN_SERVER_ERROR);
}

TEST_CASE("an unknown api key is called unknown") {
  CHECK(std::string(to_string(ApiKey::Fetch)) == "Fetch");
  CHECK(std::string(to_string(static_cast<ApiKey>(99))) == "Unknown");
}

TEST_CASE("a result hands on the first error") {
  const auto half = [](int n) -> Result<int> {
    if (n % 2 != 0) return Error{ErrorKind::Invalid, "odd"};
    return n / 2;
  };
  const auto quarter = [&](int n) -> Result<int> {
    KTRY_ASSIGN(const int h, half(n));
    return half(h);
  };
  CHECK(quarter(8).value() == 2);
  REQUIRE_FALSE(quarter(6).ok());
  CHECK(quarter(6).error().message == "odd");
}
