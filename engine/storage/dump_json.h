// Messages as the JSON that Kafka's tools print, from the descriptions that drive the wire.
//
// describe() is run with a visitor that makes text of each field: the name with a small first
// letter, null for an absent value, Base64 for bytes. What the bytes of a classic group's members
// mean is known if they are consumers; then they are opened, as kafka-dump-log does.
//
// Called by: dump_metadata, dump_coordinator. Kafka: the generated *JsonConverter classes,
// DumpLogSegments.OffsetsMessageParser. Read next: protocol/codec.h
#pragma once

#include <cctype>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/protocol/records/coordinator_record.h"

namespace kscope::storage {

struct JsonStyle {
  std::int16_t version = 0;
  bool opens_consumers = false;  ///< subscriptions and assignments are fields, not bytes
};

std::string json_quoted(std::string_view text);
std::string base64(ByteView bytes);
/// What is in the bytes of that field, if it can be told.
std::optional<std::string> json_of_consumer(std::string_view field, ByteView bytes);

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
std::string json_of(const T& value, const JsonStyle& style);

/// A describe() visitor: the fields of a message that its version has.
struct JsonFields {
  struct Field {
    std::string name, text;
    bool is_tagged = false;
  };
  JsonStyle style;
  std::vector<Field> fields{};

  template <class F>
  void operator()(const char* name, const F& value, const protocol::FieldSpec& spec = {}) {
    if (!spec.covers(style.version)) return;
    std::optional<std::string> opened;
    if constexpr (std::is_same_v<F, Blob>) {
      if (style.opens_consumers) opened = json_of_consumer(name, value);
    }
    std::string camel(name);
    camel[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(camel[0])));
    fields.push_back({camel, opened ? *opened : json_of(value, style), spec.is_tagged()});
  }
};

/// A tagged field with its default is not on the wire, and not in the text.
template <class T>
std::string json_of_message(T message, const JsonStyle& style) {
  JsonFields actual{style}, defaults{style};
  message.describe(actual);
  T{}.describe(defaults);
  std::string out = "{";
  for (std::size_t i = 0; i < actual.fields.size(); ++i) {
    const auto& field = actual.fields[i];
    if (field.is_tagged && field.text == defaults.fields[i].text) continue;
    out += (out.size() > 1 ? "," : "") + json_quoted(field.name) + ":" + field.text;
  }
  return out + "}";
}

template <class T>
std::string json_of(const T& value, const JsonStyle& style) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return json_quoted(value);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return json_quoted(value.str());
  } else if constexpr (std::is_same_v<T, Blob>) {
    return json_quoted(base64(value));
  } else if constexpr (IsOptional<T>::value) {
    return value ? json_of(*value, style) : "null";
  } else if constexpr (IsList<T>::value) {
    std::string out = "[";
    for (const auto& element : value) {
      out += (out.size() > 1 ? "," : "") + json_of<typename T::value_type>(element, style);
    }
    return out + "]";
  } else {
    return json_of_message(value, style);
  }
}

}  // namespace kscope::storage
