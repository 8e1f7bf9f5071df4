#include "engine/sim/invariants/list.h"

namespace kscope::sim {

const std::vector<const Checker*>& all_checkers() {
  static const std::vector<const Checker*> list = {
      &a1_log_matching,
      &a2_one_batch,
      &a3_leader_completeness,
      &a4_candidate_completeness,
      &a5_quorum_superset,
      &a6_strong_isr,
      &a7_consistent_reads,
      &a8_high_watermark,
      &a9_joining_the_isr,
      &a11_truncation,
      &a12_epoch_cache,
      &b1_one_leader,
      &b2_persisted_epoch,
      &b3_one_vote,
      &b4_quorum_high_watermark,
      &b5_majority,
      &b6_own_epoch_first,
      &b7_agreement,
      &b8_snapshot_at_log_start,
      &b9_active_never_loads,
      &b10_one_change_at_a_time,
      &b11_legal_roles,
      &c1_broker_epochs,
      &c2_fenced_brokers,
      &c3_leader_in_isr,
      &c4_epochs_count,
      &c5_isr_of_replicas,
      &c6_eligible_leaders,
      &c7_metadata_prefix,
      &d1_generations_grow,
      &d2_one_owner,
      &d3_target_assignment,
      &d4_member_epochs,
      &d5_stable_groups,
      &d6_book_of_owners,
      &d7_fenced_commits,
      &d8_static_members,
      &d9_group_records,
      &f1_recovery,
      &f3_epochs_of_the_log,
      &f4_recovery_point,
      &f5_clean_shutdown,
      &f6_corruption,
      &f7_remembered_vote,
      &f8_failed_disk,
      &g1_lost_writes,
      &g7_polls,
      &g9_truncated_consumers,
      &k1_compaction,
  };
  return list;
}

// Logs first, then the controller's word, then what follows from both.
const std::vector<const Recorder*>& all_recorders() {
  static const std::vector<const Recorder*> list = {
      &machines_ghost, &logs_ghost,    &compaction_ghost, &controller_ghost, &beliefs_ghost,
      &quorum_ghost,   &clients_ghost, &groups_ghost,     &members_ghost,    &group_consumers_ghost,
  };
  return list;
}

}  // namespace kscope::sim
