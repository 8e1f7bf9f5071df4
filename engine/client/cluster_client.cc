#include "engine/client/cluster_client.h"

#include <algorithm>

#include "engine/client/backoff.h"

namespace kscope::client {

namespace {
constexpr protocol::RequestTag kMetadataTag = 0;

protocol::NetworkClientOptions network_options(const CommonConfig& config,
                                               std::size_t max_in_flight) {
  protocol::NetworkClientOptions options;
  options.request_timeout = config.request_timeout;
  options.max_in_flight = max_in_flight;
  options.client_id = config.client_id;
  options.negotiate = true;
  return options;
}
}  // namespace

ClusterClient::ClusterClient(const CommonConfig& config, std::vector<NodeId> bootstrap,
                             std::size_t max_in_flight, bool allow_auto_topic_creation)
    : config_(config),
      network_(network_options(config, max_in_flight)),
      metadata_(config, std::move(bootstrap)),
      max_in_flight_(max_in_flight),
      allow_auto_topic_creation_(allow_auto_topic_creation) {}

std::optional<std::int16_t> ClusterClient::ready(env::Env& env, NodeId node, ApiKey api,
                                                 std::int16_t our_min, std::int16_t our_max) {
  Link& link = links_[node];
  if (!link.connected && !link.connecting) {
    if (env.now() < link.retry_at) return std::nullopt;
    link.connecting = true;
  }
  const auto version = network_.usable_version(env, node, api, our_min, our_max);
  if (!version) return std::nullopt;
  link.connecting = false;
  link.connected = true;
  link.failures = 0;
  if (!network_.can_send(node)) return std::nullopt;
  return version;
}

Outcome ClusterClient::on_frame(env::Env& env, const env::ConnectionInfo& from,
                                const Blob& frame) {
  Outcome outcome;
  if (!network_.owns(from.id)) return outcome;
  // Nothing arrived: it was the answer to ApiVersions, or nonsense. In the second case the network
  // client has hung up and its timeout timer, due at once, takes us to on_request_timeout.
  outcome.arrived = network_.on_frame(env, from.id, frame);
  if (outcome.arrived && outcome.arrived->request.tag == kMetadataTag) {
    outcome.metadata_changed = take_metadata(env, *outcome.arrived);
    outcome.arrived.reset();
  }
  return outcome;
}

bool ClusterClient::take_metadata(env::Env& env, const protocol::Arrived& arrived) {
  metadata_in_flight_ = false;
  env::Random& random = env.random[env::Purpose::ClientBackoff];
  const auto response = protocol::decode_body<protocol::MetadataResponse>(
      arrived.body, arrived.request.version);
  if (!response.ok()) {
    metadata_.update_failed(env.now(), random);
    return false;
  }
  if (!metadata_.update(*response, env.now(), random)) return false;
  env.events.emit(env.node, event::MetadataRefreshed{
                                static_cast<std::int32_t>(metadata_.nodes().size())});
  return true;
}

Outcome ClusterClient::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  if (!network_.owns(connection.id)) return {};
  const NodeId node = network_.owner(connection.id);
  return disconnected(env, node, network_.on_closed(env, connection.id),
                      ErrorCode::NETWORK_EXCEPTION);
}

Outcome ClusterClient::disconnect(env::Env& env, NodeId node) {
  const Link& link = links_[node];
  if (!link.connected && !link.connecting) return {};
  return disconnected(env, node, network_.disconnect(env, node), ErrorCode::NETWORK_EXCEPTION);
}

Outcome ClusterClient::on_request_timeout(env::Env& env, NodeId node) {
  const Link& link = links_[node];
  const bool nonsense = link.connected && !network_.negotiated(node);
  auto died = network_.on_timeout(env, node);
  if (died.empty() && !nonsense) return {};
  return disconnected(env, node, std::move(died),
                      nonsense ? ErrorCode::NETWORK_EXCEPTION : ErrorCode::REQUEST_TIMED_OUT);
}

Outcome ClusterClient::disconnected(env::Env& env, NodeId node,
                                    std::vector<protocol::InFlight> died, ErrorCode why) {
  env::Random& random = env.random[env::Purpose::ClientBackoff];
  Link& link = links_[node];
  link.connecting = link.connected = false;
  ++link.failures;
  link.retry_at = env.now() + backoff_after(config_.reconnect_backoff,
                                            config_.reconnect_backoff_max, link.failures, random);
  // Whoever hung up may have died, and its partitions moved (DefaultMetadataUpdater does the same).
  metadata_.request_update();
  Outcome outcome;
  outcome.failure = why;
  outcome.disconnected = node;
  for (protocol::InFlight& request : died) {
    if (request.api == ApiKey::ApiVersions) continue;
    if (request.tag == kMetadataTag) {
      metadata_in_flight_ = false;
      metadata_.update_failed(env.now(), random);
    } else {
      outcome.failed.push_back(request);
    }
  }
  return outcome;
}

std::optional<NodeId> ClusterClient::least_loaded_node(env::Env& env) {
  const std::vector<NodeId>& nodes = metadata_.nodes();
  if (nodes.empty()) return std::nullopt;
  const std::size_t start = env.random[env::Purpose::Placement].below(nodes.size());
  std::optional<NodeId> connected, connecting, fresh;
  std::size_t fewest = max_in_flight_;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodeId node = nodes[(start + i) % nodes.size()];
    const Link& link = links_[node];
    if (link.connected) {
      if (network_.in_flight(node) < fewest) {
        fewest = network_.in_flight(node);
        connected = node;
      }
    } else if (link.connecting) {
      if (!connecting) connecting = node;
    } else if (!fresh && link.retry_at <= env.now()) {
      fresh = node;
    }
  }
  // A new connection only if nothing better exists: one under way will do as soon as it is there.
  if (connected) return connected;
  return connecting ? connecting : fresh;
}

void ClusterClient::maybe_update_metadata(env::Env& env) {
  if (metadata_in_flight_) return;
  const Instant due = metadata_.next_update_at(env.now());
  if (due > env.now()) {
    metadata_timer_.set(env, due);
    return;
  }
  const auto node = least_loaded_node(env);
  if (!node) {
    metadata_timer_.set(env, next_reconnect_at(env.now()));
    return;
  }
  const auto version =
      ready(env, *node, ApiKey::Metadata, protocol::MetadataRequest::kMinVersion,
            protocol::MetadataRequest::kMaxVersion);
  if (!version) return;  // its ApiVersions answer, or its refusal, brings us back here
  network_.send(env, *node, metadata_.start_request(allow_auto_topic_creation_), *version,
                kMetadataTag);
  metadata_in_flight_ = true;
}

std::optional<Instant> ClusterClient::next_reconnect_at(Instant now) const {
  std::optional<Instant> first;
  for (const auto& [node, link] : links_) {
    if (link.connected || link.connecting || link.retry_at <= now) continue;
    if (!first || link.retry_at < *first) first = link.retry_at;
  }
  return first;
}

void ClusterClient::close_all(env::Env& env) {
  for (auto& [node, link] : links_) {
    if (!link.connected && !link.connecting) continue;
    network_.disconnect(env, node);
    link.connecting = link.connected = false;
  }
  metadata_in_flight_ = false;
  metadata_timer_.set(env, std::nullopt);
}

}  // namespace kscope::client
