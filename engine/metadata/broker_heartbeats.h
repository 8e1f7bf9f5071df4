// BrokerHeartbeats: who was heard of when. The soft half of what the controller knows about
// brokers.
//
// Hard facts (registered, fenced, shutting down) are in the metadata log. When a broker last
// heartbeated is not: it would be a record per second and broker. So it dies with the controller,
// and a new one gives everybody a whole session before it judges.
//
// Invariant: a broker is `unfenced` here as soon as the controller has *decided* so, which may be
// before the record is committed.
//
// Called by: quorum_controller, cluster_control (reads). Kafka: BrokerHeartbeatManager.
// Read next: metadata/cluster_control.h
#pragma once

#include <map>
#include <optional>

#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace kscope::metadata {

class BrokerHeartbeats {
 public:
  BrokerHeartbeats() = default;
  explicit BrokerHeartbeats(Duration session_timeout) : session_timeout_(session_timeout) {}

  /// Heard of now. `metadata_offset`: the last record it has applied; -1 unknown. A fenced broker
  /// leaves controlled shutdown.
  void touch(NodeId broker, bool fenced, std::int64_t metadata_offset, Instant now);
  void fence(NodeId broker);
  void remove(NodeId broker) { brokers_.erase(broker); }

  /// Unfenced and heard of within the session timeout.
  bool has_valid_session(NodeId broker, Instant now) const;
  /// The unfenced broker whose session is over for longest; nothing if all sessions are valid.
  std::optional<NodeId> stale_broker(Instant now) const;
  /// When the next session ends if nobody is heard of.
  std::optional<Instant> next_expiry() const;

  /// The broker begins controlled shutdown: it may go once all others have applied `offset`, the
  /// last record that moved leadership away from it.
  void begin_shutdown(NodeId broker, std::int64_t offset);
  std::optional<std::int64_t> shutdown_offset(NodeId broker) const;
  /// The smallest offset that an unfenced broker that stays has applied.
  std::int64_t lowest_active_offset() const;
  bool knows(NodeId broker) const { return brokers_.count(broker) != 0; }

 private:
  struct Contact {
    Instant last{};
    bool fenced = true;
    std::int64_t metadata_offset = -1;
    std::optional<std::int64_t> shutdown_offset;
  };
  bool is_overdue(const Contact& contact, Instant now) const {
    return contact.last + session_timeout_ < now;
  }

  Duration session_timeout_ = seconds(9);
  std::map<NodeId, Contact> brokers_;
};

}  // namespace kscope::metadata
