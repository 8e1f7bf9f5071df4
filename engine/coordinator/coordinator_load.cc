// Loading and unloading of a shard: how a broker becomes, and ceases to be, a coordinator.
// See coordinator/coordinator_shard.h. Kafka: CoordinatorLoaderImpl.doLoad.
#include "engine/base/check.h"
#include "engine/coordinator/coordinator_errors.h"
#include "engine/coordinator/coordinator_shard.h"
#include "engine/record/record_batch.h"

namespace kscope::coordinator {
namespace {

/// What decoding a record and applying it takes: some 500 000 a second. A model, as the service
/// times of request handlers are (broker/service_times.h).
constexpr Duration kPerRecord = micros(2);
constexpr Duration kPerSlice = micros(50);

}  // namespace

void CoordinatorShard::begin_load(Surroundings& s, LeaderEpoch epoch) {
  KCHECK(state_ == ShardState::Closed || state_ == ShardState::Failed);
  const storage::UnifiedLog* log = s.replicas.logs().find(partition_);
  const replication::HostedPartition* hosted = s.replicas.find(partition_);
  if (hosted != nullptr && hosted->partition.topic_id() != topic_id_) {
    topic_id_ = hosted->partition.topic_id();
    loaded_epoch_ = LeaderEpoch(-1);
  }
  epoch_ = epoch;
  groups_ = {};
  offsets_ = {};
  timers_ = {};
  records_loaded_ = 0;
  written_ = committed_ = log != nullptr ? log->log_start() : Offset(0);
  state_ = log != nullptr ? ShardState::Loading : ShardState::Failed;
  if (state_ == ShardState::Loading) {
    s.env.events.emit(s.env.node, event::CoordinatorLoadStarted{ref_});
  }
}

Duration CoordinatorShard::load_slice(Surroundings& s) {
  if (state_ != ShardState::Loading) return {};
  const storage::UnifiedLog* log = s.replicas.logs().find(partition_);
  if (log != nullptr && written_ >= log->log_end()) {
    finish_load(s);
    return {};
  }
  const Duration disk_before = s.env.disk.pending_cost();
  replication::FetchSource source;
  source.isolation = replication::FetchIsolation::LogEnd;
  replication::PartitionFetch fetch{.offset = written_};
  fetch.max_bytes = config_.offsets_load_buffer_size;
  const auto read = s.replicas.read(s.env, source, partition_, fetch, false);
  const std::int64_t records_before = records_loaded_;
  const bool good = read.error == ErrorCode::NONE && replay_slice(s, read.records).ok();
  if (!good) {
    state_ = ShardState::Failed;
    return {};
  }
  GroupContext around = context(s);
  committed_ = high_watermark(s);
  offsets_.commit_up_to(around, committed_, /*loading=*/true);
  if (read.records.empty()) finish_load(s);  // compacted up to its end
  const Duration disk = s.env.disk.pending_cost() - disk_before;
  return kPerSlice + kPerRecord * (records_loaded_ - records_before) +
         (disk > Duration{0} ? disk + s.env.disk.backlog() : disk);
}

Result<void> CoordinatorShard::replay_slice(Surroundings& s, const Bytes& slice) {
  KTRY_ASSIGN(const auto batches, record::split_batches(slice));
  std::size_t at = 0;
  for (const record::BatchHeader& header : batches) {
    const ByteView batch = ByteView(slice).subspan(at, header.size_in_bytes());
    at += header.size_in_bytes();
    written_ = Offset(header.next_offset());
    if (header.is_control()) continue;
    KTRY_ASSIGN(const auto records, record::read_records(batch));
    for (const record::Record& record : records) {
      ++records_loaded_;
      if (!record.key) continue;
      const auto key = protocol::decode_group_key(*record.key);
      if (!key.ok() && key.error().kind == ErrorKind::Unsupported) continue;  // of a newer broker
      KTRY(key.ok() ? Result<void>() : key.error());
      GroupRecord decoded{key->message, std::nullopt};
      if (record.value) {
        KTRY_ASSIGN(auto value, protocol::decode_group_value(decoded.key.index(), *record.value));
        decoded.value = std::move(value.message);
      }
      apply(s, Offset(record.offset), decoded);
    }
  }
  return {};
}

void CoordinatorShard::finish_load(Surroundings& s) {
  state_ = ShardState::Active;
  loaded_epoch_ = epoch_;
  GroupContext around = context(s);
  s.env.events.emit(
      s.env.node,
      event::CoordinatorLoaded{ref_, epoch_, static_cast<std::int32_t>(groups_.group_ids().size()),
                               static_cast<std::int32_t>(offsets_.size()), records_loaded_});
  Decision decision = groups_.on_loaded(around);
  offsets_.tell_all(around);
  carry_out(s, std::move(decision), /*atomic=*/true);
  s.env.timers.set(env::TimerKind::GroupExpiration, partition_.partition,
                   s.env.now() + config_.offsets_retention_check);
  on_progress(s);
}

void CoordinatorShard::unload(Surroundings& s) {
  if (state_ == ShardState::Closed) return;
  const bool served = state_ == ShardState::Active;
  state_ = ShardState::Closed;
  for (Waiting& operation : std::exchange(waiting_, {})) {
    for (Answer& answer : operation.answers) {
      out_.push_back({answer.ticket, as_error(answer.response, ErrorCode::NOT_COORDINATOR)});
    }
  }
  GroupContext around = context(s);
  for (Answer& answer : groups_.on_unloaded(around)) out_.push_back(std::move(answer));
  timers_ = {};
  disarm(s.env);
  if (served) s.env.events.emit(s.env.node, event::CoordinatorUnloaded{ref_});
}

}  // namespace kscope::coordinator
