// The inside of fold(): one apply() for every event that moves a snapshot.
//
// An event without an apply of its own falls into the catch-all and changes nothing; those are the
// ones that report a decision, a refusal or a detail that the snapshot does not hold.
//
// Read next: cluster/fold.cc (machine, network, clients), cluster/fold_state.cc (logs, raft,
// brokers), cluster/fold_groups.cc
#pragma once

#include <optional>
#include <string>

#include "engine/cluster/snapshot.h"
#include "engine/event/event.h"

namespace kscope::cluster {

class Folder {
 public:
  Folder(Snapshot& snapshot, const event::Event& event, const NameTable& names)
      : snapshot_(snapshot), event_(event), names_(names) {}

  template <class Other>
  void apply(const Other&) {}

  void apply(const event::NodeStarted& e);
  void apply(const event::NodeStopped& e);
  void apply(const event::NodeCrashed& e);
  void apply(const event::NodePaused& e);
  void apply(const event::NodeResumed& e);
  void apply(const event::ClockSkewed& e);
  void apply(const event::LinkCut& e);
  void apply(const event::LinkHealed& e);
  void apply(const event::LinkSlowed& e);
  void apply(const event::FrameSent& e);
  void apply(const event::FrameDelivered& e);
  void apply(const event::FrameLost& e);
  void apply(const event::FrameDelayed& e);

  void apply(const event::VoterSetChanged& e);
  void apply(const event::LogOpened& e);
  void apply(const event::LogRecovered& e);
  void apply(const event::BatchAppended& e);
  void apply(const event::LeaderEpochStarted& e);
  void apply(const event::LogTruncated& e);
  void apply(const event::LogFlushed& e);
  void apply(const event::LogStartAdvanced& e);
  void apply(const event::LogDeleted& e);

  void apply(const event::RaftRoleChanged& e);
  void apply(const event::ElectionTimerSet& e);
  void apply(const event::ElectionTimerCleared& e);
  void apply(const event::QuorumStatePersisted& e);
  void apply(const event::VoteCounted& e);
  void apply(const event::RaftHighWatermarkAdvanced& e);

  void apply(const event::ControllerActivated& e);
  void apply(const event::ControllerDeactivated& e);
  void apply(const event::BrokerRegistered& e);
  void apply(const event::BrokerFenced& e);
  void apply(const event::BrokerUnfenced& e);
  void apply(const event::TopicDeleted& e);
  void apply(const event::PartitionChanged& e);
  void apply(const event::MetadataApplied& e);
  void apply(const event::ReassignmentStarted& e);
  void apply(const event::ReassignmentCompleted& e);
  void apply(const event::ReassignmentCancelled& e);
  void apply(const event::ControlledShutdownBegan& e);

  void apply(const event::BecameLeader& e);
  void apply(const event::BecameFollower& e);
  void apply(const event::ReplicaStopped& e);
  void apply(const event::HighWatermarkAdvanced& e);
  void apply(const event::HighWatermarkSet& e);
  void apply(const event::FollowerProgressed& e);
  void apply(const event::IsrChangeRequested& e);
  void apply(const event::IsrUpdated& e);
  void apply(const event::LowWatermarkMoved& e);

  void apply(const event::BrokerStateChanged& e);
  void apply(const event::RequestQueued& e);
  void apply(const event::RequestStarted& e);
  void apply(const event::RequestFinished& e);
  void apply(const event::PurgatoryEntered& e);
  void apply(const event::PurgatoryLeft& e);
  void apply(const event::FetchSessionOpened& e);
  void apply(const event::FetchSessionClosed& e);

  void apply(const event::CoordinatorLoaded& e);
  void apply(const event::CoordinatorUnloaded& e);
  void apply(const event::GroupStateChanged& e);
  void apply(const event::GenerationStarted& e);
  void apply(const event::OffsetCommitted& e);
  void apply(const event::CommittedOffsetRemoved& e);
  void apply(const event::MemberAdded& e);
  void apply(const event::MemberRemoved& e);
  void apply(const event::MemberAssignmentChanged& e);
  void apply(const event::MemberJoining& e);
  void apply(const event::MemberSyncing& e);
  void apply(const event::MemberSessionSet& e);
  void apply(const event::MemberEpochChanged& e);
  void apply(const event::GroupLeaderChosen& e);
  void apply(const event::GroupEpochBumped& e);
  void apply(const event::TargetAssignmentComputed& e);

  void apply(const event::ClientStarted& e);
  void apply(const event::RecordQueued& e);
  void apply(const event::BatchAcked& e);
  void apply(const event::BatchFailed& e);
  void apply(const event::RecordsConsumed& e);
  void apply(const event::PositionChanged& e);
  void apply(const event::PreferredReplicaSet& e);
  void apply(const event::PreferredReplicaCleared& e);
  void apply(const event::CoordinatorFound& e);
  void apply(const event::CoordinatorLost& e);
  void apply(const event::ConsumerStateChanged& e);
  void apply(const event::PartitionRevoked& e);
  void apply(const event::RecordsProcessed& e);
  void apply(const event::ApplicationStalled& e);

 private:
  NodeView* node(NodeId id);
  NodeView* here() { return node(event_.node); }
  ClientView& client(NodeId id);
  ReplicaView& replica(NodeView& node, const TopicPartition& partition);
  /// The replica of this event's node; nothing for the metadata log.
  ReplicaView* replica(PartitionRef partition);
  bool is_metadata_log(PartitionRef partition) const;
  PartitionView& partition(const TopicPartition& partition);
  RegistrationView& registration(NodeId broker);
  LinkView& link(NodeId from, NodeId to);
  std::int32_t group_partition(const std::string& group) const;
  /// Nothing if there is none, or if this event's node does not coordinate it.
  GroupView* group(NameRef name, bool create = false);
  void bury(GroupView& dead);
  /// Nothing if it is not a member.
  GroupMemberView* member(NameRef group, NameRef id);
  /// Without a partition: of none any more.
  void stop_coordinating(NodeId broker, std::optional<std::int32_t> partition = {});
  void forget_group_topic();
  void set_state(NodeState state);
  void forget_memory(NodeView& node);
  void drop_whole_links();
  void drop_frame(FrameId id);
  void set_log_end(PartitionRef partition, Offset end);

  Snapshot& snapshot_;
  const event::Event& event_;
  const NameTable& names_;
};

}  // namespace kscope::cluster
