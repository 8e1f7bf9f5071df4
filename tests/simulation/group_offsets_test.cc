// Goal: a group's offsets are what was committed, and stay so whatever happens to its coordinator.
// Method: requests as bytes to a simulated cluster; the fold of the events is compared throughout.
#include "engine/coordinator/group_coordinator.h"
#include "engine/protocol/messages/delete_groups.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "tests/catch.h"
#include "tests/simulation/group_wire.h"

using namespace kscope;
using namespace kscope::sim;
using namespace kscope::protocol;

namespace {

OffsetCommitRequest commit_of(const std::string& group, const std::string& topic,
                              std::map<std::int32_t, std::int64_t> offsets) {
  OffsetCommitRequest request;
  request.group_id = group;
  auto& rows = request.topics.emplace_back();
  rows.name = topic;
  for (const auto& [index, offset] : offsets) {
    auto& row = rows.partitions.emplace_back();
    row.partition_index = index;
    row.committed_offset = offset;
  }
  return request;
}

/// Of the first partition named.
ErrorCode commit(GroupWire& wire, std::int32_t broker, const std::string& group,
                 std::map<std::int32_t, std::int64_t> offsets, std::int16_t version = 8) {
  const auto answer =
      wire.ask<OffsetCommitResponse>(broker, version, commit_of(group, "orders", offsets));
  return answer ? answer->topics.at(0).partitions.at(0).error_code : ErrorCode::REQUEST_TIMED_OUT;
}

OffsetFetchRequest fetch_of(const std::string& group, bool stable = false) {
  OffsetFetchRequest request;
  request.require_stable = stable;
  auto& row = request.groups.emplace_back();
  row.group_id = group;
  row.topics.reset();
  return request;
}

std::map<std::int32_t, std::int64_t> fetched(GroupWire& wire, std::int32_t broker,
                                             const std::string& group, bool stable = false) {
  std::map<std::int32_t, std::int64_t> result;
  const auto answer = wire.ask<OffsetFetchResponse>(broker, 8, fetch_of(group, stable));
  if (!answer || answer->groups.at(0).error_code != ErrorCode::NONE) return {{-1, -1}};
  for (const auto& topic : answer->groups.at(0).topics) {
    for (const auto& p : topic.partitions) result[p.partition_index] = p.committed_offset;
  }
  return result;
}

using Settings = std::map<std::string, std::string>;
/// "0:40 1:41", which a failure can print.
std::string fetched_text(GroupWire& wire, std::int32_t broker, const std::string& group,
                         bool stable = false) {
  std::string text;
  for (const auto& [index, offset] : fetched(wire, broker, group, stable)) {
    text += (text.empty() ? "" : " ") + std::to_string(index) + ":" + std::to_string(offset);
  }
  return text;
}

}  // namespace

TEST_CASE("the first to look for a coordinator brings __consumer_offsets into being", "[groups]") {
  GroupWire wire;
  CHECK(wire.read("partition __consumer_offsets-0 leader") == "none");
  FindCoordinatorRequest request;
  request.key = "billing";
  const auto first = wire.ask<FindCoordinatorResponse>(1, 0, request);
  REQUIRE(first);
  CHECK(first->error_code == ErrorCode::COORDINATOR_NOT_AVAILABLE);
  const std::int32_t found = wire.coordinator("billing");
  const std::int32_t partition = coordinator::partition_for("billing", 3);
  CHECK(std::to_string(found) ==
        wire.read("partition __consumer_offsets-" + std::to_string(partition) + " leader"));
  CHECK(wire.read("partition __consumer_offsets-0 replicas").size() == 7);  // three of them
  // Batched, with a name that nobody needs to know before.
  FindCoordinatorRequest batch;
  batch.coordinator_keys = {"billing", "shipping"};
  const auto both = wire.ask<FindCoordinatorResponse>(2, 4, batch);
  REQUIRE(both);
  REQUIRE(both->coordinators.size() == 2);
  CHECK(both->coordinators[0].node_id == found);
  CHECK(both->coordinators[0].port == 9092);
  // What has no coordinator, now or ever: Kafka's CoordinatorType.forId.
  FindCoordinatorRequest odd;
  odd.key = "billing";
  odd.key_type = 9;
  const auto refused = wire.ask<FindCoordinatorResponse>(2, 2, odd);
  REQUIRE(refused);
  CHECK(refused->error_code == ErrorCode::INVALID_REQUEST);
  CHECK(wire.disagreement() == "");
}

TEST_CASE("committed offsets can be fetched, in every version", "[groups]") {
  GroupWire wire;
  wire.apply("topic orders partitions=2");
  const std::int32_t broker = wire.coordinator("billing");
  REQUIRE(wire.until("broker 3 lifecycle", "Running"));
  wire.run(seconds(1));
  for (std::int16_t version = 2; version <= 8; ++version) {
    CHECK(commit(wire, broker, "billing", {{0, 10 + version}, {1, 5}}, version) == ErrorCode::NONE);
  }
  CHECK(fetched_text(wire, broker, "billing") == "0:18 1:5");
  CHECK(fetched_text(wire, broker, "billing", true) == "0:18 1:5");
  CHECK(fetched_text(wire, broker, "nobody") == "");
  OffsetFetchRequest old;
  old.group_id = "billing";
  old.topics->push_back({"orders", {0, 7}});
  for (std::int16_t version = 1; version <= 7; ++version) {
    const auto answer = wire.ask<OffsetFetchResponse>(broker, version, old);
    REQUIRE(answer);
    REQUIRE(answer->topics.size() == 1);
    CHECK(answer->topics[0].partitions.at(0).committed_offset == 18);
    CHECK(answer->topics[0].partitions.at(1).committed_offset == -1);
  }
  CHECK(wire.read("group billing committed orders-0") == "18");
  CHECK(wire.read("group billing state") == "Empty");
  CHECK(wire.disagreement() == "");
}

TEST_CASE("what cannot be committed is refused by name", "[groups]") {
  GroupWire wire;
  wire.apply("topic orders partitions=1");
  const std::int32_t broker = wire.coordinator("billing");
  wire.run(seconds(1));
  SECTION("a partition that is not there, beside one that is") {
    const auto answer =
        wire.ask<OffsetCommitResponse>(broker, 8, commit_of("billing", "orders", {{0, 1}, {9, 1}}));
    REQUIRE(answer);
    std::map<std::int32_t, ErrorCode> errors;
    for (const auto& p : answer->topics.at(0).partitions) errors[p.partition_index] = p.error_code;
    CHECK(errors[0] == ErrorCode::NONE);
    CHECK(errors[9] == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
  }
  SECTION("too long a text") {
    auto request = commit_of("billing", "orders", {{0, 1}});
    request.topics[0].partitions[0].committed_metadata = std::string(4097, 'x');
    const auto answer = wire.ask<OffsetCommitResponse>(broker, 8, request);
    REQUIRE(answer);
    CHECK(answer->topics.at(0).partitions.at(0).error_code == ErrorCode::OFFSET_METADATA_TOO_LARGE);
  }
  SECTION("a member of a group that there is not") {
    auto request = commit_of("billing", "orders", {{0, 1}});
    request.generation_id_or_member_epoch = 4;
    request.member_id = "somebody";
    const auto old = wire.ask<OffsetCommitResponse>(broker, 8, request);
    REQUIRE(old);
    CHECK(old->topics.at(0).partitions.at(0).error_code == ErrorCode::ILLEGAL_GENERATION);
  }
  SECTION("at a broker that does not coordinate the group") {
    const std::int32_t other = broker % 3 + 1;
    CHECK(commit(wire, other, "billing", {{0, 1}}) == ErrorCode::NOT_COORDINATOR);
    const auto answer = wire.ask<OffsetFetchResponse>(other, 8, fetch_of("billing"));
    REQUIRE(answer);
    CHECK(answer->groups.at(0).error_code == ErrorCode::NOT_COORDINATOR);
    OffsetFetchRequest old;
    old.group_id = "billing";
    old.topics->push_back({"orders", {0}});
    const auto first = wire.ask<OffsetFetchResponse>(other, 1, old);
    REQUIRE(first);
    CHECK(first->topics.at(0).partitions.at(0).error_code == ErrorCode::NOT_COORDINATOR);
  }
  CHECK(wire.disagreement() == "");
}

TEST_CASE("offsets survive their coordinator", "[groups]") {
  const bool power = GENERATE(false, true);
  GroupWire wire;
  wire.apply("topic orders partitions=2");
  const std::int32_t before = wire.coordinator("billing");
  wire.run(seconds(1));
  REQUIRE(commit(wire, before, "billing", {{0, 40}, {1, 41}}) == ErrorCode::NONE);
  const std::string name = std::to_string(before);
  wire.apply("crash broker " + name + (power ? " power" : ""));
  CHECK(wire.read("group billing committed orders-0") == "40");  // remembered …
  CHECK(wire.read("group billing loaded") == "false");           // … but nobody serves it
  REQUIRE(wire.until("group billing loaded", "true"));
  const std::int32_t after = wire.coordinator("billing");
  CHECK(after != before);
  // Who asks for what is stable waits until the new leader knows what is committed; who does not
  // may be told of a moment before the last commit.
  CHECK(fetched_text(wire, after, "billing", true) == "0:40 1:41");
  CHECK(fetched_text(wire, after, "billing") == "0:40 1:41");
  REQUIRE(commit(wire, after, "billing", {{0, 50}}) == ErrorCode::NONE);
  wire.apply("start broker " + name);
  REQUIRE(wire.until("broker " + name + " lifecycle", "Running"));
  CHECK(fetched_text(wire, after, "billing", true) == "0:50 1:41");
  CHECK(wire.disagreement() == "");
}

TEST_CASE("without enough in-sync replicas nothing is committed", "[groups]") {
  GroupWire wire(Settings{{"min.insync.replicas", "2"}, {"replica.lag.time.max.ms", "2000"}});
  wire.apply("topic orders partitions=1 min.insync.replicas=1");
  const std::int32_t broker = wire.coordinator("billing");
  wire.run(seconds(1));
  REQUIRE(commit(wire, broker, "billing", {{0, 1}}) == ErrorCode::NONE);
  for (std::int32_t id = 1; id <= 3; ++id) {
    if (id != broker) wire.apply("pause broker " + std::to_string(id));
  }
  // The followers still count, but have nothing to say: the time runs out.
  CHECK(commit(wire, broker, "billing", {{0, 2}}) == ErrorCode::COORDINATOR_NOT_AVAILABLE);
  CHECK(fetched_text(wire, broker, "billing") == "0:1");
  CHECK(wire.read("group billing committed orders-0") == "1");
  for (std::int32_t id = 1; id <= 3; ++id) {
    if (id != broker) wire.apply("resume broker " + std::to_string(id));
  }
  // It was refused, and came true after all: that is what "ask again" means.
  CHECK(wire.until("group billing committed orders-0", "2", seconds(30)));
  CHECK(wire.disagreement() == "");
}

TEST_CASE("a coordinator that loads says so", "[groups]") {
  GroupWire wire(Settings{{"offsets.load.buffer.size", "100"}});
  wire.apply("topic orders partitions=1");
  const std::int32_t before = wire.coordinator("billing");
  wire.run(seconds(1));
  for (int i = 1; i <= 40; ++i) {
    REQUIRE(commit(wire, before, "billing", {{0, i}}) == ErrorCode::NONE);
  }
  wire.apply("crash broker " + std::to_string(before));
  // A slice of one batch at a time: it can be caught at it.
  const std::int32_t partition = coordinator::partition_for("billing", 3);
  const std::string leader =
      "partition __consumer_offsets-" + std::to_string(partition) + " leader";
  REQUIRE(wire.until(leader, std::to_string(before)));
  while (wire.read(leader) == std::to_string(before) || wire.read(leader) == "none") {
    wire.run(micros(50));
  }
  const std::int32_t after = std::stoi(wire.read(leader));
  std::map<ErrorCode, int> heard;
  std::vector<std::int32_t> asked;
  for (int i = 0; i < 20; ++i) {
    asked.push_back(wire.send(after, 8, commit_of("billing", "orders", {{0, 100}})));
    wire.run(micros(200));
  }
  for (std::int32_t correlation : asked) {
    const auto answer = wire.hear<OffsetCommitResponse>(correlation, 8);
    REQUIRE(answer);
    ++heard[answer->topics.at(0).partitions.at(0).error_code];
  }
  CHECK(heard[ErrorCode::COORDINATOR_LOAD_IN_PROGRESS] > 0);
  CHECK(heard[ErrorCode::NONE] > 0);
  CHECK(fetched_text(wire, after, "billing", true) == "0:100");
  CHECK(wire.disagreement() == "");
}

TEST_CASE("offsets go with their topic, their group, or alone", "[groups]") {
  GroupWire wire;
  wire.apply("topic orders partitions=2");
  wire.apply("topic other partitions=1");
  const std::int32_t broker = wire.coordinator("billing");
  wire.run(seconds(1));
  REQUIRE(commit(wire, broker, "billing", {{0, 7}, {1, 8}}) == ErrorCode::NONE);
  SECTION("alone") {
    OffsetDeleteRequest request;
    request.group_id = "billing";
    request.topics.push_back({"orders", {{0}}});
    const auto answer = wire.ask<OffsetDeleteResponse>(broker, 0, request);
    REQUIRE(answer);
    CHECK(answer->error_code == ErrorCode::NONE);
    CHECK(fetched_text(wire, broker, "billing") == "1:8");
  }
  SECTION("with the group") {
    DeleteGroupsRequest request;
    request.groups_names = {"billing", "billing", "nobody"};
    const auto answer = wire.ask<DeleteGroupsResponse>(broker, 2, request);
    REQUIRE(answer);
    std::map<std::string, ErrorCode> errors;
    for (const auto& r : answer->results) errors[r.group_id] = r.error_code;
    CHECK(errors["billing"] == ErrorCode::NONE);
    CHECK(errors["nobody"] != ErrorCode::NONE);
    CHECK(wire.read("group billing state") == "none");
    CHECK(fetched_text(wire, broker, "billing") == "");
  }
  SECTION("with the topic") {
    wire.apply("delete-topic orders");
    CHECK(wire.until("group billing offsets", "0", seconds(10)));
  }
  wire.run(seconds(1));
  CHECK(wire.disagreement() == "");
  // And the new coordinator reads the tombstones, too.
  const std::string offsets = wire.read("group billing offsets");
  wire.apply("crash broker " + std::to_string(broker));
  wire.run(seconds(15));
  CHECK(wire.read("group billing offsets") == offsets);
  CHECK(wire.disagreement() == "");
}

TEST_CASE("offsets of a group that nobody uses expire", "[groups]") {
  GroupWire wire(Settings{{"offsets.retention.minutes", "1"},
                          {"offsets.retention.check.interval.ms", "10000"}});
  wire.apply("topic orders partitions=2");
  const std::int32_t broker = wire.coordinator("billing");
  wire.run(seconds(1));
  REQUIRE(commit(wire, broker, "billing", {{0, 7}}) == ErrorCode::NONE);
  wire.run(seconds(30));
  REQUIRE(commit(wire, broker, "billing", {{1, 8}}) == ErrorCode::NONE);
  wire.run(seconds(45));
  CHECK(wire.read("group billing committed orders-0") == "none");
  CHECK(wire.read("group billing committed orders-1") == "8");
  wire.run(seconds(40));
  CHECK(wire.read("group billing state") == "none");  // nothing is left of it
  CHECK(wire.disagreement() == "");
}
