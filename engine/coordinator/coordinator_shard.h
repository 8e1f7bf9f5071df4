// CoordinatorShard: the coordinator of all groups that one partition of __consumer_offsets holds.
//
// Who leads the partition coordinates its groups; so the election of coordinators is the election
// of leaders, and a coordinator's memory is a fold over a log that its followers have, too.
//
//   elected                    read to the end                    another leader, topic deleted
//   ------------> Loading ------------------------> Active --------------------> Closed
//                    |                                                             ^
//                    +--- the log cannot be read -----------> Failed --------------+
//
// While Active, every operation is: decide, append the records as one batch, apply them, and hold
// the answers until the high watermark has passed that batch. An operation without records (most
// heartbeats) waits as well if something is under way, so that no answer can tell of a state that
// may yet be lost. What is not committed within offsets.commit.timeout.ms is answered as an error,
// although it may still become true: the client must ask again.
//
// Invariants: answers leave in the order of their batches, each once; `written_` is the log end as
// far as this shard has written it; in Closed and Failed nothing is parked and no timer is set.
//
// Called by: group_coordinator. Kafka: CoordinatorRuntime.CoordinatorContext,
// GroupCoordinatorShard, CoordinatorLoaderImpl, CoordinatorPartitionWriter, DeferredEventQueue.
// Differences: every operation is its own batch (Kafka collects for
// group.coordinator.append.linger.ms); a record is applied after it was appended, where Kafka
// applies it before and goes back if that fails.
// Read next: coordinator/coordinator_types.h, coordinator/offsets/offset_metadata_manager.h
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "engine/coordinator/group/group_metadata_manager.h"
#include "engine/coordinator/offsets/offset_metadata_manager.h"
#include "engine/replication/replica_manager.h"

namespace kscope::coordinator {

/// The surroundings of the coordinator during one call.
struct Surroundings {
  env::Env& env;
  replication::ReplicaManager& replicas;
  const metadata::MetadataImage& metadata;
};

/// Kafka: CoordinatorRuntime.CoordinatorState.
enum class ShardState : std::uint8_t { Loading, Active, Failed, Closed };
const char* to_string(ShardState state);

class CoordinatorShard {
 public:
  CoordinatorShard() = default;
  CoordinatorShard(TopicPartition partition, PartitionRef ref, const GroupConfig& config)
      : partition_(std::move(partition)), ref_(ref), config_(config) {}

  // ---- life -------------------------------------------------------------------------------------
  /// Forgets everything and begins to read. REQUIRES that this broker leads the partition.
  void begin_load(Surroundings& s, LeaderEpoch epoch);
  /// Reads the next slice of the log and applies it; the state tells when that was the last one.
  /// Returns how long it took.
  Duration load_slice(Surroundings& s);
  /// Another leader, or none: all who wait hear NOT_COORDINATOR. What was known stays for readers
  /// (the viewer) until it is loaded again; nobody is served from it.
  void unload(Surroundings& s);
  void set_epoch(LeaderEpoch epoch) { epoch_ = epoch; }

  // ---- operations -------------------------------------------------------------------------------
  /// NONE, COORDINATOR_LOAD_IN_PROGRESS or NOT_COORDINATOR.
  ErrorCode available() const;
  /// Runs `decide(GroupContext&)` and carries out what it says. REQUIRES available() == NONE.
  template <class Decide>
  void write(Surroundings& s, Decide&& decide) {
    GroupContext around = context(s);
    carry_out(s, decide(around), /*atomic=*/true);
    arm(s.env);
  }
  /// For a question: no records, no waiting.
  GroupContext context(Surroundings& s) { return {s.env, timers_, config_, s.metadata, ref_}; }

  /// The high watermark moved.
  void on_progress(Surroundings& s);
  void on_timer(Surroundings& s);
  /// offsets.retention.check.interval.ms: old offsets and empty groups go.
  void on_expiration(Surroundings& s);
  void on_topics_changed(const std::set<std::string>& topics) { groups_.on_metadata(topics); }
  void on_topic_deleted(Surroundings& s, const std::string& topic);

  std::vector<Answer> take_answers() { return std::exchange(out_, {}); }

  // ---- state ------------------------------------------------------------------------------------
  const TopicPartition& partition() const { return partition_; }
  const Uuid& topic_id() const { return topic_id_; }
  ShardState state() const { return state_; }
  LeaderEpoch epoch() const { return epoch_; }
  /// In which it last became Active; -1: never.
  LeaderEpoch loaded_epoch() const { return loaded_epoch_; }
  GroupMetadataManager& groups() { return groups_; }
  OffsetMetadataManager& offsets() { return offsets_; }
  const GroupMetadataManager& groups() const { return groups_; }
  const OffsetMetadataManager& offsets() const { return offsets_; }
  const CoordinatorTimer& timers() const { return timers_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  /// An operation whose answers are held back.
  struct Waiting {
    Offset required;  ///< the high watermark that makes it true
    Instant deadline{};
    std::vector<Answer> answers;
    Afterwards afterwards;
  };

  /// Says whether the log took the records; whether they get committed is known later.
  ErrorCode carry_out(Surroundings& s, Decision decision, bool atomic);
  /// Appends and applies. NONE, or why the log did not take them (then nothing was applied).
  ErrorCode append(Surroundings& s, const std::vector<GroupRecord>& records, bool atomic);
  ErrorCode append_batch(Surroundings& s, std::span<const GroupRecord> records);
  void apply(Surroundings& s, Offset at, const GroupRecord& record);
  void settle(Surroundings& s, Waiting operation, ErrorCode error);
  void finish_load(Surroundings& s);
  Result<void> replay_slice(Surroundings& s, const Bytes& slice);
  Offset high_watermark(const Surroundings& s) const;
  void arm(env::Env& env);
  void disarm(env::Env& env);

  TopicPartition partition_;
  PartitionRef ref_;
  Uuid topic_id_;  // as of the last election
  GroupConfig config_;
  LeaderEpoch epoch_{-1};
  LeaderEpoch loaded_epoch_{-1};
  ShardState state_ = ShardState::Closed;
  GroupMetadataManager groups_;
  OffsetMetadataManager offsets_;
  CoordinatorTimer timers_;
  std::deque<Waiting> waiting_;  // Invariant: `required` and `deadline` never fall
  Offset written_;               // while loading: how far it has read
  Offset committed_;             // the high watermark as last seen
  std::int64_t records_loaded_ = 0;
  std::optional<Instant> armed_;
  std::vector<Answer> out_;
};

}  // namespace kscope::coordinator
