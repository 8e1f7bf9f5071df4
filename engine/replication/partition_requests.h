// What is asked of a partition, and what it answers: the arguments of reads and appends.
//
// Kafka's -1s ("no epoch", "not a replica") end at the protocol layer: here absent is
// std::optional.
//
// Filled in by: broker/kafka_apis, replication/replica_manager. Kafka: FetchParams,
// FetchRequest.PartitionData, LogReadInfo, LogAppendResult.
// Read next: replication/partition.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/storage/unified_log.h"

namespace kscope::replication {

/// Up to where a reader may see. Followers need everything, consumers only what is committed.
enum class FetchIsolation : std::uint8_t { LogEnd, HighWatermark, TxnCommitted };

/// Who fetches.
struct FetchSource {
  std::optional<NodeId> follower;   ///< a broker that keeps a replica; otherwise a consumer
  BrokerEpoch follower_epoch{-1};   ///< -1: the request's version carries none
  bool leader_only = true;          ///< false: any replica may answer (KIP-392)
  std::string rack{};               ///< client.rack; empty: it did not say
  FetchIsolation isolation = FetchIsolation::HighWatermark;
};

/// What is fetched from one partition.
struct PartitionFetch {
  Offset offset;
  std::optional<LeaderEpoch> current_leader_epoch{};  ///< fences both sides (KIP-320)
  std::optional<LeaderEpoch> last_fetched_epoch{};    ///< asks for a divergence check (KIP-595)
  Offset follower_log_start{-1};
  std::int64_t max_bytes = 1 << 20;
  bool at_least_one_batch = true;
  /// As the request named it; zero where it used names. Another than ours: the topic was deleted
  /// and made again, and one of the two has not heard of it yet (KIP-516).
  Uuid topic_id{};
};

/// `error` NONE: either `diverging`, or `preferred_read_replica`, or records (possibly none). The
/// offsets are those of before the read, so that an append that follows cannot push a follower out
/// of sync.
struct PartitionRead {
  ErrorCode error = ErrorCode::NONE;
  Bytes records{};
  std::optional<storage::EpochEnd> diverging{};
  Offset high_watermark{-1};
  Offset last_stable{-1};
  Offset log_start{-1};
  Offset log_end{-1};
  std::optional<NodeId> preferred_read_replica{};  ///< read there, not here (KIP-392)
  std::vector<storage::AbortedTxn> aborted{};      ///< of those in `records`, for read_committed
};

struct EpochEndResult {
  ErrorCode error = ErrorCode::NONE;
  std::optional<storage::EpochEnd> end;  ///< nothing: the log knows no such epoch
};

/// ListOffsets' special timestamps.
inline constexpr std::int64_t kLatestTimestamp = -1;
inline constexpr std::int64_t kEarliestTimestamp = -2;
inline constexpr std::int64_t kMaxTimestamp = -3;
inline constexpr std::int64_t kEarliestLocalTimestamp = -4;  ///< KIP-405
inline constexpr std::int64_t kLatestTieredTimestamp = -5;   ///< KIP-1005

struct OffsetQuery {
  std::int64_t timestamp_ms = kLatestTimestamp;
  std::optional<LeaderEpoch> current_leader_epoch;
  bool leader_only = true;
  /// LogEnd for followers; a consumer's answer must never move back (KIP-207).
  FetchIsolation isolation = FetchIsolation::HighWatermark;
};

/// Without error and offset: no record is that young.
struct ListedOffset {
  ErrorCode error = ErrorCode::NONE;
  std::int64_t timestamp_ms = -1;
  std::optional<Offset> offset;
  std::optional<LeaderEpoch> epoch;
};

/// DeleteRecords: up to the high watermark, whatever that is.
inline constexpr std::int64_t kDeleteToHighWatermark = -1;

struct DeleteRecordsResult {
  ErrorCode error = ErrorCode::NONE;
  Offset requested{-1};      ///< the log start that all live replicas have to reach
  Offset low_watermark{-1};  ///< the smallest log start among them now
};

struct LeaderAppendResult {
  ErrorCode error = ErrorCode::NONE;
  std::string reason;              ///< what the log said when it refused
  storage::AppendInfo info;        ///< meaningful without error
  Offset log_start{-1};
};

}  // namespace kscope::replication
