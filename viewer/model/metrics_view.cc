#include "viewer/model/metrics_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/cluster/metrics_json.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

using cluster::AlertWhen;
using cluster::Metric;
using cluster::MetricGroup;
using cluster::MetricKind;
using cluster::MetricSpec;
using cluster::SeriesKey;

constexpr std::size_t kAlertLines = 12;

constexpr struct {
  Metric metric;
  const char* words;
} kParts[] = {
    {Metric::RequestQueueTimeMs, "request queue"},   {Metric::LocalTimeMs, "handler"},
    {Metric::RemoteTimeMs, "waiting for others"},    {Metric::ThrottleTimeMs, "throttled"},
    {Metric::ResponseQueueTimeMs, "response queue"}, {Metric::ResponseSendTimeMs, "sending"}};

std::string owner_name(const cluster::Snapshot& snapshot, std::int32_t node) {
  return node == 0 ? "Cluster" : node_name(snapshot, node);
}

const char* beyond(AlertWhen when) {
  switch (when) {
    case AlertWhen::Above:
      return "above";
    case AlertWhen::Below:
      return "below";
    case AlertWhen::NotEqual:
      return "not";
    case AlertWhen::Never:
      break;
  }
  return "";
}

std::string kind_words(const MetricSpec& spec) {
  switch (spec.kind) {
    case MetricKind::Gauge:
      return "gauge";
    case MetricKind::Meter:
      return "one-minute rate";
    case MetricKind::Histogram:
      return "99th percentile";
    case MetricKind::Timer:
      return "99th percentile";
  }
  return "";
}

std::string limit_words(const MetricSpec& spec, double limit) {
  if (std::string_view(spec.unit) == "of 1") return fmt::format("{:.0f} %", 100 * limit);
  return cluster::metric_number(spec, limit);
}

/// Of the active controllers only the sum over the cluster says whether something is wrong.
bool is_judged(const MetricSpec& spec, const SeriesKey& key) {
  return spec.when != AlertWhen::Never &&
         !(spec.metric == Metric::ActiveControllerCount && key.node != 0);
}

void add_history(const cluster::MetricsFold& metrics, const MetricSpec& spec, double now,
                 MetricCard* card) {
  double low = 0, high = now;
  const auto& samples = metrics.history(card->key);
  for (const cluster::MetricSample& s : samples) {
    low = std::min(low, s.value);
    high = std::max(high, s.value);
  }
  const bool judged = is_judged(spec, card->key);
  const double limit = metrics.threshold(spec.metric);
  // A threshold that lies far above what was ever seen would flatten the line: leave it out then.
  const bool in_sight = judged && limit <= 4 * std::max(high, 1.0);
  if (in_sight) high = std::max(high, limit);
  if (std::string_view(spec.unit) == "of 1") high = 1;
  if (high <= low) high = low + 1;
  const auto scaled = [&](double v) { return static_cast<float>((v - low) / (high - low)); };
  for (const cluster::MetricSample& s : samples) card->history.push_back(scaled(s.value));
  card->history.push_back(scaled(now));
  if (in_sight) card->threshold = scaled(limit);
  card->low = limit_words(spec, low);
  card->high = limit_words(spec, high);
}

void add_alert(const cluster::MetricsFold& metrics, const MetricSpec& spec, MetricCard* card) {
  if (!is_judged(spec, card->key)) return;
  const bool bad = metrics.alarmed(card->key);
  card->alert = bad ? Badge{"alert", Tone::Bad} : Badge{"ok", Tone::Good};
  card->rule = fmt::format("alert {} {}", beyond(spec.when),
                           limit_words(spec, metrics.threshold(spec.metric)));
  const cluster::Crossing* crossing = metrics.last_crossing(card->key);
  if (crossing == nullptr) return;
  card->crossed_at = crossing->event;
  card->crossed =
      fmt::format("{} since {}", bad ? "alert" : "ok again", format_instant(crossing->at));
}

std::string more_words(const MetricSpec& spec, const cluster::Reading& r) {
  switch (spec.kind) {
    case MetricKind::Gauge:
      return "";
    case MetricKind::Meter:
      if (spec.metric == Metric::RequestHandlerAvgIdlePercent) return "";
      return fmt::format("{:.0f} in all", r.count);
    case MetricKind::Histogram:
    case MetricKind::Timer:
      return fmt::format("p50 {:.2f}, max {:.2f}, {:.0f} in all", r.p50, r.max, r.count);
  }
  return "";
}

MetricCard card_of(const cluster::MetricsFold& metrics, const SeriesKey& key) {
  const MetricSpec& spec = cluster::spec_of(key.metric);
  const cluster::Reading reading = metrics.read(key);
  MetricCard card;
  card.key = key;
  card.name = key.tag.empty() ? spec.name : fmt::format("{} {}", spec.name, key.tag);
  card.bean = cluster::full_name(spec, key.tag);
  card.value = cluster::metric_words(spec, reading.value);
  card.more = more_words(spec, reading);
  card.kind = kind_words(spec);
  card.help = spec.meaning;
  if (spec.alert[0] != '\0') card.help += fmt::format("\nWhen it alarms: {}", spec.alert);
  add_history(metrics, spec, reading.value, &card);
  add_alert(metrics, spec, &card);
  return card;
}

void add_parts(const cluster::MetricsFold& metrics, MetricCard* card) {
  double total = 0;
  for (const auto& part : kParts) {
    const double ms = metrics.read({card->key.node, part.metric, card->key.tag}).mean;
    card->parts.push_back({part.words, ms, 0});
    total += ms;
  }
  for (MeanPart& part : card->parts) {
    if (total > 0) part.share = static_cast<float>(part.ms / total);
  }
}

void add_cards(const cluster::MetricsFold& metrics, MetricsView* view) {
  for (const SeriesKey& key : metrics.series()) {
    const MetricSpec& spec = cluster::spec_of(key.metric);
    if (key.node != view->owner) continue;
    // The parts of the request times are drawn within the whole.
    const bool times = spec.group == MetricGroup::RequestTimes;
    if (times && key.metric != Metric::TotalTimeMs) continue;
    const std::string title = to_string(spec.group);
    auto section = std::find_if(view->sections.begin(), view->sections.end(),
                                [&](const MetricSection& s) { return s.title == title; });
    if (section == view->sections.end()) {
      section = view->sections.insert(view->sections.end(), {title, {}});
    }
    section->cards.push_back(card_of(metrics, key));
    if (times) add_parts(metrics, &section->cards.back());
  }
}

void add_alerts(const cluster::Snapshot& snapshot, const cluster::MetricsFold& metrics,
                MetricsView* view) {
  std::vector<AlertLine> now, before;
  const auto& crossings = metrics.crossings();
  for (auto it = crossings.rbegin(); it != crossings.rend(); ++it) {
    const MetricSpec& spec = cluster::spec_of(it->key.metric);
    AlertLine line;
    line.when = format_instant(it->at);
    line.raised = it->raised;
    line.event = it->event;
    line.advice = it->raised ? spec.alert : "";
    line.now = it->raised && metrics.alarmed(it->key) && metrics.last_crossing(it->key) == &*it;
    line.text = fmt::format("{}: {} {} {} {}", owner_name(snapshot, it->key.node), spec.name,
                            it->raised ? "went" : "is no longer", beyond(spec.when),
                            limit_words(spec, metrics.threshold(spec.metric)));
    (line.now ? now : before).push_back(std::move(line));
  }
  view->wrong_now = now.size();
  view->alerts = std::move(now);
  for (AlertLine& line : before) {
    if (view->alerts.size() >= std::max(kAlertLines, view->wrong_now)) break;
    view->alerts.push_back(std::move(line));
  }
}

}  // namespace

MetricsView build_metrics_view(Machine& machine, std::int32_t owner) {
  const cluster::Snapshot& snapshot = machine.snapshot();
  const cluster::MetricsFold& metrics = machine.metrics();
  MetricsView view;
  for (const SeriesKey& key : metrics.series()) {
    if (view.owners.empty() || view.owners.back().node != key.node) {
      view.owners.push_back({key.node, owner_name(snapshot, key.node), 0});
    }
    if (metrics.alarmed(key)) ++view.owners.back().alerts;
  }
  const auto known = [&](std::int32_t node) {
    return std::any_of(view.owners.begin(), view.owners.end(),
                       [&](const MetricOwner& o) { return o.node == node; });
  };
  view.owner = owner;
  if (!known(owner)) view.owner = view.owners.size() > 1 ? view.owners[1].node : 0;
  add_cards(metrics, &view);
  add_alerts(snapshot, metrics, &view);
  return view;
}

}  // namespace kscope::viewer
