// Settings: DescribeConfigs is answered here, changes are looked at and passed on.
#include <fmt/format.h>

#include <algorithm>

#include "engine/broker/kafka_apis.h"
#include "engine/metadata/effective_config.h"
#include "engine/metadata/topic_config.h"
#include "engine/protocol/messages/describe_configs.h"

namespace kscope::broker {
namespace {

using Asked = protocol::DescribeConfigsRequest::DescribeConfigsResource;
using Described = protocol::DescribeConfigsResponse::DescribeConfigsResult;
using Entry = Described::DescribeConfigsResourceResult;

bool is_asked(const Asked& asked, const std::string& name) {
  const auto& keys = asked.configuration_keys;
  return !keys || keys->empty() || std::find(keys->begin(), keys->end(), name) != keys->end();
}

/// Without the parts that were not asked for.
Entry entry_of(const ConfigKey& key, const metadata::EffectiveConfig& config,
               const protocol::DescribeConfigsRequest& request) {
  Entry entry;
  entry.name = key.name;
  entry.value = config.value();
  entry.read_only = is_broker(key.scope) && !is_dynamic(key.scope);
  entry.config_source = static_cast<std::int8_t>(config.source());
  entry.config_type = static_cast<std::int8_t>(key.type);
  entry.documentation = std::nullopt;
  if (request.include_documentation) entry.documentation = key.meaning;
  if (!request.include_synonyms) return entry;
  for (const metadata::ConfigSynonym& s : config.synonyms) {
    entry.synonyms.push_back({s.name, s.value, static_cast<std::int8_t>(s.source)});
  }
  return entry;
}

Described refused(ErrorCode error, const std::string& message) {
  Described result;
  result.error_code = error;
  result.error_message = message.empty() ? std::nullopt : std::optional(message);
  return result;
}

Described describe_topic(const BrokerParts& broker, const Asked& asked,
                         const protocol::DescribeConfigsRequest& request) {
  if (auto problem = metadata::topic_name_problem(asked.resource_name)) {
    return refused(ErrorCode::INVALID_TOPIC_EXCEPTION, *problem);
  }
  if (broker.metadata.topic(asked.resource_name) == nullptr) {
    return refused(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "");
  }
  Described result;
  result.error_message = std::nullopt;
  const auto& own = broker.metadata.topic_config(asked.resource_name);
  for (const ConfigKey& key : metadata::topic_config_table()) {
    if (!is_asked(asked, key.name)) continue;
    const auto config = metadata::effective_topic_config(key, own, broker.metadata,
                                                         broker.config.node,
                                                         broker.config.settings);
    result.configs.push_back(entry_of(key, config, request));
  }
  return result;
}

/// The settings that all brokers share; only those that somebody set.
Described describe_all_brokers(const BrokerParts& broker, const Asked& asked,
                               const protocol::DescribeConfigsRequest& request) {
  Described result;
  result.error_message = std::nullopt;
  for (const auto& [name, value] : broker.metadata.cluster_config()) {
    const ConfigKey* key = find_config(metadata::broker_config_table(), name);
    if (key == nullptr || !is_asked(asked, name)) continue;
    const metadata::EffectiveConfig config{
        {{name, value, metadata::ConfigSource::DynamicDefaultBroker}}, value};
    result.configs.push_back(entry_of(*key, config, request));
  }
  return result;
}

Described describe_broker(const BrokerParts& broker, const Asked& asked,
                          const protocol::DescribeConfigsRequest& request) {
  if (asked.resource_name.empty()) return describe_all_brokers(broker, asked, request);
  const auto id = parse_integer(asked.resource_name);
  if (!id) {
    return refused(ErrorCode::INVALID_REQUEST,
                   "Broker id must be an integer, but it is: " + asked.resource_name);
  }
  if (*id != broker.config.node.value()) {
    return refused(ErrorCode::INVALID_REQUEST,
                   fmt::format("Unexpected broker id, expected {} or empty string, but received {}",
                               broker.config.node.value(), asked.resource_name));
  }
  Described result;
  result.error_message = std::nullopt;
  for (const ConfigKey& key : metadata::broker_config_table()) {
    if (!is_asked(asked, key.name)) continue;
    const auto config = metadata::effective_broker_config(
        key, broker.metadata, broker.config.node, broker.config.settings);
    result.configs.push_back(entry_of(key, config, request));
  }
  return result;
}

}  // namespace

void KafkaApis::handle_describe_configs(const QueuedRequest& request) {
  const auto asked = decode<protocol::DescribeConfigsRequest>(request);
  if (!asked) return;
  protocol::DescribeConfigsResponse response;
  for (const Asked& resource : asked->resources) {
    Described result;
    if (resource.resource_type == metadata::kTopicResource) {
      result = describe_topic(broker_, resource, *asked);
    } else if (resource.resource_type == metadata::kBrokerResource) {
      result = describe_broker(broker_, resource, *asked);
    } else {
      result = refused(ErrorCode::INVALID_REQUEST,
                       fmt::format("Unsupported resource type: {}", resource.resource_type));
    }
    // What version 0 has in the place of the source.
    for (Entry& entry : result.configs) {
      entry.is_default = request.context.header.version == 0 &&
                         entry.config_source ==
                             static_cast<std::int8_t>(metadata::ConfigSource::Default);
    }
    result.resource_type = resource.resource_type;
    result.resource_name = resource.resource_name;
    refuse(ApiKey::DescribeConfigs, {}, result.error_code);
    response.results.push_back(std::move(result));
  }
  broker_.requests.respond(env_, request.context, response);
}

template <class Request, class Response>
void KafkaApis::alter_configs(const QueuedRequest& request) {
  const auto asked = decode<Request>(request);
  if (!asked) return;
  const ConfigAdmin admin{broker_.config.node, broker_.metadata, broker_.config.settings};
  ConfigVerdicts verdicts = admin.preprocess(*asked);
  for (const ConfigVerdict& verdict : verdicts) refuse(Request::kApi, {}, verdict.error.code);
  Request rest = without_refused(*asked, verdicts);
  if (rest.resources.empty()) {
    broker_.requests.respond(env_, request.context, reassembled(verdicts, Response{}));
  } else {
    broker_.forwarding.forward(env_, broker_.forwarding_channel, request.context, std::move(rest),
                               std::move(verdicts));
  }
}

void KafkaApis::handle_alter_configs(const QueuedRequest& request) {
  alter_configs<protocol::AlterConfigsRequest, protocol::AlterConfigsResponse>(request);
}

void KafkaApis::handle_incremental_alter_configs(const QueuedRequest& request) {
  alter_configs<protocol::IncrementalAlterConfigsRequest,
                protocol::IncrementalAlterConfigsResponse>(request);
}

}  // namespace kscope::broker
