// Reads: fetches of consumers and followers, epoch ends, offsets by time.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/replication/partition.h"

namespace kscope::replication {

ErrorCode Partition::check_epoch(std::optional<LeaderEpoch> current_leader_epoch,
                                 bool leader_only) const {
  if (current_leader_epoch) {
    const LeaderEpoch own = leader_epoch_.value_or(LeaderEpoch(-1));
    if (own > *current_leader_epoch) return ErrorCode::FENCED_LEADER_EPOCH;
    if (own < *current_leader_epoch) return ErrorCode::UNKNOWN_LEADER_EPOCH;
  }
  if (leader_only && !is_leader()) return ErrorCode::NOT_LEADER_OR_FOLLOWER;
  return ErrorCode::NONE;
}

Offset Partition::end_for(FetchIsolation isolation, const storage::UnifiedLog& log) const {
  switch (isolation) {
    case FetchIsolation::LogEnd: return log.log_end();
    case FetchIsolation::HighWatermark: return high_watermark_;
    case FetchIsolation::TxnCommitted: return last_stable_offset(log);
  }
  return high_watermark_;
}

EpochEndResult Partition::end_offset_for_epoch(const storage::UnifiedLog& log,
                                               std::optional<LeaderEpoch> current_leader_epoch,
                                               LeaderEpoch epoch, bool leader_only) const {
  const ErrorCode error = check_epoch(current_leader_epoch, leader_only);
  if (error != ErrorCode::NONE) return {error, std::nullopt};
  return {ErrorCode::NONE, log.end_offset_for_epoch(epoch)};
}

namespace {

struct Divergence {
  ErrorCode error = ErrorCode::NONE;
  std::optional<storage::EpochEnd> at;
};

/// KIP-595: the fetcher names the epoch of its last record. If our history ends that epoch earlier,
/// or never had it, what the fetcher holds from there on is not ours.
Divergence find_divergence(const storage::UnifiedLog& log, LeaderEpoch fetched, Offset offset) {
  const auto end = log.end_offset_for_epoch(fetched);
  if (!end || offset < log.log_start()) return {ErrorCode::OFFSET_OUT_OF_RANGE, std::nullopt};
  if (end->epoch < fetched || end->end < offset) return {ErrorCode::NONE, end};
  return {};
}

/// The end of the last whole batch: up to there aborted transactions matter to the reader.
Offset end_of(const Bytes& records, Offset from) {
  const auto batches = record::split_batches(records);
  return batches.ok() && !batches->empty() ? Offset(batches->back().next_offset()) : from;
}

}  // namespace

// Kafka: ReplicaManager.findPreferredReadReplica, RackAwareReplicaSelector. A replica outside the
// ISR may be far behind, and its readers with it; the leader would send them there for ever.
std::optional<NodeId> Partition::preferred_read_replica(const Context& context,
                                                        const std::string& rack,
                                                        Offset offset) const {
  if (context.config.selector != ReplicaSelector::RackAware || rack.empty()) return std::nullopt;
  if (context.brokers.rack_of(self_) == rack) return std::nullopt;  // nothing is nearer than here
  const ReplicaState* best = nullptr;
  for (const ReplicaState& replica : followers_) {
    const bool holds = replica.log_end_or_unknown() >= offset &&
                       replica.log_start_or_unknown() <= offset;
    if (!holds || !isr_.contains(replica.broker())) continue;
    if (context.brokers.rack_of(replica.broker()) != rack) continue;
    if (best == nullptr || replica.fresher_than(*best)) best = &replica;
  }
  return best != nullptr ? std::optional(best->broker()) : std::nullopt;
}

Result<PartitionRead> Partition::fetch(Context& context, const storage::UnifiedLog& log,
                                       const FetchSource& source, const PartitionFetch& fetch,
                                       bool update_follower) {
  PartitionRead read;
  read.error = check_epoch(fetch.current_leader_epoch, source.leader_only);
  if (read.error != ErrorCode::NONE) return read;
  ReplicaState* replica = nullptr;
  if (source.follower) {
    replica = follower(*source.follower);
    if (replica == nullptr) {
      // The epochs agree, so one of us has not heard yet of a new assignment: ask again.
      read.error = fetch.current_leader_epoch ? ErrorCode::UNKNOWN_LEADER_EPOCH
                                              : ErrorCode::NOT_LEADER_OR_FOLLOWER;
      return read;
    }
  }
  if (fetch.last_fetched_epoch) {
    const Divergence found = find_divergence(log, *fetch.last_fetched_epoch, fetch.offset);
    read.error = found.error;
    read.diverging = found.at;
    if (read.error != ErrorCode::NONE) return read;
  }
  read.high_watermark = high_watermark_;
  read.last_stable = last_stable_offset(log);
  read.log_start = log.log_start();
  read.log_end = log.log_end();
  if (read.diverging) return read;
  if (is_leader() && !source.follower && !source.leader_only) {
    read.preferred_read_replica = preferred_read_replica(context, source.rack, fetch.offset);
    if (read.preferred_read_replica) return read;
  }

  if (fetch.offset < log.log_start() || fetch.offset > log.log_end()) {
    return PartitionRead{.error = ErrorCode::OFFSET_OUT_OF_RANGE};
  }
  const storage::ReadLimits limits{fetch.max_bytes, fetch.at_least_one_batch,
                                   end_for(source.isolation, log)};
  if (fetch.offset < limits.end) {  // mostly it is not: followers ask at the end all the time
    KTRY_ASSIGN(auto bytes, log.read(context.env, fetch.offset, limits));
    read.records = std::move(bytes.records);
    if (source.isolation == FetchIsolation::TxnCommitted) {
      read.aborted = log.aborted_in(fetch.offset, end_of(read.records, fetch.offset));
    }
  }
  if (replica != nullptr && update_follower) {
    const FollowerFetch seen{fetch.offset, fetch.follower_log_start, read.log_end,
                             context.env.now(), source.follower_epoch};
    read.error = update_follower_progress(context, log, *replica, seen);
    if (read.error != ErrorCode::NONE) {
      return PartitionRead{.error = read.error};
    }
  }
  return read;
}

Result<ListedOffset> Partition::list_offset(env::Env& env, const storage::UnifiedLog& log,
                                            const OffsetQuery& query) const {
  ListedOffset listed;
  listed.error = check_epoch(query.current_leader_epoch, query.leader_only);
  if (listed.error != ErrorCode::NONE) return listed;

  if (query.timestamp_ms == kEarliestTimestamp || query.timestamp_ms == kEarliestLocalTimestamp) {
    const bool local = query.timestamp_ms == kEarliestLocalTimestamp;
    listed.offset = local ? log.local_log_start() : log.log_start();
    listed.epoch = log.epochs().epoch_of(*listed.offset);
    return listed;
  }
  if (query.timestamp_ms == kLatestTieredTimestamp) {
    if (log.remote().empty()) return listed;
    listed.offset = log.remote().end() - 1;
    listed.epoch = log.epochs().epoch_of(*listed.offset);
    return listed;
  }
  // KIP-207: a new leader may know of a lower HW than its predecessor told. Until it has committed
  // something of its own epoch, an answer could move back, so there is none.
  const bool from_client = query.isolation != FetchIsolation::LogEnd;
  const bool behind = from_client && leader_epoch_start_ && *leader_epoch_start_ > high_watermark_;
  const Offset end = end_for(query.isolation, log);
  if (query.timestamp_ms == kLatestTimestamp) {
    if (behind) {
      listed.error = ErrorCode::OFFSET_NOT_AVAILABLE;
    } else {
      listed.offset = end;
      listed.epoch = leader_epoch_;
    }
    return listed;
  }
  KTRY_ASSIGN(const auto found, query.timestamp_ms == kMaxTimestamp
                                    ? log.max_timestamp(env)
                                    : log.offset_for_timestamp(env, query.timestamp_ms));
  if (found && found->offset < end) {
    listed.timestamp_ms = found->timestamp_ms;
    listed.offset = found->offset;
    listed.epoch = found->epoch;
  } else if (behind) {
    listed.error = ErrorCode::OFFSET_NOT_AVAILABLE;
  }
  return listed;
}

}  // namespace kscope::replication
