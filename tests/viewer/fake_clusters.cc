// The hand-made clusters. They are built to look like moments of a real run, because a layout that
// only works with short words and small numbers does not work.
#include <fmt/format.h>

#include "tests/viewer/fake_machine.h"

namespace kscope::viewer::testing {

namespace {

using cluster::NodeState;
using cluster::ReplicaRole;

Instant ms(std::int64_t n) { return Instant(millis(n)); }

cluster::ReplicaView replica(const TopicPartition& tp, std::int32_t leader, bool leads,
                             std::int64_t hw, std::int64_t leo,
                             std::vector<cluster::EpochRange> epochs,
                             std::vector<std::int32_t> isr) {
  cluster::ReplicaView r;
  r.partition = tp;
  r.role = leads ? ReplicaRole::Leader : ReplicaRole::Follower;
  r.leader = leader;
  r.leader_epoch = epochs.empty() ? 0 : epochs.back().epoch;
  r.high_watermark = hw;
  r.log_end = leo;
  r.flushed_end = hw;
  r.epochs = std::move(epochs);
  if (leads) r.isr = r.maximal_isr = std::move(isr);
  return r;
}

cluster::NodeView broker(std::int32_t id, bool controller) {
  cluster::NodeView node;
  node.id = id;
  node.name = fmt::format("broker {}", id);
  node.state = NodeState::Running;
  node.incarnation = 1;
  node.has_controller = controller;
  node.quorum.role = event::RaftRole::Follower;
  node.quorum.epoch = 3;
  node.quorum.leader = 2;
  node.quorum.log_end = 41;
  node.quorum.high_watermark = 41;
  node.broker.state = event::BrokerState::Running;
  node.broker.handlers_total = 8;
  node.broker.handlers_busy = id % 3;
  node.broker.disk_bytes = 12'300 + id * 100;
  node.broker.disk_unflushed_bytes = 310;
  node.broker.delayed_produces = id == 2 ? 1 : 0;
  node.broker.delayed_fetches = 2;
  return node;
}

cluster::FrameView frame(std::uint64_t id, std::int32_t from, std::int32_t to, ApiKey api,
                         bool response, const char* label, Instant sent, Duration way) {
  cluster::FrameView f;
  f.id = FrameId(id);
  f.connection = ConnectionId(id);
  f.from = from;
  f.to = to;
  f.api = api;
  f.version = 12;
  f.is_response = response;
  f.bytes = 82;
  f.sent_at = sent;
  f.arrives_at = sent + way;
  f.label = label;
  return f;
}

void add_clients(cluster::Snapshot& s) {
  cluster::ClientView producer;
  producer.id = 1001;
  producer.name = "producer-1";
  producer.producer.acks = -1;
  producer.producer.compression = "lz4";
  producer.producer.records_acked = 128;
  producer.producer.buffer_bytes = 1240;
  producer.producer.buffer_limit = 33'554'432;
  for (int i = 0; i < 3; ++i) {
    producer.producer.accumulator.push_back({{"orders", i}, i, 2, 120, 0, -1});
  }
  producer.producer.in_flight.push_back({{"orders", 0}, 7, 3, 180, 2, 2});
  producer.producer.last_acked = {{"orders-0", 5}, {"orders-1", 4}, {"orders-2", 2}};
  cluster::ClientView consumer;
  consumer.id = 1002;
  consumer.name = "consumer-1";
  consumer.kind = cluster::ClientKind::Consumer;
  consumer.consumer.assigned = {"orders-0", "orders-1", "orders-2"};
  consumer.consumer.positions = {{"orders-0", 4}, {"orders-1", 5}, {"orders-2", 3}};
  consumer.consumer.lag = {{"orders-0", 2}, {"orders-1", 0}, {"orders-2", 0}};
  consumer.consumer.records_consumed = 12;
  s.clients = {producer, consumer};
}

const TopicPartition kOrders0{"orders", 0}, kOrders1{"orders", 1}, kOrders2{"orders", 2};

void add_partition(cluster::Snapshot& s, const TopicPartition& tp, std::int32_t leader,
                   std::int32_t epoch, std::vector<std::int32_t> isr,
                   std::vector<std::int32_t> replicas) {
  cluster::PartitionView p;
  p.partition = tp;
  p.leader = leader;
  p.leader_epoch = epoch;
  p.partition_epoch = epoch + 1;
  p.isr = std::move(isr);
  p.replicas = std::move(replicas);
  p.min_insync_replicas = 2;
  s.metadata.partitions.push_back(std::move(p));
}

void emit_story(FakeMachine& m) {
  m.emit(ms(1), 1, event::NodeStarted{1});
  m.emit(ms(1), 2, event::NodeStarted{1});
  m.emit(ms(1), 3, event::NodeStarted{1});
  m.emit(ms(900), 1, event::RaftLeaderElected{1, Offset(0)});
  for (const TopicPartition& tp : {kOrders0, kOrders1, kOrders2}) {
    event::PartitionChanged created{m.ref(tp),
                                    NodeId(tp.partition == 1 ? 3 : tp.partition + 1),
                                    LeaderEpoch(0),
                                    0,
                                    NodeList(std::vector<std::int32_t>{1, 2, 3}),
                                    NodeList(std::vector<std::int32_t>{1, 2, 3})};
    m.emit(ms(1500), 1, created);
  }
  for (int i = 0; i < 400; ++i) {
    event::FrameSent sent;
    sent.frame = FrameId(static_cast<std::uint64_t>(i + 100));
    sent.to = NodeId(1 + (i + 1) % 3);
    m.emit(ms(1600 + i * 24), 1 + i % 3, sent);
    if (i % 7 == 0) {
      m.emit(ms(1600 + i * 24), 1 + i % 3,
             event::HighWatermarkAdvanced{m.ref(kOrders0), Offset(i / 7), Offset(i / 7 + 1)});
    }
  }
  const EventSeq crash =
      m.emit(ms(11'300), 1, event::NodeCrashed{event::CrashKind::PowerLoss, 312});
  m.emit(ms(12'000), 2, event::RaftLeaderElected{3, Offset(41)}, crash);
  const EventSeq fenced = m.emit(
      ms(12'200), 2, event::BrokerFenced{NodeId(1), event::FenceReason::SessionOver}, crash);
  event::PartitionChanged moved{m.ref(kOrders0),
                                NodeId(2),
                                LeaderEpoch(2),
                                3,
                                NodeList(std::vector<std::int32_t>{2, 3}),
                                NodeList(std::vector<std::int32_t>{1, 2, 3})};
  m.emit(ms(12'210), 2, moved, fenced);
  const EventSeq changed = m.emit(
      ms(12'210), 2,
      event::PartitionLeaderChanged{m.ref(kOrders0), NodeId(1), NodeId(2), LeaderEpoch(2), false},
      fenced);
  m.emit(ms(12'215), 2, event::BecameLeader{m.ref(kOrders0), LeaderEpoch(2), Offset(6)}, changed);
  m.emit(ms(12'220), 3,
         event::LogTruncated{m.ref(kOrders0), Offset(8), Offset(6),
                             event::TruncateReason::DivergingEpoch},
         changed);
  event::FrameSent fetch;
  fetch.frame = FrameId(1);
  fetch.to = NodeId(2);
  fetch.api = ApiKey::Fetch;
  fetch.version = 12;
  fetch.bytes = 82;
  fetch.travel = millis(4);
  m.sent[FrameId(1)] = m.emit(ms(12'345), 3, fetch, changed);
}

Dissection fetch_dissection() {
  Dissection d;
  d.title = "Fetch request v12";
  for (int i = 0; i < 82; ++i) d.bytes.push_back(static_cast<std::uint8_t>(i * 7));
  const char* names[] = {"size",
                         "api_key",
                         "api_version",
                         "correlation_id",
                         "client_id",
                         "replica_id",
                         "max_wait_ms",
                         "min_bytes",
                         "topics[0].topic",
                         "topics[0].partitions[0].partition",
                         "topics[0].partitions[0].current_leader_epoch",
                         "topics[0].partitions[0].fetch_offset"};
  const char* values[] = {"78", "1 Fetch", "12", "883",        "\"broker-3-fetcher-0-leader-2\"",
                          "3",  "500",     "1",  "\"orders\"", "0",
                          "2",  "6"};
  std::size_t at = 0;
  for (std::size_t i = 0; i < std::size(names); ++i) {
    const std::size_t size = i == 4 ? 24 : i == 8 ? 7 : 4;
    d.fields.push_back({names[i], values[i], at, at + size, i > 7 ? 1 : 0, false});
    at += size;
  }
  return d;
}

void add_failover_replicas(cluster::Snapshot& s) {
  using E = std::vector<cluster::EpochRange>;
  auto& b1 = s.nodes[0].broker.replicas;
  b1 = {replica(kOrders0, 1, false, 6, 7, E{{0, 0}, {1, 4}}, {}),
        replica(kOrders1, 3, false, 5, 5, E{{0, 0}}, {}),
        replica(kOrders2, 2, false, 3, 3, E{{0, 0}}, {})};
  for (auto& r : b1) r.role = ReplicaRole::Offline;
  s.nodes[1].broker.replicas = {replica(kOrders0, 2, true, 6, 8, E{{0, 0}, {1, 4}, {2, 6}}, {2, 3}),
                                replica(kOrders1, 3, false, 5, 5, E{{0, 0}}, {}),
                                replica(kOrders2, 2, true, 3, 3, E{{0, 0}}, {2, 3})};
  s.nodes[2].broker.replicas = {replica(kOrders0, 2, false, 6, 6, E{{0, 0}, {1, 4}}, {}),
                                replica(kOrders1, 3, true, 5, 6, E{{0, 0}, {1, 5}}, {2, 3}),
                                replica(kOrders2, 2, false, 3, 3, E{{0, 0}}, {})};
}

}  // namespace

std::unique_ptr<FakeMachine> failover_machine() {
  auto m = std::make_unique<FakeMachine>();
  cluster::Snapshot start;
  start.seed = 2024;
  m->add_moment(start);
  emit_story(*m);
  cluster::Snapshot s;
  s.seed = 2024;
  s.now = ms(12'347);
  for (std::int32_t id = 1; id <= 3; ++id) s.nodes.push_back(broker(id, true));
  s.nodes[0].state = NodeState::Crashed;
  s.nodes[1].quorum.role = event::RaftRole::Leader;
  s.nodes[1].quorum.controller_active = true;
  s.nodes[2].quorum.election_deadline = s.now + millis(1234);
  s.nodes[2].quorum.election_timeout = millis(1750);
  add_failover_replicas(s);
  s.metadata.registrations = {{1, 5, true}, {2, 6, false}, {3, 7, false}};
  add_partition(s, kOrders0, 2, 2, {2, 3}, {1, 2, 3});
  add_partition(s, kOrders1, 3, 1, {2, 3}, {3, 1, 2});
  add_partition(s, kOrders2, 2, 1, {2, 3}, {2, 3, 1});
  add_clients(s);
  s.frames = {
      frame(1, 3, 2, ApiKey::Fetch, false, "Fetch off=6 ep=2", ms(12'345), millis(4)),
      frame(2, 2, 3, ApiKey::Fetch, true, "6..7, HW 6", ms(12'344), millis(4)),
      frame(3, 3, 2, ApiKey::BrokerHeartbeat, false, "BrokerHeartbeat", ms(12'346), millis(4)),
      frame(4, 1001, 2, ApiKey::Produce, false, "Produce orders-0 ×3", ms(12'346), millis(3)),
      frame(5, 2, 1002, ApiKey::Fetch, true, "orders-0 4..5", ms(12'346), millis(4)),
      frame(6, 2, 1, ApiKey::Vote, false, "Vote ep=3", ms(12'345), millis(5))};
  s.frames[5].doomed = true;
  m->frame_dissection = fetch_dissection();
  m->batch_dissection = fetch_dissection();
  m->batch_dissection.title = "Record batch 6..7";
  m->add_moment(s);
  m->seek(EventSeq(m->recorded_end()));
  return m;
}

std::unique_ptr<FakeMachine> election_machine() {
  auto m = std::make_unique<FakeMachine>();
  m->emit(ms(1), 1, event::NodeStarted{1});
  cluster::Snapshot s;
  s.seed = 7;
  s.now = ms(1412);
  for (std::int32_t id = 1; id <= 3; ++id) {
    s.nodes.push_back(broker(id, true));
    s.nodes.back().broker.state = event::BrokerState::Starting;
    s.nodes.back().quorum.leader = -1;
    s.nodes.back().quorum.role = id == 2 ? event::RaftRole::Candidate : event::RaftRole::Unattached;
    s.nodes.back().quorum.election_deadline = s.now + millis(300 * id);
    s.nodes.back().quorum.election_timeout = millis(1500);
  }
  s.nodes[1].quorum.votes = {{2, true}, {3, false}};
  m->add_moment(s);
  return m;
}

namespace {

void add_big_partition(cluster::Snapshot& s, int p, int brokers) {
  const TopicPartition tp{p % 2 == 0 ? "payments-settled-events" : "orders", p / 2};
  std::vector<std::int32_t> replicas, isr;
  for (int k = 0; k < 3; ++k) replicas.push_back((p + k) % brokers + 1);
  for (std::int32_t id : replicas) {
    if (id != 4) isr.push_back(id);
  }
  add_partition(s, tp, isr.front(), p % 5, isr, replicas);
  for (std::int32_t id : replicas) {
    std::vector<cluster::EpochRange> epochs;
    for (int e = 0; e <= p % 5; ++e) epochs.push_back({e, e * 200});
    cluster::ReplicaView r =
        replica(tp, isr.front(), id == isr.front(), 1000 + p, 1004 + p + id, epochs, isr);
    if (id == 4) r.role = ReplicaRole::Offline;
    s.nodes[static_cast<std::size_t>(id - 1)].broker.replicas.push_back(r);
  }
}

}  // namespace

std::unique_ptr<FakeMachine> big_machine(int brokers, int partitions) {
  auto m = std::make_unique<FakeMachine>();
  emit_story(*m);
  cluster::Snapshot s;
  s.seed = 99;
  s.now = ms(12'347);
  for (std::int32_t id = 1; id <= brokers; ++id) {
    s.nodes.push_back(broker(id, id <= 5));
    s.metadata.registrations.push_back({id, id, id == 4});
  }
  s.nodes[1].quorum.role = event::RaftRole::Leader;
  if (brokers >= 4) s.nodes[3].state = NodeState::Crashed;
  for (int p = 0; p < partitions; ++p) add_big_partition(s, p, brokers);
  const auto by_name = [](const auto& a, const auto& b) { return a.partition < b.partition; };
  std::sort(s.metadata.partitions.begin(), s.metadata.partitions.end(), by_name);
  for (auto& node : s.nodes)
    std::sort(node.broker.replicas.begin(), node.broker.replicas.end(), by_name);
  for (int i = 0; i < 9; ++i) {
    add_clients(s);
  }
  std::vector<cluster::ClientView> clients;
  for (std::int32_t i = 0; i < 9; ++i) {
    cluster::ClientView c = s.clients[static_cast<std::size_t>(i % 2)];
    c.id = 1001 + i;
    c.name = fmt::format("{}-{}", i % 2 == 0 ? "producer" : "consumer", i + 1);
    clients.push_back(c);
  }
  s.clients = clients;
  for (std::uint64_t i = 0; i < 24; ++i) {
    s.frames.push_back(frame(
        i + 1, static_cast<std::int32_t>(i % 9) + 1, static_cast<std::int32_t>((i * 4 + 3) % 9) + 1,
        i % 4 == 0 ? ApiKey::Vote : ApiKey::Fetch, i % 3 == 0,
        "Fetch payments-settled-events-3 off=1004 ep=4", ms(12'340), millis(12)));
  }
  m->add_moment(s);
  return m;
}

}  // namespace kscope::viewer::testing
