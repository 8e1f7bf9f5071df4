// Becoming leader, becoming follower: what the metadata log says about this replica.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/replication/partition.h"

namespace kscope::replication {

Result<bool> Partition::make_leader(Context& context, storage::UnifiedLog& log,
                                    const metadata::PartitionRegistration& state) {
  // The answer to AlterPartition may have been quicker than the metadata log.
  if (state.partition_epoch < partition_epoch_) return false;
  const bool new_leader = !is_leader();
  const bool new_epoch = !leader_epoch_ || state.leader_epoch > *leader_epoch_;
  update_followers(state);
  if (new_epoch) {
    const Offset start = log.log_end();
    // A follower may hold records of an epoch that this log has nothing of. For it to find out
    // where to cut, the new epoch must be known even before its first record (KIP-101).
    KTRY(log.assign_epoch_start(context.env, state.leader_epoch, start));
    for (ReplicaState& replica : followers_) {
      replica.on_leader_epoch(context.env.now(), start, new_leader,
                              state.in_isr(replica.broker()));
    }
    leader_epoch_ = state.leader_epoch;
    leader_epoch_start_ = start;
  }
  leader_ = self_;
  if (new_epoch) {
    context.env.events.emit(self_, event::BecameLeader{ref_, *leader_epoch_, log.log_end()});
    // Who led before in an older epoch (replicas were moved away) still knows of its followers.
    for (const ReplicaState& replica : followers_) {
      if (new_leader || !replica.log_end()) continue;
      context.env.events.emit(
          self_, event::FollowerProgressed{ref_, replica.broker(), *replica.log_end()});
    }
  }
  // News of the partition epoch that AlterPartition's answer brought already says nothing about a
  // change proposed since then. Real Kafka forgets that change here (makeLeader accepts an equal
  // epoch) and counts, until the next answer, fewer replicas than the controller may have agreed
  // to.
  const bool known = !new_epoch && state.partition_epoch == partition_epoch_;
  if (!known) commit_isr(context, state.isr, state.partition_epoch, new_epoch);
  // The ISR may be down to this replica alone. Followers' requests parked under an older epoch have
  // to be answered in any case.
  maybe_increment_high_watermark(context, log);
  update_low_watermark(context, log);
  if (new_epoch) context.effects.progress.push_back({ref_, true});
  return true;
}

bool Partition::make_follower(Context& context, const metadata::PartitionRegistration& state) {
  if (state.partition_epoch < partition_epoch_) return false;
  const bool new_epoch = !leader_epoch_ || state.leader_epoch > *leader_epoch_;
  leader_ = state.leader;
  leader_epoch_ = state.leader_epoch;
  leader_epoch_start_.reset();
  low_watermark_ = Offset(-1);
  partition_epoch_ = state.partition_epoch;
  replicas_ = state.replicas;
  followers_.clear();
  isr_ = IsrState();
  if (new_epoch) {
    context.env.events.emit(
        self_, event::BecameFollower{ref_, leader_.value_or(NodeId(-1)), *leader_epoch_});
    context.effects.progress.push_back({ref_, true});
  }
  return new_epoch;
}

void Partition::update_followers(const metadata::PartitionRegistration& state) {
  std::vector<ReplicaState> kept;
  for (NodeId broker : state.replicas) {
    if (broker == self_) continue;
    const ReplicaState* known = follower(broker);
    kept.push_back(known != nullptr ? *known : ReplicaState(broker));
  }
  followers_ = std::move(kept);
  replicas_ = state.replicas;
}

void Partition::commit_isr(Context& context, std::vector<NodeId> isr, std::int32_t partition_epoch,
                           bool tell_always) {
  const bool news = tell_always || isr_.in_flight() || isr_.committed() != isr ||
                    partition_epoch_ != partition_epoch;
  isr_.commit(std::move(isr));
  partition_epoch_ = partition_epoch;
  if (news) {
    context.env.events.emit(
        self_, event::IsrUpdated{ref_, NodeList(isr_.committed()), partition_epoch_});
  }
}

}  // namespace kscope::replication
