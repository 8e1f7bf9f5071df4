// CommittedOffsets: where the group was, for partitions that have just become ours.
//
//   Initializing -> OffsetFetch -> position (its epoch is validated first)
//                               -> nothing was committed: auto.offset.reset decides
//
// Invariants: at most one OffsetFetch is under way; an answer only counts for partitions that are
//             still Initializing; nobody is reset while the coordinator has not answered.
//
// Kafka: ConsumerCoordinator.initWithCommittedOffsetsIfNeeded, fetchCommittedOffsets,
// refreshCommittedOffsets, SubscriptionState.resetInitializingPositions; KIP-447 (requireStable).
// Called by: kafka_consumer. Read next: client/offset_fetcher.h
#pragma once

#include <set>

#include "engine/client/offset_committer.h"

namespace kscope::client {

class CommittedOffsets {
 public:
  /// Asks for all partitions that wait, and those that the application wants to know about.
  void run(ConsumerContext& in, CoordinatorFinder& finder, const GroupIdentity& identity);
  /// committed(): the answer shows in OffsetCommitter::committed().
  void ask(const std::vector<TopicPartition>& partitions) {
    wanted_.insert(partitions.begin(), partitions.end());
  }
  bool on_response(ConsumerContext& in, OffsetCommitter& known, const protocol::Arrived& arrived);
  bool on_request_failed(ConsumerContext& in, const protocol::InFlight& died, ErrorCode why);
  /// An error of the last answer that says who the coordinator is not, or that we are not in the
  /// group, once.
  std::optional<ErrorCode> take_error() { return std::exchange(error_, std::nullopt); }
  std::optional<Instant> retry_at(Instant now) const;

 private:
  using Names = std::set<TopicPartition>;
  void take(ConsumerContext& in, OffsetCommitter& known, const TopicPartition& name,
            const OffsetAndMetadata& told, ErrorCode error);
  void failed(ConsumerContext& in, ErrorCode error);

  Names wanted_, asked_;
  std::optional<protocol::RequestTag> tag_;
  Instant retry_at_{};
  std::int32_t failures_ = 0;  // in a row
  std::optional<ErrorCode> error_;
};

}  // namespace kscope::client
