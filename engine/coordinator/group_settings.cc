#include "engine/coordinator/group_settings.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "engine/coordinator/assignor/server_assignor.h"

namespace kscope::coordinator {
namespace {

constexpr const char* kProtocols = "group.coordinator.rebalance.protocols";
constexpr const char* kAssignors = "group.consumer.assignors";
constexpr const char* kMigration = "group.consumer.migration.policy";

std::vector<std::string> words(const std::string& list) {
  std::vector<std::string> result;
  std::string word;
  for (const char c : list + ",") {
    if (c == ',') {
      if (!word.empty()) result.push_back(std::exchange(word, {}));
    } else if (c != ' ') {
      word += c;
    }
  }
  return result;
}

Error expected(const char* name, const std::string& value, const char* what) {
  return {ErrorKind::Invalid, std::string(name) + "=" + value + ": expected " + what};
}

Result<std::vector<std::string>> assignors(const std::string& value) {
  const std::string package = "org.apache.kafka.coordinator.group.assignor.";
  std::vector<std::string> result;
  for (std::string name : words(value)) {
    if (name == package + "UniformAssignor") name = "uniform";
    if (name == package + "RangeAssignor") name = "range";
    if (find_server_assignor(name) == nullptr) {
      return expected(kAssignors, value, "a list of uniform and range, the default first");
    }
    result.push_back(name);
  }
  if (result.empty()) return expected(kAssignors, value, "uniform, range or both");
  return result;
}

}  // namespace

const std::map<std::string, std::string>& group_word_settings() {
  static const std::map<std::string, std::string> kSettings = {
      {kProtocols, "classic"}, {kAssignors, "uniform,range"}, {kMigration, "disabled"}};
  return kSettings;
}

Result<void> apply_group_words(const std::string& name, const std::string& value,
                               GroupConfig* config) {
  if (name == kAssignors) {
    KTRY_ASSIGN(config->assignors, assignors(value));
    return {};
  }
  if (name == kProtocols) {
    const auto named = words(value);
    const bool known = std::all_of(named.begin(), named.end(), [](const std::string& protocol) {
      return protocol == "classic" || protocol == "consumer";
    });
    const bool classic = std::find(named.begin(), named.end(), "classic") != named.end();
    // As in Kafka: the old protocol cannot be switched off.
    if (!known || !classic) return expected(kProtocols, value, "classic, or classic,consumer");
    config->rebalance_protocols = named;
    return {};
  }
  std::string policy = value;
  std::transform(policy.begin(), policy.end(), policy.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (policy == "disabled") {
    config->migration_policy = MigrationPolicy::Disabled;
  } else if (policy == "upgrade") {
    config->migration_policy = MigrationPolicy::Upgrade;
  } else if (policy == "downgrade") {
    config->migration_policy = MigrationPolicy::Downgrade;
  } else if (policy == "bidirectional") {
    config->migration_policy = MigrationPolicy::Bidirectional;
  } else {
    return expected(kMigration, value, "disabled, upgrade, downgrade or bidirectional");
  }
  return {};
}

}  // namespace kscope::coordinator
