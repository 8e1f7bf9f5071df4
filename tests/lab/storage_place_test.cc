// Goal: places on a disk say what lies there, also while the node is down, and wrong ones are
// named. Method: one broker with a log of known layout: three records of 500 bytes to a batch of
// 1588, twenty batches to a segment, from offset 368709 on.
#include "viewer/lab/storage_place.h"

#include "tests/catch.h"
#include "viewer/lab/condition.h"
#include "viewer/lab/page_cache_meter.h"
#include "viewer/session/time_machine_port.h"

using namespace kscope;
using namespace kscope::lab;

namespace {

struct Cluster {
  Cluster() : machine(std::make_unique<sim::TimeMachine>(spec(), 7)) {
    run(seconds(5));
    act("topic orders assignment=1 segment.bytes=32000");
    run(seconds(2));
    act("stop broker 1");
    run(seconds(30));
    act("log-start broker 1 orders-0 368709");
    act("start broker 1");
    run(seconds(10));
    act("producer p1 acks=all linger.ms=5 batch.size=1620");
    for (int i = 0; i < 2; ++i) {
      act("send p1 orders-0 count=60 size=500");
      run(seconds(2));
    }
    act("send p1 orders-0 count=12 size=500");
    run(seconds(2));
  }
  static sim::ClusterSpec spec() {
    sim::ClusterSpec s;
    s.brokers = s.controllers = 1;
    return s;
  }
  void act(const std::string& command) {
    INFO(command);
    REQUIRE(machine.act(command).ok());
  }
  void run(Duration time) { machine.run_until(machine.now() + time); }
  std::string at(const std::string& place) {
    INFO(place);
    REQUIRE(check_place(place) == "");
    return read_place(machine, place);
  }
  viewer::TimeMachinePort machine;
};

}  // namespace

TEST_CASE("a log's files, its segments and their indexes are counted") {
  Cluster c;
  CHECK(c.at("log 1 orders-0 segments") == "3");
  CHECK(c.at("log 1 orders-0 bases") == "{368709,368769,368829}");
  CHECK(c.at("log 1 orders-0 bytes") == std::to_string(44 * 1588));
  CHECK(c.at("log 1 orders-0 records") == "132");
  CHECK(c.at("log 1 orders-0 tombstones") == "0");
  CHECK(c.at("log 1 orders-0 deleted_files") == "0");
  CHECK(c.at("segment 1 orders-0 368769 bytes") == "31760");
  CHECK(c.at("segment 1 orders-0 368769 records") == "60");
  CHECK(c.at("segment 1 orders-0 368769 index_entries") == "6");
  CHECK(c.at("segment 1 orders-0 active base") == "368829");
  CHECK(c.at("log 1 nowhere-0 segments") == "none");
  CHECK(c.at("log 9 orders-0 bytes") == "none");
  CHECK(c.at("segment 1 orders-0 5 bytes") == "none");
  c.act("crash broker 1");
  CHECK(c.at("log 1 orders-0 records") == "132");
}

TEST_CASE("a look-up is asked for step by step") {
  Cluster c;
  const std::string lookup = "lookup 1:orders-0@368801 ";
  CHECK(c.at(lookup + "segment") == "368769");
  CHECK(c.at(lookup + "relative") == "32");
  CHECK(c.at(lookup + "floor") == "29");
  CHECK(c.at(lookup + "position") == "14292");
  CHECK(c.at(lookup + "headers") == "2");
  CHECK(c.at(lookup + "base") == "368799");
  CHECK(c.at(lookup + "offset") == "368801");
  CHECK(c.at("lookup 1:orders-0@368770 floor") == "none");
  CHECK(c.at("lookup 1:orders-0@368770 position") == "0");
  CHECK(c.at("lookup 1:orders-0@5 offset") == "none");
  CHECK(c.at("lookup 1:orders-0@t=0s offset") == "368709");
  CHECK(c.at("lookup 1:orders-0@t=9999s offset") == "none");
  CHECK(c.at("lookup 1:nowhere-0@5 segment") == "none");
}

TEST_CASE("keys, values and tombstones are read from the records") {
  Cluster c;
  c.act("topic users assignment=1");
  c.run(seconds(2));
  c.act("send p1 users-0 key=K1 value=V1");
  c.act("send p1 users-0 key=K2 value=V2");
  c.act("send p1 users-0 tombstone key=K1");
  c.run(seconds(2));
  CHECK(c.at("log 1 users-0 value K1") == "tombstone");
  CHECK(c.at("log 1 users-0 value K2") == "V2");
  CHECK(c.at("log 1 users-0 value K3") == "none");
  CHECK(c.at("log 1 users-0 offsets") == "{0,1,2}");
  CHECK(c.at("log 1 users-0 tombstones") == "1");
  CHECK(c.at("log 1 users-0 unflushed_bytes") == c.at("log 1 users-0 bytes"));
}

TEST_CASE("a log start is only written for a broker that is down, and for a log that is there") {
  Cluster c;
  CHECK(c.machine.act("log-start broker 1 orders-0 5").error().message.find("stop broker 1") !=
        std::string::npos);
  c.act("crash broker 1");
  CHECK(c.machine.act("log-start broker 1 nowhere-0 5").error().message.find("no log of") !=
        std::string::npos);
  CHECK_FALSE(c.machine.act("log-start p1 orders-0 5").ok());
}

TEST_CASE("a place that can never be is named before the lab is played") {
  for (const char* wrong :
       {"log", "log 1", "log 1 orders-0", "log x orders-0 bytes", "log 1 orders bytes",
        "log 1 orders-0 size", "log 1 orders-0 value", "segment 1 orders-0 bytes",
        "segment 1 orders-0 first bytes", "segment 1 orders-0 0 size", "lookup orders-0@5 segment",
        "lookup 1:orders-0 segment", "lookup 1:orders-0@soon segment", "lookup 1:orders-0@5 file",
        "lookup 1:orders-0@t=soon offset", "measured speed", "measured "}) {
    INFO(wrong);
    CHECK(check_place(wrong).find("expected") != std::string::npos);
  }
  CHECK(check_place("measured random_percent") == "");
}

TEST_CASE("measuring goes on in slices, says what it does, and never goes back") {
  PageCacheMeter meter(MeterGroup::Copies);
  double before = 0;
  int slices = 0;
  for (; !meter.done() && slices < 100'000; ++slices) {
    CHECK(!meter.doing().empty());
    meter.work(0.001);
    CHECK(meter.progress() >= before);
    before = meter.progress();
  }
  CHECK(slices > 5);
  CHECK(meter.progress() == 1);
  CHECK(meter.figures().count("copy_sendfile") == 1);
}

TEST_CASE("what this machine measures is there and positive; how much it is, nobody judges") {
  for (const MeterGroup group : {MeterGroup::Writes, MeterGroup::Batches, MeterGroup::Copies}) {
    const Figures figures = measure(group);
    CHECK(!figures.empty());
    for (const auto& [name, value] : figures) {
      INFO(name);
      CHECK(value >= 0);
    }
  }
  CHECK(read_measured_place("measured machine") != "");
}
