#include "engine/client/assignor/sticky_problem.h"

#include <algorithm>

namespace kscope::client {
namespace {

constexpr std::int32_t kOldestClaim = -1;

GroupShape::Shares numbered(const GroupShape& shape, const std::vector<OwnedClaim>& claims) {
  GroupShape::Shares numbers(claims.size());
  for (std::size_t m = 0; m < claims.size(); ++m) {
    for (const TopicPartition& tp : claims[m].partitions) {
      if (const auto p = shape.number_of(tp.topic, tp.partition)) numbers[m].push_back(*p);
    }
  }
  return numbers;
}

/// Settles the claims one after the other, in the order of the members.
class Court {
 public:
  explicit Court(StickyProblem& problem)
      : problem_(problem), owner_(problem.shape.topic_of.size(), kNobody) {}

  void hear(int member, int partition) {
    const int other = owner_[partition];
    const std::int32_t mine = problem_.generation[member];
    const std::int32_t theirs = other == kNobody ? mine : problem_.generation[other];
    if (other == kNobody) {
      problem_.owned[member].push_back(partition);
    } else if (mine == theirs) {
      problem_.disputed[partition] = true;
      take_from(other, partition);
    } else if (mine > theirs) {
      take_from(other, partition);
      problem_.owned[member].push_back(partition);
    } else {
      return;
    }
    owner_[partition] = member;
  }

 private:
  static constexpr int kNobody = -1;

  void take_from(int member, int partition) {
    std::vector<int>& owned = problem_.owned[member];
    const auto it = std::find(owned.begin(), owned.end(), partition);
    if (it != owned.end()) owned.erase(it);
  }

  StickyProblem& problem_;
  std::vector<int> owner_;  // by partition: whose claim is the latest that counts
};

}  // namespace

StickyProblem::StickyProblem(const GroupShape& group, const std::vector<OwnedClaim>& claims)
    : shape(group),
      racks(group),
      owned(claims.size()),
      disputed(group.topic_of.size(), false),
      older_claims(claims.size()) {
  std::vector<int> everybody;
  std::int32_t newest = kOldestClaim;
  for (int m = 0; m < shape.member_count(); ++m) {
    everybody.push_back(m);
    generation.push_back(claims[m].generation.value_or(kOldestClaim));
    newest = std::max(newest, generation.back());
  }
  by_rack = racks.matter(everybody, 0, static_cast<int>(shape.topic_of.size()));

  const GroupShape::Shares claimed = numbered(shape, claims);
  Court court(*this);
  for (int m = 0; m < shape.member_count(); ++m) {
    for (const int p : claimed[m]) court.hear(m, p);
    if (generation[m] < newest) older_claims[m] = claimed[m];
  }
}

}  // namespace kscope::client
