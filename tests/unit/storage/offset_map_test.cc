// Goal: the newest offset of each key, within a bounded number of entries.
// Kafka: SkimpyOffsetMap, OffsetMapTest.
#include "engine/storage/offset_map.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

Bytes key_of(int i) { return to_bytes("key-" + std::to_string(i)); }

}  // namespace

TEST_CASE("how many keys fit follows from memory and load factor, 24 bytes an entry") {
  CHECK(OffsetMap(24 * 1000, 0.9).capacity() == 900);
  CHECK(OffsetMap(24 * 1000 + 23, 1.0).capacity() == 1000);
  CHECK(OffsetMap(134'217'728, 0.9).capacity() == 5'033'164);
}

TEST_CASE("the last offset put for a key is found, through every growth of the table") {
  OffsetMap map(24 * 100'000, 0.9);
  for (int i = 0; i < 20'000; ++i) map.put(key_of(i % 7'000), Offset(i));
  CHECK(map.size() == 7'000);
  CHECK(map.latest_offset() == Offset(19'999));
  for (int i = 0; i < 7'000; ++i) {
    const int last = i + (20'000 - 1 - i) / 7'000 * 7'000;
    REQUIRE(map.get(key_of(i)) == Offset(last));
  }
  for (int i = 7'000; i < 9'000; ++i) REQUIRE_FALSE(map.get(key_of(i)).has_value());
}

TEST_CASE("a full map says so, and knows how far it is right") {
  OffsetMap map(24 * 10, 0.5);
  for (int i = 0; i < 5; ++i) {
    REQUIRE_FALSE(map.full());
    map.put(key_of(i), Offset(i * 10));
  }
  CHECK(map.full());
  CHECK(map.latest_offset() == Offset(40));
  map.update_latest_offset(Offset(44));
  CHECK(map.latest_offset() == Offset(44));
}

TEST_CASE("keys that differ in length, in trailing zeros or by one bit are different keys") {
  OffsetMap map(24 * 1000, 1.0);
  int offset = 0;
  std::vector<Bytes> keys{Bytes{}, Bytes(1, 0), Bytes(7, 0), Bytes(8, 0), Bytes(9, 0),
                          Bytes(16, 0)};
  for (int bit = 0; bit < 64; ++bit) {
    Bytes key(8, 0xff);
    key[static_cast<std::size_t>(bit / 8)] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    keys.push_back(key);
  }
  for (const Bytes& key : keys) map.put(key, Offset(offset++));
  CHECK(map.size() == static_cast<std::int64_t>(keys.size()));
  for (int i = 0; i < offset; ++i) CHECK(map.get(keys[static_cast<std::size_t>(i)]) == Offset(i));
}
