#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "viewer/cli/commands.h"
#include "viewer/cli/docs_blocks.h"

namespace kscope::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> pages() {
  std::vector<std::string> paths;
  for (const auto& entry :
       fs::recursive_directory_iterator(std::string(KSCOPE_SOURCE_DIR) + "/docs")) {
    if (entry.path().extension() == ".md") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

int docs(bool write) {
  int exit_code = 0;
  for (const std::string& path : pages()) {
    const Result<std::string> page = read_file(path);
    if (!page.ok()) return complain("docs", page.error().message);
    const Result<std::string> filled = fill_docs_blocks(*page);
    if (!filled.ok()) return complain("docs", fmt::format("{}: {}", path, filled.error().message));
    if (*filled == *page) continue;
    if (write) {
      std::ofstream(path, std::ios::binary) << *filled;
      std::cout << "rewrote " << path << "\n";
    } else {
      std::cerr << fmt::format("{} is out of date; run ./kafkascope docs --write\n", path);
      exit_code = kExitFound;
    }
  }
  return exit_code;
}

}  // namespace

void add_docs(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("docs", "Checks, or writes, the parts of docs/ that the engine prints");
  auto write = std::make_shared<bool>(false);
  command->add_flag("--write", *write, "write them anew instead of only looking");
  command->callback([write, &exit_code] { exit_code = docs(*write); });
}

}  // namespace kscope::cli
