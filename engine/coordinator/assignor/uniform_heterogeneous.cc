// assign_heterogeneous(): the search of uniform_assignor.h, over numbers instead of names.
#include <algorithm>
#include <numeric>

#include "engine/base/partition_moves.h"
#include "engine/coordinator/assignor/uniform_assignor.h"

namespace kscope::coordinator {
namespace {

constexpr int kNobody = -1;
constexpr int kMaxPasses = 1000;  // Kafka's has no end but its own; none was ever seen to need one

class HeterogeneousAssignment {
 public:
  explicit HeterogeneousAssignment(const GroupSpec& group) : group_(group) {
    number_topics();
    number_members();
    sort_partitions();
    owner_.assign(topic_of_.size(), kNobody);
    has_moved_.assign(topic_of_.size(), false);
  }

  TargetAssignment build() {
    keep_target();
    for (const int p : sorted_) {
      if (owner_[p] == kNobody) give(p, least_loaded(topic_of_[p]));
    }
    leave_out_what_only_one_can_have();
    improve();
    return named();
  }

 private:
  struct Topic {
    const Uuid* id = nullptr;
    int first = 0, count = 0;
    std::vector<int> subscribers;
  };

  void number_topics() {
    std::set<Uuid> wanted;
    for (const auto& [id, member] : group_.members) {
      wanted.insert(member.topics.begin(), member.topics.end());
    }
    for (const auto& [id, count] : group_.partition_counts) {
      if (wanted.count(id) == 0) continue;
      const int number = static_cast<int>(topics_.size());
      number_of_[id] = number;
      topics_.push_back({&id, static_cast<int>(topic_of_.size()), count, {}});
      topic_of_.resize(topic_of_.size() + static_cast<std::size_t>(count), number);
    }
  }

  void number_members() {
    int m = 0;
    for (const auto& [id, member] : group_.members) {
      int capacity = 0;
      for (const Uuid& topic : member.topics) {
        Topic& t = topics_[number_of_[topic]];
        t.subscribers.push_back(m);
        capacity += t.count;
      }
      capacity_.push_back(capacity);
      load_.push_back(0);
      ++m;
    }
  }

  /// Most partitions per subscriber first, then fewest subscribers, then by partition.
  void sort_partitions() {
    std::vector<std::pair<double, std::size_t>> crowd;  // by topic
    for (const Topic& topic : topics_) {
      const std::size_t subscribers = topic.subscribers.size();
      crowd.push_back({-topic.count / static_cast<double>(subscribers), subscribers});
    }
    sorted_.resize(topic_of_.size());
    std::iota(sorted_.begin(), sorted_.end(), 0);
    std::stable_sort(sorted_.begin(), sorted_.end(), [&](int a, int b) {
      const int ta = topic_of_[a], tb = topic_of_[b];
      return std::pair(crowd[ta], a - topics_[ta].first) <
             std::pair(crowd[tb], b - topics_[tb].first);
    });
  }

  void keep_target() {
    int m = 0;
    for (const auto& [id, member] : group_.members) {
      for (const auto& [topic, partitions] : member.target) {
        if (member.topics.count(topic) == 0) continue;
        const Topic& t = topics_[number_of_[topic]];
        for (const std::int32_t p : partitions) {
          if (p < t.count && owner_[t.first + p] == kNobody) give(t.first + p, m);
        }
      }
      ++m;
    }
  }

  void give(int partition, int member) {
    owner_[partition] = member;
    ++load_[member];
  }

  int least_loaded(int topic) const {
    const std::vector<int>& subscribers = topics_[topic].subscribers;
    return *std::min_element(subscribers.begin(), subscribers.end(), [this](int a, int b) {
      return std::pair(load_[a], a) < std::pair(load_[b], b);
    });
  }

  bool contested(int topic) const { return topics_[topic].subscribers.size() >= 2; }

  void leave_out_what_only_one_can_have() {
    for (int t = 0; t < static_cast<int>(topics_.size()); ++t) {
      if (contested(t)) contested_.push_back(t);
    }
    sorted_.erase(std::remove_if(sorted_.begin(), sorted_.end(),
                                 [this](int p) { return !contested(topic_of_[p]); }),
                  sorted_.end());
  }

  bool topic_is_balanced(int t) const {
    const Topic& topic = topics_[t];
    int most = 0;
    for (int p = topic.first; p < topic.first + topic.count; ++p) {
      most = std::max(most, load_[owner_[p]]);
    }
    return load_[least_loaded(t)] + 1 >= most;
  }

  /// Of the members that could still take more, whether all are within one of each other.
  bool level() const {
    int least = static_cast<int>(topic_of_.size()), most = 0;
    for (std::size_t m = 0; m < load_.size(); ++m) {
      if (load_[m] >= capacity_[m]) continue;
      least = std::min(least, load_[m]);
      most = std::max(most, load_[m]);
    }
    return least >= most - 1;
  }

  bool balanced() {
    if (level()) return true;
    for (std::size_t i = 0; i < contested_.size(); ++i) {
      if (!topic_is_balanced(contested_[next_look_])) return false;
      next_look_ = (next_look_ + 1) % contested_.size();
    }
    return true;
  }

  void improve() {
    bool moved = true;
    for (int pass = 0; moved && pass < kMaxPasses; ++pass) {
      moved = false;
      bool just_moved = false;
      const std::vector<int> candidates = not_yet_moved();
      for (const int p : candidates) {
        if (just_moved && balanced()) return;
        just_moved = move_if_better(p);
        moved |= just_moved;
      }
    }
  }

  std::vector<int> not_yet_moved() const {
    std::vector<int> partitions;
    std::copy_if(sorted_.begin(), sorted_.end(), std::back_inserter(partitions),
                 [this](int p) { return !has_moved_[p]; });
    return partitions;
  }

  bool move_if_better(int wanted) {
    const int topic = topic_of_[wanted];
    const int from = owner_[wanted], to = least_loaded(topic);
    if (load_[from] <= load_[to] + 1) return false;
    const int partition = moves_.better_choice(topic, wanted, from, to);
    const int owner = owner_[partition];
    moves_.moved(topic, partition, owner, to);
    --load_[owner];
    give(partition, to);
    has_moved_[partition] = true;
    return true;
  }

  TargetAssignment named() const {
    std::vector<PartitionsByTopicId*> shares;
    TargetAssignment target;
    for (const auto& [id, member] : group_.members) shares.push_back(&target[id]);
    for (std::size_t p = 0; p < owner_.size(); ++p) {
      const Topic& topic = topics_[topic_of_[p]];
      (*shares[owner_[p]])[*topic.id].push_back(static_cast<std::int32_t>(p) - topic.first);
    }
    return target;
  }

  const GroupSpec& group_;
  std::vector<Topic> topics_;      // by id
  std::map<Uuid, int> number_of_;  // of topics
  std::vector<int> topic_of_;      // by partition
  std::vector<int> sorted_;        // partitions, in the order they are handed out and moved
  std::vector<int> owner_;         // by partition
  std::vector<bool> has_moved_;    // by partition: in the search for balance
  std::vector<int> capacity_;      // by member: partitions of all its topics
  std::vector<int> load_;          // by member
  std::vector<int> contested_;     // topics with several subscribers
  std::size_t next_look_ = 0;      // where in contested_ balanced() last found something
  PartitionMoves moves_;
};

}  // namespace

TargetAssignment assign_heterogeneous(const GroupSpec& group) {
  return HeterogeneousAssignment(group).build();
}

}  // namespace kscope::coordinator
