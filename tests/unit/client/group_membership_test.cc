// Goal: a consumer gets into its group, stays, gets its partitions and gives them up as Kafka's
// does. Method: a scripted coordinator (AbstractCoordinatorTest, ConsumerCoordinatorTest; KIP-62,
// KIP-394).
#include "tests/unit/client/group_fixture.h"

using namespace kscope;
using namespace kscope::test;
using event::ConsumerState;

TEST_CASE("a member asks who coordinates, gets an id, joins, syncs and takes its partitions") {
  GroupFixture f;
  f.find_coordinator();
  CHECK(f.client.coordinator() == NodeId(2));
  const auto first = f.refuse_join(ErrorCode::MEMBER_ID_REQUIRED, "c-1");
  CHECK(first.member_id.empty());
  CHECK(first.protocol_type == "consumer");
  REQUIRE(first.protocols.size() == 2);
  CHECK(first.protocols[0].name == "range");
  CHECK(first.protocols[1].name == "cooperative-sticky");
  CHECK(first.session_timeout_ms == 45'000);
  CHECK(first.rebalance_timeout_ms == 300'000);
  CHECK(client::read_subscription(first.protocols[0].metadata.view())->topics ==
        std::vector<std::string>{"orders"});
  f.run_for(millis(1));
  CHECK(f.answer_join(1, "c-1").member_id == "c-1");
  CHECK(f.member_state() == ConsumerState::CompletingRebalance);
  CHECK(f.answer_sync({f.orders0}).assignments.empty());
  CHECK(f.member_state() == ConsumerState::Stable);
  CHECK(f.client.assigned() == GroupFixture::Partitions{f.orders0});
  CHECK(f.t.count<event::PartitionAssigned>() == 1);
  CHECK(f.t.last<event::ListenerCalled>()->call == event::ListenerCall::Assigned);
}

TEST_CASE("requests to the coordinator have a connection of their own") {
  GroupFixture f;
  f.leaders[f.orders0] = f.leaders[f.orders1] = {2, 0};  // the coordinator leads as well
  f.be_stable({f.orders0});
  const Received fetch = f.next_fetch();
  REQUIRE(fetch.to() == NodeId(2));
  f.run_for(seconds(3));
  const Received heartbeat = f.take_waiting(ApiKey::Heartbeat);
  CHECK(heartbeat.to() == NodeId(2));
  CHECK(heartbeat.connection.id != fetch.connection.id);
}

TEST_CASE("the leader assigns with the protocol that was voted for") {
  GroupFixture f;
  f.find_coordinator();
  f.answer_join(4, "c-1", {{"c-1", {"orders"}}, {"c-2", {"orders"}}});
  const auto sync = f.answer_sync({f.orders0});
  REQUIRE(sync.assignments.size() == 2);
  CHECK(sync.generation_id == 4);
  CHECK(sync.assignments[0].member_id == "c-1");
  CHECK(client::read_assignment(sync.assignments[0].assignment.view())->partitions ==
        GroupFixture::Partitions{f.orders0});
  CHECK(client::read_assignment(sync.assignments[1].assignment.view())->partitions ==
        GroupFixture::Partitions{f.orders1});
  CHECK(f.t.last<event::AssignmentComputed>()->partitions == 2);
}

TEST_CASE("the leader looks up topics that only others asked for before it assigns") {
  GroupFixture f;
  f.leaders[{"payments", 0}] = {3, 0};
  f.find_coordinator();
  f.answer_metadata = false;
  f.answer_join(1, "c-1", {{"c-1", {"orders"}}, {"c-2", {"payments"}}});
  f.run_for(millis(1));
  CHECK(f.count_waiting(ApiKey::SyncGroup) == 0);
  f.answer_metadata = true;
  const Received asked = f.take_waiting(ApiKey::Metadata);
  f.reply(asked, f.metadata_for(asked));
  f.run_for(millis(1));
  CHECK(
      client::read_assignment(f.answer_sync({}).assignments.at(1).assignment.view())->partitions ==
      GroupFixture::Partitions{{"payments", 0}});
}

TEST_CASE("the leader joins anew when the number of partitions changes") {
  GroupFixture f(Settings{{"metadata.max.age.ms", "2000"}, {"enable.auto.commit", "false"}});
  f.find_coordinator();
  f.answer_join(1, "c-1", {{"c-1", {"orders"}}});
  f.answer_sync({f.orders0, f.orders1});
  f.answer_committed(0);
  f.leaders[{"orders", 2}] = {1, 0};
  f.run_for(millis(2500));
  f.answer_routinely(f.next_fetch());  // the metadata come behind it, on the same connection
  f.run_for(millis(1));
  CHECK(f.count_waiting(ApiKey::JoinGroup) == 1);
}

TEST_CASE("heartbeats go on while the application works, and a rebalance waits for its poll") {
  GroupFixture f(Settings{{"processing", "10s"}, {"enable.auto.commit", "false"}});
  f.be_stable({f.orders0});
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a", "b"}), 2});
  f.run_for(seconds(4));
  CHECK(f.answer_heartbeat(ErrorCode::REBALANCE_IN_PROGRESS).generation_id == 1);
  f.run_for(seconds(3));
  CHECK(f.count_waiting(ApiKey::JoinGroup) == 0);
  CHECK(f.member_state() == ConsumerState::Stable);
  f.answer_heartbeat(ErrorCode::REBALANCE_IN_PROGRESS);  // alive all the same
  f.run_until(seconds(21));
  CHECK(f.count_waiting(ApiKey::JoinGroup) == 1);
  CHECK(f.revoked(false) == 1);
  CHECK(f.client.assigned().empty());
}

TEST_CASE("eager members commit and give everything up before they join") {
  GroupFixture f;
  f.be_stable({f.orders0, f.orders1}, 5);
  f.run_for(seconds(3));
  f.answer_heartbeat(ErrorCode::REBALANCE_IN_PROGRESS);
  f.run_for(millis(1));
  CHECK(f.count_waiting(ApiKey::JoinGroup) == 0);  // the commit is under way
  CHECK(f.revoked(false) == 0);
  CHECK(f.answer_commit().size() == 2);
  f.run_for(millis(1));
  CHECK(f.revoked(false) == 2);
  const auto join = f.answer_join(2, "c-1");
  CHECK(client::read_subscription(join.protocols[0].metadata.view())->owned_partitions.empty());
  f.answer_sync({f.orders1});
  CHECK(f.client.assigned() == GroupFixture::Partitions{f.orders1});
}

TEST_CASE("cooperative members keep what they have and join again after giving up the rest") {
  GroupFixture f(Settings{{"partition.assignment.strategy", "cooperative-sticky"},
                          {"enable.auto.commit", "false"}});
  f.find_coordinator();
  f.answer_join(1, "c-1", {}, "cooperative-sticky");
  f.answer_sync({f.orders0, f.orders1});
  f.answer_committed(0);
  f.run_for(seconds(3));
  f.answer_heartbeat(ErrorCode::REBALANCE_IN_PROGRESS);
  f.run_for(millis(1));
  CHECK(f.client.assigned().size() == 2);
  const auto join = f.answer_join(2, "c-1", {}, "cooperative-sticky");
  const auto subscription = client::read_subscription(join.protocols[0].metadata.view());
  CHECK(subscription->owned_partitions.size() == 1);  // by topic
  CHECK(subscription->generation_id == 1);
  f.answer_sync({f.orders0});
  CHECK(f.revoked(false) == 1);
  CHECK(f.client.assigned() == GroupFixture::Partitions{f.orders0});
  f.run_for(millis(1));
  CHECK(f.count_waiting(ApiKey::JoinGroup) == 1);  // so that others may have orders-1
}

TEST_CASE("who is not known any more has lost its partitions and begins without an id") {
  GroupFixture f(Settings{{"enable.auto.commit", "false"}});
  f.be_stable({f.orders0});
  f.run_for(seconds(3));
  f.answer_heartbeat(ErrorCode::UNKNOWN_MEMBER_ID);
  f.run_for(millis(1));
  CHECK(f.revoked(true) == 1);
  CHECK(f.answer_join(7, "c-2").member_id.empty());
}

TEST_CASE("a generation that is over leaves the member id in force") {
  GroupFixture f(Settings{{"enable.auto.commit", "false"}});
  f.be_stable({f.orders0});
  f.run_for(seconds(3));
  f.answer_heartbeat(ErrorCode::ILLEGAL_GENERATION);
  f.run_for(millis(1));
  CHECK(f.answer_join(7, "c-1").member_id == "c-1");
}

TEST_CASE("an application that does not poll leaves by itself, and hears of it when it polls") {
  GroupFixture f(Settings{{"max.poll.interval.ms", "10000"}, {"enable.auto.commit", "false"}});
  f.be_stable({f.orders0});
  f.client.stall(f.env(), true);
  f.run_for(seconds(9));
  while (f.count_waiting(ApiKey::Heartbeat) > 0) f.answer_heartbeat();
  CHECK(f.t.count<event::PollIntervalExceeded>() == 0);
  f.run_for(seconds(2));
  CHECK(f.t.count<event::PollIntervalExceeded>() == 1);
  CHECK(f.take_waiting(ApiKey::LeaveGroup)
            .as<protocol::LeaveGroupRequest>()
            .members.at(0)
            .member_id == "c-1");
  CHECK(f.member_state() == ConsumerState::Unjoined);
  CHECK(f.client.assigned().size() == 1);  // a zombie does not know
  CHECK(f.revoked(true) == 0);
  f.client.stall(f.env(), false);
  f.run_for(millis(1));
  CHECK(f.revoked(true) == 1);
  CHECK(f.count_waiting(ApiKey::JoinGroup) == 1);
}

TEST_CASE("an idle application is in poll() and never too late") {
  GroupFixture f(Settings{{"max.poll.interval.ms", "1000"}, {"enable.auto.commit", "false"}});
  f.be_stable({f.orders0});
  f.run_for(seconds(2));
  f.run_for(seconds(2));
  CHECK(f.t.count<event::PollIntervalExceeded>() == 0);
}

TEST_CASE("close() commits, leaves and hangs up; a static member does not say goodbye (KIP-345)") {
  GroupFixture f;
  f.be_stable({f.orders0}, 3);
  f.client.close(f.env());
  f.deliver();
  CHECK_FALSE(f.client.closed());
  CHECK(f.answer_commit().at(f.orders0).offset == Offset(3));
  CHECK(f.revoked(false) == 1);
  CHECK(f.member_state() == ConsumerState::Leaving);
  protocol::LeaveGroupResponse left;
  f.reply(f.take_waiting(ApiKey::LeaveGroup), left);
  CHECK(f.client.closed());
  CHECK(f.member_state() == ConsumerState::Unjoined);

  GroupFixture fixed(Settings{{"group.instance.id", "till-1"}, {"enable.auto.commit", "false"}});
  fixed.find_coordinator();
  CHECK(fixed.answer_join(1, "c-1").group_instance_id == "till-1");
  fixed.answer_sync({fixed.orders0});
  fixed.client.close(fixed.env());
  fixed.deliver();
  CHECK(fixed.count_waiting(ApiKey::LeaveGroup) == 0);
  CHECK(fixed.client.closed());
}

TEST_CASE("a coordinator that dies or says no is looked for again") {
  GroupFixture f(Settings{{"enable.auto.commit", "false"}});
  f.be_stable({f.orders0});
  f.answer_fetch(f.next_fetch(), {{}, 0, ErrorCode::UNKNOWN_SERVER_ERROR});
  f.run_for(seconds(3));
  f.answer_heartbeat(ErrorCode::NOT_COORDINATOR);
  CHECK(f.t.last<event::CoordinatorLost>()->error == ErrorCode::NOT_COORDINATOR);
  f.run_for(millis(200));
  f.answer_coordinator(-1, ErrorCode::COORDINATOR_NOT_AVAILABLE);
  f.run_for(millis(300));
  f.answer_coordinator(3);
  f.run_for(seconds(3));
  CHECK(f.take_waiting(ApiKey::Heartbeat).to() == NodeId(3));
  CHECK(f.member_state() == ConsumerState::Stable);
  CHECK(f.client.assigned().size() == 1);
  f.break_connections(NodeId(3));
  f.run_for(millis(300));
  CHECK(f.count_waiting(ApiKey::FindCoordinator) == 1);
}

TEST_CASE("errors that trying again does not help end the application") {
  for (const ErrorCode error :
       {ErrorCode::INCONSISTENT_GROUP_PROTOCOL, ErrorCode::INVALID_SESSION_TIMEOUT,
        ErrorCode::GROUP_MAX_SIZE_REACHED, ErrorCode::FENCED_INSTANCE_ID}) {
    GroupFixture f;
    f.find_coordinator();
    f.refuse_join(error);
    f.run_for(seconds(31));
    CHECK(f.client.closed());
    CHECK(f.t.last<event::ApplicationEnded>()->error == error);
    CHECK(f.client.last_error() == to_string(error));
  }
}

TEST_CASE("topics, patterns and partitions by hand exclude each other") {
  GroupFixture f;
  f.subscribe();
  const auto refused = f.client.assign(f.env(), {f.orders0});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message ==
        "the consumer has topics; topics, a pattern and partitions by hand exclude each other: "
        "unsubscribe first");
  CHECK_FALSE(f.client.subscribe_pattern(f.env(), "orders.*").ok());
  f.client.unsubscribe(f.env());
  CHECK(f.client.assign(f.env(), {f.orders0}).ok());
  CHECK_FALSE(f.client.subscribe_pattern(f.env(), "orders[").ok());
  ConsumerFixture alone;
  CHECK_FALSE(alone.client.subscribe(alone.env(), {"orders"}).ok());
}

TEST_CASE("a changed subscription joins anew, and drops what is not wanted any more") {
  GroupFixture f(Settings{{"enable.auto.commit", "false"}});
  f.leaders[{"payments", 0}] = {3, 0};
  f.be_stable({f.orders0});
  REQUIRE(f.client.subscribe(f.env(), {"payments"}).ok());
  f.run_for(millis(1));
  const auto join = f.answer_join(2, "c-1");
  CHECK(client::read_subscription(join.protocols[0].metadata.view())->topics ==
        std::vector<std::string>{"payments"});
  CHECK(f.revoked(false) == 1);
}
