// B1-B7: KRaft. The properties are those of Kafka's RaftEventSimulationTest (SingleLeader,
// MonotonicEpoch, MonotonicHighWatermark, MajorityReachedHighWatermark, ConsistentCommittedData).
#include <fmt/core.h>

#include "engine/sim/invariants/rules.h"

namespace kscope::sim {
namespace {

std::string voter_name(NodeId node) { return fmt::format("controller {}", node.value()); }

}  // namespace

void QuorumRules::on(const event::NodeStarted&) {
  VoterGhost& voter = check_.ghost.voters[check_.node()];
  voter.high_watermark = 0;
  voter.leader = false;
}

void QuorumRules::note_leader(std::int32_t epoch, NodeId leader) {
  const auto [known, fresh] = check_.ghost.quorum_leaders.try_emplace(epoch, leader);
  if (!fresh && known->second != leader && !check_.broken("B1"))
    check_.violated("B1", fmt::format("epoch {}", epoch),
                    fmt::format("led by controller {} and by controller {}", known->second.value(),
                                leader.value()));
}

void QuorumRules::on(const event::QuorumStatePersisted& e) {
  VoterGhost& voter = check_.ghost.voters[check_.node()];
  if (e.epoch < voter.persisted_epoch)
    check_.violated("B2", voter_name(check_.node()),
                    fmt::format("persists epoch {} after {}", e.epoch, voter.persisted_epoch));
  voter.persisted_epoch = e.epoch;
  voter.persisted_vote = e.voted_for;
  if (e.leader.value() >= 0) note_leader(e.epoch, e.leader);
  if (e.voted_for.value() < 0) return;
  if (voter.vote_epoch == e.epoch && voter.vote != e.voted_for)
    check_.violated("B3", voter_name(check_.node()),
                    fmt::format("votes for {} and for {} in epoch {}", voter.vote.value(),
                                e.voted_for.value(), e.epoch));
  voter.vote_epoch = e.epoch;
  voter.vote = e.voted_for;
}

void QuorumRules::on(const event::RaftRoleChanged& e) {
  if (e.to != event::RaftRole::Leader) check_.ghost.voters[check_.node()].leader = false;
}

void QuorumRules::on(const event::RaftLeaderElected& e) {
  note_leader(e.epoch, check_.node());
  VoterGhost& voter = check_.ghost.voters[check_.node()];
  voter.leader = true;
  voter.epoch_start = e.epoch_start.value();
}

void QuorumRules::on(const event::RaftHighWatermarkAdvanced& e) {
  VoterGhost& voter = check_.ghost.voters[check_.node()];
  LogGhost& log = check_.ghost.quorum_log;
  const std::int64_t to = e.to.value();
  if (to < voter.high_watermark || e.to <= e.from)
    check_.violated("B4", voter_name(check_.node()),
                    fmt::format("high watermark goes {} -> {}, was {}", e.from.value(), to,
                                voter.high_watermark));
  voter.high_watermark = to;
  if (voter.leader) {
    const std::vector<NodeId> voters = check_.engine.voters();
    std::size_t reached = 0;
    for (NodeId v : voters) {
      const auto copy = log.copies.find(v);
      reached += copy != log.copies.end() && copy->second.end >= to;
    }
    if (reached * 2 <= voters.size() && !check_.broken("B5"))
      check_.violated("B5", voter_name(check_.node()),
                      fmt::format("{} is committed, but only {} of {} voters hold it", to, reached,
                                  voters.size()));
    if (to <= voter.epoch_start)
      check_.violated("B6", voter_name(check_.node()),
                      fmt::format("commits up to {} before its epoch's first record at {}", to,
                                  voter.epoch_start));
  }
  const PartitionRef metadata{check_.ghost.metadata_topic.value_or(NameRef(0)), 0};
  compare_with_committed(check_, log, check_.node(), metadata, to, true, "B7");
}

void QuorumRules::at_end(Check& check, const event::Event& event) {
  if (const auto* cast = std::get_if<event::VoteCast>(&event.body)) {
    const VoterGhost& voter = check.ghost.voters[event.node];
    if (cast->granted && voter.persisted_epoch == cast->epoch &&
        voter.persisted_vote != cast->candidate && !check.broken("B3"))
      check.violated(
          "B3", voter_name(event.node),
          fmt::format("gave its vote to {} in epoch {}, but {} is on disk", cast->candidate.value(),
                      cast->epoch, voter.persisted_vote.value()));
    if (cast->granted && voter.persisted_epoch < cast->epoch)
      check.violated("B3", voter_name(event.node), "gave a vote that is not on disk");
  }
  if (!std::holds_alternative<event::RaftRoleChanged>(event.body)) return;
  const auto memory = check.engine.quorum_epoch(event.node);
  const std::int32_t persisted = check.ghost.voters[event.node].persisted_epoch;
  if (memory && *memory != persisted && persisted >= 0 && !check.broken("B2"))
    check.violated("B2", voter_name(event.node),
                   fmt::format("is in epoch {}, but epoch {} is on disk", *memory, persisted));
}

}  // namespace kscope::sim
