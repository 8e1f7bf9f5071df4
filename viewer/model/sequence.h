// Sequence: who said what to whom, as a sequence diagram drawn from the run.
//
// Lanes are the halves of the nodes that talk (controllers, brokers) and the clients; rows go down
// in time: a frame with what its bytes say, an event that changed a state, a pause, or a fold, one
// marked line for a stretch of routine ("… 14 fetches"). Routine is what repeats by the clock, a
// Fetch or a heartbeat, as long as nothing came of it: no event that a person could care about was
// caused by its arrival, and it did arrive.
//
// One model for everybody: the screen, the exports, the diagrams in the docs.
//
// Invariants: rows are ordered by time (of arrival, for frames); every frame of the window that
// passes the filter is in exactly one row (but a single one of the background); lanes are exactly
// those that the rows use.
//
// Called by: panels/sequence_*, cli (export, docs). Read next: model/sequence_phases.h,
// model/sequence_export.h
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "viewer/model/event_index.h"
#include "viewer/model/sequence_phases.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

/// Which state changes stand as notes between the frames.
enum class NoteLevel : std::uint8_t {
  None,
  Dramas,   ///< crashes, elections, leader changes
  Changes,  ///< and what moved in the quorum, the controller and the replicas
  All,      ///< and in logs, requests and clients
};

/// A group on the stage: its members' lanes come first, in this order, then the brokers that
/// coordinate it; all other brokers share one lane. Only frames that a member sends or gets count,
/// and notes about another group do not.
struct SequenceCast {
  std::vector<std::int32_t> members, coordinators;
  NameRef group;
  bool operator==(const SequenceCast&) const = default;
};

struct SequenceQuery {
  Instant from{};
  Instant until = Instant(Duration(std::numeric_limits<std::int64_t>::max()));  ///< inclusive
  EventSeq first;                ///< begins with this event in place of `from`; 0: by time
  std::set<std::string> apis;    ///< "Fetch"; empty: all
  std::int32_t node = -1;        ///< frames and notes of this node; -1: all
  TopicPartition partition;      ///< frames that name it, notes about it; empty topic: all
  std::set<std::string> events;  ///< exactly these as notes; empty: by `notes`
  std::optional<SequenceCast> cast;
  NoteLevel notes = NoteLevel::Changes;
  /// APIs that are routine whatever came of them; a single frame of them is left out.
  std::set<std::string> background;
  std::set<std::string> foreground;  ///< APIs that are no routine, though they repeat by the clock
  bool fold = true;
  bool phases = true;  ///< with their headings
  bool pauses = true;  ///< a row where nothing was said for a while
  std::size_t most_messages = 500;
  bool operator==(const SequenceQuery&) const = default;
};

struct SequenceLane {
  std::int32_t node = 0;
  bool controller = false;  ///< the raft half of a combined node
  std::string name;         ///< "controller 1", "broker 2", "shop"
  std::string detail{};     ///< below the name: "leader"; may be empty
  bool operator==(const SequenceLane&) const = default;
};

enum class FrameFate : std::uint8_t { Delivered, Lost, OnItsWay };

enum class RowKind : std::uint8_t {
  Message,
  Fold,
  Note,
  Pause,
  Phase,  ///< a heading: here begins a phase
};

struct SequenceRow {
  RowKind kind{};
  Instant at{};     ///< its place in time
  Instant began{};  ///< message: when it was sent; fold: when its first frame arrived
  EventSeq event;   ///< message: FrameSent; note: the event; fold: of its first frame
  std::int32_t from = -1, to = -1;  ///< lanes; a note about all of them: the first and the last
  std::string text;
  std::int32_t count = 1;  ///< folded exchanges; notes that say the same of the same lane
  FrameId frame;           ///< message
  ApiKey api{};
  bool is_response = false;
  FrameFate fate{};
  event::Weight weight{};  ///< note
};

/// The rows that belong to a phase, its heading included.
struct PhaseBand {
  SequencePhase phase;
  std::size_t first_row = 0, last_row = 0;
};

struct SequenceView {
  SequenceQuery query;
  std::vector<SequenceLane> lanes;
  std::vector<SequenceRow> rows;
  std::vector<PhaseBand> phases;         ///< those that touch the rows, ordered by first_row
  std::size_t messages = 0, folded = 0;  ///< frames shown one by one, and those in folds
  bool cut_short = false;                ///< there were more than most_messages
};

SequenceView build_sequence(Machine& machine, const EventIndex& index, const PhaseIndex& phases,
                            const SequenceQuery& query);
/// With these phases in place of those that the index knows.
SequenceView build_sequence(Machine& machine, const EventIndex& index,
                            const std::vector<SequencePhase>& phases, const SequenceQuery& query);

/// APIs of the frames in the recording's window, for a filter: in the order of their names.
std::vector<std::string> apis_between(const Machine& machine, Instant from, Instant until);

/// The first event that is not before `at`; one past the last if there is none.
std::uint64_t first_event_at(const Machine& machine, Instant at);

}  // namespace kscope::viewer
