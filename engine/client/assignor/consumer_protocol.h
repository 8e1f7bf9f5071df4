// The bytes that members of a group exchange, as the consumer writes and reads them.
//
// Two blobs, both beginning with their version:
//   Subscription  in JoinGroup  topics | user data | v1 owned partitions | v2 generation | v3 rack
//   Assignment    in SyncGroup  partitions by topic | user data
//
// Members of different ages meet in one group, and nobody negotiates this version: each writes the
// newest it knows. So a reader takes a newer version for the newest it knows itself, and ignores
// the bytes behind; an older one leaves the fields that it lacks at their defaults.
//
// Invariant: read(write(x)) == x for x with sorted topics, and write() is the same for the same
// content in any order, so that a member that changed nothing sends the same bytes again (the
// coordinator compares them to tell whether a member changed anything).
//
// Kafka: ConsumerProtocol. Called by: classic_membership, sticky_assignor, assignor_trials.
// Read next: protocol/records/consumer_protocol.h
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/client/assignor/assignor.h"

namespace kscope::client {

/// "protocol type" of JoinGroup (ConsumerProtocol.PROTOCOL_TYPE).
inline constexpr const char* kConsumerProtocolType = "consumer";

/// Topics in order, owned partitions in order and grouped by topic. What `version` cannot carry is
/// left out. REQUIRES 0 <= version <= 3.
Blob write_subscription(protocol::ConsumerProtocolSubscription subscription,
                        std::int16_t version = protocol::ConsumerProtocolSubscription::kMaxVersion);
/// Unsupported for a negative version, Truncated or Corrupt for bytes that hold no subscription.
/// An empty rack is read as none.
Result<protocol::ConsumerProtocolSubscription> read_subscription(ByteView bytes);

/// Grouped by topic in the order of first appearance. REQUIRES 0 <= version <= 3.
Blob write_assignment(const MemberAssignment& assignment,
                      std::int16_t version = protocol::ConsumerProtocolAssignment::kMaxVersion);
Result<MemberAssignment> read_assignment(ByteView bytes);

/// One list by topic, in the order of first appearance, and back.
std::vector<protocol::ConsumerProtocolPartitions> by_topic(
    const std::vector<TopicPartition>& partitions);
std::vector<TopicPartition> partitions_of(
    const std::vector<protocol::ConsumerProtocolPartitions>& topics);

}  // namespace kscope::client
