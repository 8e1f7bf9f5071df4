#include "engine/raft/metadata_batch.h"

namespace kscope::raft {
namespace {

constexpr std::int16_t kLeaderChangeVersion = 0;

std::vector<protocol::LeaderChangeMessage::Voter> to_voters(const std::vector<NodeId>& nodes) {
  std::vector<protocol::LeaderChangeMessage::Voter> result;
  for (NodeId node : nodes) result.push_back({node.value(), {}});
  return result;
}

}  // namespace

Bytes leader_change_batch(NodeId leader, const std::vector<NodeId>& voters,
                          const std::vector<NodeId>& granting, std::int64_t timestamp_ms) {
  protocol::LeaderChangeMessage message;
  message.version = kLeaderChangeVersion;
  message.leader_id = leader.value();
  message.voters = to_voters(voters);
  message.granting_voters = to_voters(granting);
  return control_batch(
      {control_record(protocol::ControlRecordType::LeaderChange,
                      protocol::encode_body(message, kLeaderChangeVersion), timestamp_ms)});
}

record::Record control_record(protocol::ControlRecordType type, Bytes value,
                              std::int64_t timestamp_ms) {
  record::Record entry;
  entry.timestamp_ms = timestamp_ms;
  entry.key = protocol::control_record_key(type);
  entry.value = std::move(value);
  return entry;
}

Bytes control_batch(std::vector<record::Record> records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].offset = static_cast<std::int64_t>(i);
  }
  record::BatchOptions options;
  options.control = true;
  return record::build_batch(options, records);
}

Bytes metadata_batch(const std::vector<Bytes>& values, std::int64_t timestamp_ms) {
  std::vector<record::Record> records(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    records[i].offset = static_cast<std::int64_t>(i);
    records[i].timestamp_ms = timestamp_ms;
    records[i].value = values[i];
  }
  return record::build_batch({}, records);
}

}  // namespace kscope::raft
