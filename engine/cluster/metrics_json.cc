#include "engine/cluster/metrics_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "engine/base/check.h"

namespace kscope::cluster {
namespace {

Json reading_json(const MetricSpec& spec, const Reading& r) {
  const bool rates = spec.kind == MetricKind::Meter || spec.kind == MetricKind::Timer;
  const bool values = spec.kind == MetricKind::Histogram || spec.kind == MetricKind::Timer;
  if (spec.kind == MetricKind::Gauge) return {{"value", r.value}, {"unit", spec.unit}};
  Json out{{"count", r.count}, {"unit", spec.unit}};
  if (rates) {
    out["mean_rate"] = r.mean_rate;
    out["one_minute_rate"] = r.one_minute;
    out["five_minute_rate"] = r.five_minutes;
    out["fifteen_minute_rate"] = r.fifteen_minutes;
  }
  if (!values) return out;
  out["mean"] = r.mean;
  out["p50"] = r.p50;
  out["p75"] = r.p75;
  out["p95"] = r.p95;
  out["p99"] = r.p99;
  out["p999"] = r.p999;
  out["max"] = r.max;
  return out;
}

Json crossing_json(const Crossing& c) {
  const MetricSpec& spec = spec_of(c.key.metric);
  return {{"node", c.key.node},       {"metric", full_name(spec, c.key.tag)},
          {"raised", c.raised},       {"value", c.value},
          {"at_us", to_micros(c.at)}, {"event", c.event.value()}};
}

std::string owner(const MetricsFold& metrics, std::int32_t node) {
  return node == 0 ? "cluster" : metrics.state().name_of(node);
}

/// The words of a path: who, which metric, and maybe a tag and an attribute.
struct Place {
  std::string node, tag, attribute;
  const MetricSpec* spec = nullptr;
};

constexpr const char* kAttributes[] = {"value", "count",      "mean",         "p50",
                                       "p75",   "p95",        "p99",          "p999",
                                       "max",   "one_minute", "five_minutes", "fifteen_minutes",
                                       "alert"};

bool is_attribute(const std::string& word) {
  for (const char* name : kAttributes) {
    if (word == name) return true;
  }
  return false;
}

Result<Place> parse(std::string_view path) {
  std::istringstream words{std::string(path)};
  Place place;
  std::string metric, word;
  words >> place.node >> metric;
  place.spec = find_metric(metric);
  if (place.spec == nullptr) {
    return Error{
        ErrorKind::Invalid,
        fmt::format("\"{}\" is no metric; their names are in docs/generated/metrics.md", metric)};
  }
  place.attribute = "value";
  while (words >> word) (is_attribute(word) ? place.attribute : place.tag) = word;
  if (place.spec->tag == std::string_view("request") && place.tag.empty()) {
    return Error{ErrorKind::Invalid, fmt::format("{} needs the name of a request, such as Produce "
                                                 "or FetchFollower",
                                                 metric)};
  }
  return place;
}

double attribute_of(const Reading& r, const std::string& name) {
  if (name == "count") return r.count;
  if (name == "mean") return r.mean;
  if (name == "p50") return r.p50;
  if (name == "p75") return r.p75;
  if (name == "p95") return r.p95;
  if (name == "p99") return r.p99;
  if (name == "p999") return r.p999;
  if (name == "max") return r.max;
  if (name == "one_minute") return r.one_minute;
  if (name == "five_minutes") return r.five_minutes;
  if (name == "fifteen_minutes") return r.fifteen_minutes;
  return r.value;
}

std::optional<std::int32_t> node_of(const Snapshot& state, const std::string& name) {
  if (name == "cluster") return 0;
  for (const NodeView& n : state.nodes) {
    if (name == std::to_string(n.id)) return n.id;
  }
  for (const ClientView& c : state.clients) {
    if (name == c.name) return c.id;
  }
  return std::nullopt;
}

}  // namespace

Json metrics_json(const MetricsFold& metrics) {
  Json nodes = Json::object(), alerts = Json::array(), crossings = Json::array();
  for (const SeriesKey& key : metrics.series()) {
    const MetricSpec& spec = spec_of(key.metric);
    nodes[std::to_string(key.node)][full_name(spec, key.tag)] =
        reading_json(spec, metrics.read(key));
    if (metrics.alarmed(key)) alerts.push_back(crossing_json(*metrics.last_crossing(key)));
  }
  for (const Crossing& c : metrics.crossings()) crossings.push_back(crossing_json(c));
  return {{"nodes", std::move(nodes)},
          {"alerts", std::move(alerts)},
          {"crossings", std::move(crossings)}};
}

std::string metric_number(const MetricSpec& spec, double value) {
  const double size = std::fabs(value);
  int decimals = 2;
  if (size < 1) decimals = 3;
  if (size >= 100) decimals = 1;
  const bool counted = spec.kind == MetricKind::Gauge && std::floor(value) == value;
  if (counted || value == 0 || size >= 1000) decimals = 0;
  return fmt::format("{:.{}f}", value, decimals);
}

namespace {

/// "partitions", and not "ms" or "records/s".
bool is_count_of(std::string_view unit) {
  return unit.size() > 2 && unit.back() == 's' && unit.find('/') == std::string_view::npos;
}

}  // namespace

std::string metric_words(const MetricSpec& spec, double value) {
  if (spec.metric == Metric::RaftCurrentState) {
    return event::to_string(static_cast<event::RaftRole>(static_cast<int>(value)));
  }
  if (std::string_view(spec.unit) == "of 1") return fmt::format("{:.0f} % idle", 100 * value);
  const std::string number = metric_number(spec, value);
  std::string_view unit = spec.unit;
  if (number == "1" && is_count_of(unit)) unit.remove_suffix(1);  // "1 partition"
  return fmt::format("{} {}", number, unit);
}

std::string metrics_text(const MetricsFold& metrics) {
  std::string out;
  std::int32_t node = -1;
  for (const SeriesKey& key : metrics.series()) {
    const MetricSpec& spec = spec_of(key.metric);
    if (key.node != node) out += fmt::format("\n{}\n", owner(metrics, node = key.node));
    const Reading r = metrics.read(key);
    std::string shown = metric_words(spec, r.value);
    if (spec.kind == MetricKind::Meter) shown += fmt::format(", {:.0f} in all", r.count);
    if (spec.kind == MetricKind::Histogram || spec.kind == MetricKind::Timer) {
      shown = fmt::format("p50 {:.3f}, p99 {:.3f}, max {:.3f} {}, {:.0f} in all", r.p50, r.p99,
                          r.max, spec.unit, r.count);
    }
    out += fmt::format("  {:<92} {}{}\n", full_name(spec, key.tag), shown,
                       metrics.alarmed(key) ? "   ALERT" : "");
  }
  out += "\nthresholds crossed\n";
  for (const Crossing& c : metrics.crossings()) {
    const MetricSpec& spec = spec_of(c.key.metric);
    out += fmt::format("  {:>10}  event {:<8} {:<12} {:<32} {} ({})\n", format_instant(c.at),
                       c.event.value(), owner(metrics, c.key.node), spec.name,
                       c.raised ? "ALERT" : "normal again", metric_words(spec, c.value));
  }
  return out;
}

Result<void> check_metric_path(std::string_view path) {
  KTRY(parse(path));
  return {};
}

std::string read_metric_path(const MetricsFold& metrics, std::string_view path) {
  const Result<Place> place = parse(path);
  KCHECK(place.ok());
  const auto node = node_of(metrics.state(), place->node);
  if (!node) return "none";
  const SeriesKey key{*node, place->spec->metric, place->tag};
  const std::vector<SeriesKey> all = metrics.series();
  if (std::find(all.begin(), all.end(), key) == all.end()) return "none";
  if (place->attribute == "alert") return metrics.alarmed(key) ? "true" : "false";
  const double value = attribute_of(metrics.read(key), place->attribute);
  if (std::floor(value) == value) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4f}", value);
}

}  // namespace kscope::cluster
