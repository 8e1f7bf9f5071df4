#include "engine/metadata/broker_heartbeats.h"

#include <limits>

namespace kscope::metadata {

void BrokerHeartbeats::touch(NodeId broker, bool fenced, std::int64_t metadata_offset,
                             Instant now) {
  Contact& contact = brokers_[broker];
  contact.last = now;
  contact.fenced = fenced;
  contact.metadata_offset = metadata_offset;
  if (fenced) contact.shutdown_offset.reset();
}

void BrokerHeartbeats::fence(NodeId broker) {
  const auto found = brokers_.find(broker);
  if (found != brokers_.end()) found->second.fenced = true;
}

bool BrokerHeartbeats::has_valid_session(NodeId broker, Instant now) const {
  const auto found = brokers_.find(broker);
  return found != brokers_.end() && !found->second.fenced && !is_overdue(found->second, now);
}

std::optional<NodeId> BrokerHeartbeats::stale_broker(Instant now) const {
  std::optional<NodeId> stale;
  Instant oldest = now;
  for (const auto& [id, contact] : brokers_) {
    if (contact.fenced || !is_overdue(contact, now) || contact.last >= oldest) continue;
    stale = id;
    oldest = contact.last;
  }
  return stale;
}

std::optional<Instant> BrokerHeartbeats::next_expiry() const {
  std::optional<Instant> next;
  for (const auto& [id, contact] : brokers_) {
    if (contact.fenced) continue;
    // One microsecond later it *is* over.
    const Instant at = contact.last + session_timeout_ + micros(1);
    if (!next || at < *next) next = at;
  }
  return next;
}

void BrokerHeartbeats::begin_shutdown(NodeId broker, std::int64_t offset) {
  const auto found = brokers_.find(broker);
  if (found != brokers_.end() && !found->second.shutdown_offset) {
    found->second.shutdown_offset = offset;
  }
}

std::optional<std::int64_t> BrokerHeartbeats::shutdown_offset(NodeId broker) const {
  const auto found = brokers_.find(broker);
  return found == brokers_.end() ? std::nullopt : found->second.shutdown_offset;
}

std::int64_t BrokerHeartbeats::lowest_active_offset() const {
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [id, contact] : brokers_) {
    if (contact.fenced || contact.shutdown_offset) continue;
    lowest = std::min(lowest, contact.metadata_offset);
  }
  return lowest;
}

}  // namespace kscope::metadata
