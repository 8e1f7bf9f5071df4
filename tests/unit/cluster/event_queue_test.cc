// Goal: the queue hands out one total order, and a timer's name never means two things.
// Method: compare against a plain sorted list over random operations; then the corner cases of
// renewal and cancellation one by one.
#include "engine/cluster/event_queue.h"

#include <algorithm>
#include <map>

#include "engine/env/random.h"
#include "tests/catch.h"

using namespace kscope;
using namespace kscope::cluster;
using env::TimerKind;

namespace {

// Drains the queue and returns the keys of the timers that were really due, with their instants.
std::vector<std::pair<std::int64_t, Instant>> drain(EventQueue& queue, TimerTable& timers) {
  std::vector<std::pair<std::int64_t, Instant>> fired;
  while (!queue.empty()) {
    const Item item = queue.pop();
    if (timers.take_due(queue, item)) fired.emplace_back(item.key, item.at);
  }
  return fired;
}

}  // namespace

TEST_CASE("items come out by instant, ties by insertion") {
  EventQueue queue;
  for (int i = 0; i < 100; ++i) {
    Item item;
    item.at = at_micros((i * 37) % 10);
    item.key = i;
    queue.push(item);
  }
  Instant last{};
  std::int64_t last_key = -1;
  while (!queue.empty()) {
    const Item item = queue.pop();
    REQUIRE(item.at >= last);
    if (item.at == last) REQUIRE(item.key > last_key);
    last = item.at;
    last_key = item.key;
  }
}

TEST_CASE("a renewed timer fires once, at its last deadline, and leaves no litter in the queue") {
  EventQueue queue;
  TimerTable timers;
  for (int i = 1; i <= 1000; ++i) {
    timers.set(queue, NodeId(1), 1, TimerKind::ClientRequest, 7, at_micros(1000 + i));
  }
  REQUIRE(queue.size() == 1);
  REQUIRE(drain(queue, timers) ==
          std::vector<std::pair<std::int64_t, Instant>>{{7, at_micros(2000)}});
}

TEST_CASE("a timer pulled forward fires at the earlier instant only") {
  EventQueue queue;
  TimerTable timers;
  timers.set(queue, NodeId(1), 1, TimerKind::ClientSend, 1, at_micros(500));
  timers.set(queue, NodeId(1), 1, TimerKind::ClientSend, 1, at_micros(100));
  REQUIRE(drain(queue, timers) ==
          std::vector<std::pair<std::int64_t, Instant>>{{1, at_micros(100)}});
}

TEST_CASE("a cancelled timer does not fire, and can be set again") {
  EventQueue queue;
  TimerTable timers;
  timers.set(queue, NodeId(1), 1, TimerKind::ClientSend, 1, at_micros(100));
  timers.cancel(TimerKind::ClientSend, 1);
  REQUIRE_FALSE(timers.deadline(TimerKind::ClientSend, 1));
  timers.set(queue, NodeId(1), 1, TimerKind::ClientSend, 1, at_micros(300));
  REQUIRE(drain(queue, timers) ==
          std::vector<std::pair<std::int64_t, Instant>>{{1, at_micros(300)}});
}

TEST_CASE("random sets and cancels agree with a map of deadlines") {
  env::Random random(42);
  EventQueue queue;
  TimerTable timers;
  std::map<std::int64_t, Instant> expected;
  for (int i = 0; i < 2000; ++i) {
    const auto key = static_cast<std::int64_t>(random.below(20));
    if (random.chance(1, 4)) {
      timers.cancel(TimerKind::DelayedOperation, key);
      expected.erase(key);
    } else {
      const Instant at = at_micros(random.between(0, 100000));
      timers.set(queue, NodeId(2), 1, TimerKind::DelayedOperation, key, at);
      expected[key] = at;
    }
  }
  auto fired = drain(queue, timers);
  std::sort(fired.begin(), fired.end());
  REQUIRE(fired == std::vector<std::pair<std::int64_t, Instant>>(expected.begin(), expected.end()));
}
