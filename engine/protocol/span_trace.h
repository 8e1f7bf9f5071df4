// SpanTrace: notes, while a body is decoded, which bytes became which field.
//
// Parents come before their children and begin before them; a parent's end and text are filled in
// when it is closed. Positions count from the start of the frame. The spans of the children of a
// struct follow each other without gaps; an array's count lies before its first element.
//
// Called by: protocol/decoder.h. Read next: protocol/walk.h
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "engine/protocol/codec.h"

namespace kscope::protocol {

/// In quotes, as plain ASCII, cut after 160 characters: bytes of strangers in a row of the
/// inspector.
std::string quoted(std::string_view text);

class SpanTrace {
 public:
  static constexpr bool kOn = true;

  SpanTrace(ByteView body, std::size_t offset, int depth, std::vector<FieldSpan>& out)
      : body_(body), offset_(offset), depth_(depth), out_(out) {}

  void open(const char* name, std::size_t begin);
  template <class F>
  void close(std::size_t end, const F& field, const FieldSpec& spec) {
    const std::string& name = out_[open_.back()].name;
    if constexpr (std::is_same_v<F, std::string>) {
      if (name == "Topic") topic_ = field;
    } else if constexpr (std::is_same_v<F, Uuid>) {
      if (name == "TopicId") note_topic_id(field);
    }
    finish(end, describe_value(field));
    if constexpr (std::is_same_v<F, Blob>) {
      if (!field.empty()) walk_inside(spec.inside, end - field.size(), end);
    }
  }
  void open_element(std::int64_t index, std::size_t begin);
  void close_element(std::size_t end) { finish(end, ""); }
  void tag_count(std::size_t begin, std::size_t end, std::uint32_t count);
  /// The field read next starts with the header of its tag.
  void tag_header(std::size_t begin) { tag_begin_ = begin; }
  void unknown_tag(std::size_t begin, std::size_t end, std::uint32_t number);
  /// Everything from `begin` on could not be decoded.
  void unreadable(std::size_t begin, const Error& error);
  /// Everything from `begin` on belongs to no field.
  void rest(std::size_t begin);

 private:
  static std::string describe_value(std::integral auto v) {
    if constexpr (std::is_same_v<decltype(v), bool>) return v ? "true" : "false";
    return std::to_string(v);
  }
  static std::string describe_value(ErrorCode v);
  static std::string describe_value(const Uuid& v) { return v.str(); }
  static std::string describe_value(const std::string& v) { return quoted(v); }
  static std::string describe_value(const Blob& v) { return std::to_string(v.size()) + " bytes"; }
  template <class E>
  static std::string describe_value(const std::vector<E>& v) {
    if constexpr (std::is_integral_v<E> || std::is_same_v<E, std::string> ||
                  std::is_same_v<E, Uuid>) {
      std::string text = "[";
      for (const E& element : v) {
        if (text.size() > 1) text += ", ";
        if (text.size() > kMaxListText) return text + "… " + std::to_string(v.size()) + " in all]";
        text += describe_value(element);
      }
      return text + "]";
    } else {
      return std::to_string(v.size()) + (v.size() == 1 ? " element" : " elements");
    }
  }
  template <class V>
  static std::string describe_value(const std::optional<V>& v) {
    return v ? describe_value(*v) : "null";
  }
  template <class T>
    requires std::is_class_v<T>
  static std::string describe_value(const T&) {
    return "";  // a struct is told by its fields
  }

  void finish(std::size_t end, std::string value);
  void add(std::string name, std::string value, std::size_t begin, std::size_t end);
  void note_topic_id(const Uuid& id);
  void walk_inside(Inside what, std::size_t begin, std::size_t end);
  template <class T>
  void walk_versioned(std::size_t begin, std::size_t end);
  void walk_records(std::size_t begin, std::size_t end);
  void walk_batch_at(std::size_t begin, ByteView batch, const record::BatchHeader& header);

  static constexpr std::size_t kMaxListText = 160;

  ByteView body_;
  std::size_t offset_;
  int depth_;
  std::vector<FieldSpan>& out_;
  std::vector<std::size_t> open_;  // indexes into out_, outermost first
  std::optional<std::size_t> tag_begin_;
  std::string topic_;  // whose partitions are being read; the metadata log's records are opened
};

}  // namespace kscope::protocol
