#include "engine/sim/invariants/invariants.h"

#include <fmt/core.h>

#include "engine/sim/invariants/quorum_promises.h"
#include "engine/sim/invariants/rules.h"

namespace kscope::sim {

void Check::violated(const char* id, const std::string& subject, const std::string& what) {
  if (!ghost.reported.insert(fmt::format("{} {}", id, subject)).second) return;
  violations.push_back({id, fmt::format("{}: {}", subject, what), event->seq, event->at});
}

bool Check::is_metadata(PartitionRef ref) {
  if (!ghost.metadata_topic && engine.names().name(ref.topic) == kClusterMetadataTopic)
    ghost.metadata_topic = ref.topic;
  return ghost.metadata_topic == ref.topic;
}

std::string Check::where(NodeId node, PartitionRef ref) const {
  return fmt::format("{} on broker {}", name(ref), node.value());
}

LogGhost* Check::log_of(PartitionRef ref) {
  if (is_metadata(ref)) return &ghost.quorum_log;
  PartitionGhost& p = partition(ref);
  return p.deleted ? nullptr : &p.log;
}

bool is_serving(const Ghost& ghost, NodeId node) {
  const auto it = ghost.nodes.find(node);
  return it != ghost.nodes.end() && it->second.alive && it->second.serving &&
         !it->second.dir_failed;
}

void Invariants::after_item(const CheckedCluster& engine, const std::vector<event::Event>& fresh,
                            std::vector<cluster::Violation>& violations) {
  Check check{ghost_, engine, violations, nullptr};
  LogMatchingRules logs(check);
  RecoveryRules recovery(check);
  ControlRules control(check);
  WatermarkRules watermarks(check);
  MembershipRules membership(check);
  DurabilityRules durability(check);
  QuorumRules quorum(check);
  SnapshotRules snapshots(check);
  ActiveNeverLoadsRules never_loads(check);
  VoterChangeRules voter_changes(check);
  for (const event::Event& event : fresh) {
    check.event = &event;
    std::visit(
        [&](const auto& body) {
          recovery.on(body);
          logs.on(body);
          control.on(body);
          membership.on(body);
          watermarks.on(body);
          durability.on(body);
          quorum.on(body);
          snapshots.on(body);
          never_loads.on(body);
          voter_changes.on(body);
        },
        event.body);
  }
  for (const event::Event& event : fresh) {
    check.event = &event;
    ControlRules::at_end(check, event);
    DurabilityRules::at_end(check, event);
    QuorumRules::at_end(check, event);
  }
}

const std::vector<InvariantInfo>& invariant_table() {
  static const std::vector<InvariantInfo> table = {
      {"A1", "Log matching", "Below their high watermarks, two replicas hold the same batches."},
      {"A2", "One batch",
       "An epoch and an offset name one batch, on all replicas and for all time."},
      {"A3", "Leader completeness", "A leader made by the controller holds everything committed."},
      {"A4", "Candidate completeness", "So does every running member of the ISR."},
      {"A5", "Quorum superset", "What a leader counts as in sync contains the controller's ISR."},
      {"A6", "Strong ISR", "What any leader believes committed is on every member of the ISR."},
      {"A7", "Consistent reads", "Nothing is consumed that is not committed."},
      {"A8", "High watermark",
       "HW <= LEO; it only rises, never beyond the slowest in-sync copy, "
       "and not while fewer than min.insync.replicas are in sync."},
      {"A9", "Joining the ISR", "Only a follower that has reached HW and epoch start may join."},
      {"A11", "Truncation",
       "Leaders never truncate; in-sync followers never below the commit point."},
      {"A12", "Epoch cache", "Leader epochs and their start offsets strictly increase."},
      {"B1", "One leader", "At most one quorum leader in an epoch."},
      {"B2", "Persisted epoch", "The epoch on disk never falls and equals the one in memory."},
      {"B3", "One vote", "One vote an epoch, on disk before it is given."},
      {"B4", "Quorum high watermark", "A member's commit point never falls."},
      {"B5", "Majority", "A majority holds everything the leader calls committed."},
      {"B6", "Own epoch first", "A leader commits nothing before a record of its own epoch."},
      {"B7", "Agreement", "The committed metadata is one sequence of batches."},
      {"B8", "Snapshot at the log's start",
       "A metadata log that does not begin at 0 begins where a snapshot ends."},
      {"B9", "The active one never loads", "An active controller never loads a snapshot."},
      {"B10", "One change at a time",
       "The voters change by one, and only when the change before is committed."},
      {"C1", "Broker epochs", "Every registration of a broker gets a larger broker epoch."},
      {"C2", "Fenced brokers", "A fenced broker is in no ISR, unless it is the last one there."},
      {"C3", "Leader in ISR", "A leader is a member of the ISR, and the ISR is never empty."},
      {"C4", "Epochs count",
       "Every change of a partition raises its epoch; a new leader, its leader "
       "epoch."},
      {"C5", "ISR of replicas", "Only replicas, and registered brokers, are in the ISR."},
      {"F1", "Recovery",
       "After a crash a log is a prefix of what it was, and has all that was flushed."},
      {"F4", "Recovery point", "What is called flushed is in the log."},
      {"F6", "Corruption", "A batch with a wrong CRC is never appended."},
      {"F8", "Failed disk", "Nothing is appended after the log directory failed."},
      {"G1", "Lost writes", "What was acknowledged with acks=all is committed."},
      {"G7", "Polls", "A consumer gets every offset once, in order, until it seeks."},
      {"K1", "Compaction", "Cleaning takes records away; it moves, changes or adds none."},
  };
  return table;
}

}  // namespace kscope::sim
