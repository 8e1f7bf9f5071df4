// GroupContext: the surroundings of a group coordinator while it handles one request or timer.
//
// Groups are plain values (a checkpoint of the cluster copies them), so what they need from outside
// comes in with every call: the node's clock, luck and event sink; the shard's list of timers; the
// settings; and the newest metadata image, which KIP-848 needs for topics and racks.
//
// Called by: the shard (makes one per call). Read next: coordinator/group/group_metadata_manager.h
#pragma once

#include "engine/base/partition.h"
#include "engine/coordinator/coordinator_timer.h"
#include "engine/coordinator/group/group_config.h"
#include "engine/env/env.h"
#include "engine/metadata/metadata_image.h"

namespace kscope::coordinator {

struct GroupContext {
  env::Env& env;
  CoordinatorTimer& timers;
  const GroupConfig& config;
  const metadata::MetadataImage& metadata;
  PartitionRef shard;  ///< of __consumer_offsets

  NameRef name(const std::string& text) const { return env.names.intern(text); }
  void emit(event::Body body) const { env.events.emit(env.node, std::move(body)); }
};

}  // namespace kscope::coordinator
