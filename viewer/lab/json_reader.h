// JsonReader: takes a JSON file apart and says exactly what is wrong with it, and where.
//
//   JsonValue root = reader.root();
//   lab.minutes = root.at("minutes").integer(1, 600);
//   root.finish();                       // complains about members that nobody asked for
//
// Nothing throws and nothing stops at the first problem: a wrong value reads as an empty one and
// the problem is noted as "FILE: /steps/3/kind: expected …, found …" (a JSON pointer, RFC 6901).
//
// Called by: lab_format, answers, progress. Read next: lab/lab_format.h
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace kscope::lab {

using Json = nlohmann::json;

/// Where problems go; shared by all values of one file.
struct JsonProblems {
  std::string file;
  std::vector<std::string> found;
  void add(const std::string& pointer, const std::string& what);
};

/// One value and its place. REQUIRES problems to outlive it.
class JsonValue {
 public:
  JsonValue(const Json* value, std::string pointer, JsonProblems* problems)
      : value_(value), pointer_(std::move(pointer)), problems_(problems) {}

  bool present() const { return value_ != nullptr; }
  const std::string& pointer() const { return pointer_; }
  bool is_string() const { return present() && value_->is_string(); }
  bool is_object() const { return present() && value_->is_object(); }
  const Json* raw() const { return value_; }

  /// A member that must be there; notes the problem otherwise (and if this is no object).
  JsonValue at(const std::string& name);
  /// A member that may be left out: then !present().
  JsonValue maybe(const std::string& name);
  /// Complains about members that neither at() nor maybe() asked for.
  void finish();

  std::string string();                  ///< not empty
  std::int64_t integer(std::int64_t low, std::int64_t high);
  Duration duration();                   ///< "250ms"
  /// The elements of an array with at least that many.
  std::vector<JsonValue> elements(std::size_t at_least = 0);
  /// The members of an object, in the order of their names.
  std::vector<std::pair<std::string, JsonValue>> members();
  void expected(const std::string& what);  ///< "expected WHAT, found …"
  void problem(const std::string& what) { problems_->add(pointer_, what); }

 private:
  bool require_object();
  const Json* value_;
  std::string pointer_;
  JsonProblems* problems_;
  std::set<std::string> asked_;
};

/// Parses text that may hold // comments. Nothing, and "FILE:LINE:COLUMN: …" in problems, if it is
/// not JSON.
std::optional<Json> parse_json(const std::string& text, JsonProblems* problems);
/// The file's content; the error says what could not be opened.
std::optional<std::string> read_text_file(const std::string& path);

}  // namespace kscope::lab
