#include "engine/replication/partition.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::replication {

Partition::Partition(TopicPartition name, Uuid topic_id, PartitionRef ref, NodeId self)
    : name_(std::move(name)), topic_id_(topic_id), ref_(ref), self_(self) {}

void Partition::restore_high_watermark(env::Env& env, const storage::UnifiedLog& log,
                                       Offset checkpointed) {
  high_watermark_ = std::clamp(checkpointed, log.log_start(), log.log_end());
  env.events.emit(self_, event::HighWatermarkSet{ref_, high_watermark_});
}

ReplicaState* Partition::follower(NodeId broker) {
  for (ReplicaState& replica : followers_) {
    if (replica.broker() == broker) return &replica;
  }
  return nullptr;
}

std::int32_t Partition::effective_min_isr() const {
  return std::min(min_insync_replicas_, static_cast<std::int32_t>(followers_.size()) + 1);
}

bool Partition::under_min_isr() const {
  return static_cast<std::int32_t>(isr_.committed().size()) < effective_min_isr();
}

void Partition::set_high_watermark(env::Env& env, Offset to) {
  if (to == high_watermark_) return;
  const Offset from = high_watermark_;
  high_watermark_ = to;
  if (to > from) {
    env.events.emit(self_, event::HighWatermarkAdvanced{ref_, from, to});
  } else {
    env.events.emit(self_, event::HighWatermarkSet{ref_, to});
  }
}

// ---- as leader --------------------------------------------------------------------------------

Result<LeaderAppendResult> Partition::append_as_leader(Context& context, storage::UnifiedLog& log,
                                                       ByteView records, std::int16_t acks) {
  LeaderAppendResult result;
  result.log_start = log.log_start();
  if (!is_leader()) {
    result.error = ErrorCode::NOT_LEADER_OR_FOLLOWER;
    return result;
  }
  // Better to refuse than to take what could not be acknowledged. acks 0 and 1 do not ask for it.
  if (acks == -1 && under_min_isr()) {
    result.error = ErrorCode::NOT_ENOUGH_REPLICAS;
    return result;
  }
  log.on_high_watermark(high_watermark_);
  KTRY_ASSIGN(auto appended, log.append_as_leader(context.env, records, *leader_epoch_));
  if (appended.refused) {
    result.error = appended.refused->error;
    result.reason = appended.refused->reason;
    return result;
  }
  result.info = *appended.info;
  context.effects.progress.push_back({ref_, false});
  maybe_increment_high_watermark(context, log);  // at once if the ISR is this replica alone
  return result;
}

std::pair<bool, ErrorCode> Partition::check_enough_replicas(Offset required) const {
  if (!is_leader()) return {false, ErrorCode::NOT_LEADER_OR_FOLLOWER};
  if (high_watermark_ < required) return {false, ErrorCode::NONE};
  // The ISR may have shrunk between the append and now: the record is on fewer replicas than the
  // producer asked for, and it must hear so, although the record may well survive.
  const bool enough = effective_min_isr() <= static_cast<std::int32_t>(isr_.maximal().size());
  return {true, enough ? ErrorCode::NONE : ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND};
}

bool Partition::maybe_increment_high_watermark(Context& context, const storage::UnifiedLog& log) {
  if (under_min_isr()) return false;
  const Offset leader_end = log.log_end();
  const Instant now = context.env.now();
  Offset candidate = leader_end;
  for (const ReplicaState& replica : followers_) {
    const Offset end = replica.log_end_or_unknown();
    if (end >= candidate) continue;
    // One that is about to join is waited for: with an ISR of the leader alone the HW would run
    // with the LEO, and a follower that is always a moment behind could never reach it.
    const bool counts = isr_.maximal_contains(replica.broker()) ||
                        (replica.caught_up(leader_end, now, context.config.lag_time_max) &&
                         context.brokers.isr_eligible(replica.broker(), replica.broker_epoch()));
    if (counts) candidate = end;
  }
  if (candidate <= high_watermark_) return false;
  set_high_watermark(context.env, candidate);
  context.effects.progress.push_back({ref_, true});
  return true;
}

ErrorCode Partition::update_follower_progress(Context& context, const storage::UnifiedLog& log,
                                              ReplicaState& replica, const FollowerFetch& fetch) {
  // A fetch that an earlier incarnation sent must not vouch for the present one (KIP-903).
  const auto alive_epoch = context.brokers.alive_epoch(replica.broker());
  if (fetch.broker_epoch.value() != -1 && alive_epoch && *alive_epoch > fetch.broker_epoch) {
    return ErrorCode::NOT_LEADER_OR_FOLLOWER;
  }
  const std::optional<Offset> before = replica.log_end();
  const Offset start_before = replica.log_start_or_unknown();
  replica.on_fetch(fetch);
  if (replica.log_start_or_unknown() != start_before) update_low_watermark(context, log);
  if (before != replica.log_end()) {
    context.env.events.emit(
        self_, event::FollowerProgressed{ref_, replica.broker(), *replica.log_end()});
  }
  maybe_expand_isr(context, replica);
  if (before != replica.log_end()) maybe_increment_high_watermark(context, log);
  return ErrorCode::NONE;
}

// ---- the ISR ----------------------------------------------------------------------------------

void Partition::maybe_expand_isr(Context& context, const ReplicaState& replica) {
  if (isr_.in_flight() || isr_.contains(replica.broker())) return;
  if (!context.brokers.isr_eligible(replica.broker(), replica.broker_epoch())) return;
  const auto end = replica.log_end();
  // The start of the epoch counts, too: records between HW and that start may be committed without
  // this leader knowing it yet, and a member that lacks them could be elected.
  if (!end || *end < high_watermark_ || !leader_epoch_start_ || *end < *leader_epoch_start_) return;
  std::vector<NodeId> isr = isr_.committed();
  isr.push_back(replica.broker());
  isr_.expand(replica.broker(), propose(context, isr));
  submit(context);
}

void Partition::maybe_shrink_isr(Context& context, const storage::UnifiedLog& log) {
  if (!is_leader() || isr_.in_flight()) return;
  const std::vector<NodeId> late = out_of_sync(context, log);
  if (late.empty()) return;
  std::vector<NodeId> isr;
  for (NodeId member : isr_.committed()) {
    if (std::find(late.begin(), late.end(), member) == late.end()) isr.push_back(member);
  }
  isr_.shrink(propose(context, isr));
  submit(context);
}

std::vector<NodeId> Partition::out_of_sync(Context& context, const storage::UnifiedLog& log) const {
  std::vector<NodeId> late;
  for (NodeId member : isr_.committed()) {
    if (member == self_) continue;
    const auto known = std::find_if(followers_.begin(), followers_.end(),
                                    [&](const ReplicaState& r) { return r.broker() == member; });
    const bool in_sync = known != followers_.end() &&
                         known->caught_up(log.log_end(), context.env.now(),
                                          context.config.lag_time_max);
    if (!in_sync) late.push_back(member);
  }
  return late;
}

IsrProposal Partition::propose(Context& context, const std::vector<NodeId>& isr) const {
  IsrProposal proposal{*leader_epoch_, partition_epoch_, {}};
  for (NodeId member : isr) {
    if (member == self_) {
      proposal.isr.push_back({member, context.own_epoch});
      continue;
    }
    // A member that has not fetched from this leader yet is proposed without an epoch: should it
    // restart, the controller drops it and the partition epoch of this proposal is stale.
    const auto known = std::find_if(followers_.begin(), followers_.end(),
                                    [&](const ReplicaState& r) { return r.broker() == member; });
    const auto epoch = known != followers_.end() ? known->broker_epoch() : std::nullopt;
    proposal.isr.push_back({member, epoch.value_or(BrokerEpoch(-1))});
  }
  return proposal;
}

void Partition::submit(Context& context) {
  NodeList wanted;
  for (const IsrMember& member : isr_.proposal()->isr) wanted.add(member.broker);
  context.env.events.emit(
      self_, event::IsrChangeRequested{ref_, NodeList(isr_.committed()), wanted});
  context.effects.proposals.push_back({name_, topic_id_, *isr_.proposal()});
}

void Partition::on_isr_decision(Context& context, const storage::UnifiedLog& log,
                                const IsrProposal& sent, const IsrDecision& decision) {
  if (isr_.proposal() != sent) return;  // overtaken by the metadata log
  if (decision.error != ErrorCode::NONE) {
    context.env.events.emit(self_, event::IsrChangeFailed{ref_, decision.error});
    switch (decision.error) {
      case ErrorCode::INELIGIBLE_REPLICA:
        // The one refusal that says for certain: not applied, and the partition epoch was right.
        commit_isr(context, isr_.committed(), partition_epoch_, true);
        break;
      case ErrorCode::UNKNOWN_TOPIC_OR_PARTITION:
      case ErrorCode::UNKNOWN_TOPIC_ID:
      case ErrorCode::FENCED_LEADER_EPOCH:
      case ErrorCode::INVALID_UPDATE_VERSION:
      case ErrorCode::INVALID_REQUEST:
      case ErrorCode::NEW_LEADER_ELECTED:
        break;  // this leader's picture is old: stay careful until the metadata log tells
      default:
        submit(context);
    }
    return;
  }
  if (decision.leader_epoch != *leader_epoch_ || decision.partition_epoch < partition_epoch_)
    return;
  commit_isr(context, decision.isr, decision.partition_epoch, true);
  maybe_increment_high_watermark(context, log);  // the ISR may be down to this replica alone
}

void Partition::on_isr_change_not_attempted(Context& context, const IsrProposal& sent) {
  if (isr_.proposal() != sent) return;
  commit_isr(context, isr_.committed(), partition_epoch_, true);
}

// ---- as follower ------------------------------------------------------------------------------

Result<std::optional<storage::AppendInfo>> Partition::append_as_follower(Context& context,
                                                                         storage::UnifiedLog& log,
                                                                         ByteView records) {
  KCHECK(!is_leader());
  log.on_high_watermark(high_watermark_);
  return log.append_as_follower(context.env, records);
}

void Partition::follow_high_watermark(Context& context, const storage::UnifiedLog& log,
                                      Offset leader_hw) {
  KCHECK(!is_leader());
  const Offset before = high_watermark_;
  set_high_watermark(context.env, std::clamp(leader_hw, log.log_start(), log.log_end()));
  // Consumers may read from followers (KIP-392).
  if (high_watermark_ > before) context.effects.progress.push_back({ref_, false});
}

Result<void> Partition::truncate_to(env::Env& env, storage::UnifiedLog& log, Offset to) {
  KCHECK(!is_leader());
  KTRY(log.truncate_to(env, to, event::TruncateReason::DivergingEpoch));
  set_high_watermark(env, std::min(high_watermark_, log.log_end()));
  return {};
}

Result<void> Partition::truncate_fully_and_start_at(env::Env& env, storage::UnifiedLog& log,
                                                    Offset start) {
  KCHECK(!is_leader());
  KTRY(log.truncate_fully_and_start_at(env, start));
  set_high_watermark(env, start);
  return {};
}

void Partition::check(const storage::UnifiedLog& log) const {
  KCHECK(log.log_start() <= high_watermark_);
  KCHECK(high_watermark_ <= log.log_end());
  KCHECK(leader_epoch_start_.has_value() == is_leader());
  if (!is_leader()) KCHECK(followers_.empty());
}

}  // namespace kscope::replication
