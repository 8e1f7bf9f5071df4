#include "engine/client/offset_fetcher.h"

#include "engine/protocol/messages/list_offsets.h"
#include "engine/protocol/messages/offset_for_leader_epoch.h"

namespace kscope::client {

namespace {

/// The entry of `topic` at the back of a list that is built in sorted order.
template <class Topics, class Name>
auto& topic_entry(Topics& topics, const std::string& topic, Name name_member) {
  if (topics.empty() || topics.back().*name_member != topic) {
    topics.emplace_back();
    topics.back().*name_member = topic;
  }
  return topics.back();
}

}  // namespace

void OffsetFetcher::run(ConsumerContext& in) {
  std::map<NodeId, Names> to_reset, to_validate;
  for (auto& [name, p] : in.subscriptions.all()) {
    const bool from_group = !in.config.group_id.empty();  // committed_offsets.cc has the first word
    if (p.state == FetchState::Initializing && !from_group && !in.subscriptions.reset_or_halt(p)) {
      // Java: NoOffsetForPartitionException.
      in.failed(p, ErrorCode::OFFSET_OUT_OF_RANGE);
    }
    if (p.asked || in.env.now() < p.retry_at) continue;
    const bool reset = p.state == FetchState::AwaitReset;
    if (!reset && p.state != FetchState::AwaitValidation) continue;
    const auto leader = reset ? in.cluster.metadata().current_leader(name).leader
                              : p.position->current_leader.leader;
    if (!leader) {
      in.cluster.metadata().request_update();
      continue;
    }
    (reset ? to_reset : to_validate)[*leader].push_back(name);
  }
  for (const auto& [leader, names] : to_reset) list_offsets(in, leader, names);
  for (const auto& [leader, names] : to_validate) ask_epochs(in, leader, names);
}

void OffsetFetcher::list_offsets(ConsumerContext& in, NodeId leader, const Names& names) {
  using Request = protocol::ListOffsetsRequest;
  const auto version =
      in.cluster.ready(in.env, leader, ApiKey::ListOffsets,
                       in.config.read_committed ? 2 : 1, Request::kMaxVersion);
  if (!version) return;
  Request request;
  request.replica_id = -1;
  // The end for a reader of committed data is the last stable offset.
  if (*version >= 2) request.isolation_level = in.config.read_committed ? 1 : 0;
  for (const TopicPartition& name : names) {
    AssignedPartition* p = in.subscriptions.find(name);
    p->asked = in.next_tag;
    Request::ListOffsetsPartition entry;
    entry.partition_index = name.partition;
    const auto epoch = in.cluster.metadata().current_leader(name).epoch;
    if (epoch && *version >= 4) {
      entry.current_leader_epoch = epoch->value();
    }
    entry.timestamp = p->reset_to;
    topic_entry(request.topics, name.topic, &Request::ListOffsetsTopic::name)
        .partitions.push_back(entry);
  }
  in.cluster.send(in.env, leader, request, *version, in.next_tag++);
}

void OffsetFetcher::ask_epochs(ConsumerContext& in, NodeId leader, const Names& names) {
  using Request = protocol::OffsetForLeaderEpochRequest;
  const auto version =
      in.cluster.ready(in.env, leader, ApiKey::OffsetForLeaderEpoch, 2, Request::kMaxVersion);
  if (!version) return;
  Request request;
  if (*version >= 3) request.replica_id = -1;
  for (const TopicPartition& name : names) {
    AssignedPartition* p = in.subscriptions.find(name);
    p->asked = in.next_tag;
    Request::OffsetForLeaderPartition entry;
    entry.partition = name.partition;
    entry.current_leader_epoch = p->position->current_leader.epoch->value();
    entry.leader_epoch = p->position->offset_epoch->value();
    topic_entry(request.topics, name.topic, &Request::OffsetForLeaderTopic::topic)
        .partitions.push_back(entry);
  }
  in.cluster.send(in.env, leader, request, *version, in.next_tag++);
}

bool OffsetFetcher::on_response(ConsumerContext& in, const protocol::Arrived& arrived) {
  if (arrived.request.api == ApiKey::ListOffsets) {
    take_offsets(in, arrived);
  } else if (arrived.request.api == ApiKey::OffsetForLeaderEpoch) {
    take_epochs(in, arrived);
  } else {
    return false;
  }
  // A broker that left a partition out of its answer must not leave us waiting for ever.
  fail_rest(in, arrived.request.tag, ErrorCode::UNKNOWN_SERVER_ERROR);
  return true;
}

AssignedPartition* OffsetFetcher::claim(ConsumerContext& in, const TopicPartition& name,
                                        protocol::RequestTag tag) {
  AssignedPartition* p = in.subscriptions.find(name);
  if (p == nullptr || p->asked != tag) return nullptr;
  p->asked.reset();
  return p;
}

void OffsetFetcher::take_offsets(ConsumerContext& in, const protocol::Arrived& arrived) {
  const auto response = protocol::decode_body<protocol::ListOffsetsResponse>(
      arrived.body, arrived.request.version);
  if (!response.ok()) return;
  for (const auto& topic : response->topics) {
    for (const auto& answer : topic.partitions) {
      const TopicPartition name{topic.name, answer.partition_index};
      AssignedPartition* p = claim(in, name, arrived.request.tag);
      if (p == nullptr || p->state != FetchState::AwaitReset) continue;
      if (answer.error_code == ErrorCode::NONE && answer.offset < 0 && p->reset_to >= 0) {
        in.subscriptions.request_reset(name, kLatestTimestamp);  // no record is as young as that
        continue;
      }
      if (answer.error_code != ErrorCode::NONE || answer.offset < 0) {
        in.failed(*p, answer.error_code);
        continue;
      }
      if (answer.leader_epoch >= 0) {
        in.cluster.metadata().epoch_seen(name, LeaderEpoch(answer.leader_epoch));
      }
      in.subscriptions.seek(in.env, name, Offset(answer.offset),
                            in.cluster.metadata().current_leader(name));
    }
  }
}

void OffsetFetcher::take_epochs(ConsumerContext& in, const protocol::Arrived& arrived) {
  const auto response = protocol::decode_body<protocol::OffsetForLeaderEpochResponse>(
      arrived.body, arrived.request.version);
  if (!response.ok()) return;
  for (const auto& topic : response->topics) {
    for (const auto& answer : topic.partitions) {
      const TopicPartition name{topic.topic, answer.partition};
      AssignedPartition* p = claim(in, name, arrived.request.tag);
      if (p == nullptr || p->state != FetchState::AwaitValidation) continue;
      if (answer.error_code != ErrorCode::NONE) {
        in.failed(*p, answer.error_code);
        continue;
      }
      validate(in, name, *p, Offset(answer.end_offset), LeaderEpoch(answer.leader_epoch));
    }
  }
}

// Kafka: SubscriptionState.maybeCompleteValidation.
void OffsetFetcher::validate(ConsumerContext& in, const TopicPartition& name, AssignedPartition& p,
                             Offset end, LeaderEpoch end_epoch) {
  const FetchPosition position = *p.position;
  const bool unknown = end.value() < 0 || end_epoch.value() < 0;
  if (!unknown && end >= position.offset) {
    p.become(FetchState::Fetching);
    in.env.events.emit(in.env.node, event::PositionValidated{p.ref, position.offset,
                                                             *position.offset_epoch});
    return;
  }
  in.env.events.emit(in.env.node,
                     event::TruncationDetected{p.ref, position.offset, *position.offset_epoch, end,
                                               end_epoch});
  if (!unknown && in.subscriptions.policy() != OffsetReset::None) {
    // What was read from there on is gone; what stands there now is read instead of being skipped.
    in.subscriptions.move_to(in.env, name, FetchPosition{end, end_epoch, position.current_leader});
  } else if (!in.subscriptions.reset_or_halt(p)) {
    in.last_error = "LogTruncationException";
  }
}

void OffsetFetcher::fail_rest(ConsumerContext& in, protocol::RequestTag tag, ErrorCode error) {
  for (auto& [name, p] : in.subscriptions.all()) {
    if (p.asked != tag) continue;
    p.asked.reset();
    in.failed(p, error);
  }
}

void OffsetFetcher::on_request_failed(ConsumerContext& in, const protocol::InFlight& died,
                                      ErrorCode error) {
  fail_rest(in, died.tag, error);
}

}  // namespace kscope::client
