// Goal: a workload sends what it says, when it says, and its payloads tell records apart.
// Method: a workload in front of a producer on scripted brokers.
#include "engine/client/workload.h"

#include "tests/unit/client/producer_fixture.h"

using namespace kscope;
using namespace kscope::test;

namespace {

client::Workload to_orders() {
  client::Workload workload;
  workload.topic = "orders";
  workload.partition = 0;
  return workload;
}

}  // namespace

TEST_CASE("payloads are numbered per producer and padded to the size asked for") {
  client::Workload workload = to_orders();
  CHECK(client::workload_value(workload, 17) == "value-17");
  workload.size = 10;
  CHECK(client::workload_value(workload, 17) == "value-17..");
  workload.size = 0;
  workload.value = "hello";
  CHECK(client::workload_value(workload, 17) == "hello");
  workload.count = 2;
  CHECK(client::workload_value(workload, 17) == "hello-17");
}

TEST_CASE("without `every` all records are sent at once") {
  ProducerFixture f;
  client::Workload workload = to_orders();
  workload.count = 5;
  workload.begin(f.env(), 0, f.client);
  CHECK(workload.finished());
  CHECK(f.client.sends() == 5);
  CHECK(f.t.timers.at(env::TimerKind::Workload, 0) == std::nullopt);
}

TEST_CASE("with `every` the records are spread over time, and end with the count") {
  ProducerFixture f;
  client::Workload workload = to_orders();
  workload.count = 3;
  workload.every = millis(10);
  workload.begin(f.env(), 4, f.client);
  CHECK(f.client.sends() == 1);
  for (int i = 2; i <= 3; ++i) {
    REQUIRE(f.t.timers.at(env::TimerKind::Workload, 4) == f.t.now() + millis(10));
    f.t.timers.armed.erase({env::TimerKind::Workload, 4});
    f.t.advance(millis(10));
    workload.on_timer(f.env(), 4, f.client);
    CHECK(f.client.sends() == i);
  }
  CHECK(workload.finished());
  CHECK(f.t.timers.at(env::TimerKind::Workload, 4) == std::nullopt);
}
