// Rules: the groups of checkers, and what they share while one item is looked at.
//
// Each group is a class with an on() for the events that it cares about; everything else falls into
// the catch-all at compile time. The order of the groups in kGroups (invariants.cc) is the order in
// which the ghost is written: logs first, then the controller's word, then what follows from both.
//
// Read next: any of the groups
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/snapshot.h"
#include "engine/sim/invariants/checked_cluster.h"
#include "engine/sim/invariants/ghost.h"

namespace kscope::sim {

/// The item under the glass.
struct Check {
  Ghost& ghost;
  const CheckedCluster& engine;
  std::vector<cluster::Violation>& violations;
  const event::Event* event = nullptr;  ///< the one being looked at

  NodeId node() const { return event->node; }
  /// Reported once for each invariant and subject.
  void violated(const char* id, const std::string& subject, const std::string& what);
  bool is_metadata(PartitionRef partition);
  PartitionGhost& partition(PartitionRef ref) { return ghost.partitions[ref]; }
  std::string name(PartitionRef ref) const { return engine.names().name(ref).str(); }
  std::string where(NodeId node, PartitionRef ref) const;
  /// The log that a storage event is about; nullptr if it is of a topic that was deleted.
  LogGhost* log_of(PartitionRef ref);
  /// The rule is switched off (or wrong) for a test of the tests.
  bool broken(const char* id) const { return ghost.broken_rule == id; }
};

/// True while the process runs, serves, and its disk works: what A3 and A4 call RUNNING.
bool is_serving(const Ghost& ghost, NodeId node);
/// Opens one unless it is open already.
void open_loss_window(Check& check, PartitionGhost& partition);
/// Over budget: everyone who is in sync has lost power and may lack records.
void note_lossy_members(Check& check, PartitionGhost& partition);
/// True if both are the same batch; below what was cleaned one may have fewer records left.
bool same_batch(const LogGhost& log, const BatchId& a, const BatchId& b);
/// Compares the copy's batches below `high_watermark` with the committed ones, from where it was
/// compared last; `extends`: what is not committed yet becomes so.
void compare_with_committed(Check& check, LogGhost& log, NodeId node, PartitionRef ref,
                            std::int64_t high_watermark, bool extends, const char* id);
/// A4 for every member of the ISR.
void check_members(Check& check, PartitionRef ref, PartitionGhost& partition);

class LogMatchingRules {
 public:
  explicit LogMatchingRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::BatchAppended& e);
  void on(const event::LeaderEpochStarted& e);
  void on(const event::SegmentRolled& e);
  void on(const event::LogTruncated& e);
  void on(const event::LogStartAdvanced& e);
  void on(const event::LogDeleted& e);
  void on(const event::CleanStarted& e);
  void on(const event::SegmentsSwapped& e);

 private:
  void check_identity(LogGhost& log, const BatchId& batch, PartitionRef ref);
  Check& check_;
};

class RecoveryRules {
 public:
  explicit RecoveryRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::NodeStarted& e);
  void on(const event::NodeStopped& e);
  void on(const event::NodeCrashed& e);
  void on(const event::BitFlipped& e);
  void on(const event::DiskFaultChanged& e);
  void on(const event::LogDirFailed& e);
  void on(const event::LogOpened& e);
  void on(const event::LogFlushed& e);
  void on(const event::BatchAppended& e);

 private:
  void end_process();
  void check_recovered(const LogGhost& log, const CopyGhost& before, const ScannedLog& now,
                       PartitionRef ref);
  Check& check_;
};

class ControlRules {
 public:
  explicit ControlRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::BrokerRegistered& e);
  void on(const event::BrokerFenced& e);
  void on(const event::BrokerUnfenced& e);
  void on(const event::TopicCreated& e);
  void on(const event::TopicDeleted& e);
  void on(const event::PartitionChanged& e);
  void on(const event::PartitionLeaderChanged& e);
  void on(const event::EligibleLeadersChanged& e);
  /// C2, which a decision of several records may break and mend within one item.
  static void at_end(Check& check, const event::Event& last);

 private:
  Check& check_;
};

class WatermarkRules {
 public:
  explicit WatermarkRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::HighWatermarkAdvanced& e);
  void on(const event::HighWatermarkSet& e);
  void on(const event::LogTruncated& e);

 private:
  void check_leader_advance(PartitionGhost& p, BeliefGhost& belief,
                            const event::HighWatermarkAdvanced& e);
  void check_in_sync_copies(PartitionGhost& p, const BeliefGhost& belief,
                            const event::HighWatermarkAdvanced& e);
  Check& check_;
};

class MembershipRules {
 public:
  explicit MembershipRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::BecameFollower& e);
  void on(const event::ReplicaStopped& e);
  void on(const event::IsrChangeRequested& e);
  void on(const event::IsrUpdated& e);
  void on(const event::IsrChangeFailed& e);
  void on(const event::PartitionChanged& e);

 private:
  void check_superset(PartitionRef ref, PartitionGhost& p);
  Check& check_;
};

class DurabilityRules {
 public:
  explicit DurabilityRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::BecameLeader& e);
  void on(const event::BrokerStateChanged& e);
  void on(const event::BatchAcked& e);
  void on(const event::RecordsConsumed& e);
  void on(const event::PositionChanged& e);

  /// A4 after a decision: whether it was unclean is told after what it decided.
  static void at_end(Check& check, const event::Event& event);

 private:
  Check& check_;
};

class QuorumRules {
 public:
  explicit QuorumRules(Check& check) : check_(check) {}
  template <class Other>
  void on(const Other&) {}
  void on(const event::NodeStarted& e);
  void on(const event::QuorumStatePersisted& e);
  void on(const event::RaftRoleChanged& e);
  void on(const event::RaftLeaderElected& e);
  void on(const event::RaftHighWatermarkAdvanced& e);
  /// B2 and B3 hold when the item is over, not between two of its events.
  static void at_end(Check& check, const event::Event& event);

 private:
  void note_leader(std::int32_t epoch, NodeId leader);
  Check& check_;
};

}  // namespace kscope::sim
