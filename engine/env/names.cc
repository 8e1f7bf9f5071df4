// The words for env's enumerations.
#include "engine/env/network.h"
#include "engine/env/timers.h"

namespace kscope::env {

const char* to_string(Listener listener) {
  switch (listener) {
    case Listener::Broker: return "broker";
    case Listener::Controller: return "controller";
  }
  return "unknown";
}

const char* to_string(ConnectionPurpose purpose) {
  switch (purpose) {
    case ConnectionPurpose::RaftPeer: return "raft peer";
    case ConnectionPurpose::BrokerToController: return "broker to controller";
    case ConnectionPurpose::ReplicaFetcher: return "replica fetcher";
    case ConnectionPurpose::Client: return "client";
  }
  return "unknown";
}

const char* to_string(TimerKind kind) {
  switch (kind) {
    case TimerKind::RaftElection: return "RaftElection";
    case TimerKind::RaftFetch: return "RaftFetch";
    case TimerKind::RaftCheckQuorum: return "RaftCheckQuorum";
    case TimerKind::RaftBackoff: return "RaftBackoff";
    case TimerKind::RaftRequest: return "RaftRequest";
    case TimerKind::ControllerTick: return "ControllerTick";
    case TimerKind::ControllerFlush: return "ControllerFlush";
    case TimerKind::BrokerHeartbeat: return "BrokerHeartbeat";
    case TimerKind::BrokerChannel: return "BrokerChannel";
    case TimerKind::ReplicaFetch: return "ReplicaFetch";
    case TimerKind::IsrCheck: return "IsrCheck";
    case TimerKind::HighWatermarkCheckpoint: return "HighWatermarkCheckpoint";
    case TimerKind::LogFlushCheck: return "LogFlushCheck";
    case TimerKind::LogRollCheck: return "LogRollCheck";
    case TimerKind::LogRetention: return "LogRetention";
    case TimerKind::SegmentFileDelete: return "SegmentFileDelete";
    case TimerKind::LogCleaner: return "LogCleaner";
    case TimerKind::HandlerDone: return "HandlerDone";
    case TimerKind::NetworkThreadDone: return "NetworkThreadDone";
    case TimerKind::DelayedOperation: return "DelayedOperation";
    case TimerKind::ClientSend: return "ClientSend";
    case TimerKind::ClientRequest: return "ClientRequest";
    case TimerKind::ClientMetadata: return "ClientMetadata";
    case TimerKind::ClientDelivery: return "ClientDelivery";
    case TimerKind::Workload: return "Workload";
    case TimerKind::RaftUpdateVoter: return "RaftUpdateVoter";
    case TimerKind::MetadataSnapshot: return "MetadataSnapshot";
    case TimerKind::GroupCoordinator: return "GroupCoordinator";
    case TimerKind::GroupExpiration: return "GroupExpiration";
    case TimerKind::GroupHeartbeat: return "GroupHeartbeat";
    case TimerKind::GroupRejoin: return "GroupRejoin";
    case TimerKind::AutoCommit: return "AutoCommit";
    case TimerKind::Count: break;
  }
  return "unknown";
}

}  // namespace kscope::env
