// SnapshotGenerator: decides when a node folds its metadata into a snapshot, and has it written.
//
// Every node does so for itself, broker or controller, active or not: a snapshot is a fold of the
// committed log, so all of them could write the same one. Two things make it time: so many bytes of
// records since the last one, or so much time with at least one record.
//
// A snapshot that cannot be written (the disk is full) is not the end of the node: the log still
// has everything. It is tried again when as many bytes more have come.
//
// Called by: shared_server. Emits: SnapshotGenerated.
// Kafka: org.apache.kafka.image.publisher.SnapshotGenerator, SnapshotEmitter. KIP-630, KIP-876.
// Read next: metadata/image_writer.h, raft/snapshot_file.h
#pragma once

#include <cstdint>

#include "engine/metadata/metadata_image.h"
#include "engine/raft/raft_client.h"

namespace kscope::metadata {

struct SnapshotConfig {
  /// metadata.log.max.record.bytes.between.snapshots
  std::int64_t max_bytes = 20 * 1024 * 1024;
  /// metadata.log.max.snapshot.interval.ms; 0: never because of the time
  Duration max_interval = seconds(3600);
};

class SnapshotGenerator {
 public:
  SnapshotGenerator() = default;
  SnapshotGenerator(const SnapshotConfig& config, Instant now) : config_(config), last_(now) {}

  /// Committed records of so many bytes were applied; the newest was appended at `append_ms`.
  void note(std::int64_t bytes, std::int64_t append_ms) {
    bytes_ += bytes;
    last_append_ms_ = append_ms;
  }
  /// The image comes from a snapshot: nothing has happened since.
  void restart(Instant now, std::int64_t append_ms);
  /// Writes one if it is time. REQUIRES `image` to be the fold up to the end of a batch.
  void run(env::Env& env, raft::KafkaRaftClient& raft, const MetadataImage& image);
  /// When the time alone will be a reason; nothing if it never is.
  std::optional<Instant> next_by_time() const;

 private:
  std::optional<event::SnapshotReason> reason(Instant now) const;

  SnapshotConfig config_;
  Instant last_{};  ///< when the last one was written, or the process began
  std::int64_t bytes_ = 0;
  std::int64_t last_append_ms_ = 0;
};

}  // namespace kscope::metadata
