#include "engine/metadata/configuration_control.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/metadata/config_table.h"
#include "engine/metadata/topic_config.h"

namespace kscope::metadata {
namespace {

/// Setting -> its new value; nothing: back to the default.
using Changes = std::map<std::string, std::optional<std::string>>;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words(1);
  for (const char c : list) {
    if (c == ',')
      words.emplace_back();
    else
      words.back() += c;
  }
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

ApiError check_name(const MetadataImage& image, std::int8_t type, const std::string& name) {
  if (type == kTopicResource) {
    if (name.empty()) {
      return {ErrorCode::INVALID_REQUEST, "Default topic resources are not allowed."};
    }
    if (auto problem = topic_name_problem(name)) {
      return {ErrorCode::INVALID_TOPIC_EXCEPTION, *problem};
    }
    if (image.topic(name) != nullptr) return {};
    return {ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            fmt::format("The topic '{}' does not exist.", name)};
  }
  if (type != kBrokerResource) {
    return {ErrorCode::INVALID_REQUEST, fmt::format("Unknown resource type {}", type)};
  }
  if (name.empty()) return {};
  const auto id = parse_integer(name);
  if (!id) {
    return {ErrorCode::INVALID_REQUEST, "Unable to parse broker name as a base 10 number."};
  }
  if (*id < 0) return {ErrorCode::INVALID_REQUEST, "Invalid negative broker ID."};
  if (image.broker(NodeId(static_cast<std::int32_t>(*id))) != nullptr) return {};
  return {ErrorCode::BROKER_ID_NOT_REGISTERED, fmt::format("No broker with id {} found.", *id)};
}

ApiError check_values(const MetadataImage& image, std::int8_t type, const std::string& name,
                      const Changes& changes) {
  if (type != kTopicResource) return {};
  std::map<std::string, std::string> all = image.topic_config(name);
  for (const auto& [config, value] : changes) {
    if (value)
      all[config] = *value;
    else
      all.erase(config);
  }
  if (auto problem = topic_configs_problem(all)) return {ErrorCode::INVALID_CONFIG, *problem};
  return {};
}

void write(const MetadataImage& image, std::int8_t type, const std::string& name,
           const Changes& changes, Records& records) {
  const auto& present = image.config_of(type, name);
  for (const auto& [config, value] : changes) {
    const auto found = present.find(config);
    const bool same = found == present.end() ? !value : value == found->second;
    // A broker's setting is written again all the same: its value may be a file that has changed.
    if (same && type != kBrokerResource) continue;
    records.push_back(protocol::ConfigRecord{type, name, config, value});
  }
}

using Alterable = protocol::IncrementalAlterConfigsRequest::AlterConfigsResource::AlterableConfig;

ApiError plan(const MetadataImage& image, std::int8_t type, const std::string& name,
              const Alterable& asked, Changes& changes) {
  const auto op = static_cast<ConfigOp>(asked.config_operation);
  if (asked.config_operation < 0 || asked.config_operation > 3) {
    return {ErrorCode::INVALID_REQUEST,
            fmt::format("Unknown operations type {}", asked.config_operation)};
  }
  if (op == ConfigOp::Set || op == ConfigOp::Delete) {
    changes[asked.name] = op == ConfigOp::Set ? asked.value : std::nullopt;
    return {};
  }
  const auto table = type == kTopicResource ? topic_config_table() : broker_config_table();
  const ConfigKey* key = find_config(table, asked.name);
  if (key == nullptr || key->type != ConfigType::List) {
    return {ErrorCode::INVALID_CONFIG,
            fmt::format("Can't {} to key {} because its type is not LIST.",
                        op == ConfigOp::Append ? "APPEND" : "SUBTRACT", asked.name)};
  }
  const auto& present = image.config_of(type, name);
  const auto found = present.find(asked.name);
  const std::string before = found != present.end() ? found->second
                             : key->default_value != nullptr ? key->default_value : "";
  changes[asked.name] = changed_list(before, op, asked.value.value_or(""));
  return {};
}

// The whole resource, or nothing of it.
ApiError settle(const MetadataImage& image, std::int8_t type, const std::string& name,
                const Changes& changes, Records& records) {
  if (auto e = check_values(image, type, name, changes); e.is_failure()) return e;
  if (auto e = check_name(image, type, name); e.is_failure()) return e;
  write(image, type, name, changes, records);
  return {};
}

ApiError alter(const MetadataImage& image,
               const protocol::IncrementalAlterConfigsRequest::AlterConfigsResource& resource,
               Records& records) {
  const std::int8_t type = resource.resource_type;
  Changes changes;
  for (const Alterable& asked : resource.configs) {
    if (changes.count(asked.name) != 0) {
      return {ErrorCode::INVALID_REQUEST, "Error due to duplicate config keys"};
    }
    if (auto e = plan(image, type, resource.resource_name, asked, changes); e.is_failure()) {
      return e;
    }
  }
  return settle(image, type, resource.resource_name, changes, records);
}

ApiError replace(const MetadataImage& image,
                 const protocol::AlterConfigsRequest::AlterConfigsResource& resource,
                 Records& records) {
  const std::int8_t type = resource.resource_type;
  Changes changes;
  for (const auto& [config, value] : image.config_of(type, resource.resource_name)) {
    changes[config] = std::nullopt;
  }
  for (const auto& asked : resource.configs) changes[asked.name] = asked.value;
  return settle(image, type, resource.resource_name, changes, records);
}

template <class Response, class Request>
ControllerResult<Response> each_resource(const Request& request, auto decide) {
  ControllerResult<Response> result;
  for (const auto& resource : request.resources) {
    const ApiError error = decide(resource, result.records);
    result.response.responses.push_back(
        {error.code, error.text(), resource.resource_type, resource.resource_name});
  }
  if (request.validate_only) result.records.clear();
  return result;
}

}  // namespace

ControllerResult<protocol::IncrementalAlterConfigsResponse> incremental_alter_configs(
    const MetadataImage& image, const protocol::IncrementalAlterConfigsRequest& request) {
  return each_resource<protocol::IncrementalAlterConfigsResponse>(
      request, [&](const auto& r, Records& records) { return alter(image, r, records); });
}

ControllerResult<protocol::AlterConfigsResponse> legacy_alter_configs(
    const MetadataImage& image, const protocol::AlterConfigsRequest& request) {
  return each_resource<protocol::AlterConfigsResponse>(
      request, [&](const auto& r, Records& records) { return replace(image, r, records); });
}

std::optional<std::string> topic_configs_problem(
    const std::map<std::string, std::string>& settings) {
  for (const auto& [name, value] : settings) {
    if (auto problem = topic_config_problem(name, value)) return problem;
  }
  const storage::LogConfig config = log_config_of(settings, {});
  if (config.min_compaction_lag_ms > config.max_compaction_lag_ms) {
    return fmt::format(
        "conflict topic config setting min.compaction.lag.ms ({}) > max.compaction.lag.ms ({})",
        config.min_compaction_lag_ms, config.max_compaction_lag_ms);
  }
  if (config.remote_storage_enable && config.cleanup_compact) {
    return "Remote log storage is unsupported for the compacted topics";
  }
  return std::nullopt;
}

std::string changed_list(const std::string& list, ConfigOp op, const std::string& words) {
  std::vector<std::string> present = split(list);
  for (const std::string& word : split(words)) {
    const auto found = std::find(present.begin(), present.end(), word);
    if (op == ConfigOp::Append && found == present.end()) present.push_back(word);
    if (op == ConfigOp::Subtract && found != present.end()) present.erase(found);
  }
  return fmt::format("{}", fmt::join(present, ","));
}

}  // namespace kscope::metadata
