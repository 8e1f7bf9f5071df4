#include "engine/client/assignor/consistent_hash_assignor.h"

#include <algorithm>

#include "engine/base/checksums.h"
#include "engine/client/assignor/group_shape.h"

namespace kscope::client {
namespace {

struct Point {
  std::uint32_t at = 0;
  int member = 0;
};
using Circle = std::vector<Point>;

std::uint32_t place_of(const std::string& name) {
  return static_cast<std::uint32_t>(murmur2(view_of(name)));
}

/// A static member keeps its places when it comes back with another member id.
const std::string& lasting_name(const MemberSubscription& member) {
  return member.instance_id ? *member.instance_id : member.member_id;
}

Circle circle_of(const std::vector<int>& members, const GroupShape& shape) {
  Circle circle;
  circle.reserve(members.size() * ConsistentHashAssignor::kPoints);
  for (const int m : members) {
    const std::string& name = lasting_name(*shape.members[m]);
    for (int i = 0; i < ConsistentHashAssignor::kPoints; ++i) {
      circle.push_back({place_of(name + "#" + std::to_string(i)), m});
    }
  }
  std::sort(circle.begin(), circle.end(), [](const Point& a, const Point& b) {
    return std::pair(a.at, a.member) < std::pair(b.at, b.member);
  });
  return circle;
}

int first_clockwise(const Circle& circle, std::uint32_t from) {
  const auto it = std::lower_bound(circle.begin(), circle.end(), from,
                                   [](const Point& p, std::uint32_t at) { return p.at < at; });
  return it == circle.end() ? circle.front().member : it->member;
}

}  // namespace

GroupAssignment ConsistentHashAssignor::assign(
    const ClusterTopics& topics, const std::vector<MemberSubscription>& members) const {
  const GroupShape shape(topics, members);
  GroupShape::Shares shares(shape.members.size());
  std::map<std::vector<int>, Circle> circles;  // topics with the same subscribers share one
  for (int t = 0; t < shape.topic_count(); ++t) {
    Circle& circle = circles[shape.subscribers[t]];
    if (circle.empty()) circle = circle_of(shape.subscribers[t], shape);
    const GroupShape::Topic& topic = shape.topics[t];
    for (int p = 0; p < topic.count; ++p) {
      const TopicPartition partition{*topic.name, p};
      shares[first_clockwise(circle, place_of(partition.str()))].push_back(topic.first + p);
    }
  }
  return shape.named(shares);
}

}  // namespace kscope::client
