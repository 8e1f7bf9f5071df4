#include "viewer/lab/json_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kscope::lab {

namespace {

/// "~" and "/" are the two characters that a JSON pointer escapes.
std::string escaped(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') out += "~0";
    else if (c == '/') out += "~1";
    else out += c;
  }
  return out;
}

std::string shown(const Json* value) {
  if (value == nullptr) return "nothing";
  if (value->is_object()) return "an object";
  if (value->is_array()) return fmt::format("an array of {}", value->size());
  std::string text = value->dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "…";
  return text;
}

}  // namespace

void JsonProblems::add(const std::string& pointer, const std::string& what) {
  found.push_back(fmt::format("{}: {}: {}", file, pointer.empty() ? "/" : pointer, what));
}

void JsonValue::expected(const std::string& what) {
  problem(fmt::format("expected {}, found {}", what, shown(value_)));
}

bool JsonValue::require_object() {
  if (is_object()) return true;
  if (present()) expected("an object");
  value_ = nullptr;  // said once is enough
  return false;
}

JsonValue JsonValue::at(const std::string& name) {
  JsonValue member = maybe(name);
  if (!member.present() && is_object()) problem(fmt::format("\"{}\" is missing", name));
  return member;
}

JsonValue JsonValue::maybe(const std::string& name) {
  asked_.insert(name);
  const std::string where = pointer_ + "/" + escaped(name);
  if (!require_object()) return {nullptr, where, problems_};
  const auto it = value_->find(name);
  return {it == value_->end() ? nullptr : &*it, where, problems_};
}

void JsonValue::finish() {
  if (!is_object()) return;
  for (const auto& [name, value] : value_->items()) {
    if (asked_.count(name) > 0) continue;
    std::string known;
    for (const std::string& a : asked_) known += (known.empty() ? "" : ", ") + a;
    problems_->add(pointer_ + "/" + escaped(name),
                   fmt::format("nothing of that name belongs here (known: {})", known));
  }
}

std::string JsonValue::string() {
  if (!present()) return {};
  if (value_->is_string() && !value_->get_ref<const std::string&>().empty()) {
    return value_->get<std::string>();
  }
  expected("a text");
  return {};
}

std::int64_t JsonValue::integer(std::int64_t low, std::int64_t high) {
  if (!present()) return low;
  if (value_->is_number_integer()) {
    const auto number = value_->get<std::int64_t>();
    if (number >= low && number <= high) return number;
  }
  expected(fmt::format("a whole number from {} to {}", low, high));
  return low;
}

Duration JsonValue::duration() {
  Duration result{0};
  if (!present()) return result;
  if (value_->is_string() && parse_duration(value_->get<std::string>(), &result) &&
      result >= Duration{0}) {
    return result;
  }
  expected("a duration such as \"250ms\" or \"2s\"");
  return Duration{0};
}

std::vector<JsonValue> JsonValue::elements(std::size_t at_least) {
  std::vector<JsonValue> result;
  if (!present()) return result;
  if (!value_->is_array() || value_->size() < at_least) {
    expected(at_least == 0 ? "an array" : fmt::format("an array of at least {}", at_least));
    return result;
  }
  for (std::size_t i = 0; i < value_->size(); ++i) {
    result.emplace_back(&(*value_)[i], fmt::format("{}/{}", pointer_, i), problems_);
  }
  return result;
}

std::vector<std::pair<std::string, JsonValue>> JsonValue::members() {
  std::vector<std::pair<std::string, JsonValue>> result;
  if (!require_object()) return result;
  for (const auto& [name, value] : value_->items()) {
    result.emplace_back(name, JsonValue(&value, pointer_ + "/" + escaped(name), problems_));
  }
  return result;
}

std::optional<Json> parse_json(const std::string& text, JsonProblems* problems) {
  try {
    return Json::parse(text, nullptr, true, true);
  } catch (const Json::parse_error& error) {
    const std::size_t byte = std::min(error.byte > 0 ? error.byte - 1 : 0, text.size());
    const auto begin = text.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(byte);
    const auto line = 1 + std::count(begin, end, '\n');
    const std::size_t newline = byte == 0 ? std::string::npos : text.rfind('\n', byte - 1);
    const std::size_t column = newline == std::string::npos ? byte + 1 : byte - newline;
    std::string what = error.what();
    if (const auto at = what.find("syntax error"); at != std::string::npos) what.erase(0, at);
    problems->found.push_back(
        fmt::format("{}:{}:{}: not valid JSON: {}", problems->file, line, column, what));
    return std::nullopt;
  }
}

std::optional<std::string> read_text_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return in.bad() ? std::nullopt : std::optional(text.str());
}

}  // namespace kscope::lab
