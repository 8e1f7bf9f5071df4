#include "engine/client/assignor/round_robin_assignor.h"

#include "engine/client/assignor/group_shape.h"

namespace kscope::client {

GroupAssignment RoundRobinAssignor::assign(const ClusterTopics& topics,
                                           const std::vector<MemberSubscription>& members) const {
  const GroupShape shape(topics, members);
  const std::vector<int> circle = shape.static_members_first();
  GroupShape::Shares shares(shape.members.size());
  std::size_t next = 0;
  for (std::size_t p = 0; p < shape.topic_of.size(); ++p) {
    // Ends: a topic without a subscriber is not in the shape.
    while (!shape.subscribes(circle[next], shape.topic_of[p])) next = (next + 1) % circle.size();
    shares[circle[next]].push_back(static_cast<int>(p));
    next = (next + 1) % circle.size();
  }
  return shape.named(shares);
}

}  // namespace kscope::client
