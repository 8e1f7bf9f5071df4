// Storage format: what has to be on a disk before a Kafka process may start on it.
//
// `kafka-storage format` is run once, by a person, for each log directory. It writes
//
//   meta.properties        version=1, cluster.id, node.id, directory.id
//   __cluster_metadata-0/00000000000000000000-0000000000.checkpoint
//                          only with kraft.version 1 and --initial-controllers: the first voters
//
// A process reads meta.properties before anything else and refuses to start if it names another
// cluster or another node: that is what keeps a disk in the wrong machine from doing harm. The
// directory id tells a disk that was replaced from the one that was there (KIP-853, KIP-858).
//
// Invariant: meta.properties is written last, so a disk whose formatting was cut short by a crash
// counts as not formatted.
//
// Called by: cluster/node, sim (which plays the person). Kafka: kafka.tools.StorageTool, Formatter,
// MetaProperties.
// Read next: storage/properties.h, cluster/node.h
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/env/env.h"
#include "engine/raft/voter_set.h"
#include "engine/storage/properties.h"

namespace kscope::cluster {

struct FormatOptions {
  storage::MetaProperties properties;
  std::int16_t kraft_version = 0;
  /// --initial-controllers; empty: --no-initial-controllers, the voters are learned from the
  /// leader.
  std::vector<raft::Voter> first_voters;
};

/// Nothing is on the disk: it may be formatted without losing anything.
bool is_blank(const env::Disk& disk);
/// Emits StorageFormatted.
Result<void> format_storage(env::Env& env, const FormatOptions& options);

}  // namespace kscope::cluster
