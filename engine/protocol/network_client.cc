#include "engine/protocol/network_client.h"

#include <algorithm>

#include "engine/protocol/messages/api_versions.h"

namespace kscope::protocol {
namespace {

/// What we name ourselves to brokers (KIP-511).
constexpr const char* kSoftwareName = "kafkascope";
constexpr const char* kSoftwareVersion = "0.1";
/// The version with which a client introduces itself. A broker that does not know it says so in
/// version 0, and version 0 is what is tried next.
constexpr std::int16_t kApiVersionsVersion = 3;

}  // namespace

bool NetworkClient::can_send(NodeId to) const {
  const auto found = peers_.find(to);
  if (found == peers_.end()) return !options_.negotiate;
  const Peer& peer = found->second;
  if (peer.broken || (options_.negotiate && !peer.negotiated)) return false;
  return peer.in_flight.size() < options_.max_in_flight;
}

bool NetworkClient::negotiated(NodeId node) const {
  const auto found = peers_.find(node);
  return found != peers_.end() && found->second.negotiated && !found->second.broken;
}

std::optional<std::int16_t> NetworkClient::usable_version(env::Env& env, NodeId to, ApiKey api,
                                                          std::int16_t our_min,
                                                          std::int16_t our_max) {
  if (!options_.negotiate) return our_max;
  Peer& peer = peers_[to];
  if (peer.broken) return std::nullopt;
  if (!peer.connected()) negotiate(env, to, kApiVersionsVersion);
  if (!peer.negotiated) return std::nullopt;
  const auto theirs = peer.versions.find(static_cast<std::int16_t>(api));
  if (theirs == peer.versions.end()) return std::nullopt;
  const std::int16_t low = std::max(our_min, theirs->second.first);
  const std::int16_t high = std::min(our_max, theirs->second.second);
  if (low > high) return std::nullopt;
  return high;
}

void NetworkClient::negotiate(env::Env& env, NodeId to, std::int16_t version) {
  ApiVersionsRequest request;
  if (version >= kApiVersionsVersion) {
    request.client_software_name = kSoftwareName;
    request.client_software_version = kSoftwareVersion;
  }
  const RequestHeader header{ApiKey::ApiVersions, version, CorrelationId(next_correlation_++),
                             options_.client_id};
  dispatch(env, to, header, encode_request(header, request), kNegotiationTag, true,
           options_.request_timeout);
}

NetworkClient::Peer& NetworkClient::connected_peer(env::Env& env, NodeId to) {
  Peer& peer = peers_[to];
  if (!peer.connected()) {
    peer.connection = env.network.connect(node_behind(to), options_.listener, options_.purpose);
    owners_[peer.connection] = to;
  }
  return peer;
}

InFlight NetworkClient::dispatch(env::Env& env, NodeId to, const RequestHeader& header, Blob frame,
                                 RequestTag tag, bool expect_response, Duration timeout) {
  Peer& peer = connected_peer(env, to);
  InFlight sent;
  sent.to = to;
  sent.connection = peer.connection;
  sent.correlation = header.correlation;
  sent.api = header.api;
  sent.version = header.version;
  sent.tag = tag;
  sent.frame = env.network.send(peer.connection, std::move(frame),
                                {header.api, header.version, header.correlation, false});
  sent.sent_at = env.now();
  sent.deadline = env.now() + timeout;
  if (expect_response) {
    const bool first = peer.in_flight.empty() || sent.deadline < peer.first_deadline();
    peer.in_flight.push_back(sent);
    if (first) arm_timeout(env, to);
  }
  return sent;
}

std::optional<Arrived> NetworkClient::on_frame(env::Env& env, ConnectionId connection,
                                               const Blob& frame) {
  if (!owns(connection)) return std::nullopt;
  const NodeId from = owners_.at(connection);
  Peer& peer = peers_.at(from);
  if (peer.in_flight.empty()) return give_up_on(env, from), std::nullopt;  // nobody asked
  const InFlight request = peer.in_flight.front();
  auto response = parse_response(frame, request.api, request.version);
  if (!response.ok() || response->correlation != request.correlation) {
    return give_up_on(env, from), std::nullopt;
  }
  peer.in_flight.pop_front();
  arm_timeout(env, from);
  Arrived arrived{request, std::move(response->body), FrameId()};
  if (request.tag != kNegotiationTag) return arrived;
  take_versions(env, from, arrived);
  return std::nullopt;
}

void NetworkClient::take_versions(env::Env& env, NodeId from, const Arrived& arrived) {
  const std::int16_t asked = arrived.request.version;
  // The error code comes first in every version: a refusal is readable before its version is known.
  ByteReader in(arrived.body);
  const bool refused = static_cast<ErrorCode>(in.i16()) == ErrorCode::UNSUPPORTED_VERSION;
  if (in.ok() && refused && asked > 0) return negotiate(env, from, 0);
  const auto response = decode_body<ApiVersionsResponse>(arrived.body, asked);
  if (!response.ok() || response->error_code != ErrorCode::NONE) return give_up_on(env, from);
  Peer& peer = peers_.at(from);
  peer.negotiated = true;
  for (const auto& api : response->api_keys) {
    peer.versions[api.api_key] = {api.min_version, api.max_version};
  }
}

/// What this peer sends makes no sense. The caller learns which requests died through on_closed or,
/// by the timer, on_timeout.
void NetworkClient::give_up_on(env::Env& env, NodeId node) {
  Peer& peer = peers_.at(node);
  env.network.close(peer.connection);
  peer.broken = true;
  env.timers.set(options_.timeout_timer, timer_key(node), env.now());
}

std::vector<InFlight> NetworkClient::forget(env::Env& env, NodeId node) {
  const auto found = peers_.find(node);
  if (found == peers_.end()) return {};
  const std::deque<InFlight> in_flight = std::move(found->second.in_flight);
  if (!in_flight.empty() || found->second.broken) {
    env.timers.cancel(options_.timeout_timer, timer_key(node));
  }
  owners_.erase(found->second.connection);
  peers_.erase(found);
  return {in_flight.begin(), in_flight.end()};
}

std::vector<InFlight> NetworkClient::on_closed(env::Env& env, ConnectionId connection) {
  const auto owner = owners_.find(connection);
  return owner == owners_.end() ? std::vector<InFlight>() : forget(env, owner->second);
}

std::vector<InFlight> NetworkClient::on_timeout(env::Env& env, NodeId node) {
  const auto found = peers_.find(node);
  if (found == peers_.end()) return {};
  const Peer& peer = found->second;
  if (peer.broken) return forget(env, node);
  if (peer.in_flight.empty()) return {};
  if (peer.first_deadline() <= env.now()) return disconnect(env, node);
  arm_timeout(env, node);
  return {};
}

std::vector<InFlight> NetworkClient::disconnect(env::Env& env, NodeId node) {
  const auto found = peers_.find(node);
  if (found != peers_.end() && found->second.connected() && !found->second.broken) {
    env.network.close(found->second.connection);
  }
  return forget(env, node);
}

Instant NetworkClient::Peer::first_deadline() const {
  Instant first = in_flight.front().deadline;
  for (const InFlight& request : in_flight) first = std::min(first, request.deadline);
  return first;
}

bool NetworkClient::owns(ConnectionId connection) const {
  const auto owner = owners_.find(connection);
  return owner != owners_.end() && !peers_.at(owner->second).broken;
}

std::size_t NetworkClient::in_flight(NodeId node) const {
  const auto found = peers_.find(node);
  return found == peers_.end() ? 0 : found->second.in_flight.size();
}

std::vector<InFlight> NetworkClient::all_in_flight() const {
  std::vector<InFlight> all;
  for (const auto& [node, peer] : peers_) {
    all.insert(all.end(), peer.in_flight.begin(), peer.in_flight.end());
  }
  return all;
}

void NetworkClient::arm_timeout(env::Env& env, NodeId node) {
  const Peer& peer = peers_.at(node);
  if (peer.in_flight.empty()) return env.timers.cancel(options_.timeout_timer, timer_key(node));
  env.timers.set(options_.timeout_timer, timer_key(node), peer.first_deadline());
}

}  // namespace kscope::protocol
