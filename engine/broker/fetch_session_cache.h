// FetchSessionCache: what a broker remembers of those who fetch from it (KIP-227).
//
// A session holds, for each of its partitions, where the fetcher asks and what it was told last, so
// that the request need not repeat the one and the answer can leave out the other: a partition is
// only in an incremental answer if it has records, an error, a divergence, another replica to read
// from, or a high watermark or log start that the fetcher does not know yet.
//
// Each session costs memory, so there are max.incremental.fetch.session.cache.slots of them, and
// who asks for one when all are taken may take another's:
//
//   one that was not used for two minutes                     anybody may take
//   a consumer's                                              a follower may take
//   one older than two minutes that holds fewer partitions    anybody of its kind or above may take
//
// Nobody depends on having one: without, every request and every answer is complete.
//
// Invariants: at most `slots` sessions; the epoch of a session is that of the next request it
// accepts. A request that comes twice, or out of order, has another epoch and is refused.
//
// Called by: kafka_apis (Fetch). Kafka: FetchSessionCache, FetchSessionCacheShard, FetchSession,
// CachedPartition, FetchManager. One shard instead of eight, which exist against lock contention.
// Read next: protocol/fetch_session_handler.h, the other side; broker/kafka_apis_fetch.cc
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/broker/delayed_operations.h"
#include "engine/protocol/messages/fetch.h"

namespace kscope::broker {

/// One partition of a session: the question, and what its asker knows.
struct CachedPartition {
  FetchPartitionStatus status;
  std::int64_t high_watermark = -1;  ///< as told last; -1: tell it again
  std::int64_t log_start = -1;

  /// Must this be in the answer? Notes what the fetcher is told with it.
  bool take_news(const protocol::FetchResponse::PartitionData& data);
};

class FetchSession {
 public:
  /// By topic id or by name, never both.
  struct Key {
    Uuid topic_id;
    std::string topic;
    std::int32_t partition = 0;
    auto operator<=>(const Key&) const = default;
  };
  /// In which order partitions are served: who got records goes to the end, so that a response that
  /// is full before all had their turn is not unfair for ever.
  using Turns = std::map<std::uint64_t, CachedPartition>;

  std::int32_t id = 0;
  NodeId fetcher;
  bool privileged = false;
  bool uses_topic_ids = false;
  Instant created{};
  Instant last_used{};
  std::int32_t epoch = 1;

  Key key_of(const FetchPartitionStatus& status) const;
  CachedPartition* find(const Key& key);
  /// Adds it or takes over where it is asked now. True: it is new.
  bool put(FetchPartitionStatus status);
  bool forget(const Key& key);
  void move_to_end(const Key& key);
  std::size_t size() const { return turns_.size(); }
  const Turns& in_order() const { return turns_; }

 private:
  std::map<Key, std::uint64_t> turn_of_;  // Invariant: the inverse of turns_
  Turns turns_;
  std::uint64_t next_turn_ = 0;
};

class FetchSessionCache {
 public:
  FetchSessionCache() = default;
  explicit FetchSessionCache(std::int32_t slots) : slots_(slots) {}

  /// Nothing if all slots are taken by sessions that have a better claim.
  FetchSession* maybe_create(env::Env& env, NodeId fetcher, bool privileged, std::size_t size,
                             bool uses_topic_ids);
  FetchSession* find(std::int32_t id);
  void remove(env::Env& env, std::int32_t id, event::SessionEnd reason);
  std::size_t size() const { return sessions_.size(); }
  const std::map<std::int32_t, FetchSession>& sessions() const { return sessions_; }

 private:
  bool try_evict(env::Env& env, bool privileged, std::size_t size);
  const FetchSession* least_valuable(bool for_privileged, Instant now) const;
  std::int32_t new_id(env::Random& random) const;

  std::int32_t slots_ = 1000;
  std::map<std::int32_t, FetchSession> sessions_;
};

}  // namespace kscope::broker
