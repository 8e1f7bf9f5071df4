#include "engine/cluster/event_queue.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::cluster {
namespace {

bool later(const Item& a, const Item& b) {
  return a.at != b.at ? a.at > b.at : a.order > b.order;
}

}  // namespace

std::uint64_t EventQueue::push(Item item) {
  item.order = next_order_++;
  heap_.push_back(item);
  std::push_heap(heap_.begin(), heap_.end(), later);
  return item.order;
}

Item EventQueue::pop() {
  KCHECK(!heap_.empty());
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Item item = heap_.back();
  heap_.pop_back();
  return item;
}

TimerTable::Entry* TimerTable::find(env::TimerKind kind, std::int64_t key) {
  for (Entry& entry : entries_) {
    if (entry.kind == kind && entry.key == key) return &entry;
  }
  return nullptr;
}

void TimerTable::set(EventQueue& queue, NodeId node, std::int32_t incarnation,
                     env::TimerKind kind, std::int64_t key, Instant at) {
  Entry* entry = find(kind, key);
  if (entry != nullptr && entry->queued_at <= at) {
    // The queued item comes up first and will find the later deadline: nothing to queue.
    entry->deadline = at;
    entry->armed = true;
    return;
  }
  if (entry == nullptr) {
    entries_.push_back({});
    entry = &entries_.back();
  }
  Item item;
  item.at = at;
  item.kind = ItemKind::Timer;
  item.timer = kind;
  item.node = node;
  item.incarnation = incarnation;
  item.key = key;
  *entry = {kind, true, key, at, at, queue.push(item)};
}

void TimerTable::cancel(env::TimerKind kind, std::int64_t key) {
  if (Entry* entry = find(kind, key)) entry->armed = false;
}

bool TimerTable::take_due(EventQueue& queue, const Item& item) {
  Entry* entry = find(item.timer, item.key);
  if (entry == nullptr || entry->order != item.order) return false;
  if (entry->armed && entry->deadline > item.at) {
    Item again = item;
    again.at = entry->deadline;
    entry->queued_at = entry->deadline;
    entry->order = queue.push(again);
    return false;
  }
  const bool due = entry->armed;
  *entry = entries_.back();
  entries_.pop_back();
  return due;
}

void TimerTable::requeue(EventQueue& queue, Item item, Instant at) {
  Entry* entry = find(item.timer, item.key);
  if (entry == nullptr || entry->order != item.order) return;  // replaced meanwhile
  item.at = at;
  entry->deadline = std::max(entry->deadline, at);
  entry->queued_at = at;
  entry->order = queue.push(item);
}

std::optional<Instant> TimerTable::deadline(env::TimerKind kind, std::int64_t key) const {
  for (const Entry& entry : entries_) {
    if (entry.kind == kind && entry.key == key && entry.armed) return entry.deadline;
  }
  return std::nullopt;
}

}  // namespace kscope::cluster
