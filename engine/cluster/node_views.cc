#include "engine/cluster/node_views.h"

namespace kscope::cluster {
namespace {

std::vector<std::int32_t> plain(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> out;
  for (const NodeId node : nodes) out.push_back(node.value());
  return out;
}

template <class T>
std::int32_t plain(const std::optional<T>& id) {
  return id ? id->value() : -1;
}

ReplicaView replica_view(const replication::HostedPartition& hosted,
                         const storage::UnifiedLog* log) {
  const replication::Partition& partition = hosted.partition;
  ReplicaView view;
  view.partition = partition.name();
  view.leader_epoch = plain(partition.leader_epoch());
  view.leader = plain(partition.leader());
  view.high_watermark = partition.high_watermark().value();
  if (hosted.offline) view.role = ReplicaRole::Offline;
  else if (partition.is_leader()) view.role = ReplicaRole::Leader;
  else view.role = ReplicaRole::Follower;
  if (log != nullptr) {
    view.log_start = log->log_start().value();
    view.log_end = log->log_end().value();
    view.flushed_end = log->recovery_point().value();
    for (const storage::EpochEntry& e : log->epochs().entries()) {
      view.epochs.push_back({e.epoch.value(), e.start.value()});
    }
  }
  if (view.role == ReplicaRole::Leader) {
    view.isr = plain(partition.isr().committed());
    view.maximal_isr = plain(partition.isr().maximal());
    for (const replication::ReplicaState& f : partition.followers()) {
      if (f.log_end()) view.follower_ends[f.broker().value()] = f.log_end()->value();
    }
  }
  return view;
}

}  // namespace

QuorumView quorum_view(const metadata::SharedServer& shared) {
  const raft::KafkaRaftClient& raft = shared.raft();
  QuorumView view;
  view.role = raft.role();
  view.is_voter = raft.is_voter();
  view.epoch = raft.epoch();
  view.leader = plain(raft.leader());
  view.voted_for = plain(raft.voted_for());
  view.log_end = raft.log_end().value();
  view.high_watermark = raft.high_watermark().value();
  for (const auto& [voter, granted] : raft.votes()) view.votes[voter.value()] = granted;
  view.election_deadline = raft.election_deadline();
  view.election_timeout = raft.election_timeout();
  view.controller_active = shared.controller_active();
  return view;
}

QuorumDetailView quorum_detail_view(const metadata::SharedServer& shared) {
  const raft::KafkaRaftClient& raft = shared.raft();
  QuorumDetailView view;
  view.log_start = raft.log_start().value();
  view.loaded_to = shared.image().offset().value();
  for (const raft::SnapshotFile& s : raft.snapshots()) {
    view.snapshots.push_back({s.id.end.value(), s.id.epoch, s.bytes});
  }
  if (raft.download()) {
    view.download_position = raft.download()->position;
    view.download_size = raft.download()->size;
  }
  view.voters = plain(raft.voters().ids());
  view.kraft_version = raft.voter_history().kraft_version();
  view.directory_id = raft.config().directory_id.str();
  const raft::LeaderState* leader = raft.leader_state();
  if (leader == nullptr) return view;
  view.epoch_start = leader->epoch_start().value();
  const auto add = [&](NodeId id, const raft::ReplicaProgress& p, bool voter) {
    view.members.push_back({id.value(), voter, p.end ? p.end->value() : -1, p.last_fetch,
                            p.last_caught_up});
  };
  for (const auto& [id, progress] : leader->voters()) add(id, progress, true);
  for (const auto& [id, progress] : leader->observers()) add(id, progress, false);
  return view;
}

BrokerView broker_view(const broker::BrokerServer& broker, Offset metadata_offset) {
  BrokerView view;
  view.state = broker.state();
  view.broker_epoch = broker.broker_epoch().value();
  view.metadata_offset = metadata_offset.value();
  const broker::RequestChannel& requests = broker.requests();
  view.requests_waiting = static_cast<std::int32_t>(requests.queue_depth());
  view.handlers_busy = requests.busy_handlers();
  view.handlers_total = requests.config().io_threads;
  view.queue_limit = requests.config().max_queued;
  for (const broker::QueuedRequest& r : requests.queue()) {
    view.requests.push_back(
        {r.context.frame, r.context.header.api, r.context.peer.value(), r.since});
  }
  view.delayed_produces = static_cast<std::int32_t>(broker.delayed_produces());
  view.delayed_fetches = static_cast<std::int32_t>(broker.delayed_fetches());
  view.delayed_deletes = static_cast<std::int32_t>(broker.delayed_deletes());
  const replication::ReplicaManager& replicas = broker.replicas();
  for (const auto& [name, hosted] : replicas.hosted()) {
    view.replicas.push_back(replica_view(hosted, replicas.logs().find(name)));
  }
  return view;
}

MetadataView metadata_view(const metadata::MetadataImage& image) {
  MetadataView view;
  for (const auto& [name, topic] : image.topics()) {
    view.topic_ids[name] = topic.id.str();
    for (const auto& [number, registration] : topic.partitions) {
      PartitionView p;
      p.partition = {name, number};
      p.leader = plain(registration.leader);
      p.leader_epoch = registration.leader_epoch.value();
      p.partition_epoch = registration.partition_epoch;
      p.isr = plain(registration.isr);
      p.replicas = plain(registration.replicas);
      const auto& config = image.topic_config(name);
      if (const auto it = config.find("min.insync.replicas"); it != config.end()) {
        p.min_insync_replicas = std::stoi(it->second);
      }
      view.partitions.push_back(std::move(p));
    }
  }
  for (const auto& [id, broker] : image.brokers()) {
    view.registrations.push_back({id.value(), broker.epoch.value(), broker.fenced});
  }
  return view;
}

}  // namespace kscope::cluster
