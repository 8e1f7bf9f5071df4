#include "viewer/cli/scenario_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "viewer/cli/commands.h"

namespace kscope::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kShipped = KSCOPE_SOURCE_DIR "/tests/scenarios";

std::string shipped_names() {
  std::error_code ignored;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kShipped, ignored)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return fmt::format("{}", fmt::join(names, " "));
}

}  // namespace

Result<sim::Scenario> load_scenario(const std::string& name, const std::string& also) {
  std::error_code ignored;
  std::string path = name;
  const std::string shipped = fmt::format("{}/{}.txt", kShipped, name);
  const bool is_file = fs::is_regular_file(path, ignored);
  if (!is_file && fs::is_regular_file(shipped, ignored)) path = shipped;
  if (!fs::is_regular_file(path, ignored)) {
    return Error{ErrorKind::NotFound,
                 fmt::format("there is no scenario \"{}\"; give a file, {}or one of: {}", name,
                             also, shipped_names())};
  }
  KTRY_ASSIGN(const std::string text, read_file(path));
  return sim::parse_scenario(text, path);
}

}  // namespace kscope::cli
