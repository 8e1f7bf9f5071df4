// GroupWire: a cluster, and somebody outside who sends requests about groups as bytes.
//
// Everything that happens is folded into a second snapshot; agrees() tells whether it is the
// engine's own.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/cluster/fold.h"
#include "engine/cluster/snapshot_path.h"
#include "engine/protocol/frame.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/sim/world.h"

namespace kscope::sim {

class GroupWire final : private Observer {
 public:
  explicit GroupWire(std::map<std::string, std::string> config = {}, std::int32_t brokers = 3,
                     std::uint64_t seed = 1)
      : world_(spec_of(std::move(config), brokers), seed), folded_(world_.snapshot()) {
    world_.set_observer(this);
    for (std::int32_t id = 1; id <= brokers; ++id) {
      until("broker " + std::to_string(id) + " lifecycle", "Running");
    }
  }

  World& world() { return world_; }
  std::string read(const std::string& path) const {
    return cluster::read_path(world_.snapshot(), path);
  }
  void apply(const std::string& command) { KCHECK(world_.apply(command).ok()); }
  void run(Duration time) { world_.run_until(world_.now() + time); }
  /// False if it did not come true in time.
  bool until(const std::string& path, const std::string& value, Duration patience = seconds(60)) {
    const Instant end = world_.now() + patience;
    while (read(path) != value) {
      if (world_.now() >= end) return false;
      run(millis(5));
    }
    return true;
  }
  /// Empty if what the events tell is what the engine holds.
  std::string disagreement() const { return cluster::difference(world_.snapshot(), folded_); }

  /// Sends it to the broker and waits for the answer; nothing if there is none in time.
  template <class Response, class Request>
  std::optional<Response> ask(std::int32_t broker, std::int16_t version, const Request& request,
                              Duration patience = seconds(20)) {
    const std::int32_t correlation = send(broker, version, request);
    return hear<Response>(correlation, version, patience);
  }
  template <class Request>
  std::int32_t send(std::int32_t broker, std::int16_t version, const Request& request) {
    const ConnectionId connection = world_.open_external(broker);
    const std::int32_t correlation = ++correlation_;
    connections_[correlation] = connection;
    world_.external_frame(
        connection, protocol::encode_request(
                        {Request::kApi, version, CorrelationId(correlation), "wire"}, request));
    return correlation;
  }
  template <class Response>
  std::optional<Response> hear(std::int32_t correlation, std::int16_t version,
                               Duration patience = seconds(20)) {
    const Instant end = world_.now() + patience;
    while (true) {
      for (const OutsideFrame& frame : world_.take_outbox()) {
        arrived_[frame.connection] = frame.bytes;
      }
      const auto it = arrived_.find(connections_[correlation]);
      if (it != arrived_.end()) {
        const auto parsed = protocol::parse_response(it->second, Response::kApi, version);
        KCHECK(parsed.ok());
        const auto body = protocol::decode_body<Response>(parsed->body, version);
        KCHECK(body.ok());
        return *body;
      }
      if (world_.now() >= end) return std::nullopt;
      run(millis(1));
    }
  }

  /// Asks for the group's coordinator until there is one.
  std::int32_t coordinator(const std::string& group) {
    for (int i = 0; i < 200; ++i) {
      protocol::FindCoordinatorRequest request;
      request.key = group;
      const auto answer = ask<protocol::FindCoordinatorResponse>(any_broker(), 1, request);
      if (answer && answer->error_code == ErrorCode::NONE) return answer->node_id;
      run(millis(100));
    }
    return -1;
  }
  std::int32_t any_broker() const {
    const cluster::Snapshot snapshot = world_.snapshot();
    for (const cluster::NodeView& node : snapshot.nodes) {
      const bool up = node.state == cluster::NodeState::Running &&
                      node.broker.state == event::BrokerState::Running;
      if (up) return node.id;
    }
    return 1;
  }

 private:
  static ClusterSpec spec_of(std::map<std::string, std::string> config, std::int32_t brokers) {
    ClusterSpec spec;
    spec.brokers = brokers;
    spec.controllers = std::min(brokers, 3);
    spec.config = std::move(config);
    spec.config.try_emplace("offsets.topic.num.partitions", "3");
    return spec;
  }
  void on_event(const event::Event& event) override {
    cluster::fold(folded_, event, world_.names());
  }

  World world_;
  cluster::Snapshot folded_;
  std::int32_t correlation_ = 0;
  std::map<std::int32_t, ConnectionId> connections_;
  std::map<ConnectionId, Blob> arrived_;
};

}  // namespace kscope::sim
