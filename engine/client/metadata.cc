#include "engine/client/metadata.h"

#include <algorithm>

#include "engine/client/backoff.h"

namespace kscope::client {

bool says_metadata_is_stale(ErrorCode error) {
  switch (error) {
    case ErrorCode::UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode::LEADER_NOT_AVAILABLE:
    case ErrorCode::NOT_LEADER_OR_FOLLOWER:
    case ErrorCode::REPLICA_NOT_AVAILABLE:
    case ErrorCode::KAFKA_STORAGE_ERROR:
    case ErrorCode::FENCED_LEADER_EPOCH:
    case ErrorCode::UNKNOWN_TOPIC_ID:
    case ErrorCode::INCONSISTENT_TOPIC_ID:
    case ErrorCode::NETWORK_EXCEPTION:
      return true;
    default:
      return false;
  }
}

Metadata::Metadata(const CommonConfig& config, std::vector<NodeId> bootstrap)
    : config_(config), nodes_(std::move(bootstrap)) {}

void Metadata::add_topic(const std::string& topic) {
  if (!wanted_.insert(topic).second) return;
  update_needed_ = true;
  new_topics_ = true;
  equivalent_responses_ = 0;
}

void Metadata::want(const std::set<std::string>& topics) {
  for (const std::string& topic : topics) add_topic(topic);
  wanted_ = topics;
}

void Metadata::want_all(bool all) {
  if (all && !all_wanted_) {
    update_needed_ = new_topics_ = true;
    equivalent_responses_ = 0;
  }
  all_wanted_ = all;
}

Instant Metadata::next_update_at(Instant now) const {
  if (new_topics_) return now;
  if (update_needed_ || !last_success_) return std::max(now, not_before_);
  return std::max({now, not_before_, *last_success_ + config_.metadata_max_age});
}

protocol::MetadataRequest Metadata::start_request(bool allow_auto_topic_creation) {
  protocol::MetadataRequest request;
  if (!all_wanted_) request.topics.emplace();
  else request.topics.reset();
  for (const std::string& name : wanted_) {
    if (all_wanted_) break;
    protocol::MetadataRequest::MetadataRequestTopic topic;
    topic.name = name;
    request.topics->push_back(std::move(topic));
  }
  request.allow_auto_topic_creation = allow_auto_topic_creation;
  new_topics_ = false;
  return request;
}

bool Metadata::update(const protocol::MetadataResponse& response, Instant now,
                      env::Random& random) {
  // A broker that is still starting answers without brokers; believing it would leave us alone.
  if (response.brokers.empty()) {
    update_failed(now, random);
    return false;
  }
  update_needed_ = false;
  failures_ = 0;
  last_success_ = now;
  ++version_;
  ++equivalent_responses_;

  std::vector<NodeId> nodes;
  for (const auto& broker : response.brokers) nodes.push_back(NodeId(broker.node_id));
  std::sort(nodes.begin(), nodes.end());
  nodes_ = std::move(nodes);
  controller_.reset();
  if (response.controller_id >= 0) controller_ = NodeId(response.controller_id);
  if (take_topics(response)) equivalent_responses_ = 0;
  if (new_topics_) update_needed_ = true;  // added while this request was under way
  not_before_ = now + backoff_after(config_.retry_backoff, config_.retry_backoff_max,
                                    equivalent_responses_, random);
  return true;
}

bool Metadata::take_topics(const protocol::MetadataResponse& response) {
  racks_.clear();
  for (const auto& broker : response.brokers) {
    if (broker.rack) racks_[NodeId(broker.node_id)] = *broker.rack;
  }
  bool news = false;
  std::set<std::string> named;
  for (const auto& topic : response.topics) {
    news = take_topic(topic) || news;
    named.insert(topic.name.value_or(""));
  }
  // An answer is all that there is about what was asked for. What nobody wants any more, and what
  // is not there any more, is forgotten.
  for (auto it = topics_.begin(); it != topics_.end();) {
    const bool wanted = !all_wanted_ && wanted_.contains(it->first);
    const bool keep = wanted || named.contains(it->first);
    it = keep ? std::next(it) : topics_.erase(it);
  }
  return news;
}

bool Metadata::take_topic(const protocol::MetadataResponse::MetadataResponseTopic& incoming) {
  const std::string name = incoming.name.value_or("");
  if (says_metadata_is_stale(incoming.error_code)) update_needed_ = true;
  Topic next{incoming.error_code, incoming.topic_id, {}, incoming.is_internal, {}};
  const auto known = topics_.find(name);
  const bool same_topic = known != topics_.end() && (known->second.id == incoming.topic_id ||
                                                     incoming.topic_id.is_zero());
  bool news = known == topics_.end() || known->second.error != incoming.error_code;
  if (!same_topic && known != topics_.end() && !known->second.id.is_zero()) {
    // Deleted and created again: its epochs begin anew.
    const auto first = seen_epochs_.lower_bound(TopicPartition{name, 0});
    auto last = first;
    while (last != seen_epochs_.end() && last->first.topic == name) ++last;
    seen_epochs_.erase(first, last);
    news = true;
  }
  if (incoming.error_code == ErrorCode::NONE) {
    next.partitions.resize(incoming.partitions.size());
    next.replicas.resize(incoming.partitions.size());
    for (const auto& p : incoming.partitions) {
      const auto at = static_cast<std::size_t>(p.partition_index);
      if (p.partition_index < 0 || at >= next.partitions.size()) continue;
      for (const std::int32_t replica : p.replica_nodes) {
        next.replicas[at].push_back(NodeId(replica));
      }
      LeaderAndEpoch told;
      if (p.leader_id >= 0) told.leader = NodeId(p.leader_id);
      if (p.leader_epoch >= 0) told.epoch = LeaderEpoch(p.leader_epoch);
      const bool comparable = same_topic && at < known->second.partitions.size();
      news = take_partition({name, p.partition_index}, told,
                            comparable ? &known->second.partitions[at] : nullptr,
                            &next.partitions[at]) ||
             news;
      if (says_metadata_is_stale(p.error_code)) update_needed_ = true;
    }
  }
  topics_[name] = std::move(next);
  return news;
}

bool Metadata::take_partition(const TopicPartition& name, const LeaderAndEpoch& incoming,
                              const LeaderAndEpoch* known, LeaderAndEpoch* out) {
  const auto seen = seen_epochs_.find(name);
  if (incoming.epoch && seen != seen_epochs_.end() && *incoming.epoch < seen->second) {
    if (known != nullptr) *out = *known;  // an answer from the past
    return false;
  }
  if (incoming.epoch) seen_epochs_[name] = *incoming.epoch;
  *out = incoming;
  return known == nullptr || *known != incoming;
}

void Metadata::update_failed(Instant now, env::Random& random) {
  ++failures_;
  update_needed_ = true;
  not_before_ = now + backoff_after(config_.retry_backoff, config_.retry_backoff_max, failures_,
                                    random);
}

LeaderAndEpoch Metadata::current_leader(const TopicPartition& partition) const {
  LeaderAndEpoch result;
  const auto seen = seen_epochs_.find(partition);
  if (seen != seen_epochs_.end()) result.epoch = seen->second;
  const auto topic = topics_.find(partition.topic);
  if (topic == topics_.end() || partition.partition < 0) return result;
  const auto at = static_cast<std::size_t>(partition.partition);
  if (at >= topic->second.partitions.size()) return result;
  const LeaderAndEpoch& cached = topic->second.partitions[at];
  // A newer epoch was seen elsewhere: the leader that we have belongs to the past.
  if (cached.epoch && result.epoch && *cached.epoch < *result.epoch) return result;
  return cached;
}

bool Metadata::epoch_seen(const TopicPartition& partition, LeaderEpoch epoch) {
  const auto seen = seen_epochs_.find(partition);
  if (seen == seen_epochs_.end() || epoch <= seen->second) return false;
  seen->second = epoch;
  update_needed_ = true;
  return true;
}

bool Metadata::leader_learned(const TopicPartition& partition, NodeId leader, LeaderEpoch epoch) {
  const auto topic = topics_.find(partition.topic);
  const auto at = static_cast<std::size_t>(partition.partition);
  if (topic == topics_.end() || at >= topic->second.partitions.size()) return false;
  if (!std::binary_search(nodes_.begin(), nodes_.end(), leader)) return false;
  const LeaderAndEpoch current = current_leader(partition);
  if (current.epoch && epoch <= *current.epoch) return false;
  topic->second.partitions[at] = LeaderAndEpoch{leader, epoch};
  seen_epochs_[partition] = epoch;
  ++version_;
  return true;
}

std::optional<std::int32_t> Metadata::partition_count(const std::string& topic) const {
  const auto it = topics_.find(topic);
  if (it == topics_.end() || it->second.partitions.empty()) return std::nullopt;
  return static_cast<std::int32_t>(it->second.partitions.size());
}

std::vector<std::int32_t> Metadata::partitions_with_leader(const std::string& topic) const {
  std::vector<std::int32_t> result;
  const auto it = topics_.find(topic);
  if (it == topics_.end()) return result;
  for (std::size_t i = 0; i < it->second.partitions.size(); ++i) {
    if (it->second.partitions[i].leader) result.push_back(static_cast<std::int32_t>(i));
  }
  return result;
}

std::vector<std::string> Metadata::known_topics() const {
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_) {
    if (topic.error == ErrorCode::NONE && !topic.internal) names.push_back(name);
  }
  return names;
}

std::vector<std::vector<std::string>> Metadata::racks(const std::string& topic) const {
  const auto it = topics_.find(topic);
  if (it == topics_.end() || racks_.empty()) return {};
  std::vector<std::vector<std::string>> result;
  for (const std::vector<NodeId>& replicas : it->second.replicas) {
    std::vector<std::string>& here = result.emplace_back();
    for (const NodeId replica : replicas) {
      const auto rack = racks_.find(replica);
      if (rack != racks_.end()) here.push_back(rack->second);
    }
  }
  return result;
}

std::string Metadata::topic_name(const Uuid& id) const {
  for (const auto& [name, topic] : topics_) {
    if (topic.id == id && !id.is_zero()) return name;
  }
  return {};
}

Uuid Metadata::topic_id(const std::string& topic) const {
  const auto it = topics_.find(topic);
  return it == topics_.end() ? Uuid{} : it->second.id;
}

bool Metadata::knows_node(NodeId node) const {
  return std::binary_search(nodes_.begin(), nodes_.end(), node);
}

ErrorCode Metadata::topic_error(const std::string& topic) const {
  const auto it = topics_.find(topic);
  return it == topics_.end() ? ErrorCode::NONE : it->second.error;
}

}  // namespace kscope::client
