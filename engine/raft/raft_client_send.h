// The two ways in which a member sends: a response to a request, or a request to a peer.
// Internal to raft_client*.cc; templates over the message type. Read next: raft/raft_client.cc
#pragma once

#include "engine/raft/raft_client.h"

namespace kscope::raft {

template <class Response>
void KafkaRaftClient::respond(env::Env& env, const Inbound& to, const Response& response) {
  Blob frame = protocol::response_frame(to.api, to.version, to.correlation,
                                        protocol::encode_body(response, to.version));
  env.network.send(to.connection, std::move(frame), {to.api, to.version, to.correlation, true});
}

template <class Request>
void KafkaRaftClient::request(env::Env& env, NodeId to, const Request& request,
                              std::int16_t version) {
  // Answers that nobody waits for any more fill the connection: begin with a new one.
  if (!network_.can_send(to)) requests_died(env, network_.disconnect(env, to));
  const protocol::RequestTag tag = next_tag_++;
  peers_[to].waiting_for = tag;
  network_.send(env, to, request, version, tag);
}

}  // namespace kscope::raft
