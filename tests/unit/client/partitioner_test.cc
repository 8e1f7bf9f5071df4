// Goal: keys land where Java's client puts them, and records without a key stick together.
// Method: vectors from Kafka's own UtilsTest.testMurmur2; the sticky rules of BuiltInPartitioner
// (KIP-480, KIP-794) by hand.
#include "engine/client/partitioner.h"

#include <set>

#include "engine/base/checksums.h"
#include "tests/catch.h"

using namespace kscope;
using client::StickyPartitioner;

TEST_CASE("murmur2 gives what Java's client gives") {
  CHECK(murmur2(view_of("21")) == -973932308);
  CHECK(murmur2(view_of("foobar")) == -790332482);
  CHECK(murmur2(view_of("a-little-bit-long-string")) == -985981536);
  CHECK(murmur2(view_of("a-little-bit-longer-string")) == -1486304829);
  CHECK(murmur2(view_of("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")) == -58897971);
  CHECK(murmur2(view_of("abc")) == 479470107);
}

TEST_CASE("a key's partition is its hash without the sign bit, modulo the partitions") {
  // Not the absolute value: toPositive(-973932308) = 1173551340.
  CHECK(partition_for_key(view_of("21"), 7) == 1173551340 % 7);
  CHECK(partition_for_key(view_of("abc"), 10) == 479470107 % 10);
  CHECK(partition_for_key(view_of("foobar"), 1) == 0);
}

TEST_CASE("the sticky partition stays until batch.size bytes went there") {
  StickyPartitioner partitioner;
  env::Random random(7);
  const std::int32_t first = partitioner.partition_for("t", 100, {}, random);
  partitioner.appended("t", 99, 100, true);
  CHECK(partitioner.partition_for("t", 100, {}, random) == first);
  partitioner.appended("t", 1, 100, true);
  std::set<std::int32_t> next{partitioner.partition_for("t", 100, {}, random)};
  CHECK(next.count(first) == 0);  // one in a hundred to be the same; this seed is not
}

TEST_CASE("a half full queue holds the sticky partition, but not beyond twice batch.size") {
  StickyPartitioner partitioner;
  env::Random random(7);
  const std::int32_t first = partitioner.partition_for("t", 1000, {}, random);
  partitioner.appended("t", 199, 100, false);
  CHECK(partitioner.partition_for("t", 1000, {}, random) == first);
  partitioner.appended("t", 1, 100, false);
  CHECK(partitioner.partition_for("t", 1000, {}, random) != first);
}

TEST_CASE("sticky partitions are drawn from those that have a leader") {
  env::Random random(3);
  for (int i = 0; i < 50; ++i) {
    StickyPartitioner partitioner;
    const std::int32_t drawn = partitioner.partition_for("t", 10, {4, 6}, random);
    CHECK((drawn == 4 || drawn == 6));
  }
}

TEST_CASE("every topic has its own sticky partition") {
  StickyPartitioner partitioner;
  env::Random random(11);
  const std::int32_t a = partitioner.partition_for("a", 1000, {}, random);
  partitioner.partition_for("b", 1000, {}, random);
  partitioner.appended("b", 500, 100, true);
  CHECK(partitioner.partition_for("a", 1000, {}, random) == a);
}
