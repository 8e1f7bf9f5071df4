// Walking a batch for the inspector: every field with the bytes it came from, as far as it goes.
#include <fmt/format.h>

#include "engine/base/byte_io.h"
#include "engine/base/checksums.h"
#include "engine/record/batch_layout.h"
#include "engine/record/record_batch.h"
#include "engine/record/record_scan.h"

namespace kscope::record {
namespace {

constexpr std::size_t kPreview = 48;  // bytes of a key or value that are shown
/// A hostile batch may hold millions of fields in a few bytes; nobody reads more than this.
constexpr std::size_t kMaxSpans = 20'000;

/// "text" if it looks like text, otherwise hex.
std::string preview(ByteView bytes) {
  const bool printable = std::all_of(bytes.begin(), bytes.end(),
                                     [](std::uint8_t b) { return b >= 0x20 && b < 0x7f; });
  if (!printable) return hex(bytes, kPreview);
  std::string text = "\"";
  text += text_of(bytes.first(std::min(bytes.size(), kPreview)));
  return text + (bytes.size() > kPreview ? "…" : "\"");
}

std::string describe_attributes(const BatchHeader& header) {
  std::string text = fmt::format("{:#06x}: ", static_cast<std::uint16_t>(header.attributes));
  text += header.codec() == Codec::None ? "not compressed" : to_string(header.codec());
  text += header.timestamp_type() == TimestampType::LogAppendTime ? ", log append time"
                                                                  : ", create time";
  if (header.is_transactional()) text += ", transactional";
  if (header.is_control()) text += ", control";
  if ((header.attributes & kDeleteHorizonBit) != 0) text += ", delete horizon";
  return text;
}

/// Turns the fields of records into spans.
class SpanVisitor {
 public:
  SpanVisitor(std::vector<FieldSpan>& out, const BatchHeader& batch, std::size_t shift,
              bool decompressed)
      : out_(out), batch_(batch), shift_(shift), decompressed_(decompressed) {}

  /// Opens the group of record `index`; close() gives it its end.
  void open(std::size_t index, std::size_t begin) {
    prefix_ = fmt::format("records[{}]", index);
    group_ = out_.size();
    add(prefix_, "", {begin, begin}, 1);
    prefix_ += '.';
  }
  void close(std::size_t end) {
    out_[group_].end = end + shift_;
    out_[group_].value = fmt::format("offset {}", offset_);
  }

  void number(std::string_view name, std::int64_t v, Range range) {
    std::string value = std::to_string(v);
    if (name == "offsetDelta") {
      offset_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(batch_.base_offset) +
                                          static_cast<std::uint64_t>(v));
      value += fmt::format(" (offset {})", offset_);
    } else if (name == "timestampDelta") {
      value += " ms";
    }
    add(prefix_ + std::string(name), std::move(value), range, 2);
  }
  void bytes(std::string_view name, std::optional<ByteView> v, Range range) {
    std::string full = prefix_;
    if (name.substr(0, 6) == "header") {
      full += fmt::format("headers[{}].{}", header_, name == "headerKey" ? "key" : "value");
    } else {
      full += name;
    }
    std::string value = v ? preview(*v) : "null";
    if (batch_.is_control() && name == "key" && v) value = control_type(*v);
    add(std::move(full), std::move(value), range, 2);
  }
  void header(std::size_t index) { header_ = index; }

 private:
  /// Kafka: ControlRecordType. The key of a control record is a version and a type.
  static std::string control_type(ByteView key) {
    ByteReader reader(key);
    reader.i16();
    const std::int16_t type = reader.i16();
    if (!reader.ok()) return preview(key);
    static constexpr const char* kTypes[] = {"abort",           "commit",       "leader change",
                                             "snapshot header", "snapshot footer",
                                             "kraft version",   "kraft voters"};
    const bool known = type >= 0 && static_cast<std::size_t>(type) < std::size(kTypes);
    return fmt::format("control type {}: {}", type,
                       known ? kTypes[static_cast<std::size_t>(type)] : "unknown");
  }

  void add(std::string name, std::string value, Range range, int depth) {
    if (out_.size() >= kMaxSpans) return;
    out_.push_back({std::move(name), std::move(value), range.begin + shift_, range.end + shift_,
                    depth, decompressed_});
  }

  std::vector<FieldSpan>& out_;
  const BatchHeader& batch_;
  std::size_t shift_;  // 61 for records that lie in the batch itself, 0 for a decompressed block
  bool decompressed_;
  std::string prefix_;
  std::size_t group_ = 0;
  std::size_t header_ = 0;
  std::int64_t offset_ = 0;
};

void walk_records(std::vector<FieldSpan>& out, const BatchHeader& header, ByteView block,
                  bool decompressed) {
  const std::size_t shift = decompressed ? 0 : kBatchOverhead;
  SpanVisitor visitor(out, header, shift, decompressed);
  ByteReader reader(block);
  for (std::size_t i = 0; reader.remaining() > 0; ++i) {
    const std::size_t begin = reader.position();
    if (out.size() >= kMaxSpans) {
      out.push_back({"…", fmt::format("{} more bytes of records", reader.remaining()),
                     begin + shift, block.size() + shift, 1, decompressed});
      return;
    }
    visitor.open(i, begin);
    const bool intact = scan_record(reader, visitor);
    visitor.close(reader.position());
    if (!intact) {
      out.push_back({"damaged", "these bytes are not a record", begin + shift,
                     block.size() + shift, 1, decompressed});
      return;
    }
  }
}

std::vector<FieldSpan> walk_header(const BatchHeader& header, ByteView batch) {
  const std::uint32_t computed =
      crc32c(batch.subspan(layout::kAttributes, header.size_in_bytes() - layout::kAttributes));
  std::vector<FieldSpan> out;
  std::size_t position = 0;
  const auto add = [&](const char* name, std::size_t width, std::string value) {
    out.push_back({name, std::move(value), position, position + width, 0, false});
    position += width;
  };
  const auto crc = computed == header.crc
                       ? fmt::format("{:#010x} (valid)", header.crc)
                       : fmt::format("{:#010x} (the bytes give {:#010x})", header.crc, computed);
  add("baseOffset", 8, std::to_string(header.base_offset));
  add("batchLength", 4, std::to_string(header.batch_length));
  add("partitionLeaderEpoch", 4, std::to_string(header.partition_leader_epoch));
  add("magic", 1, std::to_string(header.magic));
  add("crc", 4, crc);
  add("attributes", 2, describe_attributes(header));
  add("lastOffsetDelta", 4, fmt::format("{} (last offset {})", header.last_offset_delta,
                                        header.last_offset()));
  add("baseTimestamp", 8, std::to_string(header.base_timestamp));
  add("maxTimestamp", 8, std::to_string(header.max_timestamp));
  add("producerId", 8, std::to_string(header.producer_id));
  add("producerEpoch", 2, std::to_string(header.producer_epoch));
  add("baseSequence", 4, std::to_string(header.base_sequence));
  add("records count", 4, std::to_string(header.count));
  return out;
}

}  // namespace

std::vector<FieldSpan> walk_batch(ByteView batch) {
  const auto header = parse_header(batch);
  if (!header.ok()) return {{"damaged", header.error().message, 0, batch.size(), 0, false}};
  std::vector<FieldSpan> out = walk_header(*header, batch);
  const std::size_t end = header->size_in_bytes();
  const ByteView block = batch.subspan(kBatchOverhead, end - kBatchOverhead);
  if (header->codec() == Codec::None) {
    const std::string size = std::to_string(block.size()) + " bytes";
    out.push_back({"records", size, kBatchOverhead, end, 0, false});
    walk_records(out, *header, block, false);
    return out;
  }
  const auto plain = decompress(header->codec(), block);
  const std::string codec = to_string(header->codec());
  if (!plain.ok()) {
    out.push_back({"records", plain.error().message, kBatchOverhead, end, 0, false});
    return out;
  }
  out.push_back({"records", fmt::format("{}: {} bytes hold {}", codec, block.size(), plain->size()),
                 kBatchOverhead, end, 0, false});
  walk_records(out, *header, *plain, true);
  return out;
}

}  // namespace kscope::record
