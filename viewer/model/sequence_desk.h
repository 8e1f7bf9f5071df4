// SequenceDesk: what the screen "Sequence" shows, and what was chosen on it.
//
// Keeps a window of time around the present moment and the filters, and builds the view again
// when one of them changed or the cluster moved on. The window stays where it is while the present
// lies well inside it, so that a click on a message does not make the picture jump.
//
// Invariant: the view holds the present moment, unless filters leave nothing before it.
//
// Owned by: panels/ui.h. Drawn by: panels/sequence_panel. Read next: model/sequence.h
#pragma once

#include <array>
#include <string>
#include <vector>

#include "viewer/model/sequence.h"

namespace kscope::viewer {

class SequenceDesk {
 public:
  /// Lengths of the window, in the order of their buttons.
  static constexpr std::array<Duration, 5> kLengths{millis(100), millis(500), seconds(2),
                                                    seconds(10), seconds(60)};

  /// Brings everything up to date with the machine. While the cluster runs, a few times a second.
  void refresh(Machine& machine, const EventIndex& index, std::uint64_t version, bool running);
  const SequenceView& view() const { return view_; }
  /// Grows whenever view() is another one.
  std::uint64_t generation() const { return generation_; }

  // ---- what was chosen
  std::size_t length = 2;  ///< of kLengths
  std::set<std::string> apis;
  std::int32_t node = -1;
  TopicPartition partition;
  NoteLevel notes = NoteLevel::Changes;
  bool fold = true;
  void toggle_api(const std::string& api);
  void toggle_node(std::int32_t wanted) { node = node == wanted ? -1 : wanted; }
  void toggle_partition(const TopicPartition& wanted);
  bool filtered() const { return !apis.empty() || node >= 0 || !partition.topic.empty(); }
  void clear_filters();

  // ---- what there is to choose from
  const std::vector<std::string>& known_apis() const { return known_apis_; }
  const std::vector<TopicPartition>& known_partitions() const { return known_partitions_; }

  /// Row of the last thing that happened at or before the present; -1: all of it lies ahead.
  std::ptrdiff_t present_row(Instant now) const;
  std::string export_note;  ///< what became of the last export

 private:
  SequenceQuery query(const Machine& machine);
  void move_window(const Machine& machine);
  Instant begin_with_room(const Machine& machine, Instant from) const;

  SequenceQuery asked_;
  SequenceView view_;
  PhaseIndex phases_;
  std::vector<std::string> known_apis_;
  std::vector<TopicPartition> known_partitions_;
  Instant from_{}, until_{};
  std::size_t window_length_ = SIZE_MAX;
  std::uint64_t version_ = 0, generation_ = 0;
  int refreshed_ago_ = 0;
};

}  // namespace kscope::viewer
