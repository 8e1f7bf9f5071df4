// dump-log of __consumer_offsets and __transaction_state: what --offsets-decoder and
// --transaction-log-decoder print. Kafka: DumpLogSegments, TransactionLog.formatRecordKeyAndValue.
#include "engine/storage/dump_json.h"
#include "engine/storage/dump_parts.h"

namespace kscope::storage {

std::string json_quoted(std::string_view text) {
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

std::string base64(ByteView bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < left ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= left ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

namespace {

template <class T>
std::optional<std::string> json_of_versioned(ByteView bytes) {
  const auto decoded = protocol::decode_versioned<T>(bytes);
  if (!decoded.ok()) return std::nullopt;
  return json_of_message(decoded->message, {decoded->version});
}

/// Key and payload behind what record_tail has said so far.
std::string key_and_payload(const std::string& key, const std::string& payload) {
  return " key: " + key + " payload: " + payload;
}

// The names of types and versions are text in Kafka's JSON.
template <class Variant>
std::string json_with_version(const char* what, const protocol::Versioned<Variant>& decoded) {
  JsonStyle style{decoded.version};
  if constexpr (std::is_same_v<Variant, protocol::GroupRecordValue>) {
    const auto* group = std::get_if<protocol::GroupMetadataValue>(&decoded.message);
    style.opens_consumers = group != nullptr && group->protocol_type == "consumer";
  }
  const std::string data = std::visit(
      [&](const auto& message) { return json_of_message(message, style); }, decoded.message);
  return fmt::format("{{\"{}\":\"{}\",\"data\":{}}}", what, decoded.version, data);
}

}  // namespace

std::optional<std::string> json_of_consumer(std::string_view field, ByteView bytes) {
  if (field == "Subscription") {
    return json_of_versioned<protocol::ConsumerProtocolSubscription>(bytes);
  }
  if (field == "Assignment") {
    return json_of_versioned<protocol::ConsumerProtocolAssignment>(bytes);
  }
  return std::nullopt;
}

std::string group_record_text(const record::Record& record) {
  const auto failed = [&](const std::string& why) {
    return fmt::format(" key: Error at offset {}, skipping. {}", record.offset, why);
  };
  if (!record.key) return failed("the record has no key");
  const auto key = protocol::decode_group_key(*record.key);
  if (!key.ok() && key.error().kind == ErrorKind::Unsupported) {
    ByteReader in(*record.key);
    return fmt::format(" key: Unknown record type {} at offset {}, skipping.", in.i16(),
                       record.offset);
  }
  if (!key.ok()) return failed(key.error().message);
  const std::string key_text = json_with_version("type", *key);
  if (!record.value) return key_and_payload(key_text, "<DELETE>");
  const auto value = protocol::decode_group_value(key->message.index(), *record.value);
  if (!value.ok()) return failed(value.error().message);
  return key_and_payload(key_text, json_with_version("version", *value));
}

namespace {

std::string transaction_text(const protocol::TransactionLogValue& value) {
  const auto state = static_cast<protocol::TransactionState>(value.transaction_status);
  std::string partitions;
  if (state != protocol::TransactionState::Empty && value.transaction_partitions) {
    for (const auto& topic : *value.transaction_partitions) {
      for (const std::int32_t id : topic.partition_ids) {
        partitions +=
            fmt::format("{}{}-{}", partitions.empty() ? "" : ",", printable(topic.topic), id);
      }
    }
  }
  return fmt::format(
      "producerId:{},producerEpoch:{},state={},partitions=[{}],txnLastUpdateTimestamp={},"
      "txnTimeoutMs={}",
      value.producer_id, value.producer_epoch, protocol::to_string(state), partitions,
      value.transaction_last_update_timestamp_ms, value.transaction_timeout_ms);
}

}  // namespace

std::string transaction_record_text(const record::Record& record) {
  const auto failed = [&](const std::string& why) {
    return fmt::format(" key: Error at offset {}, skipping. {}", record.offset, why);
  };
  if (!record.key) return failed("the record has no key");
  const auto key = protocol::decode_versioned<protocol::TransactionLogKey>(*record.key);
  if (!key.ok() && key.error().kind == ErrorKind::Unsupported) {
    ByteReader in(*record.key);
    return fmt::format(" key: unknown::version={}", in.i16());
  }
  if (!key.ok()) return failed(key.error().message);
  const std::string key_text =
      "transaction_metadata::transactionalId=" + printable(key->message.transactional_id);
  if (!record.value) return key_and_payload(key_text, "<DELETE>");
  const auto value = protocol::decode_versioned<protocol::TransactionLogValue>(*record.value);
  if (!value.ok()) return failed(value.error().message);
  return key_and_payload(key_text, transaction_text(value->message));
}

}  // namespace kscope::storage
