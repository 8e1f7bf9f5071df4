// GroupReplay: one rebalance, run twice: as it was, and with another assignor or protocol.
//
// Both runs begin at the beginning with the same seed and the same inputs; in the second one the
// group's consumers are started with another strategy. Both are followed until a while after the
// rebalance on the screen, and measured over the same stretch of time: how long partitions went
// unread, how many moved, which records were given to the application twice, and when the group was
// at rest for good.
//
// The runs are computed in slices, the changed one and the unchanged one in turn, so that the
// picture goes on and the progress of both can be shown.
//
// Invariant: figures are complete once done(); before that they are what has happened so far.
//
// Called by: model/group_desk. Drawn by: panels/group_replay. Read next: session/side_run.h
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "viewer/model/group_actions.h"
#include "viewer/model/group_picture.h"

namespace kscope::viewer {

struct GroupFigures {
  Duration unread{};          ///< partition-seconds
  std::int32_t stopped = 0;   ///< partitions that stood still at the same time, at most
  std::int32_t given_up = 0;  ///< how often a member stopped reading a partition for a rebalance
  std::int32_t moved = 0;     ///< partitions that changed hands
  std::int64_t repeated = 0;  ///< records given out twice
  std::int32_t rebalances = 0;
  std::optional<Duration> rest;  ///< from the beginning of the stretch; empty: not at rest
};
GroupFigures figures_of(const GroupPast& past, Instant from, Instant until);

/// One of the two runs.
struct GroupTrial {
  std::string title;  ///< "as it was: range"
  std::unique_ptr<SideRun> run;
  GroupHistory history;
  GroupFigures figures;
  ReadChart chart;
  std::vector<std::string> refused;
};

class GroupReplay {
 public:
  /// Null if the run cannot be repeated; `why_not` says why.
  static std::unique_ptr<GroupReplay> begin(const GroupScope& scope, const std::string& present,
                                            const GroupStrategy& strategy, std::string* why_not);

  /// Works until `enough` or done. Call it once a frame.
  void work(const std::function<bool()>& enough);
  bool done() const { return done_; }
  float progress() const;  ///< 0..1
  const GroupStrategy& strategy() const { return strategy_; }
  const GroupTrial& as_it_was() const { return trials_[0]; }
  const GroupTrial& changed() const { return trials_[1]; }
  Instant from() const { return from_; }
  Instant until() const { return until_; }
  /// What the comparison comes to, in a sentence.
  std::string verdict() const;

 private:
  GroupReplay() = default;
  void measure(GroupTrial& trial) const;

  std::string id_;
  GroupStrategy strategy_;
  GroupTrial trials_[2];
  Instant from_{}, until_{};
  bool done_ = false, measured_ = false;
};

}  // namespace kscope::viewer
