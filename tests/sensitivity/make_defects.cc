// make_defects DEFECTS ROOT OUT: copies the files that the list names, with their guards removable.
//
// The program `sensitivity` is linked with these copies before the engine's libraries, so that the
// linker takes them instead of the originals. The sources that ship know nothing of it.
//
// Called by: tests/CMakeLists.txt, while building. Read next: defects.txt, sensitivity.cc
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "tests/sensitivity/defects.h"

namespace {

using sensitivity::Defect;
using Lines = std::vector<std::string>;

Lines split(const std::string& text) {
  Lines lines;
  std::stringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(const std::string& line) {
  const auto from = line.find_first_not_of(' ');
  return from == std::string::npos ? "" : line.substr(from);
}

bool stands_at(const Lines& lines, std::size_t at, const Lines& guard) {
  for (std::size_t i = 0; i < guard.size(); ++i)
    if (at + i >= lines.size() || trimmed(lines[at + i]) != guard[i]) return false;
  return true;
}

void take_out(Lines& lines, const Defect& defect, std::size_t number) {
  Lines::size_type found = lines.size();
  int times = 0;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (!stands_at(lines, at, defect.guard)) continue;
    found = at;
    ++times;
  }
  if (times != 1) {
    std::fprintf(
        stderr,
        "sensitivity: the guard of \"%s\" is found %d times in %s, not once: has it moved? "
        "Then tests/sensitivity/defects.txt moves with it; until then it cannot be caught\n",
        defect.name.c_str(), times, defect.file.c_str());
    return;  // the test will fail, not the build of everybody else
  }
  const auto first = lines.begin() + static_cast<std::ptrdiff_t>(found);
  lines.erase(first, first + static_cast<std::ptrdiff_t>(defect.guard.size()));
  const std::regex out("\\bOUT\\b");
  const std::string test = "(::kscope_guard_out == " + std::to_string(number) + ")";
  for (std::size_t i = 0; i < defect.instead.size(); ++i)
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(found + i),
                 std::regex_replace(defect.instead[i], out, test));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) sensitivity::give_up("usage: make_defects DEFECTS ROOT OUT");
  const std::string root = arguments[2], out = arguments[3];
  std::map<std::string, Lines> files;
  std::size_t number = 0;
  for (const Defect& defect : sensitivity::read_defects(arguments[1])) {
    if (files.find(defect.file) == files.end())
      files[defect.file] = split(sensitivity::read_file(root + "/" + defect.file));
    take_out(files[defect.file], defect, ++number);
  }
  for (const auto& [file, lines] : files) {
    const std::filesystem::path path = std::filesystem::path(out) / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream copy(path);
    copy << "// A copy of " << file << " with guards that can be taken out: tests/sensitivity.\n"
         << "extern int kscope_guard_out;\n";
    for (const std::string& line : lines) copy << line << "\n";
  }
}
