// Goal: numbers travel big-endian and as Kafka's varints, and a reader never looks past its bytes.
// Method: edges by hand (values from org.apache.kafka.common.utils.ByteUtilsTest), then every
// truncation of a valid buffer placed at the very end of its allocation, where the address
// sanitizer would see a single byte too many.
#include "engine/base/byte_io.h"

#include <limits>

#include "tests/catch.h"

using namespace kscope;

namespace {

Bytes unsigned_varint_bytes(std::uint32_t v) {
  ByteWriter w;
  w.unsigned_varint(v);
  return w.take();
}

Bytes varint_bytes(std::int32_t v) {
  ByteWriter w;
  w.varint(v);
  return w.take();
}

Bytes varlong_bytes(std::int64_t v) {
  ByteWriter w;
  w.varlong(v);
  return w.take();
}

}  // namespace

TEST_CASE("fixed-width numbers are big-endian and come back") {
  ByteWriter w;
  w.i8(-2);
  w.i16(-300);
  w.i32(0x01020304);
  w.i64(-5'000'000'000);
  w.u16(65'535);
  w.u32(4'000'000'000);
  CHECK(hex(w.bytes()) == "fe fe d4 01 02 03 04 ff ff ff fe d5 fa 0e 00 ff ff ee 6b 28 00");
  ByteReader r(w.bytes());
  CHECK(r.i8() == -2);
  CHECK(r.i16() == -300);
  CHECK(r.i32() == 0x01020304);
  CHECK(r.i64() == -5'000'000'000);
  CHECK(r.u16() == 65'535);
  CHECK(r.u32() == 4'000'000'000);
  CHECK(r.ok());
  CHECK(r.remaining() == 0);
}

TEST_CASE("varints have the bytes of Kafka's ByteUtils") {
  CHECK(unsigned_varint_bytes(0) == Bytes{0x00});
  CHECK(unsigned_varint_bytes(127) == Bytes{0x7f});
  CHECK(unsigned_varint_bytes(128) == Bytes{0x80, 0x01});
  CHECK(unsigned_varint_bytes(0xffffffff) == Bytes{0xff, 0xff, 0xff, 0xff, 0x0f});
  CHECK(varint_bytes(0) == Bytes{0x00});
  CHECK(varint_bytes(-1) == Bytes{0x01});
  CHECK(varint_bytes(1) == Bytes{0x02});
  CHECK(varint_bytes(63) == Bytes{0x7e});
  CHECK(varint_bytes(-64) == Bytes{0x7f});
  CHECK(varint_bytes(64) == Bytes{0x80, 0x01});
  CHECK(varint_bytes(std::numeric_limits<std::int32_t>::max()) ==
        Bytes{0xfe, 0xff, 0xff, 0xff, 0x0f});
  CHECK(varint_bytes(std::numeric_limits<std::int32_t>::min()) ==
        Bytes{0xff, 0xff, 0xff, 0xff, 0x0f});
  CHECK(varlong_bytes(std::numeric_limits<std::int64_t>::min()) ==
        Bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01});
}

TEST_CASE("varints come back at every power of two and its neighbours, and their sizes are known") {
  for (int bit = 0; bit < 64; ++bit) {
    for (int delta = -1; delta <= 1; ++delta) {
      const auto raw = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(delta);
      const auto v64 = static_cast<std::int64_t>(raw);
      for (const std::int64_t v : {v64, static_cast<std::int64_t>(0 - raw)}) {
        const Bytes bytes = varlong_bytes(v);
        ByteReader r(bytes);
        REQUIRE(r.varlong() == v);
        REQUIRE(r.remaining() == 0);
        REQUIRE(bytes.size() == varlong_size(v));
      }
      const auto v32 = static_cast<std::int32_t>(raw);
      const Bytes bytes = varint_bytes(v32);
      ByteReader r(bytes);
      REQUIRE(r.varint() == v32);
      REQUIRE(bytes.size() == varint_size(v32));
      const auto u32 = static_cast<std::uint32_t>(raw);
      const Bytes unsigned_bytes = unsigned_varint_bytes(u32);
      ByteReader u(unsigned_bytes);
      REQUIRE(u.unsigned_varint() == u32);
      REQUIRE(unsigned_bytes.size() == unsigned_varint_size(u32));
    }
  }
}

TEST_CASE("an over-long varint fails instead of going on") {
  const Bytes six_bytes{0x80, 0x80, 0x80, 0x80, 0x80, 0x00};
  ByteReader r(six_bytes);
  CHECK(r.unsigned_varint() == 0);
  CHECK_FALSE(r.ok());
  CHECK(r.position() == 0);
  const Bytes eleven_bytes(11, 0x80);
  ByteReader l(eleven_bytes);
  CHECK(l.varlong() == 0);
  CHECK_FALSE(l.ok());
  // Padded but ended in time: Java accepts it, so we must.
  const Bytes padded{0x81, 0x80, 0x00};
  ByteReader p(padded);
  CHECK(p.unsigned_varint() == 1);
  CHECK(p.ok());
}

TEST_CASE("a failure is sticky and every later read gives nothing") {
  const Bytes bytes{1, 2, 3};
  ByteReader r(bytes);
  CHECK(r.i32() == 0);
  CHECK_FALSE(r.ok());
  CHECK(r.i8() == 0);
  CHECK(r.varint() == 0);
  CHECK(r.varlong() == 0);
  CHECK(r.take(1).empty());
  CHECK(r.position() == 0);
}

TEST_CASE("a reader never reads past its end, whatever it is asked for") {
  const Bytes source{0x80, 0xff, 0x80, 0x80, 0xff, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
  for (std::size_t size = 0; size <= source.size(); ++size) {
    // A heap copy of exactly this size: a read beyond it is a report from the sanitizer.
    const Bytes exact(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(size));
    for (int what = 0; what < 9; ++what) {
      ByteReader r(exact);
      for (int times = 0; times < 4; ++times) {
        switch (what) {
          case 0: r.i8(); break;
          case 1: r.i16(); break;
          case 2: r.i32(); break;
          case 3: r.i64(); break;
          case 4: r.unsigned_varint(); break;
          case 5: r.varint(); break;
          case 6: r.varlong(); break;
          case 7: r.take(5); break;
          case 8: r.take(std::numeric_limits<std::size_t>::max()); break;
        }
        REQUIRE(r.position() <= size);
      }
    }
  }
}

TEST_CASE("a length known only at the end is patched in") {
  ByteWriter w;
  w.u32(0);
  w.i8(7);
  w.patch_u32(0, 0xa1b2c3d4);
  CHECK(hex(w.bytes()) == "a1 b2 c3 d4 07");
}

TEST_CASE("hex shows at most what it was allowed to") {
  CHECK(hex({}) == "");
  CHECK(hex(Bytes{0x00, 0x1f, 0x8b}, 2) == "00 1f …");
  CHECK(hex(Bytes{0x00, 0x1f, 0x8b}, 3) == "00 1f 8b");
}

TEST_CASE("slices of a blob share its bytes and compare by content") {
  const Blob whole = Blob::copy_of(view_of("abcabc"));
  CHECK(whole.slice(0, 3) == whole.slice(3, 3));
  CHECK_FALSE(whole.slice(0, 3) == whole.slice(1, 3));
  CHECK(whole.slice(0, 3).view().data() == whole.view().data());
  CHECK(Blob() == Blob(Bytes{}));
}
