// Rules about what people read: header notes, links, words.
#include <filesystem>
#include <regex>

#include "tests/tidy/rules.h"

namespace tidy {
namespace {

bool outside_the_tree(const std::string& target) {
  return target.find("://") != std::string::npos || target.rfind("mailto:", 0) == 0;
}

}  // namespace

Problems check_header(const SourceFile& file) {
  Problems problems;
  if (file.path.size() < 2 || file.path.substr(file.path.size() - 2) != ".h") return problems;
  if (file.text.rfind("//", 0) != 0) {
    problems.push_back({file.path, 1, "a header begins with a note on what it is about"});
  }
  if (file.text.find("\n#pragma once\n") == std::string::npos) {
    problems.push_back({file.path, 0, "no #pragma once"});
  }
  return problems;
}

Problems check_words(const std::string& path, std::string_view text) {
  static const std::regex kPrivatePath(R"((^|[\s"'`(=])/(work|home|root|Users)/)");
  static const std::regex kNoteToSelf(R"(\b(TODO|FIXME|XXX|HACK)\b)");
  Problems problems;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    const char* begin = line.data();
    const char* end = begin + line.size();
    if (std::regex_search(begin, end, kPrivatePath)) {
      problems.push_back({path, number, "a path of somebody's machine"});
    }
    if (std::regex_search(begin, end, kNoteToSelf)) {
      problems.push_back({path, number, "a note to self: do it, or say in words what is missing"});
    }
  }
  return problems;
}

Problems check_links(const std::string& root, const std::string& path, std::string_view text) {
  static const std::regex kLink(R"(\]\(([^)\s]+)(\s+"[^"]*")?\))");
  namespace fs = std::filesystem;
  Problems problems;
  bool fenced = false;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (line.rfind("```", 0) == 0) fenced = !fenced;
    if (fenced) continue;
    std::cregex_iterator link(line.data(), line.data() + line.size(), kLink), none;
    for (; link != none; ++link) {
      const std::string whole = (*link)[1].str();
      const std::string target = whole.substr(0, whole.find('#'));
      if (target.empty() || outside_the_tree(whole)) continue;
      const fs::path file = fs::path(root) / fs::path(path).parent_path() / target;
      if (!fs::exists(file)) problems.push_back({path, number, "dead link: " + whole});
    }
  }
  return problems;
}

}  // namespace tidy
