// ReplicaManager: all replicas of one broker, and the four questions asked of them: append this,
// give me that, what offsets are there, how far did epoch e go?
//
// It owns the logs (storage::LogManager), the partitions and the fetchers, and it is where news
// from the metadata log becomes roles: a partition this broker leads stops fetching and starts to
// count its followers, a partition it follows gets a fetcher to its leader.
//
// One log directory, one fate: when the disk fails, every replica goes offline at once, before
// another answer can be given (invariant F8), and requests for them get KAFKA_STORAGE_ERROR.
//
// Invariants: a partition has a fetcher only while it follows a leader; an online partition has a
// log; Partition::check() holds for every online partition between two calls.
//
// Called by: broker/broker_server, broker/kafka_apis. Kafka: kafka.server.ReplicaManager,
// HostedPartition. Real Kafka has several log directories and keeps the good ones in service
// (KIP-112, KIP-858); with a single one it halts the process, see log_dir_failed().
// Read next: broker/broker_server.h
#pragma once

#include <map>
#include <optional>

#include "engine/metadata/metadata_delta.h"
#include "engine/replication/partition.h"
#include "engine/replication/replica_fetcher_manager.h"
#include "engine/replication/replication_quota.h"
#include "engine/storage/log_manager.h"

namespace kscope::replication {

/// A replica that the controller assigned to this broker.
struct HostedPartition {
  Partition partition;
  bool offline = false;  ///< its log directory failed
};

/// Could a parked fetch be answered now?
struct FetchReadiness {
  bool must_answer = false;  ///< there is something to tell: an error, a divergence
  bool has_data = false;     ///< at least one batch
};

class ReplicaManager final : private FollowerLogs {
 public:
  ReplicaManager() = default;
  /// Opens the logs, recovering those that need it.
  Result<void> start(env::Env& env, const ReplicaConfig& config, const TopicDefaults& defaults);

  /// The first call must be given everything that there is as delta. It also removes logs that
  /// belong to no partition any more (topics deleted while this broker was away).
  void on_metadata(env::Env& env, const metadata::MetadataImage& image,
                   const metadata::MetadataDelta& delta);
  /// Dynamic broker settings (KIP-226). Topics take the new defaults with the next on_metadata.
  void reconfigure(env::Env& env, const ReplicaConfig& config, const TopicDefaults& defaults);
  void set_broker_epoch(BrokerEpoch epoch) { own_epoch_ = epoch; }
  /// Replicas that nobody counts on stop fetching from now on.
  void begin_controlled_shutdown() { shutting_down_ = true; }
  /// Checkpoints, closes the logs and leaves the clean-shutdown marker.
  void shutdown(env::Env& env);

  bool owns(ConnectionId connection) const { return fetchers_.owns(connection); }
  void on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  /// False if the timer is not one of replication's.
  bool on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);

  // ---- requests
  // -------------------------------------------------------------------------------------
  /// A partition that is not here gives NOT_LEADER_OR_FOLLOWER, an offline one KAFKA_STORAGE_ERROR.
  LeaderAppendResult append(env::Env& env, const TopicPartition& partition, ByteView records,
                            std::int16_t acks);
  std::pair<bool, ErrorCode> check_enough_replicas(const TopicPartition& partition,
                                                   Offset required) const;
  /// `update_follower`: false when a parked fetch is answered; its progress was noted on arrival.
  PartitionRead read(env::Env& env, const FetchSource& source, const TopicPartition& partition,
                     const PartitionFetch& fetch, bool update_follower);
  FetchReadiness readiness(const FetchSource& source, const TopicPartition& partition,
                           const PartitionFetch& fetch) const;
  ListedOffset list_offset(env::Env& env, const TopicPartition& partition,
                           const OffsetQuery& query);
  DeleteRecordsResult delete_records(env::Env& env, const TopicPartition& partition,
                                     std::int64_t offset);
  /// The low watermark, or why there is none here (any more).
  std::pair<Offset, ErrorCode> low_watermark(const TopicPartition& partition) const;
  EpochEndResult epoch_end(const TopicPartition& partition,
                           std::optional<LeaderEpoch> current_leader_epoch,
                           LeaderEpoch epoch) const;

  // ---- ISR changes
  // ------------------------------------------------------------------------------------
  void on_isr_decision(env::Env& env, const TopicPartition& partition, const IsrProposal& sent,
                       const IsrDecision& decision);
  void on_isr_change_not_attempted(env::Env& env, const TopicPartition& partition,
                                   const IsrProposal& sent);

  /// What the calls since the last one made possible or necessary.
  Effects take_effects() { return std::exchange(effects_, {}); }

  const std::map<TopicPartition, HostedPartition>& hosted() const { return hosted_; }
  const HostedPartition* find(const TopicPartition& partition) const;
  const storage::LogManager& logs() const { return logs_; }
  const ReplicaConfig& config() const { return config_; }
  const ReplicaFetcherManager& fetchers() const { return fetchers_; }
  /// Real Kafka halts when its last log directory fails; whoever runs this process should, too.
  bool log_dir_failed() const { return log_dir_failed_; }

 private:
  struct Online {
    Partition* partition = nullptr;
    storage::UnifiedLog* log = nullptr;
    ErrorCode error = ErrorCode::NONE;
  };
  Online online(const TopicPartition& partition);
  Context context(env::Env& env) { return {env, config_, brokers_, own_epoch_, effects_}; }
  void disk_failed(env::Env& env, const Error& error);

  // replica_manager_metadata.cc
  void update_brokers(const metadata::MetadataImage& image, const metadata::MetadataDelta& delta);
  void update_low_watermarks(env::Env& env);
  void update_configs(const metadata::MetadataImage& image, const metadata::MetadataDelta& delta);
  void remove_strays(env::Env& env, const metadata::MetadataImage& image);
  void apply(env::Env& env, const metadata::MetadataImage& image, const TopicPartition& name,
             const metadata::PartitionRegistration& state);
  Result<HostedPartition*> host(env::Env& env, const metadata::MetadataImage& image,
                                const TopicPartition& name);
  Result<void> lead(env::Env& env, HostedPartition& hosted,
                    const metadata::PartitionRegistration& state);
  void follow(env::Env& env, HostedPartition& hosted,
              const metadata::PartitionRegistration& state);
  void stop_and_delete(env::Env& env, const TopicPartition& name);
  void configure(const metadata::MetadataImage& image, Partition& partition,
                 storage::UnifiedLog& log) const;

  // replica_manager_quota.cc
  void update_throttles(const metadata::MetadataImage& image,
                        const metadata::MetadataDelta& delta);
  /// Tells when the answer is another than last time.
  bool exceeded(env::Env& env, event::ThrottleSide side);
  bool holds_back(const FetchSource& source, const TopicPartition& partition) const;
  void throttle_read(env::Env& env, const FetchSource& source, const TopicPartition& partition,
                     PartitionRead& read);
  bool may_fetch(env::Env& env, const TopicPartition& partition, bool in_sync) override;

  // replica_manager_upkeep.cc
  void arm(env::Env& env, env::TimerKind kind, std::int64_t key, Duration interval);
  void arm_flush(env::Env& env);
  void check_isrs(env::Env& env);
  Result<void> checkpoint_high_watermarks(env::Env& env);
  Result<void> checkpoint_logs(env::Env& env);

  // replica_manager_cleanup.cc
  Result<void> delete_old_segments(env::Env& env, bool compacted);
  void arm_file_removal(env::Env& env);
  Result<void> run_cleaner(env::Env& env);

  // FollowerLogs, for the fetchers (replica_manager_follower.cc)
  std::optional<LogTail> tail(const TopicPartition& partition) const override;
  std::optional<storage::EpochEnd> end_offset_for_epoch(const TopicPartition& partition,
                                                        LeaderEpoch epoch) const override;
  ErrorCode append(env::Env& env, const TopicPartition& partition,
                   const protocol::FetchResponse::PartitionData& data) override;
  ErrorCode append_records(env::Env& env, const TopicPartition& partition, ByteView records);
  bool truncate(env::Env& env, const TopicPartition& partition, Offset to) override;
  bool truncate_fully_and_start_at(env::Env& env, const TopicPartition& partition,
                                   Offset start) override;

  ReplicaConfig config_;
  TopicDefaults defaults_;
  BrokerEpoch own_epoch_{-1};
  BrokerDirectory brokers_;
  storage::LogManager logs_;
  std::map<TopicPartition, HostedPartition> hosted_;
  ReplicaFetcherManager fetchers_;
  storage::OffsetCheckpoint checkpointed_;            // as last written
  ReplicationQuota leader_quota_, follower_quota_;
  bool leader_exceeded_ = false, follower_exceeded_ = false;  // as last told
  Effects effects_;
  bool started_with_metadata_ = false;
  bool shutting_down_ = false;
  bool log_dir_failed_ = false;
};

}  // namespace kscope::replication
