#include "engine/replication/replica_state.h"

#include <algorithm>

namespace kscope::replication {

void ReplicaState::on_fetch(const FollowerFetch& fetch) {
  if (fetch.fetch_offset >= fetch.leader_end) {
    last_caught_up_ = std::max(last_caught_up_.value_or(fetch.at), fetch.at);
  } else if (fetch.fetch_offset >= last_fetch_leader_end_ && last_fetch_) {
    last_caught_up_ = std::max(last_caught_up_.value_or(*last_fetch_), *last_fetch_);
  }
  log_start_ = fetch.log_start;
  log_end_ = fetch.fetch_offset;
  last_fetch_leader_end_ = std::max(fetch.leader_end, last_fetch_leader_end_);
  last_fetch_ = fetch.at;
  broker_epoch_ = fetch.broker_epoch;
}

void ReplicaState::on_leader_epoch(Instant now, Offset leader_end, bool new_leader, bool in_isr) {
  if (new_leader) {
    *this = ReplicaState(broker_);
  } else {
    last_fetch_leader_end_ = leader_end;
    last_fetch_ = in_isr ? std::optional(now) : std::nullopt;
  }
  last_caught_up_ = in_isr ? std::optional(now) : std::nullopt;
}

}  // namespace kscope::replication
