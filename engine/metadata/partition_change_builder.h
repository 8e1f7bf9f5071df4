// PartitionChangeBuilder: what a change of a partition's ISR means for its leader.
//
// The one place where leaders are elected. Everyone who changes a partition (a leader that alters
// its ISR, a broker that is fenced or comes back, an operator) says what the ISR should be and
// which kind of election is allowed; out comes the record to write, or nothing if nothing would
// change.
//
//   Online:    the present leader if it may stay, else the first replica, in replica order, that is
//              in the ISR and alive; else nobody
//   Preferred: the first replica if it is in the ISR and alive, else as Online
//   Unclean:   as Online, but rather any live replica than nobody. Acknowledged records may be
//              lost: its ISR becomes itself alone, and it is marked as recovering (KIP-704)
//
// Invariants (C3, C4): an ISR is never emptied: its last member stays in it, even fenced and
// without leading. The record has a leader field exactly if there is a new leader (or none any
// more), and that alone raises the leader epoch; a mere shrink does not (since
// metadata.version 3.6, KAFKA-15021).
//
// Called by: replication_control. Kafka: PartitionChangeBuilder. Without reassignment and ELR.
// Read next: metadata/replication_control.h
#pragma once

#include <functional>
#include <optional>

#include "engine/metadata/metadata_image.h"

namespace kscope::metadata {

enum class Election : std::uint8_t { Online, Preferred, Unclean };

/// Whether a broker may lead now: registered, unfenced, not shutting down.
using AcceptableLeader = std::function<bool(NodeId)>;

class PartitionChangeBuilder {
 public:
  PartitionChangeBuilder(const PartitionRegistration& partition, const Uuid& topic,
                         std::int32_t index, AcceptableLeader is_acceptable)
      : partition_(partition),
        topic_(topic),
        index_(index),
        is_acceptable_(std::move(is_acceptable)),
        target_isr_(partition.isr),
        target_recovering_(partition.recovering) {}

  PartitionChangeBuilder& election(Election election) {
    election_ = election;
    return *this;
  }
  PartitionChangeBuilder& target_isr(std::vector<NodeId> isr) {
    target_isr_ = std::move(isr);
    return *this;
  }
  PartitionChangeBuilder& target_recovering(bool recovering) {
    target_recovering_ = recovering;
    return *this;
  }

  std::optional<protocol::PartitionChangeRecord> build() const;

 private:
  struct Elected {
    std::optional<NodeId> leader;
    bool unclean = false;
  };
  Elected elect() const;
  bool may_lead(NodeId replica) const;

  const PartitionRegistration& partition_;
  Uuid topic_;
  std::int32_t index_;
  AcceptableLeader is_acceptable_;
  Election election_ = Election::Online;
  std::vector<NodeId> target_isr_;
  bool target_recovering_;
};

}  // namespace kscope::metadata
