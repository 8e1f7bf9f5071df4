// The ghost of the quorum: what each voter has on disk, who leads, what is committed.
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_start(Check& check, const event::NodeStarted&) {
  check.voter().high_watermark = 0;
  check.voter().leader = false;
}

void on_persist(Check& check, const event::QuorumStatePersisted& e) {
  VoterGhost& voter = check.voter();
  voter.persisted_epoch = e.epoch;
  voter.persisted_vote = e.voted_for;
  if (e.voted_for.value() < 0) return;
  voter.vote_epoch = e.epoch;
  voter.vote = e.voted_for;
}

void on_role(Check& check, const event::RaftRoleChanged& e) {
  if (e.to != event::RaftRole::Leader) check.voter().leader = false;
}

void on_elected(Check& check, const event::RaftLeaderElected& e) {
  check.voter().leader = true;
  check.voter().epoch_start = e.epoch_start.value();
}

void on_advance(Check& check, const event::RaftHighWatermarkAdvanced& e) {
  check.voter().high_watermark = e.to.value();
  extend_committed(check.ghost.quorum_log, check.node(), e.to.value());
}

}  // namespace

const Recorder quorum_ghost{{record<on_start>(), record<on_persist>(), record<on_role>(),
                             record<on_elected>(), record<on_advance>()}};

}  // namespace kscope::sim
