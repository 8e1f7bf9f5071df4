// CoordinatorTimer: the timers of one shard, as a list of names and instants.
//
// A group of a hundred members has a hundred session timers. The node's queue need not know them:
// the shard keeps its own list and asks the node to be woken for the earliest.
//
// Invariant: a name has at most one instant; setting it again moves it.
//
// Kafka: CoordinatorTimer, CoordinatorRuntime.EventBasedCoordinatorTimer. Called by:
// coordinator_shard, and through GroupContext everything in coordinator/group/. Read next:
// coordinator/group/group_config.h
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace kscope::coordinator {

enum class TimerPurpose : std::uint8_t {
  Session,        ///< classic and KIP-848: no sign of life
  PendingMember,  ///< a member id was granted and not used (KIP-394)
  PendingSync,    ///< a member got its JoinGroup answer and sent no SyncGroup (KIP-559)
  InitialDelay,   ///< group.initial.rebalance.delay.ms
  Rebalance,      ///< not all have joined again; KIP-848: partitions not revoked in time
};

struct TimerName {
  TimerPurpose purpose{};
  std::string group;
  std::string member;  ///< empty: the group's own
  auto operator<=>(const TimerName&) const = default;
};

class CoordinatorTimer {
 public:
  void set(const TimerName& name, Instant at) {
    cancel(name);
    by_name_.emplace(name, at);
    by_time_.emplace(at, name);
  }
  void cancel(const TimerName& name) {
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) return;
    by_time_.erase({it->second, name});
    by_name_.erase(it);
  }
  std::optional<Instant> at(const TimerName& name) const {
    const auto it = by_name_.find(name);
    return it == by_name_.end() ? std::nullopt : std::optional(it->second);
  }
  std::optional<Instant> next() const {
    return by_time_.empty() ? std::nullopt : std::optional(by_time_.begin()->first);
  }
  /// Takes out the earliest that is due.
  std::optional<TimerName> take_due(Instant now) {
    if (by_time_.empty() || by_time_.begin()->first > now) return std::nullopt;
    TimerName name = by_time_.begin()->second;
    cancel(name);
    return name;
  }

 private:
  std::map<TimerName, Instant> by_name_;
  std::set<std::pair<Instant, TimerName>> by_time_;
};

}  // namespace kscope::coordinator
