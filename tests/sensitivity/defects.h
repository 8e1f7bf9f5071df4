// Defects: the list of deliberate defects (defects.txt), read.
//
// Called by: make_defects.cc (makes the files that have them), sensitivity.cc (hunts them).
#pragma once

#include <string>
#include <vector>

namespace sensitivity {

struct Defect {
  std::string name;
  int within = 0;    ///< so many seeds, at most, may it take to be caught
  std::string what;  ///< what is missing
  std::string file;
  std::vector<std::string> guard, instead;  ///< lines, without their indentation
};

/// The number of a defect in the program is its place in this list, from 1. Ends the program with a
/// line that names the place if the list cannot be read.
std::vector<Defect> read_defects(const std::string& path);
std::string read_file(const std::string& path);
[[noreturn]] void give_up(const std::string& why);

}  // namespace sensitivity
