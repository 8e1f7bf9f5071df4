// LogSegments: the segments of a log in the order of their base offsets.
//
// A look-up begins with the question which segment holds an offset. A binary search over the
// segments themselves would touch another part of memory with every probe; so their base offsets
// lie side by side here as well, a thousand of them in eight kilobytes.
//
// Invariant: bases_[i] == segments_[i].base_offset(). Base offsets strictly increase
// (UnifiedLog::check).
// Called by: unified_log, log_loader. Kafka: LogSegments (a ConcurrentSkipListMap).
// Read next: storage/index_search.h
#pragma once

#include <vector>

#include "engine/storage/log_segment.h"

namespace kscope::storage {

class LogSegments {
 public:
  std::size_t size() const { return segments_.size(); }
  bool empty() const { return segments_.empty(); }
  LogSegment& operator[](std::size_t i) { return segments_[i]; }
  const LogSegment& operator[](std::size_t i) const { return segments_[i]; }
  LogSegment& front() { return segments_.front(); }
  const LogSegment& front() const { return segments_.front(); }
  LogSegment& back() { return segments_.back(); }
  const LogSegment& back() const { return segments_.back(); }
  auto begin() { return segments_.begin(); }
  auto end() { return segments_.end(); }
  auto begin() const { return segments_.begin(); }
  auto end() const { return segments_.end(); }
  const std::vector<LogSegment>& all() const { return segments_; }
  /// The same as [i].base_offset(), and nearer.
  Offset base(std::size_t i) const { return bases_[i]; }

  void push_back(LogSegment segment) {
    bases_.push_back(segment.base_offset());
    segments_.push_back(std::move(segment));
  }
  void pop_back() {
    bases_.pop_back();
    segments_.pop_back();
  }
  LogSegment take_front() {
    LogSegment first = std::move(segments_.front());
    segments_.erase(segments_.begin());
    bases_.erase(bases_.begin());
    return first;
  }
  /// `segment` instead of the `count` from `first` on. REQUIRES it has the base offset of `first`.
  void replace(std::size_t first, std::size_t count, LogSegment segment) {
    const auto at = static_cast<std::ptrdiff_t>(first) + 1;
    const auto more = static_cast<std::ptrdiff_t>(count) - 1;
    segments_[first] = std::move(segment);
    segments_.erase(segments_.begin() + at, segments_.begin() + at + more);
    bases_.erase(bases_.begin() + at, bases_.begin() + at + more);
  }
  void clear() {
    segments_.clear();
    bases_.clear();
  }

 private:
  std::vector<LogSegment> segments_;
  std::vector<Offset> bases_;
};

}  // namespace kscope::storage
