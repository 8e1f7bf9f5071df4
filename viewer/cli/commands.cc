#include "viewer/cli/commands.h"

#include <fmt/core.h>

#include <fstream>
#include <iostream>
#include <sstream>

namespace kscope::cli {

int complain(const char* command, const std::string& what) {
  std::cerr << fmt::format("kafkascope {}: {}\n", command, what);
  return kExitBadInput;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  // A directory opens well enough and only fails to be read.
  if (!file || !(text << file.rdbuf())) {
    if (file.is_open() && file.peek() == std::ifstream::traits_type::eof() && !file.bad()) {
      return std::string();  // an empty file
    }
    return Error{ErrorKind::NotFound, fmt::format("cannot read {}", path)};
  }
  return text.str();
}

}  // namespace kscope::cli
