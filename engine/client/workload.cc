#include "engine/client/workload.h"

namespace kscope::client {

namespace {

std::int64_t target(const Workload& workload) {
  if (workload.count) return *workload.count;
  return workload.every > Duration{0} ? std::int64_t{-1} : 1;
}

void send_one(env::Env& env, Workload& workload, KafkaProducer& producer) {
  std::optional<Bytes> key, value;
  if (workload.key) {
    key = to_bytes(*workload.key);
  } else if (workload.keys > 0) {
    key = to_bytes("key-" + std::to_string(workload.sent % workload.keys + 1));
  }
  if (!workload.tombstone) value = to_bytes(workload_value(workload, producer.sends() + 1));
  producer.send(env, workload.topic, workload.partition, std::move(key), std::move(value));
  ++workload.sent;
}

}  // namespace

bool Workload::finished() const {
  const std::int64_t end = target(*this);
  return end >= 0 && sent >= end;
}

std::string workload_value(const Workload& workload, std::int64_t number) {
  std::string value;
  if (!workload.value) {
    value = "value-" + std::to_string(number);
  } else {
    value = *workload.value;
    if (target(workload) != 1) value += "-" + std::to_string(number);
  }
  if (value.size() < static_cast<std::size_t>(std::max(workload.size, 0))) {
    value.resize(static_cast<std::size_t>(workload.size), '.');
  }
  return value;
}

void Workload::begin(env::Env& env, std::int64_t timer_key, KafkaProducer& producer) {
  on_timer(env, timer_key, producer);
}

void Workload::on_timer(env::Env& env, std::int64_t timer_key, KafkaProducer& producer) {
  if (finished()) return;
  do {
    send_one(env, *this, producer);
  } while (every <= Duration{0} && !finished());
  if (!finished()) env.timers.set(env::TimerKind::Workload, timer_key, env.now() + every);
}

}  // namespace kscope::client
