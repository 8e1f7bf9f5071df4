#include "engine/client/record_accumulator.h"

#include <algorithm>

namespace kscope::client {

std::int32_t RecordAccumulator::reservation_for(const record::Record& record, Instant now) const {
  const ProducerBatch probe({}, {}, 0, now, 0);
  return std::max(config_.batch_size,
                  static_cast<std::int32_t>(record::kBatchOverhead) + probe.size_of(record));
}

RecordAccumulator::Append RecordAccumulator::append(env::Env& env, const TopicPartition& partition,
                                                    record::Record& record,
                                                    std::int64_t record_number) {
  std::deque<ProducerBatch>& queue = queues_[partition];
  if (queue.empty() || !queue.back().has_room_for(record)) {
    const std::int32_t bytes = reservation_for(record, env.now());
    if (buffer_used_ + bytes > config_.buffer_memory) return Append::OutOfMemory;
    // The batch before it will not fill any further; close it so that it need not linger.
    if (!queue.empty()) queue.back().close(config_.compression);
    buffer_used_ += bytes;
    queue.emplace_back(partition, env.names.intern(partition), next_batch_++, env.now(), bytes);
  }
  ProducerBatch& batch = queue.back();
  const std::int32_t size = batch.size_of(record);
  batch.append(std::move(record));
  env.events.emit(env.node, event::RecordQueued{batch.ref(), record_number, size});
  return Append::Appended;
}

bool RecordAccumulator::all_batches_full(const TopicPartition& partition) const {
  const auto it = queues_.find(partition);
  return it == queues_.end() || it->second.empty() || it->second.back().is_full();
}

Instant RecordAccumulator::sendable_at(const std::deque<ProducerBatch>& queue,
                                       const LeaderAndEpoch& leader, Instant now,
                                       bool exhausted) const {
  const ProducerBatch& first = queue.front();
  if (first.backing_off(now, leader.epoch)) return first.retry_at();
  if (first.attempts() > 0 || queue.size() > 1 || first.is_full() || exhausted || closed_) {
    return now;
  }
  return first.created_at() + config_.linger;
}

ReadyCheck RecordAccumulator::ready(const Metadata& metadata, Instant now, bool exhausted) const {
  ReadyCheck check;
  for (const auto& [partition, queue] : queues_) {
    if (queue.empty()) continue;
    const LeaderAndEpoch leader = metadata.current_leader(partition);
    if (!leader.leader) {
      check.unknown_leader.insert(partition.topic);
      continue;
    }
    if (muted_.count(partition) > 0) continue;
    const Instant at = sendable_at(queue, leader, now, exhausted);
    if (at <= now) {
      check.nodes.insert(*leader.leader);
    } else if (!check.next_check || at < *check.next_check) {
      check.next_check = at;
    }
  }
  return check;
}

std::vector<ProducerBatch> RecordAccumulator::drain(const Metadata& metadata, NodeId node,
                                                    Instant now) {
  std::vector<ProducerBatch> drained;
  std::int64_t size = 0;
  auto it = queues_.begin();
  if (const auto last = drain_after_.find(node); last != drain_after_.end()) {
    it = queues_.upper_bound(last->second);
  }
  for (std::size_t i = 0; i < queues_.size(); ++i, ++it) {
    if (it == queues_.end()) it = queues_.begin();
    auto& [partition, queue] = *it;
    if (queue.empty() || muted_.count(partition) > 0) continue;
    const LeaderAndEpoch leader = metadata.current_leader(partition);
    if (leader.leader != node || queue.front().backing_off(now, leader.epoch)) continue;
    queue.front().close(config_.compression);
    if (!drained.empty() && size + queue.front().bytes() > config_.max_request_size) break;
    size += queue.front().bytes();
    drained.push_back(std::move(queue.front()));
    queue.pop_front();
    drain_after_[node] = partition;
  }
  return drained;
}

void RecordAccumulator::reenqueue(ProducerBatch batch) {
  std::deque<ProducerBatch>& queue = queues_[batch.partition()];
  queue.push_front(std::move(batch));
}

void RecordAccumulator::split_and_reenqueue(ProducerBatch big) {
  KCHECK(big.record_count() > 1);
  std::deque<ProducerBatch>& queue = queues_[big.partition()];
  const std::size_t half = big.records().size() / 2;
  std::vector<ProducerBatch> parts;
  for (std::size_t i = 0; i < big.records().size(); ++i) {
    if (i == 0 || i == half) {
      const std::int32_t limit = std::max(config_.batch_size, big.reserved_bytes());
      parts.emplace_back(big.partition(), big.ref(), next_batch_++, big.created_at(), limit);
      buffer_used_ += limit;
    }
    parts.back().append(big.records()[i]);
  }
  release(big);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    part->close(config_.compression);
    queue.push_front(std::move(*part));
  }
}

std::vector<ProducerBatch> RecordAccumulator::take_expired(Instant now) {
  std::vector<ProducerBatch> expired;
  for (auto& [partition, queue] : queues_) {
    while (!queue.empty() &&
           queue.front().reached_delivery_timeout(now, config_.delivery_timeout)) {
      expired.push_back(std::move(queue.front()));
      queue.pop_front();
    }
  }
  return expired;
}

std::vector<ProducerBatch> RecordAccumulator::take_all() {
  std::vector<ProducerBatch> all;
  for (auto& [partition, queue] : queues_) {
    for (ProducerBatch& batch : queue) all.push_back(std::move(batch));
    queue.clear();
  }
  return all;
}

std::optional<Instant> RecordAccumulator::next_expiry() const {
  std::optional<Instant> first;
  for (const auto& [partition, queue] : queues_) {
    if (queue.empty()) continue;
    const Instant at = queue.front().created_at() + config_.delivery_timeout;
    if (!first || at < *first) first = at;
  }
  return first;
}

bool RecordAccumulator::has_undrained() const {
  return std::any_of(queues_.begin(), queues_.end(),
                     [](const auto& entry) { return !entry.second.empty(); });
}

}  // namespace kscope::client
