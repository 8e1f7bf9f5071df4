// The laws of assignors, as functions that say in words what is wrong.
//
// A group in which two members read the same partition does everything twice, one in which nobody
// does loses data without a word; and neither shows in the types. So the laws are written down
// here, once, and held against every assignor: by the property tests, by the lab write-an-assignor,
// and by anybody who brings their own.
//
// The stories name the group, so that it can be built again by hand:
//   "members a (t), b (t); topic t with 5 partitions: t-3 was given to a and to b"
//
// Called by: assignor_trials. Read next: assignor/assignor_trials.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/client/assignor/assignor.h"

namespace kscope::client {

enum class AssignorLaw : std::uint8_t {
  Entitled,  ///< an entry for each member; only partitions that exist, of topics it subscribed to
  Disjoint,  ///< no partition given out twice
  Complete,  ///< each partition of a subscribed topic given out, or withheld for its owner
  AnyOrder,  ///< the same for the same members in any order
  Even,      ///< as even as the assignor promises
  Sticky,    ///< nothing moves between two members that were there before and still are
};
const char* to_string(AssignorLaw law);

struct BrokenLaw {
  AssignorLaw law{};
  std::string story;  ///< one sentence, without a full stop
};

/// What "even" means for an assignor.
enum class Evenness : std::uint8_t {
  None,      ///< left to chance
  PerTopic,  ///< of one topic, subscribers' numbers differ by at most one (range)
  IfAlike,   ///< with equal subscriptions, numbers differ by at most one (roundrobin)
  Best,      ///< nobody could take over a partition of somebody who has two more (sticky)
};

/// "members a (t), b (t); topic t with 5 partitions"
std::string in_words(const ClusterTopics& topics, const std::vector<MemberSubscription>& members);

/// Entitled, Disjoint, Complete. With Cooperative, a partition that a member says it owns may be
/// missing, and must not go to another member.
std::optional<BrokenLaw> check_shares(const ClusterTopics& topics,
                                      const std::vector<MemberSubscription>& members,
                                      const GroupAssignment& assignment,
                                      RebalanceProtocol protocol = RebalanceProtocol::Eager);

/// REQUIRES shares that check_shares is content with, nothing withheld.
std::optional<BrokenLaw> check_even(const ClusterTopics& topics,
                                    const std::vector<MemberSubscription>& members,
                                    const GroupAssignment& assignment, Evenness evenness);

/// Asks the assignor again with the members in other orders.
std::optional<BrokenLaw> check_any_order(const Assignor& assignor, const ClusterTopics& topics,
                                         const std::vector<MemberSubscription>& members,
                                         const GroupAssignment& assignment);

/// No partition went from one member to another that both lists know.
std::optional<BrokenLaw> check_sticky(const GroupAssignment& before, const GroupAssignment& after);

}  // namespace kscope::client
