// GroupHistory: what happened to consumer groups, read once from the events.
//
// A coordinator's view says who should read what; this reader keeps what a person asks about a
// rebalance: when it began, why, and when the group was stable again; which partitions changed
// hands; and, from the members' own words, in which stretches somebody really read a partition.
// What lies between two stretches went unread: that is the price of a rebalance.
//
// A reader that stalls, is paused or dies does not read, whatever the coordinator believes. Members
// that do not tell (real clients) count from when the coordinator gave them a partition.
//
// It is a fold over plain events and knows no machine, so that two runs can be held side by side.
//
// Invariants: rebalances of a group follow one another; a stretch of a partition and a client is
// open in at most one element of reads(); nothing is newer than the last event read.
//
// Called by: model/group_desk, model/group_replay. Kafka: ClassicGroup, ConsumerGroup (KIP-848),
// ConsumerRebalanceListener. Read next: model/group_picture.h
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "viewer/model/event_index.h"

namespace kscope::viewer {

/// Members' ids to what they have.
using SharesByMember = std::map<NameRef, std::set<PartitionRef>>;

struct Rebalance {
  event::RebalanceReason reason{};
  bool has_reason = false;  ///< KIP-848 bumps an epoch and gives no reason
  NameRef member;           ///< who caused it; may be empty
  Duration timeout{};       ///< for all to join; 0: not said
  Instant began{};
  EventSeq first;
  std::int32_t rounds = 1;  ///< how often it had to begin again before it was over
  std::int32_t generation_before = 0, generation = 0;
  std::optional<Instant> joined;  ///< the new generation, or target assignment, exists
  std::optional<Instant> ended;
  EventSeq last;  ///< 0 while it lasts
  event::GroupState outcome{};
  NameRef assignor, leader;
  bool consumer_protocol = false;
  SharesByMember before, after;  ///< as the coordinator has them; `after` grows until it is over
  bool over(EventSeq present) const { return last != EventSeq() && last <= present; }
};

struct GroupMembership {
  NameRef member, instance;
  std::int32_t client = -1;
  Instant joined{};
  EventSeq added, removed;  ///< removed 0: it is there
  std::optional<Instant> left;
  event::MemberEnd end{};
};

enum class ReadEnd : std::uint8_t { Open, Revoked, Lost, Stalled, Paused, Gone, TakenAway };

/// A client read a partition from then until then.
struct ReadStretch {
  PartitionRef partition;
  std::int32_t client = -1;
  Instant from{};
  std::optional<Instant> until;
  EventSeq first, last;
  ReadEnd end = ReadEnd::Open;
  std::int64_t watermark = 0;  ///< of the partition when it stopped; meanwhile the present one
};

struct StateChange {
  Instant at{};
  EventSeq event;
  event::GroupState from{}, to{};
};

/// Records that some member of the group had been given before.
struct Repeat {
  Instant at{};
  EventSeq event;
  PartitionRef partition;
  std::int32_t client = -1;
  std::int64_t from = 0, count = 0;
};

struct GroupPast {
  std::vector<Rebalance> rebalances;
  std::vector<GroupMembership> members;  ///< in the order in which they were added
  std::vector<ReadStretch> reads;        ///< ordered by `first`
  std::vector<StateChange> states;
  std::vector<Repeat> repeats;
  std::map<PartitionRef, std::int64_t> next;  ///< behind the furthest record that was given out
  std::set<PartitionRef> partitions;          ///< that were ever given to a member
  std::vector<std::int32_t> clients;          ///< that ever took part; ordered
  SharesByMember shares;
  SharesByMember leaving;  ///< of members whose end has not begun a rebalance yet
};

class GroupHistory {
 public:
  /// Reads what was recorded since the last call; begins anew after a fork.
  void update(const Machine& machine, const EventIndex& index);
  void read(const event::Event& event);

  const std::map<NameRef, GroupPast>& groups() const { return groups_; }
  /// Null if nothing was heard of it.
  const GroupPast* find(NameRef group) const;
  /// High watermark as far as events told it.
  std::int64_t watermark(PartitionRef partition) const;
  /// When a client found its coordinator; nothing if it did not.
  std::optional<EventSeq> found_coordinator(std::int32_t client, Instant after) const;
  std::uint64_t generation() const { return generation_; }  ///< grows with every event that counts

 private:
  /// What a client is doing, apart from what it has been given.
  struct Reader {
    NameRef group;
    std::set<PartitionRef> owned;
    bool tells = false;  ///< its own events say what it owns
    bool stalled = false, paused = false, gone = false;
    std::vector<std::pair<Instant, EventSeq>> found;
  };

  void read_client(const event::Event& event);
  void read_machine(const event::Event& event);
  void read_group(const event::Event& event);
  void read_members(const event::Event& event);
  void read_records(const event::Event& event);
  Rebalance& begin(GroupPast& past, const event::Event& event, std::int32_t generation);
  void state_changed(GroupPast& past, const event::Event& event, const event::GroupStateChanged& e);
  void assign(GroupPast& past, const event::Event& event, const event::MemberAssignmentChanged& e);
  /// Makes the open stretches of a client what they have to be now.
  void settle(std::int32_t client, const event::Event& event, ReadEnd why);
  GroupPast& past_of(NameRef group, std::int32_t client);
  static Rebalance* open_one(GroupPast& past);

  std::map<NameRef, GroupPast> groups_;
  std::map<std::int32_t, Reader> readers_;
  std::map<PartitionRef, std::int64_t> watermarks_;
  std::map<std::pair<std::int32_t, PartitionRef>, std::size_t> open_;  // into reads of its group
  EventSeq consumed_;
  std::uint64_t history_ = 0, generation_ = 0;
};

/// The rebalance that began last at or before `present`; -1: none.
std::ptrdiff_t latest_rebalance(const GroupPast& past, EventSeq present);

/// A stretch in which nobody of the group read a partition.
struct Unread {
  PartitionRef partition;
  Instant from{}, until{};
  const ReadStretch* before = nullptr;  ///< who read it last; null: nobody yet
  const ReadStretch* after = nullptr;   ///< null: nobody until the end of the window
};
/// Within [from, until], from when the group first read anything; by partition and time.
std::vector<Unread> unread_between(const GroupPast& past, Instant from, Instant until);
/// Of one partition.
std::vector<Unread> unread_of(const GroupPast& past, PartitionRef partition, Instant from,
                              Instant until);
/// When some member first read something; nothing if none ever did.
std::optional<Instant> first_read(const GroupPast& past);
/// The client behind a member id; -1: nobody knows.
std::int32_t client_of_member(const GroupPast& past, NameRef member);
/// Who had the partition last before this rebalance began, if nobody has it at its beginning: a
/// cooperative assignor takes it from its owner in one rebalance and gives it away in the next.
NameRef given_up_by(const GroupPast& past, const Rebalance& rebalance, PartitionRef partition);
/// How many partitions changed hands in the rebalances that began within [from, until]: another
/// client has them than the one that had them last, however many rebalances lie between the two.
std::int32_t moved_between(const GroupPast& past, Instant from, Instant until);

}  // namespace kscope::viewer
