// DeleteTopics (key 20): remove these topics, by name or by id.
//
// The controller writes one RemoveTopicRecord per topic; every broker that replays it deletes its
// replicas. v4 is flexible, v5 adds a message per topic, v6 replaces the list of names by a list of
// (name or id), because a topic deleted and made again has another id (KIP-516).
// Real Kafka: ReplicationControlManager.deleteTopics.
// Called by: client/ (admin). Answered by: metadata/ through broker/.
// Read next: messages/delete_records.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct DeleteTopicsRequest {
  static constexpr const char* kName = "DeleteTopicsRequest";
  static constexpr ApiKey kApi = ApiKey::DeleteTopics;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 6, kFlexible = 4;

  struct DeleteTopicState {
    std::optional<std::string> name;  ///< null: by id
    Uuid topic_id;

    bool operator==(const DeleteTopicState&) const = default;
    void describe(auto& f) {
      f("Name", name, nullable(6));
      f("TopicId", topic_id);
    }
  };

  std::vector<DeleteTopicState> topics;
  std::vector<std::string> topic_names;  ///< below v6
  std::int32_t timeout_ms = 0;

  bool operator==(const DeleteTopicsRequest&) const = default;
  void describe(auto& f) {
    f("Topics", topics, since(6));
    f("TopicNames", topic_names, versions(0, 5).ignorable());
    f("TimeoutMs", timeout_ms);
  }
};

struct DeleteTopicsResponse {
  static constexpr const char* kName = "DeleteTopicsResponse";
  static constexpr ApiKey kApi = ApiKey::DeleteTopics;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 6, kFlexible = 4;

  struct DeletableTopicResult {
    std::optional<std::string> name = "";
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::NONE;
    std::optional<std::string> error_message;

    bool operator==(const DeletableTopicResult&) const = default;
    void describe(auto& f) {
      f("Name", name, nullable(6));
      f("TopicId", topic_id, since(6).ignorable());
      f("ErrorCode", error_code);
      f("ErrorMessage", error_message, since(5).nullable().ignorable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeletableTopicResult> responses;

  bool operator==(const DeleteTopicsResponse&) const = default;
  void describe(auto& f) {
    f("ThrottleTimeMs", throttle_time_ms, since(1).ignorable());
    f("Responses", responses);
  }
};

}  // namespace kscope::protocol
