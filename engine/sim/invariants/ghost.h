// Ghost: what the checkers remember of the past.
//
// The engine forgets: a crash empties memory, a truncation takes bytes away, a leader is replaced.
// The promises span all that, so they are checked against a second memory that only the checkers
// have (in verification, "ghost state"). It is written from events alone, and copied with the
// World.
//
// Read next: ghost_logs.cc and its neighbours (who writes what)
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/cow_vector.h"
#include "engine/sim/invariants/checked_cluster.h"

namespace kscope::sim {

/// Long lists are cut small: a checkpoint copies the last chunk on the next write.
using BatchList = CowVector<BatchId, 64>;

/// One replica's copy of a log, as the events told it. Survives crashes, as the disk does.
struct CopyGhost {
  BatchList batches;
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t flushed = 0;
  std::int64_t checked = 0;  ///< below it the batches were compared with the committed ones
  std::int64_t owed = 0;     ///< where it ended when power was lost: others count on that
  BatchPlace place;
};

/// All copies of one log, what was ever written, and what was ever committed.
struct LogGhost {
  std::map<NodeId, CopyGhost> copies;
  std::map<std::int32_t, BatchList> written;  ///< leader epoch -> its batches, in order
  BatchList committed;
  std::int64_t committed_end = 0;  ///< the largest high watermark of any leader
  /// Some copy was, or is being, compacted up to here: below it batches may be missing, or written
  /// again with fewer records. Their offsets and epochs never change.
  std::int64_t cleaned = 0;
  /// The largest log start of any leader: retention and DeleteRecords end the promise about what is
  /// before it. Its leader's epochs begin there, too, so a follower that was away keeps what it has
  /// of older ones until it hears of the log start, one fetch later.
  std::int64_t gone_before = 0;
};

/// What a broker believes of a partition it holds.
struct BeliefGhost {
  bool leader = false;
  std::int32_t epoch = -1;
  std::int64_t epoch_start = 0;
  std::int64_t high_watermark = 0;
  NodeList isr, maximal;
  std::int32_t partition_epoch = -1;
};

struct PartitionGhost {
  LogGhost log;
  // The controller's word.
  bool known = false;
  bool deleted = false;
  NodeId leader{-1};
  std::int32_t leader_epoch = -1;
  std::int32_t partition_epoch = -1;
  NodeList elr, last_known;  ///< KIP-966: who else could lead
  NodeList isr, replicas;

  std::map<NodeId, BeliefGhost> beliefs;  ///< of running brokers
  NodeList lossy;  ///< in-sync members that lost power, and maybe records, since they joined
  std::int32_t safe_epoch = -1;  ///< leaders of older epochs were overruled by a loss window
  bool loss_window = false;      ///< open until the next leader is made
  std::int64_t losses = 0;       ///< windows so far
};

struct NodeGhost {
  bool alive = false;
  bool serving = false;                    ///< broker state RUNNING
  bool power_lost = false;                 ///< since its logs were opened last
  std::set<event::DiskFault> disk_faults;  ///< active ones
  bool disk_damaged = false;   ///< a bit was flipped or a write failed: recovery may cut more
  bool dir_failed = false;     ///< in this incarnation
  bool was_up = false;         ///< this incarnation has been RUNNING
  bool clean_stop = false;     ///< it was shut down, and its disk had nothing against it
  std::optional<bool> fenced;  ///< nothing: never registered
  std::int64_t broker_epoch = -1;
  std::int64_t metadata_offset = 0;  ///< how far it applied the metadata log, this incarnation
};

/// A quorum member: what it has promised on disk.
struct VoterGhost {
  std::int32_t persisted_epoch = -1;
  NodeId persisted_vote{-1};
  std::int32_t vote_epoch = -1;     ///< of its latest vote …
  NodeId vote{-1};                  ///< … and for whom
  std::int64_t high_watermark = 0;  ///< in this incarnation
  bool leader = false;
  std::int64_t epoch_start = 0;  ///< while it leads
  std::int32_t role_epoch = -1;  ///< of its present role; -1: it has just started
};

/// A quorum member: its snapshots and its idea of who votes (B8 to B10).
struct MemberGhost {
  std::set<std::int64_t> snapshots;  ///< ends of those on its disk
  std::int64_t log_start = 0;
  bool active = false;  ///< its controller
  NodeList voters;
  std::int64_t voters_at = 0;
};

/// A member of a group, as one coordinator tells of it.
struct GroupMemberGhost {
  NameRef instance;
  std::set<PartitionRef> partitions;
  bool joining = false;             ///< it waits for the next generation
  std::int32_t in_generation = -1;  ///< classic: the last one that it has joined
  std::int32_t epoch = -1;          ///< KIP-848
};

/// A group, as one coordinator tells of it. Two may, for a while: one has been replaced and does
/// not know.
struct GroupGhost {
  event::GroupState state = event::GroupState::Dead;
  std::int32_t generation = 0;
  bool consumer_protocol = false;
  NameRef leader;
  std::int64_t record_at = -1;  ///< classic: offset of the record with this generation's assignment
  std::map<NameRef, GroupMemberGhost> members;
};

/// Of the groups in one partition of __consumer_offsets.
struct CoordinatorGhost {
  NodeId broker{-1};
  std::int32_t epoch = -1;
};

/// A group for as long as it exists, whoever coordinates it.
struct GroupHistory {
  PartitionRef home;                   ///< its partition of __consumer_offsets
  std::int32_t stored_generation = 0;  ///< classic: the last whose assignment is committed
  std::map<PartitionRef, std::vector<std::int64_t>> committed;  ///< the last few that were told
};

/// A consumer, as it tells of itself.
struct ConsumerGhost {
  NameRef group, member;
  std::int32_t generation = -1;  ///< the member epoch, with KIP-848
  std::int32_t stable_in = -1;   ///< the last generation whose assignment it has
  std::set<PartitionRef> owned;
};

using GroupAt = std::pair<NodeId, NameRef>;
/// "orders-0" of a group, at a coordinator.
using CommitAt = std::tuple<NodeId, NameRef, PartitionRef>;

struct GroupsGhost {
  std::map<GroupAt, GroupGhost> told;
  std::map<PartitionRef, CoordinatorGhost> coordinators;
  std::map<NameRef, GroupHistory> histories;
  std::map<NodeId, ConsumerGhost> consumers;
  /// Offsets in __consumer_offsets of commits that were written and not yet told of as committed.
  std::map<CommitAt, std::vector<std::int64_t>> written;
  /// Coordinators that found records which were not yet committed when they read their log.
  std::set<std::pair<NodeId, PartitionRef>> loaded_tails;
  std::map<NameRef, PartitionRef> subjects;  ///< "orders-0" as a text, and what it names
};

struct Ghost {
  std::map<PartitionRef, PartitionGhost> partitions;
  std::map<NodeId, NodeGhost> nodes;
  LogGhost quorum_log;
  std::map<NodeId, VoterGhost> voters;
  std::map<NodeId, MemberGhost> members;
  std::map<std::int32_t, NodeId> quorum_leaders;  ///< epoch -> who led, or was said to lead
  std::map<std::pair<NodeId, PartitionRef>, std::int64_t> positions;  ///< of consumers
  /// Consumers that stand where a loss has cut the log, and where it ended before the cut.
  std::map<std::pair<NodeId, PartitionRef>, std::int64_t> cut_below;
  GroupsGhost groups;
  std::optional<NameRef> metadata_topic;  ///< once seen
  std::int64_t loss_windows = 0;
  std::set<std::string> reported;    ///< "A8 orders-0": once is enough
  std::string broken_rule;           ///< see Invariants::break_rule_for_test
  std::vector<std::uint64_t> looks;  ///< how often each checker looked, in their order
};

/// Index of the first batch that ends at or after `offset`.
std::size_t find_offset(const BatchList& list, std::int64_t offset);
/// "[0..2 epoch 1 crc 01020304]"
std::string to_text(const BatchId& batch);
/// True if both are the same batch; below what was cleaned one may have fewer records left.
bool same_batch(const LogGhost& log, const BatchId& a, const BatchId& b);
/// Where the copy ends; 0 if the node never had one.
std::int64_t end_of_copy(const LogGhost& log, NodeId node);
/// True while the process runs, serves, and its disk works: what A3 and A4 call RUNNING.
bool is_serving(const Ghost& ghost, NodeId node);
/// A loss was declared, and this broker still lives in an epoch from before it: what it holds, and
/// believes to be committed, will be cut once it learns of the leader that counts.
bool is_overruled(const PartitionGhost& p, const BeliefGhost& belief);
/// A leader that was replaced and does not know it yet may still commit: everyone in its ISR has
/// the record, and so has its successor. Only a loss window ends that.
bool is_in_office(const PartitionGhost& p, const BeliefGhost& belief);
/// As the broker that coordinates the group now tells of it; nullptr while nobody does.
const GroupGhost* group_now(const Ghost& ghost, NameRef group);
/// This consumer is a member in the coordinator's eyes, too, and has missed nothing that would have
/// taken partitions from it. One that slept through its session goes on believing, and may still
/// work on what others read already: that is Kafka's hazard, and no broken promise.
bool is_current(const Ghost& ghost, const ConsumerGhost& consumer);
/// Opens one unless it is open already.
void open_loss_window(Ghost& ghost, PartitionGhost& partition);
/// Over budget: everyone who is in sync has lost power and may lack records.
void note_lossy_members(Ghost& ghost, PartitionGhost& partition);
/// The first batch of the copy, from where it was compared last, that is below `high_watermark` and
/// is not what is committed there. Moves the copy's `checked`.
struct Mismatch {
  BatchId held, committed;
};
std::optional<Mismatch> compare_with_committed(LogGhost& log, NodeId node,
                                               std::int64_t high_watermark);
/// What of the node's copy lies below `high_watermark` is committed from now on.
void extend_committed(LogGhost& log, NodeId node, std::int64_t high_watermark);

}  // namespace kscope::sim
