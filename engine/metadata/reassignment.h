// Moving the replicas of a partition to other brokers while it serves (KIP-455).
//
//   replicas {1,2,3}, target {4,5,6}
//     begin     replicas {4,5,6,1,2,3}, adding {4,5,6}, removing {1,2,3}; leader and ISR stay
//     copy      4, 5 and 6 fetch from the leader until they are in the ISR
//     complete  replicas {4,5,6}, nothing adding or removing; a leader that left is replaced, and
//               the leader epoch grows, which fences those that left
//
// Nothing is unavailable meanwhile: for each acknowledged record there are at all times as many
// in-sync replicas as before. A move can be called off: the original replicas remain, and whoever
// was being added goes, unless the ISR has nobody else left (that would lose records, so it needs
// unclean.leader.election.enable).
//
// Completion is nobody's decision: the change of the ISR that makes it possible carries it
// (PartitionChangeBuilder::build).
//
// Called by: quorum_controller, partition_change_builder. Kafka: PartitionReassignmentReplicas,
// PartitionReassignmentRevert, ReplicationControlManager.alterPartitionReassignments.
// Read next: metadata/replication_control.h
#pragma once

#include "engine/metadata/cluster_control.h"
#include "engine/protocol/messages/alter_partition_reassignments.h"
#include "engine/protocol/messages/list_partition_reassignments.h"

namespace kscope::metadata {

ControllerResult<protocol::AlterPartitionReassignmentsResponse> alter_partition_reassignments(
    const ControllerView& view, const protocol::AlterPartitionReassignmentsRequest& request);

protocol::ListPartitionReassignmentsResponse list_partition_reassignments(
    const MetadataImage& image, const protocol::ListPartitionReassignmentsRequest& request);

/// If the ISR of `target` holds every replica that is to stay, the others are taken out of replicas
/// and ISR and the move is over. Changes nothing otherwise.
void complete_reassignment(PartitionRegistration& target);

/// What is left when a move is called off.
struct ReassignmentRevert {
  std::vector<NodeId> replicas, isr;
  bool unclean = false;  ///< all of the ISR was being added: the first replica has to stand in
};
/// REQUIRES partition.is_reassigning().
ReassignmentRevert revert_reassignment(const PartitionRegistration& partition);

}  // namespace kscope::metadata
