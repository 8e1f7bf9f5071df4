// SubscriptionState: for every assigned partition, where the consumer is and whether it may fetch.
//
//   Initializing -> AwaitReset -> Fetching <-> AwaitValidation
//                                    |              |
//                                    +-> Halted <---+
//
// A position is an offset *and* the epoch of the record before it. When the partition gets a new
// leader, that epoch is checked against the leader's history before the next fetch: if the log was
// cut back behind us, we are told, instead of silently skipping what was written in its place
// (KIP-320, invariant G9).
//
// Invariants: Fetching and AwaitValidation have a position; an offset never moves without
//             RecordsConsumed or PositionChanged being emitted.
//
// Kafka: SubscriptionState.TopicPartitionState, FetchStates. Halted is ours: Java throws
// (OffsetOutOfRangeException, LogTruncationException, NoOffsetForPartitionException) out of poll()
// and leaves the rest to the application; here the partition stands still until seek().
// Called by: kafka_consumer, offset_fetcher, fetcher. Read next: client/offset_fetcher.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/cluster_client.h"
#include "engine/env/env.h"

namespace kscope::client {

enum class FetchState : std::uint8_t {
  Initializing, AwaitReset, AwaitValidation, Fetching, Halted
};
const char* to_string(FetchState state);

/// Rows: from; columns: to, both in the order of the enumeration.
inline constexpr bool kFetchTransitions[5][5] = {
    //  Init   Reset  Valid  Fetch  Halt
    {false, true, true, true, true},    // Initializing
    {false, true, false, true, true},   // AwaitReset
    {false, true, true, true, true},    // AwaitValidation
    {false, true, true, true, true},    // Fetching
    {false, true, true, true, false},   // Halted: only seek() leads out
};

struct FetchPosition {
  Offset offset;
  std::optional<LeaderEpoch> offset_epoch;  ///< epoch of the record before `offset`
  LeaderAndEpoch current_leader;            ///< as validated
  bool operator==(const FetchPosition&) const = default;
};

/// What is committed: where to go on, and the epoch of the record before, so that a truncation is
/// noticed even over a restart.
struct OffsetAndMetadata {
  Offset offset;
  std::optional<LeaderEpoch> epoch;
  std::string metadata;
  bool operator==(const OffsetAndMetadata&) const = default;
};
using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

/// ListOffsetsRequest's two special timestamps; others are milliseconds.
inline constexpr std::int64_t kEarliestTimestamp = -2, kLatestTimestamp = -1;

struct AssignedPartition {
  PartitionRef ref;
  FetchState state = FetchState::Initializing;
  std::optional<FetchPosition> position;  // out of date in AwaitReset
  std::int64_t reset_to = kLatestTimestamp;  // of AwaitReset: what is asked for
  bool paused = false;              // pause(): not fetched, not handed out
  bool pending_revocation = false;  // likewise, while its last commit is under way
  Instant retry_at{};                     // nothing is asked about it before
  /// The ListOffsets or OffsetForLeaderEpoch request that will answer for it.
  std::optional<protocol::RequestTag> asked;
  std::optional<Offset> high_watermark;   // from the latest fetch
  /// Where its leader told us to read, and until when we believe it (KIP-392).
  std::optional<NodeId> preferred_replica;
  Instant prefer_until{};
  std::optional<Offset> log_start;

  void become(FetchState next);
  bool fetchable() const {
    return state == FetchState::Fetching && !paused && !pending_revocation;
  }
};

class SubscriptionState {
 public:
  SubscriptionState() = default;
  explicit SubscriptionState(OffsetReset policy) : policy_(policy) {}

  /// Replaces the assignment; positions of partitions that stay are kept.
  void assign(env::Env& env, const std::vector<TopicPartition>& partitions);
  /// REQUIRES the partition to be assigned, for these three.
  void seek(env::Env& env, const TopicPartition& partition, Offset offset,
            const LeaderAndEpoch& leader);
  void request_reset(const TopicPartition& partition, std::int64_t timestamp);
  /// To a position that was noted down some time ago: the leader's history is asked first.
  void seek_unvalidated(env::Env& env, const TopicPartition& partition,
                        const FetchPosition& position);
  void move_to(env::Env& env, const TopicPartition& partition, const FetchPosition& position);

  /// auto.offset.reset decides; with `none` the partition halts. False then.
  bool reset_or_halt(AssignedPartition& partition);
  /// After a metadata update: a new leader means that the position must be validated.
  void leader_may_have_changed(const TopicPartition& partition, const LeaderAndEpoch& leader);
  /// Records were handed out, or skipped because they are not for applications.
  void advance(env::Env& env, AssignedPartition& partition, Offset to,
               std::optional<LeaderEpoch> epoch, bool told_by_records_consumed);

  /// The leader named a replica to read from, for so long.
  void prefer(env::Env& env, AssignedPartition& partition, NodeId replica, Instant until);
  /// Back to the leader. False: it was the leader that was asked.
  bool clear_preferred(env::Env& env, AssignedPartition& partition);
  /// The broker to fetch from: the preferred replica, or the leader if there is none (any more).
  std::optional<NodeId> read_replica(env::Env& env, AssignedPartition& partition,
                                     const Metadata& metadata);

  /// Positions of all partitions whose position is known to be good (Kafka: allConsumed).
  Offsets all_consumed() const;
  std::vector<TopicPartition> names() const;
  void mark_pending_revocation();

  AssignedPartition* find(const TopicPartition& partition);
  std::map<TopicPartition, AssignedPartition>& all() { return partitions_; }
  const std::map<TopicPartition, AssignedPartition>& all() const { return partitions_; }
  /// Who reads from a follower: partition to replica.
  std::map<std::string, std::int32_t> read_replicas() const;
  OffsetReset policy() const { return policy_; }

 private:
  void validate(AssignedPartition& partition);

  OffsetReset policy_ = OffsetReset::Latest;
  std::map<TopicPartition, AssignedPartition> partitions_;
};

}  // namespace kscope::client
