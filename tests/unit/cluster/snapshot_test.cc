// Goal: the snapshot can be read in words and as JSON, and both say the same.
// Method: one hand-made cluster of two brokers, a topic, a producer.
#include "engine/cluster/snapshot.h"

#include "engine/cluster/snapshot_json.h"
#include "engine/cluster/snapshot_path.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::cluster;

namespace {

Snapshot small_cluster() {
  Snapshot s;
  for (int id : {1, 2}) {
    NodeView n;
    n.id = id;
    n.name = "broker " + std::to_string(id);
    n.state = NodeState::Running;
    n.has_controller = true;
    n.quorum.epoch = 4;
    n.quorum.role = id == 2 ? event::RaftRole::Leader : event::RaftRole::Follower;
    n.quorum.controller_active = id == 2;
    ReplicaView r;
    r.partition = {"orders", 0};
    r.role = id == 1 ? ReplicaRole::Leader : ReplicaRole::Follower;
    r.log_end = 5 - id;
    r.high_watermark = 3;
    r.isr = {1, 2};
    r.epochs = {{0, 0}, {2, 3}};
    r.follower_ends = {{2, 3}};
    n.broker.replicas.push_back(r);
    s.nodes.push_back(n);
  }
  PartitionView orders;
  orders.partition = {"orders", 0};
  orders.leader = 1;
  orders.leader_epoch = 2;
  orders.partition_epoch = 7;
  orders.isr = orders.replicas = {1, 2};
  s.metadata.partitions.push_back(orders);
  RegistrationView one;
  one.broker = 1;
  one.broker_epoch = 10;
  one.fenced = false;
  s.metadata.registrations.push_back(one);
  ClientView p;
  p.id = 1001;
  p.name = "p1";
  p.kind = ClientKind::Producer;
  p.producer.records_acked = 9;
  p.producer.last_acked["orders-0"] = 8;
  s.clients.push_back(p);
  return s;
}

std::string error_of(const char* path) {
  const auto r = check_path(path);
  return r.ok() ? "" : r.error().message;
}

}  // namespace

TEST_CASE("places of a snapshot are read in words") {
  const Snapshot s = small_cluster();
  CHECK(read_path(s, "partition orders-0 leader") == "1");
  CHECK(read_path(s, "partition orders-0 isr") == "{1,2}");
  CHECK(read_path(s, "replica 2 orders-0 leo") == "3");
  CHECK(read_path(s, "replica 1 orders-0 epochs") == "{0:0,2:3}");
  CHECK(read_path(s, "replica 1 orders-0 follower_end 2") == "3");
  CHECK(read_path(s, "replica 1 orders-0 role") == "Leader");
  CHECK(read_path(s, "quorum leader") == "2");
  CHECK(read_path(s, "quorum epoch") == "4");
  CHECK(read_path(s, "controller active") == "2");
  CHECK(read_path(s, "broker 1 fenced") == "false");
  CHECK(read_path(s, "broker 2 state") == "Running");
  CHECK(read_path(s, "producer p1 acked") == "9");
  CHECK(read_path(s, "producer p1 last_acked orders-0") == "8");
  CHECK(read_path(s, "violations count") == "0");
}

TEST_CASE("what is not there at the moment reads none") {
  const Snapshot s = small_cluster();
  CHECK(read_path(s, "partition later-0 leader") == "none");
  CHECK(read_path(s, "replica 3 orders-0 hw") == "none");
  CHECK(read_path(s, "consumer c1 position orders-0") == "none");
  CHECK(read_path(Snapshot{}, "quorum leader") == "none");
}

TEST_CASE("what can never be there is refused with what could stand in its place") {
  CHECK(error_of("partition orders-0 leader") == "");
  CHECK(error_of("partition orders-0 colour").find("one of leader, epoch") != std::string::npos);
  CHECK(error_of("replica orders-0 hw").find("replica 2 orders-0 hw") != std::string::npos);
  CHECK(error_of("weather today").find("first") != std::string::npos);
  CHECK(error_of("consumer c1 position").find("a partition such as") != std::string::npos);
  CHECK(error_of("").find("a path such as") != std::string::npos);
}

TEST_CASE("values compare as numbers, as sets, or as text") {
  using C = Comparison;
  CHECK(compare("9", C::Less, "10"));
  CHECK(compare("151.19", C::Greater, "50"));
  CHECK(compare("0.5", C::Equal, "0.500"));
  CHECK(compare("9007199254740993", C::NotEqual, "9007199254740992"));  // whole numbers stay exact
  CHECK(compare("{3,1,2}", C::Equal, "{1,2,3}"));
  CHECK(compare("{1,2}", C::NotEqual, "{1,2,3}"));
  CHECK(compare("none", C::NotEqual, "2"));
  CHECK_FALSE(compare("none", C::Less, "2"));
  CHECK(parse_comparison(">=") == C::GreaterOrEqual);
  CHECK_FALSE(parse_comparison("=").has_value());
}

TEST_CASE("JSON names things by what they are called") {
  const Json j = to_json(small_cluster());
  CHECK(j.at("/partitions/orders-0/leader"_json_pointer) == 1);
  CHECK(j.at("/nodes/2/replicas/orders-0/high_watermark"_json_pointer) == 3);
  CHECK(j.at("/nodes/1/replicas/orders-0/follower_ends/2"_json_pointer) == 3);
  CHECK(j.at("/quorum/active_controller"_json_pointer) == 2);
  CHECK(j.at("/producers/p1/records_acked"_json_pointer) == 9);
  CHECK(j.at("/nodes/1/broker/fenced"_json_pointer) == false);
}

TEST_CASE("nodes and clients are called by their names") {
  const Snapshot s = small_cluster();
  CHECK(s.name_of(2) == "broker 2");
  CHECK(s.name_of(1001) == "p1");
  CHECK(s.name_of(1003) == "client 1003");
}
