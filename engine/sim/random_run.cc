#include "engine/sim/random_run.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/sim/world_state.h"

namespace kscope::sim {
namespace {

constexpr std::uint64_t kLuckStream = 0x52616e646f6d;
constexpr const char* kTopics[] = {"orders", "payments"};

/// Every fourth run has topics that are compacted and lose old segments, all the time. The choice
/// takes no luck, so that the other runs are what they were.
bool cleans(const RandomRunOptions& options) { return options.seed % 4 == 3; }

/// Time-outs a few times shorter than Kafka's, so that more happens in a short run.
ClusterSpec spec_for(const RandomRunOptions& options, env::Random& luck) {
  ClusterSpec spec;
  spec.config["broker.session.timeout.ms"] = "2500";
  spec.config["broker.heartbeat.interval.ms"] = "500";
  spec.config["replica.lag.time.max.ms"] = std::to_string(luck.between(800, 3000));
  spec.config["replica.socket.timeout.ms"] = "1500";
  spec.config["replica.fetch.backoff.ms"] = "200";
  spec.config["controller.quorum.election.timeout.ms"] = "500";
  spec.config["controller.quorum.fetch.timeout.ms"] = "800";
  spec.config["controller.quorum.request.timeout.ms"] = "600";
  spec.config["default.replication.factor"] = "3";
  spec.config["min.insync.replicas"] = std::to_string(options.min_insync_replicas);
  if (cleans(options)) {
    spec.config["log.cleaner.backoff.ms"] = "700";
    spec.config["log.retention.check.interval.ms"] = "900";
    spec.config["log.segment.delete.delay.ms"] = "1500";
  }
  spec.latency_max = luck.chance(1, 4) ? millis(20) : micros(1200);
  return spec;
}

}  // namespace

RandomRun::RandomRun(const RandomRunOptions& options)
    : options_(options),
      luck_(options.seed * 0x9e3779b97f4a7c15ULL + kLuckStream),
      world_(spec_for(options, luck_), options.seed) {
  if (!options.broken_rule.empty())
    world_.state().invariants.break_rule_for_test(options.broken_rule);
}

bool RandomRun::apply(const std::string& command) { return world_.apply(command).ok(); }

RandomRunResult RandomRun::run() {
  if (boot()) {
    storm();
    heal();
    converge();
  }
  RandomRunResult result;
  result.violations = world_.violations();
  if (!result.violations.empty()) {
    const cluster::Violation& v = result.violations.front();
    failure_ = fmt::format("{} was violated at {}: {}", v.invariant, format_instant(v.at), v.text);
  }
  result.passed = failure_.empty();
  result.failure = failure_;
  result.events = world_.last_event().value();
  result.hash = world_.hash();
  result.simulated = world_.now() - Instant{};
  result.operations = operations_;
  result.loss_windows = world_.state().invariants.loss_windows();
  for (const auto& client : world_.snapshot().clients)
    result.acked += client.producer.records_acked;
  return result;
}

// ---- boot -------------------------------------------------------------------------------------

bool RandomRun::run_until_ready(Instant limit) {
  while (world_.now() < limit) {
    world_.run_until(world_.now() + millis(200));
    const auto snapshot = world_.snapshot();
    if (std::all_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                    [](const auto& n) { return n.broker.state == event::BrokerState::Running; }))
      return true;
  }
  return false;
}

bool RandomRun::boot() {
  if (!run_until_ready(Instant{} + seconds(30))) {
    failure_ = "the cluster did not come up within 30 s";
    return false;
  }
  const bool two = luck_.chance(1, 2);
  const char* small = cleans(options_) ? " segment.bytes=1500" : "";
  apply(fmt::format("topic {} partitions={} replicas=3{}{}", kTopics[0], luck_.between(1, 2), small,
                    cleans(options_) ? " cleanup.policy=compact min.cleanable.dirty.ratio=0.1"
                                       " delete.retention.ms=2000"
                                     : ""));
  if (two) {
    apply(fmt::format("topic {} partitions=1 replicas=3{}{}", kTopics[1], small,
                      cleans(options_) ? " cleanup.policy=compact,delete retention.bytes=4000"
                                       : ""));
  }
  world_.run_until(world_.now() + seconds(1));
  const char* client = "request.timeout.ms=2000 delivery.timeout.ms=20000 retry.backoff.ms=50";
  apply(fmt::format("producer safe acks=all {}", client));
  if (luck_.chance(1, 2)) apply(fmt::format("producer fast acks=1 {}", client));
  std::string assigned;
  for (const auto& p : world_.snapshot().metadata.partitions)
    assigned += (assigned.empty() ? "" : ",") + p.partition.str();
  apply(fmt::format("consumer reader assign={} from=earliest request.timeout.ms=2000", assigned));
  return true;
}

// ---- storm ------------------------------------------------------------------------------------

void RandomRun::storm() {
  const Instant end = world_.now() + options_.storm;
  while (world_.now() < end && world_.violations().empty()) {
    world_.run_until(world_.now() + luck_.between(millis(10), millis(500)));
    one_thing();
  }
}

void RandomRun::one_thing() {
  ++operations_;
  const std::uint64_t dice = luck_.below(100);
  if (dice < 40)
    use_the_cluster();
  else if (dice < 62)
    crash_something();
  else if (dice < 84)
    break_a_link();
  else if (dice < 92)
    set_a_trap();
  else
    upset_a_disk();
}

bool RandomRun::is_running(std::int32_t node) const {
  const auto it = world_.state().nodes.find(NodeId(node));
  return it != world_.state().nodes.end() && it->second.state == cluster::NodeState::Running;
}

std::string RandomRun::any_node() {
  return std::to_string(luck_.between(1, world_.spec().brokers));
}

/// While an in-sync replica may have lost records, nothing else is broken: it must first leave the
/// ISR or catch up. Otherwise the others could leave before it, and it would be the last.
bool RandomRun::holds_its_breath() const {
  for (const auto& [ref, p] : world_.state().invariants.ghost().partitions)
    if (!p.lossy.empty()) return !options_.over_budget;
  return false;
}

bool RandomRun::may_cut_power() const {
  if (options_.over_budget) return true;
  const auto snapshot = world_.snapshot();
  if (!snapshot.links.empty()) return false;
  for (const auto& n : snapshot.nodes)
    if (n.state != cluster::NodeState::Running || n.broker.state != event::BrokerState::Running)
      return false;
  for (const auto& p : snapshot.metadata.partitions)
    if (p.isr.size() < p.replicas.size()) return false;
  return true;
}

void RandomRun::crash_something() {
  if (holds_its_breath()) return;
  const std::string node = any_node();
  const auto state = world_.state().nodes.at(NodeId(std::stoi(node))).state;
  using cluster::NodeState;
  if (state == NodeState::Paused) {
    apply("resume " + node);
  } else if (state != NodeState::Running) {
    apply("start " + node);
  } else {
    switch (luck_.below(7)) {
      case 0:
        apply("pause " + node);
        break;
      case 1:
        apply("stop " + node);
        break;
      case 2:
        apply("restart " + node);
        break;
      case 3:
      case 4:
        if (may_cut_power()) apply(fmt::format("crash {} power", node));
        break;
      default:
        apply("crash " + node);
    }
  }
}

void RandomRun::break_a_link() {
  if (luck_.chance(1, 3)) {
    apply("heal all");
    return;
  }
  if (holds_its_breath()) return;
  const std::string a = any_node();
  std::string b = luck_.chance(1, 5) ? "safe" : any_node();
  if (a == b) b = "reader";
  switch (luck_.below(6)) {
    case 0:
      apply(fmt::format("cut {} {}", a, b));
      break;
    case 1:
      apply(fmt::format("cut {} -> {}", a, b));
      break;
    case 2:
      apply(fmt::format("reset {} {}", a, b));
      break;
    case 3:
      apply(fmt::format("slow {} {} {}ms", a, b, luck_.between(5, 400)));
      break;
    default:  // isolate one from all other nodes
      for (std::int32_t n = 1; n <= world_.spec().brokers; ++n)
        if (std::to_string(n) != a) apply(fmt::format("cut {} {}", a, n));
  }
}

void RandomRun::upset_a_disk() {
  const std::string node = any_node();
  switch (luck_.below(5)) {
    case 0:
      if (!holds_its_breath()) apply(fmt::format("disk {} full", node));
      break;
    case 1:
      if (!holds_its_breath()) apply(fmt::format("disk {} failing", node));
      break;
    case 2:
      apply(fmt::format("disk {} slow {}ms", node, luck_.between(1, 80)));
      break;
    default:
      for (std::int32_t n = 1; n <= world_.spec().brokers; ++n) apply(fmt::format("disk {} ok", n));
  }
}

void RandomRun::set_a_trap() {
  static constexpr const char* kApis[] = {"Produce", "Fetch",           "AlterPartition",
                                          "Vote",    "BrokerHeartbeat", "BeginQuorumEpoch"};
  const std::string a = any_node(), b = any_node();
  if (a == b) return;
  const std::uint64_t api = luck_.below(std::size(kApis));
  const bool response = luck_.chance(1, 2);
  const std::string from = api == 0 && !response ? "safe" : a;
  const std::string to = api == 0 && response ? "safe" : b;
  apply(fmt::format("lose next {} {} {} -> {}", kApis[api], response ? "response" : "request", from,
                    to));
}

void RandomRun::use_the_cluster() {
  switch (luck_.below(8)) {
    case 0:
      apply(fmt::format("elect {}-0", kTopics[0]));
      break;
    case 1:
      apply(fmt::format("skew {} {}{}ms", any_node(), luck_.chance(1, 2) ? "-" : "",
                        luck_.between(0, 60000)));
      break;
    default: {
      const char* producer = luck_.chance(1, 3) ? "fast" : "safe";
      const char* topic = kTopics[luck_.below(2)];
      const std::string line =
          fmt::format("send {} {} count={} size={} every={}ms", producer, topic,
                      luck_.between(1, 20), luck_.between(10, 200), luck_.between(0, 20));
      if (!cleans(options_)) {
        apply(line);
      } else if (operations_ % 9 == 0) {
        apply(fmt::format("send {} {} tombstone keys=3 count=3", producer, topic));
      } else if (operations_ % 11 == 0) {
        apply(fmt::format("delete-records {}-0 before=end", kTopics[1]));
      } else {
        apply(line + " keys=7");
      }
    }
  }
}

// ---- calm -------------------------------------------------------------------------------------

void RandomRun::heal() {
  apply("heal all");
  for (std::int32_t n = 1; n <= world_.spec().brokers; ++n) {
    apply(fmt::format("disk {} ok", n));
    apply(fmt::format("skew {} 0ms", n));
    apply(fmt::format("resume {}", n));
  }
  world_.run_until(world_.now() + millis(500));
  for (std::int32_t n = 1; n <= world_.spec().brokers; ++n)
    if (!is_running(n)) apply(fmt::format("start {}", n));
}

bool RandomRun::converge() {
  const Instant limit = world_.now() + options_.calm;
  std::string lacks;
  while (world_.now() < limit && world_.violations().empty()) {
    world_.run_until(world_.now() + millis(500));
    for (std::int32_t n = 1; n <= world_.spec().brokers; ++n)  // a stop, or a disk that failed late
      if (!is_running(n)) apply(fmt::format("start {}", n));
    lacks = missing(world_.snapshot());
    if (lacks.empty()) return true;
  }
  failure_ = fmt::format("did not converge within {}: {}", format_duration(options_.calm), lacks);
  return false;
}

/// The first thing that is not as it should be in a healthy cluster at rest.
std::string RandomRun::missing(const cluster::Snapshot& s) const {
  for (const auto& n : s.nodes)
    if (n.broker.state != event::BrokerState::Running)
      return fmt::format("broker {} is {}", n.id, event::to_string(n.broker.state));
  for (const auto& p : s.metadata.partitions) {
    const std::string name = p.partition.str();
    if (p.leader < 0) return name + " has no leader";
    if (p.isr.size() != p.replicas.size())
      return fmt::format("the ISR of {} is {}", name, NodeList(p.isr).str());
    const auto* leader = s.replica(p.leader, p.partition);
    if (leader == nullptr) return name + " is not on its leader";
    for (std::int32_t replica : p.replicas) {
      const auto* r = s.replica(replica, p.partition);
      if (r == nullptr || r->log_end != leader->log_end || r->high_watermark != r->log_end)
        return fmt::format("{} on broker {} has not caught up", name, replica);
    }
    for (const auto& c : s.clients) {
      const auto& assigned = c.consumer.assigned;  // a topic may have been made by the storm
      if (std::find(assigned.begin(), assigned.end(), name) == assigned.end()) continue;
      const auto at = c.consumer.positions.find(name);
      if (at == c.consumer.positions.end() || at->second != leader->log_end)
        return fmt::format("{} has not read all of {}", c.name, name);
    }
  }
  for (const auto& c : s.clients)
    if (c.producer.records_queued != c.producer.records_acked + c.producer.records_failed)
      return fmt::format("{} still waits for acknowledgements", c.name);
  return {};
}

// ---- the run as a script ----------------------------------------------------------------------

std::string RandomRun::script() const {
  const ClusterSpec& spec = world_.spec();
  std::string out = fmt::format(
      "# A random run: seed {}.\n# Kafka: the whole of it\ncluster brokers={} controllers={} "
      "seed={} latency={}us..{}us flush={}us",
      options_.seed, spec.brokers, spec.controllers, world_.seed(), spec.latency_min.count(),
      spec.latency_max.count(), spec.flush_time.count());
  for (const auto& [key, value] : spec.config) out += fmt::format(" {}={}", key, value);
  out += '\n';
  // Time passes between the commands, rather than each being given its time: a command that comes
  // in at the present moment has its place among the other things of that moment.
  Instant now{};
  for (const Input& input : world_.inputs()) {
    if (input.at > now) out += fmt::format("run {}us\n", (input.at - now).count());
    out += input.command + '\n';
    now = input.at;
  }
  return out + fmt::format("run {}us\nexpect no violations\n", (world_.now() - now).count());
}

}  // namespace kscope::sim
