#include "engine/storage/log_validator.h"

#include <fmt/core.h>

#include "engine/base/byte_io.h"
#include "engine/base/checksums.h"
#include "engine/record/batch_layout.h"
#include "engine/record/record_scan.h"

namespace kscope::storage {

namespace {

namespace layout = record::layout;
using Refusal = std::optional<AppendRefused>;

Refusal refuse(ErrorCode error, std::string reason) {
  return AppendRefused{error, std::move(reason)};
}

// Everything that the 61 bytes in front of the records tell.
Refusal check_header(const record::BatchHeader& header, ByteView batch, const LogConfig& config,
                     AppendOrigin origin) {
  if (header.magic != 2) {
    return refuse(ErrorCode::INVALID_RECORD,
                  fmt::format("record batches need magic 2, not {}", header.magic));
  }
  const auto size = static_cast<std::int64_t>(batch.size());
  if (origin == AppendOrigin::Client && size > config.max_message_bytes) {
    return refuse(ErrorCode::MESSAGE_TOO_LARGE,
                  fmt::format("the batch has {} bytes, max.message.bytes is {}", size,
                              config.max_message_bytes));
  }
  if (!record::crc_is_valid(batch)) {
    return refuse(ErrorCode::CORRUPT_MESSAGE, "the CRC of the batch does not match its bytes");
  }
  if (header.count <= 0 || header.last_offset_delta + std::int64_t{1} != header.count) {
    return refuse(ErrorCode::INVALID_RECORD,
                  fmt::format("the batch has {} records but lastOffsetDelta {}", header.count,
                              header.last_offset_delta));
  }
  if ((header.attributes & 7) > static_cast<int>(record::Codec::Zstd)) {
    return refuse(ErrorCode::UNSUPPORTED_COMPRESSION_TYPE,
                  fmt::format("unknown compression codec {}", header.attributes & 7));
  }
  if (origin != AppendOrigin::Client) return std::nullopt;
  if (header.is_control()) {
    return refuse(ErrorCode::INVALID_RECORD, "clients may not write control records");
  }
  if (header.has_producer_id() && header.base_sequence < 0) {
    return refuse(ErrorCode::INVALID_RECORD,
                  fmt::format("producer {} sent no sequence number", header.producer_id));
  }
  if (header.timestamp_type() == record::TimestampType::LogAppendTime &&
      !config.message_timestamp_is_append_time) {
    return refuse(ErrorCode::INVALID_TIMESTAMP, "producers may not set LogAppendTime");
  }
  return std::nullopt;
}

Refusal check_timestamp(std::int64_t timestamp, const LogConfig& config, std::int64_t now_ms) {
  if (config.message_timestamp_is_append_time || timestamp == -1) return std::nullopt;
  // Compared so that nothing overflows: both limits may be "forever" and the timestamp anything.
  if (timestamp < now_ms - config.message_timestamp_before_max_ms) {
    return refuse(ErrorCode::INVALID_TIMESTAMP,
                  fmt::format("timestamp {} is more than {} ms before the broker's clock ({})",
                              timestamp, config.message_timestamp_before_max_ms, now_ms));
  }
  const bool limited = config.message_timestamp_after_max_ms < INT64_MAX - now_ms;
  if (limited && timestamp > now_ms + config.message_timestamp_after_max_ms) {
    return refuse(ErrorCode::INVALID_TIMESTAMP,
                  fmt::format("timestamp {} is more than {} ms ahead of the broker's clock ({})",
                              timestamp, config.message_timestamp_after_max_ms, now_ms));
  }
  return std::nullopt;
}

/// The fields of a record that a leader looks at.
struct RecordStamps {
  std::int64_t timestamp_delta = 0;
  std::int64_t offset_delta = 0;
  bool has_key = false;
  void number(std::string_view name, std::int64_t value, record::Range) {
    if (name == "timestampDelta") timestamp_delta = value;
    if (name == "offsetDelta") offset_delta = value;
  }
  void bytes(std::string_view name, std::optional<ByteView> value, record::Range) {
    if (name == "key") has_key = value.has_value();
  }
  void header(std::size_t) {}
};

// Walks the records without building them: this runs for every produced record.
Refusal check_records(const record::BatchHeader& header, ByteView plain, const LogConfig& config,
                      std::int64_t now_ms, std::int64_t* max_timestamp) {
  ByteReader reader(plain);
  for (std::int32_t i = 0; i < header.count; ++i) {
    RecordStamps stamps;
    if (!record::scan_record(reader, stamps)) {
      return refuse(ErrorCode::INVALID_RECORD,
                    fmt::format("record {} of {} is damaged", i, header.count));
    }
    if (stamps.offset_delta != i) {
      return refuse(ErrorCode::INVALID_RECORD,
                    fmt::format("record {} carries offset delta {}", i, stamps.offset_delta));
    }
    if (config.cleanup_compact && !stamps.has_key && !header.is_control()) {
      return refuse(ErrorCode::INVALID_RECORD,
                    fmt::format("record {} has no key, which a compacted topic needs", i));
    }
    // Unsigned, so that deltas from a stranger may wrap as Java's do.
    const auto timestamp =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(header.base_timestamp) +
                                  static_cast<std::uint64_t>(stamps.timestamp_delta));
    if (auto refused = check_timestamp(timestamp, config, now_ms)) return refused;
    *max_timestamp = std::max(*max_timestamp, timestamp);
  }
  if (reader.remaining() > 0) {
    return refuse(ErrorCode::INVALID_RECORD,
                  fmt::format("{} bytes follow the last record", reader.remaining()));
  }
  return std::nullopt;
}

Refusal check_payload(const record::BatchHeader& header, ByteView batch, const LogConfig& config,
                      std::int64_t now_ms, std::int64_t* max_timestamp) {
  const ByteView payload = batch.subspan(record::kBatchOverhead);
  if (header.codec() == record::Codec::None) {
    return check_records(header, payload, config, now_ms, max_timestamp);
  }
  const Result<Bytes> plain = record::decompress(header.codec(), payload);
  if (!plain.ok()) {
    return refuse(ErrorCode::INVALID_RECORD,
                  fmt::format("cannot decompress the batch: {}", plain.error().message));
  }
  return check_records(header, plain.value(), config, now_ms, max_timestamp);
}

// A producer may have claimed another maximum than its records have; time look-ups trust this
// field.
void stamp_max_timestamp(Bytes& bytes, std::size_t at, std::int64_t max_timestamp) {
  for (int i = 0; i < 8; ++i) {
    bytes[at + layout::kMaxTimestamp + static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(max_timestamp >> (56 - 8 * i));
  }
  const std::uint32_t crc = crc32c(ByteView(bytes).subspan(at + layout::kAttributes));
  for (int i = 0; i < 4; ++i) {
    bytes[at + layout::kCrc + static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(crc >> (24 - 8 * i));
  }
}

// Appends the batch to `stamped`, with the leader's fields set.
void add_stamped(ByteView batch, const record::BatchHeader& header, std::int64_t max_timestamp,
                 const LogConfig& config, const LeaderStamp& stamp, StampedBatches& stamped) {
  const std::size_t at = stamped.bytes.size();
  const Offset base = stamped.headers.empty() ? stamp.first_offset
                                              : Offset(stamped.headers.back().next_offset());
  stamped.bytes.insert(stamped.bytes.end(), batch.begin(), batch.end());
  record::stamp_base_offset(stamped.bytes, at, base.value());
  record::stamp_leader_epoch(stamped.bytes, at, stamp.epoch.value());
  record::BatchHeader result = header;
  result.base_offset = base.value();
  result.partition_leader_epoch = stamp.epoch.value();
  if (config.message_timestamp_is_append_time) {
    record::stamp_append_time(stamped.bytes, at, stamp.now_ms);
    result.max_timestamp = stamp.now_ms;
    result.attributes = static_cast<std::int16_t>(result.attributes | record::kLogAppendTimeBit);
  } else if (max_timestamp != header.max_timestamp) {
    stamp_max_timestamp(stamped.bytes, at, max_timestamp);
    result.max_timestamp = max_timestamp;
  }
  stamped.headers.push_back(result);
}

}  // namespace

std::optional<AppendRefused> validate_and_stamp(ByteView records, const LogConfig& config,
                                                const LeaderStamp& stamp,
                                                StampedBatches& stamped) {
  stamped.bytes.reserve(records.size());
  std::size_t position = 0;
  while (position < records.size()) {
    const Result<record::BatchHeader> header = record::parse_header(records.subspan(position));
    if (!header.ok()) {
      const bool no_batch = header.error().kind == ErrorKind::Unsupported;
      return refuse(no_batch ? ErrorCode::INVALID_RECORD : ErrorCode::CORRUPT_MESSAGE,
                    header.error().message);
    }
    if (position > 0 && stamp.origin == AppendOrigin::Client) {
      return refuse(ErrorCode::INVALID_RECORD, "a produce may hold one batch for each partition");
    }
    const ByteView batch = records.subspan(position, header->size_in_bytes());
    if (auto refused = check_header(*header, batch, config, stamp.origin)) return refused;
    std::int64_t max_timestamp = -1;
    auto refused = check_payload(*header, batch, config, stamp.now_ms, &max_timestamp);
    if (refused) return refused;
    add_stamped(batch, *header, max_timestamp, config, stamp, stamped);
    position += batch.size();
  }
  if (stamped.headers.empty()) return refuse(ErrorCode::INVALID_RECORD, "there is no batch at all");
  if (static_cast<std::int64_t>(stamped.bytes.size()) > config.segment_bytes) {
    return refuse(ErrorCode::RECORD_LIST_TOO_LARGE,
                  fmt::format("{} bytes do not fit into a segment of {}", stamped.bytes.size(),
                              config.segment_bytes));
  }
  return std::nullopt;
}

}  // namespace kscope::storage
