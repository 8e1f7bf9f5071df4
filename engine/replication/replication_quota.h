// ReplicationQuota: how many bytes per second throttled replicas may move, on one side (KIP-73).
//
// Moving partitions copies whole logs, and a copy at full speed takes the disks and the network
// from everybody else. So replicas can be marked as throttled (leader. and
// follower.replication.throttled.replicas of the topic) and share a rate of the broker
// (leader. and follower.replication.throttled.rate): while the measured rate is above it, a leader
// hands them nothing and a follower does not ask. Replicas that are in sync are never held back:
// that would throttle producers.
//
// The rate is measured over up to eleven samples of one second, so a burst is paid for later.
//
// Called by: replica_manager. Kafka: ReplicationQuotaManager, SimpleRate,
// TopicConfigHandler.parseThrottledPartitions.
// Read next: replication/replica_manager_quota.cc
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>

#include "engine/base/partition.h"
#include "engine/base/time.h"

namespace kscope::replication {

class ReplicationQuota {
 public:
  void set_limit(std::int64_t bytes_per_second) { limit_ = bytes_per_second; }
  /// `pairs`: the topic's setting, "0:1,2:3" or "*" or nothing; only those of `broker` count.
  void set_throttled(const std::string& topic, const std::string& pairs, NodeId broker);

  bool is_throttled(const TopicPartition& partition) const;
  bool anything_throttled() const { return !throttled_.empty(); }
  void record(Instant now, std::int64_t bytes);
  std::int64_t bytes_per_second(Instant now) const;
  bool is_exceeded(Instant now) const { return bytes_per_second(now) > limit_; }
  std::int64_t limit() const { return limit_; }

 private:
  struct Sample {
    Instant begin{};
    std::int64_t bytes = 0;
  };
  struct Partitions {
    bool all = false;
    std::set<std::int32_t> some;
  };

  std::int64_t limit_ = INT64_MAX;
  std::map<std::string, Partitions> throttled_;  // by topic; none of them empty
  std::deque<Sample> samples_;                   // oldest first, each of one second
};

}  // namespace kscope::replication
