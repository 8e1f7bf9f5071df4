// Shared servers in a universe, with made-up brokers and an admin that ask the controller for
// things.
//
// A made-up broker is the least that a controller has to deal with: it registers, heartbeats, finds
// the controller again when it moved, and now and then alters an ISR that it leads. It looks at the
// image of the best-informed node, which is what a real broker would have with some luck.
//
// Read next: controller_cluster_test.cc
#pragma once

#include "engine/metadata/replication_control.h"
#include "engine/metadata/shared_server.h"
#include "tests/unit/raft/universe.h"

namespace kscope::metadata::testing {

class ControllerCluster : public kscope::testing::Universe<SharedServer> {
 public:
  ControllerCluster(std::uint64_t seed, int voters, int observers, const Settings& settings = {})
      : Universe(seed, voters + observers) {
    std::vector<NodeId> ids;
    for (int i = 1; i <= voters; ++i) ids.push_back(NodeId(i));
    open = [ids, settings](env::Env& env, NodeId id) -> Result<SharedServer> {
      KTRY_ASSIGN(const auto config, shared_server_config(id, ids, "test-cluster", settings));
      return SharedServer::start(env, config);
    };
  }

  Node* active() {
    Node* best = nullptr;
    for (auto& [id, node] : nodes()) {
      if (!node.client || !node.client->controller_active()) continue;
      if (best == nullptr || node.client->raft().epoch() > best->client->raft().epoch()) {
        best = &node;
      }
    }
    return best;
  }
  const MetadataImage* best_image() {
    const MetadataImage* best = nullptr;
    for (auto& [id, node] : nodes()) {
      if (!node.client) continue;
      if (best == nullptr || node.client->image().offset() > best->offset()) {
        best = &node.client->image();
      }
    }
    return best;
  }
};

/// One outside end that sends one request at a time to whoever it takes for the controller.
class Asker {
 public:
  Asker(ControllerCluster& cluster, std::int32_t outside_id)
      : cluster_(cluster), id_(NodeId(outside_id)) {}

  bool is_busy() const { return waiting_.has_value(); }
  NodeId id() const { return id_; }

  /// False if there is nobody to ask at the moment.
  template <class Request>
  bool ask(const Request& request, std::function<void(const Blob& body)> then) {
    if (is_busy()) return false;
    if (!connection_) {
      ControllerCluster::Node* controller = cluster_.active();
      if (controller == nullptr) return false;
      connection_ = cluster_.connect_from_outside(id_, controller->id);
    }
    const protocol::RequestHeader header{Request::kApi, Request::kMaxVersion,
                                         CorrelationId(++correlation_), "asker"};
    waiting_ = {header, std::move(then), cluster_.now()};
    cluster_.send_from_outside(*connection_, protocol::encode_request(header, request));
    return true;
  }
  /// Call now and then: gives up on requests that nobody answers.
  void look_at_the_time() {
    if (waiting_ && cluster_.now() - waiting_->since > seconds(4)) forget();
  }
  void on_frame(const env::ConnectionInfo& from, const Blob& frame) {
    if (!connection_ || from.id != *connection_) return;
    if (frame.empty()) return forget();  // closed
    if (!waiting_) return;
    const auto waiting = std::move(*waiting_);
    waiting_.reset();
    const auto parsed = protocol::parse_response(frame, waiting.header.api, waiting.header.version);
    if (!parsed.ok() || parsed->correlation != waiting.header.correlation) {
      ++nonsense;
      return;
    }
    waiting.then(parsed->body);
  }
  void forget() {
    waiting_.reset();
    connection_.reset();
  }
  int nonsense = 0;  ///< answers that belong to nothing

 private:
  struct Waiting {
    protocol::RequestHeader header;
    std::function<void(const Blob&)> then;
    Instant since{};
  };
  ControllerCluster& cluster_;
  NodeId id_;
  std::optional<ConnectionId> connection_;
  std::optional<Waiting> waiting_;
  std::int32_t correlation_ = 0;
};

class FakeBroker : public Asker {
 public:
  FakeBroker(ControllerCluster& cluster, std::int32_t broker)
      : Asker(cluster, 100 + broker), cluster_(cluster), broker_(broker) {}

  std::int32_t broker() const { return broker_; }
  std::int64_t epoch() const { return epoch_; }
  bool is_unfenced() const { return unfenced_; }
  void restart() {
    ++incarnation_;
    epoch_ = -1;
    unfenced_ = false;
    alive = true;
    forget();
  }
  bool alive = true;

  void tick() {
    look_at_the_time();
    if (!alive || is_busy()) return;
    if (epoch_ < 0)
      register_it();
    else
      heartbeat();
  }

 private:
  void register_it() {
    protocol::BrokerRegistrationRequest request;
    request.broker_id = broker_;
    request.cluster_id = "test-cluster";
    request.incarnation_id.bytes[0] = static_cast<std::uint8_t>(broker_);
    request.incarnation_id.bytes[1] = static_cast<std::uint8_t>(incarnation_);
    request.rack = std::nullopt;
    ask(request, [this](const Blob& body) {
      const auto r = protocol::decode_body<protocol::BrokerRegistrationResponse>(body, 4);
      if (r->error_code == ErrorCode::NONE) epoch_ = r->broker_epoch;
      if (r->error_code == ErrorCode::NOT_CONTROLLER) forget();
    });
  }
  void heartbeat() {
    const MetadataImage* image = cluster_.best_image();
    protocol::BrokerHeartbeatRequest request;
    request.broker_id = broker_;
    request.broker_epoch = epoch_;
    request.current_metadata_offset = image ? image->offset().value() - 1 : -1;
    ask(request, [this](const Blob& body) {
      const auto r = protocol::decode_body<protocol::BrokerHeartbeatResponse>(body, 1);
      unfenced_ = r->error_code == ErrorCode::NONE && !r->is_fenced;
      if (r->error_code == ErrorCode::NOT_CONTROLLER) forget();
    });
  }

  ControllerCluster& cluster_;
  std::int32_t broker_;
  int incarnation_ = 1;
  std::int64_t epoch_ = -1;
  bool unfenced_ = false;
};

}  // namespace kscope::metadata::testing
