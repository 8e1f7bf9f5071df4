#include "engine/cluster/log_upkeep.h"

#include <algorithm>

#include "engine/broker/broker_server.h"

namespace kscope::cluster {
namespace {

void add_segments(const storage::UnifiedLog& log, std::int64_t check_ms, LogUpkeep& out) {
  const auto due = log.due_segments(Offset(out.high_watermark), check_ms);
  for (std::size_t i = 0; i < log.segments().size(); ++i) {
    const storage::LogSegment& segment = log.segments()[i];
    SegmentUpkeep row;
    row.base = segment.base_offset().value();
    row.bytes = segment.size();
    row.newest_ms = segment.largest_timestamp();
    row.first_ms = segment.first_timestamp().value_or(-1);
    if (i < due.size()) row.goes = due[i];
    out.segments.push_back(row);
  }
}

void add_cleaning(const storage::UnifiedLog& log, const storage::LogCleaner& cleaner,
                  Offset last_stable, LogUpkeep& out) {
  const auto& checkpoint = cleaner.cleaned_up_to();
  const auto entry = checkpoint.find(log.partition());
  const auto offsets = storage::LogCleaner::cleanable_offsets(
      log, entry == checkpoint.end() ? std::nullopt : std::optional(entry->second), last_stable,
      out.now_ms);
  const storage::LogToClean found = storage::LogCleaner::measure(log, offsets, out.now_ms);
  out.first_dirty = found.first_dirty.value();
  out.first_uncleanable = found.first_uncleanable.value();
  out.clean_bytes = found.clean_bytes;
  out.dirty_bytes = found.dirty_bytes;
  out.overdue = found.overdue;
  out.uncleanable = cleaner.is_uncleanable(log.partition());
}

void add_remote(const storage::RemoteLog& remote, LogUpkeep& out) {
  for (const storage::RemoteSegment& s : remote.segments()) out.remote_bytes += s.bytes;
  out.remote_segments = static_cast<std::int32_t>(remote.segments().size());
  if (!remote.empty()) out.remote_end = remote.end().value();
}

}  // namespace

std::optional<LogUpkeep> log_upkeep(const broker::BrokerServer& broker, const TimerTable& timers,
                                    const TopicPartition& partition, std::int64_t now_ms,
                                    Instant now) {
  const replication::ReplicaManager& replicas = broker.replicas();
  const replication::HostedPartition* hosted = replicas.find(partition);
  const storage::UnifiedLog* log = replicas.logs().find(partition);
  if (hosted == nullptr || hosted->offline || log == nullptr) return std::nullopt;
  const replication::ReplicaConfig& config = replicas.config();
  LogUpkeep out;
  out.config = log->config();
  out.now_ms = now_ms;
  out.bytes = log->size_in_bytes();
  out.high_watermark = hosted->partition.high_watermark().value();
  out.cleaner_on = config.cleaner.enable;
  // Compacted logs wait for the cleaner: it applies retention after it has cleaned.
  const bool compacted = out.config.cleanup_compact;
  out.next_check =
      timers.deadline(compacted ? env::TimerKind::LogCleaner : env::TimerKind::LogRetention, 0);
  out.check_interval = compacted ? config.cleaner.backoff : config.retention_check_interval;
  const Duration until_check =
      out.next_check ? std::max(*out.next_check - now, Duration{0}) : Duration{0};
  add_segments(*log, now_ms + until_check.count() / 1000, out);
  out.doomed = static_cast<std::int32_t>(log->doomed().size());
  out.next_file_removal = log->next_file_removal();
  if (compacted) {
    add_cleaning(*log, replicas.logs().cleaner(), hosted->partition.last_stable_offset(*log), out);
  }
  add_remote(log->remote(), out);
  return out;
}

}  // namespace kscope::cluster
