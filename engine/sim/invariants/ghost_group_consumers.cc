// The ghost of consumers in groups: who they think they are, and what they read.
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

using event::ConsumerState;

ConsumerGhost& consumer(Check& check) { return check.ghost.groups.consumers[check.node()]; }

void on_coordinator(Check& check, const event::CoordinatorFound& e) {
  consumer(check).group = e.group;
}

void on_state(Check& check, const event::ConsumerStateChanged& e) {
  ConsumerGhost& c = consumer(check);
  c.member = e.member;
  c.generation = e.generation;
  if (e.to == ConsumerState::Stable) c.stable_in = e.generation;
  if (e.generation < 0) c.stable_in = -1;
}

/// Where it stood in a partition that it had before, or is about to leave, says nothing.
void forget_position(Check& check, PartitionRef partition) {
  check.ghost.positions.erase({check.node(), partition});
  check.ghost.cut_below.erase({check.node(), partition});
}

void on_assigned(Check& check, const event::PartitionAssigned& e) {
  consumer(check).owned.insert(e.partition);
}

void on_revoked(Check& check, const event::PartitionRevoked& e) {
  consumer(check).owned.erase(e.partition);
  forget_position(check, e.partition);
}

void end(Check& check) {
  check.ghost.groups.consumers.erase(check.node());
  const auto mine = [&](const auto& entry) { return entry.first.first == check.node(); };
  std::erase_if(check.ghost.positions, mine);
  std::erase_if(check.ghost.cut_below, mine);
}

void on_crash(Check& check, const event::NodeCrashed&) { end(check); }
void on_stop(Check& check, const event::NodeStopped&) { end(check); }

}  // namespace

bool is_current(const Ghost& ghost, const ConsumerGhost& consumer) {
  const GroupGhost* group = group_now(ghost, consumer.group);
  if (group == nullptr) return false;
  const auto member = group->members.find(consumer.member);
  if (member == group->members.end()) return false;
  if (group->consumer_protocol) return consumer.generation >= 0;
  const std::int32_t now = group->generation;
  return consumer.generation == now && member->second.in_generation == now &&
         consumer.stable_in >= now - 1;
}

const Recorder group_consumers_ghost{{record<on_coordinator>(), record<on_state>(),
                                      record<on_assigned>(), record<on_revoked>(),
                                      record<on_crash>(), record<on_stop>()}};

}  // namespace kscope::sim
