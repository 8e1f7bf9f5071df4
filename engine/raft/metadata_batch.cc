#include "engine/raft/metadata_batch.h"

#include "engine/protocol/records/control_records.h"
#include "engine/record/record_batch.h"

namespace kscope::raft {
namespace {

constexpr std::int16_t kControlKeyVersion = 0;
constexpr std::int16_t kLeaderChangeType = 2;  // ControlRecordType.LEADER_CHANGE
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
  ByteWriter key;
  key.i16(kControlKeyVersion);
  key.i16(kLeaderChangeType);
  record::Record entry;
  entry.timestamp_ms = timestamp_ms;
  entry.key = key.take();
  entry.value = protocol::encode_body(message, kLeaderChangeVersion);
  record::BatchOptions options;
  options.control = true;
  return record::build_batch(options, {entry});
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
