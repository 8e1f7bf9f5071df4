#include "engine/metadata/metadata_loader.h"

#include "engine/metadata/metadata_announcer.h"

namespace kscope::metadata {

Result<void> MetadataLoader::advance(env::Env& env, const raft::KafkaRaftClient& raft,
                                     SnapshotGenerator& generator) {
  if (image_.offset() >= raft.high_watermark()) return {};
  const bool at_start = image_.offset() == Offset(0) && !raft.snapshots().empty() &&
                        raft.snapshots().back().id.end > Offset(0);
  if (at_start || image_.offset() < raft.log_start()) KTRY(load_snapshot(env, raft, generator));
  KTRY_ASSIGN(const auto batches, raft.read_committed(env, image_.offset()));
  for (const raft::CommittedBatch& batch : batches) {
    KTRY(apply(env, batch, raft.is_leader()));
    generator.note(batch.bytes, batch.append_ms);
  }
  env.events.emit(env.node, event::MetadataApplied{image_.offset()});
  return {};
}

Result<void> MetadataLoader::load_snapshot(env::Env& env, const raft::KafkaRaftClient& raft,
                                           SnapshotGenerator& generator) {
  KTRY_ASSIGN(const raft::SnapshotContents contents, raft.read_latest_snapshot(env));
  const Offset end = raft.snapshots().back().id.end;
  MetadataImage loaded;
  for (const Bytes& value : contents.records) {
    KTRY_ASSIGN(const protocol::MetadataRecord record, protocol::decode_record(value));
    loaded.apply_from_snapshot(record, end - 1);
  }
  loaded.advance_to(end);
  delta_.note_difference(image_, loaded);
  image_ = std::move(loaded);
  delta_.to = end;
  generator.restart(env.now(), contents.last_timestamp_ms);
  env.events.emit(env.node,
                  event::SnapshotLoaded{end, static_cast<std::int32_t>(contents.records.size())});
  return {};
}

Result<void> MetadataLoader::apply(env::Env& env, const raft::CommittedBatch& batch, bool tell) {
  std::vector<protocol::MetadataRecord> records;
  for (const Bytes& value : batch.records) {
    KTRY_ASSIGN(protocol::MetadataRecord record, protocol::decode_record(value));
    records.push_back(std::move(record));
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Offset at = batch.base + static_cast<std::int64_t>(i);
    if (tell && env.events.first_to_tell(at)) announce_record(env, image_, records, i);
    delta_.note(image_, records[i]);
    image_.apply(records[i], at);
  }
  image_.advance_to(batch.last + 1);
  delta_.to = image_.offset();
  return {};
}

std::optional<MetadataDelta> MetadataLoader::take_delta() {
  if (delta_.from == delta_.to) return std::nullopt;
  MetadataDelta taken = std::move(delta_);
  delta_ = MetadataDelta();
  delta_.from = delta_.to = image_.offset();
  return taken;
}

}  // namespace kscope::metadata
