#include "engine/coordinator/offsets/offset_metadata_manager.h"

#include "engine/coordinator/coordinator_errors.h"
#include "engine/protocol/topic_entry.h"

namespace kscope::coordinator {
namespace {

using protocol::OffsetCommitKey;
using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;
using protocol::OffsetCommitValue;
using protocol::OffsetDeleteRequest;
using protocol::OffsetDeleteResponse;
using FetchedTopic = OffsetMetadataManager::FetchedGroup::OffsetFetchResponseTopics;
using FetchedPartition = FetchedTopic::OffsetFetchResponsePartitions;

constexpr std::int64_t kDefaultRetention = -1;

GroupRecord tombstone(const std::string& group, const TopicPartition& partition) {
  return {OffsetCommitKey{group, partition.topic, partition.partition}, std::nullopt};
}

GroupRecord record_of(
    const OffsetCommitRequest& request, const std::string& topic,
    const OffsetCommitRequest::OffsetCommitRequestTopic::OffsetCommitRequestPartition& partition,
    std::int64_t now_ms) {
  OffsetCommitValue value;
  value.offset = partition.committed_offset;
  value.leader_epoch = partition.committed_leader_epoch;
  value.metadata = partition.committed_metadata.value_or("");
  value.commit_timestamp = now_ms;
  if (request.retention_time_ms != kDefaultRetention) {
    value.expire_timestamp = now_ms + request.retention_time_ms;
  }
  return {OffsetCommitKey{request.group_id, topic, partition.partition_index}, value};
}

void tell_checked(const GroupContext& context, const OffsetCommitRequest& request,
                  ErrorCode error) {
  std::int32_t partitions = 0;
  for (const auto& topic : request.topics) {
    partitions += static_cast<std::int32_t>(topic.partitions.size());
  }
  context.emit(event::CommitChecked{context.name(request.group_id), context.name(request.member_id),
                                    request.generation_id_or_member_epoch, partitions, error});
}

FetchedPartition fetched(std::int32_t index, const OffsetAndMetadata* found) {
  FetchedPartition answer;
  answer.partition_index = index;
  answer.committed_offset = found != nullptr ? found->committed_offset : -1;
  answer.committed_leader_epoch = found != nullptr ? found->leader_epoch : -1;
  answer.metadata = found != nullptr ? found->metadata : "";
  return answer;
}

}  // namespace

// ---- decisions ----------------------------------------------------------------------------------

Decision OffsetMetadataManager::commit(GroupContext& context, GroupMetadataManager& groups,
                                       const Caller& caller,
                                       const OffsetCommitRequest& request) const {
  const ErrorCode refused = groups.validate_offset_commit(context, caller, request);
  tell_checked(context, request, refused);
  if (refused != ErrorCode::NONE) {
    return Decision::answer(caller, error_response(request, refused));
  }
  Decision decision;
  OffsetCommitResponse response;
  const std::int64_t now = context.env.clock.wall_ms();
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& each : topic.partitions) {
      const bool too_large = each.committed_metadata &&
                             each.committed_metadata->size() >
                                 static_cast<std::size_t>(context.config.offset_metadata_max_bytes);
      answers.partitions.push_back({each.partition_index, too_large
                                                              ? ErrorCode::OFFSET_METADATA_TOO_LARGE
                                                              : ErrorCode::NONE});
      if (!too_large) decision.records.push_back(record_of(request, topic.name, each, now));
    }
  }
  decision.answers.push_back({caller.ticket, std::move(response)});
  return decision;
}

Decision OffsetMetadataManager::remove(const GroupMetadataManager& groups, const Caller& caller,
                                       const OffsetDeleteRequest& request) const {
  OffsetDeleteResponse response;
  response.error_code = groups.validate_offset_delete(request.group_id);
  if (response.error_code != ErrorCode::NONE) return Decision::answer(caller, std::move(response));
  Decision decision;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    const bool subscribed = groups.is_subscribed(request.group_id, topic.name);
    for (const auto& each : topic.partitions) {
      answers.partitions.push_back({each.partition_index, subscribed
                                                              ? ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC
                                                              : ErrorCode::NONE});
      const TopicPartition partition{topic.name, each.partition_index};
      if (subscribed || offsets_.find({request.group_id, partition}) == nullptr) continue;
      decision.records.push_back(tombstone(request.group_id, partition));
    }
  }
  decision.answers.push_back({caller.ticket, std::move(response)});
  return decision;
}

void OffsetMetadataManager::delete_all(const std::string& group,
                                       std::vector<GroupRecord>* records) const {
  each(group, [&](const TopicPartition& partition, const OffsetAndMetadata&) {
    records->push_back(tombstone(group, partition));
  });
}

bool OffsetMetadataManager::cleanup_expired(const GroupContext& context,
                                            const GroupMetadataManager& groups,
                                            const std::string& group,
                                            std::vector<GroupRecord>* records) {
  const std::int64_t now = context.env.clock.wall_ms();
  const std::int64_t retention = to_millis(context.config.offsets_retention);
  bool nothing_left = true;
  each(group, [&](const TopicPartition& partition, const OffsetAndMetadata& offset) {
    const auto since = groups.expiration_base(group, offset.commit_timestamp_ms);
    const bool over = offset.expire_timestamp_ms ? now >= *offset.expire_timestamp_ms
                                                 : since && now - *since >= retention;
    if (since && over && !groups.is_subscribed(group, partition.topic)) {
      records->push_back(tombstone(group, partition));
      expiring_.insert({group, partition});
    } else {
      nothing_left = false;
    }
  });
  return nothing_left;
}

std::vector<GroupRecord> OffsetMetadataManager::on_topic_deleted(const std::string& topic) const {
  std::vector<GroupRecord> records;
  for (const auto& [key, offset] : offsets_.written()) {
    if (key.partition.topic == topic) records.push_back(tombstone(key.group, key.partition));
  }
  return records;
}

// ---- reading ------------------------------------------------------------------------------------

OffsetMetadataManager::FetchedGroup OffsetMetadataManager::fetch(const GroupMetadataManager& groups,
                                                                 const FetchGroup& request,
                                                                 ReadPoint point) const {
  FetchedGroup answer;
  answer.group_id = request.group_id;
  answer.error_code =
      groups.validate_offset_fetch(request.group_id, request.member_id, request.member_epoch);
  if (answer.error_code != ErrorCode::NONE) return answer;
  if (request.topics) {
    for (const auto& topic : *request.topics) {
      auto& answers = answer.topics.emplace_back();
      answers.name = topic.name;
      for (std::int32_t index : topic.partition_indexes) {
        const OffsetKey key{request.group_id, {topic.name, index}};
        const OffsetAndMetadata* found =
            point == ReadPoint::Written ? offsets_.find(key) : offsets_.find_committed(key);
        answers.partitions.push_back(fetched(index, found));
      }
    }
    return answer;
  }
  const auto add = [&](const TopicPartition& partition, const OffsetAndMetadata& offset) {
    protocol::topic_entry(answer.topics, partition.topic)
        .partitions.push_back(fetched(partition.partition, &offset));
  };
  if (point == ReadPoint::Written) {
    each(request.group_id, add);
  } else {
    each_committed(request.group_id, add);
  }
  return answer;
}

// ---- applying -----------------------------------------------------------------------------------

void OffsetMetadataManager::replay(Offset at, const OffsetCommitKey& key,
                                   const OffsetCommitValue* value) {
  const OffsetKey name{key.group, {key.topic, key.partition}};
  if (value == nullptr) {
    if (offsets_.find(name) != nullptr) offsets_.erase(at, name);
    return;
  }
  OffsetAndMetadata offset;
  offset.record = at;
  offset.committed_offset = value->offset;
  offset.leader_epoch = value->leader_epoch;
  offset.metadata = value->metadata;
  offset.commit_timestamp_ms = value->commit_timestamp;
  if (value->expire_timestamp >= 0) offset.expire_timestamp_ms = value->expire_timestamp;
  expiring_.erase(name);
  offsets_.put(at, name, std::move(offset));
}

void OffsetMetadataManager::commit_up_to(GroupContext& context, Offset high_watermark,
                                         bool loading) {
  offsets_.commit(high_watermark, [&](const OffsetKey& key, const OffsetAndMetadata* before,
                                      const OffsetAndMetadata* now) {
    if (loading) return;
    const NameRef group = context.name(key.group);
    const PartitionRef partition = context.env.names.intern(key.partition);
    if (now != nullptr) {
      context.emit(event::OffsetCommitted{group, partition, Offset(now->committed_offset)});
    } else if (before != nullptr) {
      context.emit(event::CommittedOffsetRemoved{group, partition, expiring_.erase(key) > 0});
    }
  });
}

void OffsetMetadataManager::tell_all(GroupContext& context) const {
  const auto everywhere = [](const OffsetKey&) { return true; };
  offsets_.each_committed(
      {}, everywhere, [&](const OffsetKey& key, const OffsetAndMetadata& offset) {
        context.emit(event::OffsetCommitted{context.name(key.group),
                                            context.env.names.intern(key.partition),
                                            Offset(offset.committed_offset)});
      });
}

}  // namespace kscope::coordinator
