// MetadataDelta: which parts of the image changed between two moments.
//
// It names what changed; what it changed *to* is read from the image. That makes it small, and it
// makes folding deltas trivial: a broker that was busy takes several batches of records as one
// delta.
//
// Invariant: everything that differs between the image at `from` and the image at `to` is named
// here.
// Called by: broker/ (through SharedServer::take_delta).
// Kafka: org.apache.kafka.image.MetadataDelta, which also carries the new values.
// Read next: metadata/metadata_loader.h
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/metadata/metadata_image.h"

namespace kscope::metadata {

struct MetadataDelta {
  /// A topic that was there at `from` and whose id is gone. One of the same name may exist again.
  struct DeletedTopic {
    std::string name;
    Uuid id;
    std::vector<std::int32_t> partitions;
    bool operator==(const DeletedTopic&) const = default;
  };

  Offset from, to;                                           ///< [from, to) was applied
  std::map<std::string, std::set<std::int32_t>> partitions;  ///< new or changed, by topic
  std::vector<DeletedTopic> deleted_topics;
  std::set<std::string> topic_configs;  ///< topics whose own settings changed
  std::set<NodeId> brokers;             ///< registered, fenced, unfenced, gone
  bool cluster_config = false;

  bool empty() const {
    return partitions.empty() && deleted_topics.empty() && topic_configs.empty() &&
           brokers.empty() && !cluster_config;
  }

  /// Notes what `record` is about to do. REQUIRES `before` to be the image just before it.
  /// Notes everything in which the two differ or may differ: `after` comes from a snapshot, and
  /// nobody knows how it got there.
  void note_difference(const MetadataImage& before, const MetadataImage& after);
  void note(const MetadataImage& before, const protocol::MetadataRecord& record);
};

}  // namespace kscope::metadata
