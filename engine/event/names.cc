// The words for the enumerations of events. Kafka's own states keep Kafka's spelling; what is ours
// is spelled as it should read in a sentence.
#include "engine/event/event.h"

namespace kscope::event {

const char* to_string(Subject subject) {
  switch (subject) {
    case Subject::Machine: return "Machine";
    case Subject::Network: return "Network";
    case Subject::Storage: return "Storage";
    case Subject::Raft: return "Raft";
    case Subject::Controller: return "Controller";
    case Subject::Replication: return "Replication";
    case Subject::Broker: return "Broker";
    case Subject::Group: return "Group";
    case Subject::Client: return "Client";
    case Subject::Fault: return "Fault";
  }
  return "unknown";
}

const char* to_string(CrashKind kind) {
  switch (kind) {
    case CrashKind::Process: return "process";
    case CrashKind::PowerLoss: return "power loss";
  }
  return "unknown";
}

const char* to_string(DiskFault fault) {
  switch (fault) {
    case DiskFault::SlowFlush: return "slow flush";
    case DiskFault::FailingFlush: return "failing flush";
    case DiskFault::Full: return "full";
    case DiskFault::Failed: return "failed";
  }
  return "unknown";
}

const char* to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::ByPeer: return "closed by the other side";
    case CloseReason::Refused: return "refused";
    case CloseReason::PeerDied: return "the other side died";
    case CloseReason::Reset: return "reset";
    case CloseReason::TimedOut: return "timed out";
    case CloseReason::MalformedFrame: return "malformed frame";
    case CloseReason::OversizedFrame: return "oversized frame";
    case CloseReason::Idle: return "idle";
  }
  return "unknown";
}

const char* to_string(RollReason reason) {
  switch (reason) {
    case RollReason::Size: return "size";
    case RollReason::Time: return "time";
    case RollReason::IndexFull: return "index full";
    case RollReason::OffsetOverflow: return "offset overflow";
    case RollReason::Forced: return "forced";
  }
  return "unknown";
}

const char* to_string(TruncateReason reason) {
  switch (reason) {
    case TruncateReason::DivergingEpoch: return "diverging epoch";
    case TruncateReason::HighWatermark: return "high watermark";
    case TruncateReason::FullyAndRestart: return "fully, and starts afresh";
    case TruncateReason::Raft: return "raft";
  }
  return "unknown";
}

const char* to_string(LogStartReason reason) {
  switch (reason) {
    case LogStartReason::DeleteRecords: return "records deleted on request";
    case LogStartReason::Retention: return "retention";
    case LogStartReason::Leader: return "as its leader";
    case LogStartReason::Truncation: return "truncation";
    case LogStartReason::Snapshot: return "a snapshot stands for what was before";
  }
  return "unknown";
}

const char* to_string(DeleteReason reason) {
  switch (reason) {
    case DeleteReason::RetentionMs: return "retention.ms";
    case DeleteReason::RetentionBytes: return "retention.bytes";
    case DeleteReason::LogStart: return "before the log start";
  }
  return "unknown";
}

const char* to_string(RaftRole role) {
  switch (role) {
    case RaftRole::Unattached: return "Unattached";
    case RaftRole::Follower: return "Follower";
    case RaftRole::Candidate: return "Candidate";
    case RaftRole::Leader: return "Leader";
    case RaftRole::Resigned: return "Resigned";
    case RaftRole::Observer: return "Observer";
    case RaftRole::Prospective: return "Prospective";
  }
  return "unknown";
}

const char* to_string(SnapshotReason reason) {
  switch (reason) {
    case SnapshotReason::MaxBytes: return "metadata.log.max.record.bytes.between.snapshots";
    case SnapshotReason::MaxInterval: return "metadata.log.max.snapshot.interval.ms";
  }
  return "unknown";
}

const char* to_string(StartupStage stage) {
  switch (stage) {
    case StartupStage::StorageChecked: return "meta.properties read";
    case StartupStage::LogOpened: return "metadata log opened";
    case StartupStage::QuorumJoined: return "role in the quorum taken";
    case StartupStage::ControllerReady: return "controller listens";
    case StartupStage::DataLogsLoaded: return "partitions recovered";
    case StartupStage::Registering: return "registers with the controller";
  }
  return "unknown";
}

const char* to_string(FenceReason reason) {
  switch (reason) {
    case FenceReason::SessionOver: return "session over";
    case FenceReason::NewIncarnation: return "new incarnation";
    case FenceReason::Shutdown: return "shutdown";
    case FenceReason::Registered: return "just registered";
  }
  return "unknown";
}

const char* to_string(ConfigResource resource) {
  switch (resource) {
    case ConfigResource::Topic: return "topic";
    case ConfigResource::Broker: return "broker";
    case ConfigResource::AllBrokers: return "all brokers";
  }
  return "unknown";
}

const char* to_string(ThrottleSide side) {
  switch (side) {
    case ThrottleSide::Leader: return "leader";
    case ThrottleSide::Follower: return "follower";
  }
  return "unknown";
}

const char* to_string(BrokerState state) {
  switch (state) {
    case BrokerState::NotRunning: return "NotRunning";
    case BrokerState::Starting: return "Starting";
    case BrokerState::Recovery: return "Recovery";
    case BrokerState::Running: return "Running";
    case BrokerState::PendingControlledShutdown: return "PendingControlledShutdown";
    case BrokerState::ShuttingDown: return "ShuttingDown";
  }
  return "unknown";
}

const char* to_string(ClientRole role) {
  switch (role) {
    case ClientRole::Producer: return "producer";
    case ClientRole::Consumer: return "consumer";
    case ClientRole::Admin: return "admin client";
  }
  return "?";
}

const char* to_string(PurgatoryKind kind) {
  switch (kind) {
    case PurgatoryKind::Produce: return "Produce";
    case PurgatoryKind::Fetch: return "Fetch";
    case PurgatoryKind::DeleteRecords: return "DeleteRecords";
  }
  return "unknown";
}

const char* to_string(SessionEnd reason) {
  switch (reason) {
    case SessionEnd::ByClient: return "its fetcher begins anew or ends it";
    case SessionEnd::Emptied: return "it has no partition any more";
    case SessionEnd::Evicted: return "evicted";
  }
  return "unknown";
}

const char* to_string(GroupState value) {
  switch (value) {
    case GroupState::Empty: return "Empty";
    case GroupState::PreparingRebalance: return "PreparingRebalance";
    case GroupState::CompletingRebalance: return "CompletingRebalance";
    case GroupState::Stable: return "Stable";
    case GroupState::Dead: return "Dead";
    case GroupState::Assigning: return "Assigning";
    case GroupState::Reconciling: return "Reconciling";
  }
  return "unknown";
}

const char* to_string(RebalanceReason value) {
  switch (value) {
    case RebalanceReason::MemberJoined: return "MemberJoined";
    case RebalanceReason::MemberLeft: return "MemberLeft";
    case RebalanceReason::SessionExpired: return "SessionExpired";
    case RebalanceReason::SubscriptionChanged: return "SubscriptionChanged";
    case RebalanceReason::LeaderRejoined: return "LeaderRejoined";
    case RebalanceReason::StaticMemberReplaced: return "StaticMemberReplaced";
    case RebalanceReason::AssignmentLost: return "AssignmentLost";
    case RebalanceReason::SyncTimedOut: return "SyncTimedOut";
    case RebalanceReason::GroupTooLarge: return "GroupTooLarge";
    case RebalanceReason::ProtocolDowngraded: return "ProtocolDowngraded";
  }
  return "unknown";
}

const char* to_string(MemberEnd value) {
  switch (value) {
    case MemberEnd::Left: return "Left";
    case MemberEnd::SessionExpired: return "SessionExpired";
    case MemberEnd::RebalanceTimedOut: return "RebalanceTimedOut";
    case MemberEnd::Replaced: return "Replaced";
    case MemberEnd::Fenced: return "Fenced";
    case MemberEnd::RemovedByAdmin: return "RemovedByAdmin";
    case MemberEnd::NeverJoined: return "NeverJoined";
  }
  return "unknown";
}

const char* to_string(GroupRecordKind value) {
  switch (value) {
    case GroupRecordKind::OffsetCommit: return "offset";
    case GroupRecordKind::GroupMetadata: return "group metadata";
    case GroupRecordKind::GroupEpoch: return "group epoch";
    case GroupRecordKind::SubscriptionMetadata: return "subscription metadata";
    case GroupRecordKind::Member: return "member";
    case GroupRecordKind::TargetAssignmentEpoch: return "target assignment epoch";
    case GroupRecordKind::TargetAssignment: return "target assignment";
    case GroupRecordKind::CurrentAssignment: return "current assignment";
  }
  return "unknown";
}

const char* to_string(MemberState value) {
  switch (value) {
    case MemberState::Stable: return "Stable";
    case MemberState::UnrevokedPartitions: return "UnrevokedPartitions";
    case MemberState::UnreleasedPartitions: return "UnreleasedPartitions";
  }
  return "unknown";
}

const char* to_string(ConsumerState value) {
  switch (value) {
    case ConsumerState::Unjoined: return "Unjoined";
    case ConsumerState::PreparingRebalance: return "PreparingRebalance";
    case ConsumerState::CompletingRebalance: return "CompletingRebalance";
    case ConsumerState::Stable: return "Stable";
    case ConsumerState::Joining: return "Joining";
    case ConsumerState::Reconciling: return "Reconciling";
    case ConsumerState::Acknowledging: return "Acknowledging";
    case ConsumerState::Fenced: return "Fenced";
    case ConsumerState::Leaving: return "Leaving";
  }
  return "unknown";
}

const char* to_string(ListenerCall value) {
  switch (value) {
    case ListenerCall::Revoked: return "Revoked";
    case ListenerCall::Assigned: return "Assigned";
    case ListenerCall::Lost: return "Lost";
  }
  return "unknown";
}

}  // namespace kscope::event
