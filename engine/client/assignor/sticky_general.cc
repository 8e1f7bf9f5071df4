#include "engine/client/assignor/sticky_general.h"

#include <algorithm>
#include <numeric>

#include "engine/base/partition_moves.h"

namespace kscope::client {
namespace {

constexpr int kMaxPasses = 1000;

class GeneralAssignment {
 public:
  explicit GeneralAssignment(const StickyProblem& problem)
      : problem_(problem),
        shape_(problem.shape),
        shares_(problem.owned.size()),
        owner_(problem.shape.topic_of.size(), kNobody) {
    sort_topics();
    note_older_claims();
  }

  GroupShape::Shares build() {
    const bool gave_something_up = keep_owned();
    const bool from_nothing = most_loaded_is_empty();
    std::vector<int> free = free_partitions();
    give_free(free);
    fix_what_cannot_change(free);

    const GroupShape::Shares before = shares_;
    if (!gave_something_up) improve(free);
    const bool moved = improve(movable_);
    if (!from_nothing && moved && unevenness(shares_) >= unevenness(before)) shares_ = before;
    return std::move(shares_);
  }

 private:
  static constexpr int kNobody = -1;

  int load(int member) const { return static_cast<int>(shares_[member].size()); }
  bool contested(int topic) const { return shape_.subscribers[topic].size() >= 2; }
  /// Loads compare by size, then by id: the order of Kafka's sortedCurrentSubscriptions.
  bool lighter(int a, int b) const { return std::pair(load(a), a) < std::pair(load(b), b); }

  /// Topics with the fewest subscribers first; of those, by name.
  void sort_topics() {
    topics_.resize(shape_.topics.size());
    std::iota(topics_.begin(), topics_.end(), 0);
    std::stable_sort(topics_.begin(), topics_.end(), [this](int a, int b) {
      return shape_.subscribers[a].size() < shape_.subscribers[b].size();
    });
  }

  /// Of several older claims the youngest counts (Kafka: prepopulateCurrentAssignments).
  void note_older_claims() {
    older_claimant_.assign(owner_.size(), kNobody);
    for (int m = 0; m < shape_.member_count(); ++m) {
      for (const int p : problem_.older_claims[m]) {
        int& claimant = older_claimant_[p];
        if (claimant == kNobody || problem_.generation[m] > problem_.generation[claimant]) {
          claimant = m;
        }
      }
    }
    for (std::size_t p = 0; p < owner_.size(); ++p) {
      int& claimant = older_claimant_[p];
      if (claimant != kNobody && !shape_.subscribes(claimant, shape_.topic_of[p])) {
        claimant = kNobody;
      }
    }
  }

  /// True if somebody has to give up a partition because of its subscription or its rack.
  bool keep_owned() {
    bool gave_something_up = false;
    for (int m = 0; m < shape_.member_count(); ++m) {
      for (const int p : problem_.owned[m]) {
        if (!shape_.subscribes(m, shape_.topic_of[p]) || problem_.wrong_rack(m, p)) {
          gave_something_up = true;
        } else {
          give(p, m);
        }
      }
    }
    return gave_something_up;
  }

  bool most_loaded_is_empty() const {
    return std::all_of(shares_.begin(), shares_.end(), [](const auto& s) { return s.empty(); });
  }

  void give(int partition, int member) {
    shares_[member].push_back(partition);
    owner_[partition] = member;
  }

  template <class Visit>
  void each_partition_of(int topic, Visit visit) const {
    const GroupShape::Topic& t = shape_.topics[topic];
    for (int p = t.first; p < t.first + t.count; ++p) visit(p);
  }

  std::vector<int> free_partitions() const {
    std::vector<int> free;
    for (const int t : topics_) {
      each_partition_of(t, [&](int p) {
        if (owner_[p] == kNobody) free.push_back(p);
      });
    }
    return free;
  }

  int least_loaded(int topic) const {
    const std::vector<int>& subscribers = shape_.subscribers[topic];
    return *std::min_element(subscribers.begin(), subscribers.end(),
                             [this](int a, int b) { return lighter(a, b); });
  }

  /// kNobody if every subscriber sits in a rack without a replica of the partition.
  int least_loaded_near(int partition) const {
    int least = kNobody;
    for (const int m : shape_.subscribers[shape_.topic_of[partition]]) {
      if (problem_.wrong_rack(m, partition)) continue;
      if (least == kNobody || lighter(m, least)) least = m;
    }
    return least;
  }

  void give_free(const std::vector<int>& free) {
    for (const int p : free) {
      const int member = problem_.by_rack ? least_loaded_near(p) : kNobody;
      if (member != kNobody) give(p, member);
    }
    for (const int p : free) {
      if (owner_[p] == kNobody) give(p, least_loaded(shape_.topic_of[p]));
    }
  }

  /// What only one member can have is settled.
  void fix_what_cannot_change(std::vector<int>& free) {
    for (const int t : topics_) {
      if (!contested(t)) continue;
      contested_.push_back(t);
      each_partition_of(t, [&](int p) { movable_.push_back(p); });
    }
    free.erase(std::remove_if(free.begin(), free.end(),
                              [this](int p) { return !contested(shape_.topic_of[p]); }),
               free.end());
  }

  /// Whether a subscriber of the topic could take over a partition of somebody who has at least two
  /// more.
  bool topic_is_balanced(int topic) const {
    int most = 0;
    each_partition_of(topic, [&](int p) { most = std::max(most, load(owner_[p])); });
    return load(least_loaded(topic)) + 1 >= most;
  }

  bool balanced() {
    for (std::size_t i = 0; i < contested_.size(); ++i) {
      if (!topic_is_balanced(contested_[next_look_])) return false;
      next_look_ = (next_look_ + 1) % contested_.size();
    }
    return true;
  }

  bool improve(const std::vector<int>& partitions) {
    bool moved_any = false;
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      bool moved = false;
      bool known_unbalanced = false;
      for (const int p : partitions) {
        if (!known_unbalanced && balanced()) return moved_any || moved;
        const bool moves = move_if_better(p);
        known_unbalanced = !moves;  // nothing changed: the answer is still the same
        moved |= moves;
      }
      if (!moved) break;
      moved_any = true;
    }
    return moved_any;
  }

  /// Kafka looks for a less loaded member in the partition's racks first, but moves to the least
  /// loaded of all subscribers either way; one look is enough.
  bool move_if_better(int partition) {
    const int owner = owner_[partition];
    const int claimant = older_claimant_[partition];
    const int topic = shape_.topic_of[partition];
    if (claimant != kNobody && load(owner) > load(claimant) + 1) {
      move(topic, partition, owner, claimant);
      return true;
    }
    const int least = least_loaded(topic);
    if (load(owner) <= load(least) + 1) return false;
    move(topic, partition, owner, least);
    return true;
  }

  void move(int topic, int wanted, int from, int to) {
    const int partition = moves_.better_choice(topic, wanted, from, to);
    const int owner = owner_[partition];
    moves_.moved(topic, partition, owner, to);
    std::vector<int>& share = shares_[owner];
    share.erase(std::find(share.begin(), share.end(), partition));
    give(partition, to);
  }

  /// The sum of the differences between all pairs that can still change (Kafka: getBalanceScore).
  std::int64_t unevenness(const GroupShape::Shares& shares) const {
    std::vector<std::int64_t> sizes;
    for (int m = 0; m < shape_.member_count(); ++m) {
      if (takes_part(m)) sizes.push_back(static_cast<std::int64_t>(shares[m].size()));
    }
    std::sort(sizes.begin(), sizes.end());
    std::int64_t sum = 0, smaller = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      sum += static_cast<std::int64_t>(i) * sizes[i] - smaller;
      smaller += sizes[i];
    }
    return sum;
  }
  bool takes_part(int member) const {
    const std::vector<int>& topics = shape_.subscriptions[member];
    return std::any_of(topics.begin(), topics.end(), [this](int t) { return contested(t); });
  }

  const StickyProblem& problem_;
  const GroupShape& shape_;
  std::vector<int> topics_;          // in the order in which partitions are handed out
  std::vector<int> contested_;       // topics with several subscribers
  std::vector<int> movable_;         // their partitions
  std::size_t next_look_ = 0;        // where in contested_ balanced() last found something
  std::vector<int> older_claimant_;  // by partition
  PartitionMoves moves_;
  GroupShape::Shares shares_;
  std::vector<int> owner_;  // by partition
};

}  // namespace

GroupShape::Shares assign_general(const StickyProblem& problem) {
  return GeneralAssignment(problem).build();
}

}  // namespace kscope::client
