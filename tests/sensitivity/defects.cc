#include "tests/sensitivity/defects.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace sensitivity {

void give_up(const std::string& why) {
  std::fprintf(stderr, "sensitivity: %s\n", why.c_str());
  std::exit(1);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) give_up("cannot read " + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<Defect> read_defects(const std::string& path) {
  std::vector<Defect> all;
  std::stringstream lines(read_file(path));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::stringstream words(line);
    if (line.rfind("defect ", 0) == 0) {
      Defect defect;
      std::string skip;
      words >> skip >> defect.name >> skip >> defect.within;
      if (defect.within <= 0) give_up(path + ": line " + std::to_string(number) + ": within what?");
      all.push_back(defect);
      continue;
    }
    if (all.empty()) give_up(path + ": line " + std::to_string(number) + ": of which defect?");
    Defect& defect = all.back();
    const std::string text = line.substr(std::min<std::size_t>(2, line.size()));
    if (line[0] == '-')
      defect.guard.push_back(text.substr(text.find_first_not_of(' ')));
    else if (line[0] == '+')
      defect.instead.push_back(text.substr(text.find_first_not_of(' ')));
    else if (text.rfind("engine/", 0) == 0)
      defect.file = text;
    else
      defect.what += (defect.what.empty() ? "" : " ") + text;
  }
  return all;
}

}  // namespace sensitivity
