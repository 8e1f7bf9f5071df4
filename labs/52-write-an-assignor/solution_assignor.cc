// One solution of the lab: everybody keeps what they had as far as their quota goes, and what is
// then free goes to whoever has least. Kafka's sticky assignor is the same idea with more cases.
#include <algorithm>
#include <set>

#include "engine/client/assignor/sticky_assignor.h"
#include "viewer/lab/lab_assignors.h"

namespace kscope::lab {

namespace {

using client::AssignorMemory;
using client::ClusterTopics;
using client::GroupAssignment;
using client::MemberAssignment;
using client::MemberSubscription;

bool wants(const MemberSubscription& member, const std::string& topic) {
  const std::vector<std::string>& topics = member.subscription.topics;
  return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

class SolutionAssignor final : public client::Assignor {
 public:
  const char* name() const override { return "solution"; }

  GroupAssignment assign(const ClusterTopics& topics,
                         const std::vector<MemberSubscription>& members) const override {
    std::set<TopicPartition> free;
    for (const auto& [topic, layout] : topics) {
      const bool wanted = std::any_of(members.begin(), members.end(),
                                      [&name = topic](const auto& m) { return wants(m, name); });
      for (int p = 0; wanted && p < layout.partition_count; ++p) free.insert({topic, p});
    }
    GroupAssignment shares = keep_what_they_had(members, free);
    for (const TopicPartition& partition : free) {
      shares[least_loaded(members, shares, partition.topic)].push_back(partition);
    }
    return shares;
  }

  std::optional<Blob> subscription_user_data(const std::vector<std::string>&,
                                             const AssignorMemory& memory) const override {
    if (!memory.partitions) return std::nullopt;
    return client::write_sticky_user_data({*memory.partitions, memory.generation});
  }

  void on_assignment(const MemberAssignment& assignment, std::int32_t generation,
                     AssignorMemory* memory) const override {
    memory->partitions = assignment.partitions;
    memory->generation = generation;
  }

 private:
  struct Claim {
    const MemberSubscription* member = nullptr;
    client::OwnedClaim owned;
    std::vector<TopicPartition> kept;
  };

  /// Who slept through a rebalance claims what others have by now: younger claims come first.
  static std::vector<Claim> claims_of(const std::vector<MemberSubscription>& members) {
    std::vector<Claim> claims;
    for (const MemberSubscription& member : members) {
      claims.push_back({&member, {}, {}});
      const std::optional<Blob>& data = member.subscription.user_data;
      if (data) claims.back().owned = client::read_sticky_user_data(*data);
    }
    std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
      const auto age = [](const Claim& c) { return -c.owned.generation.value_or(-1); };
      return std::pair(age(a), a.member->member_id) < std::pair(age(b), b.member->member_id);
    });
    return claims;
  }

  /// Takes out of `free` what stays where it was.
  static GroupAssignment keep_what_they_had(const std::vector<MemberSubscription>& members,
                                            std::set<TopicPartition>& free) {
    const std::size_t all = free.size();
    std::vector<Claim> claims = claims_of(members);
    for (Claim& claim : claims) {
      for (const TopicPartition& partition : claim.owned.partitions) {
        if (!wants(*claim.member, partition.topic) || free.erase(partition) == 0) continue;
        claim.kept.push_back(partition);
      }
    }
    // Who has most may keep the one more that some get if it does not come out even.
    std::stable_sort(claims.begin(), claims.end(),
                     [](const Claim& a, const Claim& b) { return a.kept.size() > b.kept.size(); });
    GroupAssignment shares;
    std::size_t place = 0;
    for (Claim& claim : claims) {
      const std::size_t quota = all / members.size() + (place++ < all % members.size() ? 1 : 0);
      std::sort(claim.kept.begin(), claim.kept.end());
      while (claim.kept.size() > quota) {
        free.insert(claim.kept.back());
        claim.kept.pop_back();
      }
      shares[claim.member->member_id] = std::move(claim.kept);
    }
    return shares;
  }

  static std::string least_loaded(const std::vector<MemberSubscription>& members,
                                  const GroupAssignment& shares, const std::string& topic) {
    const std::string* best = nullptr;
    for (const auto& [id, share] : shares) {
      const auto member = std::find_if(members.begin(), members.end(),
                                       [&id = id](const auto& m) { return m.member_id == id; });
      if (!wants(*member, topic)) continue;
      if (best == nullptr || share.size() < shares.at(*best).size()) best = &id;
    }
    return *best;
  }
};

}  // namespace

const client::Assignor& solution_assignor() {
  static const SolutionAssignor kSolution;
  return kSolution;
}

}  // namespace kscope::lab
