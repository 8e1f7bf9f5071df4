// RemoveRaftVoter (key 81): this controller votes no longer.
//
// Named by id and directory id: a disk that was replaced is another voter. A leader may remove
// itself; it resigns once the record is committed without it (KIP-853).
// Real Kafka: RemoveVoterHandler; kafka-metadata-quorum.sh remove-controller.
// Called by: client/ (admin), through a broker. Answered by: raft/.
// Read next: messages/update_raft_voter.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct RemoveRaftVoterRequest {
  static constexpr const char* kName = "RemoveRaftVoterRequest";
  static constexpr ApiKey kApi = ApiKey::RemoveRaftVoter;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::optional<std::string> cluster_id;
  std::int32_t voter_id = 0;
  Uuid voter_directory_id;

  bool operator==(const RemoveRaftVoterRequest&) const = default;
  void describe(auto& f) {
    f("ClusterId", cluster_id, nullable());
    f("VoterId", voter_id);
    f("VoterDirectoryId", voter_directory_id);
  }
};

struct RemoveRaftVoterResponse {
  static constexpr const char* kName = "RemoveRaftVoterResponse";
  static constexpr ApiKey kApi = ApiKey::RemoveRaftVoter;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> error_message;

  bool operator==(const RemoveRaftVoterResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("ErrorMessage", error_message, nullable().ignorable());
  }
};

}  // namespace kscope::protocol
