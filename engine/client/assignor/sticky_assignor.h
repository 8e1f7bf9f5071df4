// Sticky and cooperative-sticky: balanced first, and within that as few moves as possible.
//
// A partition that moves costs: its new owner seeks, rebuilds caches, may read again what was not
// committed. Both assignors keep partitions where they are as far as balance allows. They differ in
// how a rebalance goes about it:
//
//   sticky              Eager. Everybody gives up everything before joining and gets most of it
//                       back; meanwhile nobody reads. Members remember what they had and tell the
//                       leader in the subscription's user data.
//   cooperative-sticky  Cooperative (KIP-429). Everybody keeps reading what they own. Two phases: a
//                       partition that is to change hands is first withheld from its new owner; its
//                       old owner sees that it is gone from its share, gives it up and joins again;
//                       the second rebalance then hands it over.
//
//                                  a has 0 1 2 3, b is new
//                 rebalance 1:     a 0 1        b -          (2 3 withheld: a still has them)
//                 rebalance 2:     a 0 1        b 2 3
//
// User data (big-endian):
//   sticky              v0  previous_assignment [topic string | partitions [int32]]
//                       v1  the same, then generation int32: told apart by trying
//   cooperative-sticky  v0  generation int32: only read if the subscription itself, before
//                           version 2, has none
//
// Invariants: balanced as sticky_constrained and sticky_general say; with cooperative-sticky no
//             member gets a partition that another member says it owns.
//
// Kafka: AbstractStickyAssignor, StickyAssignor, CooperativeStickyAssignor (KIP-54, KIP-341,
// KIP-429, KIP-792). Difference: 3.9 calls subscriptions equal if the empty ones come first; here
// a member that subscribes to nothing gets nothing.
// Called by: assignor.cc. Read next: assignor/sticky_problem.h
#pragma once

#include "engine/client/assignor/sticky_problem.h"

namespace kscope::client {

class AbstractStickyAssignor : public Assignor {
 protected:
  virtual OwnedClaim claim_of(const MemberSubscription& member) const = 0;

  /// By number. `changing_hands` is only filled in the constrained case, see `constrained`.
  struct Outcome {
    StickyResult result;
    bool constrained = false;
  };
  Outcome balance(const GroupShape& shape) const;
};

class StickyAssignor final : public AbstractStickyAssignor {
 public:
  const char* name() const override { return "sticky"; }
  std::optional<Blob> subscription_user_data(const std::vector<std::string>& topics,
                                             const AssignorMemory& memory) const override;
  void on_assignment(const MemberAssignment& assignment, std::int32_t generation,
                     AssignorMemory* memory) const override;
  GroupAssignment assign(const ClusterTopics& topics,
                         const std::vector<MemberSubscription>& members) const override;

 protected:
  OwnedClaim claim_of(const MemberSubscription& member) const override;
};

class CooperativeStickyAssignor final : public AbstractStickyAssignor {
 public:
  const char* name() const override { return "cooperative-sticky"; }
  RebalanceProtocol protocol() const override { return RebalanceProtocol::Cooperative; }
  std::optional<Blob> subscription_user_data(const std::vector<std::string>& topics,
                                             const AssignorMemory& memory) const override;
  void on_assignment(const MemberAssignment& assignment, std::int32_t generation,
                     AssignorMemory* memory) const override;
  GroupAssignment assign(const ClusterTopics& topics,
                         const std::vector<MemberSubscription>& members) const override;

 protected:
  OwnedClaim claim_of(const MemberSubscription& member) const override;
};

/// The user data of `sticky`. `version` 0 has no generation.
Blob write_sticky_user_data(const OwnedClaim& claim, std::int16_t version = 1);
/// Unreadable bytes are read as "owned nothing, in no generation", as Kafka does.
OwnedClaim read_sticky_user_data(ByteView bytes);

}  // namespace kscope::client
