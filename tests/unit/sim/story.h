// A hand-made cluster and a story told about it, event by event: what the tests of the checkers are
// written in. Each test breaks one promise in one place.
//
// Read next: invariants_test.cc, doctored_test.cc
#pragma once

#include <map>

#include "engine/record/record_batch.h"
#include "engine/sim/invariants/invariants.h"
#include "tests/catch.h"

namespace kscope::sim {

inline Bytes batch_of(std::int64_t base, int count, std::int32_t epoch, const std::string& value) {
  std::vector<record::Record> records;
  for (int i = 0; i < count; ++i) {
    record::Record r;
    r.offset = base + i;
    r.value = to_bytes(value);
    records.push_back(r);
  }
  record::BatchOptions options;
  options.base_offset = base;
  options.partition_leader_epoch = epoch;
  return record::build_batch(options, records);
}

class FakeCluster : public CheckedCluster {
 public:
  const NameTable& names() const override { return names_; }
  std::vector<NodeId> voters() const override { return {NodeId(1), NodeId(2), NodeId(3)}; }
  Result<Bytes> appended_batch(NodeId node, const event::BatchAppended& e,
                               BatchPlace&) const override {
    return disk.at({node, e.partition, e.base.value()});
  }
  ScannedLog scan(NodeId, PartitionRef) const override { return scanned; }
  std::vector<std::pair<std::int32_t, std::int64_t>> epochs(NodeId, PartitionRef) const override {
    return epoch_cache;
  }
  std::optional<std::int32_t> min_insync_replicas(NodeId, PartitionRef) const override {
    return min_isr;
  }
  std::optional<std::int32_t> quorum_epoch(NodeId) const override { return memory_epoch; }

  std::optional<CheckedGroup> consumer_group(NodeId, NameRef) const override { return group; }
  std::optional<CheckedBooks> books(NodeId, PartitionRef) const override { return books_; }

  std::optional<CheckedGroup> group;
  std::optional<CheckedBooks> books_;
  NameTable names_;
  std::map<std::tuple<NodeId, PartitionRef, std::int64_t>, Bytes> disk;
  ScannedLog scanned;
  std::vector<std::pair<std::int32_t, std::int64_t>> epoch_cache;
  std::int32_t min_isr = 1;
  std::optional<std::int32_t> memory_epoch;
};

inline NodeList nodes(std::vector<std::int32_t> list) { return NodeList(list); }

class Story {
 public:
  Story() : orders(fake.names_.intern(TopicPartition{"orders", 0})) {
    for (int n : {1, 2, 3}) {
      tell(n, event::NodeStarted{1});
      tell(3, event::BrokerRegistered{NodeId(n), BrokerEpoch(n)});
      tell(3, event::BrokerUnfenced{NodeId(n)});
      tell(n, event::BrokerStateChanged{event::BrokerState::Recovery, event::BrokerState::Running});
      tell(n, event::LogOpened{orders, Offset(0), Offset(0)});
    }
    partition(1, 0, 0, {1, 2, 3});
    lead(1, 0, {1, 2, 3});
  }
  void tell(int node, event::Body body) {
    fresh = {event_of(node, std::move(body))};
    invariants.after_item(fake, fresh, violations);
  }
  /// The controller fences a broker and takes it out of the ISR in one decision.
  void fence(int broker, int leader, int epoch, std::vector<std::int32_t> isr) {
    fresh = {event_of(3, event::BrokerFenced{NodeId(broker), event::FenceReason::SessionOver}),
             event_of(3, event::PartitionChanged{orders, NodeId(leader), LeaderEpoch(epoch), 1,
                                                 nodes(isr), nodes({1, 2, 3})})};
    invariants.after_item(fake, fresh, violations);
  }
  event::Event event_of(int node, event::Body body) {
    return {EventSeq(++seq), Instant{}, NodeId(node), EventSeq(0), std::move(body)};
  }
  void partition(int leader, int epoch, int partition_epoch, std::vector<std::int32_t> isr) {
    tell(3, event::PartitionChanged{orders, NodeId(leader), LeaderEpoch(epoch), partition_epoch,
                                    nodes(isr), nodes({1, 2, 3})});
  }
  void lead(int node, int epoch, std::vector<std::int32_t> isr, std::int64_t log_end = 0) {
    tell(node, event::BecameLeader{orders, LeaderEpoch(epoch), Offset(log_end)});
    tell(node, event::IsrUpdated{orders, nodes(isr), epoch});
  }
  void append(int node, std::int64_t base, int count, int epoch, const std::string& value = "v") {
    Bytes bytes = batch_of(base, count, epoch, value);
    const auto size = static_cast<std::int32_t>(bytes.size());
    fake.disk[{NodeId(node), orders, base}] = std::move(bytes);
    tell(node, event::BatchAppended{orders, Offset(base), Offset(base + count - 1),
                                    LeaderEpoch(epoch), size});
  }
  void high_watermark(int node, std::int64_t from, std::int64_t to) {
    tell(node, event::HighWatermarkAdvanced{orders, Offset(from), Offset(to)});
  }
  void truncate(int node, std::int64_t from, std::int64_t to) {
    tell(node, event::LogTruncated{orders, Offset(from), Offset(to),
                                   event::TruncateReason::DivergingEpoch});
  }
  // ---- consumer groups
  NameRef name(const std::string& text) { return fake.names_.intern(text); }
  PartitionRef home() { return fake.names_.intern(TopicPartition{"__consumer_offsets", 0}); }
  /// The broker coordinates "billing", which is written at `at`.
  void coordinate(int broker, int epoch = 0, std::int64_t at = 0) {
    tell(broker, event::CoordinatorLoaded{home(), LeaderEpoch(epoch), 0, 0, 0});
    tell(broker, event::GroupRecordWritten{home(), Offset(at), name("billing"), NameRef(),
                                           event::GroupRecordKind::GroupMetadata, false});
  }
  void group_state(int broker, event::GroupState from, event::GroupState to, int generation) {
    tell(broker, event::GroupStateChanged{name("billing"), from, to, generation});
  }
  void member(int broker, const std::string& id, const std::string& instance = "") {
    tell(broker, event::MemberAdded{name("billing"), name(id), name(instance), NodeId(1001)});
    tell(broker, event::GroupLeaderChosen{name("billing"), name(id)});
    tell(broker, event::MemberJoining{name("billing"), name(id)});
  }
  /// They meet and are a new generation.
  void meet(int broker, int generation) {
    using event::GroupState;
    group_state(broker, GroupState::Empty, GroupState::PreparingRebalance, generation - 1);
    group_state(broker, GroupState::PreparingRebalance, GroupState::CompletingRebalance,
                generation);
  }
  void consumer(int node, const std::string& member, int generation) {
    using event::ConsumerState;
    tell(node, event::CoordinatorFound{name("billing"), NodeId(1)});
    tell(node, event::ConsumerStateChanged{ConsumerState::CompletingRebalance,
                                           ConsumerState::Stable, generation, name(member)});
  }

  /// Three records on all three brokers, committed.
  void commit_three() {
    for (int n : {1, 2, 3}) append(n, 0, 3, 0);
    high_watermark(1, 0, 3);
  }
  std::string broken() const {
    std::string ids;
    for (const auto& v : violations) ids += (ids.empty() ? "" : " ") + v.invariant;
    return ids;
  }

  FakeCluster fake;
  PartitionRef orders;
  Invariants invariants;
  std::vector<cluster::Violation> violations;
  std::vector<event::Event> fresh;
  std::uint64_t seq = 0;
};


}  // namespace kscope::sim
