// What can be done to a group and its members, as command lines (engine/sim/command.h).
//
// Called by: model/group_desk, model/group_member, panels/group_panel. Read next: model/actions.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "viewer/model/actions.h"

namespace kscope::viewer {

/// Crash, stall or go on, leave: of one consumer.
std::vector<Action> consumer_actions(const cluster::ClientView& client);
/// Add a consumer, more partitions, another subscription, crash the coordinator.
std::vector<Action> group_actions(const cluster::Snapshot& snapshot,
                                  const cluster::GroupView& view);

/// Where there is no group yet: what makes one. `config`: the brokers' settings.
std::vector<Action> first_group_actions(const std::string& topic,
                                        const std::map<std::string, std::string>& config);

/// The assignors and protocols that a run can be replayed with.
struct GroupStrategy {
  std::string name;       ///< "cooperative-sticky"
  bool consumer = false;  ///< KIP-848: the coordinator assigns
  std::string label() const { return consumer ? "consumer (KIP-848), " + name : name; }
  bool operator==(const GroupStrategy&) const = default;
};
const std::vector<GroupStrategy>& group_strategies();
/// The line with the strategy of the consumers of `group` changed; any other line as it is.
/// Settings that the other protocol does not know are left out.
std::string with_strategy(const std::string& line, const std::string& group,
                          const GroupStrategy& strategy);

}  // namespace kscope::viewer
