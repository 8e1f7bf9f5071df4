// dump-log of the metadata log: records as JSON, as kafka-dump-log's --cluster-metadata-decoder
// prints them. The text comes from the same descriptions that drive the wire.
#include <type_traits>

#include "engine/base/byte_io.h"
#include "engine/protocol/records/control_records.h"
#include "engine/protocol/records/metadata_record.h"
#include "engine/storage/dump_parts.h"

namespace kscope::storage {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// "TopicId" is topicId in Kafka's JSON.
std::string camel(std::string_view name) {
  std::string out(name);
  if (!out.empty()) out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  return out;
}

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
std::string json_of(T value, std::int16_t version);

template <class T>
std::string json_of_list(const std::vector<T>& list, std::int16_t version) {
  std::string out = "[";
  for (const T& element : list) out += (out.size() > 1 ? "," : "") + json_of(element, version);
  return out + "]";
}

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// A describe() visitor: the fields of a message that its version has.
struct JsonFields {
  struct Field {
    std::string name, text;
    bool is_tagged = false;
  };
  std::int16_t version;
  std::vector<Field> fields{};

  template <class F>
  void operator()(const char* name, const F& value, const protocol::FieldSpec& spec = {}) {
    if (!spec.covers(version)) return;
    fields.push_back({camel(name), json_of(value, version), spec.is_tagged()});
  }
};

// A tagged field with its default is not on the wire, and not in the text.
template <class T>
std::string json_of_message(T message, std::int16_t version) {
  JsonFields actual{version}, defaults{version};
  message.describe(actual);
  T{}.describe(defaults);
  std::string out = "{";
  for (std::size_t i = 0; i < actual.fields.size(); ++i) {
    const auto& field = actual.fields[i];
    if (field.is_tagged && field.text == defaults.fields[i].text) continue;
    out += (out.size() > 1 ? "," : "") + quoted(field.name) + ":" + field.text;
  }
  return out + "}";
}

template <class T>
std::string json_of(T value, std::int16_t version) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return quoted(value);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return quoted(value.str());
  } else if constexpr (IsOptional<T>::value) {
    return value ? json_of(*value, version) : "null";
  } else if constexpr (IsList<T>::value) {
    return json_of_list(value, version);
  } else {
    return json_of_message(std::move(value), version);
  }
}

template <class T>
std::string control_json(const char* name, ByteView value) {
  const auto message = protocol::decode_body<T>(value, 0);
  if (!message.ok()) return fmt::format(" {} cannot be read: {}", name, message.error().message);
  return fmt::format(" {} {}", name, json_of_message(*message, 0));
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
                           version, json_of_message(r, version));
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
