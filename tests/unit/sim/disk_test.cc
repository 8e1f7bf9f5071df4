// Goal: the simulated disk is a disk, and loses at a power cut exactly what may be lost. Method:
// the conformance suite, then faults with many seeds; every outcome the header promises must be
// seen.
#include "engine/sim/disk.h"

#include <set>

#include "tests/unit/env/disk_conformance.h"

using namespace kscope;
using kscope::test::read_all;
using kscope::test::text;
using kscope::test::write_all;

TEST_CASE("the simulated disk conforms") {
  sim::Disk disk;
  KSCOPE_DISK_CONFORMANCE(disk)
  CHECK(disk.open_handles() == 0);
}

TEST_CASE("a copy of a disk goes its own way") {
  sim::Disk disk;
  write_all(disk, "file", "shared");
  sim::Disk copy = disk;
  write_all(copy, "file", " and more");
  CHECK(read_all(disk, "file") == "shared");
  CHECK(read_all(copy, "file") == "shared and more");
}

TEST_CASE("a process crash keeps every written byte and voids the handles") {
  sim::Disk disk;
  const auto file = disk.open("file", true).value();
  REQUIRE(disk.append(file, text("written")).ok());
  disk.crash_process();
  CHECK(disk.open_handles() == 0);
  CHECK(read_all(disk, "file") == "written");
  CHECK(disk.open("file", false).value() != file);
}

TEST_CASE("only a flush makes bytes safe, and only flush_directory a name") {
  sim::Disk disk;
  const auto file = disk.open("file", true).value();
  REQUIRE(disk.append(file, text("12345678")).ok());
  REQUIRE(disk.flush(file).ok());
  REQUIRE(disk.append(file, text("abcd")).ok());
  CHECK(disk.written_bytes() == 12);
  CHECK(disk.unflushed_bytes() == 4);
  CHECK(disk.files() == std::vector<sim::DiskFile>{{"file", 12, 8}});
  REQUIRE(disk.flush_directory("").ok());

  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    sim::Disk fallen = disk;
    env::Random random(seed);
    const std::int64_t lost = fallen.power_loss(random);
    const std::string left = read_all(fallen, "file");
    REQUIRE(left.substr(0, 8) == "12345678");
    REQUIRE(left.size() <= 12);
    REQUIRE(lost >= 0);
    REQUIRE(lost <= 4);
    if (left == "12345678abcd") REQUIRE(lost == 0);
    if (left == "12345678") REQUIRE(lost == 4);
    REQUIRE(fallen.unflushed_bytes() == 0);
    // What is there now is on the medium: a second power loss takes nothing.
    REQUIRE(fallen.power_loss(random) == 0);
    REQUIRE(read_all(fallen, "file") == left);
    seen.insert(left);
  }
  CHECK(seen.contains("12345678abcd"));
  CHECK(seen.contains("12345678"));
  CHECK(seen.contains("12345678ab"));
  CHECK(seen.contains(std::string("12345678a\0\0", 11)));
  CHECK(seen.size() > 20);  // garbage
}

TEST_CASE("a name that was not made certain may be lost with all its bytes") {
  int lost_files = 0, kept_files = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    sim::Disk disk;
    REQUIRE(disk.make_directory("d").ok());
    REQUIRE(disk.flush_directory("").ok());
    const auto file = disk.open("d/file", true).value();
    REQUIRE(disk.append(file, text("bytes")).ok());
    REQUIRE(disk.flush(file).ok());
    env::Random random(seed);
    const std::int64_t lost = disk.power_loss(random);
    REQUIRE(disk.exists("d"));
    if (disk.exists("d/file")) {
      ++kept_files;
      REQUIRE(lost == 0);
      REQUIRE(read_all(disk, "d/file") == "bytes");
    } else {
      ++lost_files;
      REQUIRE(lost == 5);
    }
  }
  CHECK(lost_files > 20);
  CHECK(kept_files > 20);
}

TEST_CASE("names reach the medium in the order in which they were changed") {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    sim::Disk disk;
    write_all(disk, "a", "a");
    REQUIRE(disk.flush_directory("").ok());
    REQUIRE(disk.rename("a", "b").ok());
    write_all(disk, "c", "c");
    REQUIRE(disk.remove("b").ok());
    env::Random random(seed);
    disk.power_loss(random);
    std::string present;
    for (const char* name : {"a", "b", "c"}) present += disk.exists(name) ? name : "";
    outcomes.insert(present);
  }
  CHECK(outcomes == std::set<std::string>{"a", "b", "bc", "c"});
}

TEST_CASE("flush_directory also makes certain what happened elsewhere before") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    sim::Disk disk;
    REQUIRE(disk.make_directory("d").ok());
    write_all(disk, "d/file", "x");
    REQUIRE(disk.flush_directory("d").ok());
    env::Random random(seed);
    disk.power_loss(random);
    REQUIRE(disk.exists("d/file"));
  }
}

TEST_CASE("a replaced file comes back if the rename is lost") {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    sim::Disk disk;
    for (const char* name : {"mark", "mark.tmp"}) {
      const auto file = disk.open(name, true).value();
      REQUIRE(disk.append(file, text(name)).ok());
      REQUIRE(disk.flush(file).ok());
      disk.close(file);
    }
    REQUIRE(disk.flush_directory("").ok());
    REQUIRE(disk.rename("mark.tmp", "mark").ok());
    env::Random random(seed);
    disk.power_loss(random);
    outcomes.insert(read_all(disk, "mark") + (disk.exists("mark.tmp") ? "+" : ""));
  }
  CHECK(outcomes == std::set<std::string>{"mark+", "mark.tmp"});
}

TEST_CASE("a truncation that was not flushed may be undone, wholly or in part") {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    sim::Disk disk;
    const auto file = disk.open("file", true).value();
    REQUIRE(disk.append(file, text("AAAABBBB")).ok());
    REQUIRE(disk.flush(file).ok());
    REQUIRE(disk.flush_directory("").ok());
    REQUIRE(disk.truncate(file, 4).ok());
    REQUIRE(disk.append(file, text("cc")).ok());
    CHECK(disk.unflushed_bytes() == 2);
    env::Random random(seed);
    disk.power_loss(random);
    const std::string left = read_all(disk, "file");
    REQUIRE(left.substr(0, 4) == "AAAA");
    outcomes.insert(left);
  }
  for (const char* expected : {"AAAABBBB", "AAAAcc", "AAAA", "AAAAc"}) {
    CHECK(outcomes.contains(expected));
  }
}

TEST_CASE("an overwrite that was not flushed may be seen in part") {
  std::set<std::string> outcomes;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    sim::Disk disk;
    write_all(disk, "file", "AAAA");
    const auto file = disk.open("file", false).value();
    REQUIRE(disk.flush(file).ok());
    REQUIRE(disk.flush_directory("").ok());
    REQUIRE(disk.write_at(file, 1, text("bb")).ok());
    env::Random random(seed);
    disk.power_loss(random);
    outcomes.insert(read_all(disk, "file"));
  }
  CHECK(outcomes == std::set<std::string>{"AAAA", "AbAA", "AbbA"});
}

TEST_CASE("time is paid for flushes that have something to do") {
  sim::Disk disk(micros(300));
  const auto file = disk.open("file", true).value();
  REQUIRE(disk.append(file, text("x")).ok());
  CHECK(disk.take_cost() == Duration{0});
  REQUIRE(disk.flush(file).ok());
  REQUIRE(disk.flush(file).ok());
  CHECK(disk.pending_cost() == micros(300));
  CHECK(disk.take_cost() == micros(300));
  CHECK(disk.take_cost() == Duration{0});
  REQUIRE(disk.flush_directory("").ok());
  REQUIRE(disk.flush_directory("").ok());
  CHECK(disk.take_cost() == micros(300));
  disk.set_slow_flush(millis(200));
  REQUIRE(disk.append(file, text("y")).ok());
  REQUIRE(disk.flush(file).ok());
  CHECK(disk.take_cost() == millis(200) + micros(300));
}

TEST_CASE("a failing flush leaves the bytes at risk") {
  sim::Disk disk;
  const auto file = disk.open("file", true).value();
  REQUIRE(disk.append(file, text("abc")).ok());
  disk.set_failing_flush(true);
  CHECK(disk.flush(file).error().kind == ErrorKind::Io);
  CHECK(disk.flush_directory("").error().kind == ErrorKind::Io);
  CHECK(disk.unflushed_bytes() == 3);
  disk.clear_faults();
  CHECK(disk.flush(file).ok());
  CHECK(disk.unflushed_bytes() == 0);
}

TEST_CASE("a full disk takes no more bytes and no more names") {
  sim::Disk disk;
  const auto file = disk.open("file", true).value();
  REQUIRE(disk.append(file, text("abc")).ok());
  disk.set_full(true);
  CHECK(disk.append(file, text("d")).error().kind == ErrorKind::DiskFull);
  CHECK(disk.open("other", true).error().kind == ErrorKind::DiskFull);
  CHECK(disk.make_directory("dir").error().kind == ErrorKind::DiskFull);
  CHECK(disk.write_at(file, 0, text("x")).ok());
  CHECK(disk.write_at(file, 2, text("yy")).error().kind == ErrorKind::DiskFull);
  CHECK(read_all(disk, "file") == "xbc");
  REQUIRE(disk.truncate(file, 1).ok());
  CHECK(disk.append(file, text("12")).ok());
  CHECK(disk.append(file, text("3")).error().kind == ErrorKind::DiskFull);
}

TEST_CASE("an append that does not fit writes what fits") {
  sim::Disk disk;
  const auto file = disk.open("file", true).value();
  disk.set_free_bytes(5);
  CHECK(disk.append(file, text("12345678")).error().kind == ErrorKind::DiskFull);
  CHECK(read_all(disk, "file") == "12345");
}

TEST_CASE("a failed device answers nothing") {
  sim::Disk disk;
  const auto file = disk.open("file", true).value();
  disk.set_failed(true);
  CHECK(disk.open("file", false).error().kind == ErrorKind::Io);
  CHECK(disk.append(file, text("x")).error().kind == ErrorKind::Io);
  CHECK(disk.read(file, 0, 1).error().kind == ErrorKind::Io);
  CHECK(disk.list("").error().kind == ErrorKind::Io);
  CHECK_FALSE(disk.exists("file"));
}

TEST_CASE("a bit flip changes one bit, on the medium as well") {
  sim::Disk disk;
  write_all(disk, "file", "AAAA");
  const auto file = disk.open("file", false).value();
  REQUIRE(disk.flush(file).ok());
  REQUIRE(disk.flush_directory("").ok());
  REQUIRE(disk.write_at(file, 1, text("b")).ok());
  REQUIRE(disk.flip_bit("file", 2, 1).ok());
  CHECK(read_all(disk, "file") == "AbCA");
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    sim::Disk fallen = disk;
    env::Random random(seed);
    fallen.power_loss(random);
    REQUIRE(read_all(fallen, "file").substr(2) == "CA");
  }
  CHECK(disk.flip_bit("file", 4, 0).error().kind == ErrorKind::Invalid);
  CHECK(disk.flip_bit("nothing", 0, 0).error().kind == ErrorKind::NotFound);
}

TEST_CASE("removed files are forgotten once their removal is certain") {
  sim::Disk disk;
  for (int i = 0; i < 100; ++i) {
    write_all(disk, "file", "0123456789");
    REQUIRE(disk.remove("file").ok());
    REQUIRE(disk.flush_directory("").ok());
  }
  CHECK(disk.written_bytes() == 0);
  CHECK(disk.files().empty());
}

TEST_CASE("a device can be made to fail at its n-th change, and not before") {
  sim::Disk plain;
  const auto run = [](sim::Disk& disk) -> Result<void> {
    KTRY(disk.make_directory("d"));
    KTRY_ASSIGN(const auto file, disk.open("d/file", true));
    KTRY(disk.append(file, text("0123456789")));
    KTRY(disk.flush(file));
    KTRY(disk.flush(file));  // nothing to do: not counted
    KTRY(disk.truncate(file, 4));
    disk.close(file);
    KTRY(disk.rename("d/file", "d/other"));
    KTRY(disk.flush_directory("d"));
    return disk.remove("d/other");
  };
  REQUIRE(run(plain).ok());
  REQUIRE(plain.changes() == 8);
  for (std::int64_t i = 0; i < 8; ++i) {
    sim::Disk disk;
    disk.fail_at_change(i);
    CHECK_FALSE(run(disk).ok());
    CHECK(disk.changes() == i);
    CHECK_FALSE(disk.list("").ok());  // it has failed for good
    disk.clear_faults();
    disk.crash_process();
    CHECK(disk.exists("d/file") == (i >= 2 && i <= 5));
    if (i == 2) CHECK(disk.contents("d/file")->empty());
    if (i == 5) CHECK(text_of(*disk.contents("d/file")) == "0123");
  }
  sim::Disk torn;
  torn.fail_at_change(2, true);
  CHECK_FALSE(run(torn).ok());
  torn.clear_faults();
  CHECK(text_of(*torn.contents("d/file")) == "01234");
}

TEST_CASE("a power loss turns pages of a mapped file that were not flushed into zeroes") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    sim::Disk disk;
    const auto file = disk.open("x.index", true).value();
    REQUIRE(disk.map(file, 16).ok());
    REQUIRE(disk.append(file, text("safe")).ok());
    REQUIRE(disk.flush(file).ok());
    REQUIRE(disk.flush_directory("").ok());
    REQUIRE(disk.append(file, text("risk")).ok());
    env::Random random(seed);
    disk.power_loss(random);
    const auto again = disk.open("x.index", false).value();
    REQUIRE(disk.size(again).value() == 16);  // its length was flushed
    const Bytes bytes = disk.read(again, 0, 16).value();
    CHECK(std::string(text_of(bytes)).substr(0, 4) == "safe");
    CHECK(Bytes(bytes.begin() + 8, bytes.end()) == Bytes(8, 0));
    seen.insert(std::string(text_of(bytes)).substr(4, 4));
  }
  CHECK(seen.contains("risk"));
  CHECK(seen.contains(std::string(4, '\0')));
  CHECK(seen.size() > 3);
}

TEST_CASE("a length that was trimmed and not flushed comes back with a power loss") {
  sim::Disk disk;
  const auto file = disk.open("x.index", true).value();
  REQUIRE(disk.map(file, 16).ok());
  REQUIRE(disk.append(file, text("four")).ok());
  REQUIRE(disk.flush(file).ok());
  REQUIRE(disk.flush_directory("").ok());
  REQUIRE(disk.trim(file).ok());
  sim::Disk flushed = disk;
  env::Random random(1);
  disk.power_loss(random);
  CHECK(disk.size(disk.open("x.index", false).value()).value() == 16);
  REQUIRE(flushed.flush(file).ok());
  flushed.power_loss(random);
  CHECK(flushed.size(flushed.open("x.index", false).value()).value() == 4);
}
