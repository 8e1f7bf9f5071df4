// Goal: each metric counts what Kafka's counts, thresholds are crossed at the event that did it,
// and a process takes its metrics along. Method: hand-made events of one small cluster.
// Reference: ReplicaManagerTest, RequestChannelTest, ControllerMetadataMetricsTest; ops.html.
#include "engine/cluster/metrics_fold.h"

#include "engine/cluster/metrics_json.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::cluster;
using event::ControllerActivated;

namespace {

NodeList nodes(const std::vector<std::int32_t>& ids) { return NodeList(ids); }

struct Fixture {
  NameTable names;
  std::uint64_t seq = 0;
  MetricsFold metrics;

  explicit Fixture(MetricSettings settings = {8, 3, 4, 2}) : metrics(three_nodes(), settings) {
    for (int node = 1; node <= 3; ++node) at(1, node, event::NodeStarted{1});
  }
  static Snapshot three_nodes() {
    Snapshot snapshot;
    for (int id = 1; id <= 3; ++id) {
      NodeView node;
      node.id = id;
      node.has_controller = true;
      snapshot.nodes.push_back(node);
    }
    return snapshot;
  }
  EventSeq at(int second, int node, event::Body body) {
    metrics.apply({EventSeq(++seq), Instant(seconds(second)), NodeId(node), {}, std::move(body)},
                  names);
    return EventSeq(seq);
  }
  PartitionRef orders() { return names.intern(TopicPartition{"orders", 0}); }
  /// Broker 1 leads orders-0, and 2 and 3 follow.
  void lead_orders() {
    at(2, 1,
       event::PartitionChanged{orders(), NodeId(1), LeaderEpoch(0), 0, nodes({1, 2, 3}),
                               nodes({1, 2, 3})});
    at(2, 1, event::BecameLeader{orders(), LeaderEpoch(0), Offset(0)});
    at(2, 1, event::IsrUpdated{orders(), nodes({1, 2, 3}), 0});
    at(2, 2, event::BecameFollower{orders(), NodeId(1), LeaderEpoch(0)});
  }
  double value(int node, Metric metric, const std::string& tag = "") {
    return metrics.read({node, metric, tag}).value;
  }
};

event::RequestCompleted completed(ApiKey api, int peer, int local_ms) {
  event::RequestCompleted e;
  e.api = api;
  e.peer = NodeId(peer);
  e.local = millis(local_ms);
  e.request_bytes = 100;
  e.response_bytes = 2000;
  return e;
}

}  // namespace

TEST_CASE("the table lists every metric once, in order, with what an operator needs") {
  REQUIRE(metric_table().size() == static_cast<std::size_t>(Metric::Count));
  for (std::size_t i = 0; i < metric_table().size(); ++i) {
    const MetricSpec& spec = metric_table()[i];
    CHECK(spec.metric == static_cast<Metric>(i));
    CHECK(std::string(spec.meaning).size() > 10);
    CHECK((spec.when == AlertWhen::Never) == std::string(spec.alert).empty());
    CHECK(find_metric(spec.name) == &spec);
  }
  CHECK(full_name(spec_of(Metric::PurgatorySize), "Fetch") ==
        "kafka.server:type=DelayedOperationPurgatory,name=PurgatorySize,delayedOperation=Fetch");
  CHECK(full_name(spec_of(Metric::RaftCommitLatencyAvg), "") ==
        "kafka.server:type=raft-metrics commit-latency-avg");
}

TEST_CASE("an ISR that shrinks is counted, makes the partition under-replicated, and says when") {
  Fixture f;
  f.lead_orders();
  CHECK(f.value(1, Metric::UnderReplicatedPartitions) == 0);
  CHECK(f.value(1, Metric::LeaderCount) == 1);
  CHECK(f.value(2, Metric::LeaderCount) == 0);
  const EventSeq shrunk = f.at(20, 1, event::IsrUpdated{f.orders(), nodes({1}), 1});
  CHECK(f.value(1, Metric::UnderReplicatedPartitions) == 1);
  CHECK(f.value(1, Metric::UnderMinIsrPartitionCount) == 1);
  const SeriesKey key{1, Metric::UnderReplicatedPartitions, ""};
  REQUIRE(f.metrics.alarmed(key));
  CHECK(f.metrics.last_crossing(key)->event == shrunk);
  CHECK(f.metrics.last_crossing(key)->at == Instant(seconds(20)));
  const EventSeq grown = f.at(30, 1, event::IsrUpdated{f.orders(), nodes({1, 2, 3}), 2});
  CHECK_FALSE(f.metrics.alarmed(key));
  CHECK(f.metrics.last_crossing(key)->event == grown);
  CHECK(f.metrics.read({1, Metric::IsrShrinksPerSec, ""}).count == 1);
  CHECK(f.metrics.read({1, Metric::IsrExpandsPerSec, ""}).count == 1);
}

TEST_CASE("a replica that a move adds is not missed before it has caught up") {
  Fixture f;
  f.lead_orders();
  f.at(20, 1, event::IsrUpdated{f.orders(), nodes({1, 2}), 1});  // 3 is late
  REQUIRE(f.value(1, Metric::UnderReplicatedPartitions) == 1);
  f.at(21, 1, event::IsrUpdated{f.orders(), nodes({1, 2, 3}), 2});
  f.at(30, 1, event::ReassignmentStarted{f.orders(), nodes({4}), nodes({3})});
  f.at(30, 1,
       event::PartitionChanged{f.orders(), NodeId(1), LeaderEpoch(0), 3, nodes({1, 2, 3}),
                               nodes({1, 2, 4, 3})});
  CHECK(f.value(1, Metric::UnderReplicatedPartitions) == 0);
  f.at(31, 1, event::IsrUpdated{f.orders(), nodes({1, 2}), 4});  // but 3 still is
  CHECK(f.value(1, Metric::UnderReplicatedPartitions) == 1);
}

TEST_CASE("an ISR at min.insync.replicas is at, not under, the minimum") {
  Fixture f;
  f.lead_orders();
  f.at(20, 1, event::IsrUpdated{f.orders(), nodes({1, 2}), 1});
  CHECK(f.value(1, Metric::AtMinIsrPartitionCount) == 1);
  CHECK(f.value(1, Metric::UnderMinIsrPartitionCount) == 0);
}

TEST_CASE("a topic's own min.insync.replicas counts, until it is taken back") {
  Fixture f;
  f.lead_orders();
  f.at(20, 1, event::IsrUpdated{f.orders(), nodes({1, 2}), 1});
  const auto demand = [&](const char* value) {
    f.at(21, 1, event::ConfigChanged{event::ConfigResource::Topic, f.names.intern("orders"),
                                     f.names.intern("min.insync.replicas"),
                                     f.names.intern(value)});
    return f.value(1, Metric::UnderMinIsrPartitionCount);
  };
  CHECK(demand("3") == 1);
  CHECK(demand("1") == 0);
  CHECK(demand("(default)") == 0);
  CHECK(f.value(1, Metric::AtMinIsrPartitionCount) == 1);
}

TEST_CASE("a rate follows Kafka's meter: nothing before the first tick, then slowly down") {
  Fixture f;
  f.lead_orders();
  f.at(3, 1, event::BatchAppended{f.orders(), Offset(0), Offset(49), LeaderEpoch(0), 5000});
  CHECK(f.value(1, Metric::MessagesInPerSec) == 0);
  f.metrics.advance(Instant(seconds(5)));
  CHECK(f.value(1, Metric::MessagesInPerSec) == 10);
  CHECK(f.value(1, Metric::BytesInPerSec) == 1000);
  f.metrics.advance(Instant(seconds(65)));
  CHECK(f.value(1, Metric::MessagesInPerSec) < 4);
  CHECK(f.value(1, Metric::MessagesInPerSec) > 3);
  CHECK(f.metrics.history({1, Metric::MessagesInPerSec, ""}).size() > 60);
}

TEST_CASE("what a follower appends is replication, not traffic of clients") {
  Fixture f;
  f.lead_orders();
  f.at(3, 2, event::BatchAppended{f.orders(), Offset(0), Offset(9), LeaderEpoch(0), 700});
  CHECK(f.metrics.read({2, Metric::MessagesInPerSec, ""}).count == 0);
  CHECK(f.metrics.read({2, Metric::ReplicationBytesInPerSec, ""}).count == 700);
}

TEST_CASE("requests are counted by API, and a Fetch by who asks") {
  Fixture f;
  for (int i = 1; i <= 100; ++i) f.at(3, 1, completed(ApiKey::Produce, 1001, i));
  f.at(3, 1, completed(ApiKey::Fetch, 2, 1));
  f.at(3, 1, completed(ApiKey::Fetch, 1002, 1));
  const Reading total = f.metrics.read({1, Metric::TotalTimeMs, "Produce"});
  CHECK(total.count == 100);
  CHECK(total.p50 == 50.5);
  CHECK(total.max == 100);
  CHECK(f.metrics.read({1, Metric::LocalTimeMs, "Produce"}).p99 > 99);
  CHECK(f.metrics.read({1, Metric::RemoteTimeMs, "Produce"}).max == 0);
  CHECK(f.metrics.read({1, Metric::RequestsPerSec, "FetchFollower"}).count == 1);
  CHECK(f.metrics.read({1, Metric::RequestsPerSec, "FetchConsumer"}).count == 1);
  CHECK(f.metrics.read({1, Metric::BytesOutPerSec, ""}).count == 2000);
  CHECK(f.metrics.read({1, Metric::ReplicationBytesOutPerSec, ""}).count == 2000);
}

TEST_CASE("errors that every client must expect are no failed requests") {
  Fixture f;
  f.at(3, 1, event::RequestRefused{ApiKey::Produce, f.orders(), ErrorCode::NOT_LEADER_OR_FOLLOWER});
  CHECK(f.metrics.read({1, Metric::FailedProduceRequestsPerSec, ""}).count == 0);
  f.at(3, 1, event::RequestRefused{ApiKey::Produce, f.orders(), ErrorCode::NOT_ENOUGH_REPLICAS});
  CHECK(f.metrics.read({1, Metric::FailedProduceRequestsPerSec, ""}).count == 1);
}

TEST_CASE("idle share of the handlers: one of eight that works all the time leaves 7/8") {
  Fixture f;
  f.at(5, 1, event::RequestQueued{FrameId(1), ApiKey::Produce, 1, micros(10)});
  f.at(5, 1, event::RequestStarted{FrameId(1), ApiKey::Produce, 0});
  f.metrics.advance(Instant(seconds(10)));
  f.at(605, 1, event::RequestFinished{0, seconds(600)});
  const double idle = f.value(1, Metric::RequestHandlerAvgIdlePercent);
  CHECK(idle > 0.874);
  CHECK(idle < 0.876);
  f.metrics.advance(Instant(seconds(1205)));
  CHECK(f.value(1, Metric::RequestHandlerAvgIdlePercent) > 0.999);
  CHECK(f.value(1, Metric::NetworkProcessorAvgIdlePercent) > 0.999);
}

TEST_CASE("a full request queue is told at the request that filled it") {
  Fixture f;  // queued.max.requests=4
  EventSeq filled;
  for (int i = 1; i <= 4; ++i) {
    filled = f.at(3, 1, event::RequestQueued{FrameId(1), ApiKey::Produce, i, micros(10)});
  }
  const SeriesKey key{1, Metric::RequestQueueSize, ""};
  REQUIRE(f.metrics.alarmed(key));
  CHECK(f.metrics.last_crossing(key)->event == filled);
  f.at(4, 1, event::RequestStarted{FrameId(1), ApiKey::Produce, 0});
  CHECK_FALSE(f.metrics.alarmed(key));
}

TEST_CASE("a broker that starts again counts anew; while it is down it has no metrics") {
  Fixture f;
  f.lead_orders();
  f.at(3, 1, event::BatchAppended{f.orders(), Offset(0), Offset(9), LeaderEpoch(0), 700});
  f.at(4, 1, event::NodeCrashed{});
  for (const SeriesKey& key : f.metrics.series()) CHECK(key.node != 1);
  f.at(9, 1, event::NodeStarted{2});
  CHECK(f.metrics.read({1, Metric::MessagesInPerSec, ""}).count == 0);
}

TEST_CASE("controllers are counted over the cluster: none is an alert, one is not") {
  Fixture f;
  const SeriesKey sum{0, Metric::ActiveControllerCount, ""};
  CHECK(f.metrics.alarmed(sum));
  const EventSeq active = f.at(3, 2, ControllerActivated{1});
  CHECK_FALSE(f.metrics.alarmed(sum));
  CHECK(f.metrics.last_crossing(sum)->event == active);
  CHECK(f.value(2, Metric::ActiveControllerCount) == 1);
  CHECK(f.value(1, Metric::ActiveControllerCount) == 0);
  CHECK_FALSE(f.metrics.alarmed({1, Metric::ActiveControllerCount, ""}));
}

TEST_CASE("an election takes as long as the partition had no leader") {
  Fixture f;
  f.lead_orders();
  f.at(10, 1, event::NodeCrashed{});
  f.at(19, 2, event::PartitionLeaderChanged{f.orders(), NodeId(1), NodeId(2), LeaderEpoch(1)});
  const Reading elections = f.metrics.read({2, Metric::LeaderElectionRateAndTimeMs, ""});
  CHECK(elections.count == 1);
  CHECK(elections.max == 9000);
}

TEST_CASE("what a producer sends again is a retry and not sent twice") {
  Fixture f;
  const NameRef name = f.names.intern("p1");
  f.at(31, 1001, event::ClientStarted{name, event::ClientRole::Producer, -1});
  f.at(31, 1001, event::BatchDrained{f.orders(), 1, 30, 1});
  f.at(32, 1001, event::BatchRetried{f.orders(), 1, ErrorCode::REQUEST_TIMED_OUT, millis(100)});
  f.at(33, 1001, event::BatchDrained{f.orders(), 1, 30, 2});
  f.at(34, 1001, event::BatchAcked{f.orders(), 1, Offset(0), 30, -1});
  f.metrics.advance(Instant(seconds(40)));
  CHECK(f.value(1001, Metric::RecordSendRate) == 0.75);  // 30 records in 30 s and 10
  CHECK(f.value(1001, Metric::RecordRetryRate) == 0.75);
  CHECK(f.value(1001, Metric::RequestLatencyAvg) == 1000);
}

TEST_CASE("places name a metric in words") {
  Fixture f;
  f.lead_orders();
  f.at(3, 1, completed(ApiKey::Produce, 1001, 4));
  CHECK(read_metric_path(f.metrics, "1 LeaderCount") == "1");
  CHECK(read_metric_path(f.metrics, "1 TotalTimeMs Produce p99") == "4");
  CHECK(read_metric_path(f.metrics, "cluster ActiveControllerCount alert") == "true");
  CHECK(read_metric_path(f.metrics, "9 LeaderCount") == "none");
  CHECK_FALSE(check_metric_path("1 LeaderCnt").ok());
  CHECK_FALSE(check_metric_path("1 TotalTimeMs p99").ok());
  CHECK(check_metric_path("1 PurgatorySize Fetch").ok());
}
