// FetchCollector: from the bytes of an answer to records in the application's hands.
//
// With isolation.level=read_committed it is here that aborted transactions disappear: their records
// are in the log and in the answer, and the answer says whose they are (KIP-98). Kafka:
// FetchCollector, CompletedFetch.
#include <algorithm>
#include <iterator>

#include "engine/client/fetcher.h"

namespace kscope::client {
namespace {

/// The marker that ends an aborted transaction: key version and type, 0 is ABORT (the storage
/// layer's end_txn_marker.h has it whole).
bool is_abort_marker(const record::BatchHeader& header, ByteView whole) {
  if (!header.is_control()) return false;
  const auto records = record::read_records(whole);
  if (!records.ok() || records->empty() || !records->front().key) return false;
  const Bytes& key = *records->front().key;
  return key.size() >= 4 && static_cast<int>(key[2]) == 0 && static_cast<int>(key[3]) == 0;
}

}  // namespace

/// True if the batch belongs to an aborted transaction.
bool CompletedFetch::is_aborted(const record::BatchHeader& header, ByteView whole) {
  while (!aborted.empty() && aborted.front().first_offset <= header.last_offset()) {
    aborted_producers.insert(aborted.front().producer_id);
    aborted.pop_front();
  }
  if (!header.has_producer_id()) return false;
  if (is_abort_marker(header, whole)) {
    aborted_producers.erase(header.producer_id);
    return false;
  }
  return header.is_transactional() && aborted_producers.contains(header.producer_id);
}

std::vector<RecordRun> Fetcher::poll(ConsumerContext& in) {
  std::int32_t handed_out = 0;
  std::deque<CompletedFetch> held;  // of paused partitions: kept for when they go on
  while (!buffer_.empty() && handed_out < in.config.max_poll_records) {
    CompletedFetch& fetch = buffer_.front();
    AssignedPartition* p = in.subscriptions.find(fetch.partition);
    bool drained = true;
    if (p != nullptr && p->state == FetchState::Fetching && p->position->offset == fetch.next) {
      if (!p->fetchable()) {
        held.push_back(std::move(fetch));
      } else {
        handed_out += hand_out(in, *p, fetch, in.config.max_poll_records - handed_out, &drained);
      }
    }
    if (drained) buffer_.pop_front();
  }
  std::move(held.begin(), held.end(), std::back_inserter(buffer_));
  return std::exchange(handed_out_, {});
}

bool Fetcher::has_available(const SubscriptionState& subscriptions) const {
  return std::any_of(buffer_.begin(), buffer_.end(), [&](const CompletedFetch& fetch) {
    const auto p = subscriptions.all().find(fetch.partition);
    return p == subscriptions.all().end() || p->second.state != FetchState::Fetching ||
           p->second.fetchable();
  });
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
  if (in.config.read_committed && fetch.is_aborted(*header, whole)) {
    const Offset first = std::max(Offset(header->base_offset), fetch.next);
    in.env.events.emit(in.env.node, event::AbortedRecordsSkipped{p.ref, first,
                                                                 Offset(header->last_offset())});
    return Next::Skipped;
  }
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
  handed_out_.push_back({fetch.partition, p.ref, first, last,
                         LeaderEpoch(fetch.batch->partition_leader_epoch)});
  in.env.events.emit(in.env.node, event::RecordsConsumed{p.ref, first, last});
  in.subscriptions.advance(in.env, p, fetch.next,
                           LeaderEpoch(fetch.batch->partition_leader_epoch), true);
  return count;
}

}  // namespace kscope::client
