// EventQueue: the one list of what will happen next.
//
// The whole cluster advances by taking the earliest item, setting the clock to its instant and
// handing it to one node. Nothing else moves time. Items are plain data (no closures), so a copy of
// the queue is a copy of the future, and every item can be shown to a person before it happens.
//
// Invariants: items come out ordered by (instant, order of insertion), so that ties are broken the
// same way on every machine; an item is never queued before the present.
//
// Timers share the queue. A timer that is pushed back again and again (a request time-out, renewed
// with every answer) must not leave a dead item behind each time, so TimerTable keeps one queued
// item for a name and lets it re-queue itself when it comes up too early.
//
// Called by: sim/world. Real Kafka: threads, DelayQueues and the hierarchical timing wheel
// (org.apache.kafka.server.util.timer) do this job in as many ways.
// Read next: cluster/node.h
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/env/timers.h"

namespace kscope::cluster {

enum class ItemKind : std::uint8_t {
  Timer,    ///< `node`'s timer (timer, key)
  Arrival,  ///< frame `frame` reaches the end of `connection` that belongs to `node`
  Closed,   ///< `node` learns that `connection` is gone; `key` is the CloseReason
  Input,    ///< the recorded input number `key`
  PowerOn,  ///< `node` starts for the first time
};

struct Item {
  Instant at{};
  std::uint64_t order = 0;
  ItemKind kind{};
  env::TimerKind timer{};
  NodeId node;
  std::int32_t incarnation = 0;  ///< of `node` when queued; a newer process ignores the item
  std::int64_t key = 0;
  ConnectionId connection;
  FrameId frame;
};

class EventQueue {
 public:
  /// Gives the item its order number and returns it.
  std::uint64_t push(Item item);
  /// The earliest item; REQUIRES !empty().
  const Item& front() const { return heap_.front(); }
  Item pop();
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }

 private:
  std::vector<Item> heap_;  // Invariant: a min-heap by (at, order)
  std::uint64_t next_order_ = 1;
};

/// The timers of one node.
class TimerTable {
 public:
  void set(EventQueue& queue, NodeId node, std::int32_t incarnation, env::TimerKind kind,
           std::int64_t key, Instant at);
  void cancel(env::TimerKind kind, std::int64_t key);
  /// A timer item came up. True: it is due now and is forgotten. False: it was cancelled, replaced,
  /// or has moved on (and is queued again).
  bool take_due(EventQueue& queue, const Item& item);
  /// A timer item that was held back (its process was paused) is queued again for `at`.
  void requeue(EventQueue& queue, Item item, Instant at);
  void clear() { entries_.clear(); }
  std::optional<Instant> deadline(env::TimerKind kind, std::int64_t key) const;

 private:
  struct Entry {
    env::TimerKind kind{};
    bool armed = false;          ///< false: cancelled, but its item is still queued
    std::int64_t key = 0;
    Instant deadline{};
    Instant queued_at{};         // Invariant: queued_at <= deadline while armed
    std::uint64_t order = 0;     ///< of the queued item; any other item of this name is stale
  };
  Entry* find(env::TimerKind kind, std::int64_t key);
  std::vector<Entry> entries_;
};

}  // namespace kscope::cluster
