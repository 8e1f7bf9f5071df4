#include "viewer/model/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

/// The smallest of 1, 2, 5 × 10^n that is at least `value`.
std::int64_t round_up_125(double value) {
  double power = std::pow(10.0, std::floor(std::log10(std::max(value, 1.0))));
  for (double factor : {1.0, 2.0, 5.0, 10.0}) {
    if (power * factor >= value * 0.9999) return static_cast<std::int64_t>(power * factor);
  }
  return static_cast<std::int64_t>(power * 10);
}

}  // namespace

/// Such a moment fills the lanes of a lab that has just begun.
constexpr std::int64_t kLeastWindow = 200'000;

TimeWindow whole_recording(Instant recorded_until) {
  const double until = static_cast<double>(to_micros(recorded_until));
  return {0, std::max<std::int64_t>(kLeastWindow, round_up_125(until * 1.08))};
}

TimeWindow zoom(const TimeWindow& window, double factor, double around) {
  constexpr double kSmallest = 2'000;  // two milliseconds: single frames apart
  const double span = std::max(kSmallest, window.span() * factor);
  const double fixed = static_cast<double>(window.from_us) + window.span() * around;
  TimeWindow out;
  out.from_us = std::max<std::int64_t>(0, static_cast<std::int64_t>(fixed - span * around));
  out.to_us = out.from_us + static_cast<std::int64_t>(span);
  return out;
}

std::int64_t axis_step(const TimeWindow& window, int labels) {
  return round_up_125(window.span() / std::max(labels, 1));
}

void TimelineModel::count(const std::vector<Mark>& marks, LaneBins& lane) const {
  if (lane.counted > marks.size()) lane = {};
  lane.bins.resize(static_cast<std::size_t>(width_));
  constexpr std::uint16_t kFull = std::numeric_limits<std::uint16_t>::max();
  for (; lane.counted < marks.size(); ++lane.counted) {
    const Mark& mark = marks[lane.counted];
    const double at = window_.position(mark.at_us);
    if (at < 0 || at >= 1) continue;
    Bin& bin = lane.bins[static_cast<std::size_t>(at * width_)];
    if (mark.weight == event::Weight::Drama && bin.drama == EventSeq()) bin.drama = mark.event;
    std::uint16_t& counter = mark.weight == event::Weight::Detail ? bin.details : bin.changes;
    if (counter < kFull) ++counter;
  }
}

namespace {

bool deserves_flag(const event::Event& event) {
  using namespace event;
  // At the start everything starts; a flag for each would say nothing.
  if (std::get_if<NodeStarted>(&event.body)) return event.at > at_micros(1000);
  return std::get_if<NodeCrashed>(&event.body) || std::get_if<NodeStopped>(&event.body) ||
         std::get_if<NodePaused>(&event.body) || std::get_if<NodeResumed>(&event.body) ||
         std::get_if<RaftLeaderElected>(&event.body) || std::get_if<LinkCut>(&event.body) ||
         std::get_if<LinkHealed>(&event.body) || std::get_if<PartitionLeaderChanged>(&event.body) ||
         std::get_if<LogTruncated>(&event.body) || std::get_if<BatchFailed>(&event.body) ||
         std::get_if<RebalanceStarted>(&event.body) ||
         std::get_if<GenerationStarted>(&event.body) || std::get_if<MemberRemoved>(&event.body) ||
         std::get_if<PollIntervalExceeded>(&event.body);
}

}  // namespace

void TimelineModel::collect_flags(Machine& machine, const EventIndex& index) {
  const auto& dramas = index.dramas();
  for (auto it = std::upper_bound(dramas.begin(), dramas.end(), flags_until_); it != dramas.end();
       ++it) {
    const event::Event& event = machine.event(*it);
    if (!deserves_flag(event)) continue;
    flags_.push_back(
        {*it, to_micros(event.at), flag_text(machine, *it), event::info_of(event.body).subject});
  }
  flags_until_ = index.consumed();
}

namespace {

template <class Key>
const std::vector<Stretch>* stretches_of(const std::map<Key, std::vector<Stretch>>& all,
                                         const Key& key) {
  const auto it = all.find(key);
  return it == all.end() ? nullptr : &it->second;
}

}  // namespace

void TimelineModel::add_log_lanes(const Machine& machine, const EventIndex& index,
                                  const LogOfInterest& log) {
  if (log.node < 0) return;
  for (const auto& [ref, stretches] : index.partitions()) {
    if (!(machine.names().name(ref) == log.partition)) continue;
    static const LogMarks kNothingYet;
    const LogMarks* marks = index.log_marks(log.node, ref);
    if (marks == nullptr) marks = &kNothingYet;
    LaneBins& counted = index_lanes_[{log.node, ref}];
    count(marks->index_entries, counted);
    Lane segments{LaneKind::Segments, log.partition.str() + " segments", log.node};
    segments.deeds = &marks->segments;
    view_.lanes.push_back(std::move(segments));
    Lane entries{LaneKind::IndexEntries, log.partition.str() + " index", log.node};
    entries.bins = &counted.bins;
    view_.lanes.push_back(std::move(entries));
  }
}

void TimelineModel::add_lane(const EventIndex& index, LaneKind kind, std::string label,
                             std::int32_t node, const std::vector<Stretch>* stretches) {
  Lane lane{kind, std::move(label), node, stretches};
  if (const auto marks = index.marks().find(node); marks != index.marks().end()) {
    LaneBins& counted = lanes_[node];
    count(marks->second, counted);
    lane.bins = &counted.bins;
  }
  if (kind == LaneKind::Client) lane.idle = stretches_of(index.idle(), node);
  view_.lanes.push_back(std::move(lane));
}

void TimelineModel::add_broker_lanes(Machine& machine, const EventIndex& index,
                                     const TopicPartition& partition) {
  add_lane(index, LaneKind::Controllers, "controllers", EventIndex::kControllers,
           &index.quorum_epochs());
  for (const auto& [ref, stretches] : index.partitions()) {
    if (partition.topic.empty() || machine.names().name(ref) != partition) continue;
    view_.lanes.push_back({LaneKind::PartitionLeader, partition.str() + " leader", -1, &stretches});
    view_.lanes.push_back({LaneKind::PartitionIsr, partition.str() + " ISR", -1, &stretches});
  }
  for (const cluster::NodeView& node : machine.snapshot().nodes) {
    add_lane(index, LaneKind::Broker, node.name, node.id, stretches_of(index.outages(), node.id));
  }
}

/// The groups, then the clients: members stand below their coordinator's lane.
void TimelineModel::add_group_lanes(Machine& machine, const EventIndex& index) {
  for (const auto& [group, marks] : index.group_marks()) {
    Lane lane{LaneKind::Group, "group " + machine.names().name(group)};
    lane.stretches = stretches_of(index.rebalances(), group);
    LaneBins& counted = group_lanes_[group];
    count(marks, counted);
    lane.bins = &counted.bins;
    view_.lanes.push_back(std::move(lane));
  }
  for (const cluster::ClientView& client : machine.snapshot().clients) {
    if (client.kind == cluster::ClientKind::Admin) continue;
    add_lane(index, LaneKind::Client, client.name, client.id,
             stretches_of(index.outages(), client.id));
  }
}

const TimelineView& TimelineModel::build(Machine& machine, const EventIndex& index,
                                         const TimeWindow& window, int bins,
                                         const TopicPartition& partition, const LogOfInterest& log,
                                         bool groups_first) {
  if (!(window == window_) || bins != width_) {
    lanes_.clear();
    index_lanes_.clear();
    group_lanes_.clear();
  }
  if (history_ != index.history()) {  // a fork: what was counted may never have happened
    lanes_.clear();
    index_lanes_.clear();
    group_lanes_.clear();
    flags_.clear();
    flags_until_ = EventSeq();
    history_ = index.history();
  }
  window_ = window;
  width_ = std::max(bins, 1);
  collect_flags(machine, index);
  view_ = TimelineView{window, {}, &flags_};
  add_log_lanes(machine, index, log);
  if (groups_first) add_group_lanes(machine, index);
  add_broker_lanes(machine, index, partition);
  if (!groups_first) add_group_lanes(machine, index);
  return view_;
}

}  // namespace kscope::viewer
