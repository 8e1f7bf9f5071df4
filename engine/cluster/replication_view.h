// ReplicationView: the fine print of one replica, for the screen that looks into one partition.
//
// What a leader remembers of each follower, what a follower's fetcher is about to do, and which ISR
// change is under way. All of it changes with every fetch, far too often for an event each, so none
// of it is folded: the snapshot reads it off the engine, and only the viewer reads it there.
//
// Called by: cluster/snapshot.h. Real Kafka: ReplicaState, PartitionFetchState, PendingExpandIsr;
// a person sees next to nothing of it (kafka-replica-verification, FetcherLagMetrics).
// Read next: replication/replica_state.h, replication/replica_fetcher.h
#pragma once

#include <optional>
#include <vector>

#include "engine/base/time.h"

namespace kscope::cluster {

/// What a leader knows of one follower. Nothing of it is told: all of it is read off the fetches.
struct FollowerView {
  std::int32_t broker = 0;
  std::int64_t log_end = -1;    ///< it holds everything before; -1: has not fetched in this epoch
  std::int64_t log_start = -1;  ///< of its own log; -1: unknown
  std::optional<Instant> last_fetch;
  std::optional<Instant> last_caught_up;
};

enum class FetchActivity : std::uint8_t {
  Fetching,      ///< asks for the next records
  FindingRange,  ///< its offset is out of range: asks where the leader's log begins and ends
  Delayed,       ///< rests after a failure, for replica.fetch.backoff.ms
};

/// What a follower's fetcher works with (Kafka: PartitionFetchState).
struct FetchView {
  std::int32_t leader = -1;
  std::int64_t fetch_offset = 0;
  std::int32_t current_leader_epoch = -1;
  std::int32_t last_fetched_epoch = -1;
  FetchActivity activity = FetchActivity::Fetching;
  std::optional<Instant> delayed_until;  ///< with Delayed
};

struct ReplicationView {
  std::int64_t last_stable_offset = 0;  ///< LSO: read_committed readers get this far
  // ---- as leader
  std::int64_t epoch_start = -1;  ///< LEO when this leadership began
  std::vector<FollowerView> followers;
  std::vector<std::int32_t> proposed_isr;  ///< of the AlterPartition that is under way; or empty
  // ---- as follower
  std::optional<FetchView> fetch;  ///< nothing: no fetcher works on it
};

}  // namespace kscope::cluster
