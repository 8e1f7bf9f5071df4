// Events of the quorum beyond elections: snapshots, changes of the voter set, pre-votes, and the
// stages in which a process comes up. Emitted by raft/, metadata/ and cluster/.
// Read next: event/controller_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// Why a node folded its metadata into a snapshot (Kafka: SnapshotGenerator, SnapshotReason).
enum class SnapshotReason : std::uint8_t { MaxBytes, MaxInterval };
const char* to_string(SnapshotReason reason);

/// What a process has done of its start (Kafka: KafkaRaftServer, SharedServer, BrokerServer).
enum class StartupStage : std::uint8_t {
  StorageChecked,   ///< meta.properties names this node and this cluster
  LogOpened,        ///< the metadata log is recovered
  QuorumJoined,     ///< quorum-state is read and the first role taken on
  ControllerReady,  ///< the controller half listens
  DataLogsLoaded,   ///< the broker half has recovered its partitions
  Registering,      ///< the broker half asks the controller for a broker epoch
};
const char* to_string(StartupStage stage);

/// `kafka-storage format` was run over an empty disk.
struct StorageFormatted {
  static constexpr Info kInfo{"StorageFormatted", Subject::Machine, Weight::Change,
                              "the disk of {node} is formatted for kraft.version {kraft_version}, "
                              "with the voters {voters}"};
  std::int16_t kraft_version = 0;
  NodeList voters;  ///< written to the disk: only with kraft.version 1
  void describe(auto&& v) const { v("kraft_version", kraft_version); v("voters", voters); }
};

struct StartupStageReached {
  static constexpr Info kInfo{"StartupStageReached", Subject::Machine, Weight::Detail,
                              "{node} comes up: {stage}"};
  StartupStage stage{};
  void describe(auto&& v) const { v("stage", stage); }
};

/// `end` is exclusive: the snapshot stands for the records before it.
struct SnapshotGenerated {
  static constexpr Info kInfo{"SnapshotGenerated", Subject::Raft, Weight::Change,
                              "controller {node} writes a snapshot of the metadata up to {end}, "
                              "epoch {epoch} ({records} records, {bytes} bytes): {reason}"};
  Offset end;
  std::int32_t epoch = 0;
  std::int32_t records = 0;
  std::int64_t bytes = 0;
  SnapshotReason reason{};
  void describe(auto&& v) const {
    v("end", end); v("epoch", epoch); v("records", records); v("bytes", bytes);
    v("reason", reason);
  }
};

/// The leader has no longer the records that we asked for: it names a snapshot instead.
struct SnapshotFetchStarted {
  static constexpr Info kInfo{"SnapshotFetchStarted", Subject::Raft, Weight::Change,
                              "controller {node} is too far behind: it loads the snapshot {end}, "
                              "epoch {epoch}, from {leader}"};
  NodeId leader;
  Offset end;
  std::int32_t epoch = 0;
  void describe(auto&& v) const { v("leader", leader); v("end", end); v("epoch", epoch); }
};

struct SnapshotPieceFetched {
  static constexpr Info kInfo{"SnapshotPieceFetched", Subject::Raft, Weight::Detail,
                              "controller {node} has {position} of {size} bytes of snapshot {end}"};
  Offset end;
  std::int64_t position = 0, size = 0;
  void describe(auto&& v) const { v("end", end); v("position", position); v("size", size); }
};

/// The download is whole, on the disk under its name, and the log begins anew behind it.
struct SnapshotInstalled {
  static constexpr Info kInfo{"SnapshotInstalled", Subject::Raft, Weight::Drama,
                              "controller {node} puts snapshot {end}, epoch {epoch}, in the place "
                              "of its log"};
  Offset end;
  std::int32_t epoch = 0;
  void describe(auto&& v) const { v("end", end); v("epoch", epoch); }
};

/// The image was taken from a snapshot instead of from records.
struct SnapshotLoaded {
  static constexpr Info kInfo{"SnapshotLoaded", Subject::Controller, Weight::Change,
                              "controller {node} reads its metadata from snapshot {end} "
                              "({records} records)"};
  Offset end;
  std::int32_t records = 0;
  void describe(auto&& v) const { v("end", end); v("records", records); }
};

struct SnapshotDeleted {
  static constexpr Info kInfo{"SnapshotDeleted", Subject::Raft, Weight::Detail,
                              "controller {node} deletes snapshot {end}, epoch {epoch}"};
  Offset end;
  std::int32_t epoch = 0;
  void describe(auto&& v) const { v("end", end); v("epoch", epoch); }
};

/// From now on these are the voters for this node, committed or not (KIP-853).
struct VoterSetChanged {
  static constexpr Info kInfo{"VoterSetChanged", Subject::Raft, Weight::Drama,
                              "controller {node} takes {voters} as the voters, by the record at "
                              "{at}"};
  Offset at;
  NodeList voters;
  void describe(auto&& v) const { v("at", at); v("voters", voters); }
};

/// At the voter: would it vote for that one? Nothing is written down (KIP-996).
struct PreVoteCast {
  static constexpr Info kInfo{"PreVoteCast", Subject::Raft, Weight::Change,
                              "controller {node} is asked whether {candidate} could win after "
                              "epoch {epoch}, granted: {granted}"};
  NodeId candidate;
  std::int32_t epoch = 0;
  bool granted = false;
  void describe(auto&& v) const {
    v("candidate", candidate); v("epoch", epoch); v("granted", granted);
  }
};

}  // namespace kscope::event
