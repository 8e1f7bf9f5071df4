// What each event counts for. See cluster/metrics_parts.h.
#include <charconv>

#include "engine/cluster/metrics_parts.h"

namespace kscope::cluster {
namespace {

/// ReplicaManager.appendToLocalLog: errors that every client has to expect are no failures.
bool expected(ErrorCode error) {
  switch (error) {
    case ErrorCode::UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode::NOT_LEADER_OR_FOLLOWER:
    case ErrorCode::FENCED_LEADER_EPOCH:
    case ErrorCode::UNKNOWN_LEADER_EPOCH:
    case ErrorCode::REPLICA_NOT_AVAILABLE:
    case ErrorCode::OFFSET_OUT_OF_RANGE:
    case ErrorCode::MESSAGE_TOO_LARGE:
    case ErrorCode::RECORD_LIST_TOO_LARGE:
    case ErrorCode::CORRUPT_MESSAGE:
    case ErrorCode::KAFKA_STORAGE_ERROR:
    case ErrorCode::UNKNOWN_TOPIC_ID:
    case ErrorCode::REQUEST_TIMED_OUT:
    case ErrorCode::FETCH_SESSION_ID_NOT_FOUND:
    case ErrorCode::INVALID_FETCH_SESSION_EPOCH:
    case ErrorCode::OFFSET_NOT_AVAILABLE:
      return true;
    default:
      return false;
  }
}

}  // namespace

double to_ms(Duration d) { return static_cast<double>(d.count()) / 1000.0; }

std::string request_tag(ApiKey api, bool of_broker) {
  if (api != ApiKey::Fetch) return to_string(api);
  return of_broker ? "FetchFollower" : "FetchConsumer";
}

void MetricsApplier::mark(Metric metric, double n) {
  here().meters.try_emplace(metric, Meter(here().since)).first->second.mark(n);
  fold_.moved_[metric] = event_.seq;
}

void MetricsApplier::time(Metric metric, Duration took) {
  auto& timer = here().timers.try_emplace(metric).first->second;
  timer.rate.mark();
  timer.ms.add(static_cast<float>(to_ms(took)));
  fold_.moved_[metric] = event_.seq;
}

void MetricsApplier::sampled(Metric metric, double total, double count) {
  here().sampled[metric].add(event_.at, total, count);
  fold_.moved_[metric] = event_.seq;
}

// ---- processes --------------------------------------------------------------------------------

void MetricsApplier::after(const event::NodeStarted&) {
  MetricsFold::Counters fresh;
  fresh.since = fresh.handlers_counted = event_.at;
  // A rate exists, and begins to tick, before there is anything to count. Those of a request's kind
  // are made by the first of it.
  for (const MetricSpec& spec : metric_table()) {
    if (spec.kind != MetricKind::Meter || spec.group == MetricGroup::RequestTimes) continue;
    fresh.meters.try_emplace(spec.metric, Meter(event_.at));
  }
  here() = std::move(fresh);
  moved_gauges_ = true;
}

void MetricsApplier::after(const event::ClientStarted&) {
  MetricsFold::Counters fresh;
  fresh.since = event_.at;
  here() = std::move(fresh);
}

void MetricsApplier::after(const event::LogDirFailed&) {
  here().log_dir_failed = true;
  moved_gauges_ = true;
}

void MetricsApplier::lost_leader(NodeId node) {
  for (const PartitionView& p : fold_.state_.metadata.partitions) {
    if (p.leader == node.value()) fold_.leaderless_since_.try_emplace(p.partition, event_.at);
  }
}

// ---- logs and the quorum ----------------------------------------------------------------------

void MetricsApplier::after(const event::BatchAppended& e) {
  if (names_.name(e.partition.topic) == kClusterMetadataTopic) {
    const NodeView* node = fold_.state_.node(event_.node.value());
    if (node != nullptr && node->quorum.role == event::RaftRole::Leader) {
      here().uncommitted.emplace_back(e.last.value() + 1, event_.at);
    }
    return;
  }
  const ReplicaView* replica = fold_.state_.replica(event_.node.value(), names_.name(e.partition));
  if (replica == nullptr) return;
  if (replica->role == ReplicaRole::Leader) {
    mark(Metric::MessagesInPerSec, static_cast<double>(e.last - e.base + 1));
    mark(Metric::BytesInPerSec, e.bytes);
  } else {
    mark(Metric::ReplicationBytesInPerSec, e.bytes);
  }
}

void MetricsApplier::after(const event::LogFlushed& e) {
  if (e.took > Duration{0}) time(Metric::LogFlushRateAndTimeMs, e.took);
}

void MetricsApplier::after(const event::RaftRoleChanged& e) {
  moved_gauges_ = true;
  if (e.to == event::RaftRole::Candidate && e.from != event::RaftRole::Candidate) {
    here().candidate_since = event_.at;
  }
  if (e.to != event::RaftRole::Leader) here().uncommitted.clear();
}

void MetricsApplier::after(const event::RaftLeaderElected&) {
  sampled(Metric::RaftElectionLatencyAvg, to_ms(event_.at - here().candidate_since));
}

void MetricsApplier::after(const event::RaftHighWatermarkAdvanced& e) {
  auto& waiting = here().uncommitted;
  while (!waiting.empty() && waiting.front().first <= e.to.value()) {
    sampled(Metric::RaftCommitLatencyAvg, to_ms(event_.at - waiting.front().second));
    waiting.pop_front();
  }
}

// ---- the controller and replicas --------------------------------------------------------------

void MetricsApplier::after(const event::PartitionChanged& e) {
  moved_gauges_ = true;
  if (e.leader.value() < 0) {
    fold_.leaderless_since_.try_emplace(names_.name(e.partition), event_.at);
  }
}

void MetricsApplier::after(const event::PartitionLeaderChanged& e) {
  if (e.to.value() < 0) return;
  const auto lost = fold_.leaderless_since_.find(names_.name(e.partition));
  const bool without = lost != fold_.leaderless_since_.end();
  time(Metric::LeaderElectionRateAndTimeMs, without ? event_.at - lost->second : Duration{0});
  if (without) fold_.leaderless_since_.erase(lost);
  if (e.unclean) mark(Metric::UncleanLeaderElectionsPerSec);
}

void MetricsApplier::before(const event::IsrUpdated& e) {
  const ReplicaView* replica = fold_.state_.replica(event_.node.value(), names_.name(e.partition));
  if (replica == nullptr || replica->isr.empty()) return;  // it has only just become the leader
  if (e.isr.size() < replica->isr.size()) mark(Metric::IsrShrinksPerSec);
  if (e.isr.size() > replica->isr.size()) mark(Metric::IsrExpandsPerSec);
}

void MetricsApplier::after(const event::ConfigChanged& e) {
  if (names_.name(e.config) != "min.insync.replicas") return;
  if (e.resource == event::ConfigResource::Broker) return;  // one broker's default for new topics
  const std::string& topic = names_.name(e.name);           // empty: all brokers' default
  const std::string& value = names_.name(e.value);
  std::int32_t number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  if (read.ec == std::errc()) fold_.topic_min_isr_[topic] = number;
  else fold_.topic_min_isr_.erase(topic);  // "(default)"
  moved_gauges_ = true;
}

// ---- the request path -------------------------------------------------------------------------

void MetricsApplier::count_handlers() {
  const NodeView* node = fold_.state_.node(event_.node.value());
  if (node != nullptr) fold_.count_handlers(here(), node->broker.handlers_busy, event_.at);
}

void MetricsApplier::after(const event::RequestQueued& e) {
  here().processors_busy.add(event_.at, static_cast<double>(e.read.count()) / 1e6);
  fold_.moved_[Metric::NetworkProcessorAvgIdlePercent] = event_.seq;
  fold_.moved_[Metric::RequestQueueSize] = event_.seq;
  const double depth = e.depth;
  if (depth > fold_.threshold(Metric::RequestQueueSize)) {
    fold_.judge({event_.node.value(), Metric::RequestQueueSize, ""}, depth, event_.at, event_.seq);
  }
}

void MetricsApplier::after(const event::RequestStarted&) {
  const SeriesKey key{event_.node.value(), Metric::RequestQueueSize, ""};
  fold_.moved_[Metric::RequestHandlerAvgIdlePercent] = event_.seq;
  if (fold_.alarmed(key)) fold_.judge(key, fold_.value(key), event_.at, event_.seq);
}

void MetricsApplier::after(const event::RequestRefused& e) {
  if (expected(e.error)) return;
  if (e.api == ApiKey::Produce) mark(Metric::FailedProduceRequestsPerSec);
  if (e.api == ApiKey::Fetch) mark(Metric::FailedFetchRequestsPerSec);
}

void MetricsApplier::after(const event::RequestCompleted& e) {
  const bool of_broker = fold_.state_.node(e.peer.value()) != nullptr;
  MetricsFold::RequestStats& stats =
      here().requests.try_emplace(request_tag(e.api, of_broker)).first->second;
  stats.rate.mark();
  stats.bytes.add(static_cast<float>(e.request_bytes));
  const Duration parts[] = {e.request_queue,  e.local,         e.remote, e.throttle,
                            e.response_queue, e.response_send, e.total()};
  for (std::size_t i = 0; i < std::size(parts); ++i) {
    stats.parts[i].add(static_cast<float>(to_ms(parts[i])));
  }
  here().processors_busy.add(event_.at, static_cast<double>(e.response_send.count()) / 1e6);
  traffic(e);
}

void MetricsApplier::traffic(const event::RequestCompleted& e) {
  const bool of_broker = fold_.state_.node(e.peer.value()) != nullptr;
  if (e.api == ApiKey::Produce) mark(Metric::TotalProduceRequestsPerSec);
  if (e.api != ApiKey::Fetch) return;
  mark(Metric::TotalFetchRequestsPerSec);
  mark(of_broker ? Metric::ReplicationBytesOutPerSec : Metric::BytesOutPerSec, e.response_bytes);
}

// ---- clients ----------------------------------------------------------------------------------

void MetricsApplier::after(const event::BatchDrained& e) {
  here().batches[e.batch] = {e.records, event_.at};
  if (e.attempt <= 1) sampled(Metric::RecordSendRate, e.records);
}

void MetricsApplier::after(const event::BatchRetried& e) {
  sampled(Metric::RecordRetryRate, here().batches[e.batch].first);
}

void MetricsApplier::after(const event::BatchAcked& e) {
  const auto batch = here().batches.find(e.batch);
  if (batch == here().batches.end()) return;
  sampled(Metric::RequestLatencyAvg, to_ms(event_.at - batch->second.second));
  here().batches.erase(batch);
}

void MetricsApplier::after(const event::BatchFailed& e) {
  sampled(Metric::RecordErrorRate, e.records);
  here().batches.erase(e.batch);
}

void MetricsApplier::after(const event::RecordsConsumed& e) {
  sampled(Metric::RecordsConsumedRate, static_cast<double>(e.last - e.from + 1));
}

}  // namespace kscope::cluster
