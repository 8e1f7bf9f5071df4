// ClientLoop: the doors through which the world reaches a client, the same for every kind.
//
// Whatever comes in, a frame, a broken connection or a timer, first goes to the ClusterClient,
// whose Outcome the client takes in; then the client looks what there is to do now: run(). A client
// derives from this and provides
//
//   ClusterClient& cluster()                     its lines to the cluster
//   void take_outcome(env, const Outcome&)       what came of it; ends with run()
//   bool timer_fired(TimerKind)                  notes that one of its own fired; false: not ours
//   void run(env)                                does what can be done now, and sets the timers
//
// Kafka: the poll loops of Sender, ConsumerNetworkClient and AdminClientRunnable around
// NetworkClient.poll. Called by: cluster/client_node. Read next: client/cluster_client.h
#pragma once

#include "engine/client/cluster_client.h"

namespace kscope::client {

template <class Client>
class ClientLoop {
 public:
  void on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame, FrameId) {
    self().take_outcome(env, self().cluster().on_frame(env, from, frame));
  }
  void on_closed(env::Env& env, const env::ConnectionInfo& connection) {
    self().take_outcome(env, self().cluster().on_closed(env, connection));
  }
  /// False if the timer is none of ours.
  bool on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
    if (kind == env::TimerKind::ClientRequest) {
      const NodeId node(static_cast<std::int32_t>(key));
      self().take_outcome(env, self().cluster().on_request_timeout(env, node));
      return true;
    }
    if (kind == env::TimerKind::ClientMetadata)
      self().cluster().metadata_timer_fired();
    else if (!self().timer_fired(kind))
      return false;
    self().run(env);
    return true;
  }

 private:
  Client& self() { return static_cast<Client&>(*this); }
};

}  // namespace kscope::client
