// quorum-state: the few bytes a voter must never forget.
//
// Raft's safety rests on one file. A voter that forgets its vote may vote twice in one epoch, and
// two leaders follow from that (invariants B1 to B3; KAFKA-14077 was such a bug). So the file is
// written, flushed and renamed into place before anybody is told what it says:
//
//   __cluster_metadata-0/quorum-state
//   {"leaderId":1,"leaderEpoch":5,"votedId":-1,"appliedOffset":0,
//    "currentVoters":[{"voterId":1},{"voterId":2},{"voterId":3}],"data_version":0}
//
// With kraft.version 1 the voters are in the log, and a vote is for a node *and* its directory:
//
//   {"leaderId":-1,"leaderEpoch":5,"votedId":2,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA",
//    "data_version":1}
//
// Invariant (F7): after any crash the file is the old one or the new one, never a mixture.
// Called by: quorum_state. Kafka: FileQuorumStateStore, QuorumStateData.json.
// Read next: raft/quorum_state.h
#pragma once

#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/env/env.h"

namespace kscope::raft {

/// Who leads, or whom this node voted for, in the newest epoch it knows of.
struct ElectionState {
  std::int32_t epoch = 0;
  std::optional<NodeId> leader;
  std::optional<NodeId> voted_for;  // Invariant: absent once the leader of the epoch is known
  bool operator==(const ElectionState&) const = default;
};

/// nullopt if there is no such file: the node has never taken part. Corrupt names the file.
Result<std::optional<ElectionState>> load_election_state(env::Env& env);

/// What else is written: with kraft.version 0 the voters, with 1 the directory of the one voted for
/// (which is only known if that is ourselves).
struct QuorumStateExtras {
  std::int16_t kraft_version = 0;
  std::vector<NodeId> voters;
  Uuid directory;
};

/// Returns once the state is safe from a power loss. Emits QuorumStatePersisted.
Result<void> save_election_state(env::Env& env, const ElectionState& state,
                                 const QuorumStateExtras& extras);

}  // namespace kscope::raft
