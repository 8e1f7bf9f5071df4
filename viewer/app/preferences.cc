#include "viewer/app/preferences.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace kscope::viewer {

namespace {

constexpr const char* kSeen = "callouts=seen";

}  // namespace

std::string preferences_file() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config != '\0') {
    return std::string(config) + "/kafkascope/viewer.conf";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return std::string(home) + "/.config/kafkascope/viewer.conf";
  }
  return {};
}

bool callouts_were_seen(const std::string& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line == kSeen) return true;
  }
  return false;
}

void remember_callouts(const std::string& file) {
  if (file.empty() || callouts_were_seen(file)) return;
  std::error_code ignored;  // a read-only home is no reason to complain
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ignored);
  std::ofstream(file, std::ios::app) << kSeen << "\n";
}

}  // namespace kscope::viewer
