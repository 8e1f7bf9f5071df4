#include "viewer/lab/progress.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "viewer/lab/json_reader.h"

namespace kscope::lab {

namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMany = 1'000'000'000;

std::int32_t number(JsonValue value) { return static_cast<std::int32_t>(value.integer(0, kMany)); }

LabProgress read_entry(JsonValue value) {
  LabProgress entry;
  entry.runs = number(value.at("runs"));
  if (JsonValue passed = value.at("passed"); passed.present() && passed.raw()->is_boolean()) {
    entry.passed = passed.raw()->get<bool>();
  }
  entry.best_score = number(value.at("best_score"));
  entry.max_score = number(value.at("max_score"));
  entry.steps_passed = number(value.at("steps_passed"));
  entry.steps_total = number(value.at("steps_total"));
  return entry;
}

Json write_entry(const LabProgress& entry) {
  return {{"runs", entry.runs},           {"passed", entry.passed},
          {"best_score", entry.best_score}, {"max_score", entry.max_score},
          {"steps_passed", entry.steps_passed}, {"steps_total", entry.steps_total}};
}

}  // namespace

std::string Progress::default_path() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  // The XDG base directory specification: relative paths are to be ignored.
  if (state != nullptr && state[0] == '/') return std::string(state) + "/kafkascope/progress.json";
  if (home == nullptr || home[0] == '\0') return "";
  return std::string(home) + "/.local/state/kafkascope/progress.json";
}

Progress Progress::load(const std::string& path) {
  Progress progress;
  progress.path_ = path;
  const auto text = path.empty() ? std::nullopt : read_text_file(path);
  if (!text) return progress;
  JsonProblems problems{path, {}};
  if (const auto json = parse_json(*text, &problems)) {
    JsonValue root(&*json, "", &problems);
    for (auto& [id, entry] : root.at("labs").members()) progress.labs_[id] = read_entry(entry);
  }
  if (!problems.found.empty()) {
    std::error_code ignored;
    fs::rename(path, path + ".broken", ignored);
    progress.labs_.clear();
    progress.warning_ = fmt::format("{} (kept as {}.broken; progress starts anew)",
                                    problems.found[0], path);
  }
  return progress;
}

const LabProgress* Progress::of(const std::string& lab_id) const {
  const auto it = labs_.find(lab_id);
  return it == labs_.end() ? nullptr : &it->second;
}

void Progress::record(const std::string& lab_id, const LabProgress& run) {
  LabProgress& known = labs_[lab_id];
  ++known.runs;
  known.passed = known.passed || run.passed;
  // Compared as shares: a lab may get more points with a later version.
  const std::int64_t before = std::int64_t{known.best_score} * std::max(run.max_score, 1);
  const std::int64_t now = std::int64_t{run.best_score} * std::max(known.max_score, 1);
  if (known.runs > 1 && before > now) return;
  known.best_score = run.best_score;
  known.max_score = run.max_score;
  known.steps_passed = run.steps_passed;
  known.steps_total = run.steps_total;
}

Result<void> Progress::save() const {
  if (path_.empty()) return {};
  Json labs = Json::object();
  for (const auto& [id, entry] : labs_) labs[id] = write_entry(entry);
  std::error_code failed;
  fs::create_directories(fs::path(path_).parent_path(), failed);
  const std::string fresh = path_ + ".new";
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << Json{{"version", 1}, {"labs", labs}}.dump(2) << '\n';
    out.close();
    if (!out) return Error{ErrorKind::Io, fmt::format("cannot write {}", fresh)};
  }
  fs::rename(fresh, path_, failed);
  if (failed) return Error{ErrorKind::Io, fmt::format("{}: {}", path_, failed.message())};
  return {};
}

}  // namespace kscope::lab
