// The inside of MetricsFold: what each event counts for.
//
// before() sees the state as it was, after() as it is; an event that counts for nothing falls into
// the catch-all. Everything that reads a value off the state is in metrics_gauges.cc.
//
// Read next: cluster/metrics_apply.cc
#pragma once

#include "engine/cluster/metrics_fold.h"

namespace kscope::cluster {

class MetricsApplier {
 public:
  MetricsApplier(MetricsFold& fold, const event::Event& event, const NameTable& names)
      : fold_(fold), event_(event), names_(names) {}

  /// The event may have moved a gauge that has a threshold.
  bool moved_gauges() const { return moved_gauges_; }

  template <class Other>
  void before(const Other&) {}
  void before(const event::NodeCrashed&) { lost_leader(event_.node); }
  void before(const event::NodeStopped&) { lost_leader(event_.node); }
  void before(const event::IsrUpdated& e);
  void before(const event::RequestStarted&) { count_handlers(); }
  void before(const event::RequestFinished&) { count_handlers(); }

  template <class Other>
  void after(const Other&) {}
  void after(const event::NodeStarted&);
  void after(const event::NodeCrashed&) { moved_gauges_ = true; }
  void after(const event::NodeStopped&) { moved_gauges_ = true; }
  void after(const event::LogDirFailed&);
  void after(const event::BatchAppended& e);
  void after(const event::LogFlushed& e);

  void after(const event::RaftRoleChanged& e);
  void after(const event::RaftLeaderElected&);
  void after(const event::RaftHighWatermarkAdvanced& e);

  void after(const event::ControllerActivated&) { moved_gauges_ = true; }
  void after(const event::ControllerDeactivated&) { moved_gauges_ = true; }
  void after(const event::BrokerRegistered&) { moved_gauges_ = true; }
  void after(const event::BrokerFenced&) { moved_gauges_ = true; }
  void after(const event::BrokerUnfenced&) { moved_gauges_ = true; }
  void after(const event::TopicDeleted&) { moved_gauges_ = true; }
  void after(const event::PartitionChanged& e);
  void after(const event::PartitionLeaderChanged& e);
  void after(const event::ConfigChanged& e);

  void after(const event::BecameLeader&) { moved_gauges_ = true; }
  void after(const event::BecameFollower&) { moved_gauges_ = true; }
  void after(const event::ReplicaStopped&) { moved_gauges_ = true; }
  void after(const event::IsrUpdated&) { moved_gauges_ = true; }
  void after(const event::IsrChangeFailed&) { mark(Metric::FailedIsrUpdatesPerSec); }

  void after(const event::RequestQueued& e);
  void after(const event::RequestStarted&);
  void after(const event::RequestRefused& e);
  void after(const event::RequestCompleted& e);

  void after(const event::GroupRecordWritten& e) {
    if (e.kind == event::GroupRecordKind::OffsetCommit && !e.tombstone) {
      mark(Metric::OffsetCommitRate);
    }
  }
  void after(const event::CommittedOffsetRemoved& e) {
    mark(e.expired ? Metric::OffsetExpirationRate : Metric::OffsetDeletionRate);
  }
  void after(const event::GroupStateChanged& e) {
    const bool completed =
        e.from == event::GroupState::CompletingRebalance && e.to == event::GroupState::Stable;
    if (completed) mark(Metric::GroupRebalanceRate);
  }
  void after(const event::GroupEpochBumped&) { mark(Metric::GroupRebalanceRate); }

  void after(const event::ClientStarted&);
  void after(const event::BatchDrained& e);
  void after(const event::BatchRetried& e);
  void after(const event::BatchAcked& e);
  void after(const event::BatchFailed& e);
  void after(const event::RecordsConsumed& e);

 private:
  MetricsFold::Counters& here() { return fold_.counters(event_.node); }
  void mark(Metric metric, double n = 1);
  void time(Metric metric, Duration took);
  void sampled(Metric metric, double total, double count = 1);
  void lost_leader(NodeId node);
  void count_handlers();
  void traffic(const event::RequestCompleted& e);

  MetricsFold& fold_;
  const event::Event& event_;
  const NameTable& names_;
  bool moved_gauges_ = false;
};

/// The name under which Kafka counts a request: a Fetch is a consumer's or a follower's.
std::string request_tag(ApiKey api, bool of_broker);
double to_ms(Duration d);

}  // namespace kscope::cluster
