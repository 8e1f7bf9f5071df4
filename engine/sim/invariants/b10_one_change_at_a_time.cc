// B10: the leader changes the set of voters by one voter at a time, and not before the change
// before is committed.
//
// Two majorities of sets that differ by one voter always have a voter in common; of sets that
// differ by two they need not. Kafka: AddVoterHandler, RemoveVoterHandler (KIP-853); KAFKA-16580.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

std::size_t differences(const NodeList& a, const NodeList& b) {
  std::size_t n = 0;
  for (const NodeId node : a.nodes()) n += b.contains(node) ? 0 : 1;
  for (const NodeId node : b.nodes()) n += a.contains(node) ? 0 : 1;
  return n;
}

void on_change(Check& check, const event::VoterSetChanged& e) {
  MemberGhost& member = check.ghost.members[check.node()];
  const NodeList before = std::exchange(member.voters, e.voters);
  const std::int64_t before_at = std::exchange(member.voters_at, e.at.value());
  // Followers take over what they are sent, several at once if they were away.
  if (!check.voter().leader || before.empty()) return;
  if (!check.holds(differences(before, e.voters) <= 1)) {
    check.violated(check.voter_name(),
                   fmt::format("changes the voters {} to {}", before.str(), e.voters.str()));
  }
  const bool committed = before_at < check.voter().high_watermark || before_at == 0;
  if (!check.holds(committed || e.at.value() <= before_at)) {
    check.violated(check.voter_name(),
                   fmt::format("changes the voters at {} while the change at {} is not committed",
                               e.at.value(), before_at));
  }
}

}  // namespace

const Checker b10_one_change_at_a_time{
    "B10",
    "One change at a time",
    "The voters change by one, and only when the change before is committed.",
    {after<on_change>()}};

}  // namespace kscope::sim
