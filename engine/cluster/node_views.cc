#include "engine/cluster/node_views.h"

#include <algorithm>
#include <utility>

#include "engine/base/config_def.h"
#include "engine/metadata/topic_config.h"

namespace kscope::cluster {
namespace {

std::vector<std::int32_t> plain(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> out;
  for (const NodeId node : nodes) out.push_back(node.value());
  return out;
}

template <class T>
auto plain(const std::optional<T>& id) {
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
  if (hosted.offline)
    view.role = ReplicaRole::Offline;
  else if (partition.is_leader())
    view.role = ReplicaRole::Leader;
  else
    view.role = ReplicaRole::Follower;
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
    view.low_watermark = partition.low_watermark().value();
  }
  return view;
}

std::vector<FollowerView> follower_views(const replication::Partition& partition) {
  std::vector<FollowerView> views;
  for (const replication::ReplicaState& f : partition.followers()) {
    FollowerView view;
    view.broker = f.broker().value();
    view.log_end = f.log_end_or_unknown().value();
    view.log_start = f.log_start_or_unknown().value();
    view.last_fetch = f.last_fetch();
    view.last_caught_up = f.last_caught_up();
    views.push_back(view);
  }
  return views;
}

std::optional<FetchView> fetch_view(const replication::ReplicaFetcherManager& fetchers,
                                    const TopicPartition& name, Instant now) {
  for (const auto& [leader, fetcher] : fetchers.fetchers()) {
    const auto it = fetcher.partitions().find(name);
    if (it == fetcher.partitions().end()) continue;
    const replication::PartitionFetchState& state = it->second;
    FetchView view;
    view.leader = leader.value();
    view.fetch_offset = state.fetch_offset.value();
    view.current_leader_epoch = state.current_leader_epoch.value();
    view.last_fetched_epoch = plain(state.last_fetched_epoch);
    if (state.phase != replication::FetchPhase::Fetching) {
      view.activity = FetchActivity::FindingRange;
    }
    if (state.delayed_until && *state.delayed_until > now) {
      view.activity = FetchActivity::Delayed;
      view.delayed_until = state.delayed_until;
    }
    return view;
  }
  return {};
}

ReplicationView replication_view(const replication::ReplicaManager& replicas,
                                 const replication::HostedPartition& hosted, Instant now) {
  const replication::Partition& partition = hosted.partition;
  ReplicationView view;
  if (const storage::UnifiedLog* log = replicas.logs().find(partition.name())) {
    view.last_stable_offset = partition.last_stable_offset(*log).value();
  }
  if (!partition.is_leader()) {
    view.fetch = fetch_view(replicas.fetchers(), partition.name(), now);
    return view;
  }
  view.epoch_start = plain(partition.leader_epoch_start());
  view.followers = follower_views(partition);
  if (const auto& proposal = partition.isr().proposal()) {
    for (const replication::IsrMember& m : proposal->isr) {
      view.proposed_isr.push_back(m.broker.value());
    }
  }
  return view;
}

RequestView request_view(const broker::Connection& connection) {
  const broker::RequestUnderWay& r = *connection.under_way;
  RequestView view{r.frame, r.api, connection.info.peer.value(), r.start};
  view.place = static_cast<RequestPlace>(r.stage);
  view.processor = static_cast<std::int32_t>(connection.processor);
  view.handler = r.handler;
  switch (r.stage) {
    case broker::RequestStage::Queue:
      view.entered = r.start;
      break;
    case broker::RequestStage::Handler:
      view.entered = r.dequeued;
      break;
    case broker::RequestStage::Remote:
      view.entered = r.local_done;
      break;
    case broker::RequestStage::ResponseQueue:
      view.entered = r.responded;
      break;
  }
  return view;
}

void add_request_path(const broker::RequestChannel& channel, BrokerView* view) {
  for (const broker::Processor& p : channel.processors()) {
    view->processors.push_back(
        {0, 0, static_cast<std::int32_t>(p.responses.size()), p.held.has_value(), p.busy_until});
  }
  for (const auto& [id, connection] : channel.connections()) {
    ProcessorView& processor = view->processors[connection.processor];
    ++processor.connections;
    processor.unread += static_cast<std::int32_t>(connection.waiting.size());
    if (!connection.under_way) continue;
    RequestView request = request_view(connection);
    const auto& held = channel.processors()[connection.processor].held;
    request.held = held && held->context.frame == request.frame;
    view->requests.push_back(request);
  }
  std::sort(view->requests.begin(), view->requests.end(),
            [](const RequestView& a, const RequestView& b) {
              return std::pair(a.since, a.frame) < std::pair(b.since, b.frame);
            });
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

BrokerView broker_view(const broker::BrokerServer& broker, Offset metadata_offset, Instant now) {
  BrokerView view;
  view.state = broker.state();
  view.broker_epoch = broker.broker_epoch().value();
  view.metadata_offset = metadata_offset.value();
  const broker::RequestChannel& requests = broker.requests();
  view.requests_waiting = static_cast<std::int32_t>(requests.queue_depth());
  view.handlers_busy = requests.busy_handlers();
  view.handlers_total = requests.config().io_threads;
  view.queue_limit = requests.config().max_queued;
  add_request_path(requests, &view);
  view.delayed_produces = static_cast<std::int32_t>(broker.delayed_produces());
  view.delayed_fetches = static_cast<std::int32_t>(broker.delayed_fetches());
  view.delayed_deletes = static_cast<std::int32_t>(broker.delayed_deletes());
  for (const auto& [id, session] : broker.parts().fetch_sessions.sessions()) {
    view.sessions.push_back({id, session.fetcher.value(), session.privileged, session.epoch,
                             static_cast<std::int32_t>(session.size())});
  }
  view.fetch_sessions = static_cast<std::int32_t>(view.sessions.size());
  const replication::ReplicaManager& replicas = broker.replicas();
  for (const auto& [name, hosted] : replicas.hosted()) {
    view.replicas.push_back(replica_view(hosted, replicas.logs().find(name)));
    view.replication.push_back(replication_view(replicas, hosted, now));
  }
  view.replica_lag_time_max = broker.config().replicas.lag_time_max;
  view.fetch_backoff = broker.config().replicas.fetch_backoff;
  return view;
}

MetadataView metadata_view(const metadata::MetadataImage& image,
                           const std::map<std::string, std::string>& settings) {
  MetadataView view;
  const auto setting = [&](const char* name, const char* otherwise) {
    const auto it = settings.find(name);
    return it == settings.end() ? std::string(otherwise) : it->second;
  };
  const std::int32_t min_isr = std::stoi(setting("min.insync.replicas", "1"));
  const bool unclean = setting("unclean.leader.election.enable", "false") == "true";
  for (const auto& [name, topic] : image.topics()) {
    view.topic_ids[name] = topic.id.str();
    if (!image.topic_config(name).empty()) view.configs.topics[name] = image.topic_config(name);
    for (const auto& [number, registration] : topic.partitions) {
      PartitionView p;
      p.partition = {name, number};
      p.leader = plain(registration.leader);
      p.leader_epoch = registration.leader_epoch.value();
      p.partition_epoch = registration.partition_epoch;
      p.isr = plain(registration.isr);
      p.replicas = plain(registration.replicas);
      const NodeId decides = registration.leader.value_or(NodeId(-1));
      p.min_insync_replicas = metadata::min_insync_replicas(image, name, decides, min_isr);
      p.unclean_leader_election = metadata::unclean_leader_election(image, name, decides, unclean);
      p.adding = plain(registration.adding);
      p.removing = plain(registration.removing);
      p.elr = plain(registration.elr);
      view.partitions.push_back(std::move(p));
    }
  }
  view.configs.all_brokers = image.cluster_config();
  for (const auto& [id, settings] : image.broker_configs()) {
    view.configs.brokers[id.value()] = settings;
  }
  for (const auto& [id, broker] : image.brokers()) {
    view.registrations.push_back({id.value(), broker.epoch.value(), broker.fenced,
                                  broker.in_controlled_shutdown, broker.rack.value_or("")});
  }
  return view;
}

}  // namespace kscope::cluster
