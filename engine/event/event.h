// Event: everything that can happen, as one closed type.
//
// Decision 4 of the design: every mutation that a person could care about emits one typed event in
// the past tense, next to the assignment that it reports, together with the event that caused it.
// The stream of events is what the viewer draws, the labs grade, the tests compare (its hash is the
// proof of determinism) and "why?" walks back.
//
// Invariants: seq grows by one with every event; at never decreases; cause < seq (0: no cause).
// Payloads hold no strings and no pointers; names go through NameTable.
//
// Real Kafka has no such stream: it has logs, metrics and JFR, each with its own words.
// Read next: event/sink.h, event/render.h
#pragma once

#include <variant>

#include "engine/event/admin_events.h"
#include "engine/event/broker_events.h"
#include "engine/event/cleaner_events.h"
#include "engine/event/client_events.h"
#include "engine/event/controller_events.h"
#include "engine/event/fetch_events.h"
#include "engine/event/group_admin_events.h"
#include "engine/event/group_events.h"
#include "engine/event/machine_events.h"
#include "engine/event/member_events.h"
#include "engine/event/network_events.h"
#include "engine/event/producer_events.h"
#include "engine/event/quorum_events.h"
#include "engine/event/raft_events.h"
#include "engine/event/replication_events.h"
#include "engine/event/request_events.h"
#include "engine/event/storage_events.h"
#include "engine/event/tier_events.h"

namespace kscope::event {

using Body = std::variant<
    // the machine and its faults
    InputApplied, TimerFired, NodeStarted, NodeStopped, NodeCrashed, NodePaused, NodeResumed,
    ClockSkewed, LinkCut, LinkHealed, LinkSlowed, DiskFaultChanged, BitFlipped,
    // network
    ConnectionOpened, ConnectionClosed, FrameSent, FrameDelivered, FrameLost, FrameDelayed,
    // storage
    LogOpened, LogRecovered, BatchAppended, LeaderEpochStarted, IndexEntryAdded, SegmentRolled,
    LogTruncated, LogFlushed, LogStartAdvanced, SegmentDeleted, SegmentFilesRemoved, LogDeleted,
    LogDirFailed,
    // the log cleaner
    CleanStarted, OffsetMapBuilt, SegmentGroupCleaned, SegmentsSwapped, CleanFinished,
    PartitionUncleanable,
    // storage: producers, tiered storage
    DuplicateBatchFound, ProducerSnapshotTaken, TransactionStarted, TransactionEnded,
    RemoteCopyStarted, RemoteCopyFinished, RemoteSegmentDeleted, RemoteLogRead,
    LocalLogStartAdvanced, RemoteTierFailed,
    // raft
    RaftRoleChanged, ElectionTimerSet, ElectionTimerCleared, QuorumStatePersisted, VoteCast,
    VoteCounted, RaftLeaderElected, RaftLeaderResigned, RaftHighWatermarkAdvanced,
    // the quorum: storage, snapshots, voters
    StorageFormatted, StartupStageReached, SnapshotGenerated, SnapshotFetchStarted,
    SnapshotPieceFetched, SnapshotInstalled, SnapshotLoaded, SnapshotDeleted, VoterSetChanged,
    PreVoteCast,
    // controller
    ControllerActivated, ControllerDeactivated, BrokerRegistered, BrokerFenced, BrokerUnfenced,
    TopicCreated, TopicDeleted, PartitionChanged, PartitionLeaderChanged, AlterPartitionRejected,
    MetadataApplied, ControlledShutdownBegan,
    // administration
    ConfigChanged, BrokerConfigApplied, PartitionsAdded, ReassignmentStarted,
    ReassignmentCompleted, ReassignmentCancelled, ReplicationThrottled, EligibleLeadersChanged,
    // replication
    BecameLeader, BecameFollower, ReplicaStopped, HighWatermarkAdvanced, HighWatermarkSet,
    FollowerProgressed, IsrChangeRequested, IsrUpdated, IsrChangeFailed, DivergenceFound,
    FetcherFailed, LowWatermarkMoved, ReadReplicaSelected,
    // broker
    BrokerStateChanged, RequestQueued, RequestStarted, RequestFinished, RequestRefused,
    PurgatoryEntered, PurgatoryLeft,
    // the request path
    ConnectionAccepted, ProcessorBlocked, ProcessorUnblocked, ResponseQueued, RequestCompleted,
    FetchSessionOpened, FetchSessionChanged, FetchSessionClosed,
    // clients
    ClientStarted, RecordQueued, BatchDrained, BatchAcked, BatchRetried, BatchFailed,
    RecordsConsumed,
    PositionChanged, FetchFailed, MetadataRefreshed, AdminCompleted,
    PreferredReplicaSet, PreferredReplicaCleared, PositionValidated, TruncationDetected,
    AbortedRecordsSkipped,
    // the group coordinator
    CoordinatorLoadStarted, CoordinatorLoaded, CoordinatorUnloaded, GroupRecordWritten,
    GroupStateChanged, RebalanceStarted, GenerationStarted, GroupEpochBumped,
    TargetAssignmentComputed, OffsetCommitted, CommittedOffsetRemoved, MemberIdGranted, MemberAdded,
    MemberRemoved, MemberJoining, MemberSyncing, MemberSessionSet, MemberAssignmentChanged,
    MemberEpochChanged, GroupLeaderChosen, CommitChecked,
    // members of groups
    CoordinatorFound, CoordinatorLost, ConsumerStateChanged, AssignmentComputed, ListenerCalled,
    PartitionAssigned, PartitionRevoked, CommitSucceeded, CommitFailed, RecordsProcessed,
    PollIntervalExceeded, ApplicationStalled, ApplicationEnded,
    // administration of groups
    GroupListed, GroupDescribed, GroupLagReported, AdminExplained>;

struct Event {
  EventSeq seq;
  Instant at{};
  NodeId node;      ///< where it happened; 0: the cluster as a whole
  EventSeq cause;   ///< the event that led to this one; 0: none
  Body body;
};
static_assert(sizeof(Event) <= 112, "events are kept by the million");

inline const Info& info_of(const Body& body) {
  return std::visit([](const auto& e) -> const Info& { return e.kInfo; }, body);
}

}  // namespace kscope::event
