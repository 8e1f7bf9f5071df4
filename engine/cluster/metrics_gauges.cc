// Reading MetricsFold: which series there are, and what each shows. See cluster/metrics_fold.h.
#include <algorithm>

#include "engine/cluster/metrics_parts.h"

namespace kscope::cluster {
namespace {

constexpr Metric kRequestTimes[] = {Metric::RequestQueueTimeMs,  Metric::LocalTimeMs,
                                    Metric::RemoteTimeMs,        Metric::ThrottleTimeMs,
                                    Metric::ResponseQueueTimeMs, Metric::ResponseSendTimeMs,
                                    Metric::TotalTimeMs};
constexpr const char* kParked[] = {"Produce", "Fetch", "DeleteRecords"};

void add_distribution(const Reservoir& values, Reading* out) {
  out->count = static_cast<double>(values.count());
  out->mean = values.mean();
  out->p50 = values.quantile(0.5);
  out->p75 = values.quantile(0.75);
  out->p95 = values.quantile(0.95);
  out->p99 = values.quantile(0.99);
  out->p999 = values.quantile(0.999);
  out->max = values.max();
  out->value = out->p99;
}

void add_rates(const Meter& meter, Instant now, Reading* out) {
  out->count = meter.count();
  out->mean_rate = meter.mean_rate(now);
  out->one_minute = meter.one_minute();
  out->five_minutes = meter.five_minutes();
  out->fifteen_minutes = meter.fifteen_minutes();
}

}  // namespace

/// One gauge of one node, off the state.
class GaugeReader {
 public:
  explicit GaugeReader(const MetricsFold& fold) : fold_(fold), state_(fold.state_) {}

  double broker(const NodeView& node, const SeriesKey& key) const;
  double controller(const NodeView& node, Metric metric) const;
  double quorum(const NodeView& node, Metric metric) const;
  double client(const ClientView& client, Metric metric) const;

 private:
  template <class Counts>
  double leaders(const NodeView& node, Counts counts) const {
    double n = 0;
    for (const ReplicaView& r : node.broker.replicas) {
      if (r.role != ReplicaRole::Leader) continue;
      const PartitionView* p = state_.partition(r.partition);
      if (p != nullptr && counts(r, *p)) ++n;
    }
    return n;
  }
  template <class Counts>
  double partitions(Counts counts) const {
    const auto& all = state_.metadata.partitions;
    return static_cast<double>(std::count_if(all.begin(), all.end(), counts));
  }
  /// Partition.effectiveMinIsr: no more than there are replicas.
  std::size_t min_isr(const PartitionView& p) const {
    std::int32_t demanded = fold_.settings_.min_insync_replicas;
    for (const std::string& name : {std::string(), p.partition.topic}) {
      const auto it = fold_.topic_min_isr_.find(name);
      if (it != fold_.topic_min_isr_.end()) demanded = it->second;
    }
    return std::min(static_cast<std::size_t>(demanded), p.replicas.size());
  }
  double groups(const NodeView& node, Metric metric) const;
  /// OngoingReassignmentState.replicationFactor: replicas that a move adds are not missed yet.
  std::size_t replication_factor(const PartitionView& p) const {
    return static_cast<std::size_t>(
        std::count_if(p.replicas.begin(), p.replicas.end(), [&](std::int32_t replica) {
          return std::find(p.adding.begin(), p.adding.end(), replica) == p.adding.end();
        }));
  }
  double max_lag(const NodeView& node) const;
  double records_lag_max(const ClientView& client) const;
  double parked(const BrokerView& broker, const std::string& operation) const;
  double sampled_rate(std::int32_t node, Metric metric) const;
  double sampled_average(std::int32_t node, Metric metric) const;
  const SampledStat* sampled(std::int32_t node, Metric metric) const;

  const MetricsFold& fold_;
  const Snapshot& state_;
};

double GaugeReader::max_lag(const NodeView& node) const {
  std::int64_t lag = 0;
  for (const ReplicaView& r : node.broker.replicas) {
    if (r.role != ReplicaRole::Follower) continue;
    const ReplicaView* leader = state_.replica(r.leader, r.partition);
    if (leader != nullptr) lag = std::max(lag, leader->high_watermark - r.log_end);
  }
  return static_cast<double>(lag);
}

double GaugeReader::parked(const BrokerView& broker, const std::string& operation) const {
  if (operation == "Produce") return broker.delayed_produces;
  if (operation == "Fetch") return broker.delayed_fetches;
  return broker.delayed_deletes;
}

double GaugeReader::groups(const NodeView& node, Metric metric) const {
  std::size_t found = 0;
  for (const GroupView& g : state_.groups) {
    if (g.coordinator != node.id || !g.loaded) continue;
    switch (metric) {
      case Metric::NumOffsets:
        found += g.committed.size();
        break;
      case Metric::NumGroupsEmpty:
        found += g.state == event::GroupState::Empty;
        break;
      case Metric::NumGroupsStable:
        found += g.state == event::GroupState::Stable;
        break;
      case Metric::NumGroupsPreparingRebalance:
        found += g.state == event::GroupState::PreparingRebalance;
        break;
      default:
        ++found;
    }
  }
  return static_cast<double>(found);
}

double GaugeReader::broker(const NodeView& node, const SeriesKey& key) const {
  const auto counters = fold_.counters_.find(node.id);
  switch (key.metric) {
    case Metric::UnderReplicatedPartitions:
      return leaders(node, [&](const ReplicaView& r, const PartitionView& p) {
        return r.isr.size() < replication_factor(p);
      });
    case Metric::UnderMinIsrPartitionCount:
      return leaders(node, [&](const ReplicaView& r, const PartitionView& p) {
        return r.isr.size() < min_isr(p);
      });
    case Metric::AtMinIsrPartitionCount:
      return leaders(node, [&](const ReplicaView& r, const PartitionView& p) {
        return r.isr.size() == min_isr(p);
      });
    case Metric::OfflineReplicaCount:
      return counters != fold_.counters_.end() && counters->second.log_dir_failed
                 ? static_cast<double>(node.broker.replicas.size())
                 : 0;
    case Metric::PartitionCount:
      return static_cast<double>(
          std::count_if(node.broker.replicas.begin(), node.broker.replicas.end(),
                        [](const ReplicaView& r) { return r.role != ReplicaRole::Offline; }));
    case Metric::LeaderCount:
      return leaders(node, [](const ReplicaView&, const PartitionView&) { return true; });
    case Metric::MaxLag:
      return max_lag(node);
    case Metric::RequestQueueSize:
      return node.broker.requests_waiting;
    case Metric::PurgatorySize:
      return parked(node.broker, key.tag);
    case Metric::NumGroups:
    case Metric::NumGroupsPreparingRebalance:
    case Metric::NumGroupsStable:
    case Metric::NumGroupsEmpty:
    case Metric::NumOffsets:
      return groups(node, key.metric);
    case Metric::NetworkProcessorAvgIdlePercent: {
      if (counters == fold_.counters_.end()) return 1;
      const double busy = counters->second.processors_busy.rate(fold_.now_);
      return std::max(0.0, 1 - busy / fold_.settings_.network_threads);
    }
    default:
      return 0;
  }
}

double GaugeReader::controller(const NodeView& node, Metric metric) const {
  const auto registered = [&](bool fenced) {
    const auto& all = state_.metadata.registrations;
    return static_cast<double>(std::count_if(
        all.begin(), all.end(), [&](const RegistrationView& r) { return r.fenced == fenced; }));
  };
  switch (metric) {
    case Metric::ActiveControllerCount:
      return node.quorum.controller_active ? 1 : 0;
    case Metric::OfflinePartitionsCount:
      return partitions([](const PartitionView& p) { return p.leader < 0; });
    case Metric::PreferredReplicaImbalanceCount:
      return partitions([](const PartitionView& p) {
        return !p.replicas.empty() && p.leader != p.replicas.front();
      });
    case Metric::ActiveBrokerCount:
      return registered(false);
    case Metric::FencedBrokerCount:
      return registered(true);
    case Metric::GlobalTopicCount: {
      std::set<std::string> topics;
      for (const PartitionView& p : state_.metadata.partitions) topics.insert(p.partition.topic);
      return static_cast<double>(topics.size());
    }
    case Metric::GlobalPartitionCount:
      return static_cast<double>(state_.metadata.partitions.size());
    default:
      return quorum(node, metric);
  }
}

double GaugeReader::quorum(const NodeView& node, Metric metric) const {
  const QuorumView& q = node.quorum;
  switch (metric) {
    case Metric::RaftCurrentState:
      return static_cast<double>(q.role);
    case Metric::RaftCurrentLeader:
      return q.leader;
    case Metric::RaftCurrentEpoch:
      return q.epoch;
    case Metric::RaftHighWatermark:
      return static_cast<double>(q.high_watermark);
    case Metric::RaftLogEndOffset:
      return static_cast<double>(q.log_end);
    default:
      return sampled_average(node.id, metric);  // the two latencies
  }
}

double GaugeReader::client(const ClientView& client, Metric metric) const {
  switch (metric) {
    case Metric::RecordsLagMax:
      return records_lag_max(client);
    case Metric::RequestLatencyAvg:
      return sampled_average(client.id, metric);
    default:
      return sampled_rate(client.id, metric);
  }
}

double GaugeReader::records_lag_max(const ClientView& client) const {
  std::int64_t lag = 0;
  for (const PartitionView& p : state_.metadata.partitions) {
    const auto position = client.consumer.positions.find(p.partition.str());
    const ReplicaView* leader = state_.replica(p.leader, p.partition);
    if (position == client.consumer.positions.end() || leader == nullptr) continue;
    lag = std::max(lag, leader->high_watermark - position->second);
  }
  return static_cast<double>(lag);
}

const SampledStat* GaugeReader::sampled(std::int32_t node, Metric metric) const {
  const auto counters = fold_.counters_.find(node);
  if (counters == fold_.counters_.end()) return nullptr;
  const auto it = counters->second.sampled.find(metric);
  return it == counters->second.sampled.end() ? nullptr : &it->second;
}

double GaugeReader::sampled_rate(std::int32_t node, Metric metric) const {
  const SampledStat* stat = sampled(node, metric);
  return stat == nullptr ? 0 : stat->rate(fold_.now_);
}

double GaugeReader::sampled_average(std::int32_t node, Metric metric) const {
  const SampledStat* stat = sampled(node, metric);
  return stat == nullptr ? 0 : stat->average(fold_.now_);
}

// ---- the fold's readings ----------------------------------------------------------------------

std::vector<SeriesKey> MetricsFold::series() const {
  std::vector<SeriesKey> out;
  out.push_back({0, Metric::ActiveControllerCount, ""});
  const auto add = [&](std::int32_t node, MetricScope scope) {
    for (const MetricSpec& spec : metric_table()) {
      if (spec.scope != scope || spec.group == MetricGroup::RequestTimes) continue;
      if (spec.metric == Metric::PurgatorySize) {
        for (const char* kind : kParked) out.push_back({node, spec.metric, kind});
      } else {
        out.push_back({node, spec.metric, ""});
      }
    }
  };
  for (const NodeView& node : state_.nodes) {
    if (!running(node.id)) continue;
    add(node.id, MetricScope::Broker);
    if (node.has_controller) add(node.id, MetricScope::Controller);
    const auto counters = counters_.find(node.id);
    if (counters == counters_.end()) continue;
    for (const auto& [api, stats] : counters->second.requests) {
      out.push_back({node.id, Metric::RequestsPerSec, api});
      out.push_back({node.id, Metric::RequestBytes, api});
      for (const Metric part : kRequestTimes) out.push_back({node.id, part, api});
    }
  }
  for (const ClientView& client : state_.clients) {
    if (!running(client.id)) continue;
    if (client.kind == ClientKind::Producer) add(client.id, MetricScope::Producer);
    if (client.kind == ClientKind::Consumer) add(client.id, MetricScope::Consumer);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Reading MetricsFold::read_request(const SeriesKey& key, const RequestStats& stats) const {
  Reading out;
  if (key.metric == Metric::RequestsPerSec) {
    add_rates(stats.rate, now_, &out);
    out.value = out.one_minute;
  } else if (key.metric == Metric::RequestBytes) {
    add_distribution(stats.bytes, &out);
  } else {
    const auto part =
        static_cast<std::size_t>(key.metric) - static_cast<std::size_t>(Metric::RequestQueueTimeMs);
    add_distribution(stats.parts[part], &out);
  }
  return out;
}

Reading MetricsFold::read_counted(const SeriesKey& key) const {
  Reading out;
  const auto counters = counters_.find(key.node);
  if (counters == counters_.end()) return out;
  const Counters& c = counters->second;
  if (key.metric == Metric::RequestHandlerAvgIdlePercent) {
    out.value = out.one_minute = c.ticked ? std::clamp(1 - c.handlers_busy.rate(), 0.0, 1.0) : 1;
  } else if (const auto stats = c.requests.find(key.tag); stats != c.requests.end()) {
    return read_request(key, stats->second);
  } else if (const auto timer = c.timers.find(key.metric); timer != c.timers.end()) {
    add_rates(timer->second.rate, now_, &out);
    add_distribution(timer->second.ms, &out);
  } else if (const auto meter = c.meters.find(key.metric); meter != c.meters.end()) {
    add_rates(meter->second, now_, &out);
    out.value = out.one_minute;
  }
  return out;
}

double MetricsFold::value(const SeriesKey& key) const {
  if (key.metric != Metric::TotalTimeMs) return read(key).value;
  const auto counters = counters_.find(key.node);
  if (counters == counters_.end()) return 0;
  const auto stats = counters->second.requests.find(key.tag);
  return stats == counters->second.requests.end() ? 0 : stats->second.parts[6].quantile(0.99);
}

Reading MetricsFold::read(const SeriesKey& key) const {
  const MetricSpec& spec = spec_of(key.metric);
  if (spec.kind != MetricKind::Gauge) return read_counted(key);
  Reading out;
  const GaugeReader gauges(*this);
  if (key.node == 0) {
    for (const NodeView& node : state_.nodes) {
      if (running(node.id)) out.value += gauges.controller(node, key.metric);
    }
  } else if (const NodeView* node = state_.node(key.node)) {
    out.value = spec.scope == MetricScope::Controller ? gauges.controller(*node, key.metric)
                                                      : gauges.broker(*node, key);
  } else if (const ClientView* client = state_.client(key.node)) {
    out.value = gauges.client(*client, key.metric);
  }
  return out;
}

}  // namespace kscope::cluster
