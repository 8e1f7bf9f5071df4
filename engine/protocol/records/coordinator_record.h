// CoordinatorRecord: keys and values of __consumer_offsets and __transaction_state as bytes.
//
//   Bytes key = with_version(OffsetCommitKey{"g", "orders", 0});
//   const auto decoded = decode_group_key(key);        // a variant; its alternative names the
//   value const auto value = decode_versioned<OffsetCommitValue>(bytes);
//
// Invariant: decode(with_version(x)) == x for all that its write version can carry.
// Called by: the coordinators (decide and replay), dump-log. Kafka: CoordinatorRecordSerde,
// MessageUtil.toVersionPrefixedBytes. Read next: records/group_records.h
#pragma once

#include <variant>

#include "engine/protocol/records/consumer_group_records.h"
#include "engine/protocol/records/consumer_protocol.h"
#include "engine/protocol/records/group_records.h"
#include "engine/protocol/records/transaction_records.h"

namespace kscope::protocol {

/// version:int16, then the fields.
template <class T>
Bytes with_version(const T& message, std::int16_t version = T::kWriteVersion);

template <class T>
struct Versioned {
  std::int16_t version = 0;
  T message;
};
/// Truncated without two bytes of version, otherwise as decode_body.
template <class T>
Result<Versioned<T>> decode_versioned(ByteView bytes);

/// Of the kinds of keys in __consumer_offsets, by version.
using GroupRecordKey =
    std::variant<OffsetCommitKey, GroupMetadataKey, ConsumerGroupMetadataKey,
                 ConsumerGroupPartitionMetadataKey, ConsumerGroupMemberMetadataKey,
                 ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMemberKey,
                 ConsumerGroupCurrentMemberAssignmentKey>;
/// The values, in the same order.
using GroupRecordValue =
    std::variant<OffsetCommitValue, GroupMetadataValue, ConsumerGroupMetadataValue,
                 ConsumerGroupPartitionMetadataValue, ConsumerGroupMemberMetadataValue,
                 ConsumerGroupTargetAssignmentMetadataValue,
                 ConsumerGroupTargetAssignmentMemberValue,
                 ConsumerGroupCurrentMemberAssignmentValue>;

/// Unsupported for a version of no known kind: Kafka skips such records.
Result<Versioned<GroupRecordKey>> decode_group_key(ByteView key);
/// The value that belongs to keys of alternative `kind`.
Result<Versioned<GroupRecordValue>> decode_group_value(std::size_t kind, ByteView value);

}  // namespace kscope::protocol
