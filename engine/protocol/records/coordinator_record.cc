#include "engine/protocol/records/coordinator_record.h"

#include "engine/protocol/instantiate.h"

namespace kscope::protocol {

const char* to_string(TransactionState state) {
  switch (state) {
    case TransactionState::Empty:
      return "Empty";
    case TransactionState::Ongoing:
      return "Ongoing";
    case TransactionState::PrepareCommit:
      return "PrepareCommit";
    case TransactionState::PrepareAbort:
      return "PrepareAbort";
    case TransactionState::CompleteCommit:
      return "CompleteCommit";
    case TransactionState::CompleteAbort:
      return "CompleteAbort";
    case TransactionState::Dead:
      return "Dead";
    case TransactionState::PrepareEpochFence:
      return "PrepareEpochFence";
  }
  return "unknown";
}

namespace {

Result<std::int16_t> version_of(ByteView bytes, const char* what) {
  ByteReader in(bytes);
  const std::int16_t version = in.i16();
  if (in.ok()) return version;
  return Error{ErrorKind::Truncated, std::string(what) +
                                         ": its version takes two bytes, there are " +
                                         std::to_string(bytes.size())};
}

/// Consumers read what is newer than they are as the newest that they know.
template <class T>
constexpr bool kReadsNewer = std::is_same_v<T, ConsumerProtocolSubscription> ||
                             std::is_same_v<T, ConsumerProtocolAssignment>;

template <class Variant, class T>
Result<Versioned<Variant>> as_variant(Result<Versioned<T>> decoded) {
  if (!decoded.ok()) return decoded.error();
  return Versioned<Variant>{decoded->version, std::move(decoded->message)};
}

template <std::size_t kIndex = 0>
Result<Versioned<GroupRecordKey>> key_of_kind(ByteView key, std::int16_t version) {
  if constexpr (kIndex == std::variant_size_v<GroupRecordKey>) {
    return Error{ErrorKind::Unsupported, "unknown record type " + std::to_string(version)};
  } else {
    using T = std::variant_alternative_t<kIndex, GroupRecordKey>;
    if (version < T::kMinVersion || version > T::kMaxVersion) {
      return key_of_kind<kIndex + 1>(key, version);
    }
    return as_variant<GroupRecordKey>(decode_versioned<T>(key));
  }
}

template <std::size_t kIndex = 0>
Result<Versioned<GroupRecordValue>> value_of_kind(std::size_t kind, ByteView value) {
  if constexpr (kIndex == std::variant_size_v<GroupRecordValue>) {
    return Error{ErrorKind::Unsupported, "unknown kind of value"};
  } else {
    using T = std::variant_alternative_t<kIndex, GroupRecordValue>;
    if (kind != kIndex) return value_of_kind<kIndex + 1>(kind, value);
    return as_variant<GroupRecordValue>(decode_versioned<T>(value));
  }
}

}  // namespace

template <class T>
Bytes with_version(const T& message, std::int16_t version) {
  ByteWriter out;
  out.i16(version);
  encode_into(out, message, version);
  return out.take();
}

template <class T>
Result<Versioned<T>> decode_versioned(ByteView bytes) {
  KTRY_ASSIGN(const std::int16_t told, version_of(bytes, T::kName));
  const std::int16_t version = kReadsNewer<T> ? std::min(told, T::kMaxVersion) : told;
  KTRY_ASSIGN(T message, decode_body<T>(bytes.subspan(2), version));
  return Versioned<T>{version, std::move(message)};
}

Result<Versioned<GroupRecordKey>> decode_group_key(ByteView key) {
  KTRY_ASSIGN(const std::int16_t version, version_of(key, "key of a group record"));
  return key_of_kind(key, version);
}

Result<Versioned<GroupRecordValue>> decode_group_value(std::size_t kind, ByteView value) {
  return value_of_kind(kind, value);
}

#define KSCOPE_INSTANTIATE_VERSIONED(T)                   \
  KSCOPE_INSTANTIATE_CODEC(T);                            \
  template Bytes with_version<T>(const T&, std::int16_t); \
  template Result<Versioned<T>> decode_versioned<T>(ByteView)

KSCOPE_INSTANTIATE_VERSIONED(OffsetCommitKey);
KSCOPE_INSTANTIATE_VERSIONED(OffsetCommitValue);
KSCOPE_INSTANTIATE_VERSIONED(GroupMetadataKey);
KSCOPE_INSTANTIATE_VERSIONED(GroupMetadataValue);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupMetadataKey);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupMetadataValue);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupPartitionMetadataKey);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupPartitionMetadataValue);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupMemberMetadataKey);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupMemberMetadataValue);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupTargetAssignmentMetadataKey);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupTargetAssignmentMetadataValue);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupTargetAssignmentMemberKey);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupTargetAssignmentMemberValue);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupCurrentMemberAssignmentKey);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerGroupCurrentMemberAssignmentValue);
KSCOPE_INSTANTIATE_VERSIONED(TransactionLogKey);
KSCOPE_INSTANTIATE_VERSIONED(TransactionLogValue);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerProtocolSubscription);
KSCOPE_INSTANTIATE_VERSIONED(ConsumerProtocolAssignment);

}  // namespace kscope::protocol
