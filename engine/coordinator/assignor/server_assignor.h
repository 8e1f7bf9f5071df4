// ServerAssignor: who reads which partition, decided by the coordinator (KIP-848).
//
// In the classic protocol a consumer decides this for its group (client/assignor/assignor.h); in
// the new one the coordinator does, whenever the group's epoch has moved. It computes a *target*:
// where everybody should end up. Members walk there one by one, giving up before they receive, and
// that walk is somebody else's (coordinator/group). So an assignor here need not care who still
// owns what - only what the target was before, so that it moves little.
//
// Topics are named by id: a topic that was deleted and made again is another topic.
//
// Invariants of assign(): an entry for each member; each partition of a subscribed topic in exactly
// one list; only topics that the member subscribed to; lists ascending.
//
// Kafka: org.apache.kafka.coordinator.group.api.assignor (PartitionAssignor, GroupSpec,
// SubscribedTopicDescriber). Differences: members are walked in the order of their ids, where Kafka
// walks over a hash map; a group without topics gets empty entries instead of none; racks are not
// in the interface, since neither of 3.9's assignors looks at them.
// Called by: consumer_steps, group_settings. Read next: assignor/server_range_assignor.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/partition.h"
#include "engine/base/result.h"

namespace kscope::coordinator {

/// Partitions by topic, ascending. A topic without any is not in it.
using PartitionsByTopicId = std::map<Uuid, std::vector<std::int32_t>>;
/// By member id.
using TargetAssignment = std::map<std::string, PartitionsByTopicId>;

struct MemberSpec {
  std::optional<std::string> instance_id;
  std::set<Uuid> topics;       ///< subscribed to, of those that exist
  PartitionsByTopicId target;  ///< as it is now; empty for a new member
};

/// Whether all members subscribe to the same topics (Kafka: SubscriptionType).
enum class SubscriptionType : std::uint8_t { Homogeneous, Heterogeneous };

struct GroupSpec {
  SubscriptionType subscriptions = SubscriptionType::Homogeneous;
  std::map<std::string, MemberSpec> members;
  std::map<Uuid, std::int32_t> partition_counts;  ///< of every topic that anybody subscribes to
};

class ServerAssignor {
 public:
  virtual ~ServerAssignor() = default;
  /// As group.consumer.assignors and ConsumerGroupHeartbeat name it.
  virtual const char* name() const = 0;
  /// NotFound if somebody subscribes to a topic that has no partition count.
  virtual Result<TargetAssignment> assign(const GroupSpec& group) const = 0;
};

/// "uniform" or "range"; null if there is none of that name.
const ServerAssignor* find_server_assignor(std::string_view name);
/// NotFound, naming the first member that subscribes to a topic without a partition count.
Result<void> topics_exist(const GroupSpec& group);

}  // namespace kscope::coordinator
