// MemberContext: ConsumerContext and what the parts of a group member share besides; and the three
// moments of a rebalance in which the application is told something.
//
// Called by: classic_membership, consumer_membership. Kafka: ConsumerRebalanceListenerInvoker.
// Read next: client/classic_membership.h
#pragma once

#include "engine/client/consumer_listener.h"
#include "engine/client/member_state.h"
#include "engine/client/offset_committer.h"

namespace kscope::client {

/// enable.auto.commit inside poll(): every auto.commit.interval.ms, whatever was handed out.
/// Kafka: ConsumerCoordinator.maybeAutoCommitOffsetsAsync.
class AutoCommit {
 public:
  void begin_anew(Instant now, Duration interval) { next_ = now + interval; }
  bool due(Instant now) const { return now >= next_; }
  Instant next() const { return next_; }

 private:
  Instant next_{};
};

struct MemberContext : ConsumerContext {
  CoordinatorFinder& finder;
  OffsetCommitter& commits;
  AutoCommit& auto_commit;

  using Partitions = std::vector<TopicPartition>;
  /// The listener is told and each partition has its event. What is assigned is changed by the
  /// caller: after revoke() and lost(), before assigned().
  void revoke(const Partitions& partitions);
  void lost(const Partitions& partitions);
  void assigned(const Partitions& added);

  void tell(event::ConsumerState from, event::ConsumerState to, std::int32_t generation,
            const std::string& member);
};

/// Those of `a` that are not in `b`; both ordered.
std::vector<TopicPartition> without(const std::vector<TopicPartition>& a,
                                    const std::vector<TopicPartition>& b);

}  // namespace kscope::client
