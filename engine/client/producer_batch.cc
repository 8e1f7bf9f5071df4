#include "engine/client/producer_batch.h"

#include "engine/base/byte_io.h"
#include "engine/base/check.h"

namespace kscope::client {

namespace {

std::size_t size_with_length(const std::optional<Bytes>& bytes) {
  if (!bytes) return varint_size(-1);
  return varint_size(static_cast<std::int32_t>(bytes->size())) + bytes->size();
}

std::size_t body_size(const record::Record& record, std::int32_t offset_delta,
                      std::int64_t timestamp_delta) {
  std::size_t size = 1;  // attributes
  size += varlong_size(timestamp_delta) + varint_size(offset_delta);
  size += size_with_length(record.key) + size_with_length(record.value);
  size += varint_size(static_cast<std::int32_t>(record.headers.size()));
  for (const record::Header& header : record.headers) {
    size += varint_size(static_cast<std::int32_t>(header.key.size())) + header.key.size();
    size += size_with_length(header.value);
  }
  return size;
}

}  // namespace

ProducerBatch::ProducerBatch(TopicPartition partition, PartitionRef ref, std::int64_t number,
                             Instant now, std::int32_t write_limit)
    : partition_(std::move(partition)),
      ref_(ref),
      number_(number),
      bytes_(static_cast<std::int32_t>(record::kBatchOverhead)),
      write_limit_(write_limit),
      created_at_(now) {}

std::int32_t ProducerBatch::size_of(const record::Record& record) const {
  const std::int64_t base = records_.empty() ? record.timestamp_ms : records_[0].timestamp_ms;
  const std::size_t body = body_size(record, record_count(), record.timestamp_ms - base);
  return static_cast<std::int32_t>(varint_size(static_cast<std::int32_t>(body)) + body);
}

bool ProducerBatch::has_room_for(const record::Record& record) const {
  if (state_ != BatchState::Filling) return false;
  return records_.empty() || bytes_ + size_of(record) <= write_limit_;
}

void ProducerBatch::append(record::Record record) {
  KCHECK(has_room_for(record));
  bytes_ += size_of(record);
  record.offset = record_count();
  records_.push_back(std::move(record));
}

void ProducerBatch::close(record::Codec codec) {
  if (state_ != BatchState::Filling) return;
  record::BatchOptions options;
  options.codec = codec;
  encoded_ = Blob(record::build_batch(options, records_));
  bytes_ = static_cast<std::int32_t>(encoded_.size());
  become(BatchState::Closed);
}

void ProducerBatch::sent(std::optional<LeaderEpoch> leader_epoch) {
  sent_in_ = leader_epoch;
  ++attempts_;
  become(BatchState::InFlight);
}

void ProducerBatch::retry(Instant retry_at) {
  retry_at_ = retry_at;
  become(BatchState::Closed);
}

void ProducerBatch::done() { become(BatchState::Done); }

void ProducerBatch::become(BatchState next) {
  KCHECK(may_become(state_, next));
  state_ = next;
}

}  // namespace kscope::client
