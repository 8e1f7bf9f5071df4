// ReplicaFetcherManager: which partition is fetched from which broker.
//
// Invariant: a partition has at most one fetcher, and none while this broker leads it.
// Called by: replica_manager. Kafka: ReplicaFetcherManager, AbstractFetcherManager.
// Read next: replication/replica_manager.h
#pragma once

#include <map>

#include "engine/replication/replica_fetcher.h"

namespace kscope::replication {

class ReplicaFetcherManager {
 public:
  ReplicaFetcherManager() = default;
  explicit ReplicaFetcherManager(const ReplicaConfig& config);

  /// Replaces whatever fetched the partition before. Nothing is sent before poll().
  void add(NodeId leader, const TopicPartition& partition, const PartitionFetchState& state);
  void remove(const TopicPartition& partition);
  void remove_all();
  /// Sends what is due on every fetcher, and closes connections that serve no partition any more.
  void poll(env::Env& env, const ReplicaConfig& config, BrokerEpoch own_epoch, FollowerLogs& logs);

  bool owns(ConnectionId connection) const { return network_.owns(connection); }
  void on_frame(env::Env& env, const ReplicaConfig& config, BrokerEpoch own_epoch,
                FollowerLogs& logs, const env::ConnectionInfo& connection, const Blob& frame);
  void on_closed(env::Env& env, const ReplicaConfig& config, BrokerEpoch own_epoch,
                 FollowerLogs& logs, const env::ConnectionInfo& connection);
  /// TimerKind::ReplicaFetch: a request is overdue, or a rest is over.
  void on_timer(env::Env& env, const ReplicaConfig& config, BrokerEpoch own_epoch,
                FollowerLogs& logs, NodeId leader);

  const std::map<NodeId, ReplicaFetcher>& fetchers() const { return fetchers_; }

 private:
  std::map<NodeId, ReplicaFetcher> fetchers_;
  std::map<TopicPartition, NodeId> leader_of_;
  protocol::NetworkClient network_;
};

}  // namespace kscope::replication
