// ClusterControl: which brokers there are, and which of them may serve. Pure decisions.
//
// A broker's life as the controller sees it (KIP-631):
//
//   register ──▶ fenced ──(has applied its own registration, wants to serve)──▶ unfenced
//                   ▲                                                            │     │
//                   └──── session timeout, or it asks for it, or a new ──────────┘     │ wants to
//                         incarnation registers                                        ▼ shut down
//                   should_shut_down ◀──(leads nothing, all others know)── controlled shutdown
//
// Invariants: C1: a broker epoch is the offset of its incarnation's registration; while an
// incarnation's session is valid no other can take its id. C2: whoever is fenced leaves all ISRs
// except those it is the last member of.
//
// Called by: quorum_controller. Kafka: ClusterControlManager, ReplicationControlManager
// (processBrokerHeartbeat, handleBroker*).
// Read next: metadata/replication_control.h
#pragma once

#include "engine/metadata/broker_heartbeats.h"
#include "engine/metadata/controller_result.h"
#include "engine/metadata/metadata_image.h"
#include "engine/metadata/settings.h"
#include "engine/protocol/messages/broker_heartbeat.h"
#include "engine/protocol/messages/broker_registration.h"

namespace kscope::metadata {

/// What the decisions may look at.
struct ControllerView {
  const MetadataImage& image;
  const BrokerHeartbeats& heartbeats;
  const ControllerConfig& config;
  Instant now{};
};

/// `next_offset`: where the registration record will be written; the new broker epoch.
ControllerResult<protocol::BrokerRegistrationResponse> register_broker(
    const ControllerView& view, const protocol::BrokerRegistrationRequest& request,
    Offset next_offset);

/// Kafka: BrokerControlState.
enum class BrokerControlState : std::uint8_t { Fenced, Unfenced, ControlledShutdown, ShutdownNow };

struct HeartbeatDecision {
  ControllerResult<protocol::BrokerHeartbeatResponse> result;
  BrokerControlState current{}, next{};
};

/// On an error (unknown broker, stale epoch) `result.response` says so and there is nothing else.
HeartbeatDecision process_heartbeat(const ControllerView& view,
                                    const protocol::BrokerHeartbeatRequest& request);

/// NONE, BROKER_ID_NOT_REGISTERED or STALE_BROKER_EPOCH: every request of a broker begins with it.
ErrorCode check_broker_epoch(const MetadataImage& image, std::int32_t broker, std::int64_t epoch);

/// The broker leaves its ISRs and leaderships, then is fenced.
void fence_broker(const ControllerView& view, NodeId broker, Records& records);
/// The broker is unfenced, then leaderless partitions look for a leader again.
void unfence_broker(const ControllerView& view, NodeId broker, Records& records);
/// The broker is marked, then leaves its ISRs and leaderships.
void begin_controlled_shutdown(const ControllerView& view, NodeId broker, Records& records);

}  // namespace kscope::metadata
