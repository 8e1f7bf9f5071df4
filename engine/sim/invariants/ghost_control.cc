// The ghost of the controller's word: who leads, who is in sync, what was declared lost.
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_register(Check& check, const event::BrokerRegistered& e) {
  NodeGhost& broker = check.ghost.nodes[e.broker];
  broker.broker_epoch = e.broker_epoch.value();
  broker.fenced = true;
}

void on_fence(Check& check, const event::BrokerFenced& e) {
  check.ghost.nodes[e.broker].fenced = true;
}

void on_unfence(Check& check, const event::BrokerUnfenced& e) {
  check.ghost.nodes[e.broker].fenced = false;
}

/// A topic of the same name begins anew: another id, other logs.
void on_create(Check& check, const event::TopicCreated& e) {
  for (auto& [ref, p] : check.ghost.partitions)
    if (ref.topic == e.topic && p.deleted) p = PartitionGhost();
}

void on_delete(Check& check, const event::TopicDeleted& e) {
  for (auto& [ref, p] : check.ghost.partitions) {
    if (ref.topic != e.topic) continue;
    p = PartitionGhost();
    p.deleted = true;
  }
}

void on_change(Check& check, const event::PartitionChanged& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (p.deleted) return;
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
  note_lossy_members(check.ghost, p);
}

void on_eligible(Check& check, const event::EligibleLeadersChanged& e) {
  PartitionGhost& p = check.partition(e.partition);
  p.elr = e.eligible;
  p.last_known = e.last_known;
}

void on_leader(Check& check, const event::PartitionLeaderChanged& e) {
  PartitionGhost& p = check.partition(e.partition);
  if (e.unclean && !p.deleted) open_loss_window(check.ghost, p);
}

}  // namespace

const Recorder controller_ghost{{record<on_register>(), record<on_fence>(), record<on_unfence>(),
                                 record<on_create>(), record<on_delete>(), record<on_change>(),
                                 record<on_eligible>(), record<on_leader>()}};

}  // namespace kscope::sim
