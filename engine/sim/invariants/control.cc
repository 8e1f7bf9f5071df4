// C1-C5: what the active controller may decide. Kafka 3.9: ClusterControlManager,
// ReplicationControlManager, PartitionChangeBuilder.
#include <fmt/core.h>

#include "engine/sim/invariants/rules.h"

namespace kscope::sim {

void ControlRules::on(const event::BrokerRegistered& e) {
  NodeGhost& broker = check_.ghost.nodes[e.broker];
  if (e.broker_epoch.value() <= broker.broker_epoch && !check_.broken("C1"))
    check_.violated("C1", fmt::format("broker {}", e.broker.value()),
                    fmt::format("registers with broker epoch {} after {}", e.broker_epoch.value(),
                                broker.broker_epoch));
  broker.broker_epoch = e.broker_epoch.value();
  broker.fenced = true;
}

void ControlRules::on(const event::BrokerFenced& e) { check_.ghost.nodes[e.broker].fenced = true; }

void ControlRules::on(const event::BrokerUnfenced& e) {
  check_.ghost.nodes[e.broker].fenced = false;
}

/// A topic of the same name begins anew: another id, other logs.
void ControlRules::on(const event::TopicCreated& e) {
  for (auto& [ref, p] : check_.ghost.partitions)
    if (ref.topic == e.topic && p.deleted) p = PartitionGhost();
}

void ControlRules::on(const event::TopicDeleted& e) {
  for (auto& [ref, p] : check_.ghost.partitions) {
    if (ref.topic != e.topic) continue;
    p = PartitionGhost();
    p.deleted = true;
  }
  for (auto it = check_.ghost.positions.begin(); it != check_.ghost.positions.end();)
    it = it->first.second.topic == e.topic ? check_.ghost.positions.erase(it) : std::next(it);
}

void ControlRules::on(const event::PartitionChanged& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (p.deleted) return;
  const std::string name = check_.name(e.partition);
  const bool new_leader = p.known && e.leader != p.leader;
  const bool same = p.known && e.partition_epoch == p.partition_epoch && e.leader == p.leader &&
                    e.isr == p.isr && e.leader_epoch.value() == p.leader_epoch;
  if (p.known && !same) {
    if (e.partition_epoch <= p.partition_epoch)
      check_.violated("C4", name,
                      fmt::format("changes with partition epoch {} after {}", e.partition_epoch,
                                  p.partition_epoch));
    if (e.leader_epoch.value() < p.leader_epoch ||
        (new_leader && e.leader_epoch.value() == p.leader_epoch))
      check_.violated("C4", name,
                      fmt::format("leader {} has leader epoch {} after {}", e.leader.value(),
                                  e.leader_epoch.value(), p.leader_epoch));
  }
  // KIP-966 allows it as long as it is known who could still lead.
  if (e.isr.empty() && p.elr.empty() && p.last_known.empty())
    check_.violated("C3", name, "the ISR is empty");
  if (e.leader.value() >= 0 && !e.isr.contains(e.leader))
    check_.violated("C3", name,
                    fmt::format("leader {} is not in the ISR {}", e.leader.value(), e.isr.str()));
  for (NodeId member : e.isr.nodes()) {
    if (!e.replicas.contains(member))
      check_.violated("C5", name,
                      fmt::format("{} is in the ISR and holds no replica", member.value()));
    else if (!check_.ghost.nodes[member].fenced)
      check_.violated("C5", name,
                      fmt::format("broker {} is in the ISR and never registered", member.value()));
  }
  p.known = true;
  p.leader = e.leader;
  p.leader_epoch = e.leader_epoch.value();
  p.partition_epoch = e.partition_epoch;
  p.isr = e.isr;
  p.replicas = e.replicas;
  NodeList lossy;
  for (NodeId n : p.lossy.nodes())
    if (p.isr.contains(n)) lossy.add(n);
  p.lossy = lossy;  // whoever left has to catch up before it may return (A9)
  note_lossy_members(check_, p);
}

void ControlRules::on(const event::EligibleLeadersChanged& e) {
  PartitionGhost& p = check_.partition(e.partition);
  p.elr = e.eligible;
  p.last_known = e.last_known;
}

void ControlRules::on(const event::PartitionLeaderChanged& e) {
  PartitionGhost& p = check_.partition(e.partition);
  if (e.unclean && !p.deleted) open_loss_window(check_, p);
}

void ControlRules::at_end(Check& check, const event::Event& event) {
  const auto check_partition = [&](PartitionRef ref, const PartitionGhost& p) {
    if (!p.known || p.deleted || p.isr.size() <= 1) return;
    for (NodeId member : p.isr.nodes())
      if (check.ghost.nodes[member].fenced.value_or(false) && !check.broken("C2"))
        check.violated(
            "C2", check.name(ref),
            fmt::format("broker {} is fenced and in the ISR {}", member.value(), p.isr.str()));
  };
  if (const auto* changed = std::get_if<event::PartitionChanged>(&event.body)) {
    check_partition(changed->partition, check.partition(changed->partition));
  } else if (std::holds_alternative<event::BrokerFenced>(event.body)) {
    for (const auto& [ref, p] : check.ghost.partitions) check_partition(ref, p);
  }
}

void open_loss_window(Check& check, PartitionGhost& p) {
  if (p.loss_window || check.broken("windows")) return;
  p.loss_window = true;
  ++p.losses;
  ++check.ghost.loss_windows;
}

void note_lossy_members(Check& check, PartitionGhost& p) {
  if (p.lossy.empty() || p.isr.empty()) return;
  for (NodeId member : p.isr.nodes())
    if (!p.lossy.contains(member)) return;
  open_loss_window(check, p);
}

}  // namespace kscope::sim
