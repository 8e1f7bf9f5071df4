// Events of administration: settings, partitions and replicas that people change while it runs.
//
// Those of the controller are told once the record behind them is committed. `{node}` is the active
// controller, except for BrokerConfigApplied and ReplicationThrottled, which a broker tells.
// Emitted by metadata/ (metadata_announcer), broker/ and replication/.
// Read next: event/replication_events.h
#pragma once

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// What a setting belongs to (Kafka: ConfigResource.Type; AllBrokers is a broker without a name).
enum class ConfigResource : std::uint8_t { Topic, Broker, AllBrokers };
const char* to_string(ConfigResource resource);

/// Which of the two replication quotas: what a leader hands out, or what a follower takes in.
enum class ThrottleSide : std::uint8_t { Leader, Follower };
const char* to_string(ThrottleSide side);

/// The metadata log says so now (ConfigRecord). `value` is "(default)" when a setting is deleted.
struct ConfigChanged {
  static constexpr Info kInfo{"ConfigChanged", Subject::Controller, Weight::Change,
                              "{resource} {name}: {config} is now {value}"};
  ConfigResource resource{};
  NameRef name;  ///< the topic, or the broker's id; empty for all brokers
  NameRef config, value;
  void describe(auto&& v) const {
    v("resource", resource); v("name", name); v("config", config); v("value", value);
  }
};

/// A running broker works with another value from now on (KIP-226).
struct BrokerConfigApplied {
  static constexpr Info kInfo{"BrokerConfigApplied", Subject::Broker, Weight::Change,
                              "broker {node} works with {config} = {value} from now on"};
  NameRef config, value;
  void describe(auto&& v) const { v("config", config); v("value", value); }
};

struct PartitionsAdded {
  static constexpr Info kInfo{"PartitionsAdded", Subject::Controller, Weight::Change,
                              "topic {topic} grows from {from} to {to} partitions"};
  NameRef topic;
  std::int32_t from = 0, to = 0;
  void describe(auto&& v) const { v("topic", topic); v("from", from); v("to", to); }
};

/// KIP-455: the new replicas are added, the old ones are still there.
struct ReassignmentStarted {
  static constexpr Info kInfo{"ReassignmentStarted", Subject::Controller, Weight::Drama,
                              "{partition} is being moved: {adding} join, {removing} will leave"};
  PartitionRef partition;
  NodeList adding, removing;
  void describe(auto&& v) const {
    v("partition", partition); v("adding", adding); v("removing", removing);
  }
};

/// All new replicas are in the ISR: the old ones are let go.
struct ReassignmentCompleted {
  static constexpr Info kInfo{"ReassignmentCompleted", Subject::Controller, Weight::Drama,
                              "{partition} has been moved: its replicas are {replicas} now"};
  PartitionRef partition;
  NodeList replicas;
  void describe(auto&& v) const { v("partition", partition); v("replicas", replicas); }
};

struct ReassignmentCancelled {
  static constexpr Info kInfo{"ReassignmentCancelled", Subject::Controller, Weight::Change,
                              "the move of {partition} is called off: back to {replicas}"};
  PartitionRef partition;
  NodeList replicas;
  void describe(auto&& v) const { v("partition", partition); v("replicas", replicas); }
};

/// The quota for throttled replicas is used up (`exceeded`), or there is room again.
struct ReplicationThrottled {
  static constexpr Info kInfo{"ReplicationThrottled", Subject::Replication, Weight::Change,
                              "broker {node}: replication quota of its {side} side exceeded: "
                              "{exceeded} ({bytes_per_second} of {limit} bytes/s)"};
  ThrottleSide side{};
  bool exceeded = false;
  std::int64_t bytes_per_second = 0, limit = 0;
  void describe(auto&& v) const {
    v("side", side); v("exceeded", exceeded); v("bytes_per_second", bytes_per_second);
    v("limit", limit);
  }
};

/// KIP-966: who was in the ISR when it fell below min.insync.replicas holds all that is committed.
struct EligibleLeadersChanged {
  static constexpr Info kInfo{"EligibleLeadersChanged", Subject::Controller, Weight::Change,
                              "{partition}: eligible leader replicas {eligible}, last known leader "
                              "{last_known}"};
  PartitionRef partition;
  NodeList eligible, last_known;
  void describe(auto&& v) const {
    v("partition", partition); v("eligible", eligible); v("last_known", last_known);
  }
};

}  // namespace kscope::event
