// Partition: one replica of one partition, and everything a leader decides about it.
//
// This is where "committed" is defined. The leader learns from each follower's fetches how far that
// follower is (ReplicaState), keeps the set of followers that must hold a record before it counts
// (IsrState), and from both derives the high watermark:
//
//   HW = the smallest LEO over the maximal ISR and over everyone who is about to join it
//
// Consumers see records below the HW only, acks=all waits for it, and a new leader is elected from
// the ISR: therefore what was acknowledged with acks=all survives. Below min.insync.replicas the HW
// stands still (KAFKA-15583), even for acks=1: a HW that moved with a too small ISR could later be
// found to cover records that nobody else has.
//
// Invariants, checked by check():
//   A8   log_start <= high_watermark <= log_end; as leader it never moves back within an epoch
//   A9   who is proposed for the ISR has LEO >= HW and LEO >= the start of this leader epoch, has
//        fetched in this epoch, and is alive with the broker epoch it fetched with
//   A11  a leader never truncates
//   leader_epoch and partition_epoch never decrease
//
// The log itself lives in storage::LogManager and is passed in; unlike real Kafka, which keeps the
// high watermark inside the log, it is kept here, beside what moves it.
//
// Called by: replica_manager. Kafka: kafka.cluster.Partition. KIP-101, 207, 320, 497, 903.
// Read next: replication/replica_manager.h
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/error_code.h"
#include "engine/metadata/metadata_image.h"
#include "engine/replication/effects.h"
#include "engine/replication/partition_requests.h"
#include "engine/replication/replica_state.h"
#include "engine/storage/unified_log.h"

namespace kscope::replication {

/// The controller's answer to an IsrProposal. Unless `error` is NONE the rest means nothing.
struct IsrDecision {
  ErrorCode error = ErrorCode::NONE;
  LeaderEpoch leader_epoch{};
  std::int32_t partition_epoch = 0;
  std::vector<NodeId> isr{};
};

class Partition {
 public:
  Partition() = default;
  Partition(TopicPartition name, Uuid topic_id, PartitionRef ref, NodeId self);

  /// The log was opened. The checkpointed high watermark is at best a few seconds old, at worst
  /// beyond a log that lost its tail: it is clamped into the log.
  void restore_high_watermark(env::Env& env, const storage::UnifiedLog& log, Offset checkpointed);

  // ---- roles (partition_roles.cc) ---------------------------------------------------------------
  /// False if the news is older than what is known. A new leader epoch begins at the log end; the
  /// same epoch again is only a new ISR.
  Result<bool> make_leader(Context& context, storage::UnifiedLog& log,
                           const metadata::PartitionRegistration& state);
  /// True if the leader epoch is new, so that fetching has to start over.
  bool make_follower(Context& context, const metadata::PartitionRegistration& state);

  // ---- as leader --------------------------------------------------------------------------------
  /// NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS, or what the log refuses with.
  Result<LeaderAppendResult> append_as_leader(Context& context, storage::UnifiedLog& log,
                                              ByteView records, std::int16_t acks);
  /// True once the high watermark has reached `required`, together with the error to answer.
  std::pair<bool, ErrorCode> check_enough_replicas(Offset required) const;
  void maybe_shrink_isr(Context& context, const storage::UnifiedLog& log);
  /// The controller answered `sent`. Ignored if that is no longer what is pending.
  void on_isr_decision(Context& context, const storage::UnifiedLog& log, const IsrProposal& sent,
                       const IsrDecision& decision);
  /// The proposal never left the broker: an earlier one for this partition is still under way.
  void on_isr_change_not_attempted(Context& context, const IsrProposal& sent);

  // ---- log start (partition_log_start.cc)
  /// Moves the log start to `offset`, at most to the high watermark. NOT_LEADER_OR_FOLLOWER,
  /// OFFSET_OUT_OF_RANGE, or POLICY_VIOLATION if the topic is compacted and never deletes.
  Result<DeleteRecordsResult> delete_records(Context& context, storage::UnifiedLog& log,
                                             std::int64_t offset);
  /// The smallest log start over this leader and all followers on live brokers: what is before it
  /// is gone everywhere. -1 before the live ones have told theirs, and on a follower.
  Offset low_watermark() const { return low_watermark_; }
  /// Works it out again. To be called whenever a log start, or who is alive, may have changed.
  void update_low_watermark(Context& context, const storage::UnifiedLog& log);

  // ---- reads (partition_reads.cc)
  // -----------------------------------------------------------------
  /// Where a consumer in that rack should rather read (KIP-392); nothing: here. Only replicas of
  /// the ISR count that hold the offset. REQUIRES is_leader().
  std::optional<NodeId> preferred_read_replica(const Context& context, const std::string& rack,
                                               Offset offset) const;
  /// Serves a fetch; one by a follower with `update_follower` is also its progress report.
  Result<PartitionRead> fetch(Context& context, const storage::UnifiedLog& log,
                              const FetchSource& source, const PartitionFetch& fetch,
                              bool update_follower);
  EpochEndResult end_offset_for_epoch(const storage::UnifiedLog& log,
                                      std::optional<LeaderEpoch> current_leader_epoch,
                                      LeaderEpoch epoch, bool leader_only) const;
  Result<ListedOffset> list_offset(env::Env& env, const storage::UnifiedLog& log,
                                   const OffsetQuery& query) const;
  /// NONE, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH or NOT_LEADER_OR_FOLLOWER.
  ErrorCode check_epoch(std::optional<LeaderEpoch> current_leader_epoch, bool leader_only) const;
  /// Exclusive end of what this reader may see.
  Offset end_for(FetchIsolation isolation, const storage::UnifiedLog& log) const;

  // ---- as follower
  // --------------------------------------------------------------------------------
  Result<std::optional<storage::AppendInfo>> append_as_follower(Context& context,
                                                                storage::UnifiedLog& log,
                                                                ByteView records);
  /// min(leader's HW, own LEO). May move back: a new leader can know of less than the old one.
  void follow_high_watermark(Context& context, const storage::UnifiedLog& log, Offset leader_hw);
  /// REQUIRES !is_leader().
  Result<void> truncate_to(env::Env& env, storage::UnifiedLog& log, Offset to);
  Result<void> truncate_fully_and_start_at(env::Env& env, storage::UnifiedLog& log, Offset start);

  // ---- state
  // ----------------------------------------------------------------------------------------
  const TopicPartition& name() const { return name_; }
  PartitionRef ref() const { return ref_; }
  const Uuid& topic_id() const { return topic_id_; }
  bool is_leader() const { return leader_ == self_; }
  std::optional<NodeId> leader() const { return leader_; }
  std::optional<LeaderEpoch> leader_epoch() const { return leader_epoch_; }
  std::int32_t partition_epoch() const { return partition_epoch_; }
  std::optional<Offset> leader_epoch_start() const { return leader_epoch_start_; }
  Offset high_watermark() const { return high_watermark_; }
  /// The high watermark, or where the first transaction begins that is not yet decided below it.
  Offset last_stable_offset(const storage::UnifiedLog& log) const {
    const auto unstable = log.producers().first_unstable(high_watermark_);
    return unstable ? std::clamp(*unstable, log.log_start(), high_watermark_) : high_watermark_;
  }
  const IsrState& isr() const { return isr_; }                           ///< empty on a follower
  const std::vector<ReplicaState>& followers() const { return followers_; }  ///< as leader
  const std::vector<NodeId>& replicas() const { return replicas_; }
  std::int32_t min_insync_replicas() const { return min_insync_replicas_; }
  void set_min_insync_replicas(std::int32_t n) { min_insync_replicas_ = n; }
  /// A topic may ask for more in-sync replicas than it has; then all of them is what it gets.
  std::int32_t effective_min_isr() const;
  bool under_min_isr() const;
  void check(const storage::UnifiedLog& log) const;

 private:
  ReplicaState* follower(NodeId broker);
  void update_followers(const metadata::PartitionRegistration& state);
  void commit_isr(Context& context, std::vector<NodeId> isr, std::int32_t partition_epoch,
                  bool tell_always);
  void set_high_watermark(env::Env& env, Offset to);
  ErrorCode update_follower_progress(Context& context, const storage::UnifiedLog& log,
                                     ReplicaState& replica, const FollowerFetch& fetch);
  bool maybe_increment_high_watermark(Context& context, const storage::UnifiedLog& log);
  void maybe_expand_isr(Context& context, const ReplicaState& replica);
  std::vector<NodeId> out_of_sync(Context& context, const storage::UnifiedLog& log) const;
  IsrProposal propose(Context& context, const std::vector<NodeId>& isr) const;
  void submit(Context& context);

  TopicPartition name_;
  Uuid topic_id_;
  PartitionRef ref_;
  NodeId self_;

  std::optional<NodeId> leader_;             // Nobody: the partition is offline
  std::optional<LeaderEpoch> leader_epoch_;  // Nothing before the first news from the controller
  std::int32_t partition_epoch_ = -1;
  std::vector<NodeId> replicas_;
  std::int32_t min_insync_replicas_ = 1;

  Offset high_watermark_;  // Invariant: log_start <= high_watermark_ <= log_end
  Offset low_watermark_{-1};  // Invariant: -1 unless leading

  // Only as leader; empty otherwise.
  std::optional<Offset> leader_epoch_start_;  // Invariant: set exactly while leading
  IsrState isr_;
  std::vector<ReplicaState> followers_;       // Invariant: one per replica but ourselves
};

}  // namespace kscope::replication
