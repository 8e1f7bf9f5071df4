#include "engine/client/fetcher.h"

#include <algorithm>

namespace kscope::client {

namespace {
/// From version 13 on partitions are named by topic id, which this client does not keep.
constexpr std::int16_t kMaxFetchVersion = 12;
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

void Fetcher::send_fetches(ConsumerContext& in, protocol::RequestTag* next_tag) {
  std::map<NodeId, std::vector<TopicPartition>> by_leader;
  for (auto& [name, p] : in.subscriptions.all()) {
    if (p.state != FetchState::Fetching || in.env.now() < p.retry_at || is_buffered(name)) continue;
    const auto leader = p.position->current_leader.leader;
    if (!leader) {
      in.cluster.metadata().request_update();
    } else if (!fetch_pending_at(*leader)) {
      by_leader[*leader].push_back(name);
    }
  }
  for (const auto& [node, names] : by_leader) send_fetch(in, node, names, next_tag);
}

void Fetcher::send_fetch(ConsumerContext& in, NodeId node,
                         const std::vector<TopicPartition>& names,
                         protocol::RequestTag* next_tag) {
  const auto version = in.cluster.ready(in.env, node, ApiKey::Fetch, 4, kMaxFetchVersion);
  if (!version) return;
  protocol::FetchRequest request;
  request.max_wait_ms = static_cast<std::int32_t>(to_millis(in.config.fetch_max_wait));
  request.min_bytes = in.config.fetch_min_bytes;
  request.max_bytes = in.config.fetch_max_bytes;
  Pending pending{node, {}};
  for (const TopicPartition& name : names) {
    const FetchPosition& position = *in.subscriptions.find(name)->position;
    if (request.topics.empty() || request.topics.back().topic != name.topic) {
      request.topics.emplace_back();
      request.topics.back().topic = name.topic;
    }
    protocol::FetchRequest::FetchPartition entry;
    entry.partition = name.partition;
    entry.fetch_offset = position.offset.value();
    entry.partition_max_bytes = in.config.max_partition_fetch_bytes;
    if (position.current_leader.epoch && *version >= 9) {
      entry.current_leader_epoch = position.current_leader.epoch->value();
    }
    request.topics.back().partitions.push_back(entry);
    pending.offsets.emplace(name, position.offset);
  }
  pending_.emplace(*next_tag, std::move(pending));
  in.cluster.send(in.env, node, request, *version, (*next_tag)++);
}

void Fetcher::on_request_failed(const protocol::InFlight& died) { pending_.erase(died.tag); }

bool Fetcher::on_response(ConsumerContext& in, const protocol::Arrived& arrived) {
  auto pending = pending_.extract(arrived.request.tag);
  if (pending.empty()) return false;
  const auto response = protocol::decode_body<protocol::FetchResponse>(arrived.body,
                                                                       arrived.request.version);
  const ErrorCode whole = response.ok() ? response->error_code : ErrorCode::UNKNOWN_SERVER_ERROR;
  if (whole != ErrorCode::NONE) {
    for (const auto& [name, asked] : pending.mapped().offsets) {
      AssignedPartition* p = in.subscriptions.find(name);
      if (p != nullptr && p->state == FetchState::Fetching) in.failed(*p, whole);
    }
    return true;
  }
  for (const auto& topic : response->responses) {
    for (const Data& data : topic.partitions) {
      const TopicPartition name{topic.topic, data.partition_index};
      const auto asked = pending.mapped().offsets.find(name);
      if (asked != pending.mapped().offsets.end()) take_partition(in, name, asked->second, data);
    }
  }
  return true;
}

void Fetcher::take_partition(ConsumerContext& in, const TopicPartition& name, Offset asked,
                             const Data& data) {
  AssignedPartition* p = in.subscriptions.find(name);
  // seek(), truncation or a new leader came in between: the answer is to a question of the past.
  if (p == nullptr || p->state != FetchState::Fetching || p->position->offset != asked) return;
  if (data.error_code != ErrorCode::NONE) return take_error(in, name, *p, data);
  if (data.high_watermark >= 0) p->high_watermark = Offset(data.high_watermark);
  if (data.log_start_offset >= 0) p->log_start = Offset(data.log_start_offset);
  if (data.records.empty()) return;
  CompletedFetch fetch;
  fetch.partition = name;
  fetch.next = asked;
  fetch.bytes = data.records;
  buffer_.push_back(std::move(fetch));
}

void Fetcher::take_error(ConsumerContext& in, const TopicPartition& name, AssignedPartition& p,
                         const Data& data) {
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

std::int32_t Fetcher::poll(ConsumerContext& in) {
  std::int32_t handed_out = 0;
  while (!buffer_.empty() && handed_out < in.config.max_poll_records) {
    CompletedFetch& fetch = buffer_.front();
    AssignedPartition* p = in.subscriptions.find(fetch.partition);
    bool drained = true;
    if (p != nullptr && p->state == FetchState::Fetching && p->position->offset == fetch.next) {
      handed_out += hand_out(in, *p, fetch, in.config.max_poll_records - handed_out, &drained);
    }
    if (drained) buffer_.pop_front();
  }
  return handed_out;
}

std::int32_t Fetcher::hand_out(ConsumerContext& in, AssignedPartition& p, CompletedFetch& fetch,
                               std::int32_t limit, bool* drained) {
  std::int32_t handed_out = 0;
  *drained = false;
  while (handed_out < limit) {
    if (fetch.record_at < fetch.records.size()) {
      handed_out += hand_out_run(in, p, fetch, limit - handed_out);
      continue;
    }
    switch (next_batch(in, p, fetch)) {
      case Next::Records:
      case Next::Skipped:
        break;
      case Next::Corrupt:
        in.failed(p, ErrorCode::CORRUPT_MESSAGE);
        [[fallthrough]];
      case Next::End:
        *drained = true;
        return handed_out;
    }
  }
  return handed_out;
}

Fetcher::Next Fetcher::next_batch(ConsumerContext& in, AssignedPartition& p,
                                  CompletedFetch& fetch) {
  if (fetch.batch) {
    // Offsets at the end of a batch may hold no records (compaction, control records).
    const Offset after(fetch.batch->next_offset());
    const auto epoch = LeaderEpoch(fetch.batch->partition_leader_epoch);
    if (after > fetch.next) {
      fetch.next = after;
      in.subscriptions.advance(in.env, p, after, epoch, false);
    }
    fetch.batch.reset();
    fetch.records.clear();
    fetch.record_at = 0;
  }
  const ByteView rest = fetch.bytes.view().subspan(fetch.batch_at);
  if (rest.empty()) return Next::End;
  const auto header = record::parse_header(rest);
  if (!header.ok()) {
    return header.error().kind == ErrorKind::Truncated ? Next::End : Next::Corrupt;
  }
  const ByteView whole = rest.subspan(0, header->size_in_bytes());
  if (in.config.check_crcs && !record::crc_is_valid(whole)) return Next::Corrupt;
  fetch.batch_at += whole.size();
  if (Offset(header->last_offset()) < fetch.next) return Next::Skipped;
  fetch.batch = *header;
  if (header->is_control()) return Next::Skipped;
  auto records = record::read_records(whole);
  if (!records.ok()) return Next::Corrupt;
  fetch.records = std::move(*records);
  // The answer begins with the batch that contains the position, not with the position itself.
  while (fetch.record_at < fetch.records.size() &&
         Offset(fetch.records[fetch.record_at].offset) < fetch.next) {
    ++fetch.record_at;
  }
  return Next::Records;
}

/// Hands out records with consecutive offsets, so that one event tells exactly which they were.
std::int32_t Fetcher::hand_out_run(ConsumerContext& in, AssignedPartition& p,
                                   CompletedFetch& fetch, std::int32_t limit) {
  const Offset first(fetch.records[fetch.record_at].offset);
  Offset last = first;
  std::int32_t count = 0;
  while (count < limit && fetch.record_at < fetch.records.size()) {
    const record::Record& record = fetch.records[fetch.record_at];
    if (count > 0 && record.offset != last.value() + 1) break;
    last = Offset(record.offset);
    consumed_.add({p.ref, last, digest_of(record.key, record.value)});
    ++fetch.record_at;
    ++count;
  }
  records_consumed_ += count;
  fetch.next = last + 1;
  in.env.events.emit(in.env.node, event::RecordsConsumed{p.ref, first, last});
  in.subscriptions.advance(in.env, p, fetch.next,
                           LeaderEpoch(fetch.batch->partition_leader_epoch), true);
  return count;
}

}  // namespace kscope::client
