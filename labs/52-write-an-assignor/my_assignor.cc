// YOUR ASSIGNOR. This is the file to edit; everything else of the lab stays as it is.
//
// The task: decide who reads which partition, so that these laws hold for any group.
//
//   entitled   everybody has an entry, and only partitions of topics they subscribed to
//   disjoint   no partition is given to two members
//   complete   each partition of a topic that anybody subscribed to is given to somebody
//   any order  the same members listed in another order get the same
//   even       if all subscribe to the same topics, nobody has two more than anybody else
//   sticky     if all subscribe to the same topics and one member comes or goes, nothing moves
//              between two members that were there before and still are
//
// What stands below gives everything to the first subscriber. That keeps every law but one: even.
// Being even is easy as well (round robin is), and being sticky is easy (consistent hashing is).
// Both at once are what Kafka's sticky assignors are for - and what you can write in sixty lines.
//
// How to work: edit, then
//     ./kafkascope lab run write-an-assignor
// which builds the program anew, plays the lab, and says which law broke first, in which group.
//
// What you get (engine/client/assignor/assignor.h):
//   topics     name -> layout; topics.at("orders").partition_count. A topic that somebody
//   subscribed
//              to may be missing: it does not exist.
//   members    in any order; .member_id, .subscription.topics, and .subscription.user_data
// What you return: for every member id a list of TopicPartition{topic, number}.
//
// Stickiness needs a memory. Your members tell the next leader what they had:
//   on_assignment()           a member got its share: put it into *memory
//   subscription_user_data()  before the next rebalance: write the memory into bytes
//   assign()                  reads those bytes of every member
// The bytes are yours to choose. write_sticky_user_data() and read_sticky_user_data() of Kafka's
// sticky assignor are at hand if you would rather not invent any. Do not believe everything: a
// partition may be gone, unsubscribed, or claimed by two.
//
// A worked example: engine/client/assignor/consistent_hash_assignor.cc. One solution:
// solution_assignor.cc beside this file. A wrong one, to see what being wrong looks like:
// wrong_assignor.cc.
#include <algorithm>

#include "engine/client/assignor/sticky_assignor.h"
#include "viewer/lab/lab_assignors.h"

namespace kscope::lab {

namespace {

using client::AssignorMemory;
using client::ClusterTopics;
using client::GroupAssignment;
using client::MemberAssignment;
using client::MemberSubscription;

class MyAssignor final : public client::Assignor {
 public:
  const char* name() const override { return "my-assignor"; }

  GroupAssignment assign(const ClusterTopics& topics,
                         const std::vector<MemberSubscription>& members) const override {
    GroupAssignment shares;
    // By id, so that the order in which they are listed does not matter.
    std::map<std::string, const MemberSubscription*> by_id;
    for (const MemberSubscription& member : members) {
      by_id[member.member_id] = &member;
      shares[member.member_id];  // an entry for everybody, even if it stays empty
    }
    for (const auto& [topic, layout] : topics) {
      for (const auto& [id, member] : by_id) {
        const std::vector<std::string>& wanted = member->subscription.topics;
        if (std::find(wanted.begin(), wanted.end(), topic) == wanted.end()) continue;
        for (int p = 0; p < layout.partition_count; ++p) shares[id].push_back({topic, p});
        break;  // the first subscriber has it all
      }
    }
    return shares;
  }

  std::optional<Blob> subscription_user_data(const std::vector<std::string>& topics,
                                             const AssignorMemory& memory) const override {
    (void)topics;
    (void)memory;
    return std::nullopt;  // nothing to tell, so far
  }

  void on_assignment(const MemberAssignment& assignment, std::int32_t generation,
                     AssignorMemory* memory) const override {
    memory->partitions = assignment.partitions;
    memory->generation = generation;
  }
};

}  // namespace

const client::Assignor& my_assignor() {
  static const MyAssignor kMine;
  return kMine;
}

}  // namespace kscope::lab
