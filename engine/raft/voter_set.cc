#include "engine/raft/voter_set.h"

namespace kscope::raft {
namespace {

constexpr const char* kListener = "CONTROLLER";

}  // namespace

VoterSet VoterSet::of(const std::vector<NodeId>& ids) {
  VoterSet set;
  for (const NodeId id : ids) set.voters_[id] = Voter{id, {}, {}, 0, 0};
  return set;
}

VoterSet VoterSet::from(const protocol::VotersRecord& record) {
  VoterSet set;
  for (const auto& v : record.voters) {
    Voter voter{NodeId(v.voter_id),
                v.voter_directory_id,
                {},
                0,
                v.kraft_version_feature.max_supported_version};
    if (!v.endpoints.empty()) {
      voter.host = v.endpoints.front().host;
      voter.port = v.endpoints.front().port;
    }
    set.voters_[voter.id] = std::move(voter);
  }
  return set;
}

protocol::VotersRecord VoterSet::to_record() const {
  protocol::VotersRecord record;
  for (const auto& [id, voter] : voters_) {
    record.voters.push_back({id.value(),
                             voter.directory,
                             {{kListener, voter.host, voter.port}},
                             {0, voter.max_kraft_version}});
  }
  return record;
}

const Voter* VoterSet::find(NodeId id) const {
  const auto found = voters_.find(id);
  return found == voters_.end() ? nullptr : &found->second;
}

std::vector<NodeId> VoterSet::ids() const {
  std::vector<NodeId> ids;
  for (const auto& [id, voter] : voters_) ids.push_back(id);
  return ids;
}

VoterSet VoterSet::with(const Voter& voter) const {
  VoterSet next = *this;
  next.voters_[voter.id] = voter;
  return next;
}

VoterSet VoterSet::without(NodeId id) const {
  VoterSet next = *this;
  next.voters_.erase(id);
  return next;
}

std::optional<Offset> VoterHistory::last_offset() const {
  if (sets_.empty()) return std::nullopt;
  return sets_.rbegin()->first;
}

const VoterSet& VoterHistory::before(Offset end) const {
  const auto after = sets_.lower_bound(end);
  return after == sets_.begin() ? first_ : std::prev(after)->second;
}

void VoterHistory::restart(VoterSet set) {
  first_ = std::move(set);
  sets_.clear();
}

}  // namespace kscope::raft
