#include "engine/replication/replica_fetcher.h"

#include <algorithm>

#include "engine/replication/partition_requests.h"

namespace kscope::replication {
namespace {

bool ready(const PartitionFetchState& state, FetchPhase phase, Instant now) {
  return state.phase == phase && (!state.delayed_until || *state.delayed_until <= now);
}

}  // namespace

void ReplicaFetcher::add(const TopicPartition& partition, const PartitionFetchState& state) {
  partitions_[partition] = state;
}

// ---- asking -----------------------------------------------------------------------------------

void ReplicaFetcher::poll(FetcherContext& context) {
  // can_send is false while a connection that talked nonsense waits to be cleared away by its
  // timer.
  if (in_flight() || partitions_.empty() || !context.network.can_send(leader_)) return;
  if (send_list_offsets(context, FetchPhase::AskLatest, kLatestTimestamp)) return;
  if (send_list_offsets(context, FetchPhase::AskEarliest, kEarliestTimestamp)) return;
  if (send_fetch(context)) return;
  if (const auto due = next_due(context.env.now())) {
    context.env.timers.set(env::TimerKind::ReplicaFetch, leader_.value(), *due);
  }
}

std::optional<Instant> ReplicaFetcher::next_due(Instant now) const {
  std::optional<Instant> due;
  for (const auto& [partition, state] : partitions_) {
    const Instant at = state.delayed_until.value_or(now);
    if (!due || at < *due) due = at;
  }
  return due;
}

void ReplicaFetcher::add_to_session(FetcherContext& context, const TopicPartition& partition,
                                    PartitionFetchState& state,
                                    protocol::FetchSessionHandler::Session& wanted) const {
  const auto tail = context.logs.tail(partition);
  if (!tail) {  // its log is offline; the owner will take the partition away
    state.delayed_until = context.env.now() + context.config.fetch_backoff;
    return;
  }
  if (!context.logs.may_fetch(context.env, partition, state.in_sync)) {
    state.delayed_until = context.env.now() + context.config.fetch_backoff;
    return;
  }
  protocol::FetchSessionHandler::Entry entry;
  entry.topic_id = state.topic_id;
  entry.ask.partition = partition.partition;
  entry.ask.current_leader_epoch = state.current_leader_epoch.value();
  entry.ask.fetch_offset = state.fetch_offset.value();
  entry.ask.last_fetched_epoch = state.last_fetched_epoch.value_or(LeaderEpoch(-1)).value();
  entry.ask.log_start_offset = tail->log_start.value();
  entry.ask.partition_max_bytes = context.config.fetch_max_bytes;
  wanted.emplace(partition, entry);
}

bool ReplicaFetcher::send_fetch(FetcherContext& context) {
  protocol::FetchRequest request;
  request.replica_state = {context.config.broker.value(), context.own_epoch.value()};
  request.max_wait_ms = static_cast<std::int32_t>(to_millis(context.config.fetch_wait_max));
  request.min_bytes = context.config.fetch_min_bytes;
  request.max_bytes = context.config.fetch_response_max_bytes;
  protocol::FetchSessionHandler::Session wanted;
  for (auto& [partition, state] : partitions_) {
    if (!ready(state, FetchPhase::Fetching, context.env.now())) continue;
    add_to_session(context, partition, state, wanted);
  }
  // Nothing to ask for; but the leader may have to be told to forget.
  if (wanted.empty() && (session_.full() || session_.session().empty())) return false;
  for (const auto& [partition, entry] : wanted) {
    sent_.push_back({partition, entry.topic_id, Offset(entry.ask.fetch_offset),
                     LeaderEpoch(entry.ask.current_leader_epoch)});
  }
  session_.build(std::move(wanted), &request);
  sent_phase_ = FetchPhase::Fetching;
  in_flight_ = true;
  context.network.send(context.env, leader_, request, kReplicaFetchVersion, 0);
  return true;
}

bool ReplicaFetcher::send_list_offsets(FetcherContext& context, FetchPhase phase,
                                       std::int64_t timestamp) {
  protocol::ListOffsetsRequest request;
  request.replica_id = context.config.broker.value();
  for (const auto& [partition, state] : partitions_) {
    if (!ready(state, phase, context.env.now())) continue;
    if (request.topics.empty() || request.topics.back().name != partition.topic) {
      request.topics.push_back({partition.topic, {}});
    }
    protocol::ListOffsetsRequest::ListOffsetsPartition asked;
    asked.partition_index = partition.partition;
    asked.current_leader_epoch = state.current_leader_epoch.value();
    asked.timestamp = timestamp;
    request.topics.back().partitions.push_back(asked);
    sent_.push_back({partition, state.topic_id, state.fetch_offset, state.current_leader_epoch});
  }
  if (sent_.empty()) return false;
  sent_phase_ = phase;
  in_flight_ = true;
  context.network.send(context.env, leader_, request, kReplicaListOffsetsVersion, 0);
  return true;
}

// ---- answers ----------------------------------------------------------------------------------

void ReplicaFetcher::on_arrived(FetcherContext& context, const protocol::Arrived& arrived) {
  const std::vector<Asked> asked = std::move(sent_);
  sent_.clear();
  in_flight_ = false;
  bool understood = false;
  if (sent_phase_ == FetchPhase::Fetching) {
    understood = on_fetch_response(context, asked, arrived);
  } else {
    const auto response =
        protocol::decode_body<protocol::ListOffsetsResponse>(arrived.body, arrived.request.version);
    understood = response.ok();
    if (understood) on_list_offsets_response(context, asked, *response);
  }
  if (!understood) {
    for (const Asked& each : asked) delay(context, each.partition);
  }
}

void ReplicaFetcher::on_failed(FetcherContext& context) {
  const std::vector<Asked> asked = std::move(sent_);
  sent_.clear();
  in_flight_ = false;
  if (sent_phase_ == FetchPhase::Fetching) session_.handle_failure();
  for (const Asked& each : asked) delay(context, each.partition);
}

bool ReplicaFetcher::on_fetch_response(FetcherContext& context, const std::vector<Asked>& asked,
                                       const protocol::Arrived& arrived) {
  const std::int16_t version = arrived.request.version;
  const auto response = protocol::decode_body<protocol::FetchResponse>(arrived.body, version);
  if (!response.ok()) {
    session_.handle_failure();
    return false;
  }
  if (!session_.handle_response(*response, version)) {
    // The leader has restarted, or gave our slot to another: begin a new session at once.
    return response->error_code == ErrorCode::FETCH_SESSION_ID_NOT_FOUND ||
           response->error_code == ErrorCode::INVALID_FETCH_SESSION_EPOCH;
  }
  std::size_t at = 0;  // leaders answer in the order of the question
  for (const auto& topic : response->responses) {
    for (const Data& data : topic.partitions) {
      const auto matches = [&](const Asked& a) {
        return a.topic_id == topic.topic_id && a.partition.partition == data.partition_index;
      };
      if (at >= asked.size() || !matches(asked[at])) {
        at = static_cast<std::size_t>(std::find_if(asked.begin(), asked.end(), matches) -
                                      asked.begin());
        if (at == asked.size()) continue;
      }
      on_partition_data(context, asked[at], data);
      ++at;
    }
  }
  return true;
}

PartitionFetchState* ReplicaFetcher::current(const Asked& asked) {
  const auto it = partitions_.find(asked.partition);
  if (it == partitions_.end()) return nullptr;
  PartitionFetchState& state = it->second;
  const bool same = state.phase == sent_phase_ && state.fetch_offset == asked.offset &&
                    state.current_leader_epoch == asked.epoch && state.topic_id == asked.topic_id;
  return same ? &state : nullptr;
}

void ReplicaFetcher::on_partition_data(FetcherContext& context, const Asked& asked,
                                       const Data& data) {
  if (current(asked) == nullptr) return;
  if (data.error_code != ErrorCode::NONE) {
    on_error(context, asked, data.error_code);
  } else if (data.diverging_epoch.epoch >= 0) {
    on_divergence(context, asked, data);
  } else {
    on_data(context, asked, data);
  }
}

void ReplicaFetcher::on_data(FetcherContext& context, const Asked& asked, const Data& data) {
  const ErrorCode error = context.logs.append(context.env, asked.partition, data);
  if (error == ErrorCode::KAFKA_STORAGE_ERROR) {
    remove(asked.partition);
  } else if (error == ErrorCode::UNKNOWN_SERVER_ERROR) {
    give_up(context, asked.partition, error);
  } else if (error != ErrorCode::NONE) {
    on_error(context, asked, error);
  } else if (!data.records.empty()) {
    resume_at_tail(context, asked.partition);
  }
  if (const auto it = partitions_.find(asked.partition); it != partitions_.end()) {
    it->second.in_sync = it->second.fetch_offset.value() >= data.high_watermark;
  }
}

void ReplicaFetcher::on_divergence(FetcherContext& context, const Asked& asked, const Data& data) {
  const LeaderEpoch epoch(data.diverging_epoch.epoch);
  const Offset leader_end(data.diverging_epoch.end_offset);
  const PartitionRef ref = context.env.names.intern(asked.partition);
  context.env.events.emit(context.env.node, event::DivergenceFound{ref, epoch, leader_end});
  const auto tail = context.logs.tail(asked.partition);
  if (!tail) return remove(asked.partition);
  // Where both hold the leader's epoch: the earlier of its two ends. Where we never had it, cut to
  // the end of the newest older epoch that we do have; the next fetch will ask about that one.
  Offset to = std::min(leader_end, tail->log_end);
  if (const auto own = context.logs.end_offset_for_epoch(asked.partition, epoch)) {
    to = own->epoch == epoch ? std::min(to, own->end) : std::min(own->end, tail->log_end);
  }
  if (!context.logs.truncate(context.env, asked.partition, to)) return remove(asked.partition);
  resume_at_tail(context, asked.partition);
}

void ReplicaFetcher::on_error(FetcherContext& context, const Asked& asked, ErrorCode error) {
  const PartitionRef ref = context.env.names.intern(asked.partition);
  context.env.events.emit(context.env.node, event::FetcherFailed{ref, error});
  switch (error) {
    case ErrorCode::OFFSET_OUT_OF_RANGE:
      if (sent_phase_ == FetchPhase::Fetching) {
        partitions_[asked.partition].phase = FetchPhase::AskLatest;
        return;
      }
      break;
    case ErrorCode::FENCED_LEADER_EPOCH:
      // The leader is ahead of us; the controller's news, which will start us again, is on its way.
      return remove(asked.partition);
    default:
      break;
  }
  delay(context, asked.partition);
}

// ---- out of range -----------------------------------------------------------------------------

void ReplicaFetcher::on_list_offsets_response(FetcherContext& context,
                                              const std::vector<Asked>& asked,
                                              const protocol::ListOffsetsResponse& response) {
  for (const auto& topic : response.topics) {
    for (const auto& data : topic.partitions) {
      const TopicPartition partition{topic.name, data.partition_index};
      const auto it = std::find_if(asked.begin(), asked.end(),
                                   [&](const Asked& a) { return a.partition == partition; });
      if (it == asked.end() || current(*it) == nullptr) continue;
      if (data.error_code != ErrorCode::NONE) {
        on_error(context, *it, data.error_code);
      } else if (sent_phase_ == FetchPhase::AskLatest) {
        on_leader_latest(context, *it, Offset(data.offset));
      } else {
        on_leader_earliest(context, *it, Offset(data.offset));
      }
    }
  }
}

void ReplicaFetcher::on_leader_latest(FetcherContext& context, const Asked& asked,
                                      Offset leader_end) {
  const auto tail = context.logs.tail(asked.partition);
  if (!tail) return remove(asked.partition);
  if (leader_end >= tail->log_end) {
    partitions_[asked.partition].phase = FetchPhase::AskEarliest;
    return;
  }
  // Only an unclean election, or a leader that lost its disk, brings a follower here.
  if (!context.logs.truncate(context.env, asked.partition, leader_end)) {
    return remove(asked.partition);
  }
  resume_at_tail(context, asked.partition);
}

void ReplicaFetcher::on_leader_earliest(FetcherContext& context, const Asked& asked,
                                        Offset leader_start) {
  const auto tail = context.logs.tail(asked.partition);
  if (!tail) return remove(asked.partition);
  // We were away for so long that retention on the leader has eaten everything we hold.
  if (leader_start > tail->log_end &&
      !context.logs.truncate_fully_and_start_at(context.env, asked.partition, leader_start)) {
    return remove(asked.partition);
  }
  resume_at_tail(context, asked.partition);
}

// ---- state ------------------------------------------------------------------------------------

void ReplicaFetcher::resume_at_tail(FetcherContext& context, const TopicPartition& partition) {
  const auto tail = context.logs.tail(partition);
  if (!tail) return remove(partition);
  PartitionFetchState& state = partitions_[partition];
  state.fetch_offset = tail->log_end;
  state.last_fetched_epoch = tail->latest_epoch;
  state.phase = FetchPhase::Fetching;
  state.delayed_until.reset();
}

void ReplicaFetcher::give_up(FetcherContext& context, const TopicPartition& partition,
                             ErrorCode error) {
  const PartitionRef ref = context.env.names.intern(partition);
  context.env.events.emit(context.env.node, event::FetcherFailed{ref, error});
  remove(partition);
}

void ReplicaFetcher::delay(FetcherContext& context, const TopicPartition& partition) {
  const auto it = partitions_.find(partition);
  if (it == partitions_.end()) return;
  it->second.delayed_until = context.env.now() + context.config.fetch_backoff;
}

}  // namespace kscope::replication
