// Goal: CRC-32C and murmur2 are bit for bit those of Kafka's clients. Method: vectors from RFC 3720
// (iSCSI, appendix B.4) and from org.apache.kafka.common.utils.UtilsTest#testMurmur2.
#include "engine/base/checksums.h"

#include <numeric>

#include "tests/catch.h"

using namespace kscope;

TEST_CASE("crc32c gives the check value of its polynomial") {
  CHECK(crc32c(view_of("123456789")) == 0xe3069283u);
  CHECK(crc32c({}) == 0u);
}

TEST_CASE("crc32c gives the vectors of RFC 3720") {
  CHECK(crc32c(Bytes(32, 0x00)) == 0x8a9136aau);
  CHECK(crc32c(Bytes(32, 0xff)) == 0x62a8ab43u);
  Bytes rising(32);
  std::iota(rising.begin(), rising.end(), std::uint8_t{0});
  CHECK(crc32c(rising) == 0x46dd794eu);
  std::reverse(rising.begin(), rising.end());
  CHECK(crc32c(rising) == 0x113fdb5cu);
}

TEST_CASE("the portable crc32c equals the processor's at every length and alignment") {
  Bytes bytes(200);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + 11);
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t length = 0; length + from <= bytes.size(); ++length) {
      const ByteView piece(bytes.data() + from, length);
      REQUIRE(crc32c(piece) == crc32c_portable(piece));
    }
  }
}

TEST_CASE("so does the one that computes long input in three lanes") {
  Bytes bytes(20'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * i >> 3);
  for (std::size_t length : {3071u, 3072u, 3073u, 4095u, 6144u, 9216u, 9999u, 19'990u}) {
    for (std::size_t from : {0u, 1u, 7u}) {
      const ByteView piece(bytes.data() + from, length);
      REQUIRE(crc32c(piece, 0x1234) == crc32c_portable(piece, 0x1234));
    }
  }
}

TEST_CASE("crc32c continues over several pieces") {
  const std::string text = "the leader epoch is not covered, everything after it is";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto head = view_of(std::string_view(text).substr(0, cut));
    const auto tail = view_of(std::string_view(text).substr(cut));
    REQUIRE(crc32c(tail, crc32c(head)) == crc32c(view_of(text)));
  }
}

TEST_CASE("murmur2 gives the vectors of the Java client") {
  CHECK(murmur2(view_of("21")) == -973932308);
  CHECK(murmur2(view_of("foobar")) == -790332482);
  CHECK(murmur2(view_of("a-little-bit-long-string")) == -985981536);
  CHECK(murmur2(view_of("a-little-bit-longer-string")) == -1486304829);
  CHECK(murmur2(view_of("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")) == -58897971);
  CHECK(murmur2(view_of("abc")) == 479470107);
}

TEST_CASE("a negative hash still gives a partition, by masking and not by absolute value") {
  // -973932308 & 0x7fffffff = 1173551340
  CHECK(partition_for_key(view_of("21"), 1'000) == 340);
  CHECK(partition_for_key(view_of("abc"), 6) == 479470107 % 6);
  CHECK(partition_for_key(view_of("anything"), 1) == 0);
}

TEST_CASE("the event hash depends on order") {
  Fnv64 a, b;
  a.add(1);
  a.add(2);
  b.add(2);
  b.add(1);
  CHECK(a.value() != b.value());
  CHECK_FALSE(a == b);
}
