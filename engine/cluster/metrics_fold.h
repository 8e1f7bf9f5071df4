// MetricsFold: Kafka's metrics, made from the events alone.
//
// Real Kafka counts where things happen. Here the stream of events says everything that happens, so
// the metrics are one more rendering of it, and nobody who does not ask for them pays for them.
// Feed every event from the first on; what comes out depends on the events, on `advance` and on
// nothing else. So the past has the same metrics as when it was the present, to the last digit.
//
// A process that ends takes its metrics along, as a JVM does: rates and histograms of a broker
// that was started again begin anew.
//
// Each series has a history (one value a second) and each threshold remembers when it was crossed
// and at which event: crossings().
//
// Invariants: apply() is called with consecutive events; ticks happen at whole seconds and before
// the events of that instant; series() lists only processes that run.
//
// Called by: viewer/model/metrics_desk, cli, tests. Kafka: KafkaMetricsGroup and the classes named
// in metric_table(). Read next: cluster/meters.h, cluster/metrics_gauges.cc
#pragma once

#include <compare>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/cluster/meters.h"
#include "engine/cluster/metric_table.h"
#include "engine/cluster/snapshot.h"

namespace kscope::cluster {

/// What the events do not tell: the size of the broker's pools and a default.
struct MetricSettings {
  std::int32_t io_threads = 8;
  std::int32_t network_threads = 3;
  std::int32_t max_queued = 500;
  std::int32_t min_insync_replicas = 1;
  /// From server.properties; what cannot be read stays at Kafka's default.
  static MetricSettings from(const std::map<std::string, std::string>& settings);
};

/// The nodes of a cluster before anything has happened, from a snapshot of any moment.
Snapshot before_everything(const Snapshot& snapshot);

/// Node 0 is the cluster as a whole: sums over its nodes.
struct SeriesKey {
  std::int32_t node = 0;
  Metric metric{};
  std::string tag;  ///< "Produce" of a request's, "Fetch" of a purgatory's
  auto operator<=>(const SeriesKey&) const = default;
};

/// Everything that JMX would show of one bean. What a kind does not have is 0.
struct Reading {
  double value = 0;  ///< what is watched: gauge, one-minute rate, 99th percentile
  double count = 0;
  double mean_rate = 0, one_minute = 0, five_minutes = 0, fifteen_minutes = 0;
  double mean = 0, p50 = 0, p75 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0;
};

struct MetricSample {
  Instant at{};
  double value = 0;
};

/// A threshold was crossed; `event` is what did it.
struct Crossing {
  SeriesKey key;
  Instant at{};
  EventSeq event;
  bool raised = false;  ///< false: back to normal, or the process is gone
  double value = 0;
};

class MetricsFold {
 public:
  static constexpr Duration kSampleEvery = seconds(1);
  static constexpr std::size_t kSamplesKept = 240;

  MetricsFold(const Snapshot& cluster, const MetricSettings& settings);

  void apply(const event::Event& event, const NameTable& names);
  /// Time has passed without events. REQUIRES that no later event was applied.
  void advance(Instant now);

  Instant now() const { return now_; }
  EventSeq last_event() const { return state_.last_event; }
  const Snapshot& state() const { return state_; }

  /// Ordered by node, metric, tag.
  std::vector<SeriesKey> series() const;
  Reading read(const SeriesKey& key) const;
  /// read(key).value, for less work.
  double value(const SeriesKey& key) const;
  /// Oldest first; empty if there is none yet.
  const std::deque<MetricSample>& history(const SeriesKey& key) const;
  bool alarmed(const SeriesKey& key) const { return alarms_.contains(key); }
  /// The crossing that put a series where it is; nullptr if it never crossed.
  const Crossing* last_crossing(const SeriesKey& key) const;
  const std::vector<Crossing>& crossings() const { return crossings_; }
  /// Of this metric in this cluster: a full queue depends on queued.max.requests.
  double threshold(Metric metric) const;

 private:
  friend class MetricsApplier;
  friend class GaugeReader;

  struct RequestStats {
    Meter rate;
    Reservoir bytes;
    Reservoir parts[7];  ///< ms, in the order of Metric from RequestQueueTimeMs on
  };
  struct TimerStats {
    Meter rate;
    Reservoir ms;
  };
  /// What one process counts.
  struct Counters {
    Instant since{};
    std::map<Metric, Meter> meters;
    std::map<Metric, TimerStats> timers;
    std::map<std::string, RequestStats> requests;
    std::map<Metric, SampledStat> sampled;
    Ewma handlers_busy{1};  ///< fraction of num.io.threads
    SampledStat processors_busy;
    bool ticked = false;
    Instant handlers_counted{};
    bool log_dir_failed = false;
    /// Metadata records on their way to being committed: end offset, when appended.
    std::deque<std::pair<std::int64_t, Instant>> uncommitted;
    Instant candidate_since{};
    std::map<std::int64_t, std::pair<std::int32_t, Instant>> batches;  ///< producer: records, sent
  };

  Counters& counters(NodeId node) { return counters_[node.value()]; }
  void tick(Instant at);
  /// The handlers' time up to now, in which `busy` of them worked.
  void count_handlers(Counters& counters, std::int32_t busy, Instant now) const;
  void sample(Instant at);
  void judge(const SeriesKey& key, double value, Instant at, EventSeq event);
  void judge_gauges(Instant at, EventSeq event);
  bool running(std::int32_t node) const;
  Reading read_counted(const SeriesKey& key) const;
  Reading read_request(const SeriesKey& key, const RequestStats& stats) const;

  MetricSettings settings_;
  Snapshot state_;
  Instant now_{};
  std::map<std::int32_t, Counters> counters_;
  std::map<std::string, std::int32_t> topic_min_isr_;
  std::map<TopicPartition, Instant> leaderless_since_;
  std::map<Metric, EventSeq> moved_;  ///< the last event that moved a rate
  std::map<SeriesKey, std::deque<MetricSample>> history_;
  std::set<SeriesKey> alarms_;
  std::vector<Crossing> crossings_;
  std::map<SeriesKey, std::size_t> last_crossings_;
};

}  // namespace kscope::cluster
