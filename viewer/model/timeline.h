// The timeline: the whole recording painted on lanes.
//
// Lanes are the controllers, the brokers, the groups, the clients, and for one partition its leader
// and its ISR. A lane is painted with what mattered (down time, epochs, sets) and sprinkled with
// ticks for what happened; the few dramatic events also get a flag with words. Thousands of events
// share a pixel, so ticks are counted into bins once and only grow.
//
// Invariant: bins cover marks [0, counted) of their lane for the current window; any other change
// of window or of the past rebuilds them.
//
// Called by: app/models. Drawn by: panels/timeline_panel. Read next: model/event_index.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "viewer/model/event_index.h"
#include "viewer/model/target.h"

namespace kscope::viewer {

struct TimeWindow {
  std::int64_t from_us = 0, to_us = 10'000'000;
  double span() const { return static_cast<double>(to_us - from_us); }
  /// 0..1 inside the window.
  double position(std::int64_t at_us) const {
    return static_cast<double>(at_us - from_us) / span();
  }
  bool operator==(const TimeWindow&) const = default;
};

/// A window over everything recorded, of a round length, with room ahead.
TimeWindow whole_recording(Instant recorded_until);
/// Zooms by `factor` around a point in 0..1, never beyond the beginning.
TimeWindow zoom(const TimeWindow& window, double factor, double around);
/// Distance between the labels of the axis: 1, 2 or 5 times a power of ten, at most `labels` of
/// them.
std::int64_t axis_step(const TimeWindow& window, int labels);

enum class LaneKind : std::uint8_t {
  Controllers,
  Broker,
  Client,
  PartitionLeader,
  PartitionIsr,
  Segments,      ///< of one replica's log: rolled, deleted, cleaned
  IndexEntries,  ///< of the same log
  Group,         ///< a consumer group: its rebalances, and what its coordinator tells
};

/// The log that the screen is about: its segments get lanes of their own.
struct LogOfInterest {
  std::int32_t node = -1;  ///< -1: none
  TopicPartition partition;
};

struct Bin {
  std::uint16_t details = 0, changes = 0;
  EventSeq drama;  ///< first dramatic event in it; 0: none
};

struct Lane {
  LaneKind kind{};
  std::string label;
  std::int32_t node = -1;
  const std::vector<Stretch>* stretches = nullptr;  ///< paint; may be null
  const std::vector<Bin>* bins = nullptr;           ///< ticks; may be null
  const std::vector<SegmentMark>* deeds = nullptr;  ///< glyphs; may be null
  const std::vector<Stretch>* idle = nullptr;       ///< of a consumer; may be null
};

struct Flag {
  EventSeq event;
  std::int64_t at_us = 0;
  std::string text;
  event::Subject subject{};
};

struct TimelineView {
  TimeWindow window;
  std::vector<Lane> lanes;
  const std::vector<Flag>* flags = nullptr;
};

class TimelineModel {
 public:
  /// `bins`: pixels of the lanes; `partition`: whose leader and ISR are painted (may be empty);
  /// `groups_first`: groups and clients stand above the brokers.
  const TimelineView& build(Machine& machine, const EventIndex& index, const TimeWindow& window,
                            int bins, const TopicPartition& partition,
                            const LogOfInterest& log = {}, bool groups_first = false);

 private:
  struct LaneBins {
    std::size_t counted = 0;
    std::vector<Bin> bins;
  };
  void count(const std::vector<Mark>& marks, LaneBins& lane) const;
  void add_lane(const EventIndex& index, LaneKind kind, std::string label, std::int32_t node,
                const std::vector<Stretch>* stretches);
  void add_broker_lanes(Machine& machine, const EventIndex& index, const TopicPartition& partition);
  void add_group_lanes(Machine& machine, const EventIndex& index);
  void add_log_lanes(const Machine& machine, const EventIndex& index, const LogOfInterest& log);
  void collect_flags(Machine& machine, const EventIndex& index);

  TimeWindow window_;
  int width_ = 0;
  std::map<std::int32_t, LaneBins> lanes_;
  std::map<std::pair<std::int32_t, PartitionRef>, LaneBins> index_lanes_;
  std::map<NameRef, LaneBins> group_lanes_;
  std::vector<Flag> flags_;
  EventSeq flags_until_;
  std::uint64_t history_ = 0;
  TimelineView view_;
};

}  // namespace kscope::viewer
