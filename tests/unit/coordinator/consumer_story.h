// ConsumerStory: a GroupStory whose members speak KIP-848, and a cluster with topics for them.
#pragma once

#include "tests/unit/coordinator/group_story.h"

namespace kscope::test {

using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;

/// A consumer of KIP-848: what it says, and what it was told.
struct Modern {
  std::string id;
  std::vector<std::string> topics{"orders"};
  std::optional<std::string> instance{}, regex{}, assignor{};
  std::int32_t epoch = 0;
  PartitionsByTopicId owned{};
};

class ConsumerStory : public GroupStory {
 public:
  explicit ConsumerStory(std::uint64_t seed = 1) : GroupStory(seed) { add_topic("orders", 6); }

  void add_topic(const std::string& name, std::int32_t partitions) {
    metadata.apply(protocol::TopicRecord{name, topic_id(name)}, metadata.offset());
    add_partitions(name, 0, partitions);
  }
  void add_partitions(const std::string& name, std::int32_t first, std::int32_t end) {
    for (std::int32_t p = first; p < end; ++p) {
      protocol::PartitionRecord record;
      record.topic_id = topic_id(name);
      record.partition_id = p;
      record.replicas = record.isr = {1};
      metadata.apply(record, metadata.offset());
    }
    groups.on_metadata({name});
  }
  static Uuid topic_id(const std::string& name) {
    Uuid id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
      id.bytes[i] = i < name.size() ? static_cast<std::uint8_t>(name[i]) : 0;
    }
    return id;
  }

  const ConsumerGroup& modern() const {
    const ConsumerGroup* found = groups.consumer_group("g");
    REQUIRE(found);
    return *found;
  }
  ConsumerGroupHeartbeatRequest request(const Modern& who) const {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = who.id;
    request.member_epoch = who.epoch;
    request.instance_id = who.instance;
    if (who.epoch == 0) {
      request.rebalance_timeout_ms = 60'000;
      request.subscribed_topic_names = who.topics;
      request.subscribed_topic_regex = who.regex;
      request.server_assignor = who.assignor;
      request.topic_partitions.emplace();
    } else if (who.epoch > 0) {
      request.topic_partitions.emplace();
      for (const auto& [topic, list] : who.owned) {
        request.topic_partitions->push_back({topic, list});
      }
    }
    return request;
  }
  ConsumerGroupHeartbeatResponse send(const Modern& who,
                                      const ConsumerGroupHeartbeatRequest& request) {
    const Caller from = caller({who.id}, 1);
    GroupContext context = at();
    apply(groups.consumer_group_heartbeat(context, from, request));
    return take<ConsumerGroupHeartbeatResponse>(from.ticket);
  }
  /// A heartbeat of a client that does at once what it is told.
  ConsumerGroupHeartbeatResponse beat(Modern& who) {
    const auto response = send(who, request(who));
    if (response.error_code != ErrorCode::NONE) return response;
    who.epoch = response.member_epoch;
    if (response.assignment) {
      who.owned.clear();
      for (const auto& topic : response.assignment->topic_partitions) {
        who.owned[topic.topic_id] = topic.partitions;
      }
    }
    return response;
  }
  ErrorCode beat_error(Modern& who) { return beat(who).error_code; }
  ErrorCode leave(Modern& who, std::int32_t epoch = kLeaveEpoch) {
    who.epoch = epoch;
    who.owned.clear();
    return send(who, request(who)).error_code;
  }
  using GroupStory::leave;
  /// Heartbeats of all, in turn, until nobody hears anything new.
  void settle(const std::vector<Modern*>& all) {
    for (int round = 0; round < 20; ++round) {
      bool is_quiet = true;
      for (Modern* who : all) {
        const std::int32_t before = who->epoch;
        const auto response = beat(*who);
        CHECK(response.error_code == ErrorCode::NONE);
        is_quiet = is_quiet && !response.assignment && who->epoch == before;
        check_ownership(all);
      }
      if (is_quiet) break;
    }
    CHECK(modern().state() == GroupState::Stable);
  }
  /// Nobody owns what another one owns (D1).
  static void check_ownership(const std::vector<Modern*>& all) {
    std::map<std::pair<Uuid, std::int32_t>, std::string> owners;
    for (const Modern* who : all) {
      for (const auto& [topic, list] : who->owned) {
        for (const std::int32_t p : list)
          CHECK(owners.emplace(std::pair(topic, p), who->id).second);
      }
    }
  }
  static std::size_t count(const Modern& who) {
    std::size_t n = 0;
    for (const auto& [topic, list] : who.owned) n += list.size();
    return n;
  }
};

}  // namespace kscope::test
