// Snapshot: the state of a whole cluster at one moment, for readers.
//
// The viewer, the text mode, the labs' checks and `run --json` read this and nothing else. It is an
// immutable copy: nobody outside reaches into the engine. Two independent ways lead to it: World
// reads it off the engine's objects, and fold() (cluster/fold.h) builds it from the events alone; a
// test demands that both agree, so no state change can happen in silence.
//
// Fields marked [view] are not part of that comparison: they are derived, or too fine for events.
//
// Real Kafka scatters this over JMX metrics, AdminClient calls and log files.
// Read next: cluster/fold.h, cluster/snapshot_json.h (names of the fields for labs: `paths`)
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/partition.h"
#include "engine/cluster/config_view.h"
#include "engine/cluster/group_view.h"
#include "engine/cluster/quorum_detail_view.h"
#include "engine/cluster/replication_view.h"
#include "engine/event/event.h"

namespace kscope::cluster {

enum class NodeState : std::uint8_t { Down, Running, Paused, Crashed, Stopped };
const char* to_string(NodeState state);

/// One epoch's stretch of a log: [start, next range's start).
struct EpochRange {
  std::int32_t epoch = 0;
  std::int64_t start = 0;
  bool operator==(const EpochRange&) const = default;
};

enum class ReplicaRole : std::uint8_t { Leader, Follower, Offline };
const char* to_string(ReplicaRole role);

/// One replica of one partition on one broker.
struct ReplicaView {
  TopicPartition partition;
  ReplicaRole role = ReplicaRole::Offline;
  std::int32_t leader_epoch = -1;
  std::int32_t leader = -1;            ///< whom it follows; itself when it leads
  std::int64_t log_start = 0;
  std::int64_t log_end = 0;            ///< LEO
  std::int64_t high_watermark = 0;
  std::int64_t flushed_end = 0;        ///< recovery point: records before it are on the disk
  std::vector<EpochRange> epochs;
  /// Only where role is Leader: what the leader believes.
  std::vector<std::int32_t> isr;
  std::vector<std::int32_t> maximal_isr;  ///< ISR plus a pending expansion
  std::map<std::int32_t, std::int64_t> follower_ends;  ///< LEO per follower, as its fetches proved
  std::int64_t low_watermark = -1;  ///< smallest log start of all live replicas; -1: not known yet
  bool operator==(const ReplicaView&) const = default;
};

/// A KRaft voter (or observer): the controller half of a combined node.
struct QuorumView {
  event::RaftRole role = event::RaftRole::Unattached;
  bool is_voter = true;
  std::int32_t epoch = 0;
  std::int32_t leader = -1;
  std::int32_t voted_for = -1;
  std::int64_t log_end = 0;
  std::int64_t high_watermark = 0;
  std::map<std::int32_t, bool> votes;  ///< a candidate's: voter -> granted
  std::optional<Instant> election_deadline;
  Duration election_timeout{};         ///< full length of that timer: the arc's circle
  bool controller_active = false;
  bool operator==(const QuorumView&) const = default;
};

/// Where a request is on its way through a broker (broker/request_channel.h).
enum class RequestPlace : std::uint8_t { Queue, Handler, Remote, ResponseQueue };
const char* to_string(RequestPlace place);

struct RequestView {
  FrameId frame;
  ApiKey api{};
  std::int32_t from = 0;
  Instant since{};               ///< read by a network thread
  RequestPlace place = RequestPlace::Queue;
  Instant entered{};             ///< where it is now
  std::int32_t processor = 0;
  std::int32_t handler = -1;
  bool held = false;             ///< its network thread stands still with it, the queue is full
  bool operator==(const RequestView&) const = default;
};

/// A network thread.
struct ProcessorView {
  std::int32_t connections = 0;
  std::int32_t unread = 0;     ///< frames that have arrived and are not read, muted ones included
  std::int32_t responses = 0;  ///< its response queue
  bool blocked = false;        ///< stands still: the request queue is full
  Instant busy_until{};
  bool operator==(const ProcessorView&) const = default;
};

/// What a broker remembers of somebody who fetches from it (KIP-227).
struct FetchSessionView {
  std::int32_t id = 0;
  std::int32_t fetcher = 0;  ///< node: a broker or a consumer
  bool privileged = false;
  std::int32_t epoch = 0;    ///< of the next request
  std::int32_t partitions = 0;
  bool operator==(const FetchSessionView&) const = default;
};

struct BrokerView {
  event::BrokerState state = event::BrokerState::NotRunning;
  std::int64_t broker_epoch = -1;
  std::int64_t metadata_offset = 0;       ///< how much of the metadata log it has applied
  std::int32_t requests_waiting = 0;
  std::int32_t handlers_busy = 0;
  std::int32_t delayed_produces = 0;      ///< purgatory
  std::int32_t delayed_fetches = 0;
  std::int32_t delayed_deletes = 0;       ///< DeleteRecords
  std::int32_t fetch_sessions = 0;
  std::int32_t handlers_total = 0;        ///< [view] num.io.threads
  std::int32_t queue_limit = 0;           ///< [view] queued.max.requests
  std::int64_t disk_bytes = 0;            ///< [view] written
  std::int64_t disk_unflushed_bytes = 0;  ///< [view] would be lost in a power cut
  std::vector<RequestView> requests;      ///< [view] under way, oldest first
  std::vector<ProcessorView> processors;  ///< [view] num.network.threads
  std::vector<FetchSessionView> sessions; ///< [view] ordered by id
  std::vector<ReplicaView> replicas;      ///< ordered by partition; __cluster_metadata not included
  std::vector<ReplicationView> replication;  ///< [view] one for each of `replicas`, in their order
  Duration replica_lag_time_max{};        ///< [view] replica.lag.time.max.ms
  Duration fetch_backoff{};               ///< [view] replica.fetch.backoff.ms
};

struct NodeView {
  std::int32_t id = 0;
  std::string name;                    ///< "broker 1", "producer-1"
  NodeState state = NodeState::Down;
  std::int32_t incarnation = 0;
  Duration clock_skew{};
  bool has_controller = false;         ///< its process.roles name controller
  bool has_broker = true;              ///< its process.roles name broker
  QuorumView quorum;                   ///< every node is a voter or an observer
  QuorumDetailView quorum_detail;      ///< [view]
  BrokerView broker;
  Settings settings;                   ///< [view] server.properties: what it is started with
};

/// The metadata as the active controller (or, without one, the best-informed node) has it.
struct PartitionView {
  TopicPartition partition;
  std::int32_t leader = -1;
  std::int32_t leader_epoch = 0;
  std::int32_t partition_epoch = 0;
  std::vector<std::int32_t> isr;         ///< ISR: in sync, out of which leaders are elected
  std::vector<std::int32_t> replicas;    ///< AR: assigned, in order of preference
  std::int32_t min_insync_replicas = 1;  ///< [view]
  bool unclean_leader_election = false;  ///< [view] unclean.leader.election.enable
  std::vector<std::int32_t> adding;      ///< of a move under way (KIP-455)
  std::vector<std::int32_t> removing;
  std::vector<std::int32_t> elr;         ///< [view] eligible leader replicas (KIP-966)
  /// OSR: out of sync, those of the assigned replicas that are not in the ISR. AR = ISR + OSR.
  std::vector<std::int32_t> osr() const;
  bool operator==(const PartitionView&) const = default;
};

struct RegistrationView {
  std::int32_t broker = 0;
  std::int64_t broker_epoch = -1;
  bool fenced = true;
  bool in_controlled_shutdown = false;
  std::string rack{};  ///< [view] empty: none
  bool operator==(const RegistrationView&) const = default;
};

struct MetadataView {
  std::vector<PartitionView> partitions;        ///< ordered
  std::vector<RegistrationView> registrations;  ///< ordered by broker
  std::map<std::string, std::string> topic_ids; ///< [view]
  ConfigViews configs;                          ///< [view]
  bool operator==(const MetadataView&) const = default;
};

/// A batch in a producer, waiting or under way.
struct BatchView {
  TopicPartition partition;
  std::int64_t batch = 0;
  std::int32_t records = 0;
  std::int32_t bytes = 0;
  std::int32_t attempt = 0;   ///< 0 while it waits in the accumulator
  std::int32_t to = -1;       ///< broker it is under way to
};

struct ProducerView {
  std::int16_t acks = -1;
  std::string compression = "none";
  std::int64_t records_queued = 0;
  std::int64_t records_acked = 0;
  std::int64_t records_failed = 0;
  std::int64_t buffer_bytes = 0;          ///< [view] of buffer.memory
  std::int64_t buffer_limit = 0;          ///< [view]
  std::vector<BatchView> accumulator;     ///< [view]
  std::vector<BatchView> in_flight;       ///< [view]
  std::string last_error;                 ///< [view] empty: none
  std::map<std::string, std::int64_t> last_acked;  ///< [view] "orders-0" -> last acked offset
};

struct ConsumerView {
  std::string group;                                 ///< [view] empty: none
  std::string member;                                ///< id in that group; empty: not (yet)
  event::ConsumerState state{};                      ///< as a member
  std::int32_t generation = -1;                      ///< member epoch with KIP-848
  std::int32_t coordinator = -1;                     ///< broker it takes for it
  std::string assignor;  ///< [view] partition.assignment.strategy, or the remote one
  std::string instance_id;                           ///< [view] group.instance.id
  std::vector<std::string> subscription;             ///< [view] topics or one pattern
  std::map<std::string, std::int64_t> committed;     ///< [view] last commit that was answered
  std::int64_t records_processed = 0;                ///< the application is through with
  bool stalled = false;                              ///< its application does not poll
  std::string application;                           ///< [view] what it does: "polls", "works" …
  std::vector<std::string> paused;                   ///< [view] of `assigned`
  Instant poll_deadline{};                           ///< [view] max.poll.interval.ms; zero: none
  Instant next_heartbeat{};                          ///< [view]
  std::vector<std::string> assigned;                 ///< [view] "orders-0"
  std::map<std::string, std::int64_t> positions;     ///< next offset to fetch
  std::map<std::string, std::int64_t> lag;           ///< [view] HW known minus position
  std::map<std::string, std::int32_t> read_replicas; ///< whom it reads from, where not the leader
  std::int64_t records_consumed = 0;
  std::string last_error;                            ///< [view]
};

enum class ClientKind : std::uint8_t { Producer, Consumer, Admin, External };
const char* to_string(ClientKind kind);

struct ClientView {
  std::int32_t id = 0;
  std::string name;
  ClientKind kind = ClientKind::Producer;
  NodeState state = NodeState::Running;
  Settings settings;       ///< [view] what it was started with, by Kafka's names
  ProducerView producer;   ///< if kind is Producer
  ConsumerView consumer;   ///< if kind is Consumer
};

/// A frame between two nodes.
struct FrameView {
  FrameId id;
  ConnectionId connection;
  std::int32_t from = 0, to = 0;
  ApiKey api{};
  std::int16_t version = 0;
  std::int32_t correlation = 0;
  bool is_response = false;
  std::int32_t bytes = 0;
  Instant sent_at{};
  Instant arrives_at{};
  bool doomed = false;        ///< [view] its link is cut or its receiver dead: it will not arrive
  std::string label;          ///< [view] "Fetch off=6 ep=2", made from its bytes
  EventSeq sent_event;        ///< [view] the FrameSent that put it there
};

struct LinkView {
  std::int32_t from = 0, to = 0;
  bool cut = false;
  Duration extra{};
  bool operator==(const LinkView&) const = default;
};

struct Violation {
  std::string invariant;   ///< "A8"
  std::string text;        ///< what was promised and what is the case
  EventSeq event;
  Instant at{};
};

/// How a promise stands so far (sim/invariants): held, watched for, or violated.
struct InvariantView {
  std::string_view id, name, promise;
  std::uint64_t looks = 0;  ///< how often there was something to look at; 0: watching
  EventSeq violated_at;     ///< the first violation; 0: none
};

struct Snapshot {
  std::uint64_t seed = 0;
  Instant now{};
  EventSeq last_event;
  std::vector<NodeView> nodes;      ///< brokers/controllers, ordered by id
  std::vector<ClientView> clients;  ///< ordered by id
  MetadataView metadata;
  std::vector<GroupView> groups;    ///< ordered by id
  std::map<std::int32_t, CoordinatorView> coordinators;  ///< by partition of __consumer_offsets
  std::vector<FrameView> frames;    ///< in flight, ordered by id
  std::vector<LinkView> links;      ///< only those that are cut or slowed
  std::vector<Violation> violations;  ///< [view]
  std::vector<InvariantView> invariants;  ///< [view] in the order of their ids

  const NodeView* node(std::int32_t id) const;
  const ClientView* client(std::int32_t id) const;
  const ReplicaView* replica(std::int32_t node, const TopicPartition& partition) const;
  /// Null wherever replica() is, and for a snapshot that was folded from events.
  const ReplicationView* replication(std::int32_t node, const TopicPartition& partition) const;
  const PartitionView* partition(const TopicPartition& partition) const;
  /// "broker 1", "producer-1", "client 1003".
  std::string name_of(std::int32_t node) const;
};

}  // namespace kscope::cluster
