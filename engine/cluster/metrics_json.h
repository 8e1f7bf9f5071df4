// Metrics as JSON and as text, under Kafka's names.
//
//   {"nodes": {"1": {"kafka.server:type=ReplicaManager,name=UnderReplicatedPartitions":
//                      {"value": 0, "unit": "partitions"}, …}},
//    "alerts": [{"node": 1, "metric": "…", "value": 1, "since_us": 12000000, "event": 4711}],
//    "crossings": [{…, "raised": true}]}
//
// Node 0 is the cluster as a whole. Labs and scenarios name a value in words instead:
//   metric 1 UnderReplicatedPartitions        metric 1 TotalTimeMs Produce p99
//   metric cluster ActiveControllerCount      metric p1 record-retry-rate
//
// Called by: cli, viewer/lab. Read next: cluster/metrics_fold.h
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/cluster/metrics_fold.h"
#include "engine/cluster/snapshot_json.h"

namespace kscope::cluster {

Json metrics_json(const MetricsFold& metrics);
/// One line for each series, and below them what has crossed its threshold.
std::string metrics_text(const MetricsFold& metrics);

/// "2", "0.5": as many decimals as say something, none for what can only be counted.
std::string metric_number(const MetricSpec& spec, double value);
/// "2 partitions", "61 % idle", "Leader": a value with its unit, as a person reads it.
std::string metric_words(const MetricSpec& spec, double value);

/// Is this a place as above, after the word "metric"? The error names what is wrong.
Result<void> check_metric_path(std::string_view path);
/// Its value as text; "none" while the series does not exist. REQUIRES check_metric_path(path).
std::string read_metric_path(const MetricsFold& metrics, std::string_view path);

}  // namespace kscope::cluster
