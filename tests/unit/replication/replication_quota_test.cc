// Goal: only marked replicas are counted, a burst is paid for, and what is long ago is forgotten.
// Kafka: ReplicationQuotaManagerTest. KIP-73.
#include "engine/replication/replication_quota.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::replication;

TEST_CASE("throttled replicas are those of this broker, or all") {
  ReplicationQuota quota;
  quota.set_throttled("orders", "0:1,2:3,4:1", NodeId(1));
  CHECK(quota.is_throttled({"orders", 0}));
  CHECK(quota.is_throttled({"orders", 4}));
  CHECK_FALSE(quota.is_throttled({"orders", 2}));
  quota.set_throttled("orders", "*", NodeId(1));
  CHECK(quota.is_throttled({"orders", 2}));
  CHECK_FALSE(quota.is_throttled({"bills", 2}));
  quota.set_throttled("orders", "", NodeId(1));
  CHECK_FALSE(quota.anything_throttled());
}

TEST_CASE("a rate is measured over the last ten seconds") {
  ReplicationQuota quota;
  quota.set_limit(1000);
  const Instant start = at_micros(0) + seconds(100);
  CHECK_FALSE(quota.is_exceeded(start));
  quota.record(start, 5000);
  CHECK(quota.bytes_per_second(start) == 5000);  // at least a second
  CHECK(quota.is_exceeded(start + seconds(2)));
  CHECK(quota.bytes_per_second(start + seconds(5)) == 1000);
  CHECK_FALSE(quota.is_exceeded(start + seconds(5)));
  CHECK(quota.bytes_per_second(start + seconds(11)) == 0);
  quota.record(start + seconds(11), 300);
  quota.record(start + seconds(12), 300);
  CHECK(quota.bytes_per_second(start + seconds(13)) == 300);
}
