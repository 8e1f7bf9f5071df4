// GroupShape: a group and its topics as numbers, so that assignors compare integers and not names.
//
//   members    0, 1, 2 … in the order of their ids, whatever order they were given in
//   topics     0, 1, 2 … in the order of their names; only those that exist and have a subscriber
//   partitions 0, 1, 2 … topic after topic: those of a topic are neighbours
//
// That is where "the same for the same members in any order" comes from: Kafka walks over Java hash
// maps, whose order is arbitrary but fixed; here it is the order of names, and every result of
// Kafka's documentation comes out the same.
//
// Invariant: subscribers[t] and subscriptions[m] are ascending, without duplicates, and each the
// other's transposition.
// Called by: the built-in assignors. Read next: assignor/rack_table.h
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/client/assignor/assignor.h"

namespace kscope::client {

struct GroupShape {
  /// Partition numbers by member number.
  using Shares = std::vector<std::vector<int>>;

  struct Topic {
    const std::string* name = nullptr;
    const TopicLayout* layout = nullptr;
    int first = 0;  ///< number of its partition 0
    int count = 0;  ///< of partitions; more than 0
  };

  /// Borrows both.
  GroupShape(const ClusterTopics& cluster, const std::vector<MemberSubscription>& group);

  int member_count() const { return static_cast<int>(members.size()); }
  int topic_count() const { return static_cast<int>(topics.size()); }
  bool subscribes(int member, int topic) const;
  /// The partition's number; nothing if the topic is not one of `topics` or has fewer partitions.
  std::optional<int> number_of(std::string_view topic, std::int32_t partition) const;
  /// All members: static ones by instance id, then the others by member id. A static member thus
  /// keeps its place although it has another id after each restart (Kafka: MemberInfo.compareTo).
  std::vector<int> static_members_first() const;
  /// Whether all members named the same topics, known or not.
  bool all_subscribe_alike() const;

  GroupAssignment named(const Shares& shares) const;

  std::vector<const MemberSubscription*> members;
  std::vector<Topic> topics;
  std::vector<std::vector<int>> subscribers;    // member numbers by topic
  std::vector<std::vector<int>> subscriptions;  // topic numbers by member
  std::vector<int> topic_of;                    // by partition number; its size counts them all
};

}  // namespace kscope::client
