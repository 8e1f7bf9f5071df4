#include "engine/client/assignor/rack_table.h"

#include <algorithm>
#include <set>

namespace kscope::client {

RackTable::RackTable(const GroupShape& shape) : rack_of_(shape.members.size(), -1) {
  std::map<std::string_view, int> numbers;
  const auto number_of = [&numbers](std::string_view rack) {
    return numbers.try_emplace(rack, static_cast<int>(numbers.size())).first->second;
  };
  for (int m = 0; m < shape.member_count(); ++m) {
    const auto& rack = shape.members[m]->subscription.rack_id;
    if (rack && !rack->empty()) rack_of_[m] = number_of(*rack);
  }
  if (numbers.empty()) return;  // nobody cares
  replica_racks_.resize(shape.topic_of.size());
  for (const GroupShape::Topic& topic : shape.topics) {
    const auto& racks = topic.layout->racks;
    const int known = std::min(topic.count, static_cast<int>(racks.size()));
    for (int p = 0; p < known; ++p) {
      std::vector<int>& here = replica_racks_[topic.first + p];
      for (const std::string& rack : racks[p]) here.push_back(number_of(rack));
      std::sort(here.begin(), here.end());
      here.erase(std::unique(here.begin(), here.end()), here.end());
    }
  }
  members_in_.assign(numbers.size(), 0);
  for (const int rack : rack_of_) {
    if (rack >= 0) ++members_in_[rack];
  }
}

bool RackTable::matter(const std::vector<int>& members, int first, int count) const {
  if (replica_racks_.empty()) return false;
  std::set<int> replicas;
  for (int p = first; p < first + count; ++p) {
    replicas.insert(replica_racks_[p].begin(), replica_racks_[p].end());
  }
  const bool meet = std::any_of(members.begin(), members.end(),
                                [&](int m) { return replicas.count(rack_of_[m]) > 0; });
  if (!meet) return false;
  const std::vector<int> everywhere(replicas.begin(), replicas.end());
  for (int p = first; p < first + count; ++p) {
    if (replica_racks_[p] != everywhere) return true;
  }
  return false;
}

bool RackTable::same_rack(int member, int partition) const {
  if (rack_of_[member] < 0) return false;
  const std::vector<int>& racks = replica_racks_[partition];
  return std::binary_search(racks.begin(), racks.end(), rack_of_[member]);
}

int RackTable::neighbours(int partition) const {
  if (replica_racks_.empty()) return 0;
  int count = 0;
  for (const int rack : replica_racks_[partition]) count += members_in_[rack];
  return count;
}

}  // namespace kscope::client
