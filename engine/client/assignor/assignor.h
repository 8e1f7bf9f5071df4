// Assignor: who reads which partition. With the classic protocol a consumer decides that, and no
// broker.
//
// Every member sends its subscription with JoinGroup; the coordinator chooses one member as the
// leader and hands it all of them; the leader runs an Assignor and sends the answer back with
// SyncGroup. The coordinator never looks inside (records/consumer_protocol.h), which is why anybody
// can bring an assignor of their own: derive from Assignor, register_assignor(), and name it in
// partition.assignment.strategy. consistent_hash_assignor.h is the worked example, and the lab
// write-an-assignor asks for one.
//
//   subscription_user_data()  every member, before JoinGroup   what the leader should know about me
//   assign()                  the leader, after JoinGroup      everybody's share
//   on_assignment()           every member, after SyncGroup    what I should remember for next time
//
// Assignors are constants: they have no state of their own, and what one remembers between
// rebalances is the AssignorMemory that the consumer keeps for it. A consumer thus stays a plain
// value that can be copied.
//
// Invariants of assign(), to which assignor_laws.h holds every assignor:
//   one entry for each member, even if it is empty;
//   complete:  each partition of a topic that anybody subscribed to is in one list - or, with
//              Cooperative, withheld for one rebalance because its owner has to give it up first;
//   disjoint:  in no more than one;
//   entitled:  only members that subscribed to the topic get it;
//   the same for the same members in any order.
//
// Kafka: ConsumerPartitionAssignor (getAssignorInstances), AbstractPartitionAssignor. Differences:
// Java's assignors are objects with fields, one set for each
// consumer; a cooperative one is taken to support Eager as well, as Kafka's do.
// Called by: classic_membership, assignor_trials. Read next: assignor/range_assignor.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/partition.h"
#include "engine/protocol/records/consumer_protocol.h"

namespace kscope::client {

/// What a member may keep while a rebalance goes on (Kafka: RebalanceProtocol).
enum class RebalanceProtocol : std::uint8_t {
  Eager = 0,        ///< gives everything up before it joins
  Cooperative = 1,  ///< keeps what it has until it is told to give up some of it (KIP-429)
};

/// What the leader's metadata says about a topic.
struct TopicLayout {
  std::int32_t partition_count = 0;
  /// By partition: the racks of its replicas, in or out of sync, alive or not (KIP-881). Left empty
  /// where no broker has a rack.
  std::vector<std::vector<std::string>> racks;
  bool operator==(const TopicLayout&) const = default;
};
/// Topics that the metadata does not know are not in it; nobody gets partitions of those.
using ClusterTopics = std::map<std::string, TopicLayout>;

struct MemberSubscription {
  std::string member_id;
  std::optional<std::string> instance_id;  ///< group.instance.id (KIP-345)
  protocol::ConsumerProtocolSubscription subscription;
  bool operator==(const MemberSubscription&) const = default;
};

/// By member id. Order within a list is the order in which the assignor gave the partitions out.
using GroupAssignment = std::map<std::string, std::vector<TopicPartition>>;

/// One member's share as it travels; the user data is for assignors that send more than partitions.
struct MemberAssignment {
  std::vector<TopicPartition> partitions;
  std::optional<Blob> user_data;
  bool operator==(const MemberAssignment&) const = default;
};

/// What one consumer keeps for one assignor between two rebalances. Empty in the beginning.
struct AssignorMemory {
  std::optional<std::vector<TopicPartition>> partitions;
  std::int32_t generation = -1;
  bool operator==(const AssignorMemory&) const = default;
};

class Assignor {
 public:
  virtual ~Assignor() = default;

  /// The name that travels in JoinGroup and that members vote for: "range".
  virtual const char* name() const = 0;
  /// The best it supports. A consumer runs the lowest of all its configured assignors.
  virtual RebalanceProtocol protocol() const { return RebalanceProtocol::Eager; }
  /// What goes into the subscription's user data.
  virtual std::optional<Blob> subscription_user_data(const std::vector<std::string>& topics,
                                                     const AssignorMemory& memory) const;
  /// The member has its share of `generation`. Only called for the assignor that made it.
  virtual void on_assignment(const MemberAssignment& assignment, std::int32_t generation,
                             AssignorMemory* memory) const;
  /// REQUIRES distinct member ids.
  virtual GroupAssignment assign(const ClusterTopics& topics,
                                 const std::vector<MemberSubscription>& members) const = 0;
};

/// By name ("range", "roundrobin", "sticky", "cooperative-sticky", "consistent-hash", or one that
/// was registered), or by the name of Kafka's class, as properties files have it
/// ("org.apache.kafka.clients.consumer.RangeAssignor"). Null if there is none.
const Assignor* find_assignor(std::string_view name);

/// Kafka's default of partition.assignment.strategy: range, and cooperative-sticky for upgrades.
std::vector<std::string> default_assignors();

/// All names, Kafka's first, for messages and lists of choices.
std::vector<std::string> assignor_names();

/// Adds one of your own, for as long as the program runs. Part of a program's start, like a class
/// on Java's class path: REQUIRES a name that is not taken, and that no cluster runs yet.
void register_assignor(const Assignor& assignor);

}  // namespace kscope::client
