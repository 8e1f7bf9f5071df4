#include "engine/raft/leader_state.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::raft {

LeaderState::LeaderState(NodeId self, const std::vector<NodeId>& voters, Offset epoch_start,
                         std::vector<NodeId> granting)
    : self_(self), epoch_start_(epoch_start), granting_(std::move(granting)) {
  for (NodeId voter : voters) voters_[voter].acknowledged = voter == self;
}

ReplicaProgress& LeaderState::progress_of(NodeId replica) {
  const auto voter = voters_.find(replica);
  return voter != voters_.end() ? voter->second : observers_[replica];
}

bool LeaderState::update_local(Offset end) {
  KCHECK(!own_end_ || *own_end_ <= end);  // a leader never truncates
  own_end_ = end;
  if (const auto own = voters_.find(self_); own != voters_.end()) own->second.end = end;
  return maybe_advance();
}

bool LeaderState::update_replica(NodeId replica, Offset offset, Instant now) {
  KCHECK(replica != self_);
  ReplicaProgress& progress = progress_of(replica);
  const Offset leader_end = own_end_.value_or(Offset(0));
  if (offset >= leader_end) {
    progress.last_caught_up = now;
  } else if (progress.last_fetch && offset >= progress.leader_end_at_last_fetch) {
    progress.last_caught_up = progress.last_fetch;
  }
  progress.leader_end_at_last_fetch = leader_end;
  progress.last_fetch = now;
  progress.acknowledged = true;
  // May go back: the voter was restarted after it lost what it had not flushed. The high watermark
  // does not go back with it.
  progress.end = offset;
  return voters_.count(replica) != 0 && maybe_advance();
}

bool LeaderState::complete_quorum_round(NodeId replica) {
  if (voters_.count(replica) == 0) return false;
  fetched_.insert(replica);
  const std::size_t ourselves = is_voter(self_) ? 1 : 0;
  if (fetched_.size() + ourselves < voters_.size() / 2 + 1) return false;
  fetched_.clear();
  return true;
}

bool LeaderState::update_voters(const std::vector<NodeId>& voters) {
  std::map<NodeId, ReplicaProgress> next;
  for (const NodeId voter : voters) {
    if (const auto known = voters_.find(voter); known != voters_.end()) {
      next[voter] = known->second;
    } else if (const auto observer = observers_.find(voter); observer != observers_.end()) {
      next[voter] = observer->second;
      next[voter].acknowledged = false;  // nobody has told it that it votes
      observers_.erase(observer);
    } else {
      next[voter].acknowledged = voter == self_;
    }
  }
  for (const auto& [id, progress] : voters_) {
    if (next.count(id) == 0 && id != self_) observers_[id] = progress;
  }
  voters_ = std::move(next);
  if (const auto own = voters_.find(self_); own != voters_.end()) own->second.end = own_end_;
  std::erase_if(fetched_, [&](NodeId node) { return !is_voter(node); });
  return maybe_advance();
}

bool LeaderState::is_caught_up(NodeId replica, Instant now) const {
  const auto voter = voters_.find(replica);
  const auto observer = observers_.find(replica);
  if (voter == voters_.end() && observer == observers_.end()) return false;
  const ReplicaProgress& p = voter != voters_.end() ? voter->second : observer->second;
  constexpr Duration kRecently = seconds(3600);  // LeaderState.OBSERVER_SESSION_TIMEOUT_MS … 1 hour
  return p.last_caught_up && p.last_fetch && now - *p.last_fetch < kRecently;
}

void LeaderState::acknowledge(NodeId voter) {
  const auto found = voters_.find(voter);
  if (found != voters_.end()) found->second.acknowledged = true;
}

std::vector<NodeId> LeaderState::unacknowledged() const {
  std::vector<NodeId> result;
  for (const auto& [voter, progress] : voters_) {
    if (!progress.acknowledged) result.push_back(voter);
  }
  return result;
}

std::vector<NodeId> LeaderState::successors() const {
  std::vector<NodeId> result;
  for (const auto& [voter, progress] : voters_) {
    if (voter != self_) result.push_back(voter);
  }
  std::stable_sort(result.begin(), result.end(), [&](NodeId a, NodeId b) {
    return voters_.at(a).end.value_or(Offset(-1)) > voters_.at(b).end.value_or(Offset(-1));
  });
  return result;
}

bool LeaderState::knows_high_watermark(NodeId replica) const {
  const auto voter = voters_.find(replica);
  if (voter != voters_.end()) return voter->second.told == high_watermark_;
  const auto observer = observers_.find(replica);
  return observer != observers_.end() && observer->second.told == high_watermark_;
}

void LeaderState::told_high_watermark(NodeId replica) {
  progress_of(replica).told = high_watermark_;
}

bool LeaderState::maybe_advance() {
  if (voters_.empty()) return false;
  std::vector<Offset> ends;
  for (const auto& [voter, progress] : voters_) ends.push_back(progress.end.value_or(Offset(-1)));
  std::sort(ends.begin(), ends.end(), std::greater<>());
  const Offset reached_by_majority = ends[ends.size() / 2];
  if (reached_by_majority <= epoch_start_) return false;
  if (high_watermark_ && reached_by_majority <= *high_watermark_) return false;
  high_watermark_ = reached_by_majority;
  return true;
}

}  // namespace kscope::raft
