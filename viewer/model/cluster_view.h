// ClusterView: the Cluster screen as data.
//
// Turns a snapshot into what the screen says, word for word: titles, badges, who holds which
// partition, how full a timer's arc is. No pixels and no ImGui, so that "a fenced broker is called
// fenced" is a unit test. Log strips are not in here: only rows on screen need one (model/strip.h).
//
// Rows are partitions in the controller's order; columns are the brokers. `replica` points into the
// snapshot that the view was built from and lives as long as that.
//
// Called by: app/models. Drawn by: panels/{quorum_row,broker_card,client_card}, cli/text_mode.
// Read next: model/strip.h, panels/cluster_panel.h
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/cluster/snapshot.h"
#include "viewer/model/event_index.h"
#include "viewer/model/target.h"

namespace kscope::viewer {

/// What a colour means; the word beside it says the same.
enum class Tone : std::uint8_t { Neutral, Good, Lead, Busy, Warn, Bad, Accent, Special };

struct Badge {
  std::string text;
  Tone tone = Tone::Neutral;
};

enum class VoteState : std::uint8_t { Granted, Refused, Pending };
struct VoteDot {
  std::int32_t voter = 0;
  VoteState state = VoteState::Pending;
};

struct QuorumCard {
  std::int32_t node = 0;
  std::string label;   ///< "C1"
  std::string role;    ///< "leader", "candidate", "crashed"
  std::string detail;  ///< "41 records" or "last seen 3.300 s"
  Tone tone = Tone::Neutral;
  std::optional<float> timer;  ///< share of the election timeout that is left, 0..1
  std::string timer_text;      ///< "election in 1.234 s"
  std::vector<VoteDot> votes;  ///< a candidate's, its own included
};

struct ReplicaCell {
  const cluster::ReplicaView* replica = nullptr;  ///< null: this broker holds no copy, or is down
  bool assigned = false;                          ///< the controller lists this broker
  std::string role;                               ///< "leader", "follower", "offline", …
  Badge isr;                                      ///< "in ISR", "out of ISR", …; empty: none
  bool leads = false;
  std::optional<CutRange> cut;
};

struct PartitionRow {
  TopicPartition partition;
  PartitionRef ref;
  std::int32_t leader = -1;
  std::int32_t leader_epoch = 0;
  std::vector<std::int32_t> isr, replicas;
  std::int32_t min_insync_replicas = 1;
  std::int64_t longest_log_end = 0;
  bool under_replicated = false;  ///< ISR smaller than the replica list
  bool below_min_isr = false;
};

struct BrokerCard {
  /// Of a broker that is down: its logs as they were last. The cells point in here.
  std::vector<cluster::ReplicaView> last_known;
  std::int32_t node = 0;
  std::string title;   ///< "Broker 1"
  Badge state;         ///< "leads 2", "crashed", "fenced", "starting"
  std::string detail;  ///< one line below the title
  bool down = false, paused = false;
  Tone detail_tone = Tone::Neutral;
  std::string disk;          ///< "12.3 kB, 310 B unflushed"
  float disk_unflushed = 0;  ///< share of what is written
  std::string handlers;      ///< "2 of 8 busy"
  float handlers_busy = 0;
  std::vector<ReplicaCell> cells;  ///< one per row of the view
};

struct BatchPill {
  std::string text;  ///< "orders-0 ×3"
  bool retry = false;
  Target target;
};

struct LagLine {
  std::string partition;
  std::int64_t position = 0;
  std::int64_t lag = 0;
};

struct ClientCard {
  std::int32_t node = 0;
  cluster::ClientKind kind{};
  std::string title;
  std::vector<Badge> badges;  ///< acks, compression, state
  std::vector<BatchPill> waiting, in_flight;
  std::string buffer;      ///< "1.2 kB of 32.0 MB"
  std::string totals;      ///< "acked 120 · failed 0"
  std::string last_acked;  ///< "last acked: orders-0 5, orders-1 4"
  std::string error;
  std::vector<LagLine> lag;
};

struct ClusterView {
  std::string quorum;  ///< "epoch 3 · led by C2 · committed 41"
  std::vector<QuorumCard> controllers;
  std::vector<PartitionRow> rows;
  std::vector<BrokerCard> brokers;
  std::vector<ClientCard> clients;
  std::int32_t under_replicated = 0, offline = 0, below_min_isr = 0;
  std::string summary;  ///< "60 partitions · 2 under-replicated · 0 offline"
};

/// The replicas of a broker as they were before an event; see Machine::replicas_before.
using LastKnown = std::function<std::vector<cluster::ReplicaView>(std::int32_t node, EventSeq)>;

/// Without `last_known` the cards of brokers that are down show no logs.
ClusterView build_cluster_view(const cluster::Snapshot& snapshot, const EventIndex& index,
                               const NameTable& names, const LastKnown& last_known = {});

/// "12.3 kB". Decimal units, as disks and Kafka's documentation of speeds use them.
std::string format_bytes(std::int64_t bytes);
/// "1,2,3": a set of brokers without braces.
std::string join(const std::vector<std::int32_t>& ids);

}  // namespace kscope::viewer
