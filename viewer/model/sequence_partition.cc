#include "viewer/model/sequence_partition.h"

#include <type_traits>

namespace kscope::viewer {

namespace {

template <class E>
std::optional<PartitionRef> partition_in(const E& e) {
  if constexpr (requires { e.partition; }) {
    if constexpr (std::is_same_v<std::decay_t<decltype(e.partition)>, PartitionRef>) {
      return e.partition;
    }
  }
  return {};
}

bool is_topic_field(const std::string& name) {
  return name == "Topic" || name == "TopicName" || name == "Name" || name == "TopicId";
}

bool is_partition_field(const std::string& name) {
  return name == "Partition" || name == "PartitionIndex" || name == "Index" ||
         name == "PartitionId";
}

}  // namespace

std::optional<PartitionRef> partition_of(const event::Body& body) {
  return std::visit([](const auto& e) { return partition_in(e); }, body);
}

bool frame_names(Machine& machine, FrameId frame, const TopicPartition& partition) {
  const Dissection d = machine.dissect_frame(frame);
  const auto& ids = machine.snapshot().metadata.topic_ids;
  const auto id = ids.find(partition.topic);
  const std::string name = "\"" + partition.topic + "\"";
  const std::string number = std::to_string(partition.partition);
  bool in_topic = false, topic_seen = false, partition_seen = false;
  for (const record::FieldSpan& field : d.fields) {
    if (is_topic_field(field.name)) {
      in_topic = field.value == name || (id != ids.end() && field.value == id->second);
      topic_seen = topic_seen || in_topic;
    } else if (is_partition_field(field.name)) {
      partition_seen = true;
      if (in_topic && field.value == number) return true;
    }
  }
  return topic_seen && !partition_seen;
}

}  // namespace kscope::viewer
