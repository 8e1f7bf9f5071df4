#include "viewer/session/opening.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

namespace {

/// Brokers are unfenced within two seconds of the start; then the topic, then its users.
constexpr Instant kTopicAt = at_micros(2'400'000);
constexpr Instant kClientsAt = at_micros(2'900'000);

}  // namespace

std::unique_ptr<TimeMachinePort> opening_machine(std::uint64_t seed) {
  const sim::ClusterSpec spec;
  std::vector<sim::Input> inputs{
      {kTopicAt, "topic orders partitions=3 replicas=3 min.insync.replicas=2", {}},
      {kClientsAt, "producer producer-1 acks=all linger.ms=5", {}},
      {kClientsAt, "consumer consumer-1 assign=orders-0,orders-1,orders-2 from=earliest", {}},
      {kClientsAt, "send producer-1 orders-0 key=basket every=350ms", {}},
      {kClientsAt, "send producer-1 orders-1 key=invoice every=550ms", {}},
      {kClientsAt, "send producer-1 orders-2 key=parcel every=900ms", {}},
  };
  return std::make_unique<TimeMachinePort>(
      std::make_unique<sim::TimeMachine>(spec, seed, std::move(inputs)));
}

std::unique_ptr<TimeMachinePort> crowded_machine(std::uint64_t seed, int brokers, int partitions) {
  sim::ClusterSpec spec;
  spec.brokers = brokers;
  std::vector<sim::Input> inputs{
      {kTopicAt, fmt::format("topic orders partitions={} replicas=3", partitions), {}},
      {kClientsAt, "producer producer-1 acks=all linger.ms=5", {}},
      {kClientsAt, "send producer-1 orders every=2ms", {}}};
  for (int p = 0; p < partitions; ++p) {
    inputs.push_back({kClientsAt, fmt::format("send producer-1 orders-{} every=40ms", p), {}});
  }
  return std::make_unique<TimeMachinePort>(
      std::make_unique<sim::TimeMachine>(spec, seed, std::move(inputs)));
}

void go_to_first_election(Machine& machine) {
  constexpr Duration kPatience = seconds(10), kBefore = millis(150);
  const Instant limit = machine.now() + kPatience;
  std::uint64_t seen = machine.present().value();
  while (machine.now() < limit && machine.step()) {
    for (++seen; seen <= machine.present().value(); ++seen) {
      const event::Event& event = machine.event(EventSeq(seen));
      const auto* role = std::get_if<event::RaftRoleChanged>(&event.body);
      if (role == nullptr || role->to != event::RaftRole::Candidate) continue;
      machine.seek(std::max(Instant{}, event.at - kBefore));
      return;
    }
    --seen;
  }
}

void go_to_lively_moment(Machine& machine) {
  constexpr std::size_t kFrames = 4;
  constexpr int kSteps = 400;
  Instant best = machine.now();
  std::size_t most = machine.snapshot().frames.size();
  for (int i = 0; i < kSteps && most < kFrames && machine.step(); ++i) {
    const std::size_t frames = machine.snapshot().frames.size();
    if (frames <= most) continue;
    most = frames;
    best = machine.now();
  }
  machine.seek(best);
}

}  // namespace kscope::viewer
