// ConfigurationControl: settings of topics and brokers, changed while the cluster runs.
//
// A change is a ConfigRecord in the metadata log, one for each setting; null takes it back to the
// default. Every broker replays it and works with it from then on. A resource changes as a whole or
// not at all: one bad setting among ten, and nothing happens.
//
// The controller checks the settings of topics. Those of a broker have been checked by that broker,
// which knows what it is running with (broker/config_admin.h); here only its id is looked at.
//
// Called by: quorum_controller. Kafka: ConfigurationControlManager,
// ControllerConfigurationValidator. KIP-226, KIP-339. Read next: metadata/effective_config.h
#pragma once

#include "engine/metadata/admin_errors.h"
#include "engine/metadata/controller_result.h"
#include "engine/protocol/messages/alter_configs.h"
#include "engine/protocol/messages/incremental_alter_configs.h"

namespace kscope::metadata {

/// Values of IncrementalAlterConfigs' ConfigOperation (AlterConfigOp.OpType).
enum class ConfigOp : std::int8_t { Set = 0, Delete = 1, Append = 2, Subtract = 3 };

ControllerResult<protocol::IncrementalAlterConfigsResponse> incremental_alter_configs(
    const MetadataImage& image, const protocol::IncrementalAlterConfigsRequest& request);
ControllerResult<protocol::AlterConfigsResponse> legacy_alter_configs(
    const MetadataImage& image, const protocol::AlterConfigsRequest& request);

/// What is wrong with all settings of a topic taken together (Kafka: LogConfig.validate).
std::optional<std::string> topic_configs_problem(
    const std::map<std::string, std::string>& settings);

/// A list with words added that it lacks, or taken out (APPEND, SUBTRACT).
std::string changed_list(const std::string& list, ConfigOp op, const std::string& words);

}  // namespace kscope::metadata
