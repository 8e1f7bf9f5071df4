#include "engine/metadata/snapshot_generator.h"

#include "engine/metadata/image_writer.h"

namespace kscope::metadata {

void SnapshotGenerator::restart(Instant now, std::int64_t append_ms) {
  last_ = now;
  bytes_ = 0;
  last_append_ms_ = append_ms;
}

std::optional<event::SnapshotReason> SnapshotGenerator::reason(Instant now) const {
  if (bytes_ >= config_.max_bytes) return event::SnapshotReason::MaxBytes;
  const bool timed = config_.max_interval > Duration{0} && bytes_ > 0;
  if (timed && now - last_ >= config_.max_interval) return event::SnapshotReason::MaxInterval;
  return std::nullopt;
}

std::optional<Instant> SnapshotGenerator::next_by_time() const {
  if (config_.max_interval == Duration{0} || bytes_ == 0) return std::nullopt;
  return last_ + config_.max_interval;
}

void SnapshotGenerator::run(env::Env& env, raft::KafkaRaftClient& raft,
                            const MetadataImage& image) {
  const auto why = reason(env.now());
  if (!why || image.offset() <= raft.log_start()) return;
  std::vector<Bytes> records;
  for (const protocol::MetadataRecord& record : image_records(image)) {
    records.push_back(protocol::encode_record(record));
  }
  const auto count = static_cast<std::int32_t>(records.size());
  const auto written =
      raft.create_snapshot(env, image.offset(), last_append_ms_, std::move(records));
  restart(env.now(), last_append_ms_);
  if (!written.ok()) return;
  env.events.emit(env.node, event::SnapshotGenerated{written->id.end, written->id.epoch, count,
                                                     written->bytes, *why});
}

}  // namespace kscope::metadata
