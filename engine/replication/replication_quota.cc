#include "engine/replication/replication_quota.h"

#include <algorithm>
#include <optional>

#include "engine/base/config_def.h"

namespace kscope::replication {
namespace {

// ReplicationQuotaManagerConfig: eleven samples, of which ten are whole.
constexpr Duration kSampleLength = seconds(1);
constexpr int kSamples = 11;

}  // namespace

void ReplicationQuota::set_throttled(const std::string& topic, const std::string& pairs,
                                     NodeId broker) {
  throttled_.erase(topic);
  Partitions partitions;
  partitions.all = pairs == "*";
  std::string list = partitions.all ? "" : pairs + ",";
  for (std::size_t at; (at = list.find(',')) != std::string::npos; list.erase(0, at + 1)) {
    const std::string pair = list.substr(0, at);
    const std::size_t colon = pair.find(':');
    if (colon == std::string::npos) continue;
    const auto partition = parse_integer(pair.substr(0, colon));
    const auto replica = parse_integer(pair.substr(colon + 1));
    if (!partition || !replica || *replica != broker.value()) continue;
    partitions.some.insert(static_cast<std::int32_t>(*partition));
  }
  if (partitions.all || !partitions.some.empty()) throttled_[topic] = std::move(partitions);
}

bool ReplicationQuota::is_throttled(const TopicPartition& partition) const {
  const auto found = throttled_.find(partition.topic);
  if (found == throttled_.end()) return false;
  return found->second.all || found->second.some.count(partition.partition) != 0;
}

void ReplicationQuota::record(Instant now, std::int64_t bytes) {
  while (!samples_.empty() && samples_.front().begin + kSampleLength * kSamples <= now) {
    samples_.pop_front();
  }
  if (samples_.empty() || samples_.back().begin + kSampleLength <= now) {
    samples_.push_back({now, 0});
  }
  samples_.back().bytes += bytes;
}

std::int64_t ReplicationQuota::bytes_per_second(Instant now) const {
  std::int64_t bytes = 0;
  std::optional<Instant> first;
  for (const Sample& sample : samples_) {
    if (sample.begin + kSampleLength * kSamples <= now) continue;
    if (!first) first = sample.begin;
    bytes += sample.bytes;
  }
  if (!first) return 0;
  // A burst in the first instant is measured as if it had taken a second.
  const std::int64_t elapsed_ms = std::max(to_millis(now - *first), to_millis(kSampleLength));
  return bytes * 1000 / elapsed_ms;
}

}  // namespace kscope::replication
