// What every env::Disk must do, written once and run against each implementation.
//
// Goal: the simulated disk and the real folder are the same to the engine. Method: each section
// gets an empty disk and looks only through the interface.
#pragma once

#include "engine/env/disk.h"
#include "tests/catch.h"

namespace kscope::test {

inline Bytes text(std::string_view content) { return to_bytes(content); }

inline std::string read_all(env::Disk& disk, std::string_view path) {
  const auto file = disk.open(path, false);
  REQUIRE(file.ok());
  const auto bytes = disk.read(file.value(), 0, 1 << 20);
  REQUIRE(bytes.ok());
  disk.close(file.value());
  return std::string(text_of(bytes.value()));
}

inline void write_all(env::Disk& disk, std::string_view path, std::string_view content) {
  const auto file = disk.open(path, true);
  REQUIRE(file.ok());
  REQUIRE(disk.append(file.value(), view_of(content)).ok());
  disk.close(file.value());
}

inline std::vector<std::string> names(const env::Disk& disk, std::string_view path) {
  const auto entries = disk.list(path);
  REQUIRE(entries.ok());
  std::vector<std::string> found;
  for (const auto& entry : entries.value()) {
    found.push_back(entry.name + (entry.is_directory ? "/" : ":" + std::to_string(entry.size)));
  }
  return found;
}

using Names = std::vector<std::string>;

inline void check_contents(env::Disk& disk) {
  const auto opened = disk.open("file", true);
  REQUIRE(opened.ok());
  const env::FileHandle file = opened.value();
  CHECK(file != 0);
  CHECK(disk.size(file).value() == 0);
  CHECK(disk.read(file, 0, 10).value().empty());

  REQUIRE(disk.append(file, text("hello")).ok());
  REQUIRE(disk.append(file, text(" world")).ok());
  CHECK(disk.size(file).value() == 11);
  CHECK(disk.read(file, 0, 5).value() == text("hello"));
  CHECK(disk.read(file, 6, 100).value() == text("world"));
  CHECK(disk.read(file, 11, 5).value().empty());
  CHECK(disk.read(file, 500, 5).value().empty());

  REQUIRE(disk.write_at(file, 0, text("J")).ok());
  REQUIRE(disk.write_at(file, 9, text("LDS")).ok());
  CHECK(disk.read(file, 0, 100).value() == text("Jello worLDS"));
  REQUIRE(disk.write_at(file, 14, text("!")).ok());
  CHECK(disk.read(file, 12, 100).value() == Bytes{0, 0, '!'});

  REQUIRE(disk.truncate(file, 5).ok());
  CHECK(disk.size(file).value() == 5);
  REQUIRE(disk.append(file, text("y")).ok());
  CHECK(disk.read(file, 0, 100).value() == text("Jelloy"));
  REQUIRE(disk.flush(file).ok());
  disk.close(file);
  CHECK(read_all(disk, "file") == "Jelloy");
}

inline void check_large_contents(env::Disk& disk) {
  const env::FileHandle file = disk.open("large", true).value();
  Bytes expected;
  for (int i = 0; i < 40; ++i) {
    Bytes piece(static_cast<std::size_t>(1000 + i * 7), static_cast<std::uint8_t>(i));
    REQUIRE(disk.append(file, piece).ok());
    expected.insert(expected.end(), piece.begin(), piece.end());
  }
  const auto size = static_cast<std::int64_t>(expected.size());
  CHECK(disk.read(file, 0, size).value() == expected);
  for (std::int64_t at = 0; at < size; at += 997) {
    const auto length = std::min<std::int64_t>(5000, size - at);
    REQUIRE(disk.read(file, at, 5000).value() ==
            Bytes(expected.begin() + at, expected.begin() + at + length));
  }
  REQUIRE(disk.truncate(file, 8192).ok());
  REQUIRE(disk.append(file, text("tail")).ok());
  CHECK(disk.read(file, 8190, 100).value().size() == 6);
  disk.close(file);
}

inline void check_opening(env::Disk& disk) {
  const auto missing = disk.open("nothing", false);
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().kind == ErrorKind::NotFound);
  CHECK(missing.error().message.find("nothing") != std::string::npos);
  CHECK(disk.open("no/such/parent", true).error().kind == ErrorKind::NotFound);
  for (const char* path : {"", "/etc/passwd", "../up", "a/../b", "a//b", ".", "a/", "./a"}) {
    const auto bad = disk.open(path, true);
    REQUIRE_FALSE(bad.ok());
    CHECK(bad.error().kind == ErrorKind::Invalid);
  }
  REQUIRE(disk.make_directory("dir").ok());
  CHECK_FALSE(disk.open("dir", true).ok());

  // Two handles on one file see each other's bytes.
  const env::FileHandle one = disk.open("both", true).value();
  const env::FileHandle two = disk.open("both", true).value();
  CHECK(one != two);
  REQUIRE(disk.append(one, text("abc")).ok());
  CHECK(disk.read(two, 0, 10).value() == text("abc"));
  REQUIRE(disk.append(two, text("def")).ok());
  CHECK(disk.size(one).value() == 6);
  disk.close(one);
  disk.close(two);
}

inline void check_directories(env::Disk& disk) {
  CHECK(names(disk, "").empty());
  REQUIRE(disk.make_directory("b-0").ok());
  REQUIRE(disk.make_directory("b-0").ok());
  REQUIRE(disk.make_directory("a-1").ok());
  write_all(disk, "b-0/two", "22");
  write_all(disk, "b-0/one", "1");
  write_all(disk, "b", "333");
  CHECK(names(disk, "") == Names{"a-1/", "b:3", "b-0/"});
  CHECK(names(disk, "b-0") == Names{"one:1", "two:2"});
  CHECK(disk.list("nothing").error().kind == ErrorKind::NotFound);
  CHECK_FALSE(disk.list("b").ok());
  CHECK(disk.exists(""));
  CHECK(disk.exists("b-0"));
  CHECK(disk.exists("b-0/one"));
  CHECK_FALSE(disk.exists("b-0/three"));

  CHECK_FALSE(disk.remove("b-0").ok());  // not empty
  REQUIRE(disk.remove("b-0/one").ok());
  REQUIRE(disk.remove("b-0/two").ok());
  REQUIRE(disk.remove("b-0").ok());
  CHECK(disk.remove("b-0").error().kind == ErrorKind::NotFound);
  CHECK(names(disk, "") == Names{"a-1/", "b:3"});
  REQUIRE(disk.flush_directory("").ok());
  REQUIRE(disk.flush_directory("a-1").ok());
  CHECK_FALSE(disk.flush_directory("b-0").ok());
}

inline void check_renames(env::Disk& disk) {
  write_all(disk, "old", "old");
  write_all(disk, "new", "new");
  const env::FileHandle held = disk.open("old", false).value();
  REQUIRE(disk.rename("new", "old").ok());
  CHECK(read_all(disk, "old") == "new");
  CHECK_FALSE(disk.exists("new"));
  CHECK(disk.read(held, 0, 10).value() == text("old"));  // as on any Unix
  disk.close(held);
  CHECK(disk.rename("new", "x").error().kind == ErrorKind::NotFound);
  CHECK_FALSE(disk.rename("old", "../x").ok());

  REQUIRE(disk.make_directory("t-0").ok());
  write_all(disk, "t-0/file", "f");
  const env::FileHandle inside = disk.open("t-0/file", false).value();
  REQUIRE(disk.rename("t-0", "t-0.x-delete").ok());
  CHECK(names(disk, "") == Names{"old:3", "t-0.x-delete/"});
  CHECK(read_all(disk, "t-0.x-delete/file") == "f");
  REQUIRE(disk.append(inside, text("g")).ok());
  CHECK(read_all(disk, "t-0.x-delete/file") == "fg");
  disk.close(inside);
}

inline std::string peeked(const env::Disk& disk, env::FileHandle file, std::int64_t position,
                          std::size_t length) {
  Bytes bytes(length, '?');
  disk.peek(file, position, bytes);
  return std::string(text_of(bytes));
}

inline void check_mapped_files(env::Disk& disk) {
  const env::FileHandle file = disk.open("x.index", true).value();
  REQUIRE(disk.map(file, 0).ok());  // an empty file can be mapped
  REQUIRE(disk.map(file, 10'000).ok());
  CHECK(disk.size(file).value() == 0);  // what is preallocated is no content
  REQUIRE(disk.append(file, text("onetwo")).ok());
  REQUIRE(disk.append(file, text("three")).ok());
  CHECK(disk.size(file).value() == 11);
  CHECK(peeked(disk, file, 3, 3) == "two");
  CHECK(read_all(disk, "x.index") == "onetwothree");  // by another handle, too
  Bytes small(4);
  CHECK(disk.read_into(file, 9, small).value() == 2);
  CHECK(small[1] == 'e');
  CHECK(disk.read_into(file, 11, small).value() == 0);

  REQUIRE(disk.truncate(file, 6).ok());
  REQUIRE(disk.append(file, text("2")).ok());
  CHECK(read_all(disk, "x.index") == "onetwo2");
  REQUIRE(disk.map(file, 20'000).ok());  // grows
  REQUIRE(disk.append(file, Bytes(15'000, 'x')).ok());
  CHECK(peeked(disk, file, 5, 3) == "o2x");
  REQUIRE(disk.truncate(file, 7).ok());
  REQUIRE(disk.flush(file).ok());
  REQUIRE(disk.trim(file).ok());
  REQUIRE(disk.trim(file).ok());
  CHECK(names(disk, "") == Names{"x.index:7"});
  CHECK(peeked(disk, file, 0, 7) == "onetwo2");  // it stays mapped
  REQUIRE(disk.append(file, text("+")).ok());    // beyond what there is: the mapping grows
  CHECK(peeked(disk, file, 0, 8) == "onetwo2+");
  disk.close(file);
  CHECK(read_all(disk, "x.index") == "onetwo2+");
}

inline void check_zeroes_after_a_crash(env::Disk& disk) {
  const env::FileHandle file = disk.open("x.index", true).value();
  REQUIRE(disk.map(file, 5000).ok());
  REQUIRE(disk.append(file, text("entry")).ok());
  disk.crash_process();
  const env::FileHandle again = disk.open("x.index", false).value();
  CHECK(disk.size(again).value() == 5000);
  REQUIRE(disk.map(again, 0).ok());
  CHECK(peeked(disk, again, 0, 8) == std::string("entry\0\0\0", 8));
  CHECK(disk.read(again, 4998, 10).value() == Bytes(2, 0));
  REQUIRE(disk.truncate(again, 5).ok());
  CHECK(disk.size(again).value() == 5);
  REQUIRE(disk.append(again, text("!")).ok());
  CHECK(read_all(disk, "x.index") == "entry!");
  disk.close(again);
}

}  // namespace kscope::test

/// Runs the whole suite; `fresh` is an expression that gives an empty disk by reference.
#define KSCOPE_DISK_CONFORMANCE(fresh)                                   \
  SECTION("contents") { kscope::test::check_contents(fresh); }           \
  SECTION("large contents") { kscope::test::check_large_contents(fresh); } \
  SECTION("opening") { kscope::test::check_opening(fresh); }             \
  SECTION("directories") { kscope::test::check_directories(fresh); }     \
  SECTION("renames") { kscope::test::check_renames(fresh); }             \
  SECTION("mapped files") { kscope::test::check_mapped_files(fresh); }   \
  SECTION("zeroes after a crash") { kscope::test::check_zeroes_after_a_crash(fresh); }
