// The talk of a rebalance: which frames and notes, in which phases, on whose lanes.
//
//   classic   FindCoordinator → JoinGroup → SyncGroup → Heartbeat · Fetch
//   KIP-848   FindCoordinator → heartbeats up to the target assignment → reconciliation → Fetch
//
// Called by: model/group_desk. Read next: model/sequence.h
#pragma once

#include <vector>

#include "viewer/model/group_picture.h"
#include "viewer/model/sequence.h"

namespace kscope::viewer {

struct GroupStretch {
  Instant from{}, until{};
};

/// From when to when the story of a rebalance goes, as far as it is recorded.
GroupStretch story_of(Machine& machine, const GroupHistory& history, const GroupPast& past,
                      const Rebalance& rebalance);
/// The last seconds, and the next ones as far as they are recorded.
GroupStretch last_seconds(Machine& machine);
/// Something happened since the latest rebalance that is no rebalance (yet): a member is silent, or
/// the coordinator moved.
bool has_incident(const GroupScope& scope);
SequenceQuery talk_query(const GroupScope& scope);
std::vector<SequencePhase> talk_phases(const GroupScope& scope);

}  // namespace kscope::viewer
