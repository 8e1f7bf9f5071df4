// GroupPicture: the screen "Groups" as data.
//
// What the left side says about the group, one rebalance as a table of who had and who has what, a
// row for each partition with the stretches in which nobody read it, offsets and lag, and what the
// coordinator wrote. Every number carries its unit, every colour has a word beside it.
//
// Members are shown by the names of their processes; a face is a name with a place in the palette,
// which a process keeps for as long as the group is remembered.
//
// Invariant: built from the machine at one moment; plain data, no pixels.
//
// Called by: model/group_desk. Drawn by: panels/group_*. Kafka: kafka-consumer-groups.sh
// --describe, --members, --state. Read next: model/group_desk.h
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "viewer/model/actions.h"
#include "viewer/model/group_history.h"
#include "viewer/model/group_states.h"
#include "viewer/model/sequence.h"

namespace kscope::viewer {

struct MemberFace {
  std::int32_t client = -1;
  std::string name;  ///< "consumer-1"
  int hue = -1;      ///< place in the palette; -1: nobody
};

/// What the builders look at.
struct GroupScope {
  Machine& machine;
  const EventIndex& index;
  const GroupHistory& history;
  const GroupPast& past;
  NameRef group;
  std::string id;
  const cluster::GroupView* view = nullptr;  ///< null: no coordinator knows it at this moment
  const Rebalance* shown = nullptr;          ///< the rebalance on the screen; null: none yet
  bool live = false;                         ///< the last seconds are told, not a rebalance
  Instant from{}, until{};                   ///< its story, with a little before and after

  const cluster::Snapshot& snapshot() const { return machine.snapshot(); }
  MemberFace face_of_client(std::int32_t client) const;
  MemberFace face_of_member(NameRef member) const;
  /// Whom a member id belongs to; -1: nobody knows.
  std::int32_t client_of(NameRef member) const;
};

/// Something that runs out: the share that is left, and how long that is.
struct GroupTimer {
  std::string label;  ///< "rebalance timer"
  float left = 0;     ///< 0..1
  std::string text;   ///< "19.5 s left of 60 s"
};

/// KIP-848: a member's own epoch, beside the group's and the assignment's.
struct EpochRow {
  MemberFace member;
  std::int32_t epoch = 0;
  bool behind = false;
  std::string words;  ///< "gives up 1 partition", "waits for 2 partitions", "has its target"
};

struct GroupSummary {
  std::string id;
  std::string coordinator;  ///< "broker 2", "nobody"
  std::string where;        ///< "__consumer_offsets-7"
  std::string protocol;     ///< "classic · eager"
  std::string assignor;     ///< "range"; empty: none yet
  bool consumer_protocol = false;
  bool coordinated = false;  ///< otherwise all of this is what was known last
  event::GroupState state{};
  StateDiagram states;
  std::string generation;               ///< "generation 4 → 5"
  std::string epochs;                   ///< KIP-848: "assignment epoch 5"; else empty
  std::vector<EpochRow> member_epochs;  ///< KIP-848; ordered as the faces
  std::vector<GroupTimer> timers;
  std::int32_t members = 0;
  // ---- not consuming now
  std::int32_t stopped = 0, partitions = 0;
  std::int32_t leaderless = 0;  ///< partitions whose leader does not answer
  std::string stopped_words;    ///< "for 0.61 s so far: 183 records of new lag"
  std::string not_started;      ///< why there is nothing to count yet; else empty
};

struct AssignmentRow {
  MemberFace member;
  std::string id;
  std::string note;                 ///< "new", "left: its session expired"; may be empty
  std::vector<bool> before, after;  ///< by column
  std::vector<bool> gained, lost;   ///< by column: changed hands
  std::vector<bool> waits;          ///< by column: in its target, but it has not got it yet
  std::string progress;             ///< KIP-848: "epoch 2 · gives up 1"; may be empty
  bool behind = false;              ///< it has not reached its target
};

struct AssignmentTable {
  std::vector<TopicPartition> columns;
  std::vector<AssignmentRow> rows;
  std::int32_t moved = 0;  ///< from one member to another
  std::int32_t fresh = 0;  ///< had nobody before
  std::int32_t freed = 0;  ///< given up, and given to nobody yet
  std::string words;       ///< "3 partitions change hands (ringed)"
  bool complete = false;   ///< `after` is final
  bool known = false;      ///< there is something to say about `after`
  bool ahead = false;      ///< `after` was recorded, but lies ahead of the present moment
  bool target = false;     ///< `before` is now, `after` is what the coordinator wants (KIP-848)
};

struct OffsetRow {
  TopicPartition partition;
  MemberFace reader;            ///< hue -1: nobody reads it
  std::int64_t end = 0;         ///< high watermark: what can be read
  std::int64_t committed = -1;  ///< -1: nothing was committed
  std::int64_t position = -1;   ///< next to be fetched; -1: nobody reads it
  std::int64_t lag = 0;         ///< end minus committed, as Kafka's tools count
  bool pending = false;         ///< the commit is written, but not yet on all of the ISR
};

struct ReadBar {
  Instant from{}, until{};
  MemberFace member;  ///< hue -1: unread
  std::string text;   ///< "0.61 s unread"
  std::string tip;
  EventSeq event;  ///< that began it
};

struct ReadRow {
  MemberFace member;  ///< who has it at the end; hue -1: nobody
  TopicPartition partition;
  std::vector<ReadBar> bars;
  Duration unread{};
};

struct ReadChart {
  Instant from{}, until{};
  std::vector<ReadRow> rows;  ///< grouped by member, in the order of the faces
  Duration unread{};          ///< partition-seconds
  std::string words;
  std::vector<std::pair<MemberFace, Duration>> idle;  ///< how long each member read nothing at all
};

struct GroupRecordRow {
  Instant at{};
  EventSeq event;
  std::int64_t offset = 0;
  std::string kind, subject;
  bool tombstone = false;
};

struct GroupLogLine {
  Instant at{};
  EventSeq event;
  std::string text;
};

/// A member in the list of all.
struct MemberLine {
  MemberFace face;
  std::string share;    ///< "reads 2 partitions"
  std::string state;    ///< "waits for the others to join"; empty: nothing to say
  bool silent = false;  ///< its process is gone or stands still
};

struct GroupMemberCard {
  MemberFace face;
  std::string id;        ///< as a member; empty: it has none (yet)
  std::string subtitle;  ///< "joined 0.61 s ago · waits for its assignment"
  std::vector<GroupTimer> timers;
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<Action> actions;
  std::vector<GroupLogLine> log;  ///< newest last
  std::string why;                ///< why its present state matters
};

/// What a member of the new protocol has to give up and to wait for, at this moment.
struct MemberPath {
  std::vector<std::string> gives_up, waits_for;  ///< partitions, ordered
  bool arrived(std::int32_t assignment_epoch, std::int32_t epoch) const {
    return gives_up.empty() && waits_for.empty() && epoch >= assignment_epoch;
  }
};
/// By its own word what it has, else (a real client) by the coordinator's.
std::vector<std::string> held_by(const GroupScope& scope, const cluster::GroupMemberView& member);
MemberPath path_of(const GroupScope& scope, const cluster::GroupMemberView& member);
std::string path_words(const MemberPath& path);

GroupSummary build_group_summary(const GroupScope& scope);
AssignmentTable build_assignment(const GroupScope& scope);
std::vector<OffsetRow> build_offsets(const GroupScope& scope);
ReadChart build_read_chart(const GroupScope& scope);
std::vector<GroupRecordRow> build_group_records(const GroupScope& scope);
std::vector<MemberLine> build_member_lines(const GroupScope& scope);
GroupMemberCard build_member_card(const GroupScope& scope, std::int32_t client);
/// Clients that belong to the group at this moment, or are about to: in the order of the palette.
std::vector<MemberFace> present_members(const GroupScope& scope);
/// Partitions of the topics that members have subscribed to, and those that were ever given out.
std::vector<TopicPartition> partitions_of_group(const GroupScope& scope);
/// The colour and the name of this rebalance's people: everybody who has or had something.
std::vector<MemberFace> people_of(const GroupScope& scope);

/// Its members keep reading while they join again (KIP-429): all their assignors are cooperative.
bool is_cooperative(const cluster::GroupView& view);

/// "0.61 s", "83 ms".
std::string short_time(Duration d);
/// "1 partition", "3 partitions".
std::string count_of(std::int64_t n, const char* thing);

}  // namespace kscope::viewer
