// UnifiedLog: appending, as leader and as follower.
#include <fmt/core.h>

#include "engine/storage/unified_log.h"

namespace kscope::storage {

namespace {

void announce_duplicate(env::Env& env, PartitionRef ref, const record::BatchHeader& sent,
                        const AppendInfo& known) {
  const std::int32_t last = increment_sequence(sent.base_sequence, sent.last_offset_delta);
  env.events.emit(env.node, event::DuplicateBatchFound{ref, sent.producer_id, sent.base_sequence,
                                                       last, known.first, known.last});
}

}  // namespace

Result<UnifiedLog::LeaderAppend> UnifiedLog::append_as_leader(env::Env& env, ByteView records,
                                                              LeaderEpoch epoch,
                                                              AppendOrigin origin) {
  LeaderAppend outcome;
  StampedBatches stamped;
  const std::int64_t now_ms = env.clock.wall_ms();
  outcome.refused =
      validate_and_stamp(records, config_, {log_end_, epoch, now_ms, origin}, stamped);
  if (outcome.refused) return outcome;
  ProducerUpdates producers;
  outcome.refused = check_producers(stamped.bytes, stamped.headers, origin, producers);
  if (outcome.refused) return outcome;
  if (producers.duplicate) {
    announce_duplicate(env, ref_, stamped.headers.front(), *producers.duplicate);
    outcome.info = producers.duplicate;
    return outcome;
  }
  KTRY_ASSIGN(outcome.info, append_stamped(env, stamped.bytes, stamped.headers, producers));
  if (config_.message_timestamp_is_append_time) outcome.info->append_time_ms = now_ms;
  return outcome;
}

namespace {

struct FollowerBatches {
  std::vector<record::BatchHeader> headers;
  std::size_t whole_bytes = 0;
};

// The whole batches at the front of what the leader sent; each with its CRC checked, since these
// bytes have been on a disk and on a wire since the leader checked them (invariant F6).
Result<FollowerBatches> whole_batches(ByteView records, Offset log_end) {
  FollowerBatches found;
  Offset expected = log_end;
  while (found.whole_bytes < records.size()) {
    const ByteView rest = records.subspan(found.whole_bytes);
    Result<record::BatchHeader> header = record::parse_header(rest);
    if (!header.ok() && header.error().kind == ErrorKind::Truncated) break;
    if (!header.ok()) return header.error();
    if (!record::crc_is_valid(rest.first(header->size_in_bytes()))) {
      return Error{ErrorKind::Corrupt, fmt::format("the CRC of the batch at offset {} is wrong",
                                                   header->base_offset)};
    }
    if (Offset(header->base_offset) < expected) {
      return Error{ErrorKind::Invalid,
                   fmt::format("offset {} cannot be appended, the next one is {}",
                               header->base_offset, expected.value())};
    }
    expected = Offset(header->next_offset());
    found.whole_bytes += header->size_in_bytes();
    found.headers.push_back(*header);
  }
  return found;
}

}  // namespace

Result<std::optional<AppendInfo>> UnifiedLog::append_as_follower(env::Env& env,
                                                                 ByteView records) {
  Result<FollowerBatches> batches = whole_batches(records, log_end_);
  if (!batches.ok()) {
    return Error{batches.error().kind,
                 fmt::format("{}: {}", directory_, batches.error().message)};
  }
  if (batches->headers.empty()) return std::optional<AppendInfo>();
  const ByteView whole = records.first(batches->whole_bytes);
  ProducerUpdates producers;
  const auto refused =
      check_producers(whole, batches->headers, AppendOrigin::Replication, producers);
  KCHECK(!refused);  // the leader has done the checking
  KTRY_ASSIGN(AppendInfo info, append_stamped(env, whole, batches->headers, producers));
  return std::optional(info);
}

// The epoch cache is written before the batch, so that no record is ever in an epoch that the
// checkpoint does not know.
Result<void> UnifiedLog::note_epochs(env::Env& env,
                                     std::span<const record::BatchHeader> headers) {
  for (const record::BatchHeader& header : headers) {
    if (header.partition_leader_epoch < 0) continue;
    KTRY(assign_epoch_start(env, LeaderEpoch(header.partition_leader_epoch),
                            Offset(header.base_offset)));
  }
  return {};
}

Result<AppendInfo> UnifiedLog::append_stamped(env::Env& env, ByteView bytes,
                                              std::span<const record::BatchHeader> headers,
                                              const ProducerUpdates& producers) {
  AppendInfo info;
  info.first = Offset(headers.front().base_offset);
  info.last = Offset(headers.back().last_offset());
  info.bytes = static_cast<std::int32_t>(bytes.size());
  for (const record::BatchHeader& header : headers) {
    info.max_timestamp_ms = std::max(info.max_timestamp_ms, header.max_timestamp);
  }
  KTRY(note_epochs(env, headers));
  const RollParams next{info.bytes, info.max_timestamp_ms, info.last, env.clock.wall_ms()};
  if (const auto reason = active().should_roll(config_, next)) {
    KTRY(roll_at(env, info.first, *reason));
  }
  KTRY_ASSIGN(const auto entries, active().append(env.disk, bytes, headers, config_));
  log_end_ = info.last + 1;
  KTRY(apply_producers(env, producers));
  for (const record::BatchHeader& header : headers) {
    env.events.emit(env.node,
                    event::BatchAppended{ref_, Offset(header.base_offset),
                                         Offset(header.last_offset()),
                                         LeaderEpoch(header.partition_leader_epoch),
                                         static_cast<std::int32_t>(header.size_in_bytes())});
  }
  for (const OffsetIndex::Entry& entry : entries) {
    env.events.emit(env.node, event::IndexEntryAdded{
                                  ref_, active().offset_index().offset_of(entry), entry.position});
  }
  if (log_end_ - recovery_point_ >= config_.flush_messages) KTRY(flush(env));
  return info;
}

}  // namespace kscope::storage
