#include "engine/coordinator/coordinator_shard.h"

#include "engine/coordinator/coordinator_errors.h"
#include "engine/coordinator/group_record_batch.h"

namespace kscope::coordinator {
namespace {

constexpr Duration kTimerRetryBackoff = millis(500);

}  // namespace

const char* to_string(ShardState state) {
  switch (state) {
    case ShardState::Loading:
      return "Loading";
    case ShardState::Active:
      return "Active";
    case ShardState::Failed:
      return "Failed";
    case ShardState::Closed:
      return "Closed";
  }
  return "unknown";
}

ErrorCode CoordinatorShard::available() const {
  switch (state_) {
    case ShardState::Active:
      return ErrorCode::NONE;
    case ShardState::Loading:
      return ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
    case ShardState::Failed:
    case ShardState::Closed:
      break;
  }
  return ErrorCode::NOT_COORDINATOR;
}

Offset CoordinatorShard::high_watermark(const Surroundings& s) const {
  const replication::HostedPartition* hosted = s.replicas.find(partition_);
  return hosted == nullptr ? committed_ : hosted->partition.high_watermark();
}

// ---- operations ---------------------------------------------------------------------------------

ErrorCode CoordinatorShard::carry_out(Surroundings& s, Decision decision, bool atomic) {
  for (Answer& answer : decision.at_once) out_.push_back(std::move(answer));
  Waiting operation{written_, s.env.now() + config_.offset_commit_timeout,
                    std::move(decision.answers), std::move(decision.afterwards)};
  if (!decision.records.empty()) {
    const ErrorCode error = append(s, decision.records, atomic);
    if (error != ErrorCode::NONE) {
      settle(s, std::move(operation), error);
      return error;
    }
    operation.required = written_;
  }
  // The high watermark may have moved with the append already, but who waits is told in order.
  if (operation.required <= committed_) {
    settle(s, std::move(operation), ErrorCode::NONE);
  } else {
    waiting_.push_back(std::move(operation));
  }
  return ErrorCode::NONE;
}

/// Its records are committed, or will not be (as far as its client is concerned).
void CoordinatorShard::settle(Surroundings& s, Waiting operation, ErrorCode error) {
  for (Answer& answer : operation.answers) {
    if (error != ErrorCode::NONE) answer.response = as_error(answer.response, error);
    out_.push_back(std::move(answer));
  }
  if (operation.afterwards.kind == Afterwards::Kind::AnswerOnly) return;
  GroupContext around = context(s);
  carry_out(s, groups_.afterwards(around, operation.afterwards, error), /*atomic=*/true);
}

ErrorCode CoordinatorShard::append(Surroundings& s, const std::vector<GroupRecord>& records,
                                   bool atomic) {
  const storage::UnifiedLog* log = s.replicas.logs().find(partition_);
  if (log == nullptr) return ErrorCode::NOT_LEADER_OR_FOLLOWER;
  const auto limit = static_cast<std::size_t>(log->config().max_message_bytes);
  std::span<const GroupRecord> rest(records);
  while (!rest.empty()) {
    const std::size_t count = atomic ? rest.size() : records_that_fit(rest, limit);
    const ErrorCode error = append_batch(s, rest.first(count));
    if (error != ErrorCode::NONE) return error;
    rest = rest.subspan(count);
  }
  return ErrorCode::NONE;
}

ErrorCode CoordinatorShard::append_batch(Surroundings& s, std::span<const GroupRecord> records) {
  constexpr std::int16_t kAcksAll = -1;
  const Bytes batch =
      group_record_batch(records, config_.offsets_topic_codec, s.env.clock.wall_ms());
  const auto appended = s.replicas.append(s.env, partition_, batch, kAcksAll);
  if (appended.error != ErrorCode::NONE) return appended.error;
  Offset at = appended.info.first;
  for (const GroupRecord& record : records) {
    s.env.events.emit(s.env.node, written_event(s.env, ref_, at, record));
    apply(s, at, record);
    at = at + 1;
  }
  written_ = appended.info.last + 1;
  return ErrorCode::NONE;
}

void CoordinatorShard::apply(Surroundings& s, Offset at, const GroupRecord& record) {
  GroupContext around = context(s);
  const auto* offset_key = std::get_if<protocol::OffsetCommitKey>(&record.key);
  if (offset_key == nullptr) return groups_.replay(around, record.key, record.value);
  const auto* value =
      record.value ? &std::get<protocol::OffsetCommitValue>(*record.value) : nullptr;
  if (value != nullptr) groups_.ensure_group(around, offset_key->group);
  offsets_.replay(at, *offset_key, value);
}

void CoordinatorShard::on_progress(Surroundings& s) {
  if (state_ != ShardState::Active) return;
  committed_ = std::max(committed_, high_watermark(s));
  GroupContext around = context(s);
  offsets_.commit_up_to(around, committed_, /*loading=*/false);
  while (!waiting_.empty() && waiting_.front().required <= committed_) {
    Waiting operation = std::move(waiting_.front());
    waiting_.pop_front();
    settle(s, std::move(operation), ErrorCode::NONE);
  }
  arm(s.env);
}

void CoordinatorShard::on_timer(Surroundings& s) {
  armed_.reset();
  if (state_ != ShardState::Active) return;
  while (!waiting_.empty() && waiting_.front().deadline <= s.env.now()) {
    Waiting operation = std::move(waiting_.front());
    waiting_.pop_front();
    settle(s, std::move(operation), ErrorCode::REQUEST_TIMED_OUT);
  }
  while (const auto due = timers_.take_due(s.env.now())) {
    GroupContext around = context(s);
    const ErrorCode error = carry_out(s, groups_.on_timer(around, *due), /*atomic=*/true);
    // The log did not take it (too few replicas, a full disk). A group of KIP-848 is as it was, and
    // who is dead stays in it until the log does. A classic group has changed already: nothing is
    // left to do. Kafka: CoordinatorRuntime.EventBasedCoordinatorTimer, `retry`.
    const bool retry = error != ErrorCode::NONE && groups_.consumer_group(due->group) != nullptr;
    if (retry) timers_.set(*due, s.env.now() + kTimerRetryBackoff);
  }
  arm(s.env);
}

void CoordinatorShard::on_expiration(Surroundings& s) {
  if (state_ != ShardState::Active) return;
  GroupContext around = context(s);
  Decision decision;
  for (const std::string& group : groups_.group_ids()) {
    if (!offsets_.cleanup_expired(around, groups_, group, &decision.records)) continue;
    Decision end = groups_.maybe_delete(group);
    std::move(end.records.begin(), end.records.end(), std::back_inserter(decision.records));
  }
  carry_out(s, std::move(decision), /*atomic=*/false);
  s.env.timers.set(env::TimerKind::GroupExpiration, partition_.partition,
                   s.env.now() + config_.offsets_retention_check);
  arm(s.env);
}

void CoordinatorShard::on_topic_deleted(Surroundings& s, const std::string& topic) {
  if (state_ != ShardState::Active) return;
  Decision decision;
  decision.records = offsets_.on_topic_deleted(topic);
  carry_out(s, std::move(decision), /*atomic=*/false);
  arm(s.env);
}

// ---- the one timer of the shard -------------------------------------------------------------

void CoordinatorShard::arm(env::Env& env) {
  std::optional<Instant> next = timers_.next();
  if (!waiting_.empty()) next = std::min(next.value_or(Instant::max()), waiting_.front().deadline);
  if (next == armed_) return;
  armed_ = next;
  if (next) {
    env.timers.set(env::TimerKind::GroupCoordinator, partition_.partition, *next);
  } else {
    env.timers.cancel(env::TimerKind::GroupCoordinator, partition_.partition);
  }
}

void CoordinatorShard::disarm(env::Env& env) {
  armed_.reset();
  env.timers.cancel(env::TimerKind::GroupCoordinator, partition_.partition);
  env.timers.cancel(env::TimerKind::GroupExpiration, partition_.partition);
}

}  // namespace kscope::coordinator
