// A consumer in a group, in front of a FakeCluster whose broker 2 coordinates, and the few words
// that its tests are written in. The test plays the coordinator.
#pragma once

#include "engine/client/assignor/consumer_protocol.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/protocol/messages/heartbeat.h"
#include "engine/protocol/messages/join_group.h"
#include "engine/protocol/messages/leave_group.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/messages/sync_group.h"
#include "tests/unit/client/consumer_fixture.h"

namespace kscope::test {

class GroupFixture : public ConsumerFixture {
 public:
  using Partitions = std::vector<TopicPartition>;
  const TopicPartition orders1{"orders", 1};

  explicit GroupFixture(client::Settings settings = {}) : ConsumerFixture(with_group(settings)) {
    leaders[orders1] = {1, 0};
    versions[ApiKey::FindCoordinator] = {0, 6};
    versions[ApiKey::JoinGroup] = {0, 9};
    versions[ApiKey::SyncGroup] = {0, 5};
    versions[ApiKey::Heartbeat] = {0, 4};
    versions[ApiKey::LeaveGroup] = {0, 5};
    versions[ApiKey::OffsetCommit] = {2, 9};
    versions[ApiKey::OffsetFetch] = {1, 9};
  }
  static client::Settings with_group(client::Settings settings) {
    settings.emplace("group.id", "billing");
    return settings;
  }

  void subscribe(const std::vector<std::string>& topics = {"orders"}) {
    REQUIRE(client.subscribe(env(), topics).ok());
    run_for(millis(1));
  }
  void answer_coordinator(std::int32_t node, ErrorCode error = ErrorCode::NONE) {
    const Received asked = take_waiting(ApiKey::FindCoordinator);
    protocol::FindCoordinatorResponse response;
    auto& coordinator = response.coordinators.emplace_back();
    coordinator.key = asked.as<protocol::FindCoordinatorRequest>().coordinator_keys.at(0);
    coordinator.node_id = node;
    coordinator.error_code = error;
    reply(asked, response);
  }
  /// Up to the point where JoinGroup waits at broker 2.
  void find_coordinator() {
    subscribe();
    answer_coordinator(2);
    run_for(millis(1));
  }
  protocol::JoinGroupRequest refuse_join(ErrorCode error, const std::string& member = "") {
    const Received asked = take_waiting(ApiKey::JoinGroup);
    protocol::JoinGroupResponse response;
    response.error_code = error;
    response.member_id = member;
    reply(asked, response);
    return asked.as<protocol::JoinGroupRequest>();
  }
  /// `members` are topics by member id; the first is the leader, who gets them all.
  protocol::JoinGroupRequest answer_join(
      std::int32_t generation, const std::string& me,
      const std::vector<std::pair<std::string, std::vector<std::string>>>& members = {},
      const std::string& protocol = "range") {
    const Received asked = take_waiting(ApiKey::JoinGroup);
    protocol::JoinGroupResponse response;
    response.generation_id = generation;
    response.protocol_type = "consumer";
    response.protocol_name = protocol;
    response.member_id = me;
    response.leader = members.empty() ? "somebody-else" : members[0].first;
    for (const auto& [id, topics] : members) {
      protocol::ConsumerProtocolSubscription subscription;
      subscription.topics = topics;
      response.members.push_back({id, std::nullopt, client::write_subscription(subscription)});
    }
    reply(asked, response);
    return asked.as<protocol::JoinGroupRequest>();
  }
  protocol::SyncGroupRequest answer_sync(const Partitions& assigned,
                                         ErrorCode error = ErrorCode::NONE) {
    const Received asked = take_waiting(ApiKey::SyncGroup);
    protocol::SyncGroupResponse response;
    response.error_code = error;
    if (error == ErrorCode::NONE) {
      response.protocol_type = "consumer";
      response.assignment = client::write_assignment({assigned, std::nullopt});
    }
    reply(asked, response);
    return asked.as<protocol::SyncGroupRequest>();
  }
  /// Answers OffsetFetch with `offset` for every partition; -1: nothing was committed.
  /// Without an epoch the position needs no validation (KIP-320).
  Partitions answer_committed(std::int64_t offset, ErrorCode error = ErrorCode::NONE,
                              std::int32_t epoch = -1) {
    const Received asked = take_waiting(ApiKey::OffsetFetch);
    const auto request = asked.as<protocol::OffsetFetchRequest>();
    protocol::OffsetFetchResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = "billing";
    group.error_code = error;
    Partitions names;
    for (const auto& topic : *request.groups.at(0).topics) {
      auto& answer = group.topics.emplace_back();
      answer.name = topic.name;
      for (const std::int32_t index : topic.partition_indexes) {
        names.push_back({topic.name, index});
        if (error == ErrorCode::NONE) {
          answer.partitions.push_back({index, offset, epoch, "", error});
        }
      }
    }
    reply(asked, response);
    return names;
  }
  client::Offsets answer_commit(ErrorCode error = ErrorCode::NONE) {
    const Received asked = take_waiting(ApiKey::OffsetCommit);
    const auto request = asked.as<protocol::OffsetCommitRequest>();
    last_commit = request;
    protocol::OffsetCommitResponse response;
    client::Offsets offsets;
    for (const auto& topic : request.topics) {
      auto& answer = response.topics.emplace_back();
      answer.name = topic.name;
      for (const auto& p : topic.partitions) {
        answer.partitions.push_back({p.partition_index, error});
        offsets[{topic.name, p.partition_index}] = {Offset(p.committed_offset), std::nullopt, {}};
      }
    }
    reply(asked, response);
    return offsets;
  }
  protocol::HeartbeatRequest answer_heartbeat(ErrorCode error = ErrorCode::NONE) {
    const Received asked = take_waiting(ApiKey::Heartbeat);
    protocol::HeartbeatResponse response;
    response.error_code = error;
    reply(asked, response);
    return asked.as<protocol::HeartbeatRequest>();
  }
  /// A follower of generation 1 that has both partitions and stands at `offset`.
  void be_stable(const Partitions& assigned, std::int64_t offset = 0, std::int32_t epoch = -1) {
    find_coordinator();
    refuse_join(ErrorCode::MEMBER_ID_REQUIRED, "c-1");
    run_for(millis(1));
    answer_join(1, "c-1");
    answer_sync(assigned);
    answer_committed(offset, ErrorCode::NONE, epoch);
    run_for(millis(1));
  }
  bool answer_routinely(const Received& received) override {
    if (received.header.api == ApiKey::Fetch) {
      answer_fetch(received, {{}, 0});
    } else if (received.header.api == ApiKey::Heartbeat) {
      reply(received, protocol::HeartbeatResponse{});
    } else {
      return false;
    }
    return true;
  }
  event::ConsumerState member_state() const { return client.member_state(); }
  int revoked(bool lost) const {
    int count = 0;
    for (const event::Body& e : t.sink.events) {
      const auto* revoked = std::get_if<event::PartitionRevoked>(&e);
      count += revoked != nullptr && revoked->lost == lost ? 1 : 0;
    }
    return count;
  }
  protocol::OffsetCommitRequest last_commit;
};

}  // namespace kscope::test
