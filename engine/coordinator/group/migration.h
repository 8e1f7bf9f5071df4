// Migration: a group with members changes its protocol (group.consumer.migration.policy).
//
// Upgrade: a consumer of KIP-848 joins a classic group. The members' last assignment becomes target
// and current assignment, the generation becomes the epoch, and the classic members go on as such
// (consumer_classic.cc) until they are restarted with the new protocol.
// Downgrade: the last member of KIP-848 leaves a group whose other members are classic. The target
// becomes the generation's assignment, and the members are asked to meet.
//
// Both are a batch of records: tombstones for what was, then what is.
//
// Differences: Kafka changes a group that goes back to the classic protocol before the records are
// written and begins the rebalance at once; we replay them, and begin it when they are committed.
//
// Kafka: ConsumerGroup.fromClassicGroup, ClassicGroup.fromConsumerGroup. Called by:
// group_metadata_manager, consumer_classic. Read next: coordinator/group/group_metadata_manager.h
#pragma once

#include "engine/coordinator/group/classic_group.h"
#include "engine/coordinator/group/consumer_group.h"

namespace kscope::coordinator {

/// May this classic group become one of KIP-848?
bool may_upgrade(const GroupConfig& config, const ClassicGroup& group);
/// Nothing if its members' bytes cannot be read.
std::optional<ConsumerGroup> upgraded(const ClassicGroup& group,
                                      const metadata::MetadataImage& image);
/// The group without `leaving`, as a classic one. REQUIRES that all others speak that protocol.
protocol::GroupMetadataValue downgraded(const ConsumerGroup& group, const std::string& leaving,
                                        const metadata::MetadataImage& image, std::int64_t now_ms);

/// ConsumerProtocolAssignment in the version of the subscription that it answers.
Blob classic_assignment(const PartitionsByTopicId& partitions, const Blob& subscription,
                        const metadata::MetadataImage& image);

}  // namespace kscope::coordinator
