// ReplicationControl: topics, partitions, ISRs and leaders. Pure decisions.
//
// Each function looks at the present image and says which records should follow, and what to
// answer. The rules behind them: only a leader may change its ISR, and only against the partition
// epoch it has seen (compare-and-set, so two changes cannot cross); only brokers that are
// registered, unfenced, staying and of the incarnation that the leader means may enter (KIP-497,
// KIP-841, KIP-903); a leader comes out of the ISR (see partition_change_builder.h).
//
// Called by: quorum_controller, cluster_control. Kafka: ReplicationControlManager.
// Read next: metadata/partition_change_builder.h, metadata/quorum_controller.h
#pragma once

#include "engine/env/random.h"
#include "engine/metadata/cluster_control.h"
#include "engine/metadata/partition_change_builder.h"
#include "engine/protocol/messages/alter_partition.h"
#include "engine/protocol/messages/create_partitions.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/elect_leaders.h"

namespace kscope::metadata {

/// Luck goes into the placement and into the ids of the topics.
ControllerResult<protocol::CreateTopicsResponse> create_topics(
    const ControllerView& view, const protocol::CreateTopicsRequest& request,
    env::RandomSet& random);

ControllerResult<protocol::CreatePartitionsResponse> create_partitions(
    const ControllerView& view, const protocol::CreatePartitionsRequest& request,
    env::RandomSet& random);

ControllerResult<protocol::DeleteTopicsResponse> delete_topics(
    const MetadataImage& image, const protocol::DeleteTopicsRequest& request);

/// `version` of the request: some errors have other names before version 2.
ControllerResult<protocol::AlterPartitionResponse> alter_partition(
    const ControllerView& view, const protocol::AlterPartitionRequest& request,
    std::int16_t version);

/// What is wrong with one partition of the request (C5), as Kafka's validateAlterPartitionData.
ErrorCode validate_alter_partition(const MetadataImage& image, NodeId sender,
                                   const PartitionRegistration& partition,
                                   const protocol::AlterPartitionRequest::PartitionData& wanted,
                                   std::int16_t version);

ControllerResult<protocol::ElectLeadersResponse> elect_leaders(
    const ControllerView& view, const protocol::ElectLeadersRequest& request);

/// At most this many elections in one go of the two periodic jobs below (Kafka: maxElections).
inline constexpr std::size_t kMaxElections = 1000;
/// Preferred leaders for partitions led by somebody else (auto.leader.rebalance.enable).
void balance_leaders(const ControllerView& view, Records& records);
/// Unclean leaders for leaderless partitions whose topics allow it.
void elect_unclean_leaders(const ControllerView& view, Records& records);
bool has_imbalance(const MetadataImage& image);
bool has_leaderless(const MetadataImage& image);

/// Unclean if the topic's effective settings allow it, else online.
Election allowed_election(const ControllerView& view, const std::string& topic);
/// Tells the builder whether eligible leader replicas are in use, and the topic's min ISR.
void allow_eligible_leaders(const ControllerView& view, const std::string& topic,
                            PartitionChangeBuilder& builder);

// For cluster_control.
/// `broker` came back and cannot vouch for what it had: it is eligible for nothing any more.
void forget_eligibility(const ControllerView& view, NodeId broker, Records& records);
bool leads_any(const MetadataImage& image, NodeId broker);
/// `broker` leaves every ISR that has another member, and every leadership.
void leave_isrs(const ControllerView& view, NodeId broker, Records& records);
/// Leaderless partitions, with `newcomer` counted as alive although the image does not say so yet.
void elect_for_leaderless(const ControllerView& view, NodeId newcomer, Records& records);

}  // namespace kscope::metadata
