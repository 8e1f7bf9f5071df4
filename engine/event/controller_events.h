// Events of the controller: what the metadata log now says. Emitted when the *active controller's*
// decision commits or is applied; `{node}` is that controller, except for MetadataApplied.
// Emitted by metadata/. Read next: event/replication_events.h
#pragma once

#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// SessionOver: no heartbeat in time, or it left by its own wish while it led nothing; the records
/// that the controller writes are the same.
enum class FenceReason : std::uint8_t { SessionOver, NewIncarnation, Shutdown, Registered };
const char* to_string(FenceReason reason);

struct ControllerActivated {
  static constexpr Info kInfo{"ControllerActivated", Subject::Controller, Weight::Drama,
                              "controller {node} is active in epoch {epoch}"};
  std::int32_t epoch = 0;
  void describe(auto&& v) const { v("epoch", epoch); }
};

struct ControllerDeactivated {
  static constexpr Info kInfo{"ControllerDeactivated", Subject::Controller, Weight::Change,
                              "controller {node} is no longer active"};
  std::int32_t epoch = 0;
  void describe(auto&& v) const { v("epoch", epoch); }
};

struct BrokerRegistered {
  static constexpr Info kInfo{"BrokerRegistered", Subject::Controller, Weight::Change,
                              "broker {broker} registers and gets broker epoch {broker_epoch}"};
  NodeId broker;
  BrokerEpoch broker_epoch;
  void describe(auto&& v) const { v("broker", broker); v("broker_epoch", broker_epoch); }
};

struct BrokerFenced {
  static constexpr Info kInfo{"BrokerFenced", Subject::Controller, Weight::Drama,
                              "broker {broker} is fenced ({reason})"};
  NodeId broker;
  FenceReason reason{};
  void describe(auto&& v) const { v("broker", broker); v("reason", reason); }
};

struct BrokerUnfenced {
  static constexpr Info kInfo{"BrokerUnfenced", Subject::Controller, Weight::Change,
                              "broker {broker} is unfenced: it may lead and join ISRs"};
  NodeId broker;
  void describe(auto&& v) const { v("broker", broker); }
};

struct TopicCreated {
  static constexpr Info kInfo{"TopicCreated", Subject::Controller, Weight::Change,
                              "topic {topic} is created with {partitions} partitions"};
  NameRef topic;
  std::int32_t partitions = 0;
  void describe(auto&& v) const { v("topic", topic); v("partitions", partitions); }
};

struct TopicDeleted {
  static constexpr Info kInfo{"TopicDeleted", Subject::Controller, Weight::Change,
                              "topic {topic} is deleted"};
  NameRef topic;
  void describe(auto&& v) const { v("topic", topic); }
};

/// The controller's record of a partition changed (or began: partition_epoch 0). `leader` -1: none.
struct PartitionChanged {
  static constexpr Info kInfo{"PartitionChanged", Subject::Controller, Weight::Change,
                              "{partition}: leader {leader} in epoch {leader_epoch}, ISR {isr} of "
                              "{replicas}"};
  PartitionRef partition;
  NodeId leader;
  LeaderEpoch leader_epoch;
  std::int32_t partition_epoch = 0;
  NodeList isr, replicas;
  void describe(auto&& v) const {
    v("partition", partition); v("leader", leader); v("leader_epoch", leader_epoch);
    v("partition_epoch", partition_epoch); v("isr", isr); v("replicas", replicas);
  }
};

/// `unclean`: the new leader was not in the ISR, acknowledged records may be gone.
struct PartitionLeaderChanged {
  static constexpr Info kInfo{"PartitionLeaderChanged", Subject::Controller, Weight::Drama,
                              "{partition}: leader {from} -> {to} in epoch {leader_epoch}"};
  PartitionRef partition;
  NodeId from, to;
  LeaderEpoch leader_epoch;
  bool unclean = false;
  void describe(auto&& v) const {
    v("partition", partition); v("from", from); v("to", to);
    v("leader_epoch", leader_epoch); v("unclean", unclean);
  }
};

struct AlterPartitionRejected {
  static constexpr Info kInfo{"AlterPartitionRejected", Subject::Controller, Weight::Change,
                              "the controller refuses the ISR change of {partition} by {broker}: "
                              "{error}"};
  PartitionRef partition;
  NodeId broker;
  ErrorCode error{};
  void describe(auto&& v) const {
    v("partition", partition); v("broker", broker); v("error", error);
  }
};

/// A broker's image of the metadata moved on to `offset` (exclusive).
struct MetadataApplied {
  static constexpr Info kInfo{"MetadataApplied", Subject::Controller, Weight::Detail,
                              "broker {node} has applied the metadata log up to {offset}"};
  Offset offset;
  void describe(auto&& v) const { v("offset", offset); }
};

/// The broker asked to stop: from now on it leads nothing, and enters no ISR.
struct ControlledShutdownBegan {
  static constexpr Info kInfo{"ControlledShutdownBegan", Subject::Controller, Weight::Change,
                              "broker {broker} wants to stop: its leaderships move away first"};
  NodeId broker;
  void describe(auto&& v) const { v("broker", broker); }
};

}  // namespace kscope::event
