// fold(), continued: logs, raft, the controller's metadata, replicas and the request path.
#include <algorithm>

#include "engine/cluster/fold_parts.h"
#include "engine/coordinator/group_coordinator.h"

namespace kscope::cluster {
namespace {

std::vector<std::int32_t> numbers(const NodeList& list) {
  std::vector<std::int32_t> out;
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(list[i].value());
  return out;
}

std::vector<std::int32_t> union_of(const NodeList& a, const NodeList& b) {
  std::vector<std::int32_t> out = numbers(a);
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!a.contains(b[i])) out.push_back(b[i].value());
  return out;
}

std::int32_t& parked(BrokerView& broker, event::PurgatoryKind kind) {
  switch (kind) {
    case event::PurgatoryKind::Fetch: return broker.delayed_fetches;
    case event::PurgatoryKind::DeleteRecords: return broker.delayed_deletes;
    case event::PurgatoryKind::Produce: break;
  }
  return broker.delayed_produces;
}

}  // namespace

bool Folder::is_metadata_log(PartitionRef partition) const {
  return names_.name(partition.topic) == kClusterMetadataTopic;
}

ReplicaView* Folder::replica(PartitionRef partition) {
  NodeView* n = here();
  if (n == nullptr || is_metadata_log(partition)) return nullptr;
  return &replica(*n, names_.name(partition));
}

// ---- logs -------------------------------------------------------------------------------------

void Folder::set_log_end(PartitionRef partition, Offset end) {
  NodeView* n = here();
  if (n == nullptr) return;
  if (is_metadata_log(partition))
    n->quorum.log_end = end.value();
  else
    replica(*n, names_.name(partition)).log_end = end.value();
}

void Folder::apply(const event::LogOpened& e) {
  set_log_end(e.partition, e.log_end);
  ReplicaView* r = replica(e.partition);
  if (r == nullptr) return;
  r->log_start = e.log_start.value();
  r->high_watermark = e.log_start.value();
  r->flushed_end = e.log_end.value();
  r->epochs.clear();  // those that the log knows are told next, one by one
}

void Folder::apply(const event::LogRecovered& e) { set_log_end(e.partition, e.log_end); }
void Folder::apply(const event::BatchAppended& e) { set_log_end(e.partition, e.last + 1); }

/// As LeaderEpochCache::assign: entries that the new one contradicts go.
void Folder::apply(const event::LeaderEpochStarted& e) {
  ReplicaView* r = replica(e.partition);
  if (r == nullptr) return;
  const EpochRange fresh{e.leader_epoch.value(), e.start.value()};
  std::erase_if(r->epochs, [&](const EpochRange& x) {
    return x.epoch >= fresh.epoch || x.start >= fresh.start;
  });
  r->epochs.push_back(fresh);
}

void Folder::apply(const event::LogTruncated& e) {
  set_log_end(e.partition, e.to_end);
  ReplicaView* r = replica(e.partition);
  if (r == nullptr) return;
  std::erase_if(r->epochs, [&](const EpochRange& x) { return x.start >= e.to_end.value(); });
  r->flushed_end = std::min(r->flushed_end, e.to_end.value());
  if (e.reason != event::TruncateReason::FullyAndRestart) return;
  r->log_start = e.to_end.value();
  r->flushed_end = e.to_end.value();
  r->epochs.clear();
}

void Folder::apply(const event::LogFlushed& e) {
  if (ReplicaView* r = replica(e.partition)) r->flushed_end = e.up_to.value();
}

void Folder::apply(const event::LogStartAdvanced& e) {
  ReplicaView* r = replica(e.partition);
  if (r == nullptr) return;
  r->log_start = e.to.value();
  // The epoch that covers the new start begins there now; older ones are gone.
  while (r->epochs.size() > 1 && r->epochs[1].start <= r->log_start)
    r->epochs.erase(r->epochs.begin());
  if (!r->epochs.empty()) r->epochs[0].start = std::max(r->epochs[0].start, r->log_start);
}

void Folder::apply(const event::LogDeleted& e) {
  NodeView* n = here();
  if (n == nullptr) return;
  const TopicPartition name = names_.name(e.partition);
  std::erase_if(n->broker.replicas, [&](const ReplicaView& r) { return r.partition == name; });
}

// ---- raft -------------------------------------------------------------------------------------

void Folder::apply(const event::RaftRoleChanged& e) {
  NodeView* n = here();
  if (n == nullptr) return;
  QuorumView& q = n->quorum;
  if (e.epoch != q.epoch) q.voted_for = -1;
  q.role = e.to;
  q.epoch = e.epoch;
  q.leader = e.leader.value();
  q.votes.clear();
}

void Folder::apply(const event::VoterSetChanged& e) {
  if (NodeView* n = here()) n->quorum.is_voter = e.voters.contains(event_.node);
}

void Folder::apply(const event::ElectionTimerSet& e) {
  if (NodeView* n = here()) {
    n->quorum.election_deadline = e.deadline;
    n->quorum.election_timeout = e.timeout;
  }
}

void Folder::apply(const event::ElectionTimerCleared&) {
  if (NodeView* n = here()) {
    n->quorum.election_deadline.reset();
    n->quorum.election_timeout = Duration{};
  }
}

void Folder::apply(const event::QuorumStatePersisted& e) {
  if (NodeView* n = here()) {
    n->quorum.epoch = e.epoch;
    n->quorum.voted_for = e.voted_for.value();
  }
}

void Folder::apply(const event::VoteCounted& e) {
  if (NodeView* n = here()) n->quorum.votes[e.voter.value()] = e.granted;
}

void Folder::apply(const event::RaftHighWatermarkAdvanced& e) {
  if (NodeView* n = here()) n->quorum.high_watermark = e.to.value();
}

// ---- the controller ---------------------------------------------------------------------------

void Folder::apply(const event::ControllerActivated&) {
  if (NodeView* n = here()) n->quorum.controller_active = true;
}
void Folder::apply(const event::ControllerDeactivated&) {
  if (NodeView* n = here()) n->quorum.controller_active = false;
}

void Folder::apply(const event::BrokerRegistered& e) {
  RegistrationView& r = registration(e.broker);
  r.broker_epoch = e.broker_epoch.value();
  r.fenced = true;
  r.in_controlled_shutdown = false;
}
void Folder::apply(const event::BrokerFenced& e) { registration(e.broker).fenced = true; }
void Folder::apply(const event::BrokerUnfenced& e) { registration(e.broker).fenced = false; }

void Folder::apply(const event::ControlledShutdownBegan& e) {
  registration(e.broker).in_controlled_shutdown = true;
}

void Folder::apply(const event::TopicDeleted& e) {
  const std::string& topic = names_.name(e.topic);
  std::erase_if(snapshot_.metadata.partitions,
                [&](const PartitionView& p) { return p.partition.topic == topic; });
  if (topic == coordinator::kGroupMetadataTopic) forget_group_topic();
}

void Folder::apply(const event::PartitionChanged& e) {
  PartitionView& p = partition(names_.name(e.partition));
  p.leader = e.leader.value();
  p.leader_epoch = e.leader_epoch.value();
  p.partition_epoch = e.partition_epoch;
  p.isr = numbers(e.isr);
  p.replicas = numbers(e.replicas);
}

void Folder::apply(const event::ReassignmentStarted& e) {
  PartitionView& p = partition(names_.name(e.partition));
  p.adding = numbers(e.adding);
  p.removing = numbers(e.removing);
}

void Folder::apply(const event::ReassignmentCompleted& e) {
  PartitionView& p = partition(names_.name(e.partition));
  p.adding.clear();
  p.removing.clear();
}

void Folder::apply(const event::ReassignmentCancelled& e) {
  PartitionView& p = partition(names_.name(e.partition));
  p.adding.clear();
  p.removing.clear();
}

void Folder::apply(const event::MetadataApplied& e) {
  if (NodeView* n = here()) n->broker.metadata_offset = e.offset.value();
}

// ---- replicas ---------------------------------------------------------------------------------

void Folder::apply(const event::BecameLeader& e) {
  ReplicaView* r = replica(e.partition);
  if (r == nullptr) return;
  r->role = ReplicaRole::Leader;
  r->leader = event_.node.value();
  r->leader_epoch = e.leader_epoch.value();
  r->follower_ends.clear();
}

void Folder::apply(const event::BecameFollower& e) {
  ReplicaView* r = replica(e.partition);
  if (r == nullptr) return;
  r->role = ReplicaRole::Follower;
  r->leader = e.leader.value();
  r->leader_epoch = e.leader_epoch.value();
  r->isr.clear();
  r->maximal_isr.clear();
  r->follower_ends.clear();
  r->low_watermark = -1;
}

void Folder::apply(const event::ReplicaStopped& e) {
  NodeView* n = here();
  if (n == nullptr) return;
  const TopicPartition name = names_.name(e.partition);
  std::erase_if(n->broker.replicas, [&](const ReplicaView& r) { return r.partition == name; });
}

void Folder::apply(const event::HighWatermarkAdvanced& e) {
  if (ReplicaView* r = replica(e.partition)) r->high_watermark = e.to.value();
}
void Folder::apply(const event::HighWatermarkSet& e) {
  if (ReplicaView* r = replica(e.partition)) r->high_watermark = e.to.value();
}

void Folder::apply(const event::FollowerProgressed& e) {
  if (ReplicaView* r = replica(e.partition))
    r->follower_ends[e.follower.value()] = e.log_end.value();
}

void Folder::apply(const event::IsrChangeRequested& e) {
  if (ReplicaView* r = replica(e.partition)) r->maximal_isr = union_of(e.from, e.to);
}
void Folder::apply(const event::IsrUpdated& e) {
  if (ReplicaView* r = replica(e.partition)) r->isr = r->maximal_isr = numbers(e.isr);
}
void Folder::apply(const event::LowWatermarkMoved& e) {
  if (ReplicaView* r = replica(e.partition)) r->low_watermark = e.to.value();
}

// ---- the request path -------------------------------------------------------------------------

void Folder::apply(const event::BrokerStateChanged& e) {
  if (NodeView* n = here()) n->broker.state = e.to;
}
void Folder::apply(const event::RequestQueued& e) {
  if (NodeView* n = here()) n->broker.requests_waiting = e.depth;
}
void Folder::apply(const event::RequestStarted&) {
  if (NodeView* n = here()) {
    --n->broker.requests_waiting;
    ++n->broker.handlers_busy;
  }
}
void Folder::apply(const event::RequestFinished&) {
  if (NodeView* n = here()) --n->broker.handlers_busy;
}

void Folder::apply(const event::PurgatoryEntered& e) {
  NodeView* n = here();
  if (n == nullptr) return;
  ++parked(n->broker, e.kind);
}
void Folder::apply(const event::PurgatoryLeft& e) {
  NodeView* n = here();
  if (n == nullptr) return;
  --parked(n->broker, e.kind);
}

void Folder::apply(const event::FetchSessionOpened&) {
  if (NodeView* n = here()) ++n->broker.fetch_sessions;
}
void Folder::apply(const event::FetchSessionClosed&) {
  if (NodeView* n = here()) --n->broker.fetch_sessions;
}

}  // namespace kscope::cluster
