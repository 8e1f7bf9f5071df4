// Topic configurations: which names exist, which values they take, and what they mean to us.
//
// A topic's settings live in the metadata log as ConfigRecords and override the broker's defaults
// key by key. The controller checks them when a topic is created; the broker turns them into the
// LogConfig of each replica. Some are accepted and kept but have no effect here yet (remote
// storage, throttling): docs/differences-from-kafka.md lists them.
//
// Called by: replication_control (checks), broker/ (log_config_of). Kafka: LogConfig, TopicConfig,
// ConfigurationControlManager.
// Read next: metadata/replication_control.h
#pragma once

#include <optional>
#include <string>

#include "engine/metadata/metadata_image.h"
#include "engine/metadata/settings.h"
#include "engine/storage/log_config.h"

namespace kscope::metadata {

/// Why `value` cannot be set for `name`, in Kafka's manner; nothing if it can.
std::optional<std::string> topic_config_problem(const std::string& name, const std::string& value);

/// `defaults` with everything overridden that the topic has its own setting for.
storage::LogConfig log_config_of(const std::map<std::string, std::string>& topic_settings,
                                 const storage::LogConfig& defaults);

/// A decimal number from 0 to 1, as min.cleanable.dirty.ratio takes; nothing for anything else.
std::optional<double> parse_ratio(const std::string& text);

/// The first that says something: the topic, the node's dynamic settings, those of all brokers, and
/// what the node was started with (Kafka: KafkaConfigSchema.resolveEffectiveTopicConfig).
std::int32_t min_insync_replicas(const MetadataImage& image, const std::string& topic, NodeId node,
                                 std::int32_t fallback);
bool unclean_leader_election(const MetadataImage& image, const std::string& topic, NodeId node,
                             bool fallback);

/// Kafka: Topic.validate. Why the name cannot be a topic's; nothing if it can.
std::optional<std::string> topic_name_problem(const std::string& name);
/// "a.b" and "a_b" collide in metric names; Kafka refuses the second. The form both have in common.
std::string without_collision_chars(std::string name);

}  // namespace kscope::metadata
