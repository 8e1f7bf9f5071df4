// PartitionChangeBuilder: what a change of a partition's ISR or replicas means for its leader.
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
// A move of replicas (KIP-455) ends here, too: as soon as the ISR holds all replicas that are to
// stay, those that are to leave are gone, in the same record. Replicas that leave raise the leader
// epoch, so that their requests are fenced.
//
// With eligible leader replicas (KIP-966, off by default) the ISR may become empty. Who was in it
// when it fell below min.insync.replicas is remembered as eligible: it holds everything that is
// committed, because since then nothing could be. Only when the ISR is empty may it lead.
//
// Invariants (C3, C4): without that an ISR is never emptied: its last member stays in it, even
// fenced and without leading. The record has a leader field exactly if there is a new leader, none
// any more, or a replica less, and that alone raises the leader epoch; a mere shrink does not
// (since metadata.version 3.6, KAFKA-15021).
//
// Called by: replication_control, reassignment. Kafka: PartitionChangeBuilder.
// Read next: metadata/reassignment.h, metadata/replication_control.h
#pragma once

#include <functional>
#include <optional>

#include "engine/metadata/metadata_image.h"

namespace kscope::metadata {

enum class Election : std::uint8_t { Online, Preferred, Unclean };

/// Whether a broker may lead now: registered, unfenced, not shutting down.
using AcceptableLeader = std::function<bool(NodeId)>;
/// The directory of a replica as far as the controller can know it (KIP-858).
using DirectoryOf = std::function<Uuid(NodeId)>;

class PartitionChangeBuilder {
 public:
  PartitionChangeBuilder(const PartitionRegistration& partition, const Uuid& topic,
                         std::int32_t index, AcceptableLeader is_acceptable)
      : partition_(partition),
        topic_(topic),
        index_(index),
        is_acceptable_(std::move(is_acceptable)),
        target_(partition) {}

  PartitionChangeBuilder& election(Election election) {
    election_ = election;
    return *this;
  }
  PartitionChangeBuilder& target_isr(std::vector<NodeId> isr) {
    target_.isr = std::move(isr);
    return *this;
  }
  PartitionChangeBuilder& target_recovering(bool recovering) {
    target_.recovering = recovering;
    return *this;
  }
  /// New replicas get the directories that `directory_of` names.
  PartitionChangeBuilder& target_replicas(std::vector<NodeId> replicas, DirectoryOf directory_of) {
    target_.replicas = std::move(replicas);
    directory_of_ = std::move(directory_of);
    return *this;
  }
  PartitionChangeBuilder& target_moves(std::vector<NodeId> adding, std::vector<NodeId> removing) {
    target_.adding = std::move(adding);
    target_.removing = std::move(removing);
    return *this;
  }
  /// Switches KIP-966 on for this change.
  PartitionChangeBuilder& eligible_leaders(bool enabled, std::int32_t min_isr) {
    elr_enabled_ = enabled;
    min_isr_ = min_isr;
    return *this;
  }
  /// A replica that came back without a clean shutdown may have lost what it had.
  PartitionChangeBuilder& unclean_shutdown_of(NodeId replica) {
    unclean_shutdown_ = replica;
    return *this;
  }

  std::optional<protocol::PartitionChangeRecord> build();

 private:
  struct Elected {
    std::optional<NodeId> leader;
    bool unclean = false;
  };
  Elected elect() const;
  bool may_lead(NodeId replica) const;
  void populate_elr();
  void try_election(protocol::PartitionChangeRecord& record);
  void change_elr(protocol::PartitionChangeRecord& record);
  void change_isr(protocol::PartitionChangeRecord& record);
  void change_last_known_leader(protocol::PartitionChangeRecord& record) const;
  void change_assignment(protocol::PartitionChangeRecord& record) const;
  std::vector<Uuid> target_directories() const;

  const PartitionRegistration& partition_;
  Uuid topic_;
  std::int32_t index_;
  AcceptableLeader is_acceptable_;
  DirectoryOf directory_of_;
  Election election_ = Election::Online;
  PartitionRegistration target_;  // only lists and the recovery state are looked at
  bool elr_enabled_ = false;
  std::int32_t min_isr_ = 1;
  std::optional<NodeId> unclean_shutdown_;
};

}  // namespace kscope::metadata
