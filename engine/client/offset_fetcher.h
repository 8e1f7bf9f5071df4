// OffsetFetcher: finds out where to start, and whether we may go on after a change of leader.
//
//   AwaitReset      -> ListOffsets(earliest | latest | time) to the leader -> position, Fetching
//   AwaitValidation -> OffsetForLeaderEpoch(epoch before us)           -> does the leader's history
//                      of that epoch reach as far as we have read? Yes: Fetching. No: the log was
//                      truncated behind us; go to where it diverges, or halt if policy is `none`.
//
// Invariant: an answer only counts if the partition still waits for exactly that request
// (AssignedPartition::asked): seek() in between makes it void.
//
// Kafka: OffsetFetcher, OffsetsForLeaderEpochUtils, SubscriptionState.maybeCompleteValidation;
// KIP-320, KIP-207 (OFFSET_NOT_AVAILABLE).
// Called by: kafka_consumer. Read next: client/fetcher.h
#pragma once

#include <map>

#include "engine/client/consumer_context.h"

namespace kscope::client {

class OffsetFetcher {
 public:
  /// Sends what partitions in AwaitReset and AwaitValidation need and what can be sent now.
  void run(ConsumerContext& in);
  /// True if the response was to one of our requests.
  bool on_response(ConsumerContext& in, const protocol::Arrived& arrived);
  void on_request_failed(ConsumerContext& in, const protocol::InFlight& died, ErrorCode error);

 private:
  using Names = std::vector<TopicPartition>;  // sorted, so that topics stay together
  void list_offsets(ConsumerContext& in, NodeId leader, const Names& names);
  void ask_epochs(ConsumerContext& in, NodeId leader, const Names& names);
  void take_offsets(ConsumerContext& in, const protocol::Arrived& arrived);
  void take_epochs(ConsumerContext& in, const protocol::Arrived& arrived);
  /// What the history of the leader says about our position.
  void validate(ConsumerContext& in, const TopicPartition& name, AssignedPartition& p, Offset end,
                LeaderEpoch end_epoch);
  /// The partition, if it still waits for that request; it does not any more afterwards.
  AssignedPartition* claim(ConsumerContext& in, const TopicPartition& name,
                           protocol::RequestTag tag);
  void fail_rest(ConsumerContext& in, protocol::RequestTag tag, ErrorCode error);
};

}  // namespace kscope::client
