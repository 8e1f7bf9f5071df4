#include "engine/coordinator/group_record_batch.h"

#include <algorithm>

namespace kscope::coordinator {
namespace {

using namespace protocol;

Bytes key_bytes(const GroupRecord& record) {
  return std::visit([](const auto& key) { return with_version(key); }, record.key);
}

// The oldest version that can carry it: a time of its own for expiry is known to version 1 alone.
Bytes value_bytes(const GroupRecordValue& value) {
  const auto* offset = std::get_if<OffsetCommitValue>(&value);
  if (offset != nullptr && offset->expire_timestamp >= 0) {
    constexpr std::int16_t kWithExpireTimestamp = 1;
    return with_version(*offset, kWithExpireTimestamp);
  }
  return std::visit([](const auto& v) { return with_version(v); }, value);
}

/// Length, attributes, deltas, key and value lengths: each at its longest.
constexpr std::size_t kRecordOverhead = 5 + 1 + 10 + 5 + 5 + 5 + 1;

std::string subject_of(const GroupRecordKey& key) {
  return std::visit(
      [](const auto& k) -> std::string {
        if constexpr (requires { k.member_id; }) return k.member_id;
        if constexpr (requires { k.topic; }) return k.topic + "-" + std::to_string(k.partition);
        return {};
      },
      key);
}

std::string group_of(const GroupRecordKey& key) {
  return std::visit(
      [](const auto& k) {
        if constexpr (requires { k.group_id; })
          return k.group_id;
        else
          return k.group;
      },
      key);
}

}  // namespace

Bytes group_record_batch(std::span<const GroupRecord> records, record::Codec codec,
                         std::int64_t now_ms) {
  record::BatchOptions options;
  options.codec = codec;
  std::vector<record::Record> rows;
  for (const GroupRecord& each : records) {
    record::Record& row = rows.emplace_back();
    row.offset = static_cast<std::int64_t>(rows.size()) - 1;
    row.timestamp_ms = now_ms;
    row.key = key_bytes(each);
    if (each.value) row.value = value_bytes(*each.value);
  }
  return record::build_batch(options, rows);
}

std::size_t records_that_fit(std::span<const GroupRecord> records, std::size_t limit) {
  std::size_t bytes = record::kBatchOverhead;
  std::size_t count = 0;
  for (const GroupRecord& each : records) {
    bytes += kRecordOverhead + key_bytes(each).size() +
             (each.value ? value_bytes(*each.value).size() : 0);
    if (bytes > limit) break;
    ++count;
  }
  return std::max<std::size_t>(count, 1);
}

event::GroupRecordWritten written_event(env::Env& env, PartitionRef shard, Offset at,
                                        const GroupRecord& record) {
  // GroupRecordKind has the alternatives of the key in their order.
  return {shard,
          at,
          env.names.intern(group_of(record.key)),
          env.names.intern(subject_of(record.key)),
          static_cast<event::GroupRecordKind>(record.key.index()),
          !record.value.has_value()};
}

}  // namespace kscope::coordinator
