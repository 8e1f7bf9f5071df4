// AddRaftVoter (key 80): let this controller vote.
//
// The leader of the quorum appends a VotersRecord with one more voter, which counts at once, and
// answers when the record is committed by the new set (KIP-853). One change at a time, and only of
// a replica that has caught up.
// Real Kafka: AddVoterHandler; kafka-metadata-quorum.sh add-controller.
// Called by: client/ (admin), through a broker. Answered by: raft/.
// Read next: messages/remove_raft_voter.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"
#include "engine/protocol/voter_parts.h"

namespace kscope::protocol {

struct AddRaftVoterRequest {
  static constexpr const char* kName = "AddRaftVoterRequest";
  static constexpr ApiKey kApi = ApiKey::AddRaftVoter;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::optional<std::string> cluster_id;
  std::int32_t timeout_ms = 0;
  std::int32_t voter_id = 0;
  Uuid voter_directory_id;
  std::vector<VoterEndpoint> listeners;

  bool operator==(const AddRaftVoterRequest&) const = default;
  void describe(auto& f) {
    f("ClusterId", cluster_id, nullable());
    f("TimeoutMs", timeout_ms);
    f("VoterId", voter_id);
    f("VoterDirectoryId", voter_directory_id);
    f("Listeners", listeners);
  }
};

struct AddRaftVoterResponse {
  static constexpr const char* kName = "AddRaftVoterResponse";
  static constexpr ApiKey kApi = ApiKey::AddRaftVoter;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  std::optional<std::string> error_message;

  bool operator==(const AddRaftVoterResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("ErrorMessage", error_message, nullable().ignorable());
  }
};

}  // namespace kscope::protocol
