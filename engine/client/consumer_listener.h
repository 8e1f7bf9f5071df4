// What an application may plug into its consumer: a rebalance listener and interceptors.
//
// Both are told from inside poll(), by the application's own thread. Every call shows as an event
// as well (ListenerCalled, CommitSucceeded), so that a viewer needs neither.
//
// Invariant: implementations keep no state that decides anything: a consumer is a value that is
// copied into checkpoints, and all copies share one listener. Hence the methods are const.
//
// Kafka: ConsumerRebalanceListener, ConsumerInterceptor. Java's listener may block (commitSync);
// here nothing blocks, and the last commit before a revocation is enable.auto.commit's.
// Called by: client/member_context, kafka_consumer. Read next: client/classic_membership.h
#pragma once

#include <vector>

#include "engine/client/fetcher.h"

namespace kscope::client {

class RebalanceListener {
 public:
  using Partitions = std::vector<TopicPartition>;
  virtual ~RebalanceListener() = default;
  /// They are still ours: the last chance to save work on them.
  virtual void on_partitions_revoked(env::Env& env, const Partitions& partitions) const = 0;
  virtual void on_partitions_assigned(env::Env& env, const Partitions& partitions) const = 0;
  /// They were ours, and others may have read them for a while: nothing can be saved.
  virtual void on_partitions_lost(env::Env& env, const Partitions& partitions) const {
    on_partitions_revoked(env, partitions);
  }
};

class ConsumerInterceptor {
 public:
  virtual ~ConsumerInterceptor() = default;
  /// poll() is about to return these.
  virtual void on_consume(env::Env& env, const std::vector<RecordRun>& records) const = 0;
  /// The coordinator has taken these.
  virtual void on_commit(env::Env& env, const Offsets& offsets) const = 0;
};

}  // namespace kscope::client
