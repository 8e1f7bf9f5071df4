// VoterSet and its history: who may vote, now and at any offset of the log (KIP-853).
//
// With kraft.version 0 the voters stand in every node's properties and never change. With
// kraft.version 1 they are a record in the log itself, a VotersRecord, and the newest one counts
// from the moment it is appended: a set that waited to be committed before it counted could never
// be committed by itself. That is safe because the set changes by one voter at a time, so that any
// majority of the old and any majority of the new one have a voter in common.
//
// What is not committed can be cut off again, and the set before it comes back. So a history is
// kept: the offset of each VotersRecord in the log, and before them the set of the snapshot.
//
// Invariants (B10): the offsets rise; neighbouring sets differ by at most one voter; at most one of
// them is not committed.
//
// Called by: raft_client. Kafka: VoterSet, VoterSetHistory, KRaftControlRecordStateMachine.
// Read next: raft/raft_client_voters.cc
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/protocol/records/control_records.h"

namespace kscope::raft {

/// A voter is an id and the directory its log lies in: a disk that was replaced forgot its votes.
struct Voter {
  NodeId id;
  Uuid directory;  ///< zero with kraft.version 0
  std::string host;
  std::uint16_t port = 0;
  std::int16_t max_kraft_version = 1;
  bool operator==(const Voter&) const = default;
};

class VoterSet {
 public:
  VoterSet() = default;
  /// Of controller.quorum.voters: ids only.
  static VoterSet of(const std::vector<NodeId>& ids);
  static VoterSet from(const protocol::VotersRecord& record);
  protocol::VotersRecord to_record() const;

  bool contains(NodeId id) const { return voters_.count(id) != 0; }
  const Voter* find(NodeId id) const;
  std::vector<NodeId> ids() const;
  std::size_t size() const { return voters_.size(); }
  std::size_t majority() const { return voters_.size() / 2 + 1; }
  VoterSet with(const Voter& voter) const;
  VoterSet without(NodeId id) const;
  bool operator==(const VoterSet&) const = default;

 private:
  std::map<NodeId, Voter> voters_;
};

class VoterHistory {
 public:
  VoterHistory() = default;
  explicit VoterHistory(VoterSet first) : first_(std::move(first)) {}

  /// The voters from now on: the newest set, committed or not.
  const VoterSet& last() const { return sets_.empty() ? first_ : sets_.rbegin()->second; }
  /// Where last() stands in the log; nothing if it came from a snapshot or from the properties.
  std::optional<Offset> last_offset() const;
  /// The set in force for records before `end`: what a snapshot up to there has to hold.
  const VoterSet& before(Offset end) const;
  std::int16_t kraft_version() const { return kraft_version_; }

  void set_kraft_version(std::int16_t version) { kraft_version_ = version; }
  void add(Offset at, VoterSet set) { sets_[at] = std::move(set); }
  /// The log was cut: forget the sets at and after `end`.
  void truncate(Offset end) { sets_.erase(sets_.lower_bound(end), sets_.end()); }
  /// Everything comes from a snapshot now.
  void restart(VoterSet set);

 private:
  VoterSet first_;
  std::map<Offset, VoterSet> sets_;
  std::int16_t kraft_version_ = 0;
};

}  // namespace kscope::raft
