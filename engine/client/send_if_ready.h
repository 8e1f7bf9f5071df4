// Sends a request in the newest version that both sides know, if the broker can take one now.
// Called by: admin_client. Read next: client/cluster_client.h
#pragma once

#include "engine/client/cluster_client.h"

namespace kscope::client {

template <class Request>
bool send_if_ready(env::Env& env, ClusterClient& cluster, NodeId node, Request& request,
                   std::int16_t min_version, protocol::RequestTag tag) {
  const auto version =
      cluster.ready(env, node, Request::kApi, min_version, Request::kMaxVersion);
  if (!version) return false;
  cluster.send(env, node, request, *version, tag);
  return true;
}

}  // namespace kscope::client
