// Goal: every client finds the coordinator where real Kafka's clients do. Method: values of
// String.hashCode as a JVM gives them.
#include "engine/coordinator/group_coordinator.h"
#include "tests/catch.h"

using kscope::coordinator::partition_for;

TEST_CASE("the partition of a group is that of Java's hash of its name") {
  CHECK(partition_for("", 50) == 0);
  CHECK(partition_for("a", 50) == 97 % 50);
  CHECK(partition_for("ab", 50) == (97 * 31 + 98) % 50);
  // "hello".hashCode() == 99162322
  CHECK(partition_for("hello", 50) == 99162322 % 50);
  // "polygenelubricants".hashCode() == Integer.MIN_VALUE, whose absolute value there is not.
  CHECK(partition_for("polygenelubricants", 50) == 0);
  // A hash below zero, by the formula.
  std::uint32_t hash = 0;
  for (const char c : std::string("a-rather-long-name-of-a-group")) {
    hash = 31 * hash + static_cast<std::uint8_t>(c);
  }
  const auto as_java = static_cast<std::int32_t>(hash);
  CHECK(partition_for("a-rather-long-name-of-a-group", 50) == std::abs(as_java) % 50);
}

TEST_CASE("names beyond ASCII count by their UTF-16 units") {
  CHECK(partition_for("\xc3\xa9", 1000) == 0xe9);          // é
  CHECK(partition_for("\xe2\x82\xac", 100000) == 0x20ac);  // €
  // U+1F600 is two units: 0xd83d, 0xde00
  CHECK(partition_for("\xf0\x9f\x98\x80", 1 << 30) == 31 * 0xd83d + 0xde00);
  CHECK(partition_for("\xff", 100000) == 0xfffd);  // no UTF-8 at all
}
