// One partition with its log on a fake disk, led or followed by broker 1.
#pragma once

#include "engine/replication/partition.h"
#include "tests/unit/support/records.h"
#include "tests/unit/support/test_env.h"

namespace kscope::test {

using namespace replication;

struct PartitionFixture {
  TestEnv t{NodeId(1)};
  ReplicaConfig config;
  BrokerDirectory brokers;
  Effects effects;
  TopicPartition name{"orders", 0};
  storage::UnifiedLog log;
  Partition partition;

  PartitionFixture() {
    config.broker = NodeId(1);
    for (int id = 1; id <= 4; ++id) brokers.set(NodeId(id), {BrokerEpoch(100 + id), false, false});
    auto opened = storage::UnifiedLog::open(t.env(), name, {}, Offset(0), true);
    REQUIRE(opened.ok());
    log = std::move(*opened);
    partition = Partition(name, topic_id_of(1), t.names.intern(name), NodeId(1));
    partition.restore_high_watermark(t.env(), log, Offset(0));
  }

  Context context() { return {t.env(), config, brokers, BrokerEpoch(101), effects}; }

  static metadata::PartitionRegistration state(std::vector<NodeId> replicas,
                                               std::vector<NodeId> isr, int leader,
                                               int leader_epoch, int partition_epoch) {
    metadata::PartitionRegistration s;
    s.replicas = std::move(replicas);
    s.isr = std::move(isr);
    if (leader > 0) s.leader = NodeId(leader);
    s.leader_epoch = LeaderEpoch(leader_epoch);
    s.partition_epoch = partition_epoch;
    return s;
  }
  bool lead(std::initializer_list<int> isr, int leader_epoch = 0, int partition_epoch = 0,
            std::initializer_list<int> replicas = {1, 2, 3}) {
    Context c = context();
    auto led = partition.make_leader(
        c, log, state(nodes(replicas), nodes(isr), 1, leader_epoch, partition_epoch));
    REQUIRE(led.ok());
    return *led;
  }
  bool follow(int leader, int leader_epoch, int partition_epoch) {
    Context c = context();
    return partition.make_follower(
        c, state(nodes({1, 2, 3}), nodes({1, 2, 3}), leader, leader_epoch, partition_epoch));
  }
  LeaderAppendResult append(int count, std::int16_t acks = -1) {
    Context c = context();
    auto appended = partition.append_as_leader(c, log, batch_of(count), acks);
    REQUIRE(appended.ok());
    return *appended;
  }
  /// A follower asks from `offset` on; by default as the incarnation that is registered.
  PartitionRead fetch(int follower, std::int64_t offset, std::optional<int> leader_epoch = {},
                      std::int64_t broker_epoch = -2) {
    FetchSource source;
    source.follower = NodeId(follower);
    source.follower_epoch = BrokerEpoch(broker_epoch == -2 ? 100 + follower : broker_epoch);
    source.isolation = FetchIsolation::LogEnd;
    PartitionFetch ask;
    ask.offset = Offset(offset);
    if (leader_epoch) ask.current_leader_epoch = LeaderEpoch(*leader_epoch);
    Context c = context();
    auto read = partition.fetch(c, log, source, ask, true);
    REQUIRE(read.ok());
    partition.check(log);
    return *read;
  }
  PartitionRead consume(const PartitionFetch& ask, bool leader_only = true) {
    FetchSource source;
    source.leader_only = leader_only;
    Context c = context();
    auto read = partition.fetch(c, log, source, ask, true);
    REQUIRE(read.ok());
    return *read;
  }
  PartitionRead consume(std::int64_t offset) { return consume(PartitionFetch{Offset(offset)}); }
  void check_isr() {
    Context c = context();
    partition.maybe_shrink_isr(c, log);
  }
  /// The controller's answer to the latest proposal.
  void decide(IsrDecision decision) {
    REQUIRE(partition.isr().proposal());
    Context c = context();
    partition.on_isr_decision(c, log, IsrProposal(*partition.isr().proposal()), decision);
  }
  void accept(std::initializer_list<int> isr, int partition_epoch, int leader_epoch = 0) {
    decide({ErrorCode::NONE, LeaderEpoch(leader_epoch), partition_epoch, nodes(isr)});
  }
  std::int64_t hw() const { return partition.high_watermark().value(); }
  std::vector<NodeId> isr() const { return partition.isr().committed(); }
  std::vector<NodeId> maximal() const { return partition.isr().maximal(); }
};

}  // namespace kscope::test
