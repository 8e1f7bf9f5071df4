#include "viewer/model/sequence_phases.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace kscope::viewer {

SequencePhase& PhaseIndex::open(PhaseKind kind, const event::Event& event) {
  SequencePhase phase;
  phase.kind = kind;
  phase.from = event.at;
  phase.first = event.seq;
  phases_.push_back(std::move(phase));
  return phases_.back();
}

void PhaseIndex::update(const Machine& machine, const EventIndex& index) {
  if (history_ != index.history() || consumed_ > index.consumed()) {
    *this = PhaseIndex();
    history_ = index.history();
  }
  const auto& notable = index.notable();
  for (auto it = std::upper_bound(notable.begin(), notable.end(), consumed_); it != notable.end();
       ++it) {
    read(machine, machine.event(*it));
  }
  consumed_ = index.consumed();
}

void PhaseIndex::read(const Machine& machine, const event::Event& event) {
  read_election(event);
  read_failover(machine, event);
  read_isr(machine, event);
  read_rebalance(machine, event);
}

void PhaseIndex::read_election(const event::Event& event) {
  if (const auto* role = std::get_if<event::RaftRoleChanged>(&event.body)) {
    if (role->to != event::RaftRole::Candidate) return;
    if (!election_) {
      open(PhaseKind::Election, event);
      election_ = phases_.size() - 1;
    }
    phases_[*election_].title = fmt::format("election, epoch {}", role->epoch);
  } else if (const auto* elected = std::get_if<event::RaftLeaderElected>(&event.body)) {
    if (!election_) return;
    SequencePhase& phase = phases_[*election_];
    phase.until = event.at;
    phase.title =
        fmt::format("election, epoch {}: controller {}", elected->epoch, event.node.value());
    election_.reset();
  }
}

// From the loss (the crash, else the fencing) to the last partition that has a leader again.
void PhaseIndex::read_failover(const Machine& machine, const event::Event& event) {
  const auto gone = [&](std::int32_t broker) { lost_.try_emplace(broker, event.at, event.seq); };
  if (std::get_if<event::NodeCrashed>(&event.body) ||
      std::get_if<event::NodeStopped>(&event.body) || std::get_if<event::NodePaused>(&event.body)) {
    gone(event.node.value());
  } else if (const auto* fenced = std::get_if<event::BrokerFenced>(&event.body)) {
    gone(fenced->broker.value());
  } else if (const auto* back = std::get_if<event::BrokerUnfenced>(&event.body)) {
    lost_.erase(back->broker.value());
  } else if (const auto* change = std::get_if<event::PartitionLeaderChanged>(&event.body)) {
    if (change->to.value() < 0 || change->from.value() < 0) return;
    if (!failover_) {
      SequencePhase& phase = open(PhaseKind::Failover, event);
      failover_ = phases_.size() - 1;
      if (const auto lost = lost_.find(change->from.value()); lost != lost_.end()) {
        std::tie(phase.from, phase.first) = lost->second;
      }
      phase.partition = machine.names().name(change->partition);
      phase.title = fmt::format("failover of {}: broker {} to broker {}", phase.partition.str(),
                                change->from.value(), change->to.value());
    }
    SequencePhase& phase = phases_[*failover_];
    if (awaited_leaders_.insert_or_assign(change->partition, change->to.value()).second) {
      ++phase.partitions;
    }
    if (phase.partitions > 1) {
      phase.title = fmt::format("failover of {} partitions", phase.partitions);
      phase.partition = {};
    }
  } else if (const auto* leads = std::get_if<event::BecameLeader>(&event.body)) {
    const auto awaited = awaited_leaders_.find(leads->partition);
    if (awaited == awaited_leaders_.end() || awaited->second != event.node.value()) return;
    awaited_leaders_.erase(awaited);
    if (!awaited_leaders_.empty() || !failover_) return;
    phases_[*failover_].until = event.at;
    failover_.reset();
  }
}

void PhaseIndex::read_isr(const Machine& machine, const event::Event& event) {
  const auto close = [&](PartitionRef partition, const char* outcome) {
    const auto it = isr_changes_.find(partition);
    if (it == isr_changes_.end()) return;
    SequencePhase& phase = phases_[it->second];
    phase.until = event.at;
    phase.title += outcome;
    isr_changes_.erase(it);
  };
  if (const auto* asked = std::get_if<event::IsrChangeRequested>(&event.body)) {
    SequencePhase& phase = open(PhaseKind::IsrChange, event);
    phase.partition = machine.names().name(asked->partition);
    const bool grows = asked->to.size() > asked->from.size();
    phase.title = fmt::format("ISR of {} {} to {}", phase.partition.str(),
                              grows ? "grows" : "shrinks", asked->to.str());
    isr_changes_[asked->partition] = phases_.size() - 1;
  } else if (const auto* updated = std::get_if<event::IsrUpdated>(&event.body)) {
    close(updated->partition, "");
  } else if (const auto* failed = std::get_if<event::IsrChangeFailed>(&event.body)) {
    close(failed->partition, ": refused");
  }
}

void PhaseIndex::read_rebalance(const Machine& machine, const event::Event& event) {
  const auto begin = [&](NameRef group, const std::string& why) {
    if (rebalances_.count(group) > 0) return;
    open(PhaseKind::Rebalance, event).title =
        fmt::format("rebalance of {}{}", machine.names().name(group), why);
    rebalances_[group] = phases_.size() - 1;
  };
  if (const auto* started = std::get_if<event::RebalanceStarted>(&event.body)) {
    begin(started->group, fmt::format(": {}", to_string(started->reason)));
  } else if (const auto* bumped = std::get_if<event::GroupEpochBumped>(&event.body)) {
    begin(bumped->group, fmt::format(", epoch {}", bumped->epoch));
  } else if (const auto* state = std::get_if<event::GroupStateChanged>(&event.body)) {
    const bool rests = state->to == event::GroupState::Stable ||
                       state->to == event::GroupState::Empty ||
                       state->to == event::GroupState::Dead;
    const auto it = rebalances_.find(state->group);
    if (!rests || it == rebalances_.end()) return;
    phases_[it->second].until = event.at;
    rebalances_.erase(it);
  }
}

}  // namespace kscope::viewer
