// Decoder: reads what describe() lists, from bytes that may be anything.
//
// Safety: ByteReader never reads past the end and fails for good once it would (base/byte_io.h). On
// top of that no array is believed to be longer than the bytes that are left, memory is taken as
// elements are really read, null is refused where the schema has none, and a tagged field must end
// where its size says. So arbitrary bytes cost at most a constant times their own length.
//
// Errors carry the field's path and byte. The path is put together only when something failed,
// while the calls return: reading well-formed bytes builds no string.
//
// `Trace` is what the inspector adds: with NoTrace the compiler leaves nothing of it.
//
// Included only by messages/*.cc, records/*.cc and tests. Read next: protocol/span_trace.h
#pragma once

#include <optional>
#include <string>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

struct NoTrace {
  static constexpr bool kOn = false;
};

/// What went wrong first, and where. Kept out of line: it is never needed for good bytes.
class DecodeFailure {
 public:
  void set_reason(std::string reason) { reason_ = std::move(reason); }
  /// One step up from the failure: a field's name or an index.
  void blame(const char* name, std::size_t begin);
  void blame_index(std::size_t index);
  Error error(const char* message, std::int16_t version, std::size_t body_size) const;

 private:
  std::string path_;
  std::string reason_;  // empty: the bytes ended too early
  std::size_t at_ = 0;
};

template <class Trace>
class Decoder {
 public:
  /// `owner` (may be null) is the blob behind `bytes`; fields of bytes become slices of it.
  Decoder(ByteView bytes, const Blob* owner, std::int16_t version, bool flexible, Trace& trace)
      : in_(bytes), bytes_(bytes), owner_(owner), version_(version), flexible_(flexible),
        trace_(trace) {}

  bool ok() const { return in_.ok(); }
  std::int16_t version() const { return version_; }
  bool flexible() const { return flexible_; }
  ByteReader& in() { return in_; }
  Trace& trace() { return trace_; }
  Error error(const char* message) const {
    return failure_.error(message, version_, bytes_.size());
  }

  template <class F>
  void field(const char* name, F& field, const FieldSpec& spec) {
    const std::size_t begin = in_.position();
    if constexpr (Trace::kOn) trace_.open(name, begin);
    value(field, spec);
    if (!in_.ok()) return failure_.blame(name, begin);
    if constexpr (Trace::kOn) trace_.close(in_.position(), field, spec);
  }
  void fail(std::string reason) {
    if (in_.ok()) failure_.set_reason(std::move(reason));
    in_.fail();
  }
  void blame(const char* name, std::size_t begin) { failure_.blame(name, begin); }

 private:
  void value(bool& v, const FieldSpec&) { v = in_.i8() != 0; }
  void value(std::int8_t& v, const FieldSpec&) { v = in_.i8(); }
  void value(std::int16_t& v, const FieldSpec&) { v = in_.i16(); }
  void value(std::uint16_t& v, const FieldSpec&) { v = in_.u16(); }
  void value(std::int32_t& v, const FieldSpec&) { v = in_.i32(); }
  void value(std::int64_t& v, const FieldSpec&) { v = in_.i64(); }
  void value(ErrorCode& v, const FieldSpec&) { v = static_cast<ErrorCode>(in_.i16()); }
  void value(Uuid& v, const FieldSpec&) {
    const ByteView raw = in_.take(v.bytes.size());
    if (in_.ok()) std::copy(raw.begin(), raw.end(), v.bytes.begin());
  }
  void value(std::string& v, const FieldSpec& spec) {
    const std::int64_t n = string_length();
    if (is_null(n, spec)) return;
    text(v, n);
  }
  void value(std::optional<std::string>& v, const FieldSpec& spec) {
    const std::int64_t n = string_length();
    if (is_null(n, spec)) return v.reset();
    text(v.emplace(), n);
  }
  void value(Blob& v, const FieldSpec& spec) {
    const std::int64_t n = length();
    if (is_null(n, spec)) return void(v = Blob());
    blob(v, n);
  }
  void value(std::optional<Blob>& v, const FieldSpec& spec) {
    const std::int64_t n = length();
    if (is_null(n, spec)) return v.reset();
    blob(v.emplace(), n);
  }
  template <class E>
  void value(std::vector<E>& v, const FieldSpec& spec) {
    const std::int64_t n = length();
    if (is_null(n, spec)) return;
    elements(v, n);
  }
  template <class E>
  void value(std::optional<std::vector<E>>& v, const FieldSpec& spec) {
    const std::int64_t n = length();
    if (is_null(n, spec)) return v.reset();
    elements(v.emplace(), n);
  }
  /// A byte tells whether a struct is there: below zero it is not.
  template <DescribedStruct T>
  void value(std::optional<T>& v, const FieldSpec& spec) {
    if (is_null(in_.i8() < 0 ? -1 : 1, spec)) return v.reset();
    value(v.emplace(), spec);
  }
  template <class T>
    requires std::is_class_v<T>
  void value(T& v, const FieldSpec&);

  /// -1: null. A compact length is n + 1, with 0 for null (KIP-482).
  std::int64_t length() {
    return flexible_ ? static_cast<std::int64_t>(in_.unsigned_varint()) - 1 : in_.i32();
  }
  std::int64_t string_length() {
    return flexible_ ? static_cast<std::int64_t>(in_.unsigned_varint()) - 1 : in_.i16();
  }
  /// True as well, after failing, if the length is not one.
  bool is_null(std::int64_t n, const FieldSpec& spec) {
    if (!in_.ok()) return true;
    if (n >= 0) return false;
    if (n < -1) fail("has the impossible length " + std::to_string(n));
    if (!spec.allows_null(version_)) fail("is null, which its schema does not allow");
    return true;
  }
  bool fits(std::int64_t n) {
    if (!in_.ok()) return false;
    if (static_cast<std::uint64_t>(n) <= in_.remaining()) return true;
    fail("claims a length of " + std::to_string(n) + ", but " + std::to_string(in_.remaining()) +
         " bytes are left");
    return false;
  }
  void text(std::string& v, std::int64_t n) {
    if (!fits(n)) return;
    if (n > 32767) return fail("is longer than the 32767 bytes of a Kafka string");
    const std::string_view taken = text_of(in_.take(static_cast<std::size_t>(n)));
    v.assign(taken.data(), taken.size());
  }
  void blob(Blob& v, std::int64_t n) {
    if (!fits(n)) return;
    const std::size_t at = in_.position();
    const ByteView raw = in_.take(static_cast<std::size_t>(n));
    v = owner_ != nullptr ? owner_->slice(at, raw.size()) : Blob::copy_of(raw);
  }
  template <class E>
  void elements(std::vector<E>& v, std::int64_t n) {
    v.clear();
    if (!fits(n)) return;  // an element takes at least one byte
    // Only a guess of small arrays is reserved: 64 elements, whatever the count claims.
    v.reserve(static_cast<std::size_t>(std::min<std::int64_t>(n, 64)));
    for (std::int64_t i = 0; i < n; ++i) {
      const std::size_t begin = in_.position();
      if constexpr (Trace::kOn && kIsStruct<E>) trace_.open_element(i, begin);
      value(v.emplace_back(), FieldSpec{});
      if (!in_.ok()) return failure_.blame_index(static_cast<std::size_t>(i));
      if constexpr (Trace::kOn && kIsStruct<E>) trace_.close_element(in_.position());
    }
  }

  template <class E>
  static constexpr bool kIsStruct =
      std::is_class_v<E> && !std::is_same_v<E, std::string> && !std::is_same_v<E, Uuid>;

  ByteReader in_;
  ByteView bytes_;
  const Blob* owner_;
  std::int16_t version_;
  bool flexible_;
  Trace& trace_;
  DecodeFailure failure_;
};

template <class Trace, class T>
class StructReader {
 public:
  StructReader(Decoder<Trace>& decoder, T& self) : decoder_(decoder), self_(self) {}

  void read() {
    self_.describe(*this);
    if (decoder_.ok() && decoder_.flexible()) read_tags();
  }

  template <class F>
  void operator()(const char* name, F& field, const FieldSpec& spec = {}) {
    if (!decoder_.ok() || spec.tag_number != wanted_tag_) return;
    if (!spec.covers(decoder_.version())) return;
    taken_ = true;
    decoder_.field(name, field, spec);
  }

 private:
  void read_tags() {
    ByteReader& in = decoder_.in();
    const std::size_t begin = in.position();
    const std::uint32_t count = in.unsigned_varint();
    if (!decoder_.ok()) return decoder_.blame("TaggedFields", begin);
    if constexpr (Trace::kOn) decoder_.trace().tag_count(begin, in.position(), count);
    for (std::uint32_t i = 0; i < count && decoder_.ok(); ++i) read_tag();
  }
  void read_tag() {
    ByteReader& in = decoder_.in();
    const std::size_t begin = in.position();
    const std::uint32_t number = in.unsigned_varint();
    const std::uint32_t size = in.unsigned_varint();
    if (in.ok() && size > in.remaining()) decoder_.fail("claims more bytes than are left");
    if (!decoder_.ok()) return decoder_.blame("TaggedFields", begin);
    const std::size_t end = in.position() + size;
    taken_ = false;
    wanted_tag_ = number < 64 ? static_cast<std::int16_t>(number) : kNoSuchTag;
    if constexpr (Trace::kOn) decoder_.trace().tag_header(begin);
    self_.describe(*this);
    if (!decoder_.ok()) return;
    if (!taken_) {
      in.skip(size);
      if constexpr (Trace::kOn) decoder_.trace().unknown_tag(begin, end, number);
    } else if (in.position() != end) {
      decoder_.fail("does not end where its size says");
      decoder_.blame("TaggedFields", begin);
    }
  }

  static constexpr std::int16_t kNoSuchTag = 64;

  Decoder<Trace>& decoder_;
  T& self_;
  std::int16_t wanted_tag_ = FieldSpec::kUntagged;
  bool taken_ = false;  // describe() had a field for the wanted tag
};

template <class Trace>
template <class T>
  requires std::is_class_v<T>
void Decoder<Trace>::value(T& v, const FieldSpec&) {
  StructReader<Trace, T>(*this, v).read();
}

}  // namespace kscope::protocol
