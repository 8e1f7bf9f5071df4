// Groups and shares in a few words, for the tests of assignors.
//
//   topics("t0:3 t1:3")                       a cluster's topics
//   member("C0", "t0 t1")                     a subscription
//   owning(member("C0", "t0"), "t0-0", 7)     with partitions and their generation
//   shares("C0 t0-0 t0-1 | C1 t0-2")          what is expected, or what came out (told())
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "engine/client/assignor/consumer_protocol.h"
#include "engine/client/assignor/sticky_assignor.h"

namespace kscope::client::trial {

inline std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

inline TopicPartition partition(const std::string& name) {
  const std::size_t dash = name.rfind('-');
  return {name.substr(0, dash), std::stoi(name.substr(dash + 1))};
}

inline std::vector<TopicPartition> partitions(const std::string& names) {
  std::vector<TopicPartition> all;
  for (const std::string& name : words(names)) all.push_back(partition(name));
  return all;
}

inline ClusterTopics topics(const std::string& text) {
  ClusterTopics topics;
  for (const std::string& word : words(text)) {
    const std::size_t colon = word.find(':');
    topics[word.substr(0, colon)].partition_count = std::stoi(word.substr(colon + 1));
  }
  return topics;
}

/// Replica j of the n-th partition of all sits on broker (n + j) modulo the brokers, whose racks
/// are given, as Kafka's own tests lay them out.
inline ClusterTopics on_racks(ClusterTopics topics, int replicas, const std::string& racks) {
  const std::vector<std::string> brokers = words(racks);
  std::size_t n = 0;
  for (auto& [name, layout] : topics) {
    for (std::int32_t p = 0; p < layout.partition_count; ++p, ++n) {
      std::vector<std::string>& here = layout.racks.emplace_back();
      for (int j = 0; j < replicas; ++j) {
        here.push_back(brokers[(n + static_cast<std::size_t>(j)) % brokers.size()]);
      }
    }
  }
  return topics;
}

inline MemberSubscription member(const std::string& id, const std::string& topics) {
  MemberSubscription m;
  m.member_id = id;
  m.subscription.topics = words(topics);
  return m;
}
inline MemberSubscription with_instance(MemberSubscription m, const std::string& instance) {
  m.instance_id = instance;
  return m;
}
inline MemberSubscription in_rack(MemberSubscription m, const std::string& rack) {
  m.subscription.rack_id = rack;
  return m;
}
/// As both sticky assignors want it: in the subscription's fields and in the user data of `sticky`.
inline MemberSubscription owning(MemberSubscription m, const std::string& owned, int generation) {
  m.subscription.owned_partitions = by_topic(partitions(owned));
  m.subscription.generation_id = generation;
  m.subscription.user_data = write_sticky_user_data({partitions(owned), generation});
  return m;
}

inline GroupAssignment shares(const std::string& text) {
  GroupAssignment all;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, '|');) {
    std::vector<std::string> list = words(part);
    std::vector<TopicPartition>& share = all[list.at(0)];
    for (std::size_t i = 1; i < list.size(); ++i) share.push_back(partition(list[i]));
  }
  return all;
}

/// "C0 t0-0 t0-1 | C1 t0-2", in the order in which partitions were given out.
inline std::string told(const GroupAssignment& assignment) {
  std::string text;
  for (const auto& [id, share] : assignment) {
    text += (text.empty() ? "" : " | ") + id;
    for (const TopicPartition& tp : share) text += " " + tp.str();
  }
  return text;
}
inline std::string told_sorted(GroupAssignment assignment) {
  for (auto& [id, share] : assignment) std::sort(share.begin(), share.end());
  return told(assignment);
}

inline const Assignor& assignor(const std::string& name) { return *find_assignor(name); }

}  // namespace kscope::client::trial
