// ConfigAdmin: what a broker itself has to say about changes of settings.
//
// Before a change of settings goes to the controller, the broker looks at it: is each resource
// named once, is a broker's setting meant for this broker, may it be changed while it runs, does
// the value fit, is the step not too large (num.io.threads may at most double or halve)? What
// fails here is answered here; the rest is forwarded, and the two halves of the answer are put
// together.
//
// Called by: kafka_apis_configs, forwarding_manager.
// Kafka: ConfigAdminManager, DynamicBrokerConfig.validate. KIP-226, KIP-339.
// Read next: broker/kafka_apis_configs.cc, metadata/configuration_control.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/metadata/admin_errors.h"
#include "engine/metadata/config_table.h"
#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/incremental_alter_configs.h"

namespace kscope::broker {

/// One resource of a request: refused here, or left to the controller.
struct ConfigVerdict {
  std::int8_t type = 0;
  std::string name;
  bool forwarded = true;
  metadata::ApiError error;  ///< unless forwarded
};
using ConfigVerdicts = std::vector<ConfigVerdict>;

struct ConfigAdmin {
  NodeId broker;
  const metadata::MetadataImage& image;
  const metadata::ConfigMap& started_with;  ///< server.properties

  ConfigVerdicts preprocess(const protocol::IncrementalAlterConfigsRequest& request) const;
  ConfigVerdicts preprocess(const protocol::AlterConfigsRequest& request) const;

 private:
  /// `dynamic`: all dynamic settings of the resource as they would be.
  metadata::ApiError check_broker(const std::string& resource,
                                  const metadata::ConfigMap& dynamic) const;
  metadata::ApiError check_threads(const metadata::ConfigMap& dynamic) const;
  metadata::ApiError check(const protocol::IncrementalAlterConfigsRequest::AlterConfigsResource&
                               resource) const;
  metadata::ApiError check(const protocol::AlterConfigsRequest::AlterConfigsResource& resource)
      const;
};

/// Without what has been refused already.
template <class Request>
Request without_refused(const Request& request, const ConfigVerdicts& verdicts) {
  Request rest;
  rest.validate_only = request.validate_only;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i].forwarded) rest.resources.push_back(request.resources[i]);
  }
  return rest;
}

/// The answers in the order of the request; without verdicts, `from_controller` as it is.
template <class Response>
Response reassembled(const ConfigVerdicts& verdicts, Response from_controller) {
  if (verdicts.empty()) return from_controller;
  Response response;
  for (const ConfigVerdict& v : verdicts) {
    auto& answer = response.responses.emplace_back();
    answer = {v.error.code, v.error.text(), v.type, v.name};
    for (const auto& known : from_controller.responses) {
      if (!v.forwarded || known.resource_type != v.type || known.resource_name != v.name) continue;
      answer = known;
    }
  }
  return response;
}

}  // namespace kscope::broker
