// IsrState: the in-sync replicas as the leader may believe them while the controller decides.
//
// The ISR belongs to the controller (it is a field of the metadata log). A leader that wants
// another one asks with AlterPartition and meanwhile must be right whatever the answer will be:
//
//   PendingExpand: it already counts the newcomer. If the controller agrees, no record was
//                  acknowledged without it; if not, the leader was merely stricter than needed.
//   PendingShrink: it still counts the one to be dropped. Were it forgotten at once and the
//                  controller said no, a record could be "committed" that an ISR member lacks.
//
// So the leader always works with the *maximal* ISR (KIP-497), the union of all sets that may be
// true.
//
// Invariant (A5): committed() is a subset of maximal(); both are equal unless a change is pending.
// Called by: partition. Kafka: PartitionState, CommittedPartitionState, PendingExpandIsr,
// PendingShrinkIsr in kafka.cluster.Partition.
// Read next: replication/partition.h
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/partition.h"

namespace kscope::replication {

/// A member of a proposed ISR with the incarnation the leader saw fetching; -1: not seen.
struct IsrMember {
  NodeId broker;
  BrokerEpoch epoch{-1};
  bool operator==(const IsrMember&) const = default;
};

/// One AlterPartition item: what the leader asks for and the state of the world it was based on.
struct IsrProposal {
  LeaderEpoch leader_epoch;
  std::int32_t partition_epoch = 0;
  std::vector<IsrMember> isr;
  bool operator==(const IsrProposal&) const = default;
};

enum class IsrPhase : std::uint8_t { Committed, PendingExpand, PendingShrink };
const char* to_string(IsrPhase phase);

/// Every move that become() accepts. Committed to Committed is news from the metadata log.
inline constexpr std::array<std::pair<IsrPhase, IsrPhase>, 5> kIsrTransitions{{
    {IsrPhase::Committed, IsrPhase::Committed},
    {IsrPhase::Committed, IsrPhase::PendingExpand},
    {IsrPhase::Committed, IsrPhase::PendingShrink},
    {IsrPhase::PendingExpand, IsrPhase::Committed},
    {IsrPhase::PendingShrink, IsrPhase::Committed},
}};

class IsrState {
 public:
  IsrState() = default;

  IsrPhase phase() const { return phase_; }
  bool in_flight() const { return phase_ != IsrPhase::Committed; }
  /// What the controller is known to have decided.
  const std::vector<NodeId>& committed() const { return committed_; }
  const std::vector<NodeId>& maximal() const { return maximal_; }
  bool contains(NodeId broker) const;
  bool maximal_contains(NodeId broker) const;
  /// The request that is under way. Empty unless in_flight().
  const std::optional<IsrProposal>& proposal() const { return proposal_; }

  /// The controller's word, from its answer or from the metadata log; ends any pending change.
  void commit(std::vector<NodeId> isr);
  /// The controller said for certain that the pending change was not made.
  void revert();
  /// REQUIRES !in_flight() and `added` not in committed().
  void expand(NodeId added, IsrProposal proposal);
  /// REQUIRES !in_flight().
  void shrink(IsrProposal proposal);

  bool operator==(const IsrState&) const = default;

 private:
  void become(IsrPhase to);

  IsrPhase phase_ = IsrPhase::Committed;
  std::vector<NodeId> committed_;
  std::vector<NodeId> maximal_;
  std::optional<IsrProposal> proposal_;
};

}  // namespace kscope::replication
