#include "engine/protocol/records/metadata_record.h"

#include "engine/protocol/instantiate.h"
#include "engine/protocol/records/control_records.h"

namespace kscope::protocol {
namespace {

constexpr std::uint32_t kFrameVersion = 1;

struct RecordFrame {
  std::uint32_t type = 0;
  std::int16_t version = 0;
  std::size_t size = 0;  // of the frame itself
};

Result<RecordFrame> read_frame(ByteView value) {
  ByteReader in(value);
  const std::uint32_t frame_version = in.unsigned_varint();
  const std::uint32_t type = in.unsigned_varint();
  const std::uint32_t version = in.unsigned_varint();
  if (!in.ok()) {
    return Error{ErrorKind::Truncated, "metadata record: the frame ends after " +
                                           std::to_string(value.size()) + " bytes"};
  }
  if (frame_version != kFrameVersion) {
    return Error{ErrorKind::Unsupported,
                 "metadata record: unknown frame version " + std::to_string(frame_version)};
  }
  if (version > 32767) {
    return Error{ErrorKind::Corrupt,
                 "metadata record: impossible record version " + std::to_string(version)};
  }
  return RecordFrame{type, static_cast<std::int16_t>(version), in.position()};
}

Error unknown_type(std::uint32_t type) {
  return {ErrorKind::Unsupported, "metadata record: unknown type " + std::to_string(type)};
}

/// Calls `use` with a default-made record of that type; false if there is none.
template <std::size_t kIndex = 0, class Use>
bool with_type(std::uint32_t type, Use&& use) {
  if constexpr (kIndex == std::variant_size_v<MetadataRecord>) {
    return false;
  } else {
    using T = std::variant_alternative_t<kIndex, MetadataRecord>;
    if (type != T::kRecordType) return with_type<kIndex + 1>(type, use);
    use(T{});
    return true;
  }
}

template <class T>
Result<MetadataRecord> read_fields(ByteView value, const RecordFrame& frame) {
  const ByteView fields = value.subspan(frame.size);
  std::size_t end = 0;
  KTRY_ASSIGN(T record, decode_bytes<T>(fields, nullptr, frame.version, &end));
  if (end != fields.size()) {
    return Error{ErrorKind::Corrupt, std::string(T::kName) + ": " +
                                         std::to_string(fields.size() - end) +
                                         " bytes are left over after byte " + std::to_string(end)};
  }
  return MetadataRecord(std::move(record));
}

}  // namespace

template <class T>
Bytes encode_record(const T& record, std::int16_t version) {
  ByteWriter out;
  out.reserve(64);
  out.unsigned_varint(kFrameVersion);
  out.unsigned_varint(static_cast<std::uint32_t>(T::kRecordType));
  out.unsigned_varint(static_cast<std::uint32_t>(version));
  encode_into(out, record, version);
  return out.take();
}

Bytes encode_record(const MetadataRecord& record) {
  return std::visit(
      []<class T>(const T& r) {
        // KIP-966: only what has eligible leader replicas needs the version that can say so.
        if constexpr (requires { r.eligible_leader_replicas; }) {
          if (r.eligible_leader_replicas || r.last_known_elr) {
            return encode_record(r, T::kMaxVersion);
          }
        }
        return encode_record(r);
      },
      record);
}

Result<MetadataRecord> decode_record(ByteView value) {
  KTRY_ASSIGN(const RecordFrame frame, read_frame(value));
  Result<MetadataRecord> result = unknown_type(frame.type);
  with_type(frame.type, [&]<class T>(const T&) { result = read_fields<T>(value, frame); });
  return result;
}

const char* record_name(const MetadataRecord& record) {
  return std::visit([](const auto& r) { return r.kName; }, record);
}

void walk_record(ByteView value, std::size_t offset, int depth, std::vector<FieldSpan>& out) {
  const auto unreadable = [&](const Error& error) {
    out.push_back({"unreadable", error.message, offset, offset + value.size(), depth, false});
  };
  const auto frame = read_frame(value);
  if (!frame.ok()) return unreadable(frame.error());
  const std::size_t type_end = offset + 1 + unsigned_varint_size(frame->type);
  const auto row = [&](const char* name, std::string text, std::size_t begin, std::size_t end) {
    out.push_back({name, std::move(text), begin, end, depth, false});
  };
  row("FrameVersion", std::to_string(kFrameVersion), offset, offset + 1);
  const bool known = with_type(frame->type, [&]<class T>(const T&) {
    row("RecordType", std::to_string(frame->type) + ' ' + T::kName, offset + 1, type_end);
    row("RecordVersion", std::to_string(frame->version), type_end, offset + frame->size);
    walk_body<T>(value.subspan(frame->size), frame->version, offset + frame->size, depth, out);
  });
  if (!known) unreadable(unknown_type(frame->type));
}

#define KSCOPE_INSTANTIATE_RECORD(T)                    \
  KSCOPE_INSTANTIATE_CODEC(T);                          \
  template Bytes encode_record<T>(const T&, std::int16_t)

KSCOPE_INSTANTIATE_RECORD(RegisterBrokerRecord);
KSCOPE_INSTANTIATE_RECORD(UnregisterBrokerRecord);
KSCOPE_INSTANTIATE_RECORD(BrokerRegistrationChangeRecord);
KSCOPE_INSTANTIATE_RECORD(FenceBrokerRecord);
KSCOPE_INSTANTIATE_RECORD(UnfenceBrokerRecord);
KSCOPE_INSTANTIATE_RECORD(TopicRecord);
KSCOPE_INSTANTIATE_RECORD(RemoveTopicRecord);
KSCOPE_INSTANTIATE_RECORD(PartitionRecord);
KSCOPE_INSTANTIATE_RECORD(PartitionChangeRecord);
KSCOPE_INSTANTIATE_RECORD(ConfigRecord);
KSCOPE_INSTANTIATE_RECORD(FeatureLevelRecord);
KSCOPE_INSTANTIATE_RECORD(ProducerIdsRecord);
KSCOPE_INSTANTIATE_RECORD(NoOpRecord);

}  // namespace kscope::protocol
