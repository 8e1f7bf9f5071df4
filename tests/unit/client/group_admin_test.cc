// Goal: operations on groups ask the right brokers, survive what passes, refuse with one clear
// line, and end exactly once. Method: scripted brokers, as KafkaAdminClientTest and
// ConsumerGroupServiceTest do; each answer is given by hand.
#include "engine/client/admin_client.h"
#include "engine/protocol/messages/consumer_group_describe.h"
#include "engine/protocol/messages/delete_groups.h"
#include "engine/protocol/messages/describe_groups.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/protocol/messages/list_groups.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/records/coordinator_record.h"
#include "tests/unit/client/fake_cluster.h"

using namespace kscope;
using namespace kscope::test;
using client::GroupOrder;
using client::GroupTask;
using client::OffsetTarget;

namespace {

class GroupAdminFixture : public FakeCluster<client::AdminClient> {
 public:
  GroupAdminFixture() {
    versions.insert({{ApiKey::FindCoordinator, {0, 4}},
                     {ApiKey::ListGroups, {0, 5}},
                     {ApiKey::DescribeGroups, {0, 5}},
                     {ApiKey::ConsumerGroupDescribe, {0, 0}},
                     {ApiKey::DeleteGroups, {0, 2}},
                     {ApiKey::OffsetFetch, {1, 9}},
                     {ApiKey::OffsetCommit, {2, 9}},
                     {ApiKey::OffsetDelete, {0, 0}}});
    for (std::int32_t p = 0; p < 2; ++p) leaders[{"orders", p}] = {p + 1, 0};
    auto config = client::parse_admin_config({});
    REQUIRE(config.ok());
    client = client::AdminClient::start(env(), *config, {NodeId(1)});
  }

  void ask(GroupTask task, const std::string& group = "billing") {
    GroupOrder order;
    order.task = task;
    order.group = group;
    ask(order);
  }
  void ask(const GroupOrder& order) {
    client.ask_about_groups(env(), order);
    deliver();
  }

  void coordinator_is(std::int32_t broker, ErrorCode error = ErrorCode::NONE) {
    const Received asked = take_waiting(ApiKey::FindCoordinator);
    CHECK(asked.as<protocol::FindCoordinatorRequest>().coordinator_keys ==
          std::vector<std::string>{"billing"});
    protocol::FindCoordinatorResponse response;
    response.coordinators.push_back({"billing", broker, "h", 1, error, ""});
    reply(asked, response);
  }
  void group_is_classic() {
    protocol::ConsumerGroupDescribeResponse response;
    response.groups.emplace_back().error_code = ErrorCode::GROUP_ID_NOT_FOUND;
    reply(take_waiting(ApiKey::ConsumerGroupDescribe), response);
  }
  /// One member, c1, has all of `assigned` of "orders".
  void describe_as(const std::string& state, const std::vector<std::int32_t>& assigned = {}) {
    protocol::DescribeGroupsResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = "billing";
    group.group_state = state;
    if (!assigned.empty()) {
      group.protocol_data = "range";
      protocol::ConsumerProtocolAssignment assignment;
      assignment.assigned_partitions.push_back({"orders", assigned});
      auto& member = group.members.emplace_back();
      member.member_id = "c1";
      member.member_assignment = Blob(protocol::with_version(assignment));
    }
    reply(take_waiting(ApiKey::DescribeGroups), response);
  }
  void committed_is(const std::map<std::int32_t, std::int64_t>& offsets,
                    ErrorCode error = ErrorCode::NONE) {
    const Received asked = take_waiting(ApiKey::OffsetFetch);
    const auto request = asked.as<protocol::OffsetFetchRequest>();
    REQUIRE(request.groups.size() == 1);
    CHECK(!request.groups[0].topics);
    protocol::OffsetFetchResponse response;
    auto& group = response.groups.emplace_back();
    group.error_code = error;
    if (!offsets.empty()) group.topics.emplace_back().name = "orders";
    for (const auto& [p, offset] : offsets) {
      group.topics[0].partitions.push_back({p, offset, -1, "", ErrorCode::NONE});
    }
    reply(asked, response);
  }
  /// Answers the ListOffsets of both leaders.
  void logs_are(std::int64_t timestamp, const std::map<std::int32_t, std::int64_t>& offsets) {
    for (std::size_t n = 0; n < offsets.size(); ++n) {
      const Received asked = take_waiting(ApiKey::ListOffsets);
      protocol::ListOffsetsResponse response;
      for (const auto& topic : asked.as<protocol::ListOffsetsRequest>().topics) {
        auto& told = response.topics.emplace_back();
        told.name = topic.name;
        for (const auto& p : topic.partitions) {
          CHECK(p.timestamp == timestamp);
          CHECK(asked.to() == NodeId(leaders.at({topic.name, p.partition_index}).node));
          auto& answer = told.partitions.emplace_back();
          answer.partition_index = p.partition_index;
          answer.offset = offsets.at(p.partition_index);
        }
      }
      reply(asked, response);
    }
  }
  std::map<std::int32_t, std::int64_t> take_commit(ErrorCode error = ErrorCode::NONE) {
    const Received asked = take_waiting(ApiKey::OffsetCommit);
    const auto request = asked.as<protocol::OffsetCommitRequest>();
    CHECK(request.group_id == "billing");
    CHECK(request.generation_id_or_member_epoch == -1);
    CHECK(request.member_id.empty());
    std::map<std::int32_t, std::int64_t> committed;
    protocol::OffsetCommitResponse response;
    for (const auto& topic : request.topics) {
      auto& told = response.topics.emplace_back();
      told.name = topic.name;
      for (const auto& p : topic.partitions) {
        committed[p.partition_index] = p.committed_offset;
        told.partitions.push_back({p.partition_index, error});
      }
    }
    reply(asked, response);
    return committed;
  }
  client::AdminResult only_result() {
    const auto results = client.take_results();
    REQUIRE(results.size() == 1);
    CHECK(client.pending() == 0);
    CHECK(t.count<event::AdminCompleted>() == 1);
    return results[0];
  }
};

GroupOrder reset_order(OffsetTarget::To to, std::int64_t value = 0) {
  GroupOrder order;
  order.task = GroupTask::ResetOffsets;
  order.group = "billing";
  order.topics = {"orders"};
  order.reset = {to, value};
  return order;
}

}  // namespace

TEST_CASE("groups are listed by asking every broker, not only those of the bootstrap list") {
  GroupAdminFixture f;
  GroupOrder order;
  order.task = GroupTask::List;
  order.states = {"Stable"};
  f.ask(order);
  REQUIRE(f.count_waiting(ApiKey::ListGroups) == 3);
  std::set<NodeId> asked;
  for (int i = 0; i < 3; ++i) {
    const Received request = f.take_waiting(ApiKey::ListGroups);
    asked.insert(request.to());
    CHECK(request.as<protocol::ListGroupsRequest>().states_filter ==
          std::vector<std::string>{"Stable"});
    protocol::ListGroupsResponse response;
    if (request.to() == NodeId(2)) response.groups = {{"b", "consumer", "Stable", "classic"}};
    if (request.to() == NodeId(3)) response.groups = {{"a", "consumer", "Stable", "consumer"}};
    f.reply(request, response);
  }
  CHECK(asked.size() == 3);
  const auto result = f.only_result();
  REQUIRE(result.groups.groups.size() == 2);
  CHECK(result.groups.groups[0].group == "a");
  CHECK(result.groups.groups[0].coordinator == NodeId(3));
  CHECK(result.groups.groups[1].type == "classic");
  CHECK(f.t.count<event::GroupListed>() == 2);
}

TEST_CASE("a broker that is loading is asked again, one that has gone is left out") {
  GroupAdminFixture f;
  f.ask(GroupTask::List, "");
  for (int i = 0; i < 3; ++i) {
    const Received request = f.take_waiting(ApiKey::ListGroups);
    protocol::ListGroupsResponse response;
    if (request.to() == NodeId(2)) {
      response.error_code = ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
    }
    if (request.to() != NodeId(3)) f.reply(request, response);
  }
  f.dead.insert(NodeId(3));
  f.deliver();
  f.run_for(seconds(2));
  f.reply(f.take_waiting(ApiKey::ListGroups), protocol::ListGroupsResponse{});
  f.run_for(seconds(3));
  CHECK(f.only_result().error == ErrorCode::NONE);
}

TEST_CASE("describing finds the coordinator, falls back to the classic API, and adds the lag") {
  GroupAdminFixture f;
  f.ask(GroupTask::Describe);
  f.coordinator_is(3);
  f.group_is_classic();
  f.describe_as("Stable", {0, 1});
  f.committed_is({{0, 5}});
  f.logs_are(-1, {{0, 8}, {1, 2}});
  const auto result = f.only_result();
  CHECK(result.error == ErrorCode::NONE);
  CHECK(result.api == ApiKey::DescribeGroups);
  CHECK(result.topic == "billing");
  REQUIRE(result.groups.description);
  CHECK(result.groups.description->assignor == "range");
  CHECK(result.groups.description->coordinator == NodeId(3));
  REQUIRE(result.groups.offsets.size() == 2);
  CHECK(result.groups.offsets[0].committed == 5);
  CHECK(result.groups.offsets[0].end == 8);
  CHECK(result.groups.offsets[0].member == "c1");
  CHECK(result.groups.offsets[1].committed == -1);
  CHECK(f.t.count<event::GroupLagReported>() == 2);
}

TEST_CASE("a group of the consumer protocol is described by its own API") {
  GroupAdminFixture f;
  f.ask(GroupTask::Describe);
  f.coordinator_is(1);
  protocol::ConsumerGroupDescribeResponse response;
  auto& group = response.groups.emplace_back();
  group.group_state = "Reconciling";
  group.assignor_name = "uniform";
  auto& member = group.members.emplace_back();
  member.member_id = "m";
  member.assignment.topic_partitions.push_back({{}, "orders", {1}});
  f.reply(f.take_waiting(ApiKey::ConsumerGroupDescribe), response);
  f.committed_is({});
  f.logs_are(-1, {{1, 4}});
  const auto result = f.only_result();
  CHECK(result.groups.description->consumer_protocol);
  REQUIRE(result.groups.offsets.size() == 1);
  CHECK(result.groups.offsets[0].partition == TopicPartition{"orders", 1});
  CHECK(result.groups.offsets[0].member == "m");
}

TEST_CASE("a group that nobody knows is described as dead by the broker, and as unknown by us") {
  GroupAdminFixture f;
  f.ask(GroupTask::Describe);
  f.coordinator_is(1);
  f.group_is_classic();
  f.describe_as("Dead");
  const auto result = f.only_result();
  CHECK(result.error == ErrorCode::GROUP_ID_NOT_FOUND);
  CHECK(result.message == "there is no group \"billing\"; list-groups tells which there are");
  CHECK(f.t.count<event::AdminExplained>() == 1);
  CHECK(f.t.count<event::GroupDescribed>() == 0);
}

TEST_CASE("the coordinator is looked for again when it moved, and asked again when it loads") {
  GroupAdminFixture f;
  f.ask(GroupTask::Delete);
  f.coordinator_is(2, ErrorCode::COORDINATOR_NOT_AVAILABLE);
  f.run_for(millis(300));
  f.coordinator_is(2);
  const auto answer = [&](std::int32_t from, ErrorCode error) {
    const Received asked = f.take_waiting(ApiKey::DeleteGroups);
    CHECK(asked.to() == NodeId(from));
    protocol::DeleteGroupsResponse response;
    response.results.push_back({"billing", error});
    f.reply(asked, response);
  };
  answer(2, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
  f.run_for(millis(500));
  answer(2, ErrorCode::NOT_COORDINATOR);
  f.run_for(seconds(1));
  f.coordinator_is(3);
  f.break_connections(NodeId(3));  // the answer may be lost: it may be asked for twice
  f.run_for(seconds(2));
  f.coordinator_is(1);
  answer(1, ErrorCode::NONE);
  CHECK(f.only_result().error == ErrorCode::NONE);
}

TEST_CASE("who is refused is told why, in one line") {
  GroupAdminFixture f;
  f.ask(GroupTask::Delete);
  f.coordinator_is(2);
  protocol::DeleteGroupsResponse response;
  response.results.push_back({"billing", ErrorCode::NON_EMPTY_GROUP});
  f.reply(f.take_waiting(ApiKey::DeleteGroups), response);
  const auto result = f.only_result();
  CHECK(result.error == ErrorCode::NON_EMPTY_GROUP);
  CHECK(result.message == "group \"billing\" has members: close its consumers first");
}

TEST_CASE("an empty name is refused without asking anybody") {
  GroupAdminFixture f;
  f.ask(GroupTask::Delete, "");
  CHECK(f.only_result().error == ErrorCode::INVALID_GROUP_ID);
  CHECK(f.count_waiting(ApiKey::FindCoordinator) == 0);
}

TEST_CASE("an operation that finds no coordinator ends at its deadline") {
  GroupAdminFixture f;
  f.ask(GroupTask::ListOffsets);
  for (int i = 0; i < 61; ++i) {
    if (f.count_waiting(ApiKey::FindCoordinator) > 0) {
      f.coordinator_is(2, ErrorCode::COORDINATOR_NOT_AVAILABLE);
    }
    f.run_for(seconds(1));
  }
  const auto result = f.only_result();
  CHECK(result.error == ErrorCode::COORDINATOR_NOT_AVAILABLE);
  CHECK(result.message == "default.api.timeout.ms is over");
}

TEST_CASE("offsets are reset by describing, looking at the logs and committing without a member") {
  GroupAdminFixture f;
  f.ask(reset_order(OffsetTarget::To::Earliest));
  f.coordinator_is(2);
  f.group_is_classic();
  f.describe_as("Empty");
  f.committed_is({{0, 5}, {1, 7}});
  f.logs_are(-2, {{0, 3}, {1, 0}});
  f.logs_are(-1, {{0, 20}, {1, 20}});
  CHECK(f.take_commit() == std::map<std::int32_t, std::int64_t>{{0, 3}, {1, 0}});
  const auto result = f.only_result();
  CHECK(result.error == ErrorCode::NONE);
  REQUIRE(result.groups.offsets.size() == 2);
  CHECK(result.groups.offsets[0].committed == 3);
}

TEST_CASE("a reset by time takes the end of a log that has nothing so young") {
  GroupAdminFixture f;
  f.ask(reset_order(OffsetTarget::To::Time, 1234));
  f.coordinator_is(2);
  f.group_is_classic();
  f.describe_as("Dead");  // nobody has ever committed: the reset makes the group
  f.committed_is({});
  f.logs_are(-2, {{0, 0}, {1, 0}});
  f.logs_are(-1, {{0, 20}, {1, 20}});
  f.logs_are(1234, {{0, 11}, {1, -1}});
  CHECK(f.take_commit() == std::map<std::int32_t, std::int64_t>{{0, 11}, {1, 20}});
  CHECK(f.only_result().error == ErrorCode::NONE);
}

TEST_CASE("a check of a reset tells the offsets and commits nothing") {
  GroupAdminFixture f;
  GroupOrder order = reset_order(OffsetTarget::To::Shift, -3);
  order.topics.clear();  // all that was committed
  order.only_check = true;
  f.ask(order);
  f.coordinator_is(2);
  f.group_is_classic();
  f.describe_as("Empty");
  f.committed_is({{1, 7}});
  f.logs_are(-2, {{1, 0}});
  f.logs_are(-1, {{1, 20}});
  CHECK(f.count_waiting(ApiKey::OffsetCommit) == 0);
  const auto result = f.only_result();
  REQUIRE(result.groups.offsets.size() == 1);
  CHECK(result.groups.offsets[0].committed == 4);
}

TEST_CASE("an active group is not reset") {
  GroupAdminFixture f;
  f.ask(reset_order(OffsetTarget::To::Earliest));
  f.coordinator_is(2);
  f.group_is_classic();
  f.describe_as("Stable", {0});
  const auto result = f.only_result();
  CHECK(result.error == ErrorCode::NON_EMPTY_GROUP);
  CHECK(result.message ==
        "group \"billing\" is Stable with 1 member: offsets can only be reset while nobody reads; "
        "close its consumers first");
}

TEST_CASE("a reset names the topic, or the partition, that does not exist") {
  GroupAdminFixture f;
  GroupOrder order = reset_order(OffsetTarget::To::Earliest);
  SECTION("topic") { order.topics = {"nothing"}; }
  SECTION("partition") {
    order.topics.clear();
    order.partitions = {{"orders", 9}};
  }
  f.ask(order);
  f.coordinator_is(2);
  f.group_is_classic();
  f.describe_as("Empty");
  f.committed_is({});
  f.run_for(seconds(5));
  const auto result = f.only_result();
  CHECK(result.error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  const bool topic = order.partitions.empty();
  CHECK(result.message ==
        (topic ? "there is no topic \"nothing\"" : "there is no partition orders-9"));
}

TEST_CASE("a leader that moved is found, and a partition without an answer is asked for again") {
  GroupAdminFixture f;
  GroupOrder order = reset_order(OffsetTarget::To::Latest);
  order.topics.clear();
  order.partitions = {{"orders", 0}};
  f.ask(order);
  f.coordinator_is(2);
  f.group_is_classic();
  f.describe_as("Empty");
  f.committed_is({});
  const Received first = f.take_waiting(ApiKey::ListOffsets);
  CHECK(first.to() == NodeId(1));
  f.leaders[{"orders", 0}] = {3, 1};
  protocol::ListOffsetsResponse moved;
  moved.topics.push_back({"orders", {{0, ErrorCode::NOT_LEADER_OR_FOLLOWER, {}, -1, -1, -1}}});
  f.reply(first, moved);
  f.run_for(seconds(2));
  f.logs_are(-2, {{0, 0}});
  f.logs_are(-1, {{0, 9}});
  CHECK(f.take_commit() == std::map<std::int32_t, std::int64_t>{{0, 9}});
}

TEST_CASE("a commit from outside is refused while the group has members") {
  GroupAdminFixture f;
  GroupOrder order;
  order.task = GroupTask::AlterOffsets;
  order.group = "billing";
  order.offsets[{"orders", 0}] = 3;
  f.ask(order);
  f.coordinator_is(2);
  f.take_commit(ErrorCode::UNKNOWN_MEMBER_ID);
  const auto result = f.only_result();
  CHECK(result.error == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK(result.message ==
        "orders-0: group \"billing\" is active, and only its members may commit: "
        "close its consumers first");
}

TEST_CASE("offsets of a topic are deleted partition by partition, unless somebody reads it") {
  GroupAdminFixture f;
  GroupOrder order;
  order.task = GroupTask::DeleteOffsets;
  order.group = "billing";
  order.topics = {"orders"};
  f.ask(order);
  f.coordinator_is(2);
  f.committed_is({{0, 1}});
  const Received asked = f.take_waiting(ApiKey::OffsetDelete);
  CHECK(asked.as<protocol::OffsetDeleteRequest>().topics.at(0).partitions.size() == 2);
  protocol::OffsetDeleteResponse response;
  response.topics.push_back({"orders", {{1, ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC}}});
  f.reply(asked, response);
  CHECK(f.only_result().message ==
        "orders-1: a member of group \"billing\" reads the topic: close it first");
}

TEST_CASE("closing ends what is under way") {
  GroupAdminFixture f;
  f.ask(GroupTask::Describe);
  f.client.close(f.env());
  CHECK(f.only_result().error == ErrorCode::NETWORK_EXCEPTION);
}

TEST_CASE("where a reset goes: never out of the log") {
  using To = OffsetTarget::To;
  const auto to = [](To target, std::int64_t value, std::optional<std::int64_t> committed) {
    return client::reset_offset({target, value}, {committed, 10, 20, -1});
  };
  CHECK(*to(To::Earliest, 0, 15) == 10);
  CHECK(*to(To::Latest, 0, 15) == 20);
  CHECK(*to(To::Current, 0, 15) == 15);
  CHECK(*to(To::Current, 0, std::nullopt) == 20);
  CHECK(*to(To::Current, 0, 3) == 10);  // what it had read up to is deleted
  CHECK(*to(To::Offset, 12, 15) == 12);
  CHECK(*to(To::Offset, 2, 15) == 10);
  CHECK(*to(To::Offset, 99, 15) == 20);
  CHECK(*to(To::Time, 0, 15) == 20);
  CHECK(*to(To::Shift, -3, 15) == 12);
  CHECK(*to(To::Shift, 3, 15) == 18);
  CHECK(*to(To::Shift, INT64_MAX, 15) == 20);
  CHECK(*to(To::Shift, -INT64_MAX, 15) == 10);
  const auto refused = to(To::Shift, 1, std::nullopt);
  REQUIRE(!refused.ok());
  CHECK(refused.error().message.find("nothing was committed") == 0);
}
