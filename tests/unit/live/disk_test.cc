// Goal: a real folder behaves as the simulated disk does, and a log written into it comes back.
// Method: the conformance suite in a temporary folder, then logs on it.
#include "engine/live/disk.h"

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
