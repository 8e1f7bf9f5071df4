#include "engine/coordinator/assignor/server_range_assignor.h"

#include <algorithm>
#include <numeric>

namespace kscope::coordinator {
namespace {

using Member = std::pair<const std::string, MemberSpec>;

/// Static members first, by instance id: they keep their place when they come back under another
/// member id (Kafka: RangeAssignor.sortMemberIds).
std::vector<const Member*> in_order(const GroupSpec& group) {
  std::vector<const Member*> members;
  for (const Member& member : group.members) members.push_back(&member);
  std::stable_sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
    const auto& left = a->second.instance_id;
    const auto& right = b->second.instance_id;
    if (left && right) return *left < *right;
    return left.has_value() && !right.has_value();
  });
  return members;
}

struct Ranges {
  std::int32_t partitions = 0;
  std::int32_t subscribers = 0;
  std::int32_t served = 0;
  std::int32_t next = 0;

  /// [first, second) for the next subscriber.
  std::pair<std::int32_t, std::int32_t> take() {
    const std::int32_t size =
        partitions / subscribers + (served < partitions % subscribers ? 1 : 0);
    ++served;
    next += size;
    return {next - size, next};
  }
};

}  // namespace

Result<TargetAssignment> ServerRangeAssignor::assign(const GroupSpec& group) const {
  KTRY(topics_exist(group));
  std::map<Uuid, Ranges> topics;
  for (const auto& [id, member] : group.members) {
    for (const Uuid& topic : member.topics) {
      topics[topic].partitions = group.partition_counts.at(topic);
      ++topics[topic].subscribers;
    }
  }
  TargetAssignment target;
  for (const Member* member : in_order(group)) {
    PartitionsByTopicId& mine = target[member->first];
    for (const Uuid& topic : member->second.topics) {
      const auto [first, end] = topics[topic].take();
      if (first == end) continue;
      std::vector<std::int32_t>& partitions = mine[topic];
      partitions.resize(static_cast<std::size_t>(end - first));
      std::iota(partitions.begin(), partitions.end(), first);
    }
  }
  return target;
}

}  // namespace kscope::coordinator
