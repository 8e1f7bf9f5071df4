#include "engine/broker/config_admin.h"

#include <fmt/format.h>

#include <set>

#include "engine/metadata/configuration_control.h"
#include "engine/metadata/effective_config.h"

namespace kscope::broker {
namespace {

using metadata::ApiError;
using metadata::ConfigMap;
using metadata::ConfigOp;

ApiError invalid(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

/// As a Scala Set prints itself.
std::string set_of(const std::vector<std::string>& names) {
  return fmt::format("Set({})", fmt::join(names, ", "));
}

template <class Resource>
ApiError check_keys(const Resource& resource, auto needs_value) {
  std::set<std::string> names;
  std::vector<std::string> nulls;
  for (const auto& config : resource.configs) {
    if (!names.insert(config.name).second) return invalid("Error due to duplicate config keys");
    if (needs_value(config) && !config.value) nulls.push_back(config.name);
  }
  if (nulls.empty()) return {};
  return invalid(fmt::format("Null value not supported for : {}", fmt::join(nulls, ", ")));
}

template <class Request>
ConfigVerdicts judge(const Request& request, auto check) {
  std::map<std::pair<std::int8_t, std::string>, int> times;
  for (const auto& r : request.resources) ++times[{r.resource_type, r.resource_name}];
  ConfigVerdicts verdicts;
  for (const auto& r : request.resources) {
    const bool once = times[{r.resource_type, r.resource_name}] == 1;
    ApiError error = once ? check(r) : invalid("Each resource must appear at most once.");
    verdicts.push_back({r.resource_type, r.resource_name, !error.is_failure(), std::move(error)});
  }
  return verdicts;
}

ApiError check_type(std::int8_t type) {
  if (type == metadata::kTopicResource || type == metadata::kBrokerResource) return {};
  return invalid(fmt::format("Unknown resource type {}", type));
}

}  // namespace

ConfigVerdicts ConfigAdmin::preprocess(
    const protocol::IncrementalAlterConfigsRequest& request) const {
  return judge(request, [this](const auto& resource) { return check(resource); });
}

ConfigVerdicts ConfigAdmin::preprocess(const protocol::AlterConfigsRequest& request) const {
  return judge(request, [this](const auto& resource) { return check(resource); });
}

ApiError ConfigAdmin::check(
    const protocol::IncrementalAlterConfigsRequest::AlterConfigsResource& resource) const {
  const auto needs_value = [](const auto& config) {
    return config.config_operation != static_cast<std::int8_t>(ConfigOp::Delete);
  };
  if (auto e = check_keys(resource, needs_value); e.is_failure()) return e;
  if (auto e = check_type(resource.resource_type); e.is_failure()) return e;
  if (resource.resource_type != metadata::kBrokerResource) return {};
  ConfigMap dynamic = image.config_of(resource.resource_type, resource.resource_name);
  for (const auto& config : resource.configs) {
    const auto op = static_cast<ConfigOp>(config.config_operation);
    if (op == ConfigOp::Delete) {
      dynamic.erase(config.name);
    } else if (op == ConfigOp::Set) {
      dynamic[config.name] = *config.value;
    } else if (op == ConfigOp::Append || op == ConfigOp::Subtract) {
      const ConfigKey* key = find_config(metadata::broker_config_table(), config.name);
      if (key == nullptr || key->type != ConfigType::List) {
        return {ErrorCode::INVALID_CONFIG,
                fmt::format("Config value {} is not allowed for config key: {}",
                            op == ConfigOp::Append ? "append" : "subtract", config.name)};
      }
      const auto present = dynamic.find(config.name);
      const std::string fallback = key->default_value != nullptr ? key->default_value : "";
      dynamic[config.name] = metadata::changed_list(
          present == dynamic.end() ? fallback : present->second, op, *config.value);
    } else {
      return invalid(fmt::format("Unknown operations type {}", config.config_operation));
    }
  }
  return check_broker(resource.resource_name, dynamic);
}

ApiError ConfigAdmin::check(
    const protocol::AlterConfigsRequest::AlterConfigsResource& resource) const {
  if (auto e = check_keys(resource, [](const auto&) { return true; }); e.is_failure()) return e;
  if (auto e = check_type(resource.resource_type); e.is_failure()) return e;
  if (resource.resource_type != metadata::kBrokerResource) return {};
  ConfigMap dynamic;
  for (const auto& config : resource.configs) dynamic[config.name] = *config.value;
  return check_broker(resource.resource_name, dynamic);
}

ApiError ConfigAdmin::check_broker(const std::string& resource, const ConfigMap& dynamic) const {
  if (!resource.empty()) {
    const auto id = parse_integer(resource);
    if (!id) return invalid("Node id must be an integer, but it is: " + resource);
    if (*id != broker.value()) {
      return invalid(fmt::format("Unexpected broker id, expected {}, but received {}",
                                 broker.value(), resource));
    }
  }
  std::vector<std::string> fixed, per_broker;
  for (const auto& [name, value] : dynamic) {
    const ConfigKey* key = find_config(metadata::broker_config_table(), name);
    if (key == nullptr) continue;  // Kafka keeps settings it does not know: plug-ins may
    if (!is_dynamic(key->scope)) fixed.push_back(name);
    if (key->scope == ConfigScope::BrokerPerBroker) per_broker.push_back(name);
  }
  if (!fixed.empty()) return invalid("Cannot update these configs dynamically: " + set_of(fixed));
  for (const auto& [name, value] : dynamic) {
    const ConfigKey* key = find_config(metadata::broker_config_table(), name);
    if (key == nullptr) continue;
    if (auto problem = config_problem(*key, value)) return invalid(*problem);
  }
  if (resource.empty() && !per_broker.empty()) {
    return invalid("Cannot update these configs at default cluster level, broker id must be "
                   "specified: " + set_of(per_broker));
  }
  return check_threads(dynamic);
}

/// Kafka: DynamicThreadPool.validateReconfiguration. Large steps would be a mistake, mostly.
ApiError ConfigAdmin::check_threads(const ConfigMap& dynamic) const {
  for (const char* name : {"background.threads", "num.io.threads", "num.network.threads",
                           "num.recovery.threads.per.data.dir", "num.replica.fetchers"}) {
    const auto found = dynamic.find(name);
    if (found == dynamic.end()) continue;
    const ConfigKey& key = *find_config(metadata::broker_config_table(), name);
    const auto now = metadata::effective_broker_config(key, image, broker, started_with);
    const std::int64_t old = parse_integer(now.value().value_or("1")).value_or(1);
    const std::int64_t wanted = parse_integer(found->second).value_or(old);
    const std::string what = fmt::format(
        "Dynamic thread count update validation failed for {}={}", name, found->second);
    if (wanted < old / 2) {
      return invalid(fmt::format("{}, value should be at least half the current value {}", what,
                                 old));
    }
    if (wanted > old * 2) {
      return invalid(fmt::format(
          "{}, value should not be greater than double the current value {}", what, old));
    }
  }
  return {};
}

}  // namespace kscope::broker
