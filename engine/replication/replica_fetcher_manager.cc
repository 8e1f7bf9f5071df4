#include "engine/replication/replica_fetcher_manager.h"

namespace kscope::replication {
namespace {

protocol::NetworkClientOptions options_for(const ReplicaConfig& config) {
  protocol::NetworkClientOptions options;
  options.listener = env::Listener::Broker;
  options.purpose = env::ConnectionPurpose::ReplicaFetcher;
  options.timeout_timer = env::TimerKind::ReplicaFetch;
  options.request_timeout = config.socket_timeout;
  options.max_in_flight = 1;
  options.client_id = "broker-" + std::to_string(config.broker.value()) + "-fetcher-0";
  return options;
}

}  // namespace

ReplicaFetcherManager::ReplicaFetcherManager(const ReplicaConfig& config)
    : network_(options_for(config)) {}

void ReplicaFetcherManager::add(NodeId leader, const TopicPartition& partition,
                                const PartitionFetchState& state) {
  remove(partition);
  fetchers_.try_emplace(leader, leader).first->second.add(partition, state);
  leader_of_[partition] = leader;
}

void ReplicaFetcherManager::remove(const TopicPartition& partition) {
  const auto it = leader_of_.find(partition);
  if (it == leader_of_.end()) return;
  const auto fetcher = fetchers_.find(it->second);
  if (fetcher != fetchers_.end()) fetcher->second.remove(partition);
  leader_of_.erase(it);
}

void ReplicaFetcherManager::remove_all() {
  for (const auto& [partition, leader] : leader_of_) fetchers_[leader].remove(partition);
  leader_of_.clear();
}

void ReplicaFetcherManager::poll(env::Env& env, const ReplicaConfig& config, BrokerEpoch own_epoch,
                                 FollowerLogs& logs) {
  FetcherContext context{env, config, own_epoch, network_, logs};
  for (auto it = fetchers_.begin(); it != fetchers_.end();) {
    if (it->second.empty()) {
      network_.disconnect(env, it->first);
      env.timers.cancel(env::TimerKind::ReplicaFetch, it->first.value());
      it = fetchers_.erase(it);
    } else {
      it->second.poll(context);
      ++it;
    }
  }
}

void ReplicaFetcherManager::on_frame(env::Env& env, const ReplicaConfig& config,
                                     BrokerEpoch own_epoch, FollowerLogs& logs,
                                     const env::ConnectionInfo& connection, const Blob& frame) {
  const auto arrived = network_.on_frame(env, connection.id, frame);
  const auto it = fetchers_.find(connection.peer);
  if (it == fetchers_.end()) return;
  FetcherContext context{env, config, own_epoch, network_, logs};
  // Otherwise the answer made no sense; the client closes the connection and on_timer() follows.
  if (arrived) it->second.on_arrived(context, *arrived);
  it->second.poll(context);
}

void ReplicaFetcherManager::on_closed(env::Env& env, const ReplicaConfig& config,
                                      BrokerEpoch own_epoch, FollowerLogs& logs,
                                      const env::ConnectionInfo& connection) {
  const auto died = network_.on_closed(env, connection.id);
  const auto it = fetchers_.find(connection.peer);
  if (it == fetchers_.end() || died.empty()) return;
  FetcherContext context{env, config, own_epoch, network_, logs};
  it->second.on_failed(context);
  it->second.poll(context);
}

void ReplicaFetcherManager::on_timer(env::Env& env, const ReplicaConfig& config,
                                     BrokerEpoch own_epoch, FollowerLogs& logs, NodeId leader) {
  const auto it = fetchers_.find(leader);
  if (it == fetchers_.end()) return;
  FetcherContext context{env, config, own_epoch, network_, logs};
  if (it->second.in_flight() && !network_.on_timeout(env, leader).empty()) {
    it->second.on_failed(context);
  }
  it->second.poll(context);
}

}  // namespace kscope::replication
