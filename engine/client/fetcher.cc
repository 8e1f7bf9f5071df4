#include "engine/client/fetcher.h"

#include <algorithm>

namespace kscope::client {
namespace {

bool is_session_error(ErrorCode error) {
  return error == ErrorCode::FETCH_SESSION_ID_NOT_FOUND ||
         error == ErrorCode::INVALID_FETCH_SESSION_EPOCH ||
         error == ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR;
}

}  // namespace

bool Fetcher::fetch_pending_at(NodeId node) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [node](const auto& entry) { return entry.second.to == node; });
}

bool Fetcher::is_buffered(const TopicPartition& partition) const {
  return std::any_of(buffer_.begin(), buffer_.end(), [&](const CompletedFetch& fetch) {
    return fetch.partition == partition;
  });
}

void Fetcher::send_fetches(ConsumerContext& in) {
  std::map<NodeId, Session> by_node;
  for (auto& [name, p] : in.subscriptions.all()) {
    if (!p.fetchable() || in.env.now() < p.retry_at || is_buffered(name)) continue;
    const auto node = in.subscriptions.read_replica(in.env, p, in.cluster.metadata());
    if (!node) {
      in.cluster.metadata().request_update();
    } else if (!fetch_pending_at(*node)) {
      by_node[*node].emplace(name, entry_for(in, name, p));
    }
  }
  for (auto& [node, wanted] : by_node) send_fetch(in, node, std::move(wanted));
}

protocol::FetchSessionHandler::Entry Fetcher::entry_for(ConsumerContext& in,
                                                        const TopicPartition& name,
                                                        const AssignedPartition& p) const {
  protocol::FetchSessionHandler::Entry entry;
  entry.topic_id = in.cluster.metadata().topic_id(name.topic);
  entry.ask.partition = name.partition;
  entry.ask.fetch_offset = p.position->offset.value();
  entry.ask.partition_max_bytes = in.config.max_partition_fetch_bytes;
  if (p.position->current_leader.epoch) {
    entry.ask.current_leader_epoch = p.position->current_leader.epoch->value();
  }
  return entry;
}

void Fetcher::send_fetch(ConsumerContext& in, NodeId node, Session wanted) {
  using Request = protocol::FetchRequest;
  auto version = in.cluster.ready(in.env, node, ApiKey::Fetch, 4, Request::kMaxVersion);
  if (!version) return;
  Request request;
  request.max_wait_ms = static_cast<std::int32_t>(to_millis(in.config.fetch_max_wait));
  request.min_bytes = in.config.fetch_min_bytes;
  request.max_bytes = in.config.fetch_max_bytes;
  request.isolation_level = in.config.read_committed ? 1 : 0;
  request.rack_id = in.config.rack;
  Pending pending{node, {}};
  for (const auto& [name, entry] : wanted) {
    pending.offsets.emplace(name, Offset(entry.ask.fetch_offset));
  }
  const bool ids_known = sessions_[node].build(std::move(wanted), &request);
  if (!ids_known) {
    *version = std::min<std::int16_t>(*version, protocol::kFirstFetchVersionWithIds - 1);
  }
  if (*version < 7) request.forgotten_topics_data.clear();  // it knows no sessions, so none is open
  pending_.emplace(in.next_tag, std::move(pending));
  in.cluster.send(in.env, node, request, *version, in.next_tag++);
}

void Fetcher::on_request_failed(const protocol::InFlight& died) {
  const auto pending = pending_.extract(died.tag);
  if (!pending.empty()) sessions_[pending.mapped().to].handle_failure();
}

bool Fetcher::on_response(ConsumerContext& in, const protocol::Arrived& arrived) {
  const auto pending = pending_.extract(arrived.request.tag);
  if (pending.empty()) return false;
  const Pending& asked = pending.mapped();
  const std::int16_t version = arrived.request.version;
  protocol::FetchSessionHandler& session = sessions_[asked.to];
  const auto response = protocol::decode_body<protocol::FetchResponse>(arrived.body, version);
  if (!response.ok()) {
    session.handle_failure();
    fail_all(in, asked, ErrorCode::UNKNOWN_SERVER_ERROR);
    return true;
  }
  if (!session.handle_response(*response, version)) {
    // A session that the broker does not know (any more) costs one more round, a full one.
    if (!is_session_error(response->error_code)) fail_all(in, asked, response->error_code);
    return true;
  }
  for (const auto& topic : response->responses) {
    for (const Data& data : topic.partitions) {
      const TopicPartition* name = session.partition_of(topic, data.partition_index, version);
      const auto offset = asked.offsets.find(*name);
      if (offset != asked.offsets.end()) take_partition(in, *name, offset->second, data);
    }
  }
  return true;
}

void Fetcher::fail_all(ConsumerContext& in, const Pending& asked, ErrorCode error) {
  // An answer that names partitions nobody asked for has no error of its own.
  const ErrorCode why = error == ErrorCode::NONE ? ErrorCode::UNKNOWN_SERVER_ERROR : error;
  for (const auto& [name, offset] : asked.offsets) {
    AssignedPartition* p = in.subscriptions.find(name);
    if (p != nullptr && p->state == FetchState::Fetching) in.failed(*p, why);
  }
}

void Fetcher::take_partition(ConsumerContext& in, const TopicPartition& name, Offset asked,
                             const Data& data) {
  AssignedPartition* p = in.subscriptions.find(name);
  // seek(), truncation or a new leader came in between: the answer is to a question of the past.
  if (p == nullptr || p->state != FetchState::Fetching || p->position->offset != asked) return;
  if (data.error_code != ErrorCode::NONE) return take_error(in, name, *p, data);
  if (data.high_watermark >= 0) p->high_watermark = Offset(data.high_watermark);
  if (data.log_start_offset >= 0) p->log_start = Offset(data.log_start_offset);
  if (data.preferred_read_replica >= 0) {
    in.subscriptions.prefer(in.env, *p, NodeId(data.preferred_read_replica),
                            in.env.now() + in.config.common.metadata_max_age);
  }
  if (data.records.empty()) return;
  CompletedFetch fetch;
  fetch.partition = name;
  fetch.next = asked;
  fetch.bytes = data.records;
  if (data.aborted_transactions) {
    fetch.aborted.assign(data.aborted_transactions->begin(), data.aborted_transactions->end());
    std::sort(fetch.aborted.begin(), fetch.aborted.end(),
              [](const auto& a, const auto& b) { return a.first_offset < b.first_offset; });
  }
  buffer_.push_back(std::move(fetch));
}

void Fetcher::take_error(ConsumerContext& in, const TopicPartition& name, AssignedPartition& p,
                         const Data& data) {
  if (data.error_code == ErrorCode::OFFSET_OUT_OF_RANGE &&
      in.subscriptions.clear_preferred(in.env, p)) {
    return;  // what a follower does not have (yet, or any more) its leader may have
  }
  in.failed(p, data.error_code);
  if (data.error_code == ErrorCode::OFFSET_OUT_OF_RANGE) {
    in.subscriptions.reset_or_halt(p);
  } else if (data.current_leader.leader_id >= 0) {
    const NodeId leader(data.current_leader.leader_id);
    const LeaderEpoch epoch(data.current_leader.leader_epoch);
    if (in.cluster.metadata().leader_learned(name, leader, epoch)) {
      in.subscriptions.leader_may_have_changed(name, {leader, epoch});
    }
  }
}

}  // namespace kscope::client
