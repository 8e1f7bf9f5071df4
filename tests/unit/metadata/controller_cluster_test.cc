// Goal: whatever happens to the controllers, what was answered is true, images agree, brokers and
// partitions keep C1 to C4, and the events tell every committed change exactly once.
// Method: three shared servers and an observer, four made-up brokers, an admin; first by hand, then
// seeded random faults with the invariants after every step. KIP-500, KIP-631,
// QuorumControllerTest.
#include "engine/protocol/messages/envelope.h"
#include "tests/catch.h"
#include "tests/unit/metadata/metadata_invariants.h"

namespace kscope::metadata::testing {
namespace {

/// Everything around the controllers, moved on in ticks of half a second.
class Scene {
 public:
  explicit Scene(std::uint64_t seed, int voters = 3, const Settings& settings = {})
      : cluster(seed, voters, 1, settings), invariants(cluster), admin(cluster, 200) {
    for (int b = 1; b <= 4; ++b) brokers.emplace_back(cluster, b);
    cluster.after_step = [this] { invariants.check(); };
    cluster.on_outside_frame = [this](const env::ConnectionInfo& from, const Blob& frame) {
      admin.on_frame(from, frame);
      for (FakeBroker& broker : brokers) broker.on_frame(from, frame);
    };
    cluster.start_all();
  }

  void run(Duration length) {
    const Instant until = cluster.now() + length;
    while (cluster.now() < until && invariants.violation().empty()) {
      for (FakeBroker& broker : brokers) broker.tick();
      admin.look_at_the_time();
      cluster.run_for(millis(500));
    }
  }
  bool all_unfenced() const {
    return std::all_of(brokers.begin(), brokers.end(),
                       [](const FakeBroker& b) { return b.is_unfenced(); });
  }
  bool run_until_unfenced(Duration limit) {
    const Instant until = cluster.now() + limit;
    while (!all_unfenced() && cluster.now() < until && invariants.violation().empty()) {
      run(millis(500));
    }
    return all_unfenced();
  }
  void create(const std::string& name, std::int32_t partitions) {
    protocol::CreateTopicsRequest request;
    protocol::CreateTopicsRequest::CreatableTopic topic;
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = 3;
    request.topics.push_back(topic);
    admin.ask(request, [this, name](const Blob& body) {
      const auto r = protocol::decode_body<protocol::CreateTopicsResponse>(body, 7);
      const ErrorCode error = r->topics.at(0).error_code;
      if (error == ErrorCode::NONE) created.insert(name);
      if (error == ErrorCode::NOT_CONTROLLER) admin.forget();
    });
  }
  void remove(const std::string name) {  // a copy: the caller's may lie in `created`
    created.erase(name);  // from the moment we ask nothing is promised any more
    protocol::DeleteTopicsRequest request;
    request.topics.push_back({name, {}});
    admin.ask(request, [](const Blob&) {});
  }
  /// Some broker that leads something asks for another ISR, sensible or not.
  void alter_some_isr() {
    const MetadataImage* image = cluster.best_image();
    if (image == nullptr) return;
    for (const auto& [name, topic] : image->topics()) {
      for (const auto& [index, p] : topic.partitions) {
        if (!p.leader || !cluster.random().chance(1, 3)) continue;
        FakeBroker& leader = brokers[static_cast<std::size_t>(p.leader->value() - 1)];
        if (!leader.alive || leader.epoch() < 0) continue;
        protocol::AlterPartitionRequest::PartitionData wanted;
        wanted.partition_index = index;
        wanted.leader_epoch = p.leader_epoch.value();
        wanted.partition_epoch = p.partition_epoch;
        for (NodeId replica : p.replicas) {
          if (replica != p.leader && cluster.random().chance(1, 3)) continue;
          wanted.new_isr_with_epochs.push_back({replica.value(), -1});
        }
        protocol::AlterPartitionRequest request;
        request.broker_id = leader.broker();
        request.broker_epoch = leader.epoch();
        request.topics.push_back({"", topic.id, {wanted}});
        leader.ask(request, [](const Blob&) {});
        return;
      }
    }
  }

  ControllerCluster cluster;
  MetadataInvariants invariants;
  Asker admin;
  std::deque<FakeBroker> brokers;
  std::set<std::string> created;
};

void random_fault(Scene& scene, int round) {
  env::Random& luck = scene.cluster.random();
  const auto node = [&] { return NodeId(static_cast<std::int32_t>(luck.between(1, 4))); };
  FakeBroker& broker = scene.brokers[luck.below(4)];
  switch (luck.below(16)) {
    case 0:
      return scene.cluster.crash(node(), false);
    case 1:
      return scene.cluster.crash(node(), true);
    case 2:
    case 3:
    case 4:
      return scene.cluster.start(node());
    case 5:
      return scene.cluster.cut(node(), node());
    case 6:
    case 7:
      return scene.cluster.heal();
    case 8:
      broker.alive = false;
      return;
    case 9:
      return broker.restart();
    case 10:
      if (!scene.created.empty()) scene.remove(*scene.created.begin());
      return;
    case 11:
    case 12:
      return scene.create("t" + std::to_string(round), 2);
    default:
      return scene.alter_some_isr();
  }
}

std::string run_seed(std::uint64_t seed, int rounds, int* told) {
  Scene scene(seed);
  for (int i = 0; i < rounds && scene.invariants.violation().empty(); ++i) {
    scene.run(scene.cluster.random().between(millis(500), seconds(3)));
    random_fault(scene, i);
  }
  scene.cluster.heal();
  scene.cluster.start_all();
  for (FakeBroker& broker : scene.brokers) {
    if (!broker.alive) broker.restart();
  }
  const bool well = scene.run_until_unfenced(seconds(90));
  scene.run(seconds(2));
  *told += scene.invariants.events_told;
  if (!scene.invariants.violation().empty()) return scene.invariants.violation();
  if (!well) return "brokers are not unfenced after healing";
  for (const std::string& name : scene.created) {
    if (scene.invariants.truth().topic(name) == nullptr) return "lost a created topic: " + name;
  }
  for (const FakeBroker& broker : scene.brokers) {
    if (broker.nonsense != 0) return "an answer to nothing";
  }
  return {};
}

}  // namespace

TEST_CASE("brokers register, are unfenced, and a topic is created everywhere") {
  Scene scene(1);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  scene.create("orders", 3);
  scene.run(seconds(2));
  CHECK(scene.created.count("orders") == 1);
  for (auto& [id, node] : scene.cluster.nodes()) {
    CHECK(node.client->image().topic("orders") != nullptr);
    CHECK(node.client->image().features().at("metadata.version") == 21);
  }
  CHECK(scene.invariants.violation() == "");
}

TEST_CASE("a broker that falls silent is fenced after its session and leads nothing any more") {
  Scene scene(2);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  scene.create("orders", 8);
  scene.run(seconds(2));
  scene.brokers[0].alive = false;
  scene.run(seconds(8));
  CHECK_FALSE(scene.invariants.truth().broker(NodeId(1))->fenced);
  scene.run(seconds(3));
  CHECK(scene.invariants.truth().broker(NodeId(1))->fenced);
  for (const auto& [index, p] : scene.invariants.truth().topic("orders")->partitions) {
    CHECK(p.leader != NodeId(1));
    CHECK_FALSE(p.in_isr(NodeId(1)));
  }
  CHECK(scene.invariants.violation() == "");
}

TEST_CASE("a new controller goes on where the old one was, and sessions survive the change") {
  Scene scene(3);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  scene.create("orders", 3);
  scene.run(seconds(2));
  const NodeId first = scene.cluster.active()->id;
  scene.cluster.crash(first, true);
  scene.run(seconds(12));
  REQUIRE(scene.cluster.active() != nullptr);
  CHECK(scene.cluster.active()->id != first);
  CHECK(scene.invariants.truth().topic("orders") != nullptr);
  CHECK(scene.all_unfenced());
  scene.cluster.start(first);
  scene.run(seconds(3));
  CHECK(scene.cluster.nodes().at(first).client->image() == scene.invariants.truth());
  CHECK(scene.invariants.violation() == "");
}

TEST_CASE("a controller cut off from its quorum answers nothing and then says NOT_CONTROLLER") {
  Scene scene(4);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  const NodeId old = scene.cluster.active()->id;
  for (int other = 1; other <= 4; ++other) {
    scene.cluster.cut(old, NodeId(other));
    scene.cluster.cut(NodeId(other), old);
  }
  // Still believed to be the controller, it takes the request but cannot commit it.
  std::optional<ErrorCode> answer;
  protocol::AllocateProducerIdsRequest request;
  request.broker_id = 1;
  request.broker_epoch = scene.brokers[0].epoch();
  Asker asker(scene.cluster, 300);
  const auto others = scene.cluster.on_outside_frame;
  scene.cluster.on_outside_frame = [&](const env::ConnectionInfo& from, const Blob& frame) {
    asker.on_frame(from, frame);
    others(from, frame);
  };
  REQUIRE(asker.ask(request, [&](const Blob& body) {
    answer = protocol::decode_body<protocol::AllocateProducerIdsResponse>(body, 0)->error_code;
  }));
  scene.run(seconds(1));
  CHECK_FALSE(answer.has_value());
  scene.run(seconds(4));
  CHECK(answer == ErrorCode::NOT_CONTROLLER);
  CHECK_FALSE(scene.cluster.nodes().at(old).client->controller_active());
  CHECK(scene.invariants.violation() == "");
}

TEST_CASE("producer ids are handed out in blocks that never overlap") {
  Scene scene(5, 1);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  std::vector<std::int64_t> starts;
  Asker asker(scene.cluster, 300);
  scene.cluster.on_outside_frame = [&](const env::ConnectionInfo& from, const Blob& frame) {
    asker.on_frame(from, frame);
  };
  for (int i = 0; i < 3; ++i) {
    protocol::AllocateProducerIdsRequest request;
    request.broker_id = 1;
    request.broker_epoch = scene.brokers[0].epoch();
    REQUIRE(asker.ask(request, [&](const Blob& body) {
      const auto r = protocol::decode_body<protocol::AllocateProducerIdsResponse>(body, 0);
      CHECK(r->producer_id_len == 1000);
      starts.push_back(r->producer_id_start);
    }));
    scene.cluster.run_for(seconds(1));
  }
  CHECK(starts == std::vector<std::int64_t>{0, 1000, 2000});
}

TEST_CASE("when everybody has been down the past is not told again") {
  Scene scene(8);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  scene.create("orders", 3);
  scene.run(seconds(2));
  const int told = scene.invariants.events_told;
  CHECK(told == 3);
  for (int id = 1; id <= 4; ++id) scene.cluster.crash(NodeId(id), true);
  scene.cluster.start_all();
  scene.run(seconds(6));
  REQUIRE(scene.cluster.active() != nullptr);
  CHECK(scene.cluster.active()->client->image().topic("orders") != nullptr);
  CHECK(scene.invariants.events_told == told);
  CHECK(scene.invariants.violation() == "");
}

TEST_CASE("answers of one connection come in the order of the requests") {
  Scene scene(9);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  std::vector<std::int32_t> correlations;
  scene.cluster.on_outside_frame = [&](const env::ConnectionInfo& from, const Blob& frame) {
    if (from.id.value() == 0 || frame.size() < 8) return;
    ByteReader in(frame);
    in.i32();
    correlations.push_back(in.i32());
  };
  const ConnectionId connection =
      scene.cluster.connect_from_outside(NodeId(400), scene.cluster.active()->id);
  // The first has to be committed, the second changes nothing and could be answered at once.
  protocol::AllocateProducerIdsRequest slow;
  slow.broker_id = 1;
  slow.broker_epoch = scene.brokers[0].epoch();
  protocol::ElectLeadersRequest quick;
  scene.cluster.send_from_outside(
      connection, protocol::encode_request({slow.kApi, 0, CorrelationId(1), "test"}, slow));
  scene.cluster.send_from_outside(
      connection, protocol::encode_request({quick.kApi, 2, CorrelationId(2), "test"}, quick));
  scene.cluster.run_for(seconds(1));
  CHECK(correlations == std::vector<std::int32_t>{1, 2});
}

TEST_CASE("a forwarded request comes in an envelope and is answered in one") {
  Scene scene(10);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  protocol::DeleteTopicsRequest inner;
  inner.topics.push_back({"nope", {}});
  const Blob frame = protocol::encode_request({inner.kApi, 6, CorrelationId(77), "client"}, inner);
  protocol::EnvelopeRequest envelope;
  envelope.request_data = frame.slice(4, frame.size() - 4);
  std::optional<protocol::EnvelopeResponse> answer;
  REQUIRE(scene.admin.ask(envelope, [&](const Blob& body) {
    answer = *protocol::decode_body<protocol::EnvelopeResponse>(body, 0);
  }));
  scene.run(seconds(1));
  REQUIRE(answer.has_value());
  CHECK(answer->error_code == ErrorCode::NONE);
  REQUIRE(answer->response_data.has_value());
  ByteWriter whole;
  whole.i32(static_cast<std::int32_t>(answer->response_data->size()));
  whole.raw(*answer->response_data);
  const auto parsed = protocol::parse_response(Blob(whole.take()), inner.kApi, 6);
  REQUIRE(parsed.ok());
  CHECK(parsed->correlation == CorrelationId(77));
  const auto response = protocol::decode_body<protocol::DeleteTopicsResponse>(parsed->body, 6);
  CHECK(response->responses.at(0).error_code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

TEST_CASE("bytes that make no sense cost their connection and nothing else") {
  Scene scene(11);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  int closed = 0;
  scene.cluster.on_outside_frame = [&](const env::ConnectionInfo&, const Blob& frame) {
    closed += frame.empty() ? 1 : 0;
  };
  const NodeId controller = scene.cluster.active()->id;
  for (const Bytes& garbage :
       {Bytes{0, 0, 0, 2, 9, 9}, Bytes{0, 0, 0, 12, 0, 62, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0, 9},
        Bytes{0, 0, 0, 10, 0, 1, 0, 17, 0, 0, 0, 1, 0xff, 0xff}}) {
    const ConnectionId connection = scene.cluster.connect_from_outside(NodeId(400), controller);
    scene.cluster.send_from_outside(connection, Blob(garbage));
    scene.cluster.run_for(millis(100));
  }
  CHECK(closed == 3);
  CHECK(scene.cluster.nodes().at(controller).client->controller_active());
}

TEST_CASE("a clean shutdown hands the controllership over without waiting for a time-out") {
  Scene scene(6);
  REQUIRE(scene.run_until_unfenced(seconds(20)));
  const NodeId old = scene.cluster.active()->id;
  scene.cluster.call(
      old, [&](env::Env& env) { scene.cluster.nodes().at(old).client->begin_shutdown(env); });
  CHECK_FALSE(scene.cluster.nodes().at(old).client->controller_active());
  scene.run(millis(1500));
  REQUIRE(scene.cluster.active() != nullptr);
  CHECK(scene.cluster.active()->id != old);
  CHECK(scene.cluster.nodes().at(old).client->shutdown_complete());
  CHECK(scene.invariants.violation() == "");
}

TEST_CASE("controllers keep their promises under random faults") {
  int told = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const std::string violation = run_seed(seed, 40, &told);
    if (!violation.empty()) FAIL("seed " << seed << ": " << violation);
  }
  CHECK(told > 3000);
}

}  // namespace kscope::metadata::testing
