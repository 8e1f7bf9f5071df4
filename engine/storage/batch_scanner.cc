#include "engine/storage/batch_scanner.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace kscope::storage {

namespace {
constexpr auto kHeaderBytes = static_cast<std::int64_t>(record::kBatchOverhead);

Error ends_before(std::int64_t position) {
  return {ErrorKind::Truncated, fmt::format("the file ends before byte {}", position)};
}
}  // namespace

bool BatchScanner::fail(Error error) {
  failure_ = std::move(error);
  return false;
}

Result<ByteView> BatchScanner::header_bytes() {
  if (window_ > kHeaderWindow) return bytes_at(next_, kHeaderBytes);
  KTRY_ASSIGN(const std::int64_t got, disk_.read_into(file_, next_, small_));
  if (got < kHeaderBytes) return ends_before(next_ + kHeaderBytes);
  return ByteView(small_);
}

Result<ByteView> BatchScanner::bytes_at(std::int64_t position, std::int64_t length) {
  if (position < buffer_begin_ || position + length > buffer_begin_ + held_) {
    KTRY(fill(position, length));
  }
  const auto from = static_cast<std::size_t>(position - buffer_begin_);
  if (position + length > buffer_begin_ + held_) return ends_before(position + length);
  return ByteView(buffer_).subspan(from, static_cast<std::size_t>(length));
}

// The window moves on to `position`. What it has of that already is moved, not read again.
Result<void> BatchScanner::fill(std::int64_t position, std::int64_t length) {
  const std::int64_t skipped = position - buffer_begin_;
  const bool overlaps = skipped >= 0 && skipped < held_;
  held_ = overlaps ? held_ - skipped : 0;
  if (overlaps) {
    std::memmove(buffer_.data(), buffer_.data() + skipped, static_cast<std::size_t>(held_));
  }
  buffer_begin_ = position;
  const std::int64_t wanted = std::min(std::max(length, window_), end_ - position);
  if (static_cast<std::int64_t>(buffer_.size()) < wanted) {
    buffer_.resize(static_cast<std::size_t>(wanted));
  }
  const auto room = std::span(buffer_).subspan(static_cast<std::size_t>(held_),
                                               static_cast<std::size_t>(wanted - held_));
  KTRY_ASSIGN(const std::int64_t got, disk_.read_into(file_, position + held_, room));
  held_ += got;
  return {};
}

bool BatchScanner::next() {
  if (failure_ || next_ >= end_) return false;
  if (end_ - next_ < kHeaderBytes) {
    return fail({ErrorKind::Truncated, fmt::format("position {}: {} bytes are too few for a batch",
                                                   next_, end_ - next_)});
  }
  const Result<ByteView> bytes = header_bytes();
  if (!bytes.ok()) return fail(bytes.error());
  Result<record::BatchHeader> header = record::parse_header_only(bytes.value());
  if (!header.ok()) {
    return fail(
        {header.error().kind, fmt::format("position {}: {}", next_, header.error().message)});
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
