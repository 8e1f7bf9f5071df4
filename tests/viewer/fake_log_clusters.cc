// Short scenarios on the real engine. (Compiled into both programs of viewer tests, as the fakes.)
#include "engine/sim/scenario_runner.h"
#include "tests/catch.h"
#include "tests/viewer/log_clusters.h"

namespace kscope::viewer::testing {

const char* const kLogOfOrders = R"(# A log of several segments
cluster brokers=3 controllers=3 seed=2024
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic orders assignment=1:2:3 segment.bytes=16384
until partition orders-0 leader == 1 within 5s
producer shop acks=all batch.size=900 linger.ms=40
send shop orders-0 count=300 size=180 key=order every=10ms
until producer shop acked == 300 within 30s
run 1s
)";

const char* const kLogOfPrices = R"(# The cleaner keeps the newest value of every key
cluster brokers=3 controllers=3 seed=7 log.cleaner.backoff.ms=500
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic prices assignment=1:2:3 segment.bytes=400 cleanup.policy=compact min.cleanable.dirty.ratio=0.1
until partition prices-0 leader == 1 within 5s
producer p acks=all
send p prices-0 key=K1 value=V1
run 50ms
send p prices-0 key=K2 value=V2
run 50ms
send p prices-0 key=K1 value=V3
run 50ms
send p prices-0 key=K3 value=V4
run 50ms
send p prices-0 key=K2 value=V5
run 50ms
send p prices-0 key=K4 count=6 every=20ms
run 5s
expect event CleanFinished node=1 partition=prices-0 count >= 1
)";

const char* const kLogThatShrinks = R"(# Retention deletes the oldest segments
cluster brokers=3 controllers=3 seed=7 log.retention.check.interval.ms=2000
until broker 1 lifecycle == Running within 15s
until broker 2 lifecycle == Running within 15s
until broker 3 lifecycle == Running within 15s
topic orders assignment=1:2:3 segment.bytes=16384 retention.bytes=40000
until partition orders-0 leader == 1 within 5s
producer shop acks=all batch.size=900 linger.ms=40
send shop orders-0 count=500 size=180 key=order every=10ms
run 12s
expect event SegmentDeleted node=1 partition=orders-0 count >= 1
)";

std::unique_ptr<TimeMachinePort> played(const char* scenario) {
  auto parsed = sim::parse_scenario(scenario, "in the test");
  REQUIRE(parsed.ok());
  sim::ScenarioRunner runner(std::move(*parsed), {});
  const sim::ScenarioOutcome outcome = runner.run();
  INFO(outcome.failure);
  REQUIRE(outcome.passed);
  return std::make_unique<TimeMachinePort>(runner.take_machine());
}

}  // namespace kscope::viewer::testing
