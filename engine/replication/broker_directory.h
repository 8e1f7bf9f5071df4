// BrokerDirectory: what a leader must know of the other brokers before it lets one into an ISR.
//
// A copy of four columns of the metadata image, kept where the hot path can look them up. A
// replica may join only if its broker is unfenced, is not on its way out, and fetches as the
// incarnation that the controller knows (KIP-903): otherwise a broker that came back with an empty
// disk could enter the ISR on the strength of what its former self had fetched.
//
// Called by: partition (ISR expansion, high watermark). Filled by: replica_manager from each delta.
// Kafka: Partition.isReplicaIsrEligible, KRaftMetadataCache.getAliveBrokerEpoch.
// Read next: replication/partition.h
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/ids.h"

namespace kscope::replication {

struct BrokerStanding {
  BrokerEpoch epoch;
  bool fenced = true;
  bool shutting_down = false;  ///< in controlled shutdown
  std::string rack{};          ///< broker.rack; empty: none
  bool operator==(const BrokerStanding&) const = default;
};

class BrokerDirectory {
 public:
  void set(NodeId broker, const BrokerStanding& standing) { brokers_[broker] = standing; }
  void remove(NodeId broker) { brokers_.erase(broker); }
  void clear() { brokers_.clear(); }

  /// The registered epoch of an unfenced broker.
  std::optional<BrokerEpoch> alive_epoch(NodeId broker) const {
    const auto it = brokers_.find(broker);
    if (it == brokers_.end() || it->second.fenced) return std::nullopt;
    return it->second.epoch;
  }
  /// `fetched_as`: the broker epoch of its last fetch, -1 if the request's version carries none
  /// (before Fetch v15), nullopt if it has not fetched from this leader yet.
  bool isr_eligible(NodeId broker, std::optional<BrokerEpoch> fetched_as) const {
    const auto it = brokers_.find(broker);
    if (it == brokers_.end() || it->second.fenced || it->second.shutting_down) return false;
    if (!fetched_as) return false;
    return fetched_as->value() == -1 || *fetched_as == it->second.epoch;
  }
  /// The rack of an unfenced broker; nothing if it is not there.
  std::optional<std::string> rack_of(NodeId broker) const {
    const auto it = brokers_.find(broker);
    if (it == brokers_.end() || it->second.fenced) return std::nullopt;
    return it->second.rack;
  }
  const std::map<NodeId, BrokerStanding>& brokers() const { return brokers_; }
  bool operator==(const BrokerDirectory&) const = default;

 private:
  std::map<NodeId, BrokerStanding> brokers_;
};

}  // namespace kscope::replication
