// MetadataLoader: keeps an image in step with the committed part of the metadata log.
//
// It runs on every node, controller or not, and is the only way in which committed records become
// state. What changed since the broker half last asked is collected in a delta.
//
// Invariant (C7): image().offset() <= the raft member's high watermark, and the image is the fold
// of exactly the records before it.
//
// Called by: shared_server. Emits: MetadataApplied, and through metadata_announcer what was
// committed. Kafka: org.apache.kafka.image.loader.MetadataLoader.
// Read next: metadata/metadata_announcer.h
#pragma once

#include <optional>

#include "engine/metadata/metadata_delta.h"
#include "engine/metadata/snapshot_generator.h"
#include "engine/raft/raft_client.h"

namespace kscope::metadata {

class MetadataLoader {
 public:
  /// Applies everything up to the high watermark. An error means that the log cannot be read or
  /// holds a record that we do not know: then the image must not go on (Kafka's process exits).
  /// A log that begins behind our image is no use: then the latest snapshot comes first.
  Result<void> advance(env::Env& env, const raft::KafkaRaftClient& raft,
                       SnapshotGenerator& generator);

  const MetadataImage& image() const { return image_; }
  /// What changed since the last call; nothing if nothing did.
  std::optional<MetadataDelta> take_delta();

 private:
  Result<void> load_snapshot(env::Env& env, const raft::KafkaRaftClient& raft,
                             SnapshotGenerator& generator);
  Result<void> apply(env::Env& env, const raft::CommittedBatch& batch, bool tell);

  MetadataImage image_;
  MetadataDelta delta_;
};

}  // namespace kscope::metadata
