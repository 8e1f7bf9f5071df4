// LogCleaner: which log is cleaned next, and what is remembered of it.
//
// One cleaner thread, which is a timer here: when it fires, the log with the largest share of dirty
// bytes is cleaned, if that share is above min.cleanable.dirty.ratio or something in it has waited
// for max.compaction.lag.ms. Then, if there was one, it looks again at once, otherwise after
// log.cleaner.backoff.ms. What is dirty is everything after the point where the last pass ended;
// cleaner-offset-checkpoint keeps that point.
//
//   log start          first dirty                  first uncleanable     log end
//   |----- clean -------|--------- dirty -------------|--- left alone ------|
//
// Left alone are: the active segment, what is not stable yet (an open transaction may still end
// either way), and what is younger than min.compaction.lag.ms.
//
// A log that cannot be cleaned because something in it cannot be read is left alone until the
// broker restarts: the others must not suffer for it.
//
// Invariant: a checkpoint entry is at most the log's end; nothing before it was appended since.
// Called by: log_manager. Kafka: LogCleaner, LogCleanerManager. Differences: one thread; a segment
// that holds the last record of a log counts as active, even if an empty one was begun behind it
// (Kafka only begins one with a record in hand), so that a log never ends in a hole.
// Read next: storage/cleaner.h
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "engine/storage/checkpoint_file.h"
#include "engine/storage/cleaner.h"

namespace kscope::storage {

class LogCleaner {
 public:
  using Logs = std::map<TopicPartition, UnifiedLog>;
  /// The last stable offset of a log; nothing while nobody knows it.
  using LastStable = std::function<std::optional<Offset>(const TopicPartition&)>;

  LogCleaner() = default;
  /// Reads the checkpoint. Entries that a recovered log has not reached any more are forgotten.
  static Result<LogCleaner> open(env::Env& env, const Logs& logs);

  /// Cleans the dirtiest log if one is dirty enough: then true. The error is the disk's.
  Result<bool> clean_filthiest(env::Env& env, const CleanerConfig& config, Logs& logs,
                               const LastStable& last_stable);
  /// The log was cut: what is appended there next is dirty.
  Result<void> on_truncated(env::Env& env, const TopicPartition& partition, Offset to);
  Result<void> on_removed(env::Env& env, const TopicPartition& partition);

  const OffsetCheckpoint& cleaned_up_to() const { return checkpoint_; }
  bool is_uncleanable(const TopicPartition& partition) const {
    return uncleanable_.contains(partition);
  }

  /// Kafka: LogCleanerManager.cleanableOffsets. `clean_until`: the checkpoint's entry.
  struct CleanableOffsets {
    Offset first_dirty, first_uncleanable;
    bool checkpoint_was_wrong = false;
  };
  static CleanableOffsets cleanable_offsets(const UnifiedLog& log,
                                            std::optional<Offset> clean_until, Offset last_stable,
                                            std::int64_t now_ms);
  /// Everything there is to know before the decision.
  static LogToClean measure(const UnifiedLog& log, const CleanableOffsets& offsets,
                            std::int64_t now_ms);

 private:
  Result<std::optional<LogToClean>> grab_filthiest(env::Env& env, const Logs& logs,
                                                   const LastStable& last_stable);
  Result<void> save(env::Env& env) const;

  OffsetCheckpoint checkpoint_;  // as in the file
  std::set<TopicPartition> uncleanable_;
};

}  // namespace kscope::storage
