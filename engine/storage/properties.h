// The two small property files: who this directory belongs to, and which topic a log is of.
//
//   meta.properties                   partition.metadata
//     version=1                         version: 0
//     cluster.id=…                      topic_id: …
//     node.id=1
//     directory.id=…
//
// meta.properties keeps a node from starting on another node's or another cluster's disks.
// partition.metadata holds the topic's id, because a name is not enough: a topic that is deleted
// and created again has the same name and must not inherit the old records (KIP-516). It is written
// before the first record.
//
// Called by: log_manager, broker/ at start. Kafka: MetaProperties, PartitionMetadataFile.
// Read next: storage/log_manager.h
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/result.h"
#include "engine/env/disk.h"

namespace kscope::storage {

struct MetaProperties {
  std::string cluster_id;
  NodeId node;
  Uuid directory_id;  ///< KIP-858
  bool operator==(const MetaProperties&) const = default;
};

std::string to_text(const MetaProperties& properties);
/// Lines in any order, comments and unknown keys ignored, as java.util.Properties reads them.
/// Corrupt, naming the key, if one is missing or makes no sense.
Result<MetaProperties> parse_meta_properties(std::string_view text);
/// nullopt if the directory was never formatted.
Result<std::optional<MetaProperties>> read_meta_properties(env::Disk& disk);
Result<void> write_meta_properties(env::Disk& disk, const MetaProperties& properties);

std::string partition_metadata_text(const Uuid& topic_id);
Result<Uuid> parse_partition_metadata(std::string_view text);
Result<std::optional<Uuid>> read_partition_metadata(env::Disk& disk, std::string_view directory);
Result<void> write_partition_metadata(env::Disk& disk, std::string_view directory,
                                      const Uuid& topic_id);

}  // namespace kscope::storage
