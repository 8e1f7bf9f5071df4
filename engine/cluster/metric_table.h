// The metrics of Kafka that this engine keeps: one table, with Kafka's own names.
//
// Somebody who operates a cluster knows it by these names: dashboards, alerts and the questions of
// an interview are made of them. So the table says for each what Kafka says (the JMX bean, what
// kind of number it is) and what an operator wants to know: what it means, and from where on one
// should worry. docs/generated/metrics.md, the screen "Metrics" and `run --metrics` print it.
//
// Kafka has two libraries. Yammer's (Meter, Timer, Histogram, Gauge; one bean for each metric) is
// used by the broker's older parts; Kafka's own (`raft-metrics`, everything in clients; one bean
// with many attributes) by the newer ones. Here both are rows of the same table.
//
// Called by: cluster/metrics_fold, viewer, docs. Kafka: ReplicaManager, BrokerTopicMetrics,
// RequestMetrics, ControllerMetadataMetrics, KafkaRaftMetrics, SenderMetricsRegistry …
// Read next: cluster/metrics_fold.h
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kscope::cluster {

enum class Metric : std::uint8_t {
  // kafka.server:type=ReplicaManager
  UnderReplicatedPartitions, UnderMinIsrPartitionCount, AtMinIsrPartitionCount,
  OfflineReplicaCount, PartitionCount, LeaderCount, IsrShrinksPerSec, IsrExpandsPerSec,
  FailedIsrUpdatesPerSec,
  // kafka.server:type=ReplicaFetcherManager
  MaxLag,
  // kafka.controller
  ActiveControllerCount, OfflinePartitionsCount, PreferredReplicaImbalanceCount,
  ActiveBrokerCount, FencedBrokerCount, GlobalTopicCount, GlobalPartitionCount,
  LeaderElectionRateAndTimeMs, UncleanLeaderElectionsPerSec,
  // kafka.server:type=BrokerTopicMetrics
  MessagesInPerSec, BytesInPerSec, BytesOutPerSec, ReplicationBytesInPerSec,
  ReplicationBytesOutPerSec, TotalProduceRequestsPerSec, TotalFetchRequestsPerSec,
  FailedProduceRequestsPerSec, FailedFetchRequestsPerSec,
  // kafka.network:type=RequestMetrics
  RequestsPerSec, RequestBytes, RequestQueueTimeMs, LocalTimeMs, RemoteTimeMs, ThrottleTimeMs,
  ResponseQueueTimeMs, ResponseSendTimeMs, TotalTimeMs,
  // the threads and queues of the request path
  RequestHandlerAvgIdlePercent, NetworkProcessorAvgIdlePercent, RequestQueueSize, PurgatorySize,
  // kafka.log
  LogFlushRateAndTimeMs,
  // kafka.server:type=raft-metrics
  RaftCurrentState, RaftCurrentLeader, RaftCurrentEpoch, RaftHighWatermark, RaftLogEndOffset,
  RaftCommitLatencyAvg, RaftElectionLatencyAvg,
  // kafka.coordinator.group and kafka.server:type=group-coordinator-metrics
  NumGroups, NumGroupsPreparingRebalance, NumGroupsStable, NumGroupsEmpty, NumOffsets,
  OffsetCommitRate, OffsetExpirationRate, OffsetDeletionRate, GroupRebalanceRate,
  // clients
  RecordSendRate, RecordRetryRate, RecordErrorRate, RequestLatencyAvg, RecordsLagMax,
  RecordsConsumedRate,
  Count
};

enum class MetricKind : std::uint8_t { Gauge, Meter, Histogram, Timer };
const char* to_string(MetricKind kind);

/// Who has it.
enum class MetricScope : std::uint8_t { Broker, Controller, Producer, Consumer };
const char* to_string(MetricScope scope);

/// Cards of the screen and sections of the docs.
enum class MetricGroup : std::uint8_t {
  Replication, Controller, Traffic, RequestTimes, Threads, Log, Quorum, Groups, Clients
};
const char* to_string(MetricGroup group);

enum class AlertWhen : std::uint8_t { Never, Above, Below, NotEqual };

struct MetricSpec {
  Metric metric;
  MetricGroup group;
  MetricScope scope;
  MetricKind kind;
  const char* name;     ///< "UnderReplicatedPartitions"; of Kafka's own library: the attribute
  const char* bean;     ///< "kafka.server:type=ReplicaManager"; {tag} stands where a tag belongs
  const char* tag;      ///< the tag that tells several apart: "request"; empty: there is one
  const char* unit;     ///< "partitions", "records/s", "ms"
  const char* meaning;
  AlertWhen when;
  double threshold;
  const char* alert;    ///< what to make of it, in words; empty without a threshold
  const char* kafka;    ///< the class that keeps it
};

/// In the order of the enumeration.
const std::vector<MetricSpec>& metric_table();
const MetricSpec& spec_of(Metric metric);
/// By Kafka's name; nullptr if there is none.
const MetricSpec* find_metric(std::string_view name);
/// "kafka.server:type=DelayedOperationPurgatory,name=PurgatorySize,delayedOperation=Fetch".
std::string full_name(const MetricSpec& spec, std::string_view tag);

}  // namespace kscope::cluster
