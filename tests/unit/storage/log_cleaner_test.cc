// Goal: which log is cleaned, how much of it, and what is remembered.
// Kafka: LogCleanerManagerTest.
#include "engine/storage/log_cleaner.h"

#include "engine/storage/log_manager.h"
#include "tests/unit/storage/keyed_records.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

constexpr std::int64_t kDay = 86'400'000;
const TopicPartition kUsers{"users", 0};

LogManager open_manager(Node& node, const LogConfig& config) {
  auto manager = LogManager::open(node.env(), config);
  REQUIRE(manager.ok());
  return std::move(manager).value();
}

UnifiedLog& log_in(Node& node, LogManager& manager, const TopicPartition& partition,
                   const LogConfig& config) {
  const auto log = manager.get_or_create(node.env(), partition, Uuid{}, config);
  REQUIRE(log.ok());
  return **log;
}

bool run_cleaner(Node& node, LogManager& manager, std::optional<Offset> stable = std::nullopt) {
  const auto cleaned = manager.clean_filthiest(
      node.env(), {}, [&](const TopicPartition& partition) -> std::optional<Offset> {
        return stable ? stable : std::optional(manager.find(partition)->log_end());
      });
  REQUIRE(cleaned.ok());
  return *cleaned;
}

LogCleaner::CleanableOffsets offsets_of(const UnifiedLog& log, std::optional<Offset> until,
                                        Offset stable, std::int64_t now_ms = kNowMs) {
  return LogCleaner::cleanable_offsets(log, until, stable, now_ms);
}

}  // namespace

TEST_CASE("the dirtiest log first, each only above its min.cleanable.dirty.ratio") {
  Node node;
  LogConfig config = compacted(400);
  LogManager manager = open_manager(node, config);
  UnifiedLog* orders = &log_in(node, manager, kOrders, config);
  for (int i = 0; i < 40; ++i) put(node, *orders, "k" + std::to_string(i % 20), "v");
  UnifiedLog* users = &log_in(node, manager, kUsers, config);
  for (int i = 0; i < 12; ++i) put(node, *users, "u", "v");
  orders = manager.find(kOrders);

  REQUIRE(run_cleaner(node, manager));
  REQUIRE(run_cleaner(node, manager));
  CHECK_FALSE(run_cleaner(node, manager));
  CHECK(manager.cleaner().cleaned_up_to().at(kOrders) == orders->segments().back().base_offset());
  CHECK(text_file(node.disk, "cleaner-offset-checkpoint").find("orders 0 ") != std::string::npos);

  // Few dirty bytes behind many clean ones are not worth it yet.
  const auto few = [&] {
    for (int i = 0; i < 6; ++i) put(node, *orders, "k0", "v");
  };
  few();
  CHECK_FALSE(run_cleaner(node, manager));
  LogConfig eager = config;
  eager.min_cleanable_dirty_ratio = 0;
  orders->set_config(eager);
  node.sink.events.clear();
  REQUIRE(run_cleaner(node, manager));
  const auto started = node.events<event::CleanStarted>();
  REQUIRE(started.size() == 1);
  CHECK(started[0].clean_bytes > started[0].dirty_bytes);
  CHECK_FALSE(started[0].overdue);
}

TEST_CASE("max.compaction.lag.ms beats the dirty ratio") {
  Node node;
  LogConfig config = compacted(100);
  config.min_cleanable_dirty_ratio = 1;  // never by its ratio
  LogManager manager = open_manager(node, config);
  UnifiedLog& log = log_in(node, manager, kOrders, config);
  for (int i = 0; i < 4; ++i) put(node, log, "k", std::to_string(i));
  CHECK_FALSE(run_cleaner(node, manager));
  config.max_compaction_lag_ms = kDay;
  log.set_config(config);
  node.clock_at_ms(kNowMs + kDay);
  CHECK_FALSE(run_cleaner(node, manager));
  node.clock_at_ms(kNowMs + kDay + 1);
  CHECK(run_cleaner(node, manager));
  CHECK(node.events<event::CleanStarted>().at(0).overdue);
  // And the active segment of a compacted topic rolls in time for it.
  CHECK(config.max_segment_ms() == kDay);
}

TEST_CASE("the active segment, what is not stable and what is too young are left alone") {
  Node node;
  LogConfig config = compacted(100);  // one record a segment
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 6; ++i) put(node, log, "k", std::to_string(i), kNowMs + i * 1000);
  REQUIRE(log.segments().size() == 6);
  CHECK(offsets_of(log, {}, Offset(6)).first_uncleanable == Offset(5));
  CHECK(offsets_of(log, {}, Offset(3)).first_uncleanable == Offset(3));
  config.min_compaction_lag_ms = 2500;
  log.set_config(config);
  CHECK(offsets_of(log, {}, Offset(6), kNowMs + 5000).first_uncleanable == Offset(3));
  CHECK(offsets_of(log, {}, Offset(6), kNowMs + 99'000).first_uncleanable == Offset(5));
  // An empty active segment does not make the last record cleanable.
  config.min_compaction_lag_ms = 0;
  log.set_config(config);
  REQUIRE(log.roll(node.env(), event::RollReason::Forced).ok());
  CHECK(offsets_of(log, {}, Offset(6)).first_uncleanable == Offset(5));
}

TEST_CASE("a checkpoint that the log has left behind is put right") {
  Node node;
  LogConfig config = compacted(100);
  UnifiedLog log = open_log(node, config);
  for (int i = 0; i < 6; ++i) put(node, log, "k", std::to_string(i));
  const auto reason = event::LogStartReason::DeleteRecords;
  REQUIRE(log.advance_log_start(node.env(), Offset(2), reason).ok());
  CHECK(offsets_of(log, Offset(4), Offset(6)).first_dirty == Offset(4));
  CHECK(offsets_of(log, Offset(1), Offset(6)).first_dirty == Offset(2));
  CHECK(offsets_of(log, Offset(1), Offset(6)).checkpoint_was_wrong);
  CHECK(offsets_of(log, Offset(7), Offset(6)).first_dirty == Offset(2));
  CHECK(offsets_of(log, Offset(7), Offset(6)).checkpoint_was_wrong);
}

TEST_CASE("what is appended after a truncation is dirty, and a removed log is forgotten") {
  Node node;
  LogConfig config = compacted(100);
  LogManager manager = open_manager(node, config);
  UnifiedLog& log = log_in(node, manager, kOrders, config);
  for (int i = 0; i < 6; ++i) put(node, log, "k", std::to_string(i));
  REQUIRE(run_cleaner(node, manager));
  REQUIRE(manager.cleaner().cleaned_up_to().at(kOrders) == Offset(5));
  REQUIRE(log.truncate_to(node.env(), Offset(0), event::TruncateReason::DivergingEpoch).ok());
  REQUIRE(manager.checkpoint_truncation(node.env(), kOrders).ok());
  CHECK(manager.cleaner().cleaned_up_to().at(kOrders) == Offset(0));
  REQUIRE(manager.remove(node.env(), kOrders).ok());
  CHECK_FALSE(manager.cleaner().cleaned_up_to().contains(kOrders));
  CHECK(text_file(node.disk, "cleaner-offset-checkpoint") == "0\n0\n");
}

TEST_CASE("a log that cannot be cleaned is left alone and does not stop the others") {
  Node node;
  LogConfig config = compacted(100);
  LogManager manager = open_manager(node, config);
  for (int i = 0; i < 6; ++i) {
    put(node, log_in(node, manager, kOrders, config), "k", std::to_string(i));
    put(node, log_in(node, manager, kUsers, config), "k", std::to_string(i));
  }
  REQUIRE(node.disk.flip_bit(kFirstLog, 68, 1).ok());
  CHECK(run_cleaner(node, manager));
  CHECK(run_cleaner(node, manager));
  CHECK_FALSE(run_cleaner(node, manager));
  CHECK(manager.cleaner().is_uncleanable(kOrders));
  CHECK(node.events<event::PartitionUncleanable>().size() == 1);
  CHECK(manager.cleaner().cleaned_up_to().contains(kUsers));
  CHECK_FALSE(manager.cleaner().cleaned_up_to().contains(kOrders));
}

TEST_CASE("a failing disk is told upwards") {
  Node node;
  LogConfig config = compacted(100);
  LogManager manager = open_manager(node, config);
  UnifiedLog& log = log_in(node, manager, kOrders, config);
  for (int i = 0; i < 6; ++i) put(node, log, "k", std::to_string(i));
  node.disk.set_full(true);
  const auto cleaned = manager.clean_filthiest(
      node.env(), {}, [](const TopicPartition&) { return std::optional(Offset(6)); });
  REQUIRE_FALSE(cleaned.ok());
  CHECK(cleaned.error().kind == ErrorKind::DiskFull);
  CHECK_FALSE(manager.cleaner().is_uncleanable(kOrders));
}
