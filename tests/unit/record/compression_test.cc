// Goal: compression goes both ways in Kafka's framing, and no bytes make it crash, read too far or
// take memory without bound. Method: round trips, frames checked against the formats' own rules,
// bombs, and truncations and flips of valid data. Kafka: org.apache.kafka.common.compress.
#include "engine/record/compression.h"

#include "engine/base/byte_io.h"
#include "engine/env/random.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::record;

namespace {

constexpr Codec kPacking[] = {Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd};

Bytes noise(std::size_t size, std::uint64_t seed) {
  env::Random random(seed);
  Bytes bytes(size);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random.next());
  return bytes;
}

}  // namespace

TEST_CASE("every codec gives back what it was given") {
  for (const Codec codec : kPacking) {
    CAPTURE(to_string(codec));
    for (const std::size_t size : {0, 1, 100, 32'768, 32'769, 65'536, 200'000, 1'000'000}) {
      CAPTURE(size);
      for (const Bytes& plain : {Bytes(size, 'a'), noise(size, size)}) {
        const auto back = decompress(codec, compress(codec, plain));
        REQUIRE(back.ok());
        CHECK(*back == plain);
      }
    }
  }
}

TEST_CASE("the frames are the ones that Kafka's clients expect") {
  const Bytes plain(40'000, 'k');
  CHECK(hex(compress(Codec::Gzip, plain), 3) == "1f 8b 08 …");
  CHECK(hex(compress(Codec::Zstd, plain), 4) == "28 b5 2f fd …");
  // lz4: the magic; version 1, independent blocks, no checksums; blocks of 64 KiB.
  CHECK(hex(compress(Codec::Lz4, plain), 6) == "04 22 4d 18 60 40 …");
  // snappy: xerial's magic, version 1, compatible with 1, then blocks of at most 32 KiB of data.
  const Bytes snappy = compress(Codec::Snappy, plain);
  CHECK(hex(snappy, 16) == "82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01 …");
  ByteReader reader(snappy);
  reader.skip(16);
  int blocks = 0;
  while (reader.remaining() > 0) {
    reader.take(static_cast<std::size_t>(reader.i32()));
    REQUIRE(reader.ok());
    ++blocks;
  }
  CHECK(blocks == 2);
}

TEST_CASE("gzip members one after the other are one stream") {
  Bytes both = compress(Codec::Gzip, view_of("first "));
  const Bytes second = compress(Codec::Gzip, view_of("second"));
  both.insert(both.end(), second.begin(), second.end());
  const auto plain = decompress(Codec::Gzip, both);
  REQUIRE(plain.ok());
  CHECK(text_of(*plain) == "first second");
}

TEST_CASE("a bomb is stopped at the limit") {
  const Bytes zeroes(kMaxDecompressedBytes + 1, 0);
  for (const Codec codec : kPacking) {
    CAPTURE(to_string(codec));
    const auto plain = decompress(codec, compress(codec, zeroes));
    REQUIRE_FALSE(plain.ok());
    CHECK(plain.error().kind == ErrorKind::Corrupt);
    CHECK(plain.error().message.find("more than 16 MiB") != std::string::npos);
  }
  const Bytes just_fits(kMaxDecompressedBytes, 0);
  for (const Codec codec : kPacking) {
    CHECK(decompress(codec, compress(codec, just_fits)).ok());
  }
}

TEST_CASE("a snappy block that promises too much is refused before memory is taken for it") {
  const Bytes promise{0x80, 0x80, 0x80, 0x04, 0x00};  // "8 MiB follow", in five bytes
  const auto plain = decompress(Codec::Snappy, promise);
  REQUIRE_FALSE(plain.ok());
  CHECK(plain.error().message.find("promises more") != std::string::npos);
}

TEST_CASE("compressed data that stops early is an error at every length") {
  const Bytes plain = noise(3'000, 5);
  for (const Codec codec : kPacking) {
    CAPTURE(to_string(codec));
    const Bytes packed = compress(codec, plain);
    for (std::size_t size = 0; size < packed.size(); size += 7) {
      const Bytes torn(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
      const auto result = decompress(codec, torn);
      // Snappy's outer framing has no end mark: cut between blocks it is only shorter.
      if (result.ok()) REQUIRE(*result != plain);
      if (codec != Codec::Snappy) REQUIRE_FALSE(result.ok());
    }
  }
}

TEST_CASE("arbitrary and damaged bytes never crash a codec") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    env::Random random(seed);
    for (const Codec codec : kPacking) {
      Bytes bytes = noise(random.below(300), seed);
      if (random.chance(2, 3)) {  // start from something valid and flip a few bits of it
        bytes = compress(codec, bytes);
        for (int flips = 0; flips < 3 && !bytes.empty(); ++flips) {
          bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1u << random.below(8));
        }
      }
      const auto result = decompress(codec, bytes);
      if (!result.ok()) REQUIRE_FALSE(result.error().message.empty());
    }
  }
}

TEST_CASE("codec names are read and written") {
  for (const Codec codec : {Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd}) {
    Codec parsed = Codec::None;
    CHECK(parse_codec(to_string(codec), &parsed));
    CHECK(parsed == codec);
  }
  Codec untouched = Codec::Lz4;
  CHECK_FALSE(parse_codec("brotli", &untouched));
  CHECK(untouched == Codec::Lz4);
}
