// MetricsView: the screen "Metrics" as data: cards with a value, a history and a threshold.
//
// Everything comes from the fold of the events (engine/cluster/metrics_fold.h) at the moment that
// is shown; here it only gets words. A threshold that was crossed names the event that did it, so
// that one can go there.
//
// Called by: panels/metrics_panel, tests. Read next: engine/cluster/metric_table.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/cluster/metrics_fold.h"
#include "viewer/model/cluster_view.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

/// A mean part of the time of one kind of request.
struct MeanPart {
  const char* words = "";
  double ms = 0;
  float share = 0;
};

struct MetricCard {
  cluster::SeriesKey key;
  std::string name;                ///< "UnderReplicatedPartitions", "TotalTimeMs Produce"
  std::string bean;                ///< the full JMX name
  std::string value;               ///< "2 partitions"
  std::string more;                ///< "120 in all", "p50 0.2 ms, p99 4.1 ms"
  std::string kind;                ///< "gauge", "one-minute rate", "99th percentile"
  Badge alert;                     ///< "ok", "alert"; empty: nobody raises an alarm over it
  std::string rule;                ///< "alert above 0"
  std::string help;                ///< meaning, and what to make of an alert
  std::vector<float> history;      ///< 0..1 of [low, high], oldest first
  std::string low, high;           ///< "0", "2": the ends of the scale
  std::optional<float> threshold;  ///< on the same scale; empty: none, or out of sight
  std::string crossed;             ///< "above it since 12.347 s"; empty: never crossed
  EventSeq crossed_at;             ///< the event that did it
  std::vector<MeanPart> parts;     ///< of request times
};

struct MetricSection {
  std::string title;
  std::vector<MetricCard> cards;
};

/// One that has crossed its threshold, then or now.
struct AlertLine {
  std::string when;  ///< "12.347 s"
  std::string text;  ///< "broker 2: UnderReplicatedPartitions is above 0 (2 partitions)"
  std::string advice;
  bool raised = false;
  bool now = false;  ///< it still is so
  EventSeq event;
};

struct MetricOwner {
  std::int32_t node = 0;
  std::string name;  ///< "Cluster", "broker 1", "producer-1"
  int alerts = 0;
};

struct MetricsView {
  std::vector<MetricOwner> owners;
  std::int32_t owner = 0;  ///< whose cards these are
  std::vector<MetricSection> sections;
  std::vector<AlertLine> alerts;  ///< what is wrong now, then what was; the latest first
  std::size_t wrong_now = 0;
};

/// `owner`: whose metrics are wanted; the first broker that runs if that one has none.
MetricsView build_metrics_view(Machine& machine, std::int32_t owner);

}  // namespace kscope::viewer
