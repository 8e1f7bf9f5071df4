// What a cluster does when a broker or a controller dies, at sizes that Kafka is run at, and what
// it costs to read the metadata of a large cluster. Virtual time is what a client would feel,
// processor time is what the simulator needs for it.
#include <algorithm>
#include <ctime>

#include "engine/metadata/metadata_delta.h"
#include "engine/protocol/records/metadata_record.h"
#include "engine/sim/world.h"
#include "engine/sim/world_state.h"
#include "tests/bench/bench.h"

namespace kscope::bench {
namespace {

constexpr Duration kPatience = seconds(120);

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Counts what the events say happened.
struct Counter : sim::Observer {
  void on_event(const event::Event& event) override {
    led += std::holds_alternative<event::BecameLeader>(event.body);
    activated += std::holds_alternative<event::ControllerActivated>(event.body);
    unfenced += std::holds_alternative<event::BrokerUnfenced>(event.body);
  }
  std::int64_t led = 0, activated = 0, unfenced = 0;
};

/// Runs until `done` or patience ends; returns how much virtual time that took.
template <class Done>
Duration run_until(sim::World& world, Done done) {
  const Instant begin = world.now();
  while (!done() && world.now() < begin + kPatience && world.step()) {
  }
  return world.now() - begin;
}

std::int32_t active_controller(const sim::World& world) {
  for (const auto& node : world.snapshot().nodes)
    if (node.quorum.controller_active) return node.id;
  return 1;
}

/// A topic of so many partitions on a cluster with Kafka's default time-outs, all of them led by
/// one broker that is not the active controller.
struct Loaded {
  sim::World world;
  Counter counter;
  std::int32_t controller = 1, leader = 2;

  explicit Loaded(int partitions) : world(sim::ClusterSpec{}, 7) {
    world.set_observer(&counter);
    run_until(world, [&] { return counter.unfenced >= 3; });
    controller = active_controller(world);
    leader = controller % 3 + 1;
    const std::int32_t other = leader % 3 + 1;
    const std::string replicas =
        std::to_string(leader) + ":" + std::to_string(other) + ":" + std::to_string(controller);
    std::string assignment = replicas;
    for (int i = 1; i < partitions; ++i) assignment += "," + replicas;
    if (!world.apply("topic big assignment=" + assignment).ok()) return;
    run_until(world, [&] { return counter.led >= partitions; });
    // Each new log is made durable. Until the disks are through with that, a vote waits for them.
    for (const auto& [id, slot] : world.state().nodes)
      world.run_until(std::max(world.now(), slot.disk_busy_until));
    world.run_until(world.now() + seconds(2));
    counter = {};
  }
};

Figure virtual_ms(const char* name, Duration time, const char* limit, double limit_ms) {
  return {name, "ms of virtual time", static_cast<double>(to_millis(time)), 1, limit, limit_ms};
}

Figure cpu_ms(const char* name, double seconds) {
  return {name, "ms of processor time", seconds * 1000, 1, {}, {}};
}

std::vector<Figure> broker_failover(int partitions) {
  Loaded cluster(partitions);
  const double cpu = cpu_seconds();
  if (!cluster.world.apply("crash " + std::to_string(cluster.leader)).ok()) return {};
  const Duration time = run_until(cluster.world, [&] { return cluster.counter.led >= partitions; });
  return {
      virtual_ms("failover_1000_partitions_virtual_ms", time, "broker.session.timeout.ms", 9000),
      cpu_ms("failover_1000_partitions_cpu_ms", cpu_seconds() - cpu)};
}

std::vector<Figure> controller_failover(int partitions) {
  Loaded cluster(partitions);
  const double cpu = cpu_seconds();
  if (!cluster.world.apply("crash " + std::to_string(cluster.controller)).ok()) return {};
  const Duration time = run_until(cluster.world, [&] { return cluster.counter.activated > 0; });
  return {virtual_ms("failover_controller_10000_partitions_virtual_ms", time,
                     "controller.quorum.fetch.timeout.ms", 2000),
          cpu_ms("failover_controller_10000_partitions_cpu_ms", cpu_seconds() - cpu)};
}

std::vector<Bytes> partition_records(int count) {
  const Uuid topic{0x12, 0x34};
  std::vector<Bytes> records;
  protocol::TopicRecord made;
  made.name = "big";
  made.topic_id = topic;
  records.push_back(protocol::encode_record(made));
  for (int i = 0; i < count; ++i) {
    protocol::PartitionRecord record;
    record.topic_id = topic;
    record.partition_id = i;
    record.replicas = {i % 9 + 1, (i + 1) % 9 + 1, (i + 2) % 9 + 1};
    record.isr = record.replicas;
    record.leader = record.replicas.front();
    record.leader_epoch = 0;
    record.partition_epoch = 0;
    record.directories.resize(3);
    records.push_back(protocol::encode_record(record));
  }
  return records;
}

/// As the MetadataLoader does it: decode, note in the delta, apply to the image.
std::vector<Figure> metadata_load(int partitions) {
  const std::vector<Bytes> records = partition_records(partitions);
  std::vector<double> times;
  for (int run = 0; run < 5; ++run) {
    metadata::MetadataImage image;
    metadata::MetadataDelta delta;
    const Stopwatch watch;
    std::int64_t at = 0;
    for (const Bytes& bytes : records) {
      const auto record = protocol::decode_record(bytes);
      if (!record.ok()) return {};
      delta.note(image, *record);
      image.apply(*record, Offset(at++));
    }
    times.push_back(watch.seconds());
  }
  return {{"metadata_load_100000_partitions_s", "s", median(times), 5, "ceiling: 2 s", 2}};
}

}  // namespace

std::vector<Figure> recovery_bench() {
  std::vector<Figure> all;
  for (const auto& figures :
       {broker_failover(1000), controller_failover(10'000), metadata_load(100'000)})
    all.insert(all.end(), figures.begin(), figures.end());
  return all;
}

}  // namespace kscope::bench
