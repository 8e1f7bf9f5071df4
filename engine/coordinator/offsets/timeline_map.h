// TimelineMap: a map that is ahead of what is committed, and still knows what was.
//
// A coordinator applies a record as soon as it is in its log, before its followers have it: the
// next decision must build on it. But a reader must not be told of it before the high watermark has
// passed, or it could vanish again with this leader. So the map keeps, for every key with writes
// above the high watermark, what was there before each of them.
//
//   written:    orders-0 -> 7            put(offset 41, orders-0, 7)
//   committed:  orders-0 -> 5            until commit(42)
//
// Invariant: without uncommitted writes `undo_` and `order_` are empty and both readings agree.
//
// Called by: offset_metadata_manager. Kafka: TimelineHashMap and SnapshotRegistry (KIP-631's
// controller has them, too), which keep whole snapshots and can go back to them; nothing is taken
// back here, because a coordinator that loses its partition forgets everything.
// Read next: coordinator/coordinator_load.cc
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/ids.h"

namespace kscope::coordinator {

template <class Key, class Value>
class TimelineMap {
 public:
  /// As written.
  const Value* find(const Key& key) const {
    const auto it = written_.find(key);
    return it == written_.end() ? nullptr : &it->second;
  }
  /// As committed.
  const Value* find_committed(const Key& key) const {
    const auto it = undo_.find(key);
    if (it == undo_.end()) return find(key);
    const std::optional<Value>& before = it->second.front();
    return before ? &*before : nullptr;
  }
  bool has_uncommitted(const Key& key) const { return undo_.contains(key); }

  /// The record at offset `at` says so. REQUIRES rising offsets.
  void put(Offset at, const Key& key, Value value) {
    remember(at, key);
    written_.insert_or_assign(key, std::move(value));
  }
  void erase(Offset at, const Key& key) {
    remember(at, key);
    written_.erase(key);
  }
  /// Everything below `high_watermark` can be told to anybody now. `told(key, before, now)` hears
  /// of each write in its order; nullptr stands for nothing there.
  template <class Told>
  void commit(Offset high_watermark, Told&& told) {
    while (!order_.empty() && order_.front().first < high_watermark) {
      const Key key = std::move(order_.front().second);
      order_.pop_front();
      const auto it = undo_.find(key);
      const std::optional<Value> before = std::move(it->second.front());
      it->second.pop_front();
      if (it->second.empty()) undo_.erase(it);
      const Value* now = find_committed(key);
      told(key, before ? &*before : nullptr, now);
    }
  }

  /// All keys from `from` on for which `in_range` holds, as written.
  template <class InRange, class Visit>
  void each(const Key& from, InRange&& in_range, Visit&& visit) const {
    for (auto it = written_.lower_bound(from); it != written_.end() && in_range(it->first); ++it) {
      visit(it->first, it->second);
    }
  }
  /// The same as committed.
  template <class InRange, class Visit>
  void each_committed(const Key& from, InRange&& in_range, Visit&& visit) const {
    auto now = written_.lower_bound(from);
    auto then = undo_.lower_bound(from);
    while (true) {
      const bool have_now = now != written_.end() && in_range(now->first);
      const bool have_then = then != undo_.end() && in_range(then->first);
      if (!have_now && !have_then) return;
      if (have_then && (!have_now || !(now->first < then->first))) {
        if (have_now && now->first == then->first) ++now;
        const std::optional<Value>& before = then->second.front();
        if (before) visit(then->first, *before);
        ++then;
      } else {
        visit(now->first, now->second);
        ++now;
      }
    }
  }

  std::size_t size() const { return written_.size(); }
  const std::map<Key, Value>& written() const { return written_; }
  bool operator==(const TimelineMap&) const = default;

 private:
  void remember(Offset at, const Key& key) {
    const Value* now = find(key);
    undo_[key].push_back(now != nullptr ? std::optional<Value>(*now) : std::nullopt);
    order_.emplace_back(at, key);
  }

  std::map<Key, Value> written_;
  std::map<Key, std::deque<std::optional<Value>>> undo_;  // what was before each uncommitted write
  std::deque<std::pair<Offset, Key>> order_;              // Invariant: one entry for each in undo_
};

}  // namespace kscope::coordinator
