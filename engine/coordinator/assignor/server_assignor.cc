#include "engine/coordinator/assignor/server_assignor.h"

#include <array>

#include "engine/coordinator/assignor/server_range_assignor.h"
#include "engine/coordinator/assignor/uniform_assignor.h"

namespace kscope::coordinator {
namespace {

const std::array<const ServerAssignor*, 2>& server_assignors() {
  static const UniformAssignor kUniform;
  static const ServerRangeAssignor kRange;
  static const std::array<const ServerAssignor*, 2> kAll{&kUniform, &kRange};
  return kAll;
}

}  // namespace

const ServerAssignor* find_server_assignor(std::string_view name) {
  for (const ServerAssignor* assignor : server_assignors()) {
    if (name == assignor->name()) return assignor;
  }
  return nullptr;
}

std::vector<std::string> server_assignor_names() {
  std::vector<std::string> names;
  for (const ServerAssignor* assignor : server_assignors()) names.push_back(assignor->name());
  return names;
}

}  // namespace kscope::coordinator
