// Goal: ISR wishes reach the controller, together, once each, however often it takes.
// Reference: AlterPartitionManagerTest; KIP-497.
#include "engine/broker/alter_partition_manager.h"

#include "tests/catch.h"
#include "tests/unit/support/records.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using namespace kscope::test;
using namespace kscope::broker;
using replication::AlterPartitionItem;

namespace {

struct AlterFixture {
  TestEnv t{NodeId(1)};
  AlterPartitionManager manager;
  NodeToControllerChannel channel{Channel::AlterPartition, "broker-1", seconds(30), {}};

  AlterFixture() { channel.set_controller(NodeId(9)); }
  static AlterPartitionItem wish(int partition, int partition_epoch = 0) {
    return {{"orders", partition},
            topic_id_of(1),
            {LeaderEpoch(2), partition_epoch, {{NodeId(1), BrokerEpoch(11)}}}};
  }
  void propagate() { manager.propagate(t.env(), channel, NodeId(1), BrokerEpoch(11)); }
  std::size_t partitions_asked() {
    const auto frames = t.network.take();
    if (frames.empty()) return 0;
    const auto parsed = protocol::parse_request(frames.at(0).frame);
    const auto body = protocol::decode_body<protocol::AlterPartitionRequest>(
        parsed->body, parsed->header.version);
    REQUIRE(body->topics.size() == 1);
    return body->topics[0].partitions.size();
  }
  std::vector<AlterPartitionManager::Answer> reply(const protocol::AlterPartitionResponse& r) {
    return manager.on_reply(t.env(), {0, ApiKey::AlterPartition, 3,
                                      Blob(protocol::encode_body(r, 3))});
  }
};

protocol::AlterPartitionResponse accepted(std::vector<int> partitions) {
  protocol::AlterPartitionResponse r;
  r.topics.push_back({"", topic_id_of(1), {}});
  for (int p : partitions) {
    r.topics[0].partitions.push_back({p, ErrorCode::NONE, 1, 2, {1}, 0, 1});
  }
  return r;
}

}  // namespace

TEST_CASE("what comes while a request is under way goes together into the next") {
  AlterFixture f;
  CHECK(f.manager.submit(f.wish(0)));
  f.propagate();
  CHECK(f.partitions_asked() == 1);
  f.manager.submit(f.wish(1));
  f.manager.submit(f.wish(2));
  f.propagate();
  CHECK(f.partitions_asked() == 0);
  CHECK(f.reply(accepted({0})).size() == 1);
  CHECK(f.manager.waiting() == 2);
}

TEST_CASE("one wish per partition until it is answered") {
  AlterFixture f;
  CHECK(f.manager.submit(f.wish(0)));
  CHECK_FALSE(f.manager.submit(f.wish(0, 1)));
  f.propagate();
  CHECK_FALSE(f.manager.submit(f.wish(0, 1)));
  f.reply(accepted({0}));
  CHECK(f.manager.submit(f.wish(0, 1)));
}

TEST_CASE("answers are matched to what was asked") {
  AlterFixture f;
  f.manager.submit(f.wish(0));
  f.manager.submit(f.wish(1));
  f.propagate();
  auto response = accepted({0, 1});
  response.topics[0].partitions[1].error_code = ErrorCode::INELIGIBLE_REPLICA;
  const auto answers = f.reply(response);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].item == f.wish(0));
  CHECK(answers[0].decision.error == ErrorCode::NONE);
  CHECK(answers[0].decision.isr == nodes({1}));
  CHECK(answers[1].decision.error == ErrorCode::INELIGIBLE_REPLICA);
}

TEST_CASE("a request that fails as a whole is made again after a rest") {
  AlterFixture f;
  f.manager.submit(f.wish(0));
  f.propagate();
  f.partitions_asked();
  protocol::AlterPartitionResponse failed;
  failed.error_code = ErrorCode::STALE_BROKER_EPOCH;
  CHECK(f.reply(failed).empty());
  f.propagate();
  CHECK(f.manager.waiting() == 1);
  CHECK(f.t.timers.at(env::TimerKind::IsrCheck, kAlterPartitionRetryKey) == Instant(millis(50)));
  CHECK(f.partitions_asked() == 0);
}

TEST_CASE("a wish that the answer left out stays") {
  AlterFixture f;
  f.manager.submit(f.wish(0));
  f.manager.submit(f.wish(1));
  f.propagate();
  CHECK(f.reply(accepted({0})).size() == 1);
  CHECK(f.manager.waiting() == 1);
}
