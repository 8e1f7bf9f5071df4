// PartitionPicture: one partition, as the Partition screen says it.
//
// Who leads, how far each follower is, what is committed: those three first, in tiles and one
// sentence. Then every replica as a line on one axis of offsets, with what its fetcher does and how
// long it may still lag; the sets AR, ISR and OSR with the change under way; the ISR over time; and
// who would be elected next. No pixels: strips are cut when it is known how many cells fit.
//
// Invariants: `lines` follow the assignment (AR), the order in which leaders are elected; AR is the
// disjoint union of ISR and OSR (but for a replica that is being removed and still in the ISR).
//
// Called by: panels/ui. Drawn by: panels/partition_*. Real Kafka: the same facts are spread over
// kafka-topics --describe, the JMX of Partition and ReplicaManager, and logs.
// Read next: model/partition_history.h, model/succession.h, panels/partition_panel.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viewer/model/cluster_view.h"
#include "viewer/model/partition_history.h"
#include "viewer/model/succession.h"
#include "viewer/model/timeline.h"

namespace kscope::viewer {

/// One replica: its log, and what it is doing about it.
struct ReplicaLine {
  std::int32_t broker = 0;
  bool leads = false;
  bool down = false;
  Badge role;  ///< "leader", "follower", "stale leader", "crashed", …
  Badge isr;   ///< "in ISR", "out of ISR", "joining ISR"
  std::optional<cluster::ReplicaView> log;  ///< of a dead broker: as it was last
  std::optional<CutRange> cut;
  std::int64_t last_stable_offset = -1;  ///< -1: unknown
  std::int64_t known_end = -1;           ///< where the leader believes that it ends; -1: not known
  // ---- three lines of words
  Badge state;           ///< "fetching", "rests after an error", "takes writes"
  std::string detail;    ///< "next fetch: offset 13, epoch 1"
  std::string lag;       ///< "lacks 7 records · 2.310 s behind"
  Tone lag_tone = Tone::Neutral;
  std::string patience;  ///< "left of 10.000 s, then out of the ISR"
  // ---- the arc: replica.lag.time.max.ms against the last time it was caught up
  std::optional<float> timer;  ///< share that is left, 0..1
  std::string timer_text;      ///< "7.7 s", in the arc
};

/// One of the sets that Kafka knows a partition's replicas by.
struct SetTile {
  std::string name;   ///< "ISR"
  std::string words;  ///< "in-sync replicas"
  std::vector<std::int32_t> members;
  Tone tone = Tone::Neutral;
};

/// The leader's request to the controller for another ISR.
struct PendingIsr {
  bool under_way = false;
  std::vector<std::int32_t> committed, proposed, maximal;
  std::string text;  ///< "AlterPartition {1,2,3} → {2,3}, asked 12 ms ago"
};

/// What one replica was to the partition during a stretch of time.
enum class Membership : std::uint8_t { None, Out, In, Leads };

struct BandPiece {
  Membership membership{};
  std::int64_t from_us = 0;
  std::optional<std::int64_t> until_us;
  std::int32_t epoch = -1;
  std::int32_t node = -1;  ///< of the leader's row: who led
  EventSeq event;          ///< that began it
};

struct BandRow {
  std::int32_t broker = -1;
  std::vector<BandPiece> pieces;
  std::vector<Stretch> outages;  ///< of its process
};

/// The ISR over time: everything recorded, the future included.
struct IsrBand {
  std::vector<BandPiece> leaders;  ///< who led in which epoch
  std::vector<BandRow> rows;       ///< one per line of the picture
  std::vector<Stall> stalls;       ///< of the high watermark, those that lasted
  std::int64_t begins_us = 0;      ///< when the partition was created
};

struct PartitionPicture {
  TopicPartition partition;
  bool exists = false;
  std::int32_t leader = -1;
  std::int32_t leader_epoch = 0;
  bool leader_acts = false;  ///< false: nobody leads, or who should is down or has not heard of it
  std::int64_t high_watermark = -1;  ///< the leader's, a dead one's as it was; -1: nobody leads
  std::int64_t leader_end = -1;
  std::int64_t low_watermark = -1;   ///< before it, records are gone on every replica
  Badge lead;              ///< "broker 2", "nobody"
  std::string lead_note;   ///< "epoch 1", "epoch 1, down"
  std::string committed;   ///< "13 of 20"
  std::string waiting;     ///< "7 wait"; "all of it"
  Tone waiting_tone = Tone::Good;
  std::vector<SetTile> sets;  ///< AR, ISR, OSR
  PendingIsr pending;
  std::string min_isr;     ///< what min.insync.replicas means for this ISR
  Tone min_isr_tone = Tone::Neutral;
  std::string sentence;    ///< the one thing to understand now
  Tone sentence_tone = Tone::Neutral;
  std::vector<ReplicaLine> lines;
  std::int64_t lowest = 0, longest = 0;  ///< offsets that the axis should reach
  Succession succession;
  IsrBand band;
};

/// `row`: of the cluster view, which knows the logs of the dead. Nothing if there is none.
PartitionPicture build_partition_picture(const cluster::Snapshot& snapshot,
                                         const ClusterView& cluster, const EventIndex& index,
                                         const PartitionHistory& history);

/// The axis of offsets that all rows share. With few enough offsets each has a cell of its own;
/// otherwise it is a scale, and the rows are bars.
struct OffsetAxis {
  bool cells = true;
  StripWindow window;           ///< with cells
  std::int64_t from = 0, to = 1;
  /// 0 at the left end, 1 at the right; clamped.
  double position(std::int64_t offset) const;
};
OffsetAxis choose_axis(std::int64_t lowest, std::int64_t longest, std::int32_t cells);

/// Labels wanted around `centres` on one line, pushed apart so that none covers another and all
/// stay within [left, right] where they fit. Returns the left edge of each.
struct WantedLabel {
  float centre = 0, width = 0;
};
std::vector<float> spread_labels(const std::vector<WantedLabel>& labels, float left, float right,
                                 float gap);

/// The pieces of `list` in which one replica's membership stayed the same.
std::vector<BandPiece> membership_of(const std::vector<Stretch>& list, std::int32_t broker);

}  // namespace kscope::viewer
