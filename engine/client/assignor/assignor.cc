#include "engine/client/assignor/assignor.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/client/assignor/consistent_hash_assignor.h"
#include "engine/client/assignor/range_assignor.h"
#include "engine/client/assignor/round_robin_assignor.h"
#include "engine/client/assignor/sticky_assignor.h"

namespace kscope::client {
namespace {

/// Kafka's own, then what was registered.
std::vector<const Assignor*>& assignors() {
  static const RangeAssignor kRange;
  static const RoundRobinAssignor kRoundRobin;
  static const StickyAssignor kSticky;
  static const CooperativeStickyAssignor kCooperativeSticky;
  static const ConsistentHashAssignor kConsistentHash;
  static std::vector<const Assignor*> all{&kRange, &kRoundRobin, &kSticky, &kCooperativeSticky,
                                          &kConsistentHash};
  return all;
}

/// "…consumer.RoundRobinAssignor" -> "roundrobin"; anything else as it is.
std::string_view without_class_name(std::string_view name) {
  struct Class {
    std::string_view name, assignor;
  };
  static constexpr std::array<Class, 4> kClasses{{
      {"org.apache.kafka.clients.consumer.RangeAssignor", "range"},
      {"org.apache.kafka.clients.consumer.RoundRobinAssignor", "roundrobin"},
      {"org.apache.kafka.clients.consumer.StickyAssignor", "sticky"},
      {"org.apache.kafka.clients.consumer.CooperativeStickyAssignor", "cooperative-sticky"},
  }};
  for (const Class& c : kClasses) {
    if (c.name == name) return c.assignor;
  }
  return name;
}

}  // namespace

std::optional<Blob> Assignor::subscription_user_data(const std::vector<std::string>&,
                                                     const AssignorMemory&) const {
  return std::nullopt;
}

void Assignor::on_assignment(const MemberAssignment&, std::int32_t, AssignorMemory*) const {}

const Assignor* find_assignor(std::string_view name) {
  const std::string_view wanted = without_class_name(name);
  const auto& all = assignors();
  const auto it = std::find_if(all.begin(), all.end(),
                               [wanted](const Assignor* a) { return wanted == a->name(); });
  return it == all.end() ? nullptr : *it;
}

std::vector<std::string> default_assignors() { return {"range", "cooperative-sticky"}; }

std::vector<std::string> assignor_names() {
  std::vector<std::string> names;
  for (const Assignor* assignor : assignors()) names.push_back(assignor->name());
  return names;
}

void register_assignor(const Assignor& assignor) {
  KCHECK(find_assignor(assignor.name()) == nullptr);
  assignors().push_back(&assignor);
}

}  // namespace kscope::client
