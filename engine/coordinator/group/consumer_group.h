// ConsumerGroup: a group of the consumer protocol (KIP-848), as a fold over its records.
//
// Three numbers tell how far a group is:
//   group epoch        counts changes of members, subscriptions and topics
//   assignment epoch   the group epoch that the target assignment was computed for
//   member epoch       the assignment epoch that a member has arrived at
// so the group is Assigning while the first is ahead of the second, Reconciling while a member is
// behind the second, and Stable when all are equal.
//
// Nothing here is decided: consumer_operation writes records, and the replay of those changes the
// group, whether they are a second or a year old. So failover loses nothing, not even the middle of
// a rebalance.
//
// Invariants: state() follows from the epochs and members; a partition has at most one owner().
// Differences: subscribed topics of a pattern are looked up whenever they are needed and not kept.
//
// Kafka: ConsumerGroup, ModernGroup. Called by: group_metadata_manager, consumer_operation.
// Read next: coordinator/group/consumer_operation.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "engine/coordinator/group/consumer_group_member.h"
#include "engine/coordinator/group/group_context.h"
#include "engine/coordinator/group/group_state.h"

namespace kscope::coordinator {

using TopicMetadata = protocol::ConsumerGroupPartitionMetadataValue::TopicMetadata;
/// What the group knows of the topics that it wants, by name.
using SubscriptionMetadata = std::map<std::string, TopicMetadata>;
/// Topics by name, and how many members want each.
using TopicCounts = std::map<std::string, std::int32_t>;

class ConsumerGroup {
 public:
  explicit ConsumerGroup(std::string id) : id_(std::move(id)) {}

  const std::string& id() const { return id_; }
  GroupState state() const;
  bool is_empty() const { return members_.empty(); }
  std::int32_t epoch() const { return epoch_; }
  std::int32_t assignment_epoch() const { return assignment_epoch_; }
  const std::map<std::string, ConsumerGroupMember>& members() const { return members_; }
  const ConsumerGroupMember* member(const std::string& member_id) const;
  const ConsumerGroupMember* static_member(const std::string& instance_id) const;
  const TargetAssignment& targets() const { return targets_; }
  const PartitionsByTopicId& target(const std::string& member_id) const;
  /// Of this member, or of the one with its static id.
  const PartitionsByTopicId& target(const ConsumerGroupMember& member) const;
  const SubscriptionMetadata& subscription_metadata() const { return subscription_metadata_; }
  /// Who has the partition or has not yet given it up.
  const std::string* owner(const Uuid& topic, std::int32_t partition) const;
  using Owners = std::map<std::pair<Uuid, std::int32_t>, std::string>;
  const Owners& owners() const { return owners_; }

  /// The assignor that most members ask for, if `before` became `after`; the first by name wins a
  /// tie. Nothing if nobody asks for one.
  std::optional<std::string> preferred_assignor(const ConsumerGroupMember* before,
                                                const ConsumerGroupMember* after) const;
  /// Topics that members want, if `before` became `after`.
  TopicCounts subscribed_topics(const metadata::MetadataImage& image,
                                const ConsumerGroupMember* before,
                                const ConsumerGroupMember* after) const;
  bool is_subscribed(const std::string& topic) const;
  bool has_patterns() const;
  /// An assignor among `offered` that all members of the classic protocol know.
  bool supports_classic(const std::string& type, const std::vector<std::string>& offered) const;
  std::size_t classic_members() const;
  bool waits_for_release(const ConsumerGroupMember& member) const;

  // Replay: what records make of it.
  void set_epoch(std::int32_t epoch) { epoch_ = epoch; }
  void set_assignment_epoch(std::int32_t epoch) { assignment_epoch_ = epoch; }
  void set_member(ConsumerGroupMember member);
  void remove_member(const std::string& member_id);
  void set_target(const std::string& member_id, PartitionsByTopicId target);
  void remove_target(const std::string& member_id) { targets_.erase(member_id); }
  void set_subscription_metadata(SubscriptionMetadata metadata);

  /// Soft state: when the topics were last looked at, and for which epoch. A heartbeat looks again
  /// when somebody reset it (topics changed), it is too old, or its epoch was not written.
  struct Refresh {
    Instant at{};
    std::int32_t epoch = 0;
    bool operator==(const Refresh&) const = default;
  };
  std::optional<Refresh> refreshed;
  bool has_metadata_expired(Instant now) const;

  /// As told by the last GroupStateChanged; `assignor` by the last TargetAssignmentComputed.
  GroupState announced = GroupState::Dead;
  std::string assignor;

  bool operator==(const ConsumerGroup&) const = default;

 private:
  void release(const ConsumerGroupMember& member);

  std::string id_;
  std::int32_t epoch_ = 0, assignment_epoch_ = 0;
  std::map<std::string, ConsumerGroupMember> members_;
  std::map<std::string, std::string> static_members_;  // instance id to member id
  TargetAssignment targets_;
  SubscriptionMetadata subscription_metadata_;
  Owners owners_;
};

/// That it names, and that its pattern matches now.
std::set<std::string> topics_of(const ConsumerGroupMember& member,
                                const metadata::MetadataImage& image);
/// Kafka: ModernGroup.computeSubscriptionMetadata.
SubscriptionMetadata metadata_of(const TopicCounts& topics, const metadata::MetadataImage& image);

}  // namespace kscope::coordinator
