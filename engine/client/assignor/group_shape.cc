#include "engine/client/assignor/group_shape.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "engine/base/check.h"

namespace kscope::client {

GroupShape::GroupShape(const ClusterTopics& cluster, const std::vector<MemberSubscription>& group) {
  for (const MemberSubscription& member : group) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return a->member_id < b->member_id; });
  for (std::size_t m = 1; m < members.size(); ++m) {
    KCHECK(members[m - 1]->member_id != members[m]->member_id);
  }

  std::set<std::string_view> wanted;
  for (const MemberSubscription& member : group) {
    wanted.insert(member.subscription.topics.begin(), member.subscription.topics.end());
  }
  for (const auto& [name, layout] : cluster) {
    if (layout.partition_count <= 0 || wanted.count(name) == 0) continue;
    const int first = static_cast<int>(topic_of.size());
    topic_of.resize(topic_of.size() + static_cast<std::size_t>(layout.partition_count),
                    topic_count());
    topics.push_back({&name, &layout, first, layout.partition_count});
  }

  subscribers.resize(topics.size());
  subscriptions.resize(members.size());
  for (int m = 0; m < member_count(); ++m) {
    std::vector<int>& mine = subscriptions[m];
    for (const std::string& topic : members[m]->subscription.topics) {
      if (const auto number = number_of(topic, 0)) mine.push_back(topic_of[*number]);
    }
    std::sort(mine.begin(), mine.end());
    mine.erase(std::unique(mine.begin(), mine.end()), mine.end());
    for (const int t : mine) subscribers[t].push_back(m);
  }
}

bool GroupShape::subscribes(int member, int topic) const {
  const std::vector<int>& mine = subscriptions[member];
  return std::binary_search(mine.begin(), mine.end(), topic);
}

std::optional<int> GroupShape::number_of(std::string_view topic, std::int32_t partition) const {
  const auto it =
      std::lower_bound(topics.begin(), topics.end(), topic,
                       [](const Topic& t, std::string_view name) { return *t.name < name; });
  if (it == topics.end() || *it->name != topic) return std::nullopt;
  if (partition < 0 || partition >= it->count) return std::nullopt;
  return it->first + partition;
}

std::vector<int> GroupShape::static_members_first() const {
  std::vector<int> order(members.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](int a, int b) {
    const auto& left = members[a]->instance_id;
    const auto& right = members[b]->instance_id;
    if (left && right) return *left < *right;
    return left.has_value() && !right.has_value();  // otherwise as they are: by member id
  });
  return order;
}

bool GroupShape::all_subscribe_alike() const {
  const auto topics_of = [this](std::size_t m) {
    const std::vector<std::string>& named = members[m]->subscription.topics;
    return std::set<std::string_view>(named.begin(), named.end());
  };
  if (members.empty()) return true;
  const std::set<std::string_view> first = topics_of(0);
  for (std::size_t m = 1; m < members.size(); ++m) {
    if (members[m]->subscription.topics != members[0]->subscription.topics &&
        topics_of(m) != first) {
      return false;
    }
  }
  return true;
}

GroupAssignment GroupShape::named(const Shares& shares) const {
  GroupAssignment assignment;
  for (int m = 0; m < member_count(); ++m) {
    std::vector<TopicPartition>& list = assignment[members[m]->member_id];
    list.reserve(shares[m].size());
    for (const int p : shares[m]) {
      const Topic& topic = topics[topic_of[p]];
      list.push_back({*topic.name, p - topic.first});
    }
  }
  return assignment;
}

}  // namespace kscope::client
