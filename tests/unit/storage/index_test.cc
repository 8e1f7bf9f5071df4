// Goal: both indexes give the floor entry, keep their invariants and refuse broken files. Method:
// worked examples, and a comparison with a linear scan. Kafka: OffsetIndexTest, TimeIndexTest.
#include "engine/storage/offset_index.h"
#include "engine/storage/time_index.h"
#include "tests/unit/storage/storage_fixture.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

env::FileHandle new_file(sim::Disk& disk, const char* name = "x.index") {
  return disk.open(name, true).value();
}

}  // namespace

TEST_CASE("an offset index entry is eight big-endian bytes") {
  sim::Disk disk;
  OffsetIndex index(new_file(disk), Offset(1000));
  REQUIRE(index.append(disk, Offset(1005), 4200).ok());
  REQUIRE(index.append(disk, Offset(1300), 9000).ok());
  CHECK(hex(disk.contents("x.index").value()) ==
        "00 00 00 05 00 00 10 68 00 00 01 2c 00 00 23 28");
  OffsetIndex again(index.file(), Offset(1000));
  REQUIRE(again.load(disk).ok());
  CHECK(again.entries(disk) == index.entries(disk));
  CHECK(again.last_offset() == Offset(1300));
}

TEST_CASE("a time index entry is twelve big-endian bytes") {
  sim::Disk disk;
  TimeIndex index(new_file(disk), Offset(1000));
  REQUIRE(index.maybe_append(disk, 0x0102030405060708, Offset(1258)).ok());
  CHECK(hex(disk.contents("x.index").value()) == "01 02 03 04 05 06 07 08 00 00 01 02");
  TimeIndex again(index.file(), Offset(1000));
  REQUIRE(again.load(disk).ok());
  CHECK(again.entries(disk) == index.entries(disk));
}

TEST_CASE("an offset look-up gives the largest entry at or below the target") {
  sim::Disk disk;
  OffsetIndex index(new_file(disk), Offset(0));
  CHECK(index.lookup(disk, Offset(92)) == 0);
  env::Random random(3);
  std::int64_t offset = 0;
  std::int32_t position = 0;
  for (int i = 0; i < 200; ++i) {
    offset += random.between(std::int64_t{1}, std::int64_t{20});
    position += static_cast<std::int32_t>(random.between(std::int64_t{1}, std::int64_t{5000}));
    REQUIRE(index.append(disk, Offset(offset), position).ok());
  }
  for (std::int64_t target = 0; target < offset + 10; ++target) {
    std::int32_t expected = 0;
    for (const auto& entry : index.entries(disk)) {
      if (entry.relative_offset <= target) expected = entry.position;
    }
    REQUIRE(index.lookup(disk, Offset(target)) == expected);
  }
}

TEST_CASE("a look-up tells its probes to those who ask") {
  sim::Disk disk;
  OffsetIndex index(new_file(disk), Offset(0));
  for (int i = 1; i <= 7; ++i) REQUIRE(index.append(disk, Offset(i * 10), i * 4096).ok());
  IndexSearch search;
  CHECK(index.lookup(disk, Offset(45), &search) == 4 * 4096);
  CHECK(search.entries == 7);
  CHECK(search.first_warm == 0);
  CHECK(search.slot == 3);
  CHECK(search.probes == std::vector<Probe>{
                             {ProbeKind::WarmCheck, 0, 0, 6, 10, 4096, Turn::Right},
                             {ProbeKind::Halving, 0, 3, 6, 40, 4 * 4096, Turn::Right},
                             {ProbeKind::Halving, 3, 5, 6, 60, 6 * 4096, Turn::Left},
                             {ProbeKind::Halving, 3, 4, 4, 50, 5 * 4096, Turn::Left}});
}

TEST_CASE("the last 8 KiB of an index are searched first (KAFKA-6432)") {
  sim::Disk disk;
  OffsetIndex index(new_file(disk), Offset(0));
  for (int i = 0; i < 4000; ++i) REQUIRE(index.append(disk, Offset(i * 10 + 9), i * 4096).ok());
  const int first_warm = 4000 - 1 - 8192 / 8;
  IndexSearch at_end;
  CHECK(index.lookup(disk, Offset(39000), &at_end) == 3899 * 4096);
  CHECK(at_end.first_warm == first_warm);
  for (const Probe& probe : at_end.probes) CHECK(probe.middle >= first_warm);
  CHECK(at_end.probes.size() <= 12);
  IndexSearch far_back;
  CHECK(index.lookup(disk, Offset(123), &far_back) == 11 * 4096);
  REQUIRE(far_back.probes.size() > 2);
  CHECK(far_back.probes[0].kind == ProbeKind::WarmCheck);
  CHECK(far_back.probes[1].kind == ProbeKind::FirstCheck);
  for (std::size_t i = 2; i < far_back.probes.size(); ++i) {
    CHECK(far_back.probes[i].middle <= first_warm);
  }
  IndexSearch before;
  CHECK(index.lookup(disk, Offset(3), &before) == 0);
  CHECK(before.slot == -1);
  CHECK(before.probes.size() == 2);
}

TEST_CASE("truncating an offset index drops the entries at and after the offset") {
  sim::Disk disk;
  OffsetIndex index(new_file(disk), Offset(0));
  for (int i = 1; i <= 9; ++i) REQUIRE(index.append(disk, Offset(i), i).ok());
  REQUIRE(index.truncate_to(disk, Offset(12)).ok());
  CHECK(index.entries(disk).size() == 9);
  REQUIRE(index.truncate_to(disk, Offset(9)).ok());
  CHECK(index.last_offset() == Offset(8));
  REQUIRE(index.truncate_to(disk, Offset(5)).ok());
  CHECK(index.last_offset() == Offset(4));
  CHECK(disk.contents("x.index").value().size() == 4 * 8);
  REQUIRE(index.truncate_to(disk, Offset(0)).ok());
  CHECK(index.entries(disk).empty());
}

TEST_CASE("an index is full when the configured bytes are used up") {
  sim::Disk disk;
  OffsetIndex offsets(new_file(disk), Offset(0));
  for (int i = 1; i <= 3; ++i) REQUIRE(offsets.append(disk, Offset(i), i).ok());
  CHECK_FALSE(offsets.is_full(32));
  CHECK(offsets.is_full(31));  // rounds down to three entries
  TimeIndex times(new_file(disk, "x.timeindex"), Offset(0));
  for (int i = 1; i <= 3; ++i) REQUIRE(times.maybe_append(disk, i, Offset(i)).ok());
  CHECK_FALSE(times.is_full(5 * 12));
  CHECK(times.is_full(4 * 12));  // the last slot is kept for the end of the segment
}

TEST_CASE("offsets more than 2^31 - 1 above the base cannot be expressed") {
  const OffsetIndex index(0, Offset(100));
  CHECK(index.can_hold(Offset(100)));
  CHECK(index.can_hold(Offset(100 + 2147483647LL)));
  CHECK_FALSE(index.can_hold(Offset(100 + 2147483648LL)));
  CHECK_FALSE(index.can_hold(Offset(99)));
}

TEST_CASE("a time index ignores timestamps that are no news") {
  sim::Disk disk;
  TimeIndex index(new_file(disk), Offset(0));
  REQUIRE(index.maybe_append(disk, 50, Offset(5)).ok());
  REQUIRE(index.maybe_append(disk, 50, Offset(9)).ok());
  REQUIRE(index.maybe_append(disk, 40, Offset(9)).ok());
  REQUIRE(index.maybe_append(disk, TimeIndex::kNoTimestamp, Offset(9)).ok());
  CHECK(index.entries(disk).size() == 1);
  CHECK(index.lookup(disk, 49) == TimeIndex::Entry{});
  CHECK(index.lookup(disk, 50) == TimeIndex::Entry{50, 5});
  CHECK(index.lookup(disk, 1000) == TimeIndex::Entry{50, 5});
}

TEST_CASE("truncating a time index goes by offset") {
  sim::Disk disk;
  TimeIndex index(new_file(disk), Offset(0));
  for (int i = 1; i <= 9; ++i) REQUIRE(index.maybe_append(disk, i * 10, Offset(i)).ok());
  REQUIRE(index.truncate_to(disk, Offset(5)).ok());
  CHECK(index.last_entry() == TimeIndex::Entry{40, 4});
}

TEST_CASE("a broken index file is refused") {
  sim::Disk disk;
  const auto load = [&disk](const char* name, const Bytes& bytes) {
    const auto file = new_file(disk, name);
    REQUIRE(disk.append(file, bytes).ok());
    return OffsetIndex(file, Offset(0)).load(disk).ok();
  };
  CHECK_FALSE(load("odd", Bytes(13, 1)));
  CHECK_FALSE(load("zeroes", Bytes(16, 0)));
  CHECK_FALSE(load("falling", {0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 10}));
  CHECK_FALSE(load("negative", {0xff, 0, 0, 9, 0, 0, 0, 9}));
  CHECK(load("good", {0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 10}));

  const auto file = new_file(disk, "times");
  REQUIRE(disk.append(file, Bytes(24, 0)).ok());
  CHECK_FALSE(TimeIndex(file, Offset(0)).load(disk).ok());
}
