// Goal: the page tells for each setting what it comes out as, who said so and whether it can be
// changed, exactly as DescribeConfigs would. Method: hand-made snapshots.
#include "viewer/model/config_view.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::viewer;

namespace {

cluster::Snapshot small_cluster() {
  cluster::Snapshot s;
  for (std::int32_t id : {1, 2}) {
    cluster::NodeView& node = s.nodes.emplace_back();
    node.id = id;
    node.settings = {{"log.retention.hours", "2"}};
  }
  s.metadata.partitions.emplace_back().partition = {"orders", 0};
  s.metadata.configs.topics["orders"] = {{"min.insync.replicas", "2"}};
  s.metadata.configs.all_brokers = {{"log.segment.bytes", "1048576"}};
  s.metadata.configs.brokers[2] = {{"num.io.threads", "4"}};
  cluster::ClientView& client = s.clients.emplace_back();
  client.name = "p1";
  client.kind = cluster::ClientKind::Producer;
  client.settings = {{"acks", "1"}};
  return s;
}

ConfigRow row(const ConfigOwner& owner, const std::string& name) {
  const ConfigPage page = make_config_page(small_cluster(), {owner, "", false});
  const ConfigRow* found = find_row(page, name);
  REQUIRE(found != nullptr);
  return *found;
}

const ConfigOwner kOrders{ConfigOwnerKind::Topic, "orders"};
const ConfigOwner kBroker2{ConfigOwnerKind::Broker, "2"};
const ConfigOwner kAll{ConfigOwnerKind::AllBrokers, ""};
const ConfigOwner kP1{ConfigOwnerKind::Client, "p1"};

}  // namespace

TEST_CASE("a topic's own setting wins, and can be taken back") {
  const ConfigRow own = row(kOrders, "min.insync.replicas");
  CHECK(own.value == "2");
  CHECK(own.source() == "topic orders");
  CHECK(own.own);
  CHECK(own.default_value == "1");
  const ConfigRow inherited = row(kOrders, "segment.bytes");
  CHECK(inherited.value == "1048576");
  CHECK(inherited.source() == "all brokers (dynamic)");
  CHECK_FALSE(inherited.own);
  CHECK(in_words(*inherited.key, inherited.value) == "1 MiB");
}

TEST_CASE("hours of server.properties are told in the topic's milliseconds") {
  const ConfigRow retention = row(kOrders, "retention.ms");
  CHECK(retention.value == "7200000");
  CHECK(retention.source() == "server.properties");
  CHECK(in_words(*retention.key, retention.value) == "2 h");
}

TEST_CASE("a broker's dynamic setting is its own; read-only settings say what it takes") {
  CHECK(row(kBroker2, "num.io.threads").value == "4");
  CHECK(row(kBroker2, "num.io.threads").own);
  CHECK(row({ConfigOwnerKind::Broker, "1"}, "num.io.threads").value == "8");
  CHECK_FALSE(row(kBroker2, "queued.max.requests").why_not.empty());
  CHECK_FALSE(row(kAll, "listeners").why_not.empty());
  CHECK(row(kBroker2, "listeners").why_not.empty());
}

TEST_CASE("a client's settings are shown, and not changed") {
  CHECK(row(kP1, "acks").value == "1");
  CHECK(row(kP1, "acks").is_set);
  CHECK(row(kP1, "linger.ms").value == "0");
  CHECK_FALSE(row(kP1, "linger.ms").why_not.empty());
}

TEST_CASE("the search looks in names and meanings, and only what is set can be asked for") {
  const auto rows = [](const std::string& search, bool only_set) {
    return make_config_page(small_cluster(), {kOrders, search, only_set}).rows.size();
  };
  CHECK(rows("RETENTION", false) >= 4);
  CHECK(rows("tombstone", false) == 1);
  CHECK(rows("no such thing", false) == 0);
  CHECK(rows("", true) == 3);  // its own, the brokers' segment size, the file's retention
}

TEST_CASE("what is set comes first, what has no effect here last") {
  const ConfigPage page = make_config_page(small_cluster(), {kOrders, "", false});
  for (std::size_t i = 0; i < page.rows.size(); ++i) CHECK(page.rows[i].is_set == (i < page.set));
  CHECK(page.rows.back().key->effect == ConfigEffect::None);
}

TEST_CASE("an owner that is gone gives way to all brokers") {
  const ConfigPage page =
      make_config_page(small_cluster(), {{ConfigOwnerKind::Topic, "bills"}, "", false});
  CHECK(page.owner == kAll);
}

TEST_CASE("changes are commands, and what cannot be is said before it is sent") {
  CHECK(command_to_set(kOrders, "retention.ms", "5") ==
        "alter-config topic=orders \"retention.ms=5\"");
  CHECK(command_to_set(kAll, "log.segment.bytes", "5") ==
        "alter-config cluster \"log.segment.bytes=5\"");
  CHECK(command_to_delete(kBroker2, "num.io.threads") ==
        "alter-config broker=2 delete=num.io.threads");
  CHECK(config_complaint(row(kOrders, "retention.ms"), "60000").empty());
  CHECK_FALSE(config_complaint(row(kOrders, "retention.ms"), "soon").empty());
  CHECK_FALSE(config_complaint(row(kBroker2, "queued.max.requests"), "5").empty());
}
