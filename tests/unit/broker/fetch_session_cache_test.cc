// Goal: who gets a slot, and who has to give it back.
// Reference: FetchSessionTest (testSessionCache, testFetchSessionExpiration, testPrivilegedSession-
// Handling, testZeroSizeFetchSession, testResizeCachedSessions); KIP-227.
#include "engine/broker/fetch_session_cache.h"

#include "tests/catch.h"
#include "tests/unit/support/test_env.h"

using namespace kscope;
using namespace kscope::test;
using namespace kscope::broker;

namespace {

struct CacheFixture {
  TestEnv t{NodeId(1)};
  FetchSessionCache cache{2};

  std::int32_t open(bool follower, int partitions) {
    FetchSession* session = cache.maybe_create(t.env(), NodeId(follower ? 2 : 1000), follower,
                                               static_cast<std::size_t>(partitions), true);
    if (session == nullptr) return 0;
    for (int i = 0; i < partitions; ++i) session->put(status(i));
    return session->id;
  }
  static FetchPartitionStatus status(std::int32_t partition) {
    FetchPartitionStatus s;
    s.topic_id.bytes[0] = 1;
    s.partition = {"", partition};
    return s;
  }
  bool has(std::int32_t id) { return cache.find(id) != nullptr; }
};

protocol::FetchResponse::PartitionData told(std::int64_t hw, std::int64_t start = 0) {
  protocol::FetchResponse::PartitionData data;
  data.high_watermark = hw;
  data.log_start_offset = start;
  return data;
}

}  // namespace

TEST_CASE("there are so many slots, and a young session keeps its own") {
  CacheFixture f;
  const auto a = f.open(false, 2), b = f.open(false, 2);
  CHECK(a != 0);
  CHECK(a != b);
  CHECK(f.open(false, 100) == 0);
  CHECK(f.cache.size() == 2);
  CHECK(f.t.last<event::FetchSessionOpened>()->session == b);
}

TEST_CASE("a follower takes a consumer's slot, the one with fewest partitions") {
  CacheFixture f;
  const auto large = f.open(false, 5), small = f.open(false, 3);
  CHECK(f.open(true, 1) != 0);
  CHECK(f.has(large));
  CHECK_FALSE(f.has(small));
  CHECK(f.t.last<event::FetchSessionClosed>()->reason == event::SessionEnd::Evicted);
  CHECK(f.open(true, 1) != 0);
  CHECK(f.open(true, 9) == 0);   // followers among themselves: two minutes, too
  CHECK(f.open(false, 9) == 0);
}

TEST_CASE("what was not used for two minutes may be taken by anybody") {
  CacheFixture f;
  const auto idle = f.open(true, 50);
  f.t.advance(seconds(60));
  const auto busy = f.open(true, 50);
  f.t.advance(seconds(61));
  CHECK(f.open(false, 1) != 0);
  CHECK_FALSE(f.has(idle));
  CHECK(f.has(busy));
}

TEST_CASE("after two minutes a session has to hold more partitions than the newcomer") {
  CacheFixture f;
  const auto a = f.open(false, 4), b = f.open(false, 6);
  f.t.advance(seconds(121));
  f.cache.find(a)->last_used = f.cache.find(b)->last_used = f.t.now();
  CHECK(f.open(false, 3) == 0);
  CHECK(f.open(false, 5) != 0);
  CHECK_FALSE(f.has(a));
  CHECK(f.has(b));
}

TEST_CASE("without slots there are no sessions") {
  CacheFixture f;
  f.cache = FetchSessionCache(0);
  CHECK(f.open(true, 3) == 0);
  CHECK(f.cache.size() == 0);
}

TEST_CASE("a partition is told again only if something about it is new") {
  CachedPartition cached;
  CHECK(cached.take_news(told(5)));
  CHECK_FALSE(cached.take_news(told(5)));
  CHECK(cached.take_news(told(6)));
  CHECK(cached.take_news(told(6, 2)));
  auto data = told(6, 2);
  data.records = Blob(Bytes(1));
  CHECK(cached.take_news(data));
  CHECK_FALSE(cached.take_news(told(6, 2)));
  data = told(6, 2);
  data.diverging_epoch = {1, 4};
  CHECK(cached.take_news(data));
  CHECK(cached.take_news(told(6, 2)));  // after it has truncated
  data = told(6, 2);
  data.preferred_read_replica = 2;
  CHECK(cached.take_news(data));
  data = told(6, 2);
  data.error_code = ErrorCode::KAFKA_STORAGE_ERROR;
  CHECK(cached.take_news(data));
  CHECK(cached.take_news(told(6, 2)));  // that it is over is news
}

TEST_CASE("a session keeps its partitions in turns") {
  FetchSession session;
  session.uses_topic_ids = true;
  for (int i = 0; i < 3; ++i) CHECK(session.put(CacheFixture::status(i)));
  CHECK_FALSE(session.put(CacheFixture::status(1)));
  session.move_to_end(session.key_of(CacheFixture::status(0)));
  std::vector<std::int32_t> order;
  for (const auto& [turn, cached] : session.in_order()) {
    order.push_back(cached.status.partition.partition);
  }
  CHECK(order == std::vector<std::int32_t>{1, 2, 0});
  CHECK(session.forget(session.key_of(CacheFixture::status(2))));
  CHECK_FALSE(session.forget(session.key_of(CacheFixture::status(2))));
  CHECK(session.size() == 2);
}
