// Goal: the client's picture of the cluster is refreshed when it is needed, not more often, and
// never goes backwards in leader epochs. Method: Metadata alone, and a producer in front of
// scripted brokers (Metadata.java, DefaultMetadataUpdater; KIP-320).
#include "tests/unit/client/producer_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

protocol::MetadataResponse one_topic(std::int32_t leader, std::int32_t epoch, Uuid id = {}) {
  protocol::MetadataResponse response;
  protocol::MetadataResponse::MetadataResponseBroker broker;
  for (std::int32_t node : {1, 2, 3}) {
    broker.node_id = node;
    response.brokers.push_back(broker);
  }
  protocol::MetadataResponse::MetadataResponseTopic topic;
  topic.name = "t";
  topic.topic_id = id;
  protocol::MetadataResponse::MetadataResponsePartition partition;
  partition.leader_id = leader;
  partition.leader_epoch = epoch;
  topic.partitions.push_back(partition);
  response.topics.push_back(topic);
  return response;
}

const TopicPartition kT0{"t", 0};

}  // namespace

TEST_CASE("an answer with an older leader epoch is not believed") {
  client::Metadata metadata({}, {NodeId(1)});
  env::Random random(1);
  REQUIRE(metadata.update(one_topic(2, 7), Instant{}, random));
  REQUIRE(metadata.update(one_topic(1, 6), Instant{}, random));
  CHECK(metadata.current_leader(kT0) == client::LeaderAndEpoch{NodeId(2), LeaderEpoch(7)});
}

TEST_CASE("a topic that was created anew starts its epochs from the beginning") {
  client::Metadata metadata({}, {NodeId(1)});
  env::Random random(1);
  Uuid first, second;
  first.bytes[0] = 1;
  second.bytes[0] = 2;
  REQUIRE(metadata.update(one_topic(2, 7, first), Instant{}, random));
  REQUIRE(metadata.update(one_topic(1, 0, second), Instant{}, random));
  CHECK(metadata.current_leader(kT0) == client::LeaderAndEpoch{NodeId(1), LeaderEpoch(0)});
}

TEST_CASE("a newer epoch seen elsewhere makes the cached leader unknown and asks for a refresh") {
  client::Metadata metadata({}, {NodeId(1)});
  env::Random random(1);
  REQUIRE(metadata.update(one_topic(2, 7), Instant{}, random));
  CHECK_FALSE(metadata.epoch_seen(kT0, LeaderEpoch(7)));
  CHECK_FALSE(metadata.update_requested());
  CHECK(metadata.epoch_seen(kT0, LeaderEpoch(8)));
  CHECK(metadata.update_requested());
  CHECK_FALSE(metadata.current_leader(kT0).leader.has_value());
  CHECK(metadata.current_leader(kT0).epoch == LeaderEpoch(8));
}

TEST_CASE("an answer without brokers counts as a failure") {
  client::Metadata metadata({}, {NodeId(1)});
  env::Random random(1);
  CHECK_FALSE(metadata.update({}, Instant{}, random));
  CHECK(metadata.nodes() == std::vector<NodeId>{NodeId(1)});
  CHECK(metadata.next_update_at(Instant{}) > Instant{});
}

TEST_CASE("metadata is refreshed when metadata.max.age.ms is over") {
  client::CommonConfig config;
  client::Metadata metadata(config, {NodeId(1)});
  env::Random random(1);
  metadata.add_topic("t");
  metadata.start_request(true);
  REQUIRE(metadata.update(one_topic(2, 7), Instant{}, random));
  CHECK(metadata.next_update_at(Instant{}) == Instant(seconds(300)));
}

TEST_CASE("answers that tell nothing new are asked for ever more slowly") {
  client::Metadata metadata({}, {NodeId(1)});
  env::Random random(1);
  Instant now{};
  std::vector<Duration> waits;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(metadata.update(one_topic(-1, 7), now, random));
    metadata.request_update();
    waits.push_back(metadata.next_update_at(now) - now);
    now = metadata.next_update_at(now);
  }
  CHECK(waits[0] <= millis(120));
  CHECK(waits[4] >= millis(640));
}

TEST_CASE("a topic is asked for with its first record and the record waits for the answer") {
  ProducerFixture f;
  f.answer_metadata = false;
  f.send("early");
  f.deliver();
  CHECK(f.client.records_waiting() == 1);
  CHECK(f.client.records_queued() == 0);
  const Received request = f.take_waiting(ApiKey::Metadata);
  CHECK(request.as<protocol::MetadataRequest>().topics->at(0).name == "orders");
  f.reply(request, f.metadata_for(request));
  CHECK(f.client.records_queued() == 1);
  CHECK(f.count_waiting(ApiKey::Produce) == 1);
}

TEST_CASE("an unknown topic is asked for again and again, until max.block.ms") {
  ProducerFixture f(Settings{{"max.block.ms", "3000"}});
  f.leaders.clear();
  f.send("nowhere");
  f.run_for(millis(2900));
  CHECK(f.metadata_requests >= 3);
  CHECK(f.metadata_requests <= 30);
  CHECK(f.client.records_failed() == 0);
  f.run_for(millis(200));
  CHECK(f.client.records_failed() == 1);
  CHECK(f.t.last<event::BatchFailed>()->error == ErrorCode::REQUEST_TIMED_OUT);
}

TEST_CASE("a bootstrap broker that refuses is passed over for another") {
  ProducerFixture f;
  f.dead = {NodeId(1), NodeId(2)};
  f.leaders[{"orders", 0}] = {3, 0};
  f.send("someone there?");
  f.run_for(millis(3000));
  CHECK(f.next_produce().to() == NodeId(3));
}

TEST_CASE("when every broker refuses the client tries again at most once a second each") {
  ProducerFixture f;
  f.dead = {NodeId(1), NodeId(2), NodeId(3)};
  f.send("someone there?");
  f.run_for(seconds(20));
  const std::size_t attempts = f.t.network.opened.size();
  CHECK(attempts > 20);
  CHECK(attempts < 100);
  f.dead.clear();
  f.run_for(millis(2500));
  CHECK(f.count_waiting(ApiKey::Produce) == 1);
}
