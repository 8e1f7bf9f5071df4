// EventIndex: the recorded events, sorted by what the screen asks for.
//
// The stream holds everything, but a timeline cannot read a million events for every picture. The
// index reads each event once, when it is recorded, and remembers: marks for each lane, the
// stretches that colour the lanes (down, epoch, ISR), where logs were cut, what connections are
// for. It covers the recorded future too (the timeline draws it pale); readers give the present
// moment.
//
// Invariants: every list is ordered by event; nothing in it is newer than consumed().
// A fork drops the future: forget_after() must be told before the new events are read.
//
// Called by: session. Read by: model/{timeline,feed,why,cluster_view}.
// Read next: model/timeline.h
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/strip.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

/// One tick on a lane. Details are counted, not described.
struct Mark {
  std::int64_t at_us = 0;
  EventSeq event;
  event::Weight weight{};
};

enum class StretchKind : std::uint8_t {
  Down,
  Paused,
  QuorumEpoch,
  PartitionState,
  Rebalance,  ///< of a group
  Idle,       ///< a consumer has given up everything that it had and waits for its share
};

/// Something that was the case from one event until another. `until` empty: it still is.
struct Stretch {
  StretchKind kind{};
  std::int64_t from_us = 0;
  std::optional<std::int64_t> until_us;
  EventSeq from;
  EventSeq until;          ///< 0 while open
  std::int32_t node = -1;  ///< who leads (-1: nobody), who is down
  std::int32_t epoch = -1;
  std::int64_t bytes_lost = 0;  ///< Down
  bool power = false;           ///< Down: by power loss
  bool crashed = false;         ///< Down: not a clean stop
  NodeList isr{}, replicas{};   ///< PartitionState
};

struct Cut {
  EventSeq event;
  std::int64_t from_end = 0, to_end = 0;
};

/// What was done to the segments of one replica's log.
enum class SegmentDeed : std::uint8_t { Rolled, Deleted, Cleaned, Truncated, Tiered };
const char* to_string(SegmentDeed deed);

struct SegmentMark {
  std::int64_t at_us = 0;
  EventSeq event;
  SegmentDeed deed{};
};

/// The history of one replica's log, as the timeline paints it.
struct LogMarks {
  std::vector<SegmentMark> segments;
  std::vector<Mark> index_entries;
};

struct ConnectionUse {
  env::Listener listener{};
  env::ConnectionPurpose purpose{};
};

class EventIndex {
 public:
  /// Lanes are node ids; raft and controller events go to kControllers instead of their node.
  static constexpr std::int32_t kControllers = 0;

  /// Reads what was recorded since the last call.
  void update(const Machine& machine);
  /// A fork: everything after `last` never happened.
  void forget_after(EventSeq last);
  EventSeq consumed() const { return consumed_; }
  /// Changes with every fork: what was derived from the dropped future must be derived again.
  std::uint64_t history() const { return history_; }

  const std::map<std::int32_t, std::vector<Mark>>& marks() const { return marks_; }
  /// Events of weight Change and Drama, in order.
  const std::vector<EventSeq>& notable() const { return notable_; }
  const std::vector<EventSeq>& dramas() const { return dramas_; }
  const std::vector<Stretch>& quorum_epochs() const { return quorum_epochs_; }
  const std::map<std::int32_t, std::vector<Stretch>>& outages() const { return outages_; }
  const std::map<PartitionRef, std::vector<Stretch>>& partitions() const { return partitions_; }
  /// By group: its rebalances, and what its coordinator told.
  const std::map<NameRef, std::vector<Stretch>>& rebalances() const { return rebalances_; }
  const std::map<NameRef, std::vector<Mark>>& group_marks() const { return group_marks_; }
  /// By consumer.
  const std::map<std::int32_t, std::vector<Stretch>>& idle() const { return idle_; }

  /// Null if nothing was done to that log.
  const LogMarks* log_marks(std::int32_t node, PartitionRef partition) const;

  /// The cut of a replica's log that still shows at `present`: nothing was appended over it yet.
  std::optional<CutRange> visible_cut(std::int32_t node, PartitionRef partition,
                                      std::int64_t log_end, EventSeq present) const;
  /// The outage that a node is in at `present`.
  const Stretch* outage(std::int32_t node, EventSeq present) const;
  std::optional<ConnectionUse> connection(ConnectionId id) const;

 private:
  void read(const event::Event& event);
  void read_outage(const event::Event& event);
  void read_partition(const event::Event& event);
  void read_log(const event::Event& event);
  void read_group(const event::Event& event);
  void read_membership(const event::Event& event);
  void read_consumer(const event::Event& event);

  EventSeq consumed_;
  std::uint64_t history_ = 0;
  std::map<std::int32_t, std::vector<Mark>> marks_;
  std::vector<EventSeq> notable_, dramas_;
  std::vector<Stretch> quorum_epochs_;
  std::map<std::int32_t, std::vector<Stretch>> outages_;
  std::map<PartitionRef, std::vector<Stretch>> partitions_;
  std::map<NameRef, std::vector<Stretch>> rebalances_;
  std::map<NameRef, std::vector<Mark>> group_marks_;
  std::map<std::int32_t, std::vector<Stretch>> idle_;
  std::map<std::int32_t, std::int32_t> owned_;  // partitions that a consumer has just now
  std::map<NameRef, std::int32_t> member_clients_;
  std::map<std::pair<std::int32_t, PartitionRef>, std::vector<Cut>> cuts_;
  std::map<std::pair<std::int32_t, PartitionRef>, LogMarks> logs_;
  std::map<ConnectionId, std::pair<EventSeq, ConnectionUse>> connections_;
};

/// Last element of an ordered list that is not after `present`; end if there is none.
template <class List, class SeqOf>
auto last_until(const List& list, EventSeq present, SeqOf seq_of) {
  auto it = std::upper_bound(list.begin(), list.end(), present,
                             [&](EventSeq seq, const auto& item) { return seq < seq_of(item); });
  return it == list.begin() ? list.end() : std::prev(it);
}

}  // namespace kscope::viewer
