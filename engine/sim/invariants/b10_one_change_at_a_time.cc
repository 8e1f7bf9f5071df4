// B10: the leader changes the set of voters by one voter at a time, and not before the change
// before is committed.
//
// Two majorities of sets that differ by one voter always have a voter in common; of sets that
// differ by two they need not. Kafka: AddVoterHandler, RemoveVoterHandler (KIP-853); KAFKA-16580.
#include <fmt/core.h>

#include "engine/sim/invariants/quorum_promises.h"

namespace kscope::sim {
namespace {

std::size_t differences(const NodeList& a, const NodeList& b) {
  std::size_t n = 0;
  for (const NodeId node : a.nodes()) n += b.contains(node) ? 0 : 1;
  for (const NodeId node : b.nodes()) n += a.contains(node) ? 0 : 1;
  return n;
}

}  // namespace

void VoterChangeRules::on(const event::VoterSetChanged& e) {
  MemberGhost& member = check_.ghost.members[check_.node()];
  const NodeList before = std::exchange(member.voters, e.voters);
  const std::int64_t before_at = std::exchange(member.voters_at, e.at.value());
  const VoterGhost& voter = check_.ghost.voters[check_.node()];
  // Followers take over what they are sent, several at once if they were away.
  if (!voter.leader || before.empty()) return;
  const std::string subject = fmt::format("controller {}", check_.node().value());
  if (differences(before, e.voters) > 1) {
    check_.violated("B10", subject,
                    fmt::format("changes the voters {} to {}", before.str(), e.voters.str()));
  } else if (before_at >= voter.high_watermark && before_at > 0 && e.at.value() > before_at) {
    check_.violated("B10", subject,
                    fmt::format("changes the voters at {} while the change at {} is not committed",
                                e.at.value(), before_at));
  }
}

}  // namespace kscope::sim
