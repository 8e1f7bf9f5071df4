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

Result<void> topics_exist(const GroupSpec& group) {
  for (const auto& [id, member] : group.members) {
    for (const Uuid& topic : member.topics) {
      if (group.partition_counts.count(topic) > 0) continue;
      return Error{ErrorKind::NotFound,
                   id + " is subscribed to topic " + topic.str() + ", which does not exist"};
    }
  }
  return {};
}

}  // namespace kscope::coordinator
