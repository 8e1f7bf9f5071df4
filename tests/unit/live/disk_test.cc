// Goal: a real folder behaves as the simulated disk does, and a log written into it comes back.
// Method: the conformance suite in a temporary folder, then logs on it.
#include "engine/live/disk.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/storage/log_manager.h"
#include "tests/unit/env/disk_conformance.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using kscope::test::read_all;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "kscope-disk-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::unique_ptr<live::Disk> open_folder(const std::string& path) {
  auto disk = live::Disk::open(path);
  REQUIRE(disk.ok());
  return std::move(disk).value();
}

}  // namespace

TEST_CASE("a folder conforms") {
  const TemporaryFolder folder;
  const auto disk = open_folder(folder.path());
  KSCOPE_DISK_CONFORMANCE(*disk)
}

TEST_CASE("what was written is in the folder") {
  const TemporaryFolder folder;
  const auto disk = open_folder(folder.path() + "/new/one");
  test::write_all(*disk, "file", "bytes");
  std::ifstream in(folder.path() + "/new/one/file");
  std::string content;
  in >> content;
  CHECK(content == "bytes");
}

TEST_CASE("a folder serves one process at a time") {
  const TemporaryFolder folder;
  auto disk = open_folder(folder.path());
  const auto second = live::Disk::open(folder.path());
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().message.find("in use by another process") != std::string::npos);
  disk.reset();
  CHECK(live::Disk::open(folder.path()).ok());
}

TEST_CASE("errors name the file") {
  const TemporaryFolder folder;
  const auto disk = open_folder(folder.path());
  const auto missing = disk->open("orders-0/x.log", false);
  CHECK(missing.error().message ==
        "cannot open " + folder.path() + "/orders-0/x.log: No such file or directory");
  test::write_all(*disk, "plain", "x");
  CHECK(live::Disk::open(folder.path() + "/plain/below").error().message.find("plain") !=
        std::string::npos);
}

TEST_CASE("a symbolic link does not lead out of the folder") {
  const TemporaryFolder folder;
  const auto disk = open_folder(folder.path());
  std::filesystem::create_symlink("/etc/passwd", folder.path() + "/link");
  CHECK_FALSE(disk->open("link", false).ok());
  CHECK(disk->list("").value().empty());
}

TEST_CASE("logs in a folder come back after a clean stop and after a crash") {
  const TemporaryFolder folder;
  const TopicPartition orders{"orders", 0};
  for (int round = 0; round < 4; ++round) {
    const auto disk = open_folder(folder.path());
    test::TestEnv t(NodeId(1));
    env::Env env{NodeId(1), env::Clock(), t.timers, t.network, *disk, t.random, t.sink, t.names};
    storage::LogConfig config;
    config.segment_bytes = 400;
    auto manager = storage::LogManager::open(env, config);
    REQUIRE(manager.ok());
    CHECK(manager.value().stopped_cleanly_before() == (round % 2 == 1));
    Uuid id;
    id.bytes[3] = 1;
    const auto log = manager.value().get_or_create(env, orders, id, config);
    REQUIRE(log.ok());
    CHECK(log.value()->log_end() == Offset(10 * round));
    for (int i = 0; i < 10; ++i) {
      record::Record r;
      r.timestamp_ms = kWallMillisAtStart;
      r.value = to_bytes("value");
      const auto appended = log.value()->append_as_leader(env, record::build_batch({}, {r}),
                                                          LeaderEpoch(round));
      REQUIRE(appended.ok());
      REQUIRE(appended.value().info.has_value());
    }
    storage::ReadLimits limits;
    limits.end = log.value()->log_end();
    limits.max_bytes = 1;
    const auto read = log.value()->read(env, Offset(10 * round + 5), limits);
    CHECK(read.value().first_offset == Offset(10 * round + 5));
    if (round % 2 == 0) REQUIRE(manager.value().close_cleanly(env).ok());
  }
}

namespace {

record::Record record_of(int i) {
  record::Record r;
  r.timestamp_ms = kWallMillisAtStart + i;
  r.value = Bytes(300, static_cast<std::uint8_t>(i));
  return r;
}

void append_some(storage::UnifiedLog& log, env::Env& env, int count) {
  for (int i = 0; i < count; ++i) {
    const auto appended =
        log.append_as_leader(env, record::build_batch({}, {record_of(i)}), LeaderEpoch(0));
    REQUIRE(appended.ok());
    REQUIRE(appended.value().info.has_value());
  }
}

std::uintmax_t bytes_of(const TemporaryFolder& folder, const char* name) {
  return std::filesystem::file_size(folder.path() + "/orders-0/" + name);
}

}  // namespace

TEST_CASE("index files are as long as they may get, until the segment is closed") {
  const TemporaryFolder folder;
  const auto disk = open_folder(folder.path());
  test::TestEnv t(NodeId(1));
  env::Env env{NodeId(1), env::Clock(), t.timers, t.network, *disk, t.random, t.sink, t.names};
  storage::LogConfig config;
  config.index_interval_bytes = 1000;
  config.segment_index_bytes = 100'000;
  constexpr const char* kIndex = "00000000000000000000.index";
  constexpr const char* kTimes = "00000000000000000000.timeindex";
  auto log = storage::UnifiedLog::open(env, {"orders", 0}, config, Offset(0), false).value();
  CHECK(bytes_of(folder, kIndex) == 100'000);
  CHECK(bytes_of(folder, kTimes) == 99'996);  // whole entries of twelve bytes
  append_some(log, env, 20);
  const auto entries = log.segments()[0].offset_index().entries(*disk);
  REQUIRE(entries.size() == 6);  // every third batch of about 370 bytes
  CHECK(bytes_of(folder, kIndex) == 100'000);

  SECTION("a roll cuts them to their entries") {
    REQUIRE(log.roll(env, event::RollReason::Forced).ok());
    CHECK(bytes_of(folder, kIndex) == 6 * 8);
    CHECK(bytes_of(folder, kTimes) == 7 * 12);
    CHECK(bytes_of(folder, "00000000000000000020.index") == 100'000);
  }
  SECTION("a clean stop does, too") {
    REQUIRE(log.close_cleanly(env).ok());
    CHECK(bytes_of(folder, kIndex) == 6 * 8);
  }
  SECTION("after a crash they end with zeroes, and are rebuilt") {
    disk->crash_process();
    CHECK(bytes_of(folder, kIndex) == 100'000);
    const auto again =
        storage::UnifiedLog::open(env, {"orders", 0}, config, Offset(0), false).value();
    CHECK(again.segments()[0].offset_index().entries(*disk) == entries);
    CHECK(again.log_end() == Offset(20));
  }
}

TEST_CASE("a read goes from the page cache to a socket, and is what a copy of it would be") {
  const TemporaryFolder folder;
  const auto disk = open_folder(folder.path());
  test::TestEnv t(NodeId(1));
  env::Env env{NodeId(1), env::Clock(), t.timers, t.network, *disk, t.random, t.sink, t.names};
  auto log = storage::UnifiedLog::open(env, {"orders", 0}, {}, Offset(0), false).value();
  append_some(log, env, 20);
  storage::ReadLimits limits;
  limits.end = log.log_end();
  limits.max_bytes = 2000;  // cuts the sixth batch
  const auto slice = log.read_slice(*disk, Offset(7), limits).value();
  REQUIRE(slice.has_value());
  CHECK(slice->first_offset == Offset(7));
  CHECK(slice->records.length == 2000);

  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
  env::FileSlice rest = slice->records;
  CHECK(disk->send(sockets[0], rest).value() == 2000);
  CHECK(rest.length == 0);
  Bytes received(2000);
  REQUIRE(::recv(sockets[1], received.data(), received.size(), MSG_WAITALL) == 2000);
  ::close(sockets[0]);
  ::close(sockets[1]);
  const auto read = log.read(env, Offset(7), limits).value();
  CHECK(read.records.size() < 2000);
  storage::keep_whole_batches(received);
  CHECK(received == read.records);
  limits.end = Offset(7);
  CHECK(log.read_slice(*disk, Offset(7), limits).value()->records.length == 0);
  CHECK_FALSE(log.read_slice(*disk, Offset(21), limits).ok());
}
