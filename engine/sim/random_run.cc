#include "engine/sim/random_run.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/sim/random_groups.h"
#include "engine/sim/random_storm.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {
namespace {

constexpr std::uint64_t kLuckStream = 0x52616e646f6d;

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
  spec.config["log.cleaner.backoff.ms"] = "700";
  spec.config["log.retention.check.interval.ms"] = "900";
  spec.config["log.segment.delete.delay.ms"] = "1500";
  spec.config["offsets.topic.num.partitions"] = "2";
  spec.config["offsets.commit.timeout.ms"] = "2000";
  spec.config["group.min.session.timeout.ms"] = "1000";
  spec.config["group.initial.rebalance.delay.ms"] = "500";
  spec.config["group.coordinator.rebalance.protocols"] = "classic,consumer";
  spec.config["group.consumer.migration.policy"] = "bidirectional";
  spec.config["group.consumer.session.timeout.ms"] = "2500";
  spec.config["group.consumer.heartbeat.interval.ms"] = "600";
  if (options.seed % 2 == 0) {  // every other cluster replaces its metadata log by snapshots
    spec.config["metadata.log.max.record.bytes.between.snapshots"] = "600";
    spec.config["metadata.log.segment.bytes"] = "3000";
    spec.config["metadata.max.retention.bytes"] = "1";
  }
  spec.latency_max = luck.chance(1, 4) ? millis(20) : micros(1200);
  const bool larger = luck.chance(1, 5);
  if (larger) spec.brokers = static_cast<std::int32_t>(luck.between(4, 5));
  return spec;
}

bool all_running(const World& world) {
  const auto snapshot = world.snapshot();
  return std::all_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                     [](const auto& n) { return n.broker.state == event::BrokerState::Running; });
}

/// The registration of an old incarnation may come in after that of the new one, if it was long
/// under way. Kafka takes it while the new one is fenced (ClusterControlManager.registerBroker) and
/// from then on refuses the new one's heartbeats (STALE_BROKER_EPOCH), until somebody restarts it.
bool is_superseded(const cluster::Snapshot& snapshot, const cluster::NodeView& node) {
  const auto& all = snapshot.metadata.registrations;
  const auto known =
      std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.broker == node.id; });
  return node.broker.state == event::BrokerState::Starting && node.broker.broker_epoch >= 0 &&
         known != all.end() && known->broker_epoch > node.broker.broker_epoch;
}

}  // namespace

RandomRun::RandomRun(const RandomRunOptions& options)
    : options_(options),
      luck_(options.seed * 0x9e3779b97f4a7c15ULL + kLuckStream),
      world_(spec_for(options, luck_), options.seed),
      groups_(std::make_unique<RandomGroups>(options.seed, world_)),
      storm_(std::make_unique<RandomStorm>(options_, luck_, world_, *groups_)) {
  if (!options.broken_rule.empty())
    world_.state().invariants.break_rule_for_test(options.broken_rule);
}

RandomRun::~RandomRun() = default;

RandomRunResult RandomRun::run() {
  storm_->draw_mix();
  if (boot()) {
    storm_->run(world_.now() + options_.storm);
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
  result.acts = storm_->done();
  result.operations = storm_->count(ActKind::Use);
  result.faults = storm_->count(ActKind::Fault);
  result.loss_windows = world_.state().invariants.loss_windows();
  const cluster::Snapshot snapshot = world_.snapshot();
  for (const auto& client : snapshot.clients) {
    result.acked += client.producer.records_acked;
    result.consumed += client.consumer.records_consumed;
  }
  for (const auto& i : snapshot.invariants)
    result.looks[std::string(i.id)] += static_cast<std::int64_t>(i.looks);
  return result;
}

void RandomRun::apply(const std::string& command) {
  const Result<void> ignored = world_.apply(command);  // what is already so cannot be done again
  static_cast<void>(ignored);
}

// ---- boot -------------------------------------------------------------------------------------

bool RandomRun::run_until_ready(Instant limit) {
  while (world_.now() < limit) {
    world_.run_until(world_.now() + millis(200));
    if (all_running(world_)) return true;
  }
  return false;
}

bool RandomRun::boot() {
  if (!run_until_ready(Instant{} + seconds(30))) {
    failure_ = "the cluster did not come up within 30 s";
    return false;
  }
  RandomTopics& topics = storm_->topics();
  topics.compacted = luck_.chance(1, 4);
  topics.retained = luck_.chance(1, 3);
  topics.tight = topics.retained && luck_.chance(1, 2);
  const std::string small = topics.tight                          ? " segment.bytes=600"
                            : topics.compacted || topics.retained ? " segment.bytes=1500"
                                                                  : "";
  const std::string cleaned = topics.compacted ? " cleanup.policy=compact"
                                                 " min.cleanable.dirty.ratio=0.1"
                                                 " delete.retention.ms=2000"
                                               : "";
  const std::string retained = topics.tight      ? " retention.bytes=600"
                               : topics.retained ? " retention.bytes=4000"
                                                 : "";
  apply(fmt::format("topic orders partitions={} replicas=3{}{}", luck_.between(1, 2), small,
                    cleaned));
  apply("topic payments partitions=1 replicas=3" + small + retained);
  world_.run_until(world_.now() + seconds(1));
  start_clients();
  return true;
}

void RandomRun::start_clients() {
  const char* client =
      "request.timeout.ms=2000 delivery.timeout.ms=20000 retry.backoff.ms=50"
      " max.block.ms=2000";
  apply(fmt::format("producer safe acks=all {}", client));
  if (luck_.chance(1, 2)) apply(fmt::format("producer fast acks=1 {}", client));
  std::string assigned;
  for (const auto& p : world_.snapshot().metadata.partitions)
    assigned += (assigned.empty() ? "" : ",") + p.partition.str();
  if (assigned.empty()) return;
  apply(fmt::format("consumer reader assign={} from=earliest request.timeout.ms=2000", assigned));
  groups_->start();
}

// ---- calm -------------------------------------------------------------------------------------

void RandomRun::heal() {
  apply("heal all");
  for (std::int32_t n = 1; n <= world_.spec().brokers; ++n) {
    apply(fmt::format("disk {} ok", n));
    apply(fmt::format("skew {} 0ms", n));
    apply(fmt::format("resume {}", n));
  }
  groups_->heal();
  world_.run_until(world_.now() + millis(500));
}

bool RandomRun::converge() {
  const Instant limit = world_.now() + options_.calm;
  std::string lacks;
  while (world_.now() < limit && world_.violations().empty()) {
    const cluster::Snapshot seen = world_.snapshot();
    for (const cluster::NodeView& node : seen.nodes)
      if (is_superseded(seen, node)) apply(fmt::format("crash {}", node.id));
    for (const auto& [id, slot] : world_.state().nodes)  // a stop, or a disk that failed late
      if (!slot.alive()) apply(fmt::format("start {}", id.value()));
    world_.run_until(world_.now() + millis(500));
    lacks = first_trouble(world_);
    if (lacks.empty()) return true;
  }
  failure_ = fmt::format("did not converge within {}: {}", format_duration(options_.calm), lacks);
  return false;
}

std::string RandomRun::script() const {
  return script_of(world_, fmt::format("A random run: seed {}.", options_.seed));
}

}  // namespace kscope::sim
