#include "engine/cluster/metrics_fold.h"

#include <algorithm>

#include "engine/broker/broker_config.h"
#include "engine/cluster/fold.h"
#include "engine/cluster/metrics_parts.h"

namespace kscope::cluster {
namespace {

constexpr std::size_t kFewPartitions = 100;

/// Gauges that single events move; the others are looked at every second.
bool judged_by_event(const MetricSpec& spec) {
  return spec.kind == MetricKind::Gauge && spec.when != AlertWhen::Never &&
         spec.group != MetricGroup::Clients &&
         spec.metric != Metric::NetworkProcessorAvgIdlePercent &&
         spec.metric != Metric::RequestQueueSize;
}

}  // namespace

MetricSettings MetricSettings::from(const std::map<std::string, std::string>& settings) {
  MetricSettings out;
  const auto config = broker::BrokerConfig::parse(NodeId(1), "", {}, settings);
  if (!config.ok()) return out;
  out.io_threads = config->requests.io_threads;
  out.network_threads = config->requests.network_threads;
  out.max_queued = config->requests.max_queued;
  out.min_insync_replicas = config->topics.min_insync_replicas;
  return out;
}

Snapshot before_everything(const Snapshot& snapshot) {
  Snapshot fresh;
  fresh.seed = snapshot.seed;
  for (const NodeView& node : snapshot.nodes) {
    NodeView& down = fresh.nodes.emplace_back();
    down.id = node.id;
    down.name = node.name;
    down.has_controller = node.has_controller;
    down.quorum.is_voter = node.quorum.is_voter;
  }
  return fresh;
}

MetricsFold::MetricsFold(const Snapshot& cluster, const MetricSettings& settings)
    : settings_(settings), state_(before_everything(cluster)) {}

bool MetricsFold::running(std::int32_t id) const {
  const auto alive = [](NodeState s) { return s == NodeState::Running || s == NodeState::Paused; };
  if (const NodeView* node = state_.node(id)) return alive(node->state);
  const ClientView* client = state_.client(id);
  return client != nullptr && alive(client->state);
}

double MetricsFold::threshold(Metric metric) const {
  // The queue is full when it holds queued.max.requests: above one less.
  if (metric == Metric::RequestQueueSize) return settings_.max_queued - 1;
  return spec_of(metric).threshold;
}

// ---- events -----------------------------------------------------------------------------------

void MetricsFold::apply(const event::Event& event, const NameTable& names) {
  advance(event.at);
  MetricsApplier applier(*this, event, names);
  std::visit([&](const auto& body) { applier.before(body); }, event.body);
  fold(state_, event, names);
  std::visit([&](const auto& body) { applier.after(body); }, event.body);
  if (!applier.moved_gauges()) return;
  for (const MetricSpec& spec : metric_table()) {
    if (judged_by_event(spec)) moved_[spec.metric] = event.seq;
  }
  // In a large cluster a failover moves a thousand partitions at once: look once a second then.
  if (state_.metadata.partitions.size() <= kFewPartitions) judge_gauges(event.at, event.seq);
}

// ---- time -------------------------------------------------------------------------------------

void MetricsFold::advance(Instant now) {
  Instant next = Instant((now_.time_since_epoch() / kSampleEvery + 1) * kSampleEvery);
  for (; next <= now; next += kSampleEvery) {
    now_ = next;
    if (next.time_since_epoch() % kMeterTick == Duration{0}) tick(next);
    sample(next);
  }
  now_ = std::max(now_, now);
}

void MetricsFold::tick(Instant at) {
  for (auto& [node, c] : counters_) {
    if (!running(node)) continue;
    for (auto& [metric, meter] : c.meters) meter.tick();
    for (auto& [metric, timer] : c.timers) timer.rate.tick();
    for (auto& [api, stats] : c.requests) stats.rate.tick();
    if (const NodeView* n = state_.node(node)) count_handlers(c, n->broker.handlers_busy, at);
    c.handlers_busy.tick();
    c.ticked = true;
  }
}

void MetricsFold::count_handlers(Counters& c, std::int32_t busy, Instant now) const {
  const Duration passed = now - std::max(c.handlers_counted, c.since);
  c.handlers_busy.add(static_cast<double>(passed.count()) / 1e6 * busy / settings_.io_threads);
  c.handlers_counted = now;
}

void MetricsFold::sample(Instant at) {
  for (const SeriesKey& key : series()) {
    // The parts of the request times are a matter of the moment; the whole has a history.
    const bool part = spec_of(key.metric).group == MetricGroup::RequestTimes &&
                      key.metric != Metric::TotalTimeMs && key.metric != Metric::RequestsPerSec;
    if (part) continue;
    const double value = this->value(key);
    std::deque<MetricSample>& history = history_[key];
    history.push_back({at, value});
    if (history.size() > kSamplesKept) history.pop_front();
    const auto moved = moved_.find(key.metric);
    judge(key, value, at, moved != moved_.end() ? moved->second : state_.last_event);
  }
}

// ---- thresholds -------------------------------------------------------------------------------

void MetricsFold::judge(const SeriesKey& key, double value, Instant at, EventSeq event) {
  const MetricSpec& spec = spec_of(key.metric);
  const bool one_of_many = key.metric == Metric::ActiveControllerCount && key.node != 0;
  if (spec.when == AlertWhen::Never || one_of_many) return;
  const double limit = threshold(key.metric);
  bool bad = false;
  if (spec.when == AlertWhen::Above) bad = value > limit;
  if (spec.when == AlertWhen::Below) bad = value < limit;
  if (spec.when == AlertWhen::NotEqual) bad = value != limit;
  // A rate that decays for ever is as good as 0 when it would be shown so.
  if (spec.kind == MetricKind::Meter && spec.when == AlertWhen::Above) bad = value > limit + 0.0005;
  if (bad == alarms_.contains(key)) return;
  if (bad)
    alarms_.insert(key);
  else
    alarms_.erase(key);
  last_crossings_[key] = crossings_.size();
  crossings_.push_back({key, at, event, bad, value});
}

void MetricsFold::judge_gauges(Instant at, EventSeq event) {
  std::set<SeriesKey> gone = alarms_;
  for (const SeriesKey& key : series()) {
    gone.erase(key);
    if (judged_by_event(spec_of(key.metric))) judge(key, value(key), at, event);
  }
  for (const SeriesKey& key : gone) {
    alarms_.erase(key);
    last_crossings_[key] = crossings_.size();
    crossings_.push_back({key, at, event, false, 0});
  }
}

// ---- reading ----------------------------------------------------------------------------------

const std::deque<MetricSample>& MetricsFold::history(const SeriesKey& key) const {
  static const std::deque<MetricSample> kNothing;
  const auto it = history_.find(key);
  return it == history_.end() ? kNothing : it->second;
}

const Crossing* MetricsFold::last_crossing(const SeriesKey& key) const {
  const auto it = last_crossings_.find(key);
  return it == last_crossings_.end() ? nullptr : &crossings_[it->second];
}

}  // namespace kscope::cluster
