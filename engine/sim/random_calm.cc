// What a cluster at rest must look like after a random run, and the run as a scenario.
#include <fmt/core.h>

#include <algorithm>

#include "engine/coordinator/group_coordinator.h"
#include "engine/sim/random_groups.h"
#include "engine/sim/random_run.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {
namespace {

constexpr std::int64_t kEverything = std::int64_t{1} << 40;

/// Closed segments are compacted on each broker for itself. The last record may lie in one, where
/// what followed it was cut, and even in the one that is active then: what one broker cleaned is
/// cleaned for good, whatever its checkpoint says since.
bool may_be_compacted(const World& world, const TopicPartition& partition, std::int64_t offset) {
  const auto& partitions = world.state().invariants.ghost().partitions;
  const auto found = std::find_if(partitions.begin(), partitions.end(), [&](const auto& entry) {
    return world.names().name(entry.first) == partition;
  });
  return found != partitions.end() && offset < found->second.log.cleaned;
}

std::string replica_trouble(const World& world, const cluster::Snapshot& s,
                            const cluster::PartitionView& p) {
  const std::string name = p.partition.str();
  if (p.leader < 0) return name + " has no leader";
  if (p.isr.size() != p.replicas.size())
    return fmt::format("the ISR of {} is {}", name, NodeList(p.isr).str());
  const auto* leader = s.replica(p.leader, p.partition);
  if (leader == nullptr) return name + " is not on its leader";
  // Groups commit all the time: this log never rests.
  if (p.partition.topic == coordinator::kGroupMetadataTopic) return {};
  if (leader->high_watermark != leader->log_end) return name + " is not committed to its end";
  std::int64_t first = leader->log_start;
  for (std::int32_t id : p.replicas) {
    const auto* replica = s.replica(id, p.partition);
    if (replica == nullptr || replica->log_end != leader->log_end ||
        replica->high_watermark != leader->log_end)
      return fmt::format("{} on broker {} has not caught up", name, id);
    first = std::max(first, replica->log_start);
  }
  if (leader->high_watermark == first) return {};
  // What is not compacted is the same everywhere, byte for byte.
  const std::int64_t last = leader->log_end - 1;
  if (may_be_compacted(world, p.partition, last)) return {};
  const auto bytes = world.log_bytes(p.leader, p.partition, last, kEverything);
  for (std::int32_t id : p.replicas) {
    const auto other = world.log_bytes(id, p.partition, last, kEverything);
    if (!bytes.ok() || !other.ok() || *other != *bytes)
      return fmt::format("{} on broker {} has other bytes than its leader", name, id);
  }
  return {};
}

std::string client_trouble(const cluster::Snapshot& s, const cluster::ClientView& c) {
  if (c.state != cluster::NodeState::Running || c.consumer.application == "ended") return {};
  const cluster::ProducerView& producer = c.producer;  // failed: also what was never queued
  if (!producer.accumulator.empty() || !producer.in_flight.empty() ||
      producer.records_queued > producer.records_acked + producer.records_failed)
    return fmt::format("{} still waits for acknowledgements", c.name);
  for (const auto& p : s.metadata.partitions) {
    const std::string name = p.partition.str();
    const auto& assigned = c.consumer.assigned;  // a topic may have been made by the storm
    if (std::find(assigned.begin(), assigned.end(), name) == assigned.end()) continue;
    const auto* leader = s.replica(p.leader, p.partition);
    const auto at = c.consumer.positions.find(name);
    if (leader == nullptr || at == c.consumer.positions.end() || at->second != leader->log_end)
      return fmt::format("{} has not read all of {}", c.name, name);
  }
  return {};
}

}  // namespace

std::string first_trouble(const World& world) {
  const cluster::Snapshot s = world.snapshot();
  for (const auto& n : s.nodes)
    if (n.broker.state != event::BrokerState::Running)
      return fmt::format("broker {} is {}", n.id, event::to_string(n.broker.state));
  for (const auto& p : s.metadata.partitions)
    if (std::string trouble = replica_trouble(world, s, p); !trouble.empty()) return trouble;
  if (std::string trouble = group_trouble(s); !trouble.empty()) return trouble;
  for (const auto& c : s.clients)
    if (std::string trouble = client_trouble(s, c); !trouble.empty()) return trouble;
  return {};
}

std::string script_of(const World& world, const std::string& title) {
  const ClusterSpec& spec = world.spec();
  std::string out = fmt::format(
      "# {}\n# Kafka: the whole of it\ncluster brokers={} controllers={} "
      "seed={} latency={}us..{}us flush={}us",
      title, spec.brokers, spec.controllers, world.seed(), spec.latency_min.count(),
      spec.latency_max.count(), spec.flush_time.count());
  for (const auto& [key, value] : spec.config) out += fmt::format(" {}={}", key, value);
  out += '\n';
  // Time passes between the commands, rather than each being given its time: a command that comes
  // in at the present moment has its place among the other things of that moment.
  Instant now{};
  for (const Input& input : world.inputs()) {
    if (input.at > now) out += fmt::format("run {}us\n", (input.at - now).count());
    out += input.command + '\n';
    now = input.at;
  }
  return out + fmt::format("run {}us\nexpect no violations\n", (world.now() - now).count());
}

}  // namespace kscope::sim
