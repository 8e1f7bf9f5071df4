#include "engine/sim/world.h"

#include <fmt/core.h>

#include "engine/base/check.h"
#include "engine/sim/world_actions.h"
#include "engine/sim/world_env.h"
#include "engine/sim/world_state.h"

namespace kscope::sim {
namespace {

// One stream of luck per process; these two belong to nobody.
constexpr std::uint64_t kNetworkStream = 1'000'000;
constexpr std::uint64_t kFaultStream = 1'000'001;

constexpr std::uint64_t kDirectoryStream = 2'000'000;

/// What kafka-storage random-uuid would have given this node's log directory.
Uuid directory_id(std::uint64_t seed, NodeId node) {
  env::Random luck = env::RandomSet(
      seed, kDirectoryStream + static_cast<std::uint64_t>(node.value()))[env::Purpose::Identity];
  Uuid id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(luck.next() >> 32);
  }
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);  // a Uuid of version 4
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

/// broker.rack is the one setting that differs from broker to broker: "a,b" puts broker 1 in rack a
/// and broker 2 in rack b; a single name is everybody's.
std::string rack_of(const std::string& racks, std::int32_t broker) {
  std::size_t begin = 0;
  for (std::int32_t at = 1; racks.find(',', begin) != racks.npos; ++at) {
    if (at == broker) return racks.substr(begin, racks.find(',', begin) - begin);
    begin = racks.find(',', begin) + 1;
  }
  return racks.substr(begin);
}

NodeSlot make_node(const ClusterSpec& spec, std::uint64_t seed, std::int32_t id) {
  cluster::NodeConfig config;
  config.id = NodeId(id);
  config.voters = spec.first_voters();
  config.has_broker = spec.has_broker(id);
  config.has_controller = spec.has_controller(id);
  config.kraft_version = spec.kraft_version;
  config.new_directory_id = directory_id(seed, NodeId(id));
  const bool is_first = id >= spec.first_controller() &&
                        id < spec.first_controller() + spec.controllers;
  if (spec.kraft_version > 0 && is_first) {
    for (const NodeId voter : config.voters) {
      config.first_voters.push_back({voter, directory_id(seed, voter),
                                     "controller-" + std::to_string(voter.value()), 9093, 1});
    }
  }
  config.cluster_id = "kafkascope-cluster-001";
  config.settings = spec.config;
  const auto racks = config.settings.find("broker.rack");
  if (racks != config.settings.end()) racks->second = rack_of(racks->second, id);
  for (std::int32_t b = 1; b <= spec.brokers; ++b) {
    const auto where = spec.advertised.find(b);
    config.endpoints[NodeId(b)] =
        where != spec.advertised.end()
            ? broker::AdvertisedEndpoint{where->second.first, where->second.second}
            : broker::AdvertisedEndpoint{"broker-" + std::to_string(b), 9092};
  }
  NodeSlot slot;
  slot.node = cluster::Node(std::move(config));
  slot.disk = Disk(spec.flush_time);
  slot.random = env::RandomSet(spec.seed_of_life(seed), static_cast<std::uint64_t>(id));
  slot.clock_skew = spec.wall_offset;
  return slot;
}

void deliver(WorldState& world, const cluster::Item& item) {
  NetworkAccess access(world);
  std::optional<Delivery> delivery =
      world.network.arrived(access.context(), item.connection, item.frame);
  if (!delivery) return;
  Call call(world, delivery->to, delivery->event);
  if (NodeSlot* slot = world.node(delivery->to)) {
    slot->node.on_frame(call.env(), delivery->info, delivery->bytes, delivery->frame);
  } else {
    world.clients.at(delivery->to)
        .client.on_frame(call.env(), delivery->info, delivery->bytes, delivery->frame);
  }
}

void tell_closed(WorldState& world, const cluster::Item& item) {
  NetworkAccess access(world);
  std::optional<Closing> closing =
      world.network.closed(access.context(), item.connection, item.node);
  if (!closing || world.process(closing->side) == nullptr) return;
  Call call(world, closing->side, closing->event);
  if (NodeSlot* slot = world.node(closing->side)) {
    slot->node.on_closed(call.env(), closing->info);
  } else {
    world.clients.at(closing->side).client.on_closed(call.env(), closing->info);
  }
}

void fire_timer(WorldState& world, const cluster::Item& item) {
  Process& process = *world.process(item.node);
  if (item.incarnation != process.incarnation) return;
  if (process.state == cluster::NodeState::Paused) {
    process.held.push_back(item);
    return;
  }
  if (!process.timers.take_due(world.queue, item)) return;
  WorldSink sink(world);
  const EventSeq cause = sink.emit(item.node, event::TimerFired{item.timer, item.key});
  Call call(world, item.node, cause);
  if (NodeSlot* slot = world.node(item.node)) {
    slot->node.on_timer(call.env(), item.timer, item.key);
  } else {
    world.clients.at(item.node).client.on_timer(call.env(), item.timer, item.key);
  }
}

Result<void> carry_out(WorldState& world, const Input& input) {
  if (input.command.starts_with("external ")) return apply_external(world, input);
  return execute(world, input.command);
}

void apply_input(WorldState& world, std::int64_t number) {
  const Input input = world.inputs[static_cast<std::size_t>(number)];
  if (const Result<void> done = carry_out(world, input); !done.ok()) {
    world.refused.push_back(input.command + ": " + done.error().message);
  }
}

// A shutdown ends when the controller has let the broker go, and a process halts when its disk has
// failed; any item may bring about either.
void end_finished_process(WorldState& world, NodeId id) {
  if (const auto client = world.clients.find(id); client != world.clients.end()) {
    if (client->second.alive() && client->second.client.died()) halt_now(world, id);
    return;
  }
  NodeSlot* slot = world.node(id);
  if (slot == nullptr || !slot->node.running()) return;
  if (slot->node.failed()) halt_now(world, id);
  else if (slot->node.shutdown_complete()) stop_now(world, id);
}

void run_checkers(WorldState& world) {
  if (!world.check_invariants) return;
  world.invariants.after_item(CheckContext(world), world.fresh, world.violations);
  world.fresh.clear();
}

/// So many items at one instant, and more are due: they make each other, and time will never pass.
constexpr std::uint64_t kMostAtOneInstant = 500'000;

/// False: the world has come to its end. (A loop within one item is not found: there is nobody then
/// who could look.)
bool time_goes_on(WorldState& world, Instant at) {
  world.items_now = at == world.now ? world.items_now + 1 : 1;
  if (world.items_now < kMostAtOneInstant) return true;
  world.violations.push_back(
      {"T1", fmt::format("time stands still: {} things happened at this instant", world.items_now),
       world.last_event, at});
  world.queue = {};
  return false;
}

}  // namespace

World::World(const ClusterSpec& spec, std::uint64_t seed)
    : state_(std::make_unique<WorldState>()) {
  WorldState& w = *state_;
  w.spec = spec;
  w.seed = seed;
  w.network = NetworkModel(spec.latency_min, spec.latency_max);
  w.latency = env::RandomSet(seed, kNetworkStream)[env::Purpose::NetworkLatency];
  w.fault = env::RandomSet(seed, kFaultStream)[env::Purpose::Fault];
  for (std::int32_t id = 1; id <= spec.nodes(); ++id) {
    w.nodes.emplace(NodeId(id), make_node(spec, seed, id));
    cluster::Item item;
    item.kind = cluster::ItemKind::PowerOn;
    item.node = NodeId(id);
    w.queue.push(item);
  }
}

World::World(const World& other) : state_(std::make_unique<WorldState>(*other.state_)) {
  state_->observer = nullptr;
  for (auto& [id, slot] : state_->nodes) slot.real_disk = nullptr;
}
World& World::operator=(const World& other) {
  if (this != &other) *this = World(other);
  return *this;
}
World::World(World&&) noexcept = default;
World& World::operator=(World&&) noexcept = default;
World::~World() = default;

void World::set_observer(Observer* observer) { state_->observer = observer; }

void World::schedule(const Input& input) {
  KCHECK(input.at >= state_->now);
  cluster::Item item;
  item.at = input.at;
  item.kind = cluster::ItemKind::Input;
  item.key = static_cast<std::int64_t>(state_->inputs.size());
  state_->inputs.push_back(input);
  state_->queue.push(item);
}

Result<void> World::apply(const std::string& command) {
  return apply(Input{state_->now, command, {}});
}

Result<void> World::apply(const Input& input) {
  const Result<void> done = carry_out(*state_, input);
  if (done.ok() && state_->remember_inputs) {
    state_->inputs.push_back({state_->now, input.command, input.bytes});
  }
  run_checkers(*state_);
  return done;
}

bool World::step() {
  WorldState& w = *state_;
  if (w.queue.empty()) return false;
  const cluster::Item item = w.queue.pop();
  KCHECK(item.at >= w.now);
  if (!time_goes_on(w, item.at)) return false;
  w.now = item.at;
  ++w.items_handled;
  switch (item.kind) {
    case cluster::ItemKind::Timer: fire_timer(w, item); break;
    case cluster::ItemKind::Arrival: deliver(w, item); break;
    case cluster::ItemKind::Closed: tell_closed(w, item); break;
    case cluster::ItemKind::Input: apply_input(w, item.key); break;
    case cluster::ItemKind::PowerOn: power_on(w, item.node); break;
  }
  end_finished_process(w, item.node);
  if (item.kind == cluster::ItemKind::Input) {
    for (auto& [id, slot] : w.clients) end_finished_process(w, id);
  }
  run_checkers(w);
  return true;
}

void World::run_until(Instant until) {
  while (!state_->queue.empty() && state_->queue.front().at <= until) step();
  if (until > state_->now) state_->now = until;
}

void World::advance_clock(Instant to) {
  KCHECK(to >= state_->now);
  KCHECK(state_->queue.empty() || state_->queue.front().at >= to);
  state_->now = to;
}

std::optional<Instant> World::next_item_at() const {
  if (state_->queue.empty()) return std::nullopt;
  return state_->queue.front().at;
}

void World::remember_inputs(bool on) { state_->remember_inputs = on; }

Instant World::now() const { return state_->now; }
EventSeq World::last_event() const { return state_->last_event; }
std::uint64_t World::items_handled() const { return state_->items_handled; }
std::uint64_t World::hash() const { return state_->hash.value(); }
std::uint64_t World::seed() const { return state_->seed; }
const ClusterSpec& World::spec() const { return state_->spec; }
const NameTable& World::names() const { return state_->names; }
const std::vector<Input>& World::inputs() const { return state_->inputs; }
const std::vector<std::string>& World::refused() const { return state_->refused; }
const std::vector<cluster::Violation>& World::violations() const { return state_->violations; }
void World::enable_invariants(bool on) { state_->check_invariants = on; }
Blob World::frame_bytes(FrameId id) const { return state_->network.frame_bytes(id); }

cluster::Snapshot World::snapshot() const {
  cluster::Snapshot snapshot = take_snapshot(*state_);
  snapshot.violations = state_->violations;
  if (state_->check_invariants)
    snapshot.invariants = state_->invariants.standing(state_->violations);
  return snapshot;
}

}  // namespace kscope::sim
