// Goal: a member of the new protocol joins, gives up before it takes, acknowledges, and is fenced.
// Method: a scripted coordinator (MembershipManagerImplTest, HeartbeatRequestManagerTest; KIP-848).
#include "engine/protocol/messages/consumer_group_heartbeat.h"
#include "tests/unit/client/group_fixture.h"

using namespace kscope;
using namespace kscope::test;
using event::ConsumerState;

namespace {

using Request = protocol::ConsumerGroupHeartbeatRequest;
using Response = protocol::ConsumerGroupHeartbeatResponse;

Uuid id_of_orders() {
  Uuid id;
  id.bytes[0] = 7;
  return id;
}

class NewProtocolFixture : public GroupFixture {
 public:
  explicit NewProtocolFixture(client::Settings settings = {}) : GroupFixture(with(settings)) {
    versions[ApiKey::ConsumerGroupHeartbeat] = {0, 0};
    topic_ids["orders"] = id_of_orders();
  }
  static client::Settings with(client::Settings settings) {
    settings.emplace("group.protocol", "consumer");
    return settings;
  }
  Request answer(std::int32_t epoch, std::optional<std::vector<std::int32_t>> orders,
                 ErrorCode error = ErrorCode::NONE) {
    const Received asked = take_waiting(ApiKey::ConsumerGroupHeartbeat);
    Response response;
    response.error_code = error;
    response.member_id = "m-1";
    response.member_epoch = epoch;
    response.heartbeat_interval_ms = 5000;
    if (orders) {
      response.assignment.emplace();
      if (!orders->empty()) {
        response.assignment->topic_partitions.push_back({id_of_orders(), *orders});
      }
    }
    reply(asked, response);
    run_for(millis(1));
    return asked.as<Request>();
  }
  /// Stable at epoch 1 with these partitions at offset 0.
  void settle_with(std::vector<std::int32_t> orders) {
    find_coordinator();
    answer(1, orders);
    answer(1, std::nullopt);
    answer_committed(0);
    run_for(millis(1));
  }
};

}  // namespace

TEST_CASE("KIP-848: the first heartbeat joins and tells everything, the second acknowledges") {
  NewProtocolFixture f(
      Settings{{"group.remote.assignor", "range"}, {"enable.auto.commit", "false"}});
  f.find_coordinator();
  CHECK(f.member_state() == ConsumerState::Joining);
  const Request first = f.answer(1, std::vector<std::int32_t>{0, 1});
  CHECK(first.member_epoch == 0);
  CHECK(first.member_id.empty());
  CHECK(first.rebalance_timeout_ms == 300'000);
  CHECK(first.subscribed_topic_names == std::vector<std::string>{"orders"});
  CHECK(first.server_assignor == "range");
  REQUIRE(first.topic_partitions);
  CHECK(first.topic_partitions->empty());
  CHECK(f.client.assigned().size() == 2);
  const Request second = f.answer(1, std::nullopt);
  CHECK(second.member_id == "m-1");
  CHECK(second.member_epoch == 1);
  REQUIRE(second.topic_partitions);
  CHECK(second.topic_partitions->at(0).partitions == std::vector<std::int32_t>{0, 1});
  CHECK_FALSE(second.subscribed_topic_names);
  CHECK(f.member_state() == ConsumerState::Stable);
  f.answer_committed(3);
  f.run_for(seconds(5));
  const Request third = f.answer(1, std::nullopt);  // nothing is new
  CHECK_FALSE(third.topic_partitions);
  CHECK(third.rebalance_timeout_ms == -1);
}

TEST_CASE("KIP-848: what goes is committed and revoked before it is told") {
  NewProtocolFixture f(Settings{{"auto.commit.interval.ms", "60000"}});
  f.settle_with({0, 1});
  f.run_for(seconds(5));
  f.answer(2, std::vector<std::int32_t>{0});
  CHECK(f.member_state() == ConsumerState::Reconciling);
  CHECK(f.count_waiting(ApiKey::ConsumerGroupHeartbeat) == 0);
  CHECK(f.revoked(false) == 0);
  f.answer_commit();
  f.run_for(millis(1));
  CHECK(f.last_commit.generation_id_or_member_epoch == 2);
  CHECK(f.revoked(false) == 1);
  const Request told = f.answer(2, std::nullopt);
  CHECK(told.topic_partitions->at(0).partitions == std::vector<std::int32_t>{0});
  CHECK(f.member_state() == ConsumerState::Stable);
}

TEST_CASE("KIP-848: giving up waits for the application, heartbeats do not") {
  NewProtocolFixture f(Settings{{"processing", "20s"}, {"enable.auto.commit", "false"}});
  f.settle_with({0, 1});
  f.answer_fetch(f.next_fetch(), {stored_batch(0, {"a"}), 1});
  f.run_for(seconds(5));
  f.answer(2, std::vector<std::int32_t>{0});
  f.run_for(seconds(5));
  CHECK_FALSE(f.answer(2, std::nullopt).topic_partitions);  // alive, and still holding both
  CHECK(f.client.assigned().size() == 2);
  f.run_for(seconds(11));
  CHECK(f.client.assigned().size() == 1);
}

TEST_CASE("KIP-848: a fenced member loses everything and joins again under its id") {
  NewProtocolFixture f(Settings{{"enable.auto.commit", "false"}});
  f.settle_with({0});
  f.run_for(seconds(5));
  f.answer(0, std::nullopt, ErrorCode::FENCED_MEMBER_EPOCH);
  CHECK(f.revoked(true) == 1);
  const Request again = f.answer(5, std::vector<std::int32_t>{0});
  CHECK(again.member_epoch == 0);
  CHECK(again.member_id == "m-1");
  CHECK(again.subscribed_topic_names);
  CHECK(f.client.group_identity().generation == 5);
}

TEST_CASE("KIP-848: who does not poll leaves; close() leaves, a static member for a while only") {
  NewProtocolFixture f(Settings{{"max.poll.interval.ms", "8000"}, {"enable.auto.commit", "false"}});
  f.settle_with({0});
  f.client.stall(f.env(), true);
  f.run_for(seconds(9));
  f.answer(1, std::nullopt);
  CHECK(f.t.count<event::PollIntervalExceeded>() == 1);
  CHECK(f.take_waiting(ApiKey::ConsumerGroupHeartbeat).as<Request>().member_epoch == -1);
  f.client.stall(f.env(), false);
  f.run_for(millis(1));
  CHECK(f.revoked(true) == 1);
  CHECK(f.member_state() == ConsumerState::Joining);

  NewProtocolFixture fixed(
      Settings{{"group.instance.id", "till-1"}, {"enable.auto.commit", "false"}});
  fixed.settle_with({0});
  fixed.client.close(fixed.env());
  fixed.deliver();
  CHECK(fixed.answer(-2, std::nullopt).member_epoch == -2);
  CHECK(fixed.client.closed());
}

TEST_CASE("KIP-848: a broker without the new protocol ends the application with a clear error") {
  NewProtocolFixture f;
  f.versions.erase(ApiKey::ConsumerGroupHeartbeat);
  f.find_coordinator();
  f.run_for(seconds(1));
  CHECK(f.t.last<event::ApplicationEnded>()->error == ErrorCode::UNSUPPORTED_VERSION);
}
