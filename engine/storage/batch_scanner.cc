#include "engine/storage/batch_scanner.h"

#include <fmt/core.h>

#include <algorithm>

namespace kscope::storage {

namespace {
constexpr auto kHeaderBytes = static_cast<std::int64_t>(record::kBatchOverhead);
}

bool BatchScanner::fail(Error error) {
  failure_ = std::move(error);
  return false;
}

Result<ByteView> BatchScanner::bytes_at(std::int64_t position, std::int64_t length) {
  const auto held = static_cast<std::int64_t>(buffer_.size());
  if (position < buffer_begin_ || position + length > buffer_begin_ + held) {
    const std::int64_t wanted = std::min(std::max(length, window_), end_ - position);
    KTRY_ASSIGN(buffer_, disk_.read(file_, position, wanted));
    buffer_begin_ = position;
  }
  const auto from = static_cast<std::size_t>(position - buffer_begin_);
  if (buffer_.size() < from + static_cast<std::size_t>(length)) {
    return Error{ErrorKind::Truncated, fmt::format("the file ends before byte {}",
                                                   position + length)};
  }
  return ByteView(buffer_).subspan(from, static_cast<std::size_t>(length));
}

bool BatchScanner::next() {
  if (failure_ || next_ >= end_) return false;
  if (end_ - next_ < kHeaderBytes) {
    return fail({ErrorKind::Truncated, fmt::format("position {}: {} bytes are too few for a batch",
                                                   next_, end_ - next_)});
  }
  const Result<ByteView> bytes = bytes_at(next_, kHeaderBytes);
  if (!bytes.ok()) return fail(bytes.error());
  Result<record::BatchHeader> header = record::parse_header_only(bytes.value());
  if (!header.ok()) {
    return fail({header.error().kind,
                 fmt::format("position {}: {}", next_, header.error().message)});
  }
  const auto size = static_cast<std::int64_t>(header->size_in_bytes());
  if (size > end_ - next_) {
    return fail({ErrorKind::Truncated,
                 fmt::format("position {}: the batch says {} bytes, but only {} are left", next_,
                             size, end_ - next_)});
  }
  header_ = header.value();
  if (trace_ != nullptr) {
    trace_->push_back({next_, size, Offset(header_.base_offset), Offset(header_.last_offset()),
                       header_.max_timestamp, false});
  }
  position_ = next_;
  next_ += size;
  return true;
}

Result<ByteView> BatchScanner::whole_batch() { return bytes_at(position_, next_ - position_); }

}  // namespace kscope::storage
