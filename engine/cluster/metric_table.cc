#include "engine/cluster/metric_table.h"

#include "engine/base/check.h"

namespace kscope::cluster {
namespace {

using enum Metric;
using G = MetricGroup;
using S = MetricScope;
using K = MetricKind;
using A = AlertWhen;

constexpr const char* kReplicas = "kafka.server:type=ReplicaManager";
constexpr const char* kKafkaController = "kafka.controller:type=KafkaController";
constexpr const char* kControllerStats = "kafka.controller:type=ControllerStats";
constexpr const char* kTopics = "kafka.server:type=BrokerTopicMetrics";
constexpr const char* kRequests = "kafka.network:type=RequestMetrics";
constexpr const char* kRaft = "kafka.server:type=raft-metrics";
constexpr const char* kGroups = "kafka.coordinator.group:type=GroupMetadataManager";
constexpr const char* kGroupRates = "kafka.server:type=group-coordinator-metrics";
constexpr const char* kProducer = "kafka.producer:type=producer-metrics";
constexpr const char* kConsumer = "kafka.consumer:type=consumer-fetch-manager-metrics";

const std::vector<MetricSpec> kTable = {
    {UnderReplicatedPartitions, G::Replication, S::Broker, K::Gauge, "UnderReplicatedPartitions",
     kReplicas, "", "partitions",
     "Partitions that this broker leads and whose ISR is smaller than their replica set.", A::Above,
     0, "A follower is down or cannot keep up. Look which broker is missing from the ISRs.",
     "ReplicaManager"},
    {UnderMinIsrPartitionCount, G::Replication, S::Broker, K::Gauge, "UnderMinIsrPartitionCount",
     kReplicas, "", "partitions",
     "Partitions led here whose ISR is smaller than min.insync.replicas.", A::Above, 0,
     "Producers with acks=all are refused with NOT_ENOUGH_REPLICAS at this moment.",
     "ReplicaManager"},
    {AtMinIsrPartitionCount, G::Replication, S::Broker, K::Gauge, "AtMinIsrPartitionCount",
     kReplicas, "", "partitions",
     "Partitions led here whose ISR has exactly min.insync.replicas members.",
     A::Above, 0, "One more replica lost, and producers with acks=all are refused.",
     "ReplicaManager"},
    {OfflineReplicaCount, G::Replication, S::Broker, K::Gauge, "OfflineReplicaCount", kReplicas, "",
     "replicas", "Replicas on a log directory of this broker that has failed.", A::Above, 0,
     "A disk is broken.", "ReplicaManager"},
    {PartitionCount, G::Replication, S::Broker, K::Gauge, "PartitionCount", kReplicas, "",
     "replicas", "Replicas that this broker holds. Should be mostly even across brokers.", A::Never,
     0, "", "ReplicaManager"},
    {LeaderCount, G::Replication, S::Broker, K::Gauge, "LeaderCount", kReplicas, "", "partitions",
     "Partitions that this broker leads. Should be mostly even across brokers.", A::Never, 0, "",
     "ReplicaManager"},
    {IsrShrinksPerSec, G::Replication, S::Broker, K::Meter, "IsrShrinksPerSec", kReplicas, "",
     "shrinks/s",
     "How often this leader has taken a follower out of an ISR. A broker that goes down causes one "
     "for each partition; apart from that it is 0.",
     A::Above, 0,
     "Without a broker going down: a follower lags for longer than replica.lag.time.max.ms.",
     "Partition"},
    {IsrExpandsPerSec, G::Replication, S::Broker, K::Meter, "IsrExpandsPerSec", kReplicas, "",
     "expands/s",
     "How often this leader has taken a follower back into an ISR. Follows the shrinks.", A::Never,
     0, "", "Partition"},
    {FailedIsrUpdatesPerSec, G::Replication, S::Broker, K::Meter, "FailedIsrUpdatesPerSec",
     kReplicas, "", "updates/s", "ISR changes that the controller has refused.", A::Above, 0,
     "The leader's view of the partition is out of date, or the controller cannot be reached.",
     "Partition"},
    {MaxLag, G::Replication, S::Broker, K::Gauge, "MaxLag",
     "kafka.server:type=ReplicaFetcherManager", "clientId", "records",
     "The largest distance of a follower on this broker from its leader's high watermark.",
     A::Never, 0, "", "ReplicaFetcherManager"},
    {ActiveControllerCount, G::Controller, S::Controller, K::Gauge, "ActiveControllerCount",
     kKafkaController, "", "controllers",
     "1 on the active controller, 0 on the others. The sum over the cluster has to be 1.",
     A::NotEqual, 1,
     "0: nobody decides anything. 2 for longer than a moment: somebody believes it is still "
     "active.",
     "QuorumControllerMetrics"},
    {OfflinePartitionsCount, G::Controller, S::Controller, K::Gauge, "OfflinePartitionsCount",
     kKafkaController, "", "partitions",
     "Partitions without a leader: nothing can be written to them or read from them.", A::Above, 0,
     "All replicas of the last ISR are down. Bring one of them back.", "ControllerMetadataMetrics"},
    {PreferredReplicaImbalanceCount, G::Controller, S::Controller, K::Gauge,
     "PreferredReplicaImbalanceCount", kKafkaController, "", "partitions",
     "Partitions whose leader is not the first replica of their assignment.", A::Never, 0, "",
     "ControllerMetadataMetrics"},
    {ActiveBrokerCount, G::Controller, S::Controller, K::Gauge, "ActiveBrokerCount",
     kKafkaController, "", "brokers", "Brokers that are registered and not fenced.", A::Never, 0,
     "", "ControllerMetadataMetrics"},
    {FencedBrokerCount, G::Controller, S::Controller, K::Gauge, "FencedBrokerCount",
     kKafkaController, "", "brokers",
     "Brokers that are registered and fenced: their heartbeats have stopped, or they are starting.",
     A::Above, 0, "A broker is down, or cut off from the controller.", "ControllerMetadataMetrics"},
    {GlobalTopicCount, G::Controller, S::Controller, K::Gauge, "GlobalTopicCount", kKafkaController,
     "", "topics", "Topics in the cluster.", A::Never, 0, "", "ControllerMetadataMetrics"},
    {GlobalPartitionCount, G::Controller, S::Controller, K::Gauge, "GlobalPartitionCount",
     kKafkaController, "", "partitions", "Partitions in the cluster.", A::Never, 0, "",
     "ControllerMetadataMetrics"},
    {LeaderElectionRateAndTimeMs, G::Controller, S::Controller, K::Timer,
     "LeaderElectionRateAndTimeMs", kControllerStats, "", "ms",
     "How often partitions got a new leader, and how long they had none before. (In 3.9 only the "
     "controller with ZooKeeper has it, and measures its own work; here it is the time that a "
     "client notices.)",
     A::Never, 0, "", "ControllerStats"},
    {UncleanLeaderElectionsPerSec, G::Controller, S::Controller, K::Meter,
     "UncleanLeaderElectionsPerSec", kControllerStats, "", "elections/s",
     "Leaders elected from outside the ISR. Each may have lost acknowledged records.", A::Above, 0,
     "Records may be lost. Find out who enabled unclean.leader.election.enable.",
     "ControllerMetadataMetrics"},
    {MessagesInPerSec, G::Traffic, S::Broker, K::Meter, "MessagesInPerSec", kTopics, "",
     "records/s", "Records that producers have appended to partitions led here.", A::Never, 0, "",
     "BrokerTopicMetrics"},
    {BytesInPerSec, G::Traffic, S::Broker, K::Meter, "BytesInPerSec", kTopics, "", "bytes/s",
     "Bytes that producers have appended to partitions led here, as they are on the disk.",
     A::Never, 0, "", "BrokerTopicMetrics"},
    {BytesOutPerSec, G::Traffic, S::Broker, K::Meter, "BytesOutPerSec", kTopics, "", "bytes/s",
     "Bytes sent to consumers. (Here: the Fetch responses as a whole.)", A::Never, 0, "",
     "BrokerTopicMetrics"},
    {ReplicationBytesInPerSec, G::Traffic, S::Broker, K::Meter, "ReplicationBytesInPerSec", kTopics,
     "", "bytes/s", "Bytes that this broker's followers have copied from their leaders.", A::Never,
     0, "", "BrokerTopicMetrics"},
    {ReplicationBytesOutPerSec, G::Traffic, S::Broker, K::Meter, "ReplicationBytesOutPerSec",
     kTopics, "", "bytes/s", "Bytes sent to followers. (Here: the Fetch responses as a whole.)",
     A::Never, 0, "", "BrokerTopicMetrics"},
    {TotalProduceRequestsPerSec, G::Traffic, S::Broker, K::Meter, "TotalProduceRequestsPerSec",
     kTopics, "", "requests/s",
     "Produce requests. (Here one for each request; Kafka counts one for each partition in it.)",
     A::Never, 0, "", "BrokerTopicMetrics"},
    {TotalFetchRequestsPerSec, G::Traffic, S::Broker, K::Meter, "TotalFetchRequestsPerSec", kTopics,
     "", "requests/s",
     "Fetch requests of consumers and followers. (Counted like the produce requests.)", A::Never, 0,
     "", "BrokerTopicMetrics"},
    {FailedProduceRequestsPerSec, G::Traffic, S::Broker, K::Meter, "FailedProduceRequestsPerSec",
     kTopics, "", "requests/s",
     "Appends that failed and should not have: not the errors that every client must expect, such "
     "as NOT_LEADER_OR_FOLLOWER.",
     A::Above, 0, "Most often NOT_ENOUGH_REPLICAS: see UnderMinIsrPartitionCount.",
     "BrokerTopicMetrics"},
    {FailedFetchRequestsPerSec, G::Traffic, S::Broker, K::Meter, "FailedFetchRequestsPerSec",
     kTopics, "", "requests/s", "Reads that failed and should not have.", A::Above, 0,
     "Look for errors of the disk in this broker's log.", "BrokerTopicMetrics"},
    {RequestsPerSec, G::RequestTimes, S::Broker, K::Meter, "RequestsPerSec", kRequests, "request",
     "requests/s", "Requests completed, by API; Fetch is told apart by who asks.", A::Never, 0, "",
     "RequestMetrics"},
    {RequestBytes, G::RequestTimes, S::Broker, K::Histogram, "RequestBytes", kRequests, "request",
     "bytes", "Size of the requests.", A::Never, 0, "", "RequestMetrics"},
    {RequestQueueTimeMs, G::RequestTimes, S::Broker, K::Histogram, "RequestQueueTimeMs", kRequests,
     "request", "ms",
     "From being read by a network thread until a handler takes it, the wait for a place in a full "
     "queue included.",
     A::Never, 0, "", "RequestMetrics"},
    {LocalTimeMs, G::RequestTimes, S::Broker, K::Histogram, "LocalTimeMs", kRequests, "request",
     "ms", "In the handler: for a produce the append at the leader, its disk included.", A::Never,
     0, "", "RequestMetrics"},
    {RemoteTimeMs, G::RequestTimes, S::Broker, K::Histogram, "RemoteTimeMs", kRequests, "request",
     "ms",
     "Waiting for others: acks=all for the followers, a fetch for fetch.min.bytes, a forwarded "
     "request for the controller.",
     A::Never, 0, "", "RequestMetrics"},
    {ThrottleTimeMs, G::RequestTimes, S::Broker, K::Histogram, "ThrottleTimeMs", kRequests,
     "request", "ms",
     "How long a quota has muted the client. This engine has no quotas for clients: always 0.",
     A::Never, 0, "", "RequestMetrics"},
    {ResponseQueueTimeMs, G::RequestTimes, S::Broker, K::Histogram, "ResponseQueueTimeMs",
     kRequests, "request", "ms",
     "The response is ready and its network thread is busy, or stands still.", A::Never, 0, "",
     "RequestMetrics"},
    {ResponseSendTimeMs, G::RequestTimes, S::Broker, K::Histogram, "ResponseSendTimeMs", kRequests,
     "request", "ms", "Handing the response to the socket.", A::Never, 0, "", "RequestMetrics"},
    {TotalTimeMs, G::RequestTimes, S::Broker, K::Histogram, "TotalTimeMs", kRequests, "request",
     "ms", "The whole of it: request queue, local, remote, response queue and send.", A::Never, 0,
     "", "RequestMetrics"},
    {RequestHandlerAvgIdlePercent, G::Threads, S::Broker, K::Meter, "RequestHandlerAvgIdlePercent",
     "kafka.server:type=KafkaRequestHandlerPool", "", "of 1",
     "The share of their time in which the request handlers (num.io.threads) have nothing to do.",
     A::Below, 0.3,
     "The broker is short of handlers, or they wait for a slow disk. The request queue fills next.",
     "KafkaRequestHandlerPool"},
    {NetworkProcessorAvgIdlePercent, G::Threads, S::Broker, K::Gauge,
     "NetworkProcessorAvgIdlePercent", "kafka.network:type=SocketServer", "", "of 1",
     "The share of their time in which the network threads (num.network.threads) wait for "
     "something to read or send.",
     A::Below, 0.3, "The network threads are short, or stand still before a full request queue.",
     "SocketServer"},
    {RequestQueueSize, G::Threads, S::Broker, K::Gauge, "RequestQueueSize",
     "kafka.network:type=RequestChannel", "", "requests",
     "Requests that wait for a handler. At queued.max.requests the network threads stand still.",
     A::Above, -1, "The queue is full: all clients of this broker wait.", "RequestChannel"},
    {PurgatorySize, G::Threads, S::Broker, K::Gauge, "PurgatorySize",
     "kafka.server:type=DelayedOperationPurgatory", "delayedOperation", "requests",
     "Requests that wait for something to happen. Produce: not 0 while acks=all is used. Fetch: "
     "one for each idle consumer and follower.",
     A::Never, 0, "", "DelayedOperationPurgatory"},
    {LogFlushRateAndTimeMs, G::Log, S::Broker, K::Timer, "LogFlushRateAndTimeMs",
     "kafka.log:type=LogFlushStats", "", "ms",
     "How often a log is flushed, and how long that takes. Kafka leaves flushing to the operating "
     "system as a rule.",
     A::Never, 0, "", "LogFlushStats"},
    {RaftCurrentState, G::Quorum, S::Controller, K::Gauge, "current-state", kRaft, "", "role",
     "What this member of the quorum is: leader, candidate, follower, observer.", A::Never, 0, "",
     "KafkaRaftMetrics"},
    {RaftCurrentLeader, G::Quorum, S::Controller, K::Gauge, "current-leader", kRaft, "", "node",
     "Whom it believes to lead; -1: it knows none.", A::Below, 0,
     "It has no leader: an election is going on, or it is cut off.", "KafkaRaftMetrics"},
    {RaftCurrentEpoch, G::Quorum, S::Controller, K::Gauge, "current-epoch", kRaft, "", "epoch",
     "The quorum's epoch. Each election attempt takes one.", A::Never, 0, "", "KafkaRaftMetrics"},
    {RaftHighWatermark, G::Quorum, S::Controller, K::Gauge, "high-watermark", kRaft, "", "offset",
     "The metadata log is committed up to here.", A::Never, 0, "", "KafkaRaftMetrics"},
    {RaftLogEndOffset, G::Quorum, S::Controller, K::Gauge, "log-end-offset", kRaft, "", "offset",
     "The end of this member's metadata log.", A::Never, 0, "", "KafkaRaftMetrics"},
    {RaftCommitLatencyAvg, G::Quorum, S::Controller, K::Gauge, "commit-latency-avg", kRaft, "",
     "ms", "The leader's: from appending records to their being committed.", A::Never, 0, "",
     "KafkaRaftMetrics"},
    {RaftElectionLatencyAvg, G::Quorum, S::Controller, K::Gauge, "election-latency-avg", kRaft, "",
     "ms", "From becoming a candidate to winning.", A::Never, 0, "", "KafkaRaftMetrics"},
    {NumGroups, G::Groups, S::Broker, K::Gauge, "NumGroups", kGroups, "", "groups",
     "Groups that this broker coordinates: those whose partition of __consumer_offsets it leads.",
     A::Never, 0, "", "GroupCoordinatorMetrics"},
    {NumGroupsPreparingRebalance, G::Groups, S::Broker, K::Gauge, "NumGroupsPreparingRebalance",
     kGroups, "", "groups",
     "Of these, how many wait for their members to join. Nobody reads in such a group, unless its "
     "assignor is cooperative.",
     A::Never, 0, "", "GroupCoordinatorMetrics"},
    {NumGroupsStable, G::Groups, S::Broker, K::Gauge, "NumGroupsStable", kGroups, "", "groups",
     "Of these, how many have an assignment that all members know.", A::Never, 0, "",
     "GroupCoordinatorMetrics"},
    {NumGroupsEmpty, G::Groups, S::Broker, K::Gauge, "NumGroupsEmpty", kGroups, "", "groups",
     "Of these, how many have no members, only offsets.", A::Never, 0, "",
     "GroupCoordinatorMetrics"},
    {NumOffsets, G::Groups, S::Broker, K::Gauge, "NumOffsets", kGroups, "", "offsets",
     "Committed offsets that this broker keeps, for all of its groups.", A::Never, 0, "",
     "GroupCoordinatorMetrics"},
    {OffsetCommitRate, G::Groups, S::Broker, K::Meter, "offset-commit-rate", kGroupRates, "",
     "offsets/s",
     "Commits of offsets, as they are written to __consumer_offsets.", A::Never, 0, "",
     "GroupCoordinatorMetrics"},
    {OffsetExpirationRate, G::Groups, S::Broker, K::Meter, "offset-expiration-rate", kGroupRates,
     "", "offsets/s", "Offsets that have expired (offsets.retention.minutes).", A::Never, 0, "",
     "GroupCoordinatorMetrics"},
    {OffsetDeletionRate, G::Groups, S::Broker, K::Meter, "offset-deletion-rate", kGroupRates, "",
     "offsets/s", "Offsets that were deleted: alone, with their group, or with their topic.",
     A::Never, 0, "", "GroupCoordinatorMetrics"},
    {GroupRebalanceRate, G::Groups, S::Broker, K::Meter, "group-completed-rebalance-rate",
     kGroupRates, "", "rebalances/s",
     "How often a group has shared out its partitions anew. Deployments cause some; more than that "
     "is a slow poll(), a short session timeout or a broker in trouble.",
     A::Never, 0, "", "GroupCoordinatorMetrics"},
    {RecordSendRate, G::Clients, S::Producer, K::Gauge, "record-send-rate", kProducer, "client-id",
     "records/s", "Records that were sent, retries not counted.", A::Never, 0, "",
     "SenderMetricsRegistry"},
    {RecordRetryRate, G::Clients, S::Producer, K::Gauge, "record-retry-rate", kProducer,
     "client-id", "records/s", "Records that had to be sent again.", A::Above, 0,
     "Normal while leaders move. Otherwise: time-outs or too few in-sync replicas.",
     "SenderMetricsRegistry"},
    {RecordErrorRate, G::Clients, S::Producer, K::Gauge, "record-error-rate", kProducer,
     "client-id", "records/s",
     "Records that the producer has given up: the application was told of an error.", A::Above, 0,
     "These records are not in Kafka unless the application sends them again.",
     "SenderMetricsRegistry"},
    {RequestLatencyAvg, G::Clients, S::Producer, K::Gauge, "request-latency-avg", kProducer,
     "client-id", "ms", "From sending a batch to its acknowledgement.", A::Never, 0, "",
     "SenderMetricsRegistry"},
    {RecordsLagMax, G::Clients, S::Consumer, K::Gauge, "records-lag-max", kConsumer, "client-id",
     "records",
     "How far the consumer is behind the high watermark, in the worst of its partitions.", A::Never,
     0, "", "FetchMetricsRegistry"},
    {RecordsConsumedRate, G::Clients, S::Consumer, K::Gauge, "records-consumed-rate", kConsumer,
     "client-id", "records/s", "Records given to the application.", A::Never, 0, "",
     "FetchMetricsRegistry"},
};

}  // namespace

const char* to_string(MetricKind kind) {
  switch (kind) {
    case MetricKind::Gauge:
      return "gauge";
    case MetricKind::Meter:
      return "meter";
    case MetricKind::Histogram:
      return "histogram";
    case MetricKind::Timer:
      return "timer";
  }
  return "unknown";
}

const char* to_string(MetricScope scope) {
  switch (scope) {
    case MetricScope::Broker:
      return "broker";
    case MetricScope::Controller:
      return "controller";
    case MetricScope::Producer:
      return "producer";
    case MetricScope::Consumer:
      return "consumer";
  }
  return "unknown";
}

const char* to_string(MetricGroup group) {
  switch (group) {
    case MetricGroup::Replication:
      return "Replication";
    case MetricGroup::Controller:
      return "Controller";
    case MetricGroup::Traffic:
      return "Traffic";
    case MetricGroup::RequestTimes:
      return "Request times";
    case MetricGroup::Threads:
      return "Threads and queues";
    case MetricGroup::Log:
      return "Log";
    case MetricGroup::Quorum:
      return "Quorum";
    case MetricGroup::Groups:
      return "Consumer groups";
    case MetricGroup::Clients:
      return "Clients";
  }
  return "unknown";
}

const std::vector<MetricSpec>& metric_table() { return kTable; }

const MetricSpec& spec_of(Metric metric) {
  const MetricSpec& spec = kTable.at(static_cast<std::size_t>(metric));
  KCHECK(spec.metric == metric);
  return spec;
}

const MetricSpec* find_metric(std::string_view name) {
  for (const MetricSpec& spec : kTable) {
    if (name == spec.name) return &spec;
  }
  return nullptr;
}

std::string full_name(const MetricSpec& spec, std::string_view tag) {
  const bool yammer = spec.name[0] >= 'A' && spec.name[0] <= 'Z';
  std::string out = spec.bean;
  if (yammer) out += std::string(",name=") + spec.name;
  if (spec.tag[0] != '\0' && !tag.empty())
    out += "," + std::string(spec.tag) + "=" + std::string(tag);
  if (!yammer) out += std::string(" ") + spec.name;
  return out;
}

}  // namespace kscope::cluster
