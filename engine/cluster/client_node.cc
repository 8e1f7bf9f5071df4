#include "engine/cluster/client_node.h"

#include "engine/base/check.h"

namespace kscope::cluster {
namespace {

BatchView batch_view(const client::BatchInfo& info) {
  BatchView view;
  view.partition = info.partition;
  view.batch = info.batch;
  view.records = info.records;
  view.bytes = info.bytes;
  view.attempt = info.attempt;
  view.to = info.to ? info.to->value() : -1;
  return view;
}

ProducerView producer_view(const client::KafkaProducer& producer) {
  ProducerView view;
  view.acks = producer.config().acks;
  view.compression = record::to_string(producer.config().compression);
  view.records_queued = producer.records_queued();
  view.records_acked = producer.records_acked();
  view.records_failed = producer.records_failed();
  view.buffer_bytes = producer.buffer_bytes();
  view.buffer_limit = producer.config().buffer_memory;
  for (const client::BatchInfo& b : producer.accumulator())
    view.accumulator.push_back(batch_view(b));
  for (const client::BatchInfo& b : producer.in_flight()) view.in_flight.push_back(batch_view(b));
  view.last_error = producer.last_error();
  for (const auto& [tp, offset] : producer.last_acked()) view.last_acked[tp.str()] = offset.value();
  return view;
}

std::vector<std::string> names_of(const std::vector<TopicPartition>& partitions) {
  std::vector<std::string> names;
  for (const TopicPartition& tp : partitions) names.push_back(tp.str());
  return names;
}

void describe_membership(const client::KafkaConsumer& consumer, ConsumerView& view) {
  const client::ConsumerConfig& config = consumer.config();
  view.group = config.group_id;
  view.instance_id = config.instance_id.value_or("");
  view.state = consumer.member_state();
  const client::GroupIdentity identity = consumer.group_identity();
  view.member = identity.member_id;
  view.generation = identity.generation;
  if (consumer.coordinator()) view.coordinator = consumer.coordinator()->value();
  if (config.group_protocol == client::GroupProtocol::Consumer) {
    view.assignor = config.remote_assignor;
  } else {
    for (const std::string& name : config.assignors)
      view.assignor += (view.assignor.empty() ? "" : ",") + name;
  }
  const client::TopicSubscription& subscription = consumer.subscription();
  view.subscription.assign(subscription.topics().begin(), subscription.topics().end());
  if (subscription.has_pattern()) view.subscription = {subscription.pattern()};
  for (const auto& [tp, offset] : consumer.committed()) view.committed[tp.str()] = offset.value();
  view.poll_deadline = consumer.poll_deadline().value_or(Instant{});
  view.next_heartbeat = consumer.next_heartbeat().value_or(Instant{});
}

ConsumerView consumer_view(const client::KafkaConsumer& consumer) {
  ConsumerView view;
  if (!consumer.config().group_id.empty()) describe_membership(consumer, view);
  view.records_processed = consumer.application().processed();
  view.stalled = consumer.application().stalled();
  view.application = consumer.application().in_words();
  view.assigned = names_of(consumer.assigned());
  view.paused = names_of(consumer.paused());
  view.read_replicas = consumer.subscriptions().read_replicas();
  for (const auto& [tp, offset] : consumer.positions()) view.positions[tp.str()] = offset.value();
  for (const auto& [tp, lag] : consumer.lag()) view.lag[tp.str()] = lag;
  view.records_consumed = consumer.records_consumed();
  view.last_error = consumer.last_error();
  return view;
}

}  // namespace

void ClientNode::on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                          FrameId id) {
  std::visit([&](auto& c) { c.on_frame(env, connection, frame, id); }, client_);
}

void ClientNode::on_closed(env::Env& env, const env::ConnectionInfo& connection) {
  std::visit([&](auto& c) { c.on_closed(env, connection); }, client_);
}

void ClientNode::on_timer(env::Env& env, env::TimerKind kind, std::int64_t key) {
  if (kind == env::TimerKind::Workload && producer() != nullptr) {
    const auto number = static_cast<std::size_t>(key);
    if (number < workloads_.size()) workloads_[number].on_timer(env, key, *producer());
    return;
  }
  std::visit([&](auto& c) { c.on_timer(env, kind, key); }, client_);
}

void ClientNode::add_workload(env::Env& env, const client::Workload& workload) {
  KCHECK(producer() != nullptr);
  workloads_.push_back(workload);
  workloads_.back().begin(env, static_cast<std::int64_t>(workloads_.size()) - 1, *producer());
}

void ClientNode::close(env::Env& env) {
  for (client::Workload& workload : workloads_) workload.count = workload.sent;
  std::visit([&](auto& c) { c.close(env); }, client_);
}

ClientView ClientNode::view() const {
  ClientView view;
  view.name = name_;
  view.settings = settings_;
  if (const client::KafkaProducer* p = producer()) {
    view.kind = ClientKind::Producer;
    view.producer = producer_view(*p);
  } else if (const client::KafkaConsumer* c = consumer()) {
    view.kind = ClientKind::Consumer;
    view.consumer = consumer_view(*c);
  } else {
    view.kind = ClientKind::Admin;
  }
  return view;
}

}  // namespace kscope::cluster
