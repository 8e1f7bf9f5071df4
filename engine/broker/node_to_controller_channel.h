// NodeToControllerChannel: a broker's line to whoever is the active controller just now.
//
// The controller moves; requests to it must not get lost over that. A request waits in a queue
// until a controller is known, is sent alone (one in flight), and goes back to the front of the
// queue if the connection breaks or the answer is NOT_CONTROLLER. A broker has three such channels,
// each with its own connection, so that a heartbeat never waits behind a topic creation.
//
// Invariants: at most one request is in flight; requests are sent in the order in which they came;
// each request gets exactly one reply: a body, or nothing when `retry_timeout` has passed.
//
// Called by: broker_server for lifecycle, alter_partition_manager, forwarding. Kafka:
// NodeToControllerChannelManager, NodeToControllerRequestThread. The active controller is read off
// the raft client (SharedServer), as RaftControllerNodeProvider does.
// Read next: broker/broker_lifecycle_manager.h
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/protocol/messages/add_raft_voter.h"
#include "engine/protocol/messages/allocate_producer_ids.h"
#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/alter_partition.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
#include "engine/protocol/messages/broker_heartbeat.h"
#include "engine/protocol/messages/broker_registration.h"
#include "engine/protocol/messages/create_partitions.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/describe_quorum.h"
#include "engine/protocol/messages/elect_leaders.h"
#include "engine/protocol/messages/incremental_alter_configs.h"
#include "engine/protocol/messages/list_partition_reassignments.h"
#include "engine/protocol/messages/remove_raft_voter.h"
#include "engine/protocol/network_client.h"

namespace kscope::broker {

using ControllerRequest =
    std::variant<protocol::BrokerRegistrationRequest, protocol::BrokerHeartbeatRequest,
                 protocol::AlterPartitionRequest, protocol::AllocateProducerIdsRequest,
                 protocol::CreateTopicsRequest, protocol::DeleteTopicsRequest,
                 protocol::ElectLeadersRequest, protocol::AlterConfigsRequest,
                 protocol::IncrementalAlterConfigsRequest, protocol::CreatePartitionsRequest,
                 protocol::AlterPartitionReassignmentsRequest,
                 protocol::ListPartitionReassignmentsRequest, protocol::AddRaftVoterRequest,
                 protocol::RemoveRaftVoterRequest, protocol::DescribeQuorumRequest>;

struct ControllerReply {
  protocol::RequestTag tag = 0;
  ApiKey api{};
  std::int16_t version = 0;
  std::optional<Blob> body;  ///< nothing: timed out before a controller could be reached
};

enum class Channel : std::int64_t { Lifecycle = 0, AlterPartition = 1, Forwarding = 2 };
inline constexpr std::int64_t kChannelTimerKeys = 10'000;  ///< per channel; above all node ids
inline constexpr Channel channel_of_timer(std::int64_t key) {
  return static_cast<Channel>(key / kChannelTimerKeys);
}

class NodeToControllerChannel {
 public:
  NodeToControllerChannel() = default;
  /// `retry_timeout`: how long a request may wait for a controller; nullopt: for ever.
  NodeToControllerChannel(Channel channel, std::string client_id, Duration request_timeout,
                          std::optional<Duration> retry_timeout);

  void enqueue(env::Env& env, ControllerRequest request, std::int16_t version,
               protocol::RequestTag tag);
  /// Whom the raft client believes to lead. Noticed at the next chance to send.
  void set_controller(std::optional<NodeId> controller) { known_ = controller; }

  bool owns(ConnectionId connection) const { return network_.owns(connection); }
  std::optional<ControllerReply> on_frame(env::Env& env, ConnectionId connection,
                                          const Blob& frame);
  void on_closed(env::Env& env, ConnectionId connection);
  /// TimerKind::BrokerChannel with a key of this channel: retry, or a request is overdue. Gives the
  /// requests whose time is up.
  std::vector<ControllerReply> on_timer(env::Env& env, std::int64_t key);

  std::size_t waiting() const { return queue_.size(); }
  bool in_flight() const { return in_flight_.has_value(); }

 private:
  struct Item {
    ControllerRequest request;
    std::int16_t version = 0;
    protocol::RequestTag tag = 0;
    Instant created{};
  };
  std::int64_t retry_key() const { return static_cast<std::int64_t>(channel_) * kChannelTimerKeys; }
  void send_next(env::Env& env);
  void retry_later(env::Env& env, Duration after);
  void put_back(env::Env& env);
  std::vector<ControllerReply> take_overdue(Instant now);

  Channel channel_ = Channel::Lifecycle;
  std::optional<Duration> retry_timeout_;
  std::optional<NodeId> known_;   // as raft last told
  std::optional<NodeId> active_;  // whom we send to; dropped when it proves to be the wrong one
  Instant not_before_{};          // nothing is sent earlier: the rest after a failure
  std::deque<Item> queue_;
  std::optional<Item> in_flight_;
  protocol::NetworkClient network_;
};

}  // namespace kscope::broker
