#include "engine/protocol/span_trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/protocol/records/coordinator_record.h"
#include "engine/protocol/records/metadata_record.h"

namespace kscope::protocol {
namespace {

constexpr std::size_t kMaxValueText = 160;  // a row of the inspector; the bytes are beside it

std::string batch_summary(const record::BatchHeader& header) {
  return "offsets " + std::to_string(header.base_offset) + ".." +
         std::to_string(header.last_offset()) + ", " + std::to_string(header.count) +
         (header.count == 1 ? " record" : " records");
}

}  // namespace

std::string quoted(std::string_view raw) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "\"";
  for (const char c : raw) {
    if (text.size() >= kMaxValueText) return text + "…\"";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      text += c;
    } else {
      text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return text + '"';
}

std::string SpanTrace::describe_value(ErrorCode v) {
  return std::to_string(static_cast<std::int16_t>(v)) + ' ' + to_string(v);
}

void SpanTrace::add(std::string name, std::string value, std::size_t begin, std::size_t end) {
  const int depth = depth_ + static_cast<int>(open_.size());
  out_.push_back({std::move(name), std::move(value), offset_ + begin, offset_ + end, depth, false});
}

void SpanTrace::open(const char* name, std::size_t begin) {
  add(name, "", tag_begin_.value_or(begin), begin);
  tag_begin_.reset();
  open_.push_back(out_.size() - 1);
}

void SpanTrace::open_element(std::int64_t index, std::size_t begin) {
  // "Topics" gives "Topics[0]"
  add(out_[open_.back()].name + '[' + std::to_string(index) + ']', "", begin, begin);
  open_.push_back(out_.size() - 1);
}

void SpanTrace::finish(std::size_t end, std::string value) {
  FieldSpan& span = out_[open_.back()];
  open_.pop_back();
  span.end = offset_ + end;
  span.value = std::move(value);
}

void SpanTrace::tag_count(std::size_t begin, std::size_t end, std::uint32_t count) {
  add("TaggedFields", count == 0 ? "none" : std::to_string(count), begin, end);
}

void SpanTrace::unknown_tag(std::size_t begin, std::size_t end, std::uint32_t number) {
  tag_begin_.reset();
  add("UnknownTag" + std::to_string(number), std::to_string(end - begin) + " bytes", begin, end);
}

void SpanTrace::unreadable(std::size_t begin, const Error& error) {
  // Whatever was open when reading failed ends with the bytes.
  for (const std::size_t i : open_) out_[i].end = offset_ + body_.size();
  open_.clear();
  add("unreadable", error.message, begin, body_.size());
}

void SpanTrace::rest(std::size_t begin) {
  if (begin < body_.size()) add("(left over)", "belongs to no field", begin, body_.size());
}

void SpanTrace::walk_inside(Inside what, std::size_t begin, std::size_t end) {
  switch (what) {
    case Inside::Unknown:
      return;
    case Inside::Records:
      return walk_records(begin, end);
    case Inside::Subscription:
      return walk_versioned<ConsumerProtocolSubscription>(begin, end);
    case Inside::Assignment:
      return walk_versioned<ConsumerProtocolAssignment>(begin, end);
  }
}

/// What members say to each other is anyone's own affair (Kafka Connect has another format): bytes
/// that are not a T are left closed, and are no fault of the message.
template <class T>
void SpanTrace::walk_versioned(std::size_t begin, std::size_t end) {
  const ByteView bytes = body_.subspan(begin, end - begin);
  const auto decoded = decode_versioned<T>(bytes);
  if (!decoded.ok()) return;
  open_.push_back(out_.size() - 1);
  out_[open_.back()].value = fmt::format("{}, {}", T::kName, out_[open_.back()].value);
  constexpr std::size_t kVersion = sizeof(std::int16_t);
  add("Version", std::to_string(ByteReader(bytes).i16()), begin, begin + kVersion);
  const int depth = depth_ + static_cast<int>(open_.size());
  walk_body<T>(bytes.subspan(kVersion), std::min(decoded->version, T::kMaxVersion),
               offset_ + begin + kVersion, depth, out_);
  open_.pop_back();
}

void SpanTrace::walk_records(std::size_t begin, std::size_t end) {
  open_.push_back(out_.size() - 1);  // batches are children of the field that holds them
  while (begin < end) {
    const ByteView left = body_.subspan(begin, end - begin);
    const auto header = record::parse_header(left);
    if (!header.ok()) {
      const bool torn = header.error().kind == ErrorKind::Truncated;
      add(torn ? "(start of a batch)" : "unreadable",
          torn ? "cut off here; readers ignore it" : header.error().message, begin, end);
      break;
    }
    const ByteView batch = left.first(header->size_in_bytes());
    add("RecordBatch", batch_summary(*header), begin, begin + batch.size());
    open_.push_back(out_.size() - 1);
    walk_batch_at(begin, batch, *header);
    open_.pop_back();
    begin += batch.size();
  }
  open_.pop_back();
}

void SpanTrace::note_topic_id(const Uuid& id) {
  Uuid metadata;
  metadata.bytes.back() = 1;  // Uuid.METADATA_TOPIC_ID
  topic_ = id == metadata ? kClusterMetadataTopic : "";
}

void SpanTrace::walk_batch_at(std::size_t begin, ByteView batch,
                              const record::BatchHeader& header) {
  const int depth = depth_ + static_cast<int>(open_.size());
  const bool metadata = topic_ == kClusterMetadataTopic && !header.is_control();
  for (FieldSpan& span : record::walk_batch(batch)) {
    span.depth += depth;
    if (span.decompressed) {  // such positions are inside the decompressed block already
      out_.push_back(std::move(span));
      continue;
    }
    const bool is_value = metadata && span.name.ends_with(".value") && span.value != "null";
    const ByteView bytes = batch.subspan(span.begin, span.end - span.begin);
    span.begin += offset_ + begin;
    span.end += offset_ + begin;
    out_.push_back(span);
    if (!is_value || bytes.empty()) continue;
    ByteReader length(bytes);  // the value's own length comes first
    length.varint();
    const std::size_t skipped = length.position();
    walk_record(bytes.subspan(skipped), span.begin + skipped, span.depth + 1, out_);
  }
}

}  // namespace kscope::protocol
