#include "engine/metadata/cluster_control.h"

#include "engine/metadata/replication_control.h"

namespace kscope::metadata {
namespace {

using State = BrokerControlState;

protocol::BrokerRegistrationChangeRecord change_of(const BrokerRegistration& broker) {
  protocol::BrokerRegistrationChangeRecord record;
  record.broker_id = broker.id.value();
  record.broker_epoch = broker.epoch.value();
  return record;
}

State current_state(const ControllerView& view, NodeId broker) {
  if (view.heartbeats.shutdown_offset(broker)) return State::ControlledShutdown;
  return view.image.broker(broker)->fenced ? State::Fenced : State::Unfenced;
}

State next_of_fenced(const protocol::BrokerHeartbeatRequest& request, bool caught_up) {
  if (request.want_shut_down) return State::ShutdownNow;
  return !request.want_fence && caught_up ? State::Unfenced : State::Fenced;
}

State next_of_unfenced(const protocol::BrokerHeartbeatRequest& request,
                       const MetadataImage& image) {
  if (request.want_fence) return request.want_shut_down ? State::ShutdownNow : State::Fenced;
  if (!request.want_shut_down) return State::Unfenced;
  const bool leads = leads_any(image, NodeId(request.broker_id));
  return leads ? State::ControlledShutdown : State::ShutdownNow;
}

State next_state(const ControllerView& view, const protocol::BrokerHeartbeatRequest& request,
                 State current, bool caught_up) {
  const NodeId broker(request.broker_id);
  switch (current) {
    case State::Fenced:
      return next_of_fenced(request, caught_up);
    case State::Unfenced:
      return next_of_unfenced(request, view.image);
    case State::ControlledShutdown: {
      // It may go once nobody can still believe in one of its leaderships.
      const bool all_know =
          *view.heartbeats.shutdown_offset(broker) <= view.heartbeats.lowest_active_offset();
      return !leads_any(view.image, broker) && all_know ? State::ShutdownNow
                                                        : State::ControlledShutdown;
    }
    case State::ShutdownNow:
      break;
  }
  return State::ShutdownNow;
}

protocol::RegisterBrokerRecord registration_record(
    const protocol::BrokerRegistrationRequest& request) {
  protocol::RegisterBrokerRecord record;
  record.broker_id = request.broker_id;
  record.incarnation_id = request.incarnation_id;
  record.rack = request.rack;
  record.log_dirs = request.log_dirs;
  for (const auto& l : request.listeners) {
    record.end_points.push_back({l.name, l.host, l.port, l.security_protocol});
  }
  for (const auto& f : request.features) {
    record.features.push_back({f.name, f.min_supported_version, f.max_supported_version});
  }
  return record;
}

}  // namespace

ControllerResult<protocol::BrokerRegistrationResponse> register_broker(
    const ControllerView& view, const protocol::BrokerRegistrationRequest& request,
    Offset next_offset) {
  ControllerResult<protocol::BrokerRegistrationResponse> result;
  if (!view.config.cluster_id.empty() && request.cluster_id != view.config.cluster_id) {
    result.response.error_code = ErrorCode::INCONSISTENT_CLUSTER_ID;
    return result;
  }
  const NodeId id(request.broker_id);
  const BrokerRegistration* existing = view.image.broker(id);
  const bool same = existing != nullptr && existing->incarnation == request.incarnation_id;
  if (existing != nullptr && !same && view.heartbeats.has_valid_session(id, view.now)) {
    result.response.error_code = ErrorCode::DUPLICATE_BROKER_REGISTRATION;
    return result;
  }
  protocol::RegisterBrokerRecord record = registration_record(request);
  if (same) {  // the same process asks again: its answer was lost
    record.broker_epoch = existing->epoch.value();
    record.fenced = existing->fenced;
    record.in_controlled_shutdown = existing->in_controlled_shutdown;
  } else {
    // A process that replaces an unfenced one (it crashed and came back before its session was
    // over) begins fenced. Kafka 3.9 leaves the ISRs to the session timeout or the first heartbeat
    // then; we let the old incarnation go first, so that C2 holds at every offset.
    if (existing != nullptr && !existing->fenced) fence_broker(view, id, result.records);
    // KIP-966: without a clean shutdown in between, the log may have lost its end.
    if (existing != nullptr && existing->epoch.value() != request.previous_broker_epoch) {
      forget_eligibility(view, id, result.records);
    }
    const auto fencing = static_cast<std::int64_t>(result.records.size());
    record.broker_epoch = (next_offset + fencing).value();
  }
  result.response.broker_epoch = record.broker_epoch;
  result.records.push_back(std::move(record));
  return result;
}

HeartbeatDecision process_heartbeat(const ControllerView& view,
                                    const protocol::BrokerHeartbeatRequest& request) {
  HeartbeatDecision decision;
  auto& response = decision.result.response;
  response.error_code = check_broker_epoch(view.image, request.broker_id, request.broker_epoch);
  if (response.error_code != ErrorCode::NONE) return decision;
  const NodeId broker(request.broker_id);
  const bool caught_up =
      request.current_metadata_offset >= view.image.broker(broker)->registered_at.value();
  decision.current = current_state(view, broker);
  decision.next = next_state(view, request, decision.current, caught_up);
  if (decision.next != decision.current) {
    Records& records = decision.result.records;
    if (decision.next == State::Unfenced)
      unfence_broker(view, broker, records);
    else if (decision.next == State::ControlledShutdown)
      begin_controlled_shutdown(view, broker, records);
    else if (!view.image.broker(broker)->fenced)
      fence_broker(view, broker, records);
  }
  response.is_caught_up = caught_up;
  response.is_fenced = decision.next == State::Fenced || decision.next == State::ShutdownNow;
  response.should_shut_down = decision.next == State::ShutdownNow;
  return decision;
}

ErrorCode check_broker_epoch(const MetadataImage& image, std::int32_t broker, std::int64_t epoch) {
  const BrokerRegistration* registration = image.broker(NodeId(broker));
  if (registration == nullptr) return ErrorCode::BROKER_ID_NOT_REGISTERED;
  if (registration->epoch.value() != epoch) return ErrorCode::STALE_BROKER_EPOCH;
  return ErrorCode::NONE;
}

void fence_broker(const ControllerView& view, NodeId broker, Records& records) {
  leave_isrs(view, broker, records);
  auto record = change_of(*view.image.broker(broker));
  record.fenced = 1;
  records.push_back(record);
}

void unfence_broker(const ControllerView& view, NodeId broker, Records& records) {
  auto record = change_of(*view.image.broker(broker));
  record.fenced = -1;
  records.push_back(record);
  elect_for_leaderless(view, broker, records);
}

void begin_controlled_shutdown(const ControllerView& view, NodeId broker, Records& records) {
  const BrokerRegistration& registration = *view.image.broker(broker);
  if (!registration.in_controlled_shutdown) {
    auto record = change_of(registration);
    record.in_controlled_shutdown = 1;
    records.push_back(record);
  }
  leave_isrs(view, broker, records);
}

}  // namespace kscope::metadata
