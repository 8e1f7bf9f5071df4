#include "engine/sim/random_storm.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/sim/world_state.h"

namespace kscope::sim {

RandomStorm::RandomStorm(const RandomRunOptions& options, env::Random& luck, World& world,
                         RandomGroups& groups)
    : options_(options), luck_(luck), world_(world), groups_(groups) {}

void RandomStorm::draw_mix() {
  for (const Act& act : all_acts()) {
    int weight = act.weight;
    if (act.kind == ActKind::Fault) {
      const bool on = luck_.chance(1, 2);
      const auto drawn = static_cast<int>(luck_.between(1, 8));
      weight = on ? drawn : 0;
    }
    weights_.push_back(weight);
    total_weight_ += weight;
  }
  // Some runs are hasty, some leave time for everything to settle in between.
  const bool hasty = luck_.chance(1, 4);
  pause_most_ = hasty ? millis(150) : millis(luck_.between(400, 1500));
  supervised_ = luck_.chance(1, 4);
}

void RandomStorm::run(Instant end) {
  while (world_.now() < end && world_.violations().empty()) {
    world_.run_until(world_.now() + luck_.between(millis(10), pause_most_));
    if (supervised_) supervise();
    one_thing();
    const RandomGroups::Act* act = groups_.one_thing();
    if (act != nullptr) ++done_[act->name];
  }
}

// A disk that failed works again, as one does that only lost its cable: the next process finds all
// that the dead one wrote, flushed or not.
void RandomStorm::supervise() {
  for (std::int32_t n = 1; n <= world_.spec().brokers; ++n) {
    if (state_of(n) != cluster::NodeState::Crashed) continue;
    apply(fmt::format("disk {} ok", n));
    apply(fmt::format("start {}", n));
  }
}

void RandomStorm::one_thing() {
  auto dice = static_cast<int>(luck_.below(static_cast<std::uint64_t>(total_weight_)));
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    dice -= weights_[i];
    if (dice >= 0) continue;
    const Act& act = all_acts()[i];
    if (act.kind == ActKind::Fault && holds_its_breath()) return;
    const std::size_t before = world_.inputs().size();
    act.run(*this);
    if (world_.inputs().size() > before) ++done_[act.name];
    return;
  }
}

std::int64_t RandomStorm::count(ActKind kind) const {
  std::int64_t sum = 0;
  for (const Act& act : all_acts()) {
    const auto found = done_.find(act.name);
    if (act.kind == kind && found != done_.end()) sum += found->second;
  }
  for (const RandomGroups::Act& act : RandomGroups::acts()) {
    const auto found = done_.find(act.name);
    const ActKind its = act.fault ? ActKind::Fault : ActKind::Use;
    if (its == kind && found != done_.end()) sum += found->second;
  }
  return sum;
}

bool RandomStorm::apply(const std::string& command) { return world_.apply(command).ok(); }

std::int32_t RandomStorm::any_node() {
  return static_cast<std::int32_t>(luck_.between(1, world_.spec().brokers));
}

cluster::NodeState RandomStorm::state_of(std::int32_t node) const {
  return world_.state().nodes.at(NodeId(node)).state;
}

std::int32_t RandomStorm::any_running_node() {
  const std::int32_t first = any_node(), count = world_.spec().brokers;
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int32_t node = (first - 1 + i) % count + 1;
    if (state_of(node) == cluster::NodeState::Running) return node;
  }
  return 0;
}

std::int32_t RandomStorm::active_controller() const {
  std::int32_t active = 0;
  std::int32_t epoch = -1;
  for (const cluster::NodeView& node : world_.snapshot().nodes) {
    if (node.quorum.role != event::RaftRole::Leader || node.quorum.epoch <= epoch) continue;
    active = node.id;
    epoch = node.quorum.epoch;
  }
  return active;
}

std::int32_t RandomStorm::leader_of_something() {
  const cluster::Snapshot snapshot = world_.snapshot();
  const auto& partitions = snapshot.metadata.partitions;
  if (partitions.empty()) return 0;
  return std::max(0, partitions[luck_.below(partitions.size())].leader);
}

std::string RandomStorm::any_peer(std::int32_t other_than) {
  const std::uint64_t dice = luck_.below(10);
  const std::int32_t node = any_node();
  if (dice == 0) return "safe";
  if (dice == 1 || node == other_than) return "reader";
  return std::to_string(node);
}

void RandomStorm::isolate(std::int32_t node) {
  for (std::int32_t n = 1; n <= world_.spec().brokers; ++n)
    if (n != node) apply(fmt::format("cut {} {}", node, n));
}

bool RandomStorm::holds_its_breath() const {
  if (options_.over_budget) return false;
  const auto& partitions = world_.state().invariants.ghost().partitions;
  return std::any_of(partitions.begin(), partitions.end(),
                     [](const auto& entry) { return !entry.second.lossy.empty(); });
}

bool RandomStorm::may_cut_power() const {
  if (options_.over_budget) return true;
  const cluster::Snapshot snapshot = world_.snapshot();
  const auto up = [](const cluster::NodeView& n) {
    return n.state == cluster::NodeState::Running && n.broker.state == event::BrokerState::Running;
  };
  const auto whole = [](const cluster::PartitionView& p) {
    return p.isr.size() >= p.replicas.size() && p.replicas.size() > 1 && p.adding.empty() &&
           p.removing.empty();
  };
  return snapshot.links.empty() && std::all_of(snapshot.nodes.begin(), snapshot.nodes.end(), up) &&
         std::all_of(snapshot.metadata.partitions.begin(), snapshot.metadata.partitions.end(),
                     whole);
}

}  // namespace kscope::sim
