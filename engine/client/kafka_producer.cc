#include "engine/client/kafka_producer.h"

#include "engine/base/checksums.h"

namespace kscope::client {

KafkaProducer KafkaProducer::start(env::Env& env, const ProducerConfig& config,
                                   std::vector<NodeId> bootstrap) {
  (void)env;
  KafkaProducer producer;
  producer.config_ = config;
  producer.sender_ = Sender(config, std::move(bootstrap));
  return producer;
}

void KafkaProducer::send(env::Env& env, const std::string& topic,
                         std::optional<std::int32_t> partition, std::optional<Bytes> key,
                         std::optional<Bytes> value, std::vector<record::Header> headers) {
  ++sends_;
  WaitingRecord waiting;
  waiting.topic = topic;
  waiting.partition = partition;
  waiting.record.timestamp_ms = env.clock.wall_ms();
  waiting.record.key = std::move(key);
  waiting.record.value = std::move(value);
  waiting.record.headers = std::move(headers);
  if (closing_) return refuse(env, waiting, ErrorCode::INVALID_REQUEST);
  const ProducerBatch alone({}, {}, 0, env.now(), 0);
  const std::int64_t size =
      static_cast<std::int64_t>(record::kBatchOverhead) + alone.size_of(waiting.record);
  if (size > config_.max_request_size || size > config_.buffer_memory) {
    return refuse(env, waiting, ErrorCode::MESSAGE_TOO_LARGE);
  }
  sender_.cluster().metadata().add_topic(topic);
  waiting_.push_back(std::move(waiting));
  run(env);
}

void KafkaProducer::run(env::Env& env) {
  if (closed_) return;
  // Sending may free memory (acks=0), which may let more records in.
  do {
    accept_waiting(env);
    sender_.run(env, memory_short_);
  } while (accept_waiting(env));
  std::optional<Instant> expiry = sender_.next_expiry();
  if (!waiting_.empty() && waiting_.front().blocked_since) {
    expiry = earlier(expiry, *waiting_.front().blocked_since + config_.max_block);
  }
  delivery_timer_.set(env, expiry);
  if (closing_ && waiting_.empty() && sender_.idle()) {
    closed_ = true;
    sender_.cluster().close_all(env);
  }
}

bool KafkaProducer::accept_waiting(env::Env& env) {
  bool progress = false;
  memory_short_ = false;
  while (!waiting_.empty()) {
    ErrorCode error = ErrorCode::NONE;
    Accept result = try_accept(env, waiting_.front(), &error);
    if (result == Accept::Blocked) {
      if (!waited_too_long(env, waiting_.front())) break;
      result = Accept::Failed;
      error = ErrorCode::REQUEST_TIMED_OUT;
    }
    if (result == Accept::Failed) refuse(env, waiting_.front(), error);
    waiting_.pop_front();
    memory_short_ = false;
    progress = true;
  }
  return progress;
}

KafkaProducer::Accept KafkaProducer::try_accept(env::Env& env, WaitingRecord& waiting,
                                                ErrorCode* error) {
  Metadata& metadata = sender_.cluster().metadata();
  const auto count = metadata.partition_count(waiting.topic);
  if (!count) {
    if (metadata.topic_error(waiting.topic) == ErrorCode::INVALID_TOPIC_EXCEPTION) {
      *error = ErrorCode::INVALID_TOPIC_EXCEPTION;
      return Accept::Failed;
    }
    metadata.request_update();
    return Accept::Blocked;
  }
  TopicPartition target{waiting.topic, waiting.partition.value_or(0)};
  const bool sticky = !waiting.partition && !waiting.record.key;
  if (waiting.partition && *waiting.partition >= *count) {
    metadata.request_update();  // partitions may have been added
    return Accept::Blocked;
  }
  if (sticky) {
    target.partition = partitioner_.partition_for(waiting.topic, *count,
                                                  metadata.partitions_with_leader(waiting.topic),
                                                  env.random[env::Purpose::Placement]);
  } else if (!waiting.partition) {
    target.partition = partition_for_key(*waiting.record.key, *count);
  }
  const auto bytes = static_cast<std::int32_t>(
      (waiting.record.key ? waiting.record.key->size() : 0) +
      (waiting.record.value ? waiting.record.value->size() : 0));
  if (sender_.accumulator().append(env, target, waiting.record, records_queued_ + 1) ==
      RecordAccumulator::Append::OutOfMemory) {
    memory_short_ = true;
    return Accept::Blocked;
  }
  ++records_queued_;
  if (sticky) {
    partitioner_.appended(waiting.topic, bytes, config_.batch_size,
                          sender_.accumulator().all_batches_full(target));
  }
  return Accept::Accepted;
}

bool KafkaProducer::waited_too_long(env::Env& env, WaitingRecord& waiting) {
  if (!waiting.blocked_since) waiting.blocked_since = env.now();
  return env.now() >= *waiting.blocked_since + config_.max_block;
}

void KafkaProducer::refuse(env::Env& env, const WaitingRecord& waiting, ErrorCode error) {
  ++sender_.stats().records_failed;
  sender_.stats().last_error = to_string(error);
  const PartitionRef ref{env.names.intern(waiting.topic), waiting.partition.value_or(-1)};
  env.events.emit(env.node, event::BatchFailed{ref, 0, 1, error});
}

void KafkaProducer::take_outcome(env::Env& env, const Outcome& outcome) {
  if (outcome.arrived) sender_.on_response(env, *outcome.arrived);
  sender_.on_requests_failed(env, outcome);
  run(env);
}

bool KafkaProducer::timer_fired(env::TimerKind kind) {
  if (kind == env::TimerKind::ClientSend) sender_.send_timer_fired();
  else if (kind == env::TimerKind::ClientDelivery) delivery_timer_.fired();
  else return false;
  return true;
}

void KafkaProducer::close(env::Env& env) {
  if (closing_) return;
  closing_ = true;
  sender_.accumulator().close();
  run(env);
}

std::vector<BatchInfo> KafkaProducer::accumulator() const {
  std::vector<BatchInfo> result;
  for (const auto& [partition, queue] : sender_.accumulator().queues()) {
    for (const ProducerBatch& batch : queue) {
      result.push_back({partition, batch.number(), batch.record_count(), batch.bytes(),
                        batch.attempts(), std::nullopt});
    }
  }
  return result;
}

std::vector<BatchInfo> KafkaProducer::in_flight() const {
  std::vector<BatchInfo> result;
  for (const auto& [tag, request] : sender_.in_flight()) {
    for (const ProducerBatch& batch : request.batches) {
      if (batch.state() == BatchState::Done) continue;
      result.push_back({batch.partition(), batch.number(), batch.record_count(), batch.bytes(),
                        batch.attempts(), request.to});
    }
  }
  return result;
}

}  // namespace kscope::client
