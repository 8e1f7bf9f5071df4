// Trials: groups that live through rebalances, to see whether an assignor keeps the laws.
//
// A TrialGroup is what an assignor sees of a consumer group, without a cluster: members that join,
// leave and change their minds, topics that grow, and for each rebalance what real consumers do:
//
//   subscriptions -> bytes -> the leader reads them and assigns -> bytes -> everybody has a share
//
// A cooperative group goes on, as real ones do, until nobody had to give anything up.
//
// try_assignor() makes up groups from a seed, small ones first so that the first story of a broken
// law is a short one, and holds every assignment against assignor_laws.
//
// Called by: tests/unit/client, the lab write-an-assignor. Kafka: AbstractStickyAssignorTest tries
// its assignors with random groups, too. Read next: assignor/consistent_hash_assignor.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/assignor/assignor_laws.h"
#include "engine/env/random.h"

namespace kscope::client {

class TrialGroup {
 public:
  static constexpr int kMostRounds = 10;  ///< two are enough for almost everything

  /// The assignor must live as long.
  TrialGroup(const Assignor& assignor, ClusterTopics topics)
      : assignor_(&assignor), topics_(std::move(topics)) {}

  /// `member.subscription` needs topics and rack only; the rest is filled in at each rebalance.
  void join(MemberSubscription member);
  void leave(const std::string& member_id);
  void subscribe(const std::string& member_id, std::vector<std::string> topics);
  void grow(const std::string& topic, std::int32_t partition_count);
  /// Members as the next leader will see them.
  std::vector<MemberSubscription> subscriptions() const;

  /// One rebalance; with Cooperative as many as it takes. The law that an assignment broke, if any.
  std::optional<BrokenLaw> rebalance();
  /// False if a cooperative group still had something to give up after kMostRounds rebalances.
  /// Kafka's cooperative-sticky can get there with racks: a partition that is in the wrong rack
  /// wherever it goes is taken from its owner each time and given to another one.
  bool settled() const { return settled_; }
  /// The assignments of the last rebalance, one after the other; with Eager there is one.
  const std::vector<GroupAssignment>& rounds() const { return rounds_; }
  /// What everybody has since the last rebalance; who has not been in one has no entry.
  const GroupAssignment& shares() const { return shares_; }
  const ClusterTopics& topics() const { return topics_; }
  int generation() const { return generation_; }
  std::vector<std::string> member_ids() const;

 private:
  struct Consumer {
    MemberSubscription member;
    AssignorMemory memory;
  };
  std::optional<BrokenLaw> rebalance_once(bool* gave_up_something);
  void hand_out(const GroupAssignment& assignment, bool* gave_up_something);

  const Assignor* assignor_;
  ClusterTopics topics_;
  std::map<std::string, Consumer> consumers_;
  GroupAssignment shares_;
  std::vector<GroupAssignment> rounds_;
  int generation_ = 0;
  bool settled_ = true;
};

/// What an assignor promises beyond the laws that hold for all.
struct Promises {
  Evenness evenness = Evenness::IfAlike;
  bool sticky = false;  ///< while subscriptions are alike: nothing moves between those who stay
};

struct TrialReport {
  int groups = 0;
  int assignments = 0;                             ///< that were held against the laws
  std::map<AssignorLaw, std::string> first_story;  ///< of each law that was broken
  bool keeps(AssignorLaw law) const { return first_story.count(law) == 0; }
};

TrialReport try_assignor(const Assignor& assignor, const Promises& promises, std::uint64_t seed,
                         int groups);

}  // namespace kscope::client
