// BrokerLifecycleManager: how a broker comes into the cluster, stays in it, and leaves it.
//
//   NotRunning -> Starting: registers, gets a broker epoch, reads the metadata log
//              -> Recovery: caught up with its own registration; takes up its replicas
//              -> Running:  unfenced, may lead and serve
//              -> PendingControlledShutdown: asks for its leaderships to be moved away
//              -> ShuttingDown
//
// A heartbeat every broker.heartbeat.interval.ms (2 s) says how far the broker has read the
// metadata log and what it wants (stay fenced, shut down); the answer says what it is. Missing
// heartbeats for broker.session.timeout.ms (9 s) get it fenced. A broker that is fenced while
// running just goes on: the next heartbeat lets it in again.
//
// Invariants: broker_epoch() is the one of the latest registration of this process; at most one
// request of this manager is under way.
//
// Called by: broker_server. Kafka: BrokerLifecycleManager, BrokerState. KIP-631.
// Read next: broker/broker_server.h
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/broker/node_to_controller_channel.h"

namespace kscope::broker {

using event::BrokerState;

inline constexpr std::array<std::pair<BrokerState, BrokerState>, 9> kBrokerTransitions{{
    {BrokerState::NotRunning, BrokerState::Starting},
    {BrokerState::Starting, BrokerState::Recovery},
    {BrokerState::Recovery, BrokerState::Running},
    {BrokerState::Running, BrokerState::PendingControlledShutdown},
    {BrokerState::PendingControlledShutdown, BrokerState::ShuttingDown},
    {BrokerState::Starting, BrokerState::ShuttingDown},  // nobody relies on it yet
    {BrokerState::Recovery, BrokerState::ShuttingDown},
    {BrokerState::Running, BrokerState::ShuttingDown},   // its log directory failed
    {BrokerState::ShuttingDown, BrokerState::NotRunning},
}};

/// What a broker says about itself when it registers.
struct BrokerIdentity {
  NodeId broker;
  std::string cluster_id;
  Uuid incarnation;  ///< new with every start of the process
  std::string host;
  std::int32_t port = 9092;
  std::optional<std::string> rack;            ///< broker.rack
  std::optional<BrokerEpoch> previous_epoch;  ///< after a clean stop
};

struct LifecycleConfig {
  Duration heartbeat_interval = seconds(2);  ///< broker.heartbeat.interval.ms
  Duration session_timeout = seconds(9);     ///< broker.session.timeout.ms
  /// How long a controlled shutdown may take before the broker leaves without it.
  Duration shutdown_timeout = seconds(300);
};

/// What a reply of the controller changed.
struct LifecycleNews {
  bool registered = false;   ///< a new broker epoch
  bool caught_up = false;    ///< time to take up the replicas, then set_ready_to_unfence()
  bool may_stop = false;     ///< the state is ShuttingDown now
};

class BrokerLifecycleManager {
 public:
  BrokerLifecycleManager() = default;
  BrokerLifecycleManager(BrokerIdentity identity, const LifecycleConfig& config)
      : identity_(std::move(identity)), config_(config) {}

  void start(env::Env& env);
  /// TimerKind::BrokerHeartbeat: time to talk to the controller. `metadata_offset`: the last record
  /// of the metadata log that this broker has taken in.
  LifecycleNews on_timer(env::Env& env, NodeToControllerChannel& channel,
                         std::int64_t metadata_offset);
  LifecycleNews on_reply(env::Env& env, const ControllerReply& reply);
  /// The replicas are in place; from now on heartbeats ask to be unfenced.
  void set_ready_to_unfence(env::Env& env);
  void begin_controlled_shutdown(env::Env& env);
  /// Without asking anybody: a broken log directory.
  void shut_down_now(env::Env& env);
  /// Closes the books. REQUIRES ShuttingDown.
  void stopped(env::Env& env) { become(env, BrokerState::NotRunning); }

  BrokerState state() const { return state_; }
  /// -1 before the first registration.
  BrokerEpoch broker_epoch() const { return broker_epoch_; }
  const BrokerIdentity& identity() const { return identity_; }
  bool fenced() const { return fenced_; }

 private:
  void become(env::Env& env, BrokerState to);
  void register_broker(env::Env& env, NodeToControllerChannel& channel);
  void send_heartbeat(env::Env& env, NodeToControllerChannel& channel,
                      std::int64_t metadata_offset);
  LifecycleNews on_registered(env::Env& env, const ControllerReply& reply);
  LifecycleNews on_heartbeat(env::Env& env, const ControllerReply& reply);
  LifecycleNews on_pending_shutdown(env::Env& env, bool may_stop);
  void schedule(env::Env& env, Duration after);
  void schedule_after_failure(env::Env& env);

  BrokerIdentity identity_;
  LifecycleConfig config_;
  BrokerState state_ = BrokerState::NotRunning;
  BrokerEpoch broker_epoch_{-1};
  bool registered_ = false;
  bool ready_to_unfence_ = false;
  bool fenced_ = true;           // as the controller said last
  bool under_way_ = false;       // a request was sent and not answered yet
  bool again_at_once_ = false;   // somebody wanted to talk while one was under way
  bool shutdown_acknowledged_ = false;
  std::optional<Instant> leave_at_;  // a controlled shutdown's patience ends here
  std::int64_t failures_ = 0;
};

}  // namespace kscope::broker
