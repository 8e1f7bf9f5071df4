// Control records of the metadata log: written by the raft layer itself, invisible to the
// controller.
//
// A new leader's first act is to append a LeaderChangeMessage in its epoch: only a record of the
// current epoch may be committed by counting replicas, and this one makes sure that there is one
// (the rule of Raft's section 5.4.2). The header and footer bracket a snapshot file. They live in
// batches with the control bit; the record's key is version:int16 type:int16 (ControlRecordType)
// and the value is the message without a frame.
// Real Kafka: ControlRecordUtils, MemoryRecords.withLeaderChangeMessage. KIP-595, KIP-630.
// Written by: raft/.
// Read next: records/metadata_record.h
#pragma once

#include <vector>

#include "engine/protocol/codec.h"
#include "engine/protocol/voter_parts.h"

namespace kscope::protocol {

/// Kafka: org.apache.kafka.common.record.ControlRecordType.
enum class ControlRecordType : std::int16_t {
  Abort = 0,   ///< the end of a transaction in a partition
  Commit = 1,
  LeaderChange = 2,
  SnapshotHeader = 3,
  SnapshotFooter = 4,
  KRaftVersion = 5,
  KRaftVoters = 6,
};

/// The four bytes of a control record's key.
Bytes control_record_key(ControlRecordType type);
/// Truncated for fewer than four bytes; later versions may be longer. Unsupported for an unknown
/// type.
Result<ControlRecordType> control_record_type(ByteView key);

struct LeaderChangeMessage {
  static constexpr const char* kName = "LeaderChangeMessage";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 1, kFlexible = 0;

  struct Voter {
    std::int32_t voter_id = 0;
    Uuid voter_directory_id;

    bool operator==(const Voter&) const = default;
    void describe(auto& f) {
      f("VoterId", voter_id);
      f("VoterDirectoryId", voter_directory_id, since(1));
    }
  };

  std::int16_t version = 0;  ///< of the message itself, told once more
  std::int32_t leader_id = 0;
  std::vector<Voter> voters;
  std::vector<Voter> granting_voters;

  bool operator==(const LeaderChangeMessage&) const = default;
  void describe(auto& f) {
    f("Version", version);
    f("LeaderId", leader_id);
    f("Voters", voters);
    f("GrantingVoters", granting_voters);
  }
};

struct SnapshotHeaderRecord {
  static constexpr const char* kName = "SnapshotHeaderRecord";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::int16_t version = 0;
  std::int64_t last_contained_log_timestamp = 0;

  bool operator==(const SnapshotHeaderRecord&) const = default;
  void describe(auto& f) {
    f("Version", version);
    f("LastContainedLogTimestamp", last_contained_log_timestamp);
  }
};

/// Which rules the quorum follows: 0 a fixed set of voters, 1 a set that the log holds (KIP-853).
struct KRaftVersionRecord {
  static constexpr const char* kName = "KRaftVersionRecord";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::int16_t version = 0;
  std::int16_t kraft_version = 0;

  bool operator==(const KRaftVersionRecord&) const = default;
  void describe(auto& f) {
    f("Version", version);
    f("KRaftVersion", kraft_version);
  }
};

/// The whole set of voters; the last one in the log counts, committed or not.
struct VotersRecord {
  static constexpr const char* kName = "VotersRecord";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  struct Voter {
    std::int32_t voter_id = 0;
    Uuid voter_directory_id;
    std::vector<VoterEndpoint> endpoints;
    KRaftVersionFeature kraft_version_feature;

    bool operator==(const Voter&) const = default;
    void describe(auto& f) {
      f("VoterId", voter_id);
      f("VoterDirectoryId", voter_directory_id);
      f("Endpoints", endpoints);
      f("KRaftVersionFeature", kraft_version_feature);
    }
  };

  std::int16_t version = 0;
  std::vector<Voter> voters;

  bool operator==(const VotersRecord&) const = default;
  void describe(auto& f) {
    f("Version", version);
    f("Voters", voters);
  }
};

struct SnapshotFooterRecord {
  static constexpr const char* kName = "SnapshotFooterRecord";
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::int16_t version = 0;

  bool operator==(const SnapshotFooterRecord&) const = default;
  void describe(auto& f) {
    f("Version", version);
  }
};

}  // namespace kscope::protocol
