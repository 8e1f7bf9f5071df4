#include "engine/client/committed_offsets.h"

#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/topic_entry.h"

namespace kscope::client {
namespace {

/// Both forms of the request list partitions by topic.
template <class Topics>
void add(Topics& topics, const std::set<TopicPartition>& names) {
  for (const TopicPartition& name : names) {
    protocol::topic_entry(topics, name.topic).partition_indexes.push_back(name.partition);
  }
}

template <class Visit>
ErrorCode for_each_answer(const protocol::OffsetFetchResponse& response, std::int16_t version,
                          Visit visit) {
  if (version < 8) {
    for (const auto& topic : response.topics) {
      for (const auto& p : topic.partitions) visit(topic.name, p);
    }
    return response.error_code;
  }
  if (response.groups.size() != 1) return ErrorCode::UNKNOWN_SERVER_ERROR;
  for (const auto& topic : response.groups[0].topics) {
    for (const auto& p : topic.partitions) visit(topic.name, p);
  }
  return response.groups[0].error_code;
}

}  // namespace

void CommittedOffsets::run(ConsumerContext& in, CoordinatorFinder& finder,
                           const GroupIdentity& identity) {
  if (tag_ || in.env.now() < retry_at_) return;
  Names names = wanted_;
  for (const auto& [name, p] : in.subscriptions.all()) {
    if (p.state == FetchState::Initializing) names.insert(name);
  }
  if (names.empty()) return;
  const auto line = finder.line();
  if (!line) return finder.find(in);
  protocol::OffsetFetchRequest request;
  tag_ = in.send(*line, request, 1, std::nullopt, [&](std::int16_t version) {
    if (version >= 7) request.require_stable = true;
    if (version < 8) {
      request.group_id = in.config.group_id;
      return add(*request.topics, names);
    }
    auto& group = request.groups.emplace_back();
    group.group_id = in.config.group_id;
    if (version >= 9 && identity.consumer_protocol) {
      group.member_id = identity.member_id;
      group.member_epoch = identity.generation;
    }
    add(*group.topics, names);
  });
  if (tag_) asked_ = std::move(names);
}

bool CommittedOffsets::on_response(ConsumerContext& in, OffsetCommitter& known,
                                   const protocol::Arrived& arrived) {
  if (tag_ != arrived.request.tag) return false;
  tag_.reset();
  const std::int16_t version = arrived.request.version;
  const auto response = protocol::decode_body<protocol::OffsetFetchResponse>(arrived.body, version);
  if (!response.ok()) {
    failed(in, ErrorCode::UNKNOWN_SERVER_ERROR);
    return true;
  }
  ErrorCode first = ErrorCode::NONE;
  const ErrorCode of_group =
      for_each_answer(*response, version, [&](const std::string& topic, const auto& p) {
        const TopicPartition name{topic, p.partition_index};
        if (!asked_.contains(name)) return;
        OffsetAndMetadata told{Offset(p.committed_offset), std::nullopt, p.metadata.value_or("")};
        if (p.committed_leader_epoch >= 0) told.epoch = LeaderEpoch(p.committed_leader_epoch);
        if (p.error_code != ErrorCode::NONE) first = p.error_code;
        take(in, known, name, told, p.error_code);
      });
  if (of_group != ErrorCode::NONE) first = of_group;
  if (first == ErrorCode::NONE)
    failures_ = 0;
  else
    failed(in, first);
  return true;
}

void CommittedOffsets::take(ConsumerContext& in, OffsetCommitter& known, const TopicPartition& name,
                            const OffsetAndMetadata& told, ErrorCode error) {
  if (error != ErrorCode::NONE) return;  // UNSTABLE_OFFSET_COMMIT: a transaction is open; ask again
  wanted_.erase(name);
  if (told.offset.value() >= 0) known.learned(name, told.offset);
  AssignedPartition* p = in.subscriptions.find(name);
  if (p == nullptr || p->state != FetchState::Initializing) return;
  if (told.offset.value() >= 0) {
    if (told.epoch) in.cluster.metadata().epoch_seen(name, *told.epoch);
    in.subscriptions.seek_unvalidated(
        in.env, name, {told.offset, told.epoch, in.cluster.metadata().current_leader(name)});
  } else if (!in.subscriptions.reset_or_halt(*p)) {
    in.failed(*p, ErrorCode::OFFSET_OUT_OF_RANGE);  // Java: NoOffsetForPartitionException
  }
}

void CommittedOffsets::failed(ConsumerContext& in, ErrorCode error) {
  error_ = error;
  in.last_error = to_string(error);
  retry_at_ = in.after_backoff(++failures_);
}

bool CommittedOffsets::on_request_failed(ConsumerContext& in, const protocol::InFlight& died,
                                         ErrorCode why) {
  if (tag_ != died.tag) return false;
  tag_.reset();
  failed(in, why);
  return true;
}

std::optional<Instant> CommittedOffsets::retry_at(Instant now) const {
  if (tag_ || retry_at_ <= now) return std::nullopt;
  return retry_at_;
}

}  // namespace kscope::client
