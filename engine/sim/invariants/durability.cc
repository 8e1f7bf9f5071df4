// A3, A4: whoever leads, or may lead next, holds all that is committed. A7, G1, G7: what clients
// were told stays true. The heart of it all: "nothing acknowledged is ever lost".
#include <fmt/core.h>

#include "engine/sim/invariants/rules.h"

namespace kscope::sim {

void DurabilityRules::on(const event::BecameLeader& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  BeliefGhost& belief = p.beliefs[check_.node()];
  belief.leader = true;
  belief.epoch = e.leader_epoch.value();
  belief.epoch_start = e.log_end.value();
  if (belief.epoch < p.leader_epoch || p.leader != check_.node()) return;  // already replaced
  LogGhost& log = p.log;
  const CopyGhost& copy = log.copies[check_.node()];
  if (p.loss_window) {
    p.loss_window = false;
    p.safe_epoch = belief.epoch;
    p.lossy = NodeList();
    const std::int64_t keep = std::min(log.committed_end, copy.end);
    std::size_t n = log.committed.size();
    while (n > 0 && log.committed[n - 1].last >= keep) --n;
    log.committed.truncate(n);
    log.committed_end = keep;
    for (auto& [node, other] : log.copies) other.checked = std::min(other.checked, keep);
  }
  if (copy.end < log.committed_end && !check_.broken("A3"))
    check_.violated("A3", check_.name(e.partition),
                    fmt::format("broker {} leads in epoch {} with LEO {}, but {} is committed",
                                check_.node().value(), belief.epoch, copy.end, log.committed_end));
  compare_with_committed(check_, log, check_.node(), e.partition, log.committed_end, false, "A3");
}

void check_members(Check& check, PartitionRef ref, PartitionGhost& p) {
  if (!p.known || p.deleted || p.loss_window) return;
  for (NodeId member : p.isr.nodes()) {
    if (!is_serving(check.ghost, member)) continue;
    const auto copy = p.log.copies.find(member);
    const std::int64_t end = copy == p.log.copies.end() ? 0 : copy->second.end;
    if (end < p.log.committed_end && !check.broken("A4"))
      check.violated("A4", check.name(ref),
                     fmt::format("broker {} is in the ISR {} with LEO {}, but {} is committed",
                                 member.value(), p.isr.str(), end, p.log.committed_end));
  }
}

void DurabilityRules::at_end(Check& check, const event::Event& event) {
  if (const auto* changed = std::get_if<event::PartitionChanged>(&event.body))
    check_members(check, changed->partition, check.partition(changed->partition));
}

void DurabilityRules::on(const event::BrokerStateChanged& e) {
  NodeGhost& node = check_.ghost.nodes[check_.node()];
  node.serving = e.to == event::BrokerState::Running;
  if (!node.serving) return;
  node.power_lost = false;  // its logs are open: what is gone is known
  node.disk_damaged = !node.disk_faults.empty();
  for (auto& [ref, p] : check_.ghost.partitions)
    if (p.isr.contains(check_.node())) check_members(check_, ref, p);
}

void DurabilityRules::on(const event::BatchAcked& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (e.acks != -1 || e.base.value() < 0 || p.deleted || p.losses > 0) return;
  const std::int64_t end = e.base.value() + e.records;
  if (end > p.log.committed_end && !check_.broken("G1"))
    check_.violated("G1", check_.name(e.partition),
                    fmt::format("offsets up to {} are acknowledged with acks=all, but only those "
                                "before {} are committed",
                                end - 1, p.log.committed_end));
}

void DurabilityRules::on(const event::RecordsConsumed& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  std::int64_t& position =
      check_.ghost.positions.try_emplace({check_.node(), e.partition}, e.from.value())
          .first->second;
  // What was compacted away is passed over, and nothing else.
  const bool hole = e.from.value() > position && position < p.log.cleaned;
  if (e.from.value() != position && !hole && !check_.broken("G7"))
    check_.violated("G7", check_.name(e.partition),
                    fmt::format("consumer {} is given {} after {}", check_.node().value(),
                                e.from.value(), position - 1));
  position = e.last.value() + 1;
  if (e.last.value() >= p.log.committed_end && p.losses == 0 && !check_.broken("A7"))
    check_.violated("A7", check_.name(e.partition),
                    fmt::format("offset {} is consumed, but only those before {} are committed",
                                e.last.value(), p.log.committed_end));
}

void DurabilityRules::on(const event::PositionChanged& e) {
  check_.ghost.positions[{check_.node(), e.partition}] = e.to.value();
}

}  // namespace kscope::sim
