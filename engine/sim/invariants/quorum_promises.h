// B8 to B10: what the quorum promises about snapshots and about its set of voters. One file each;
// what they remember of a member is MemberGhost.
//
// Read next: b8_snapshot_at_log_start.cc, b9_active_never_loads.cc, b10_one_change_at_a_time.cc
#pragma once

#include "engine/sim/invariants/rules.h"

namespace kscope::sim {

/// B8: what is gone from the log is in a snapshot.
class SnapshotRules {
 public:
  explicit SnapshotRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::SnapshotGenerated& e);
  void on(const event::SnapshotPieceFetched& e);
  void on(const event::SnapshotInstalled& e);
  void on(const event::LogOpened& e);
  void on(const event::LogStartAdvanced& e);
  void on(const event::SnapshotDeleted& e);

 private:
  MemberGhost& member() { return check_.ghost.members[check_.node()]; }
  Check& check_;
};

/// B9: whoever leads has the whole log, or it could not have been elected.
class ActiveNeverLoadsRules {
 public:
  explicit ActiveNeverLoadsRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::NodeStarted& e);
  void on(const event::ControllerActivated& e);
  void on(const event::ControllerDeactivated& e);
  void on(const event::SnapshotInstalled& e);
  void on(const event::SnapshotLoaded& e);

 private:
  void check_inactive(const char* what, Offset end);
  Check& check_;
};

/// B10: the set of voters changes by one, and only when the change before is committed.
class VoterChangeRules {
 public:
  explicit VoterChangeRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::VoterSetChanged& e);

 private:
  Check& check_;
};

}  // namespace kscope::sim
