// LogUpkeep: what retention and the cleaner have before them in one log of one broker.
//
// A snapshot says where a log stands; this says what will become of it: its settings, the age of
// its segments, what the next retention check would take and when it comes, how dirty a compacted
// log is and since when. It is asked for one log at a time, by who looks at it, because nobody
// needs it of ten thousand logs at every step.
//
// Invariant: `segments` are those of the log, the oldest first, the active one last; the leading
// ones with a reason are what the deletion itself would take (UnifiedLog::due_segments).
//
// Called by: sim/world (log_upkeep). Kafka scatters this over LogConfig, the LogCleanerManager
// metrics (max-dirty-percent) and log lines. Read next: storage/log_cleaner.h
#pragma once

#include <optional>
#include <vector>

#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/cluster/event_queue.h"
#include "engine/event/storage_events.h"
#include "engine/storage/log_config.h"

namespace kscope::broker {
class BrokerServer;
}

namespace kscope::cluster {

struct SegmentUpkeep {
  std::int64_t base = 0;
  std::int64_t bytes = 0;
  std::int64_t newest_ms = -1;  ///< what retention.ms goes by, of the broker's clock
  std::int64_t first_ms = -1;   ///< what segment.ms goes by; -1: it is empty
  std::optional<event::DeleteReason>
      goes;  ///< at the next check, if nothing is appended until then
};

struct LogUpkeep {
  storage::LogConfig config;
  std::int64_t now_ms = 0;  ///< by the broker's own clock
  std::vector<SegmentUpkeep> segments;
  std::int64_t bytes = 0;
  std::int64_t high_watermark = 0;

  // ---- retention
  std::optional<Instant> next_check;  ///< of this log
  Duration check_interval{};
  std::int32_t doomed = 0;                   ///< segments whose files are called .deleted
  std::optional<Instant> next_file_removal;  ///< the first of those files is gone for good

  // ---- the cleaner: only where cleanup.policy has compact
  std::int64_t first_dirty = 0, first_uncleanable = 0;
  std::int64_t clean_bytes = 0, dirty_bytes = 0;
  bool overdue = false;      ///< max.compaction.lag.ms is over for something in it
  bool uncleanable = false;  ///< the cleaner met something in it and gave up
  bool cleaner_on = true;    ///< log.cleaner.enable

  // ---- the remote tier
  std::int32_t remote_segments = 0;
  std::int64_t remote_bytes = 0;
  std::int64_t remote_end = -1;  ///< exclusive; -1: the tier is empty
};

/// Nothing if the broker has no such log online.
std::optional<LogUpkeep> log_upkeep(const broker::BrokerServer& broker, const TimerTable& timers,
                                    const TopicPartition& partition, std::int64_t now_ms,
                                    Instant now);

}  // namespace kscope::cluster
