// dump-log of the metadata log: records as JSON, as kafka-dump-log's --cluster-metadata-decoder
// prints them. The text comes from the same descriptions that drive the wire.
#include "engine/protocol/records/control_records.h"
#include "engine/protocol/records/metadata_record.h"
#include "engine/storage/dump_json.h"
#include "engine/storage/dump_parts.h"

namespace kscope::storage {

namespace {

// "PartitionChangeRecord" is the type PARTITION_CHANGE_RECORD.
std::string upper_snake(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool starts_word = std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty();
    if (starts_word) out += '_';
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

template <class T>
std::string control_json(const char* name, ByteView value) {
  const auto message = protocol::decode_body<T>(value, 0);
  if (!message.ok()) return fmt::format(" {} cannot be read: {}", name, message.error().message);
  return fmt::format(" {} {}", name, json_of_message(*message, JsonStyle{}));
}

}  // namespace

std::string metadata_record_json(ByteView value) {
  const auto record = protocol::decode_record(value);
  if (!record.ok()) return "unreadable: " + record.error().message;
  ByteReader frame(value);
  frame.unsigned_varint();
  frame.unsigned_varint();
  const auto version = static_cast<std::int16_t>(frame.unsigned_varint());
  return std::visit(
      [version](const auto& r) {
        return fmt::format("{{\"type\":\"{}\",\"version\":{},\"data\":{}}}", upper_snake(r.kName),
                           version, json_of_message(r, JsonStyle{version}));
      },
      *record);
}

std::string control_record_json(ByteView key, ByteView value) {
  using protocol::ControlRecordType;
  const auto type = protocol::control_record_type(key);
  if (!type.ok()) return " control record of an unknown type";
  switch (*type) {
    case ControlRecordType::LeaderChange:
      return control_json<protocol::LeaderChangeMessage>("LeaderChange", value);
    case ControlRecordType::SnapshotHeader:
      return control_json<protocol::SnapshotHeaderRecord>("SnapshotHeader", value);
    case ControlRecordType::SnapshotFooter:
      return control_json<protocol::SnapshotFooterRecord>("SnapshotFooter", value);
    case ControlRecordType::KRaftVersion:
      return control_json<protocol::KRaftVersionRecord>("KRaftVersion", value);
    case ControlRecordType::KRaftVoters:
      return control_json<protocol::VotersRecord>("KRaftVoters", value);
    default:
      return fmt::format(" controlType: {}", static_cast<int>(*type));
  }
}

}  // namespace kscope::storage
