#include "engine/broker/fetch_session_cache.h"

#include <limits>
#include <tuple>

namespace kscope::broker {
namespace {

/// FetchSession.MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS
constexpr Duration kEvictionAge = seconds(120);

/// What a session is worth: the smallest goes first. Kafka: EvictableKey.
auto worth(const FetchSession& session) {
  return std::tuple(session.privileged, session.size(), session.id);
}

}  // namespace

bool CachedPartition::take_news(const protocol::FetchResponse::PartitionData& data) {
  bool news = !data.records.empty() || data.preferred_read_replica >= 0 ||
              data.diverging_epoch.epoch >= 0;
  if (high_watermark != data.high_watermark || log_start != data.log_start_offset) news = true;
  high_watermark = data.high_watermark;
  log_start = data.log_start_offset;
  if (data.error_code != ErrorCode::NONE) news = true;
  // Once the error is gone, the fetcher must hear so; and one that has to truncate first has no use
  // for the high watermark yet. (Kafka counts it as told then, until it moves.)
  if (data.error_code != ErrorCode::NONE || data.diverging_epoch.epoch >= 0) high_watermark = -1;
  return news;
}

// ---- one session ------------------------------------------------------------------------------

FetchSession::Key FetchSession::key_of(const FetchPartitionStatus& status) const {
  if (uses_topic_ids) return {status.topic_id, {}, status.partition.partition};
  return {{}, status.partition.topic, status.partition.partition};
}

CachedPartition* FetchSession::find(const Key& key) {
  const auto turn = turn_of_.find(key);
  return turn == turn_of_.end() ? nullptr : &turns_.at(turn->second);
}

bool FetchSession::put(FetchPartitionStatus status) {
  const Key key = key_of(status);
  if (CachedPartition* known = find(key)) {
    // A fetcher that has heard of another epoch throws away what it is told under the old one, and
    // with it perhaps a high watermark. (Kafka leaves it without until the next record.)
    const bool same_epoch =
        known->status.fetch.current_leader_epoch == status.fetch.current_leader_epoch;
    if (!same_epoch) known->high_watermark = -1;
    known->status = std::move(status);
    return false;
  }
  turn_of_.emplace(key, next_turn_);
  turns_[next_turn_++].status = std::move(status);
  return true;
}

bool FetchSession::forget(const Key& key) {
  const auto turn = turn_of_.find(key);
  if (turn == turn_of_.end()) return false;
  turns_.erase(turn->second);
  turn_of_.erase(turn);
  return true;
}

void FetchSession::move_to_end(const Key& key) {
  std::uint64_t& turn = turn_of_.at(key);
  auto node = turns_.extract(turn);
  turn = next_turn_++;
  node.key() = turn;
  turns_.insert(std::move(node));
}

// ---- all of them ------------------------------------------------------------------------------

FetchSession* FetchSessionCache::find(std::int32_t id) {
  const auto it = sessions_.find(id);
  return it == sessions_.end() ? nullptr : &it->second;
}

FetchSession* FetchSessionCache::maybe_create(env::Env& env, NodeId fetcher, bool privileged,
                                              std::size_t size, bool uses_topic_ids) {
  const bool room = static_cast<std::int64_t>(sessions_.size()) < slots_;
  if (!room && !try_evict(env, privileged, size)) return nullptr;
  FetchSession session;
  session.id = new_id(env.random[env::Purpose::Identity]);
  session.fetcher = fetcher;
  session.privileged = privileged;
  session.uses_topic_ids = uses_topic_ids;
  session.created = session.last_used = env.now();
  env.events.emit(env.node,
                  event::FetchSessionOpened{session.id, fetcher, static_cast<std::int32_t>(size),
                                            privileged});
  return &sessions_.emplace(session.id, std::move(session)).first->second;
}

/// Random, so that a client that missed a restart of this broker does not find another's session
/// under the number that it knows.
std::int32_t FetchSessionCache::new_id(env::Random& random) const {
  for (;;) {
    const auto id = static_cast<std::int32_t>(
        1 + random.below(std::numeric_limits<std::int32_t>::max() - 1));
    if (!sessions_.contains(id)) return id;
  }
}

bool FetchSessionCache::try_evict(env::Env& env, bool privileged, std::size_t size) {
  const FetchSession* oldest = nullptr;
  for (const auto& [id, session] : sessions_) {
    if (oldest == nullptr || session.last_used < oldest->last_used) oldest = &session;
  }
  if (oldest == nullptr) return false;  // there are no slots at all
  if (env.now() - oldest->last_used > kEvictionAge) {
    remove(env, oldest->id, event::SessionEnd::Evicted);
    return true;
  }
  const FetchSession* victim = least_valuable(privileged, env.now());
  if (victim == nullptr || std::tuple(privileged, size, 0) < worth(*victim)) return false;
  remove(env, victim->id, event::SessionEnd::Evicted);
  return true;
}

const FetchSession* FetchSessionCache::least_valuable(bool for_privileged, Instant now) const {
  const FetchSession* least = nullptr;
  for (const auto& [id, session] : sessions_) {
    const bool settled = now - session.created > kEvictionAge;
    const bool in_reach = settled || (for_privileged && !session.privileged);
    if (in_reach && (least == nullptr || worth(session) < worth(*least))) least = &session;
  }
  return least;
}

void FetchSessionCache::remove(env::Env& env, std::int32_t id, event::SessionEnd reason) {
  if (sessions_.erase(id) == 0) return;
  env.events.emit(env.node, event::FetchSessionClosed{id, reason});
}

}  // namespace kscope::broker
