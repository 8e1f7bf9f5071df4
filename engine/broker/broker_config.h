// BrokerConfig: server.properties, by Kafka's names and with Kafka's defaults.
//
// One flat map of names and values feeds the broker, the quorum and the controller. This reads the
// broker's share and checks the map as a whole: a name that nobody knows is an error with a guess
// at what was meant, because a misspelt setting that is silently ignored costs an afternoon.
//
// Called by: cluster/node (start), docs. Kafka: KafkaConfig and its many parts.
// Read next: broker/broker_server.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/broker/broker_lifecycle_manager.h"
#include "engine/broker/request_channel.h"
#include "engine/coordinator/group/group_config.h"
#include "engine/replication/replica_config.h"

namespace kscope::broker {

struct AdvertisedEndpoint {
  std::string host;
  std::int32_t port = 9092;
  bool operator==(const AdvertisedEndpoint&) const = default;
};
/// Where clients find each broker; in simulation "broker-1":9092.
using AdvertisedEndpoints = std::map<NodeId, AdvertisedEndpoint>;

struct BrokerConfig {
  NodeId node;
  std::string cluster_id;
  AdvertisedEndpoints endpoints;  ///< of all nodes
  std::map<std::string, std::string> settings;  ///< what it was started with: server.properties

  RequestChannelConfig requests;
  LifecycleConfig lifecycle;
  replication::ReplicaConfig replicas;
  replication::TopicDefaults topics;
  coordinator::GroupConfig groups;
  std::int64_t offsets_retention_minutes = 7 * 24 * 60;  ///< ends up in groups.offsets_retention

  bool auto_create_topics = true;               ///< auto.create.topics.enable
  std::int32_t num_partitions = 1;              ///< num.partitions, of topics created that way
  std::int16_t replication_factor = 1;          ///< default.replication.factor, likewise
  Duration controller_timeout = seconds(30);    ///< controller.socket.timeout.ms
  std::optional<std::string> rack;              ///< broker.rack
  std::int32_t fetch_session_slots = 1000;      ///< max.incremental.fetch.session.cache.slots
  std::int32_t fetch_max_bytes = 57'671'680;    ///< fetch.max.bytes, whatever a client asks for

  /// Unsupported (a name nobody knows) or Invalid (a value that does not fit), naming the setting.
  static Result<BrokerConfig> parse(NodeId node, std::string cluster_id,
                                    AdvertisedEndpoints endpoints,
                                    const std::map<std::string, std::string>& settings);
  /// Where this broker is found. REQUIRES nothing: an unlisted node gets "broker-N":9092.
  AdvertisedEndpoint own_endpoint() const;
};

/// One row for each setting that the broker reads, for docs and --help.
struct SettingHelp {
  const char* name;
  std::string default_value;
};
std::vector<SettingHelp> broker_settings();

}  // namespace kscope::broker
