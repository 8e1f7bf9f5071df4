// B3: one vote an epoch, on disk before it is given.
//
// Kafka: KafkaRaftClient.handleVoteRequest, KAFKA-14077 (a vote that was not flushed can be given
// twice). That it is on disk is asked when the item is over, not between two of its events.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_persist(Check& check, const event::QuorumStatePersisted& e) {
  const VoterGhost& voter = check.voter();
  if (e.voted_for.value() < 0 || voter.vote_epoch != e.epoch) return;
  if (check.holds(voter.vote == e.voted_for)) return;
  check.violated(check.voter_name(), fmt::format("votes for {} and for {} in epoch {}",
                                                 voter.vote.value(), e.voted_for.value(), e.epoch));
}

void on_vote(Check& check, const event::VoteCast& e) {
  if (!e.granted) return;
  const VoterGhost& voter = check.voter();
  if (voter.persisted_epoch > e.epoch) return;  // it has moved on within the same item
  if (check.holds(voter.persisted_epoch == e.epoch && voter.persisted_vote == e.candidate)) return;
  check.violated(check.voter_name(),
                 fmt::format("gave its vote to {} in epoch {}, but on disk is the vote for {} in "
                             "epoch {}",
                             e.candidate.value(), e.epoch, voter.persisted_vote.value(),
                             voter.persisted_epoch));
}

}  // namespace

const Checker b3_one_vote{"B3",
                          "One vote",
                          "One vote an epoch, on disk before it is given.",
                          {before<on_persist>(), at_end<on_vote>()}};

}  // namespace kscope::sim
