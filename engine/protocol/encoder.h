// Encoder: writes what describe() lists.
//
// Two passes over a struct with tagged fields: the first writes the plain fields and notes which
// tags hold something else than their default, the second writes those in the order of their
// numbers. A struct without any present tag is visited once, which is the common case.
//
// Why the default of a field is found by its place in a default-made struct: the member's
// initialiser is then the only place where a default is written down. Naming it again in describe()
// was rejected: two truths drift apart.
//
// Included only by messages/*.cc, records/*.cc and tests. Read next: protocol/decoder.h
#pragma once

#include <bit>
#include <optional>
#include <string>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

/// The fixed-size and length-prefixed forms; knows nothing of structs.
class Encoder {
 public:
  Encoder(ByteWriter& out, std::int16_t version, bool flexible)
      : out_(out), version_(version), flexible_(flexible) {}

  std::int16_t version() const { return version_; }
  bool flexible() const { return flexible_; }
  ByteWriter& out() { return out_; }

  void value(bool v, const FieldSpec&) { out_.i8(v ? 1 : 0); }
  void value(std::int8_t v, const FieldSpec&) { out_.i8(v); }
  void value(std::int16_t v, const FieldSpec&) { out_.i16(v); }
  void value(std::uint16_t v, const FieldSpec&) { out_.u16(v); }
  void value(std::int32_t v, const FieldSpec&) { out_.i32(v); }
  void value(std::int64_t v, const FieldSpec&) { out_.i64(v); }
  void value(ErrorCode v, const FieldSpec&) { out_.i16(static_cast<std::int16_t>(v)); }
  void value(const Uuid& v, const FieldSpec&) { out_.raw(v.bytes); }

  void value(const std::string& v, const FieldSpec&) {
    KCHECK(v.size() <= 32767);  // Kafka: "string field is too long to be serialized"
    if (flexible_) {
      out_.unsigned_varint(static_cast<std::uint32_t>(v.size()) + 1);
    } else {
      out_.i16(static_cast<std::int16_t>(v.size()));
    }
    out_.raw(view_of(v));
  }
  void value(const Blob& v, const FieldSpec&) {
    length(v.size());
    out_.raw(v);
  }
  template <class E>
  void value(const std::vector<E>& v, const FieldSpec&) {
    length(v.size());
    for (const E& element : v) value(element, FieldSpec{});
  }
  template <class V>
  void value(const std::optional<V>& v, const FieldSpec& spec) {
    if constexpr (DescribedStruct<V>) out_.i8(v ? 1 : -1);  // a struct has no length to be -1
    if (v) return value(*v, spec);
    KCHECK(spec.allows_null(version_));
    if constexpr (DescribedStruct<V>) {
      return;
    } else if (flexible_) {
      out_.unsigned_varint(0);
    } else if constexpr (std::is_same_v<V, std::string>) {
      out_.i16(-1);
    } else {
      out_.i32(-1);
    }
  }
  template <class T>
    requires std::is_class_v<T>
  void value(const T& v, const FieldSpec&);

 private:
  void length(std::size_t n) {
    if (flexible_) {
      out_.unsigned_varint(static_cast<std::uint32_t>(n) + 1);
    } else {
      out_.i32(static_cast<std::int32_t>(n));
    }
  }

  ByteWriter& out_;
  std::int16_t version_;
  bool flexible_;
};

/// Stops the process: a value that matters cannot travel in this version.
[[noreturn]] void value_does_not_fit(const char* field, std::int16_t version);

/// A struct as made by its initialisers: immutable, and the same in every run.
template <class T>
const T& default_of_struct() {
  static const T value{};
  return value;
}

template <class T>
class StructWriter {
 public:
  StructWriter(Encoder& encoder, const T& self) : encoder_(encoder), self_(self) {}

  void write() {
    // describe() also serves reading and is therefore not const; this visitor only looks.
    T& self = const_cast<T&>(self_);
    self.describe(*this);
    if (!encoder_.flexible()) return;
    encoder_.out().unsigned_varint(static_cast<std::uint32_t>(std::popcount(present_)));
    for (std::uint64_t rest = present_; rest != 0; rest &= rest - 1) {
      wanted_tag_ = static_cast<std::int16_t>(std::countr_zero(rest));
      self.describe(*this);
    }
  }

  template <class F>
  void operator()(const char* name, const F& field, const FieldSpec& spec = {}) {
    if (wanted_tag_ != FieldSpec::kUntagged) {
      if (spec.tag_number == wanted_tag_) tagged(field, spec);
    } else if (!spec.covers(encoder_.version())) {
      if (!spec.may_be_dropped && !is_default(field)) value_does_not_fit(name, encoder_.version());
    } else if (!spec.is_tagged()) {
      encoder_.value(field, spec);
    } else if (!is_default(field)) {
      present_ |= std::uint64_t{1} << spec.tag_number;
    }
  }

 private:
  /// tag | size | value. The size is only known afterwards and is slid in front of the value.
  template <class F>
  void tagged(const F& field, const FieldSpec& spec) {
    ByteWriter& out = encoder_.out();
    out.unsigned_varint(static_cast<std::uint32_t>(spec.tag_number));
    const std::size_t at = out.size();
    encoder_.value(field, spec);
    ByteWriter size;
    size.unsigned_varint(static_cast<std::uint32_t>(out.size() - at));
    out.bytes().insert(out.bytes().begin() + static_cast<std::ptrdiff_t>(at),
                       size.bytes().begin(), size.bytes().end());
  }
  template <class F>
  bool is_default(const F& field) const {
    const char* self = reinterpret_cast<const char*>(&self_);
    const char* made = reinterpret_cast<const char*>(&default_of_struct<T>());
    const auto place = reinterpret_cast<const char*>(&field) - self;
    return field == *reinterpret_cast<const F*>(made + place);
  }

  Encoder& encoder_;
  const T& self_;
  std::uint64_t present_ = 0;  // bit n: tag n must be written. Kafka's highest tag is 8
  std::int16_t wanted_tag_ = FieldSpec::kUntagged;
};

template <class T>
  requires std::is_class_v<T>
void Encoder::value(const T& v, const FieldSpec&) {
  StructWriter<T>(*this, v).write();
}

}  // namespace kscope::protocol
