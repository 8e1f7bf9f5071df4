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
// elect). Operations on groups take several requests: client/group_admin.h.
// Read next: client/cluster_client.h
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/group_admin.h"

namespace kscope::client {

struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;          ///< -1: num.partitions of the broker
  std::int16_t replication_factor = -1;  ///< -1: default.replication.factor
  std::map<std::int32_t, std::vector<NodeId>> assignments;  ///< partition -> replicas, or empty
  std::map<std::string, std::string> configs;
};

/// Whose settings: a topic's, a broker's, or (a broker without a name) those of all brokers.
struct ConfigResource {
  std::int8_t type = 2;  ///< 2 topic, 4 broker (ConfigResource.Type)
  std::string name;
  bool operator==(const ConfigResource&) const = default;
};

/// One operation of IncrementalAlterConfigs (KIP-339).
struct ConfigAlteration {
  enum class Op : std::int8_t { Set = 0, Delete = 1, Append = 2, Subtract = 3 };
  std::string name;
  Op op = Op::Set;
  std::string value;  ///< empty for Delete
};

/// What DescribeConfigs told of one setting.
struct DescribedConfig {
  std::string name;
  std::optional<std::string> value;
  std::int8_t source = 0;  ///< DescribeConfigsResponse.ConfigSource
  bool read_only = false;
  std::vector<std::pair<std::string, std::string>> synonyms;
  std::string documentation;
};

/// A partition that is being moved (KIP-455).
struct OngoingReassignment {
  TopicPartition partition;
  std::vector<NodeId> replicas, adding, removing;
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
  std::string topic;                ///< or the group; empty when describing the cluster
  ErrorCode error = ErrorCode::NONE;
  std::string message;              ///< the broker's words, may be empty
  ClusterDescription description;   ///< of DescribeCluster
  std::int64_t low_watermark = -1;  ///< of DeleteRecords
  std::vector<DescribedConfig> configs;             ///< of DescribeConfigs
  std::vector<OngoingReassignment> reassignments;   ///< of ListPartitionReassignments
  GroupReport groups;                               ///< of everything that is asked about groups
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
  // ---- settings, partitions and moves (admin_client_changes.cc)
  /// All or nothing. A broker's settings are changed by asking that broker.
  AdminOperationId alter_configs(env::Env& env, const ConfigResource& resource,
                                 std::vector<ConfigAlteration> alterations,
                                 bool validate_only = false);
  AdminOperationId describe_configs(env::Env& env, const ConfigResource& resource);
  /// `count`: how many there shall be. `assignments`: replicas of the new ones, or empty.
  AdminOperationId create_partitions(env::Env& env, const std::string& topic, std::int32_t count,
                                     std::vector<std::vector<NodeId>> assignments = {},
                                     bool validate_only = false);
  /// Moves a partition to `replicas`; nothing: calls off what is under way.
  AdminOperationId reassign(env::Env& env, const TopicPartition& partition,
                            std::optional<std::vector<NodeId>> replicas);
  AdminOperationId list_reassignments(env::Env& env);

  // ---- groups (admin_client_groups.cc)
  AdminOperationId ask_about_groups(env::Env& env, GroupOrder order);

  void on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame, FrameId id);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  /// False if the timer is none of ours.
  bool on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);
  /// Unfinished operations end with NETWORK_EXCEPTION.
  void close(env::Env& env);

  /// What ended since the last call, in the order of ending. Unread results beyond 1000 are
  /// dropped.
  std::vector<AdminResult> take_results() { return std::exchange(results_, {}); }
  std::size_t pending() const { return operations_.size() + groups_.pending(); }
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
    ConfigResource resource;                    // of the two for settings
    std::vector<ConfigAlteration> alterations;  // of IncrementalAlterConfigs
    bool validate_only = false;                 // likewise, and of CreatePartitions
    std::int32_t count = 0;                     // of CreatePartitions
    std::vector<std::vector<NodeId>> assignments;     // likewise
    std::optional<std::vector<NodeId>> replicas;      // of AlterPartitionReassignments
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
  bool send_change(env::Env& env, NodeId node, const Operation& operation, Duration timeout);
  bool read_change(const Operation& operation, const protocol::Arrived& arrived,
                   AdminResult& result) const;
  void take_outcome(env::Env& env, const Outcome& outcome);
  AdminResult read_response(const Operation& operation, const protocol::Arrived& arrived) const;
  void finish_or_retry(env::Env& env, Operation& operation, AdminResult result);
  void finish(env::Env& env, AdminResult result);
  void keep(AdminResult result);
  void expire(env::Env& env);
  void finish_groups(env::Env& env);
  void tell(env::Env& env, const GroupAdmin::Finished& finished);

  AdminConfig config_;
  ClusterClient cluster_;
  std::map<AdminOperationId, Operation> operations_;  // the id is the request's tag, too
  GroupAdmin groups_;
  AdminOperationId next_id_ = 1;
  std::vector<AdminResult> results_;
  Wakeup send_timer_{env::TimerKind::ClientSend};
};

}  // namespace kscope::client
