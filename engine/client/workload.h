// Workload: an application that calls send() at a steady pace.
//
// Plain data driven by one timer (TimerKind::Workload, key: the workload's number in its process).
// The payload of a producer's n-th record is "value-n", so that a reader can tell records apart at
// sight, in the log strip, in the hex dump and in a consumer's hands.
//
// Invariant: sent <= count, if there is a count.
//
// Real Kafka: kafka-producer-perf-test.sh, ProducerPerformance.
// Called by: cluster/client_node (command `send`). Read next: client/kafka_producer.h
#pragma once

#include <optional>
#include <string>

#include "engine/client/kafka_producer.h"

namespace kscope::client {

struct Workload {
  std::string topic;
  std::optional<std::int32_t> partition;
  std::optional<std::int64_t> count;   ///< absent: without end if `every` is set, otherwise one
  Duration every{0};                   ///< 0: all at once
  std::optional<std::string> key;      ///< the same for every record
  std::int32_t keys = 0;               ///< else: "key-1" to "key-N" in turn; 0: no keys
  bool tombstone = false;              ///< no value at all: in a compacted topic, the key goes
  std::optional<std::string> value;    ///< instead of "value-n"; with several records "TEXT-n"
  std::int32_t size = 0;               ///< values are padded with '.' to this many bytes

  std::int64_t sent = 0;

  /// Sends the first record (all of them if `every` is 0) and sets the timer for the next.
  void begin(env::Env& env, std::int64_t timer_key, KafkaProducer& producer);
  /// The timer fired.
  void on_timer(env::Env& env, std::int64_t timer_key, KafkaProducer& producer);
  bool finished() const;
};

/// The value of record `number` under this workload.
std::string workload_value(const Workload& workload, std::int64_t number);

}  // namespace kscope::client
