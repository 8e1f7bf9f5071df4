#include "viewer/cli/live_cluster.h"

#include <fmt/core.h>

#include <chrono>

#include "engine/event/render.h"

namespace kscope::cli {
namespace {

// Electing a controller and registering takes some seconds of virtual time. Nobody is connected
// yet, so that time is run through as fast as the machine can.
constexpr Duration kLongestStart = seconds(60);

std::int64_t wall_micros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Result<std::unique_ptr<LiveCluster>> LiveCluster::start(const LiveOptions& options) {
  live::Gateway::Options doors;
  doors.brokers = options.brokers;
  doors.port = options.port;
  KTRY_ASSIGN(std::unique_ptr<live::Gateway> gateway, live::Gateway::open(doors));
  sim::ClusterSpec spec;
  spec.brokers = options.brokers;
  spec.controllers = options.brokers >= 3 ? 3 : 1;
  // A hop on one machine, not one between racks: kcat should not feel the simulation.
  spec.latency_min = micros(50);
  spec.latency_max = micros(150);
  // As Kafka's own server.properties for a single broker has it: with three replicas, its default,
  // __consumer_offsets could not be created.
  if (options.brokers < 3) {
    spec.config["offsets.topic.replication.factor"] = std::to_string(options.brokers);
  }
  spec.wall_offset = Duration(wall_micros() - kWallMillisAtStart * 1000);
  for (std::int32_t id = 1; id <= options.brokers; ++id) {
    spec.advertised[id] = {"127.0.0.1", gateway->port(id)};
  }
  std::unique_ptr<LiveCluster> live(new LiveCluster(options, spec, std::move(gateway)));
  KTRY(live->open_disks(options.data_dir));
  KTRY(live->open_record(options.record_file));
  while (!live->ready()) {
    if (live->world().now() > Instant{} + kLongestStart || !live->step()) {
      return Error{ErrorKind::Io, "the cluster did not come up; is the data directory another's?"};
    }
  }
  live->started_world_ = live->world().now();
  live->started_wall_ = wall_micros();
  live->follow_processes();
  return live;
}

LiveCluster::LiveCluster(const LiveOptions& options, sim::ClusterSpec spec,
                         std::unique_ptr<live::Gateway> gateway)
    : gateway_(std::move(gateway)), started_wall_(wall_micros()) {
  if (options.keep_history) {
    history_ = std::make_shared<sim::TimeMachine>(spec, options.seed);
  } else {
    plain_ = std::make_unique<sim::World>(spec, options.seed);
    plain_->remember_inputs(false);
    plain_->enable_invariants(false);  // their memory grows with the log; a server's must not
    plain_->set_observer(this);
  }
  for (std::int32_t id = 1; id <= options.brokers; ++id) listening_.insert(id);
}

LiveCluster::~LiveCluster() = default;

Result<void> LiveCluster::open_disks(const std::string& folder) {
  if (folder.empty()) return {};
  for (const auto& [id, where] : world().spec().advertised) {
    KTRY_ASSIGN(disks_[id], live::Disk::open(fmt::format("{}/broker-{}", folder, id)));
    if (history_ != nullptr) history_->attach_disk(id, disks_[id].get());
    else plain_->attach_disk(id, disks_[id].get());
  }
  return {};
}

Result<void> LiveCluster::open_record(const std::string& file) {
  if (file.empty()) return {};
  record_.open(file, std::ios::trunc);
  if (!record_) {
    return Error{ErrorKind::Io, fmt::format("cannot write the recording to {}", file)};
  }
  record_ << sim::recording_header(world().spec(), world().seed());
  return {};
}

Instant LiveCluster::wall_now() const {
  return std::max(world().now(), started_world_ + Duration(wall_micros() - started_wall_));
}

Result<void> LiveCluster::apply(const sim::Input& input) {
  if (history_ == nullptr) return plain_->apply(input);
  if (input.command.starts_with("external ")) return history_->act_external(input);
  KTRY(history_->act(input.command));
  return {};
}

bool LiveCluster::step() { return history_ != nullptr ? history_->step() : plain_->step(); }

void LiveCluster::run_until(Instant until) {
  if (history_ != nullptr) history_->run_until(until);
  else plain_->run_until(until);
}

// Every input goes through here: first written down, then applied.
bool LiveCluster::enter(const sim::Input& input, std::string* problem) {
  const std::uint64_t items = world().items_handled();
  const Result<void> done = apply(input);
  if (!done.ok()) {
    if (problem != nullptr) *problem = done.error().message;
    return false;
  }
  if (record_.is_open())
    record_ << sim::recording_line({items, {world().now(), input.command, input.bytes}});
  return true;
}

void LiveCluster::take(const live::Arrival& arrival, std::vector<std::string>& log) {
  using Kind = live::Arrival::Kind;
  if (arrival.kind == Kind::Opened) {
    enter({world().now(), fmt::format("external open {}", arrival.broker), {}});
    const ConnectionId connection = world().last_external_connection();
    connections_[arrival.socket] = connection;
    sockets_[connection] = arrival.socket;
    return;
  }
  const auto it = connections_.find(arrival.socket);
  if (it == connections_.end()) return;
  const ConnectionId connection = it->second;
  if (arrival.kind == Kind::Frame) {
    enter({world().now(), fmt::format("external frame {}", connection.value()), arrival.frame});
    return;
  }
  if (!arrival.reason.empty()) {
    log.push_back(
        fmt::format("broker {}: closed a connection: {}", arrival.broker, arrival.reason));
  }
  enter({world().now(), fmt::format("external close {}", connection.value()), {}});
  sockets_.erase(connection);
  connections_.erase(it);
}

void LiveCluster::hand_out() {
  for (const sim::OutsideFrame& out :
       history_ != nullptr ? history_->take_outbox() : plain_->take_outbox()) {
    const auto it = sockets_.find(out.connection);
    if (it == sockets_.end()) continue;
    if (!out.closed) {
      gateway_->send(it->second, out.bytes);
      continue;
    }
    gateway_->close(it->second);
    connections_.erase(it->second);
    sockets_.erase(it);
  }
}

// A broker whose process is gone must refuse connections, as its machine would.
void LiveCluster::follow_processes() {
  for (const cluster::NodeView& node : world().snapshot().nodes) {
    const bool up =
        node.state == cluster::NodeState::Running || node.state == cluster::NodeState::Paused;
    if (up == (listening_.count(node.id) > 0)) continue;
    gateway_->set_listening(node.id, up);
    if (up)
      listening_.insert(node.id);
    else
      listening_.erase(node.id);
  }
}

void LiveCluster::obey(std::vector<std::string>& log) {
  for (int n = gateway_->take_crash_signals(); n > 0 && !listening_.empty(); --n) {
    const std::string line = fmt::format("crash {}", *listening_.begin());
    log.push_back("signal: " + line);
    if (const Result<void> done = command(line); !done.ok()) log.push_back(done.error().message);
  }
  if (gateway_->take_restart_signals() > 0) {
    for (const auto& [id, where] : world().spec().advertised) {
      if (listening_.count(id) > 0) continue;
      log.push_back(fmt::format("signal: start {}", id));
      if (const Result<void> done = command(fmt::format("start {}", id)); !done.ok()) {
        log.push_back(done.error().message);
      }
    }
  }
  for (const std::string& line : gateway_->take_lines()) {
    if (line.empty()) continue;
    const Result<void> done = command(line);
    log.push_back(done.ok() ? "ok: " + line : "refused: " + done.error().message);
  }
}

// In the middle of a step: only noted here, told when the world stands still.
void LiveCluster::on_event(const event::Event& event) {
  if (event::is_answer(event.body)) answers_.push_back(event);
}

// The machine with a history is its world's only observer: what it has written down is read there.
void LiveCluster::tell_answers(std::vector<std::string>& log) {
  if (history_ != nullptr) {
    const EventSeq last = history_->present();
    for (std::uint64_t seq = looked_at_.value() + 1; seq <= last.value(); ++seq) {
      on_event(history_->event(EventSeq(seq)));
    }
    looked_at_ = last;
  }
  if (answers_.empty()) return;
  const cluster::Snapshot snapshot = world().snapshot();
  const auto namer = [&](NodeId node, event::Subject) { return snapshot.name_of(node.value()); };
  for (const event::Event& event : answers_) {
    log.push_back(event::sentence(event, world().names(), namer));
  }
  answers_.clear();
}

Result<void> LiveCluster::command(const std::string& line) {
  std::string problem;
  if (!enter({world().now(), line, {}}, &problem)) return Error{ErrorKind::Invalid, problem};
  hand_out();
  follow_processes();
  return {};
}

void LiveCluster::tick(Duration wait, std::vector<std::string>& log) {
  if (const std::optional<Instant> next = world().next_item_at()) {
    wait = std::clamp(*next - wall_now(), Duration{0}, wait);
  }
  const std::vector<live::Arrival> arrivals = gateway_->poll(wait);
  run_until(wall_now());
  for (const live::Arrival& arrival : arrivals) take(arrival, log);
  obey(log);
  // What came in is often answered at the same instant; do not make the client wait a round.
  run_until(wall_now());
  hand_out();
  tell_answers(log);
}

bool LiveCluster::ready() const {
  const cluster::Snapshot snapshot = world().snapshot();
  std::size_t unfenced = 0;
  for (const cluster::RegistrationView& r : snapshot.metadata.registrations) {
    unfenced += r.fenced ? 0 : 1;
  }
  std::size_t running = 0;
  for (const cluster::NodeView& node : snapshot.nodes) {
    running += node.broker.state == event::BrokerState::Running ? 1 : 0;
  }
  return running == snapshot.nodes.size() && unfenced == snapshot.nodes.size();
}

std::string LiveCluster::bootstrap() const {
  std::string text;
  for (const auto& [id, where] : world().spec().advertised) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", where.first, where.second);
  }
  return text;
}

void LiveCluster::shut_down(Duration limit) {
  for (const std::int32_t id : std::set<std::int32_t>(listening_)) {
    (void)command(fmt::format("stop {}", id)).ok();
  }
  // Virtual time again: nobody is waiting for the clock any more.
  const Instant until = world().now() + limit;
  while (world().now() < until && !listening_.empty() && step()) follow_processes();
  hand_out();
  std::vector<live::Arrival> ignored = gateway_->poll(Duration{0});
}

}  // namespace kscope::cli
