// UpdateRaftVoter (key 82): a voter tells the leader how it can be reached and what it speaks.
//
// Sent by a voter whose listeners or supported kraft.version differ from what the set of voters
// says about it, after it was upgraded or moved (KIP-853).
// Real Kafka: UpdateVoterHandler, KafkaRaftClient.buildUpdateVoterRequest.
// Called and answered by: raft/.
// Read next: raft/voter_set.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"
#include "engine/protocol/voter_parts.h"

namespace kscope::protocol {

struct UpdateRaftVoterRequest {
  static constexpr const char* kName = "UpdateRaftVoterRequest";
  static constexpr ApiKey kApi = ApiKey::UpdateRaftVoter;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  std::optional<std::string> cluster_id;
  std::int32_t current_leader_epoch = 0;
  std::int32_t voter_id = 0;
  Uuid voter_directory_id;
  std::vector<VoterEndpoint> listeners;
  KRaftVersionFeature kraft_version_feature;

  bool operator==(const UpdateRaftVoterRequest&) const = default;
  void describe(auto& f) {
    f("ClusterId", cluster_id, nullable());
    f("CurrentLeaderEpoch", current_leader_epoch);
    f("VoterId", voter_id);
    f("VoterDirectoryId", voter_directory_id);
    f("Listeners", listeners);
    f("KRaftVersionFeature", kraft_version_feature);
  }
};

struct UpdateRaftVoterResponse {
  static constexpr const char* kName = "UpdateRaftVoterResponse";
  static constexpr ApiKey kApi = ApiKey::UpdateRaftVoter;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;

  struct CurrentLeader {
    std::int32_t leader_id = -1;
    std::int32_t leader_epoch = -1;
    std::string host;
    std::int32_t port = 0;

    bool operator==(const CurrentLeader&) const = default;
    void describe(auto& f) {
      f("LeaderId", leader_id);
      f("LeaderEpoch", leader_epoch);
      f("Host", host);
      f("Port", port);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::NONE;
  CurrentLeader current_leader;

  bool operator==(const UpdateRaftVoterResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms);
    f("ErrorCode", error_code);
    f("CurrentLeader", current_leader, tag(0));
  }
};

}  // namespace kscope::protocol
