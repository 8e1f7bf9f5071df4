// PartitionHistory: what happened to one partition, read once from the events.
//
// The snapshot says how things are; a student asks since when. This reader walks the recorded
// events of one partition and keeps what the Partition screen dates: cuts, divergences and failures
// of fetchers, ISR changes that were asked for, and the stretches in which the high watermark stood
// still although the leader held more.
//
// Invariants: every list is ordered by event; a stall that is over lasted at least kShortestStall.
// A fork or another partition begins from the first event again.
//
// Called by: panels/ui. Read by: model/partition_view. Real Kafka has no such memory; people
// rebuild it from controller and state-change logs.
// Read next: model/partition_view.h
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "viewer/model/event_index.h"

namespace kscope::viewer {

enum class NoteKind : std::uint8_t { Cut, Diverged, FetchFailed, Follows, IsrAsked, Leads };

/// Something that happened to one replica.
struct PartitionNote {
  EventSeq event;
  Instant at{};
  std::int32_t node = -1;
  NoteKind kind{};
  std::int64_t from = 0, to = 0;  ///< Cut: the log's end before and after; Diverged: `to`
  std::int32_t epoch = -1;        ///< Diverged, Follows, Leads
  ErrorCode error{};              ///< FetchFailed
};

/// The leader held records that the high watermark did not reach, and it did not move.
struct Stall {
  EventSeq from, until;  ///< until 0: it still lasts
  std::int64_t from_us = 0;
  std::optional<std::int64_t> until_us;
  std::int64_t high_watermark = 0;
};

class PartitionHistory {
 public:
  /// Shorter waits are the ordinary way of a record to its followers and back.
  static constexpr Duration kShortestStall = millis(500);

  /// Reads what was recorded since the last call.
  void update(const Machine& machine, const EventIndex& index, const TopicPartition& partition);

  const TopicPartition& partition() const { return partition_; }
  std::optional<PartitionRef> ref() const { return ref_; }
  const std::vector<PartitionNote>& notes() const { return notes_; }
  const std::vector<Stall>& stalls() const { return stalls_; }
  /// The newest note of this kind about `node` (any, if -1) that is not after `present`.
  const PartitionNote* newest(NoteKind kind, std::int32_t node, EventSeq present) const;

 private:
  struct Ends {
    std::int64_t log_end = 0, high_watermark = 0;
  };
  void read(const event::Event& event);
  // One for each event that is read; the others have none.
  void on(const event::Event& event, const event::BatchAppended& e);
  void on(const event::Event& event, const event::LogTruncated& e);
  void on(const event::Event& event, const event::HighWatermarkAdvanced& e);
  void on(const event::Event& event, const event::HighWatermarkSet& e);
  void on(const event::Event& event, const event::DivergenceFound& e);
  void on(const event::Event& event, const event::FetcherFailed& e);
  void on(const event::Event& event, const event::BecameFollower& e);
  void on(const event::Event& event, const event::BecameLeader& e);
  void on(const event::Event& event, const event::IsrChangeRequested& e);
  PartitionNote& note(const event::Event& event, NoteKind kind);
  /// The leader's ends have moved: a wait ends, another may begin.
  void leader_moved(const event::Event& event, bool watermark_moved);
  void close_stall(const event::Event& event);

  TopicPartition partition_;
  std::optional<PartitionRef> ref_;
  EventSeq consumed_;
  std::uint64_t history_ = 0;
  std::vector<PartitionNote> notes_;
  std::vector<Stall> stalls_;  // the last one may be open, and then of any length
  std::map<std::int32_t, Ends> ends_;
  std::int32_t leader_ = -1;
};

/// The interned form of a name; nothing if no event has spoken of its topic yet.
std::optional<PartitionRef> find_ref(const NameTable& names, const TopicPartition& partition);

}  // namespace kscope::viewer
