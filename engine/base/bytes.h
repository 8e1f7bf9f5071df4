// Bytes: views, owned buffers, and immutable shared blobs.
//
// Three forms, from cheapest to safest:
//   ByteView - borrowed, never stored;
//   Bytes    - owned and growable, for building a frame or a batch;
//   Blob     - immutable and shared, so that a frame in flight, the same frame in the history and
//              the checkpoint that remembers both are one allocation. Sharing immutable bytes keeps
//              "state is plain values" true: a copy of a Blob can never be seen to change.
//
// Read next: base/byte_io.h (big-endian readers and writers)
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kscope {

using ByteView = std::span<const std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

inline ByteView view_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(std::string_view text) {
  const ByteView v = view_of(text);
  return Bytes(v.begin(), v.end());
}

/// Immutable, reference-counted bytes; copies and slices share the storage.
class Blob {
 public:
  Blob() = default;
  explicit Blob(Bytes bytes)
      : storage_(std::make_shared<const Bytes>(std::move(bytes))), size_(storage_->size()) {}
  static Blob copy_of(ByteView bytes) { return Blob(Bytes(bytes.begin(), bytes.end())); }

  ByteView view() const {
    return storage_ ? ByteView(storage_->data() + begin_, size_) : ByteView();
  }
  operator ByteView() const { return view(); }  // NOLINT: a Blob is a view that keeps itself alive
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// REQUIRES from + length <= size().
  Blob slice(std::size_t from, std::size_t length) const {
    Blob b = *this;
    b.begin_ += from;
    b.size_ = length;
    return b;
  }
  friend bool operator==(const Blob& a, const Blob& b) {
    return a.size_ == b.size_ &&
           (a.size_ == 0 || std::memcmp(a.view().data(), b.view().data(), a.size_) == 0);
  }

 private:
  std::shared_ptr<const Bytes> storage_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

/// "00 1f 8b …", at most `limit` bytes.
std::string hex(ByteView bytes, std::size_t limit = 64);

}  // namespace kscope
