// What the simulation tests share: reading scripts, and the seed in the last line of a failure.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/sim/scenario_runner.h"

namespace kscope::sim {

inline std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(KSCOPE_SOURCE_DIR "/tests/scenarios"))
    if (entry.path().extension() == ".txt") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

inline Scenario load_scenario(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  auto scenario = parse_scenario(text.str(), std::filesystem::path(path).filename().string());
  KCHECK(scenario.ok());
  return std::move(scenario).value();
}

}  // namespace kscope::sim
