#include "engine/client/assignor/sticky_constrained.h"

#include <algorithm>
#include <list>

#include "engine/base/check.h"

namespace kscope::client {
namespace {

class ConstrainedAssignment {
 public:
  explicit ConstrainedAssignment(const StickyProblem& problem)
      : problem_(problem),
        shares_(problem.owned.size()),
        given_up_by_(problem.shape.topic_of.size(), kNobody),
        assigned_(given_up_by_.size(), false) {
    const int partitions = static_cast<int>(given_up_by_.size());
    const int members = problem.shape.member_count();
    min_quota_ = partitions / members;
    extra_places_ = partitions % members;
    max_quota_ = min_quota_ + (extra_places_ > 0 ? 1 : 0);
  }

  StickyResult build() {
    for (int m = 0; m < problem_.shape.member_count(); ++m) keep_owned(m);
    std::list<int> free = free_partitions();
    if (problem_.by_rack) give_within_racks(free);
    give_round_robin(free);
    return {std::move(shares_), std::move(changing_hands_)};
  }

 private:
  static constexpr int kNobody = -1;

  bool extra_place_left() const { return extra_taken_ < extra_places_; }
  int size_of(int member) const { return static_cast<int>(shares_[member].size()); }

  void take_extra_place() {
    if (++extra_taken_ == extra_places_) at_quota_.clear();  // nobody else may get one more
  }

  /// Lower partitions first, across topics (Kafka's order, which keeps topics evenly spread).
  std::vector<int> keepable(int member) {
    std::vector<int> owned;
    for (const int p : problem_.owned[member]) {
      if (problem_.wrong_rack(member, p)) {
        given_up_by_[p] = member;
      } else if (!problem_.disputed[p]) {
        owned.push_back(p);
      }
    }
    const GroupShape& shape = problem_.shape;
    std::sort(owned.begin(), owned.end(), [&shape](int a, int b) {
      const int ta = shape.topic_of[a], tb = shape.topic_of[b];
      return std::pair(a - shape.topics[ta].first, ta) < std::pair(b - shape.topics[tb].first, tb);
    });
    return owned;
  }

  void keep_owned(int member) {
    const std::vector<int> owned = keepable(member);
    const int size = static_cast<int>(owned.size());
    int kept = min_quota_;
    if (size < min_quota_) {
      kept = size;
      below_quota_.push_back(member);
    } else if (size >= max_quota_ && extra_place_left()) {
      kept = max_quota_;
      take_extra_place();
    } else if (extra_place_left()) {
      at_quota_.push_back(member);
    }
    for (int i = 0; i < kept; ++i) assigned_[owned[i]] = true;
    for (int i = kept; i < size; ++i) given_up_by_[owned[i]] = member;
    shares_[member].assign(owned.begin(), owned.begin() + kept);
  }

  /// By topic and partition; with racks those first that have the fewest members nearby, since they
  /// are the hardest to place well.
  std::list<int> free_partitions() const {
    std::list<int> free;
    for (int p = 0; p < static_cast<int>(assigned_.size()); ++p) {
      if (!assigned_[p]) free.push_back(p);
    }
    if (problem_.by_rack) {
      free.sort([this](int a, int b) {
        return problem_.racks.neighbours(a) < problem_.racks.neighbours(b);
      });
    }
    return free;
  }

  void give(int partition, int member) {
    shares_[member].push_back(partition);
    const int before = given_up_by_[partition];
    if ((before != kNobody && before != member) || problem_.disputed[partition]) {
      changing_hands_.push_back(partition);
    }
  }

  /// The first place at or after `from`, in a circle, of a member in one of the partition's racks.
  std::size_t next_near(const std::vector<int>& members, std::size_t from, int partition) const {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::size_t at = (from + i) % members.size();
      if (problem_.racks.same_rack(members[at], partition)) return at;
    }
    return members.size();
  }

  void give_within_racks(std::list<int>& free) {
    std::size_t next = 0;
    for (auto it = free.begin(); it != free.end();) {
      const bool given = give_below_quota(*it, &next) || give_at_quota(*it);
      it = given ? free.erase(it) : std::next(it);
    }
  }

  bool give_below_quota(int partition, std::size_t* next) {
    std::size_t at = next_near(below_quota_, *next, partition);
    if (at == below_quota_.size()) return false;
    const int member = below_quota_[at];
    give(partition, member);
    if (size_of(member) >= min_quota_) {
      below_quota_.erase(below_quota_.begin() + static_cast<std::ptrdiff_t>(at));
      if (size_of(member) < max_quota_ && extra_place_left()) at_quota_.push_back(member);
    } else {
      ++at;
    }
    *next = below_quota_.empty() ? 0 : at % below_quota_.size();
    return true;
  }

  bool give_at_quota(int partition) {
    const std::size_t at = next_near(at_quota_, 0, partition);
    if (at == at_quota_.size()) return false;
    const int member = at_quota_[at];
    give(partition, member);
    if (size_of(member) == max_quota_) {
      at_quota_.erase(at_quota_.begin() + static_cast<std::ptrdiff_t>(at));
      take_extra_place();
    }
    return true;
  }

  void give_round_robin(const std::list<int>& free) {
    std::size_t next = 0, next_at_quota = 0;
    for (const int partition : free) {
      if (below_quota_.empty()) {
        KCHECK(next_at_quota < at_quota_.size());  // quotas add up to the number of partitions
        give(partition, at_quota_[next_at_quota++]);
        continue;
      }
      next %= below_quota_.size();
      const int member = below_quota_[next];
      give(partition, member);
      if (size_of(member) < min_quota_) {
        ++next;
      } else {
        below_quota_.erase(below_quota_.begin() + static_cast<std::ptrdiff_t>(next));
        at_quota_.push_back(member);
      }
    }
  }

  const StickyProblem& problem_;
  int min_quota_ = 0, max_quota_ = 0;
  int extra_places_ = 0;  // members that get max_quota_, if that is more than min_quota_
  int extra_taken_ = 0;
  std::vector<int> below_quota_;  // members that still need partitions, by id
  std::vector<int> at_quota_;     // members that may get one more
  GroupShape::Shares shares_;
  std::vector<int> given_up_by_;  // by partition: who owned it and may not keep it
  std::vector<bool> assigned_;    // by partition: kept by its owner
  std::vector<int> changing_hands_;
};

}  // namespace

StickyResult assign_constrained(const StickyProblem& problem) {
  if (problem.owned.empty()) return {};
  return ConstrainedAssignment(problem).build();
}

}  // namespace kscope::client
