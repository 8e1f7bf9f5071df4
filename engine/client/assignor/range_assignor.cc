#include "engine/client/assignor/range_assignor.h"

#include <algorithm>

#include "engine/client/assignor/group_shape.h"
#include "engine/client/assignor/rack_table.h"

namespace kscope::client {
namespace {

/// One topic while it is dealt out (Kafka: TopicAssignmentState).
class Deal {
 public:
  Deal(const GroupShape& shape, const RackTable& racks, int topic,
       const std::vector<int>& member_order)
      : topic_(&shape.topics[topic]),
        racks_(&racks),
        taken_(topic_->count, false),
        given_(shape.members.size(), 0) {
    for (const int m : member_order) {
      if (shape.subscribes(m, topic)) members_.push_back(m);
    }
    each_ = topic_->count / static_cast<int>(members_.size());
    extra_ = topic_->count % static_cast<int>(members_.size());
    racks_matter_ = racks.matter(members_, topic_->first, topic_->count);
  }

  const std::vector<int>& members() const { return members_; }
  int partition_count() const { return topic_->count; }
  bool racks_matter() const { return racks_matter_; }
  bool anyone_has_a_rack() const {
    return std::any_of(members_.begin(), members_.end(),
                       [this](int m) { return racks_->has_rack(m); });
  }
  int room(int member) const { return std::max(0, each_ + (extra_ > 0 ? 1 : 0) - given_[member]); }
  /// A member that named no rack is at home everywhere.
  bool near(int member, int partition) const {
    return !racks_->has_rack(member) || racks_->same_rack(member, topic_->first + partition);
  }
  void give(int member, int partition, GroupShape::Shares& shares) {
    shares[member].push_back(topic_->first + partition);
    taken_[partition] = true;
    if (++given_[member] == each_ + 1) --extra_;
  }
  /// To each member in turn the first partitions that are left, as many as it has room for.
  void give_ranges(bool only_near, GroupShape::Shares& shares) {
    int begin = 0;
    for (const int member : members_) {
      while (begin < topic_->count && taken_[begin]) ++begin;
      int room_left = room(member);
      for (int p = begin; p < topic_->count && room_left > 0; ++p) {
        if (taken_[p] || (only_near && !near(member, p))) continue;
        give(member, p, shares);
        --room_left;
      }
    }
  }

 private:
  const GroupShape::Topic* topic_;
  const RackTable* racks_;
  std::vector<int> members_;  // subscribers, in the order of ranges
  std::vector<bool> taken_;
  std::vector<int> given_;  // by member
  int each_ = 0;
  int extra_ = 0;  // members that may still get one more than `each_`
  bool racks_matter_ = false;
};

bool all_near_with_room(const std::vector<Deal*>& topics, int member, int partition) {
  return std::all_of(topics.begin(), topics.end(), [=](const Deal* topic) {
    return topic->near(member, partition) && topic->room(member) > 0;
  });
}

/// Partition p of all these topics to the first member that is near to all of them.
void deal_together(const std::vector<Deal*>& topics, GroupShape::Shares& shares) {
  std::vector<int> waiting = topics.front()->members();
  for (int p = 0; p < topics.front()->partition_count() && !waiting.empty(); ++p) {
    const auto it = std::find_if(waiting.begin(), waiting.end(),
                                 [&](int member) { return all_near_with_room(topics, member, p); });
    if (it == waiting.end()) continue;
    for (Deal* topic : topics) topic->give(*it, p, shares);
    const bool full = std::none_of(topics.begin(), topics.end(),
                                   [&](const Deal* topic) { return topic->room(*it) > 0; });
    if (full) waiting.erase(it);
  }
}

void deal_near_partitions(std::vector<Deal>& deals, GroupShape::Shares& shares) {
  std::map<std::pair<std::vector<int>, int>, std::vector<Deal*>> alike;
  for (Deal& deal : deals) {
    if (!deal.anyone_has_a_rack()) continue;
    alike[{deal.members(), deal.partition_count()}].push_back(&deal);
  }
  for (auto& [subscribers_and_size, topics] : alike) {
    if (topics.size() > 1) {
      deal_together(topics, shares);
    } else if (topics.front()->racks_matter()) {
      topics.front()->give_ranges(true, shares);
    }
  }
}

}  // namespace

GroupAssignment RangeAssignor::assign(const ClusterTopics& topics,
                                      const std::vector<MemberSubscription>& members) const {
  const GroupShape shape(topics, members);
  const RackTable racks(shape);
  const std::vector<int> order = shape.static_members_first();
  std::vector<Deal> deals;
  deals.reserve(shape.topics.size());
  for (int t = 0; t < shape.topic_count(); ++t) deals.emplace_back(shape, racks, t, order);

  GroupShape::Shares shares(shape.members.size());
  const bool by_rack =
      std::any_of(deals.begin(), deals.end(), [](const Deal& d) { return d.racks_matter(); });
  if (by_rack) deal_near_partitions(deals, shares);
  for (Deal& deal : deals) deal.give_ranges(false, shares);
  if (by_rack) {
    for (std::vector<int>& share : shares) std::sort(share.begin(), share.end());
  }
  return shape.named(shares);
}

}  // namespace kscope::client
