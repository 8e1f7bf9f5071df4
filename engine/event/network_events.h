// Events of the network: connections and the frames on them.
// Emitted by sim/network (and by live/ for real clients). Read next: event/storage_events.h
#pragma once

#include "engine/base/api_key.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/env/network.h"
#include "engine/event/describe.h"

namespace kscope::event {

enum class CloseReason : std::uint8_t {
  ByPeer, Refused, PeerDied, Reset, TimedOut, MalformedFrame, OversizedFrame, Idle
};
const char* to_string(CloseReason reason);

struct ConnectionOpened {
  static constexpr Info kInfo{"ConnectionOpened", Subject::Network, Weight::Detail,
                              "{node} connects to {to} ({listener}, {purpose})"};
  ConnectionId connection;
  NodeId to;
  env::Listener listener{};
  env::ConnectionPurpose purpose{};
  void describe(auto&& v) const {
    v("connection", connection); v("to", to); v("listener", listener); v("purpose", purpose);
  }
};

/// Emitted at the node that learns of it.
struct ConnectionClosed {
  static constexpr Info kInfo{"ConnectionClosed", Subject::Network, Weight::Detail,
                              "{node} loses its connection to {peer}: {reason}"};
  ConnectionId connection;
  NodeId peer;
  CloseReason reason{};
  void describe(auto&& v) const {
    v("connection", connection); v("peer", peer); v("reason", reason);
  }
};

struct FrameSent {
  static constexpr Info kInfo{"FrameSent", Subject::Network, Weight::Detail,
                              "{node} sends {api} v{version} {direction} to {to} ({bytes} bytes)"};
  FrameId frame;
  ConnectionId connection;
  NodeId to;
  ApiKey api{};
  std::int16_t version = 0;
  bool is_response = false;
  CorrelationId correlation;
  std::int32_t bytes = 0;
  Duration travel{};  ///< from now to arrival, unless something happens to it
  void describe(auto&& v) const {
    v("frame", frame); v("connection", connection); v("to", to); v("api", api);
    v("version", version); v("direction", is_response ? "response" : "request");
    v("correlation", correlation); v("bytes", bytes); v("travel", travel);
  }
};

struct FrameDelivered {
  static constexpr Info kInfo{"FrameDelivered", Subject::Network, Weight::Detail,
                              "{node} receives {api} {direction} from {from}"};
  FrameId frame;
  ConnectionId connection;
  NodeId from;
  ApiKey api{};
  bool is_response = false;
  void describe(auto&& v) const {
    v("frame", frame); v("connection", connection); v("from", from); v("api", api);
    v("direction", is_response ? "response" : "request");
  }
};

struct FrameLost {
  static constexpr Info kInfo{"FrameLost", Subject::Network, Weight::Change,
                              "{api} {direction} from {from} to {to} is lost with its connection"};
  FrameId frame;
  NodeId from, to;
  ApiKey api{};
  bool is_response = false;
  void describe(auto&& v) const {
    v("frame", frame); v("from", from); v("to", to); v("api", api);
    v("direction", is_response ? "response" : "request");
  }
};

struct FrameDelayed {
  static constexpr Info kInfo{"FrameDelayed", Subject::Network, Weight::Change,
                              "frame {frame} is held back for {extra}"};
  FrameId frame;
  Duration extra{};
  void describe(auto&& v) const { v("frame", frame); v("extra", extra); }
};

}  // namespace kscope::event
