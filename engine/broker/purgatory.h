// DelayedOperationPurgatory: where requests wait for something to happen, or for their time to be
// up.
//
// Each operation is watched under the partitions it depends on. When one of those moves, the
// operations under it are tried, oldest first; what completes leaves. What does not complete within
// its timeout is taken out by its timer and answered as it stands.
//
// Invariants: an operation is completed once, by progress or by time; every id in watchers_ is an
// entry of entries_, under exactly its keys; each entry has a timer DelayedOperation[id].
//
// Called by: broker_server (progress, timers), kafka_apis (parking). Kafka:
// DelayedOperationPurgatory; its timing wheel and watcher reaper exist for millions of entries and
// threads, not for the idea.
// Read next: broker/kafka_apis.h
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/env/env.h"

namespace kscope::broker {

template <class Operation>
class DelayedOperationPurgatory {
 public:
  DelayedOperationPurgatory() = default;
  explicit DelayedOperationPurgatory(event::PurgatoryKind kind) : kind_(kind) {}

  /// Ids of two purgatories never meet, so that a timer's key says whose it is.
  static event::PurgatoryKind kind_of(std::int64_t id) {
    return static_cast<event::PurgatoryKind>(id % kMostKinds);
  }

  /// Parks an operation. The caller has already tried it once.
  std::int64_t watch(env::Env& env, Operation operation, std::vector<PartitionRef> keys,
                     Duration timeout) {
    const std::int64_t id = kMostKinds * ++last_ + static_cast<std::int64_t>(kind_);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (PartitionRef key : keys) watchers_[key].push_back(id);
    const FrameId frame = request_of(operation);
    entries_.emplace(id, Entry{std::move(operation), std::move(keys)});
    env.timers.set(env::TimerKind::DelayedOperation, id, env.now() + timeout);
    env.events.emit(env.node, event::PurgatoryEntered{kind_, id, timeout, frame});
    return id;
  }

  /// Something about `key` moved: tries what waits for it. `try_complete(operation)` answers the
  /// request and returns true, or returns false and leaves it waiting.
  template <class TryComplete>
  void check_and_complete(env::Env& env, PartitionRef key, TryComplete&& try_complete) {
    const auto watched = watchers_.find(key);
    if (watched == watchers_.end()) return;
    const std::vector<std::int64_t> ids = watched->second;  // completing changes the list
    for (std::int64_t id : ids) {
      const auto it = entries_.find(id);
      if (it == entries_.end() || !try_complete(it->second.operation)) continue;
      env.timers.cancel(env::TimerKind::DelayedOperation, id);
      env.events.emit(env.node, event::PurgatoryLeft{kind_, id, false});
      take(id);
    }
  }

  /// The timer of `id` fired: hands the operation out. Nothing if it was completed before.
  std::optional<Operation> expire(env::Env& env, std::int64_t id) {
    if (!entries_.contains(id)) return std::nullopt;
    env.events.emit(env.node, event::PurgatoryLeft{kind_, id, true});
    return take(id);
  }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Operation operation;
    std::vector<PartitionRef> keys;
  };

  /// Tests park plain numbers.
  static FrameId request_of(const Operation& operation) {
    if constexpr (requires { operation.context.frame; }) return operation.context.frame;
    else return FrameId();
  }

  Operation take(std::int64_t id) {
    const auto it = entries_.find(id);
    KCHECK(it != entries_.end());
    for (PartitionRef key : it->second.keys) {
      const auto watched = watchers_.find(key);
      std::erase(watched->second, id);
      if (watched->second.empty()) watchers_.erase(watched);
    }
    Operation operation = std::move(it->second.operation);
    entries_.erase(it);
    return operation;
  }

  static constexpr std::int64_t kMostKinds = 8;

  event::PurgatoryKind kind_{};
  std::int64_t last_ = 0;
  std::map<std::int64_t, Entry> entries_;
  std::map<PartitionRef, std::vector<std::int64_t>> watchers_;
};

}  // namespace kscope::broker
