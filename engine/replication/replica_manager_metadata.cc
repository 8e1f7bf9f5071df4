// From the metadata log to roles: what a delta means for the replicas of this broker.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/metadata/topic_config.h"
#include "engine/replication/replica_manager.h"

namespace kscope::replication {

void ReplicaManager::on_metadata(env::Env& env, const metadata::MetadataImage& image,
                                 const metadata::MetadataDelta& delta) {
  update_brokers(image, delta);
  // First the deletions: a topic of the same name may have been created anew.
  for (const auto& topic : delta.deleted_topics) {
    for (std::int32_t index : topic.partitions) {
      const TopicPartition name{topic.name, index};
      const HostedPartition* hosted = find(name);
      if (hosted != nullptr && hosted->partition.topic_id() == topic.id) {
        stop_and_delete(env, name);
      }
    }
  }
  update_configs(image, delta);
  update_throttles(image, delta);
  if (!delta.topic_configs.empty()) arm_flush(env);
  if (!started_with_metadata_) remove_strays(env, image);
  started_with_metadata_ = true;
  for (const auto& [topic_name, indexes] : delta.partitions) {
    const metadata::TopicImage* topic = image.topic(topic_name);
    if (topic == nullptr) continue;
    for (std::int32_t index : indexes) {
      const auto state = topic->partitions.find(index);
      if (state != topic->partitions.end()) {
        apply(env, image, {topic_name, index}, state->second);
      }
    }
  }
  if (!delta.brokers.empty()) update_low_watermarks(env);
  fetchers_.poll(env, config_, own_epoch_, *this);
}

/// Somebody came or went: other replicas count.
void ReplicaManager::update_low_watermarks(env::Env& env) {
  Context around = context(env);
  for (auto& [name, hosted] : hosted_) {
    if (!hosted.offline) hosted.partition.update_low_watermark(around, *logs_.find(name));
  }
}

void ReplicaManager::update_brokers(const metadata::MetadataImage& image,
                                    const metadata::MetadataDelta& delta) {
  for (NodeId id : delta.brokers) {
    const metadata::BrokerRegistration* broker = image.broker(id);
    if (broker == nullptr) {
      brokers_.remove(id);
    } else {
      brokers_.set(id, {broker->epoch, broker->fenced, broker->in_controlled_shutdown,
                        broker->rack.value_or("")});
    }
  }
}

void ReplicaManager::configure(const metadata::MetadataImage& image, Partition& partition,
                               storage::UnifiedLog& log) const {
  const std::string& topic = partition.name().topic;
  partition.set_min_insync_replicas(
      metadata::min_insync_replicas(image, topic, config_.broker,
                                    defaults_.min_insync_replicas));
  log.set_config(metadata::log_config_of(image.topic_config(topic), defaults_.log));
}

void ReplicaManager::update_configs(const metadata::MetadataImage& image,
                                    const metadata::MetadataDelta& delta) {
  if (!delta.cluster_config && delta.topic_configs.empty()) return;
  for (auto& [name, hosted] : hosted_) {
    if (!delta.cluster_config && !delta.topic_configs.contains(name.topic)) continue;
    if (!hosted.offline) configure(image, hosted.partition, *logs_.find(name));
  }
}

void ReplicaManager::remove_strays(env::Env& env, const metadata::MetadataImage& image) {
  std::vector<TopicPartition> strays;
  for (const auto& [name, log] : logs_.logs()) {
    const metadata::PartitionRegistration* state = image.partition(name);
    const metadata::TopicImage* topic = image.topic(name.topic);
    const auto id = logs_.topic_id(name);
    const bool ours = state != nullptr && state->is_replica(config_.broker) &&
                      (!id || *id == topic->id);
    if (!ours) strays.push_back(name);
  }
  for (const TopicPartition& name : strays) {
    const auto removed = logs_.remove(env, name);
    if (!removed.ok()) return disk_failed(env, removed.error());
  }
}

void ReplicaManager::apply(env::Env& env, const metadata::MetadataImage& image,
                           const TopicPartition& name,
                           const metadata::PartitionRegistration& state) {
  if (!state.is_replica(config_.broker)) {
    if (find(name) != nullptr) stop_and_delete(env, name);
    return;
  }
  const auto hosted = host(env, image, name);
  if (!hosted.ok()) return disk_failed(env, hosted.error());
  if (hosted.value()->offline) return;
  if (state.leader == config_.broker) {
    const auto led = lead(env, *hosted.value(), state);
    if (!led.ok()) disk_failed(env, led.error());
  } else {
    follow(env, *hosted.value(), state);
  }
}

Result<HostedPartition*> ReplicaManager::host(env::Env& env, const metadata::MetadataImage& image,
                                              const TopicPartition& name) {
  const auto it = hosted_.find(name);
  if (it != hosted_.end()) return &it->second;
  const Uuid id = image.topic(name.topic)->id;
  HostedPartition& hosted = hosted_[name];
  hosted.partition = Partition(name, id, env.names.intern(name), config_.broker);
  hosted.offline = log_dir_failed_;
  if (log_dir_failed_) return &hosted;
  // The log of a former topic of this name: that topic is gone, or its id would not be another.
  const auto former = logs_.topic_id(name);
  if (former && *former != id) KTRY(logs_.remove(env, name));
  KTRY_ASSIGN(storage::UnifiedLog* log, logs_.get_or_create(env, name, id, defaults_.log));
  configure(image, hosted.partition, *log);
  if (log->config().flush_ms < defaults_.log.flush_ms) arm_flush(env);
  const auto& stored = logs_.stored_high_watermarks();
  const auto mark = stored.find(name);
  hosted.partition.restore_high_watermark(env, *log,
                                          mark == stored.end() ? Offset(0) : mark->second);
  return &hosted;
}

Result<void> ReplicaManager::lead(env::Env& env, HostedPartition& hosted,
                                  const metadata::PartitionRegistration& state) {
  fetchers_.remove(hosted.partition.name());
  storage::UnifiedLog* log = logs_.find(hosted.partition.name());
  KCHECK(log != nullptr);
  Context around = context(env);
  KTRY_ASSIGN(const bool accepted, hosted.partition.make_leader(around, *log, state));
  (void)accepted;
  return {};
}

void ReplicaManager::follow(env::Env& env, HostedPartition& hosted,
                            const metadata::PartitionRegistration& state) {
  const TopicPartition& name = hosted.partition.name();
  Context around = context(env);
  const bool new_epoch = hosted.partition.make_follower(around, state);
  const bool pointless = !state.leader || !state.in_isr(config_.broker);
  if (shutting_down_ && pointless) {
    fetchers_.remove(name);
  } else if (new_epoch) {
    fetchers_.remove(name);
    if (!state.leader) return;
    const storage::UnifiedLog* log = logs_.find(name);
    KCHECK(log != nullptr);
    PartitionFetchState fetch;
    fetch.topic_id = hosted.partition.topic_id();
    fetch.fetch_offset = log->log_end();
    fetch.current_leader_epoch = state.leader_epoch;
    fetch.last_fetched_epoch = log->latest_epoch();
    fetchers_.add(*state.leader, name, fetch);
  }
}

void ReplicaManager::stop_and_delete(env::Env& env, const TopicPartition& name) {
  fetchers_.remove(name);
  const auto it = hosted_.find(name);
  KCHECK(it != hosted_.end());
  const PartitionRef ref = it->second.partition.ref();
  const bool offline = it->second.offline;
  hosted_.erase(it);
  env.events.emit(env.node, event::ReplicaStopped{ref});
  effects_.progress.push_back({ref, true});
  if (offline) return;
  const auto removed = logs_.remove(env, name);
  if (!removed.ok()) disk_failed(env, removed.error());
}

}  // namespace kscope::replication
