// Metadata records about topics. A topic is its id; the name can come back with another id
// (KIP-516).
//
// Real Kafka: ReplicationControlManager (decides), TopicsDelta (applies).
// Written by: metadata/.
// Read next: records/partition_records.h
#pragma once

#include <string>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct TopicRecord {
  static constexpr const char* kName = "TopicRecord";
  static constexpr std::int16_t kRecordType = 2;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  std::string name;
  Uuid topic_id;

  bool operator==(const TopicRecord&) const = default;
  void describe(auto& f) {
    f("Name", name);
    f("TopicId", topic_id);
  }
};

/// Removes the topic and all its partitions.
struct RemoveTopicRecord {
  static constexpr const char* kName = "RemoveTopicRecord";
  static constexpr std::int16_t kRecordType = 9;
  static constexpr std::int16_t kMinVersion = 0, kMaxVersion = 0, kFlexible = 0;
  static constexpr std::int16_t kWriteVersion = 0;

  Uuid topic_id;

  bool operator==(const RemoveTopicRecord&) const = default;
  void describe(auto& f) {
    f("TopicId", topic_id);
  }
};

}  // namespace kscope::protocol
