// TopicSubscription: what the application asked to read: topics, a pattern, or partitions.
//
//   subscribe(topics)   a group shares out the partitions of these topics
//   subscribe(pattern)  … of all topics whose whole name matches, also of those yet to come
//   assign(partitions)  no group shares anything: the application says which
//
// The three exclude each other until unsubscribe(): a consumer whose partitions come from a group
// cannot also have some by hand, or two would read the same.
//
// Invariant: topics() of a pattern are those that matched the latest metadata.
//
// Kafka: the upper half of SubscriptionState (SubscriptionType, subscription, groupSubscription,
// subscribedPattern). Patterns are regular expressions of ECMAScript here, of Java there.
// Called by: kafka_consumer, classic_membership, consumer_membership.
// Read next: client/subscription_state.h (where in a partition we are)
#pragma once

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace kscope::client {

enum class SubscriptionType : std::uint8_t { None, Topics, Pattern, Manual };

class TopicSubscription {
 public:
  /// These four: Invalid, saying why, if another type is in force or the pattern is none.
  Result<void> subscribe(const std::vector<std::string>& topics);
  Result<void> subscribe_pattern(const std::string& pattern);
  Result<void> assign_by_hand();
  static Result<void> check_pattern(const std::string& pattern);
  void unsubscribe();
  Result<void> may_become(SubscriptionType type) const;

  /// Pattern only: takes the topics that match. True if that changed topics().
  bool match(const std::vector<std::string>& known_topics);
  /// Pattern only: the leader gave us topics that we have not heard of, and they match.
  void add_matched(const std::set<std::string>& topics) {
    topics_.insert(topics.begin(), topics.end());
  }
  /// Whether a partition of this topic may be ours.
  bool accepts(const std::string& topic) const;

  SubscriptionType type() const { return type_; }
  bool has_pattern() const { return type_ == SubscriptionType::Pattern; }
  /// A group gives us our partitions (Kafka: hasAutoAssignedPartitions).
  bool by_group() const { return type_ == SubscriptionType::Topics || has_pattern(); }
  const std::set<std::string>& topics() const { return topics_; }
  const std::string& pattern() const { return pattern_; }

  /// The leader of a group watches the topics of all members; the others only their own.
  void watch_for_group(const std::set<std::string>& topics) { group_topics_ = topics; }
  void stop_watching() { group_topics_.clear(); }
  std::set<std::string> watched() const;

 private:
  Result<void> become(SubscriptionType type);
  bool matches(const std::string& topic) const;

  SubscriptionType type_ = SubscriptionType::None;
  std::set<std::string> topics_, group_topics_;
  std::string pattern_;
  std::regex regex_;
};

}  // namespace kscope::client
