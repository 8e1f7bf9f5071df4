// CowVector: an append-mostly sequence whose copies share their chunks.
//
// A checkpoint copies the whole cluster: logs on simulated disks, the ghost state of the invariant
// checkers. Copying megabytes for every checkpoint would make time travel slow, so long sequences
// are cut into chunks that copies share until one of them writes. Seen from outside it is a value.
//
// Used by: sim/disk (file contents), sim/invariants. Read next: sim/disk.h
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace kscope {

template <class T, std::size_t kChunk = 1024>
class CowVector {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// REQUIRES i < size().
  const T& operator[](std::size_t i) const { return (*chunks_[i / kChunk])[i % kChunk]; }
  void push_back(T value) {
    if (size_ % kChunk == 0) {
      chunks_.push_back(std::make_shared<std::vector<T>>());
      chunks_.back()->reserve(std::min<std::size_t>(kChunk, 16));
    }
    own(chunks_.size() - 1).push_back(std::move(value));
    ++size_;
  }
  /// Appends `count` elements starting at `data`, chunk by chunk.
  void append(const T* data, std::size_t count) {
    while (count > 0) {
      if (size_ % kChunk == 0) chunks_.push_back(std::make_shared<std::vector<T>>());
      const std::size_t room = kChunk - size_ % kChunk;
      const std::size_t n = std::min(room, count);
      auto& chunk = own(chunks_.size() - 1);
      chunk.insert(chunk.end(), data, data + n);
      size_ += n;
      data += n;
      count -= n;
    }
  }
  /// REQUIRES i < size().
  void set(std::size_t i, T value) { own(i / kChunk)[i % kChunk] = std::move(value); }
  /// REQUIRES from + count <= size(). Copies out.
  void read(std::size_t from, std::size_t count, T* out) const {
    while (count > 0) {
      const auto& chunk = *chunks_[from / kChunk];
      const std::size_t at = from % kChunk;
      const std::size_t n = std::min(chunk.size() - at, count);
      std::copy_n(chunk.data() + at, n, out);
      out += n;
      from += n;
      count -= n;
    }
  }
  /// Shrinks; REQUIRES size <= this->size().
  void truncate(std::size_t size) {
    const std::size_t keep = (size + kChunk - 1) / kChunk;
    chunks_.resize(keep);
    if (size % kChunk != 0) own(keep - 1).resize(size % kChunk);
    size_ = size;
  }

 private:
  std::vector<T>& own(std::size_t c) {
    if (chunks_[c].use_count() > 1) chunks_[c] = std::make_shared<std::vector<T>>(*chunks_[c]);
    return *chunks_[c];
  }

  // Invariant: every chunk but the last holds exactly kChunk elements.
  std::vector<std::shared_ptr<std::vector<T>>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace kscope
