#include "viewer/session/side_run.h"

#include "viewer/session/time_machine_port.h"

namespace kscope::viewer {

namespace {

/// One world with its own clock; it keeps no past.
class WorldRun : public SideRun, private sim::Observer {
 public:
  explicit WorldRun(sim::World world) : world_(std::move(world)) { world_.set_observer(this); }
  void listen(std::function<void(const event::Event&)> listener) override {
    listener_ = std::move(listener);
  }
  void run_until(Instant until) override { world_.run_until(until); }
  Instant now() const override { return world_.now(); }
  const NameTable& names() const override { return world_.names(); }
  cluster::Snapshot snapshot() const override { return world_.snapshot(); }
  std::vector<std::string> refused() const override { return world_.refused(); }

 private:
  void on_event(const event::Event& event) override {
    if (listener_) listener_(event);
  }
  sim::World world_;
  std::function<void(const event::Event&)> listener_;
};

/// The number of a frame means nothing in another run.
bool names_a_frame(const std::string& command) {
  const bool picks = command.starts_with("lose ") || command.starts_with("delay ");
  return picks && !command.starts_with("lose next ");
}

}  // namespace

std::unique_ptr<SideRun> TimeMachinePort::side_run(const RunChange& change,
                                                   std::string* why_not) const {
  if (!can_travel()) return Machine::side_run(change, why_not);
  const sim::World& original = machine_->world();
  sim::ClusterSpec spec = original.spec();
  for (const auto& [name, value] : change.config) spec.config[name] = value;
  sim::World world(spec, original.seed());
  world.enable_invariants(false);
  for (const sim::Input& input : original.inputs()) {
    if (input.command.starts_with("external ")) {
      *why_not = "real clients took part, and what they would have done instead nobody knows";
      return nullptr;
    }
    sim::Input changed = input;
    if (change.command) changed.command = change.command(input.command);
    if (changed.command.empty() || names_a_frame(changed.command)) continue;
    world.schedule(changed);
  }
  return std::make_unique<WorldRun>(std::move(world));
}

}  // namespace kscope::viewer
