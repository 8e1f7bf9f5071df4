// AdminClient: creates, deletes, describes and elects, through the broker that Metadata calls
// "controller".
//
// Under KRaft that broker is not the controller: brokers name any live broker there, and that one
// forwards the request to the active controller (KIP-590, Envelope). Clients need not know.
//
// An operation is retried with back-off on a new connection until default.api.timeout.ms. A retry
// after a lost answer may find its own work done: TOPIC_ALREADY_EXISTS then means "created
// earlier", as with Java's client.
//
// Invariant: every operation ends in exactly one AdminResult and one AdminCompleted event.
//
// Kafka: org.apache.kafka.clients.admin.KafkaAdminClient (Call, ControllerNodeProvider).
// Called by: cluster/ (commands topic, delete-topic, delete-records,
// elect). Read next: client/cluster_client.h
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/cluster_client.h"

namespace kscope::client {

struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;          ///< -1: num.partitions of the broker
  std::int16_t replication_factor = -1;  ///< -1: default.replication.factor
  std::map<std::int32_t, std::vector<NodeId>> assignments;  ///< partition -> replicas, or empty
  std::map<std::string, std::string> configs;
};

struct ClusterDescription {
  std::string cluster_id;
  std::optional<NodeId> controller;
  std::vector<NodeId> brokers;
};

using AdminOperationId = std::int64_t;

struct AdminResult {
  AdminOperationId operation = 0;
  ApiKey api{};
  std::string topic;                ///< empty when describing
  ErrorCode error = ErrorCode::NONE;
  std::string message;              ///< the broker's words, may be empty
  ClusterDescription description;   ///< of DescribeCluster
  std::int64_t low_watermark = -1;  ///< of DeleteRecords
};

class AdminClient {
 public:
  AdminClient() = default;
  static AdminClient start(env::Env& env, const AdminConfig& config, std::vector<NodeId> bootstrap);

  AdminOperationId create_topic(env::Env& env, const NewTopic& topic);
  AdminOperationId delete_topic(env::Env& env, const std::string& name);
  AdminOperationId describe_cluster(env::Env& env);
  /// Gives leadership back to the preferred replica (the first of the assignment) if it is in sync;
  /// with `unclean`, any live replica may win where there is no leader. ELECTION_NOT_NEEDED if it
  /// leads already.
  AdminOperationId elect_leader(env::Env& env, const TopicPartition& partition,
                                bool unclean = false);

  /// Moves the log start of a partition to `before`; -1: to the high watermark. Asks the leader.
  AdminOperationId delete_records(env::Env& env, const TopicPartition& partition,
                                  std::int64_t before);

  /// Lets a controller vote, or takes its vote away (KIP-853); `directory` is the one its log lies
  /// in. A controller that is not caught up yet is tried again until the time is up.
  AdminOperationId add_voter(env::Env& env, NodeId voter, const Uuid& directory,
                             const std::string& host, std::uint16_t port);
  AdminOperationId remove_voter(env::Env& env, NodeId voter, const Uuid& directory);

  void on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame, FrameId id);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  /// False if the timer is none of ours.
  bool on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);
  /// Unfinished operations end with NETWORK_EXCEPTION.
  void close(env::Env& env);

  /// What ended since the last call, in the order of ending. Unread results beyond 1000 are
  /// dropped.
  std::vector<AdminResult> take_results() { return std::exchange(results_, {}); }
  std::size_t pending() const { return operations_.size(); }
  const Metadata& metadata() const { return cluster_.metadata(); }

 private:
  struct Operation {
    AdminOperationId id = 0;
    ApiKey api{};
    NewTopic topic;             // of CreateTopics; of the others only the name
    std::int32_t partition = 0; // of ElectLeaders and DeleteRecords
    std::int64_t before = 0;    // of DeleteRecords
    bool unclean = false;       // of ElectLeaders
    Uuid directory;             // of AddRaftVoter and RemoveRaftVoter; `partition` is the voter
    std::string host;           // of AddRaftVoter
    std::uint16_t port = 0;
    Instant deadline{};
    Instant retry_at{};
    std::int32_t attempts = 0;
    bool in_flight = false;
    ErrorCode last_error = ErrorCode::REQUEST_TIMED_OUT;
  };
  AdminOperationId add(env::Env& env, Operation operation);
  void run(env::Env& env);
  std::optional<NodeId> target(Operation& operation);
  bool try_send(env::Env& env, NodeId node, Operation& operation);
  bool send_voter_change(env::Env& env, NodeId node, const Operation& operation, Duration timeout);
  bool send_delete(env::Env& env, NodeId node, const Operation& operation, Duration timeout);
  void take_outcome(env::Env& env, const Outcome& outcome);
  AdminResult read_response(const Operation& operation, const protocol::Arrived& arrived) const;
  void finish_or_retry(env::Env& env, Operation& operation, AdminResult result);
  void finish(env::Env& env, AdminResult result);
  void expire(env::Env& env);

  AdminConfig config_;
  ClusterClient cluster_;
  std::map<AdminOperationId, Operation> operations_;  // the id is the request's tag, too
  AdminOperationId next_id_ = 1;
  std::vector<AdminResult> results_;
  Wakeup send_timer_{env::TimerKind::ClientSend};
};

}  // namespace kscope::client
