// LogDesk: what the screen "Log & index" shows, and where its look-up stands.
//
// Chooses the log, asks the question again whenever the cluster has moved on (the answer is always
// that of the moment shown), plays the answer step by step, and keeps the comparison of before and
// after. Plain data and small verbs, so that the screen's behaviour is tested without a screen.
//
// Invariants: 0 <= step() < steps() while there are steps; the look-up belongs to version().
//
// Owned by: panels/ui.h. Drawn by: panels/log_*. Read next: model/lookup.h, model/log_census.h
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "viewer/model/cost_meter.h"
#include "viewer/model/log_census.h"
#include "viewer/model/log_view.h"
#include "viewer/model/lookup.h"
#include "viewer/model/upkeep_view.h"

namespace kscope::viewer {

enum class LogPage : std::uint8_t { Lookup, History };

class LogDesk {
 public:
  /// Brings everything up to date with the machine. `version`: of the session. While the cluster
  /// runs, a few times a second will do.
  void refresh(Machine& machine, const EventIndex& index, std::uint64_t version, bool running);

  // ---- which log
  std::int32_t node() const { return node_; }
  const TopicPartition& partition() const { return partition_; }
  void choose(std::int32_t node, const TopicPartition& partition);
  const LogView& log() const { return log_; }
  const std::vector<FileRow>& tree() const { return tree_; }
  const std::vector<std::int32_t>& nodes() const { return nodes_; }

  // ---- the question
  bool by_time() const { return by_time_; }
  void set_by_time(bool by_time);
  std::string text;     ///< what is written in the field
  std::string problem;  ///< why that is no question; empty: it is one
  /// Asks what `text` says, from the first step on.
  void ask();
  /// Asks this; the picture begins with the whole answer.
  void ask(const LookupQuestion& question);
  bool asked() const { return asked_; }
  const Lookup& lookup() const { return lookup_; }

  // ---- its steps
  std::int32_t step() const { return step_; }
  std::int32_t steps() const { return static_cast<std::int32_t>(lookup_.steps.size()); }
  /// Null if there are none.
  const LookupStep* current() const;
  bool playing() const { return playing_; }
  void toggle_play();
  void go_to(std::int32_t step);  ///< clamped; stops playing
  /// Lets a person's time pass.
  void advance(double seconds);
  /// The batch whose bytes belong to the present step.
  const Dissection& batch_shown() const { return batch_shown_; }
  std::int32_t batch_number() const { return batch_number_; }

  // ---- retention and cleaning, before and after
  LogPage page = LogPage::Lookup;
  bool page_chosen = false;  ///< by a person; otherwise the desk turns to the page that says more
  void compare(EventSeq event) { wanted_event_ = event; }
  EventSeq compared() const { return census_.event; }
  const LogCensus& census() const { return census_; }
  const UpkeepView& upkeep() const { return upkeep_; }

  // ---- cost as the log grows
  std::unique_ptr<CostMeter> cost;  ///< null: not started

 private:
  bool must_choose(const Machine& machine) const;
  void choose_something(Machine& machine);
  void choose_page();
  void ask_something();
  void refresh_lookup(Machine& machine, bool at_end);
  void refresh_batch(const Machine& machine);
  void refresh_census(const Machine& machine);

  std::int32_t node_ = -1;
  TopicPartition partition_;
  std::vector<std::int32_t> nodes_;
  LogView log_;
  std::vector<FileRow> tree_;
  FileSizes sizes_, sizes_before_;
  std::int32_t sizes_node_ = -1;
  bool turned_page_ = false;  // by the desk itself
  bool chosen_ = false;  // by a person; otherwise the desk looks for a log itself
  bool by_time_ = false;
  bool asked_ = false;    // by a person; otherwise the desk asks something itself
  bool fresh_ = false;    // the question is new
  bool show_all_ = true;  // a new question begins with its answer
  LookupQuestion question_;
  Lookup lookup_;
  std::int32_t step_ = 0;
  bool playing_ = false;
  double since_step_ = 0;
  Dissection batch_shown_;
  std::int32_t batch_number_ = -1;
  EventSeq wanted_event_;
  LogCensus census_;
  UpkeepView upkeep_;
  std::uint64_t census_version_ = 0;
  std::uint64_t version_ = 0;
  int refreshed_ago_ = 0;
};

/// Slots of an index that are drawn when at most `room` fit: the answer, what the search compared,
/// and their neighbours. Rising; jumps are gaps.
std::vector<std::int32_t> slots_to_show(const SearchedIndex& index, std::int32_t room);
/// The same for a row of `count` things around `focus`: the first and the last are always there.
std::vector<std::int32_t> window_around(std::int32_t count, std::int32_t focus, std::int32_t room);

}  // namespace kscope::viewer
