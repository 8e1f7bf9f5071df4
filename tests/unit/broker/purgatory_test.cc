// Goal: parked operations are tried in order, complete once, and leave no trace.
// Reference: DelayedOperationTest.
#include "engine/broker/purgatory.h"

#include "tests/catch.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using namespace kscope::test;
using broker::DelayedOperationPurgatory;

namespace {

struct Purgatory {
  TestEnv t{NodeId(1)};
  DelayedOperationPurgatory<int> waiting{event::PurgatoryKind::Fetch};
  PartitionRef a{NameRef(1), 0}, b{NameRef(1), 1};
  std::vector<int> tried;

  void check(PartitionRef key, std::vector<int> done) {
    waiting.check_and_complete(t.env(), key, [&](int& operation) {
      tried.push_back(operation);
      return std::find(done.begin(), done.end(), operation) != done.end();
    });
  }
};

}  // namespace

TEST_CASE("operations are tried oldest first and only under their own keys") {
  Purgatory p;
  p.waiting.watch(p.t.env(), 10, {p.a}, millis(100));
  p.waiting.watch(p.t.env(), 20, {p.b}, millis(100));
  p.waiting.watch(p.t.env(), 30, {p.a, p.b}, millis(100));
  p.check(p.a, {});
  CHECK(p.tried == std::vector<int>{10, 30});
  CHECK(p.waiting.size() == 3);
}

TEST_CASE("what completes is gone from all its keys and its timer is stopped") {
  Purgatory p;
  const auto id = p.waiting.watch(p.t.env(), 10, {p.a, p.b}, millis(100));
  CHECK(p.t.timers.at(env::TimerKind::DelayedOperation, id) == Instant(millis(100)));
  p.check(p.a, {10});
  CHECK(p.waiting.size() == 0);
  CHECK_FALSE(p.t.timers.at(env::TimerKind::DelayedOperation, id));
  p.check(p.b, {10});
  CHECK(p.tried.size() == 1);
  CHECK_FALSE(p.waiting.expire(p.t.env(), id));
  CHECK_FALSE(p.t.last<event::PurgatoryLeft>()->expired);
}

TEST_CASE("an operation whose time is up is handed out once") {
  Purgatory p;
  const auto id = p.waiting.watch(p.t.env(), 10, {p.a}, millis(100));
  CHECK(p.waiting.expire(p.t.env(), id) == 10);
  CHECK_FALSE(p.waiting.expire(p.t.env(), id));
  CHECK(p.t.last<event::PurgatoryLeft>()->expired);
  p.check(p.a, {10});
  CHECK(p.tried.empty());
}

TEST_CASE("several may complete at one progress") {
  Purgatory p;
  for (int i = 1; i <= 4; ++i) p.waiting.watch(p.t.env(), i, {p.a}, millis(100));
  p.check(p.a, {1, 3, 4});
  CHECK(p.waiting.size() == 1);
}

TEST_CASE("an operation that names a partition twice is tried once") {
  Purgatory p;
  p.waiting.watch(p.t.env(), 10, {p.a, p.a}, millis(100));
  p.check(p.a, {});
  CHECK(p.tried.size() == 1);
}

TEST_CASE("the ids of the two purgatories never meet") {
  TestEnv t(NodeId(1));
  DelayedOperationPurgatory<int> produces(event::PurgatoryKind::Produce);
  DelayedOperationPurgatory<int> fetches(event::PurgatoryKind::Fetch);
  for (int i = 0; i < 3; ++i) {
    CHECK(produces.kind_of(produces.watch(t.env(), i, {}, millis(1))) ==
          event::PurgatoryKind::Produce);
    CHECK(produces.kind_of(fetches.watch(t.env(), i, {}, millis(1))) ==
          event::PurgatoryKind::Fetch);
  }
}
