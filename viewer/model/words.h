// Words: how events, nodes, APIs and times are said on the screen.
//
// One place, so that the feed, the inspector, the timeline's flags and the text mode never call the
// same thing by two names. Sentences come from the events themselves (event/render.h).
//
// Called by: model/*, panels/*. Read next: model/explain.h
#pragma once

#include <string>

#include "engine/cluster/snapshot.h"
#include "engine/event/render.h"
#include "viewer/model/target.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

/// The family of an API: its hue in the lanes. The label says the API itself.
enum class ApiFamily : std::uint8_t { Data, Replication, Quorum, Control, Group, Lookup };
ApiFamily family_of(ApiKey api);

/// It has a process, if perhaps a paused one.
inline bool is_up(cluster::NodeState state) {
  return state == cluster::NodeState::Running || state == cluster::NodeState::Paused;
}

/// "broker 1", "producer-1"; controllers are called so in events of the quorum.
std::string node_name(const cluster::Snapshot& snapshot, std::int32_t node);
event::NodeNamer namer_for(const cluster::Snapshot& snapshot);

/// What a target is called: "broker 1", "orders-0 on broker 2".
std::string name_of(const Target& target, const cluster::Snapshot& snapshot);
/// One event in plain words; a recorded input is told with its whole line.
std::string say(Machine& machine, EventSeq seq);
/// The few words that fit on a flag of the timeline: "crash broker 1", "orders-0 → 2".
std::string flag_text(Machine& machine, EventSeq seq);

/// "1 234 567": digits in groups of three.
std::string group_digits(std::uint64_t value);

}  // namespace kscope::viewer
