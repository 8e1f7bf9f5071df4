// Events of a broker's request path and life cycle.
// Emitted by broker/. Read next: event/client_events.h
#pragma once

#include "engine/base/api_key.h"
#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// Kafka: org.apache.kafka.metadata.BrokerState.
enum class BrokerState : std::uint8_t {
  NotRunning, Starting, Recovery, Running, PendingControlledShutdown, ShuttingDown
};
const char* to_string(BrokerState state);

enum class PurgatoryKind : std::uint8_t { Produce, Fetch, DeleteRecords };
const char* to_string(PurgatoryKind kind);

struct BrokerStateChanged {
  static constexpr Info kInfo{"BrokerStateChanged", Subject::Broker, Weight::Change,
                              "broker {node} goes from {from} to {to}"};
  BrokerState from{}, to{};
  void describe(auto&& v) const { v("from", from); v("to", to); }
};

struct RequestQueued {
  static constexpr Info kInfo{"RequestQueued", Subject::Broker, Weight::Detail,
                              "{node} queues {api} ({depth} waiting)"};
  FrameId frame;
  ApiKey api{};
  std::int32_t depth = 0;  ///< requests waiting, this one included
  Duration read{};         ///< what the network thread spends on its bytes
  void describe(auto&& v) const {
    v("frame", frame); v("api", api); v("depth", depth); v("read", read);
  }
};

struct RequestStarted {
  static constexpr Info kInfo{"RequestStarted", Subject::Broker, Weight::Detail,
                              "{node} handles {api} on handler {handler}"};
  FrameId frame;
  ApiKey api{};
  std::int32_t handler = 0;
  void describe(auto&& v) const { v("frame", frame); v("api", api); v("handler", handler); }
};

struct RequestFinished {
  static constexpr Info kInfo{"RequestFinished", Subject::Broker, Weight::Detail,
                              "{node}: handler {handler} is free after {busy}"};
  std::int32_t handler = 0;
  Duration busy{};
  void describe(auto&& v) const { v("handler", handler); v("busy", busy); }
};

/// An error that went into a response for one partition (or for the whole request: empty topic).
struct RequestRefused {
  static constexpr Info kInfo{"RequestRefused", Subject::Broker, Weight::Change,
                              "{node} answers {api} for {partition} with {error}"};
  ApiKey api{};
  PartitionRef partition;
  ErrorCode error{};
  void describe(auto&& v) const { v("api", api); v("partition", partition); v("error", error); }
};

struct PurgatoryEntered {
  static constexpr Info kInfo{"PurgatoryEntered", Subject::Broker, Weight::Detail,
                              "{node} parks a delayed {kind} (operation {operation}) for up to "
                              "{timeout}"};
  PurgatoryKind kind{};
  std::int64_t operation = 0;
  Duration timeout{};
  FrameId frame;  ///< the request that waits
  void describe(auto&& v) const {
    v("kind", kind); v("operation", operation); v("timeout", timeout); v("frame", frame);
  }
};

struct PurgatoryLeft {
  static constexpr Info kInfo{"PurgatoryLeft", Subject::Broker, Weight::Detail,
                              "{node} completes delayed {kind} {operation} (expired: {expired})"};
  PurgatoryKind kind{};
  std::int64_t operation = 0;
  bool expired = false;
  void describe(auto&& v) const {
    v("kind", kind); v("operation", operation); v("expired", expired);
  }
};

}  // namespace kscope::event
