// QuorumDetailView: what a member of the quorum could tell besides its role: its log's two ends,
// its snapshots, whom it takes for the voters, and as leader how far everybody is.
//
// All of it is [view]: read off the engine for people, not folded from events.
// Real Kafka: kafka-metadata-quorum.sh describe, and a listing of the metadata log directory.
// Read next: cluster/snapshot.h
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace kscope::cluster {

struct SnapshotFileView {
  std::int64_t end = 0;  ///< exclusive
  std::int32_t epoch = 0;
  std::int64_t bytes = 0;
  bool operator==(const SnapshotFileView&) const = default;
};

/// A member as the leader's fetches show it (DescribeQuorum).
struct MemberView {
  std::int32_t node = 0;
  bool voter = false;
  std::int64_t log_end = -1;          ///< -1: has not fetched in this epoch
  std::optional<Instant> last_fetch;  ///< absent for the leader itself
  std::optional<Instant> last_caught_up;
  bool operator==(const MemberView&) const = default;
};

struct QuorumDetailView {
  std::int64_t log_start = 0;
  std::int64_t loaded_to = 0;               ///< its image's offset
  std::vector<SnapshotFileView> snapshots;  ///< oldest first
  std::int64_t download_position = -1;      ///< of a snapshot on its way here; -1: none
  std::int64_t download_size = 0;
  std::vector<std::int32_t> voters;
  std::int16_t kraft_version = 0;
  std::string directory_id;
  std::vector<MemberView> members;  ///< only where it leads; voters first
  std::int64_t epoch_start = -1;    ///< only where it leads
  bool operator==(const QuorumDetailView&) const = default;
};

}  // namespace kscope::cluster
