#include "engine/coordinator/group_coordinator.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::coordinator {
namespace {

/// TimerKind::GroupCoordinator has one key for each shard, and this one for the loader.
constexpr std::int64_t kLoader = -1;

/// The UTF-16 units that Java would have of this UTF-8; malformed bytes count as U+FFFD.
template <class Visit>
void each_utf16(const std::string& text, Visit&& visit) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const bool malformed = (first >= 0x80 && first < 0xc2) || first > 0xf4;
    std::uint32_t code = length == 1 ? first : first & (0xffu >> (length + 1));
    std::size_t read = 1;
    while (!malformed && read < length && i + read < text.size() &&
           (static_cast<std::uint8_t>(text[i + read]) & 0xc0) == 0x80) {
      code = code << 6 | (static_cast<std::uint8_t>(text[i + read]) & 0x3fu);
      ++read;
    }
    if (malformed || read < length) code = 0xfffd;
    if (code >= 0x10000) {
      visit(0xd800 + ((code - 0x10000) >> 10));
      visit(0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
      visit(code);
    }
    i += read;
  }
}

}  // namespace

std::int32_t partition_for(const std::string& group, std::int32_t partitions) {
  std::uint32_t hash = 0;
  each_utf16(group, [&](std::uint32_t unit) { hash = 31 * hash + unit; });
  const auto signed_hash = static_cast<std::int32_t>(hash);
  if (signed_hash == INT32_MIN) return 0;
  return std::abs(signed_hash) % partitions;
}

std::int32_t GroupCoordinator::partitions(const metadata::MetadataImage& image) const {
  const metadata::TopicImage* topic = image.topic(kGroupMetadataTopic);
  return topic != nullptr ? static_cast<std::int32_t>(topic->partitions.size())
                          : config_.offsets_topic_partitions;
}

CoordinatorShard* GroupCoordinator::shard(std::int32_t partition) {
  const auto it = shards_.find(partition);
  return it == shards_.end() ? nullptr : &it->second;
}

CoordinatorShard* GroupCoordinator::shard_of(const Surroundings& s, const std::string& group) {
  return shard(partition_for(group, partitions(s.metadata)));
}

// ---- the broker's news --------------------------------------------------------------------------

void GroupCoordinator::on_metadata(Surroundings& s, NodeId self,
                                   const metadata::MetadataDelta& delta) {
  const metadata::TopicImage* topic = s.metadata.topic(kGroupMetadataTopic);
  for (const auto& deleted : delta.deleted_topics) {
    if (deleted.name != kGroupMetadataTopic) continue;
    for (std::int32_t index : deleted.partitions) resign(s, index, std::nullopt);
  }
  const auto changed = delta.partitions.find(kGroupMetadataTopic);
  if (topic != nullptr && changed != delta.partitions.end()) {
    for (std::int32_t index : changed->second) {
      const auto state = topic->partitions.find(index);
      if (state == topic->partitions.end()) continue;
      if (state->second.leader == self) {
        elect(s, index, state->second.leader_epoch);
      } else {
        const bool replica = state->second.is_replica(self);
        resign(s, index, replica ? std::optional(state->second.leader_epoch) : std::nullopt);
      }
    }
  }
  std::set<std::string> topics;
  for (const auto& [name, partitions] : delta.partitions) topics.insert(name);
  for (const auto& deleted : delta.deleted_topics) topics.insert(deleted.name);
  for (auto& [index, shard] : shards_) {
    for (const auto& deleted : delta.deleted_topics) shard.on_topic_deleted(s, deleted.name);
    if (!topics.empty()) shard.on_topics_changed(topics);
    collect(shard);
  }
}

void GroupCoordinator::elect(Surroundings& s, std::int32_t partition, LeaderEpoch epoch) {
  const TopicPartition name{kGroupMetadataTopic, partition};
  auto [it, fresh] = shards_.try_emplace(partition, name, s.env.names.intern(name), config_);
  CoordinatorShard& shard = it->second;
  if (shard.epoch() >= epoch) return;
  if (shard.state() == ShardState::Loading || shard.state() == ShardState::Active) {
    return shard.set_epoch(epoch);  // elected again: its log is what it was
  }
  shard.begin_load(s, epoch);
  if (shard.state() != ShardState::Loading) return;
  to_load_.push_back(partition);
  if (to_load_.size() == 1) {
    s.env.timers.set(env::TimerKind::GroupCoordinator, kLoader, s.env.now());
  }
}

void GroupCoordinator::resign(Surroundings& s, std::int32_t partition,
                              std::optional<LeaderEpoch> epoch) {
  CoordinatorShard* shard = this->shard(partition);
  if (shard == nullptr || (epoch && shard->epoch() >= *epoch)) return;
  shard->unload(s);
  // A topic of that name begins with epoch 0 again.
  if (!epoch) shard->set_epoch(LeaderEpoch(-1));
  collect(*shard);
}

void GroupCoordinator::load_next(Surroundings& s) {
  while (!to_load_.empty()) {
    CoordinatorShard& shard = *this->shard(to_load_.front());
    const Duration took = shard.load_slice(s);
    collect(shard);
    if (shard.state() != ShardState::Loading) to_load_.pop_front();
    if (took > Duration{0}) {
      s.env.timers.set(env::TimerKind::GroupCoordinator, kLoader, s.env.now() + took);
      return;
    }
  }
}

void GroupCoordinator::on_progress(Surroundings& s, PartitionRef partition) {
  CoordinatorShard* shard = this->shard(partition.partition);
  if (shard == nullptr || s.env.names.name(partition.topic) != kGroupMetadataTopic) return;
  shard->on_progress(s);
  collect(*shard);
}

bool GroupCoordinator::on_timer(Surroundings& s, env::TimerKind kind, std::int64_t key) {
  if (kind != env::TimerKind::GroupCoordinator && kind != env::TimerKind::GroupExpiration) {
    return false;
  }
  if (key == kLoader) {
    load_next(s);
    return true;
  }
  CoordinatorShard* shard = this->shard(static_cast<std::int32_t>(key));
  KCHECK(shard != nullptr);
  if (kind == env::TimerKind::GroupCoordinator) {
    shard->on_timer(s);
  } else {
    shard->on_expiration(s);
  }
  collect(*shard);
  return true;
}

// ---- answers ------------------------------------------------------------------------------------

void GroupCoordinator::collect(CoordinatorShard& shard) {
  for (Answer& answer : shard.take_answers()) {
    if (answer.ticket < 0) {
      put_together(std::move(answer));
    } else if (answer.ticket > 0) {
      out_.push_back(std::move(answer));
    }
  }
}

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

/// Adds the part's rows to the whole. REQUIRES the same alternative.
void add_rows(AnyResponse& whole, AnyResponse&& part) {
  std::visit(
      [&](auto& to) {
        auto& from = std::get<std::decay_t<decltype(to)>>(part);
        if constexpr (requires { to.groups; }) append(to.groups, std::move(from.groups));
        if constexpr (requires { to.results; }) append(to.results, std::move(from.results));
      },
      whole);
}

}  // namespace

void GroupCoordinator::gather(const Caller& caller, std::size_t parts, AnyResponse empty) {
  gatherings_[caller.ticket] = {parts, std::move(empty)};
}

std::int64_t GroupCoordinator::new_part(const Caller& caller) {
  parts_[--last_part_] = caller.ticket;
  return last_part_;
}

void GroupCoordinator::put_together(Answer part) {
  const auto mine = parts_.find(part.ticket);
  KCHECK(mine != parts_.end());
  const auto whole = gatherings_.find(mine->second);
  parts_.erase(mine);
  add_rows(whole->second.answer, std::move(part.response));
  if (--whole->second.missing > 0) return;
  out_.push_back({whole->first, std::move(whole->second.answer)});
  gatherings_.erase(whole);
}

std::vector<Answer> GroupCoordinator::take_answers() { return std::exchange(out_, {}); }

}  // namespace kscope::coordinator
