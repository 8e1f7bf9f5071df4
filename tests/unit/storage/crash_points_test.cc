// Goal: whatever instant a machine stops at, what it opens afterwards is a log that can be trusted.
//
// Method, for each of roll, truncation, retention, DeleteRecords, cleaning (with its swaps),
// removal of .deleted files, checkpoints and a clean stop: run it once and count the changes that
// it makes to the disk. Then, for every i, start over, fail the device at change i, and kill the
// process there (also half-way through an append), or cut the power with several kinds of luck.
// Open again, and look at everything: F1-F8, no committed and flushed record lost, the newest value
// of every key there, no file left over. All change numbers, none left out.
//
// For cleaning, the recovery itself is stopped at each of its changes as well, and run again.
// Kafka: LogLoaderTest, LogCleanerTest.testRecoveryAfterCrash.
#include <fmt/core.h>

#include <set>

#include "engine/storage/file_names.h"
#include "engine/storage/log_manager.h"
#include "tests/unit/storage/keyed_records.h"

using namespace kscope;
using namespace kscope::storage;

namespace {

/// What is in a log, down to the last record.
struct Content {
  std::map<std::int64_t, record::BatchHeader> batches;                 // by base offset
  std::map<std::int64_t, std::string> records;                         // offset -> "key=value"
  std::map<std::string, std::pair<std::int64_t, std::string>> newest;  // key -> offset, value
  std::int64_t start = 0, end = 0, flushed = 0;
  std::vector<EpochEntry> epochs;
};

LogConfig small() {
  LogConfig config = compacted(200);
  config.cleanup_delete = true;
  config.index_interval_bytes = 60;
  config.retention_ms = -1;
  config.delete_retention_ms = 1000;
  return config;
}

/// A node with one log in its directory. `log` is looked up anew: the manager keeps it by value.
struct Machine {
  Node node;
  LogManager manager;
  UnifiedLog& log() { return *manager.find(kOrders); }

  Result<void> open(const LogConfig& config) {
    KTRY_ASSIGN(manager, LogManager::open(node.env(), config));
    return {};
  }
};

Content content_of(Machine& m) {
  Content content;
  UnifiedLog& log = m.log();
  content.start = log.log_start().value();
  content.end = log.log_end().value();
  content.flushed = log.recovery_point().value();
  content.epochs = log.epochs().entries();
  for (const LogSegment& segment : log.segments()) {
    BatchScanner scan = segment.scan(m.node.disk, 0, BatchScanner::kScanWindow);
    while (scan.next()) {
      const auto batch = scan.whole_batch();
      REQUIRE(batch.ok());
      REQUIRE(record::crc_is_valid(*batch));  // F6
      const record::BatchHeader& header = scan.header();
      REQUIRE((content.batches.empty() ||
               header.base_offset > content.batches.rbegin()->second.last_offset()));
      content.batches[header.base_offset] = header;
      const auto records = record::read_records(*batch);
      REQUIRE(records.ok());
      for (const record::Record& r : *records) {
        const std::string key(text_of(*r.key));
        const std::string value = r.value ? std::string(text_of(*r.value)) : "null";
        content.records[r.offset] = key + "=" + value;
        content.newest[key] = {r.offset, value};
      }
    }
    REQUIRE_FALSE(scan.failure().has_value());
  }
  return content;
}

/// Five segments of several epochs, half of them flushed through rolling, the checkpoints written.
/// The last segment is written but not flushed.
void fill(Machine& m) {
  const LogConfig config = small();
  REQUIRE(m.open(config).ok());
  REQUIRE(m.manager.get_or_create(m.node.env(), kOrders, Uuid{}, config).ok());
  for (int i = 0; i < 10; ++i) {
    m.node.clock_at_ms(kNowMs + i * kHour);
    const std::string value = std::to_string(i);
    const std::int64_t at = kNowMs + i * kHour;
    append_keyed(m.node, m.log(),
                 {.records = {{"a" + std::to_string(i % 3), value, at},
                              {"b" + std::to_string(i % 2),
                               i == 4 ? std::nullopt : std::optional(value), at}},
                  .producer_id = i < 4 ? 5 : -1,
                  .producer_epoch = static_cast<std::int16_t>(i < 4 ? 0 : -1),
                  .base_sequence = i < 4 ? 2 * i : -1},
                 LeaderEpoch(i / 4));
  }
  REQUIRE(m.log().segments().size() == 5);
  REQUIRE(m.manager.checkpoint_recovery_points(m.node.env()).ok());
  REQUIRE(m.manager.checkpoint_log_starts(m.node.env()).ok());
  REQUIRE(m.manager.checkpoint_high_watermarks(m.node.env(), {{kOrders, Offset(20)}}).ok());
}

Result<void> clean(Machine& m) {
  KTRY_ASSIGN(const bool cleaned,
              m.manager.clean_filthiest(m.node.env(), {}, [&](const TopicPartition&) {
                return std::optional(m.log().log_end());
              }));
  REQUIRE(cleaned);
  return {};
}

/// An operation under test. `prepare` runs before the device is armed.
struct Operation {
  const char* name;
  std::function<void(Machine&)> prepare;
  std::function<Result<void>(Machine&)> run;
  bool cuts = false;      ///< may take records at the end away
  bool discards = false;  ///< may take all of them away
  bool advances = false;  ///< may take records at the start away
  bool compacts = false;  ///< may take superseded records away
  bool stops = false;     ///< ends with the clean-shutdown marker
};

const auto kNothing = [](Machine&) {};

void add_appending_and_cutting(std::vector<Operation>& all) {
  all.push_back({"roll", kNothing, [](Machine& m) -> Result<void> {
                   KTRY(m.log().roll(m.node.env(), event::RollReason::Forced));
                   return m.manager.checkpoint_recovery_points(m.node.env());
                 }});
  all.push_back({"append over a segment's end", kNothing, [](Machine& m) -> Result<void> {
                   const Bytes batch = keyed_batch({.records = {{"new", "x"}}});
                   for (int i = 0; i < 3; ++i) {
                     KTRY(m.log().append_as_leader(m.node.env(), batch, LeaderEpoch(3)));
                   }
                   return {};
                 }});
  all.push_back(
      {.name = "truncate",
       .prepare = kNothing,
       .run = [](Machine& m) -> Result<void> {
         KTRY(m.log().truncate_to(m.node.env(), Offset(7), event::TruncateReason::DivergingEpoch));
         return m.manager.checkpoint_truncation(m.node.env(), kOrders);
       },
       .cuts = true});
  all.push_back({.name = "truncate fully",
                 .prepare = kNothing,
                 .run = [](Machine& m) -> Result<void> {
                   KTRY(m.log().truncate_fully_and_start_at(m.node.env(), Offset(40)));
                   KTRY(m.manager.checkpoint_truncation(m.node.env(), kOrders));
                   return m.manager.checkpoint_log_starts(m.node.env());
                 },
                 .cuts = true,
                 .discards = true});
  all.push_back({.name = "clean stop",
                 .prepare = kNothing,
                 .run = [](Machine& m) { return m.manager.close_cleanly(m.node.env()); },
                 .stops = true});
}

void add_retention(std::vector<Operation>& all) {
  all.push_back(
      {.name = "retention by size",
       .prepare =
           [](Machine& m) {
             LogConfig config = small();
             config.retention_bytes = 450;
             m.log().set_config(config);
           },
       .run = [](Machine& m) { return m.log().delete_old_segments(m.node.env(), Offset(20)); },
       .advances = true});
  all.push_back({.name = "retention by time, of everything",
                 .prepare =
                     [](Machine& m) {
                       LogConfig config = small();
                       config.retention_ms = 1;
                       m.log().set_config(config);
                       m.node.clock_at_ms(kNowMs + 1000 * kHour);
                     },
                 .run = [](Machine& m) -> Result<void> {
                   KTRY(m.log().delete_old_segments(m.node.env(), Offset(20)));
                   return m.manager.checkpoint_log_starts(m.node.env());
                 },
                 .advances = true});
  all.push_back({.name = "delete records",
                 .prepare = kNothing,
                 .run = [](Machine& m) -> Result<void> {
                   KTRY(m.log().advance_log_start(m.node.env(), Offset(9)));
                   KTRY(m.manager.checkpoint_log_starts(m.node.env()));
                   return m.log().delete_old_segments(m.node.env(), Offset(20));
                 },
                 .advances = true});
}

/// A log that was cleaned before, with new records, and tombstones that are due.
void age(Machine& m) {
  REQUIRE(clean(m).ok());
  const auto put_both = [&](const char* value) {
    append_keyed(m.node, m.log(), {.records = {{"a0", value}, {"b1", value}}}, LeaderEpoch(3));
  };
  put_both("late");
  REQUIRE(m.log().roll(m.node.env(), event::RollReason::Forced).ok());
  put_both("later");
  m.node.clock_at_ms(kNowMs + 20 * kHour);
}

void add_cleaning(std::vector<Operation>& all) {
  all.push_back({.name = "clean and swap", .prepare = kNothing, .run = clean, .compacts = true});
  all.push_back({.name = "clean again, in groups",
                 .prepare = age,
                 .run = [](Machine& m) -> Result<void> {
                   LogConfig config = small();
                   config.min_cleanable_dirty_ratio = 0;
                   config.segment_bytes = 900;
                   m.log().set_config(config);
                   return clean(m);
                 },
                 .compacts = true});
  all.push_back({.name = "removal of .deleted files",
                 .prepare =
                     [](Machine& m) {
                       REQUIRE(clean(m).ok());
                       m.node.clock_at_ms(kNowMs + 100 * kHour);
                     },
                 .run = [](Machine& m) { return m.manager.remove_due_files(m.node.env()); },
                 .compacts = true});
}

std::vector<Operation> operations() {
  std::vector<Operation> all;
  add_appending_and_cutting(all);
  add_retention(all);
  add_cleaning(all);
  return all;
}

// ---- what must be true afterwards --------------------------------------------------------------

void check_no_files_left_over(Machine& m) {
  std::set<std::string> expected{"leader-epoch-checkpoint"};
  for (const LogSegment& segment : m.log().segments()) {
    const std::string stem = fmt::format("{:020d}", segment.base_offset().value());
    for (const char* suffix : {".log", ".index", ".timeindex", ".txnindex"}) {
      expected.insert(stem + suffix);
    }
  }
  for (const Offset at : m.log().producers().snapshots()) {
    expected.insert(fmt::format("{:020d}.snapshot", at.value()));
  }
  for (const std::string& name : file_names(m.node)) {
    INFO(name);
    // Producer snapshots are kept by offset, not by segment.
    if (name.ends_with(".snapshot")) continue;
    CHECK(expected.contains(name));
  }
}

/// F3: every record's epoch is the one that the cache gives for its offset.
void check_epochs(Machine& m, const Content& content) {
  for (const auto& [base, header] : content.batches) {
    if (header.last_offset() < content.start) continue;
    const Offset seen = std::max(Offset(base), m.log().log_start());
    CHECK(m.log().epochs().epoch_of(seen) == LeaderEpoch(header.partition_leader_epoch));
  }
}

/// F2: a look-up through the indexes finds what a scan finds.
void check_lookups(Machine& m, const Content& content) {
  for (const auto& [base, header] : content.batches) {
    if (base < content.start) continue;
    const auto found = m.log().locate(m.node.disk, Offset(header.last_offset()));
    REQUIRE(found.ok());
    REQUIRE(found->has_value());
    CHECK((*found)->batch.base == Offset(base));
  }
}

/// F7: every checkpoint is the old or the new one, and can be read.
void check_checkpoints(Machine& m) {
  for (const std::string_view name : {kRecoveryPointCheckpoint, kHighWatermarkCheckpoint,
                                      kLogStartCheckpoint, kCleanerCheckpoint}) {
    const auto read = read_offset_checkpoint(m.node.disk, name);
    REQUIRE(read.ok());
    for (const auto& [partition, offset] : *read) CHECK(partition == kOrders);
  }
}

/// F1: nothing is there that was not written, and everything that was flushed and not taken away.
void check_prefix(const Operation& op, const Content& before, const Content& after,
                  const Content& now, bool power_lost) {
  const std::int64_t kept_end = op.discards  ? 0
                                : op.cuts    ? std::min(before.flushed, after.end)
                                : power_lost ? before.flushed
                                             : before.end;
  const std::int64_t kept_start = op.advances ? std::max(before.start, after.start) : before.start;
  CHECK(now.start <= std::max(before.start, after.start));
  CHECK(now.end >= std::min(kept_end, after.end));
  for (const auto& [offset, text] : now.records) {
    const auto old = before.records.find(offset);
    const auto fresh = after.records.find(offset);
    const bool known = (old != before.records.end() && old->second == text) ||
                       (fresh != after.records.end() && fresh->second == text);
    INFO("offset " << offset << " " << text);
    CHECK(known);
  }
  for (const auto& [offset, text] : before.records) {
    if (offset >= kept_end || offset < kept_start) continue;
    if (op.compacts && !after.records.contains(offset)) continue;
    INFO("offset " << offset << " " << text << " is lost");
    CHECK(now.records.contains(offset));
  }
}

/// The newest value of each key, as far as it was safe. A tombstone may be gone by now.
void check_newest(const Content& before, const Content& now, bool power_lost) {
  for (const auto& [key, newest] : before.newest) {
    if (newest.first < now.start || (power_lost && newest.first >= before.flushed)) continue;
    const auto found = now.newest.find(key);
    if (newest.second == "null" && found == now.newest.end()) continue;
    INFO(key);
    REQUIRE(found != now.newest.end());
    CHECK(found->second >= newest);
  }
}

bool same(const Content& a, const Content& b) {
  return a.records == b.records && a.start == b.start && a.end == b.end && a.epochs == b.epochs;
}

struct Stop {
  enum Kind { Process, Torn, Power } kind = Process;
  std::uint64_t luck = 0;
};

void stop(Machine& m, const Stop& how) {
  m.node.disk.clear_faults();
  m.node.sink.events.clear();
  if (how.kind == Stop::Power) {
    env::Random random(how.luck);
    m.node.disk.power_loss(random);
  } else {
    m.node.disk.crash_process();
  }
}

void check_everything(const Operation& op, Machine& m, const Content& before, const Content& after,
                      const Stop& how) {
  REQUIRE(m.open(small()).ok());
  if (m.manager.find(kOrders) == nullptr) FAIL("the log is gone");
  // F5: the marker is there only if all was over, and then nothing is missing.
  if (m.manager.stopped_cleanly_before()) {
    CHECK(op.stops);
    CHECK(m.log().log_end().value() == before.end);
  }
  const Content now = content_of(m);
  m.log().check();
  check_prefix(op, before, after, now, how.kind == Stop::Power);
  if (!op.cuts) check_newest(before, now, how.kind == Stop::Power);
  check_no_files_left_over(m);
  check_epochs(m, now);
  check_lookups(m, now);
  check_checkpoints(m);
  // F2: once more changes nothing.
  m.node.disk.crash_process();
  REQUIRE(m.open(small()).ok());
  CHECK(same(content_of(m), now));
  // F4: what recovery calls flushed survives a power loss, without another flush.
  const Offset flushed = m.log().recovery_point();
  stop(m, {Stop::Power, how.luck + 100});
  REQUIRE(m.open(small()).ok());
  CHECK(m.log().log_end() >= flushed);
  const Content last = content_of(m);
  // And life goes on.
  const auto appended = m.log().append_as_leader(
      m.node.env(), keyed_batch({.records = {{"after", "all"}}}), LeaderEpoch(9));
  REQUIRE(appended.ok());
  CHECK(appended->info->first.value() == last.end);
}

/// How the operation ends if nothing happens, and how many changes it takes.
std::int64_t rehearse(const Operation& op, Content* before, Content* after) {
  Machine m;
  fill(m);
  op.prepare(m);
  *before = content_of(m);
  const std::int64_t first = m.node.disk.changes();
  REQUIRE(op.run(m).ok());
  const std::int64_t changes = m.node.disk.changes() - first;
  if (op.stops) {
    *after = *before;
  } else {
    *after = content_of(m);
  }
  return changes;
}

void stop_at(const Operation& op, std::int64_t change, const Stop& how, Machine& m) {
  fill(m);
  op.prepare(m);
  m.node.disk.fail_at_change(change, how.kind == Stop::Torn);
  const Result<void> done = op.run(m);
  CHECK_FALSE(done.ok());  // F8: whoever called knows that it did not happen
  stop(m, how);
}

std::vector<Stop> stops() {
  std::vector<Stop> all{{Stop::Process, 0}, {Stop::Torn, 0}};
  for (std::uint64_t luck = 1; luck <= 6; ++luck) all.push_back({Stop::Power, luck});
  return all;
}

}  // namespace

TEST_CASE("a stop at every change of every operation leaves a log that can be trusted") {
  for (const Operation& op : operations()) {
    Content before, after;
    const std::int64_t changes = rehearse(op, &before, &after);
    INFO(op.name << ": " << changes << " changes");
    REQUIRE(changes > 0);
    for (std::int64_t i = 0; i < changes; ++i) {
      for (const Stop& how : stops()) {
        INFO("change " << i << ", kind " << how.kind << ", luck " << how.luck);
        Machine m;
        stop_at(op, i, how, m);
        check_everything(op, m, before, after, how);
      }
    }
  }
}

TEST_CASE("a stop just after an operation, before anything else is flushed") {
  for (const Operation& op : operations()) {
    Content before, after;
    rehearse(op, &before, &after);
    for (const Stop& how : stops()) {
      INFO(op.name << ", kind " << how.kind << ", luck " << how.luck);
      Machine m;
      fill(m);
      op.prepare(m);
      REQUIRE(op.run(m).ok());
      stop(m, how);
      check_everything(op, m, before, after, how);
    }
  }
}

TEST_CASE("a recovery that is stopped at each of its changes is only begun again") {
  for (const Operation& op : operations()) {
    if (!op.compacts && !op.advances) continue;
    Content before, after;
    const std::int64_t changes = rehearse(op, &before, &after);
    for (std::int64_t i = 0; i < changes; ++i) {
      Machine first;
      stop_at(op, i, {}, first);
      for (std::int64_t j = 0;; ++j) {
        INFO(op.name << ", change " << i << ", then change " << j << " of the recovery");
        Machine m;
        m.node.disk = first.node.disk;
        m.node.disk.fail_at_change(j);
        const bool through = m.open(small()).ok();
        stop(m, {});
        check_everything(op, m, before, after, {});
        if (through) break;
      }
    }
  }
}
