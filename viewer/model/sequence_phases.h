// Phases: the stretches of a run that have a name, because they are why one looks at it.
//
//   election    from the first candidate to the leader of the quorum
//   failover    from the loss of a leader to the broker that leads in its place
//   ISR change  from the leader's request to the controller's answer
//   rebalance   of a group, from its reason to the moment in which it is stable (or empty) again
//
// All of them are read from events alone. Failovers of many partitions at once are one phase.
//
// Invariants: in the order in which they were noticed (a failover is, when a new leader is named);
// a phase that is not over has no `until`.
//
// Called by: model/sequence. Kafka: KafkaRaftClient (election), ReplicationControlManager
// (failover), Partition (ISR change), ClassicGroup (rebalance). Read next: model/sequence.h
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/event_index.h"

namespace kscope::viewer {

enum class PhaseKind : std::uint8_t {
  Election,
  Failover,
  IsrChange,
  Rebalance,
  RebalanceStep,  ///< within one, on the screen "Groups": FindCoordinator, JoinGroup …
};

struct SequencePhase {
  PhaseKind kind{};
  Instant from{};
  std::optional<Instant> until;
  EventSeq first;               ///< the event that opened it
  std::string title;            ///< "election, epoch 3"
  TopicPartition partition;     ///< IsrChange; Failover of one partition
  std::int32_t partitions = 0;  ///< Failover: how many
};

class PhaseIndex {
 public:
  /// Reads what was recorded since the last call; begins anew after a fork.
  void update(const Machine& machine, const EventIndex& index);
  const std::vector<SequencePhase>& phases() const { return phases_; }

 private:
  void read(const Machine& machine, const event::Event& event);
  void read_election(const event::Event& event);
  void read_failover(const Machine& machine, const event::Event& event);
  void read_isr(const Machine& machine, const event::Event& event);
  void read_rebalance(const Machine& machine, const event::Event& event);
  SequencePhase& open(PhaseKind kind, const event::Event& event);

  std::vector<SequencePhase> phases_;
  std::optional<std::size_t> election_;                   // index of the open one
  std::map<PartitionRef, std::size_t> isr_changes_;       // open ones
  std::map<PartitionRef, std::int32_t> awaited_leaders_;  // partition -> who has to lead it
  std::optional<std::size_t> failover_;
  std::map<NameRef, std::size_t> rebalances_;                  // open ones, by group
  std::map<std::int32_t, std::pair<Instant, EventSeq>> lost_;  // broker -> since when it is gone
  EventSeq consumed_;
  std::uint64_t history_ = 0;
};

}  // namespace kscope::viewer
