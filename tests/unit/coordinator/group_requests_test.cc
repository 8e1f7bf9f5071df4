// Goal: requests that no group could answer are refused before one is looked for, by any broker.
// Method: a coordinator without shards, where a request that is good so far hears NOT_COORDINATOR.
// Kafka: GroupCoordinatorServiceTest (testJoinGroupInvalidGroupId and its neighbours).
#include "engine/coordinator/coordinator_errors.h"
#include "engine/coordinator/group_coordinator.h"
#include "tests/catch.h"
#include "tests/unit/support/test_env.h"

namespace kscope::test {
namespace {

using namespace coordinator;  // NOLINT: the whole file is about it

class Desk {
 public:
  template <class Request>
  ErrorCode ask(void (GroupCoordinator::*operation)(Surroundings&, const Caller&, const Request&),
                const Request& request) {
    Surroundings s{t.env(), replicas, metadata};
    const Caller caller{1, Request::kMaxVersion, "c", "/c", NodeId(100)};
    (coordinator.*operation)(s, caller, request);
    const std::vector<Answer> answers = coordinator.take_answers();
    REQUIRE(answers.size() == 1);
    return first_error(answers.front().response);
  }

 private:
  TestEnv t{NodeId(1)};
  replication::ReplicaManager replicas;
  metadata::MetadataImage metadata;
  GroupCoordinator coordinator{GroupConfig{}};
};

protocol::JoinGroupRequest join_with(const std::string& group, Duration session) {
  protocol::JoinGroupRequest request;
  request.group_id = group;
  request.session_timeout_ms = static_cast<std::int32_t>(to_millis(session));
  return request;
}

}  // namespace

TEST_CASE("a session must be within group.min and group.max.session.timeout.ms") {
  Desk desk;
  const auto join = [&](const std::string& group, Duration session) {
    return desk.ask(&GroupCoordinator::join_group, join_with(group, session));
  };
  CHECK(join("g", millis(5999)) == ErrorCode::INVALID_SESSION_TIMEOUT);
  CHECK(join("g", seconds(6)) == ErrorCode::NOT_COORDINATOR);
  CHECK(join("g", seconds(1800)) == ErrorCode::NOT_COORDINATOR);
  CHECK(join("g", millis(1'800'001)) == ErrorCode::INVALID_SESSION_TIMEOUT);
  CHECK(join("", millis(5999)) == ErrorCode::INVALID_GROUP_ID);
}

TEST_CASE("a group without a name has no members, and whoever asks for one hears so anywhere") {
  Desk desk;
  using C = GroupCoordinator;
  CHECK(desk.ask(&C::join_group, join_with("", seconds(10))) == ErrorCode::INVALID_GROUP_ID);
  CHECK(desk.ask(&C::sync_group, protocol::SyncGroupRequest()) == ErrorCode::INVALID_GROUP_ID);
  CHECK(desk.ask(&C::heartbeat, protocol::HeartbeatRequest()) == ErrorCode::INVALID_GROUP_ID);
  CHECK(desk.ask(&C::leave_group, protocol::LeaveGroupRequest()) == ErrorCode::INVALID_GROUP_ID);
  CHECK(desk.ask(&C::delete_offsets, protocol::OffsetDeleteRequest()) ==
        ErrorCode::INVALID_GROUP_ID);
  // Offsets may be kept under the empty name; its coordinator takes them.
  protocol::OffsetCommitRequest commit;
  commit.topics.emplace_back().partitions.emplace_back();
  CHECK(desk.ask(&C::commit_offsets, commit) == ErrorCode::NOT_COORDINATOR);
}

}  // namespace kscope::test
