#include "engine/coordinator/assignor/uniform_assignor.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::coordinator {
namespace {

struct FreePartition {
  Uuid topic;
  std::int32_t partition = 0;
  auto operator<=>(const FreePartition&) const = default;
};

class HomogeneousAssignment {
 public:
  explicit HomogeneousAssignment(const GroupSpec& group)
      : group_(group), topics_(group.members.begin()->second.topics) {}

  TargetAssignment build() {
    std::int32_t total = 0;
    for (const Uuid& topic : topics_) total += find_free(topic);
    const auto members = static_cast<std::int32_t>(group_.members.size());
    const std::int32_t quota = total / members;
    std::int32_t one_more = total % members;
    for (const auto& [id, member] : group_.members) {
      keep(id, member, quota + (one_more > 0 ? 1 : 0));
      if (one_more > 0) --one_more;
    }
    fill();
    return std::move(target_);
  }

 private:
  /// The topic's number of partitions; those that are in nobody's target become free.
  std::int32_t find_free(const Uuid& topic) {
    const std::int32_t count = group_.partition_counts.at(topic);
    std::vector<bool> taken(static_cast<std::size_t>(count), false);
    for (const auto& [id, member] : group_.members) {
      const auto has = member.target.find(topic);
      if (has == member.target.end()) continue;
      for (const std::int32_t p : has->second) {
        if (p < count) taken[static_cast<std::size_t>(p)] = true;
      }
    }
    for (std::int32_t p = 0; p < count; ++p) {
      if (!taken[static_cast<std::size_t>(p)]) free_.push_back({topic, p});
    }
    return count;
  }

  void keep(const std::string& id, const MemberSpec& member, std::int32_t quota) {
    PartitionsByTopicId& mine = target_[id];
    for (const auto& [topic, partitions] : member.target) {
      if (topics_.count(topic) == 0) continue;
      const auto kept = std::min<std::size_t>(partitions.size(), static_cast<std::size_t>(quota));
      quota -= static_cast<std::int32_t>(kept);
      const auto end = partitions.begin() + static_cast<std::ptrdiff_t>(kept);
      if (kept > 0) mine[topic].assign(partitions.begin(), end);
      for (auto it = end; it != partitions.end(); ++it) free_.push_back({topic, *it});
    }
    if (quota > 0) below_quota_.push_back({&mine, quota});
  }

  void fill() {
    std::size_t next = 0;
    for (auto& [share, room] : below_quota_) {
      for (; room > 0 && next < free_.size(); --room, ++next) {
        (*share)[free_[next].topic].push_back(free_[next].partition);
      }
      for (auto& [topic, partitions] : *share) std::sort(partitions.begin(), partitions.end());
    }
    KCHECK(next == free_.size());  // quotas add up to the number of partitions
  }

  struct Unfilled {
    PartitionsByTopicId* share = nullptr;
    std::int32_t room = 0;
  };

  const GroupSpec& group_;
  const std::set<Uuid>& topics_;
  std::vector<FreePartition> free_;    // never assigned ones first, then what was taken away
  std::vector<Unfilled> below_quota_;  // by member id
  TargetAssignment target_;
};

}  // namespace

TargetAssignment assign_homogeneous(const GroupSpec& group) {
  return HomogeneousAssignment(group).build();
}

Result<TargetAssignment> UniformAssignor::assign(const GroupSpec& group) const {
  KTRY(topics_exist(group));
  if (group.members.empty()) return TargetAssignment();
  return group.subscriptions == SubscriptionType::Homogeneous ? assign_homogeneous(group)
                                                              : assign_heterogeneous(group);
}

}  // namespace kscope::coordinator
