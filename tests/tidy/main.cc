// tidy ROOT: applies every rule to the whole tree, prints what it found, fails if that is anything.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/tidy/rules.h"

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void add(tidy::Problems& all, tidy::Problems more) {
  all.insert(all.end(), more.begin(), more.end());
}

/// README, the book, labs and everything else that is written for people.
std::vector<std::string> documents(const std::string& root) {
  std::vector<std::string> paths;
  if (fs::exists(fs::path(root) / "README.md")) paths.push_back("README.md");
  for (const char* folder : {"docs", "labs", "tests"}) {
    if (!fs::exists(fs::path(root) / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / folder)) {
      if (entry.path().extension() == ".md") {
        paths.push_back(fs::relative(entry.path(), root).generic_string());
      }
    }
  }
  return paths;
}

tidy::Problems check_tree(const std::string& root) {
  tidy::Problems all;
  const tidy::Layers layers =
      tidy::parse_layers(read_file(fs::path(root) / "engine/LAYERS.txt"), all);
  for (const tidy::SourceFile& file : tidy::load_sources(root)) {
    add(all, tidy::check_includes(file, layers));
    add(all, tidy::check_sizes(file));
    add(all, tidy::check_banned(file));
    add(all, tidy::check_header(file));
    // The rules themselves have to spell out what they forbid.
    if (file.path.rfind("tests/tidy/", 0) != 0) add(all, tidy::check_words(file.path, file.text));
  }
  for (const std::string& path : documents(root)) {
    const std::string text = read_file(fs::path(root) / path);
    add(all, tidy::check_links(root, path, text));
    add(all, tidy::check_words(path, text));
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !fs::exists(fs::path(argv[1]) / "engine/LAYERS.txt")) {
    std::fprintf(stderr, "usage: tidy ROOT, where ROOT holds engine/LAYERS.txt\n");
    return 2;
  }
  const tidy::Problems problems = check_tree(argv[1]);
  for (const tidy::Problem& p : problems) {
    std::printf("%s:%zu: %s\n", p.path.c_str(), p.line, p.message.c_str());
  }
  std::printf("tidy: %zu problems\n", problems.size());
  return problems.empty() ? 0 : 1;
}
