// Events of producers, consumers and admin clients. `{node}` is the client process.
// Emitted by client/. Read next: event/event.h
#pragma once

#include "engine/base/api_key.h"
#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/event/describe.h"

namespace kscope::event {

enum class ClientRole : std::uint8_t { Producer, Consumer, Admin };
const char* to_string(ClientRole role);

/// A client process began. `acks` is a producer's; 0 for the others.
struct ClientStarted {
  static constexpr Info kInfo{"ClientStarted", Subject::Client, Weight::Change,
                              "{role} {name} starts"};
  NameRef name;
  ClientRole role{};
  std::int16_t acks = 0;
  void describe(auto&& v) const { v("name", name); v("role", role); v("acks", acks); }
};

/// send() put a record into the accumulator. `record` numbers this producer's records from 1.
struct RecordQueued {
  static constexpr Info kInfo{"RecordQueued", Subject::Client, Weight::Detail,
                              "{node} queues record {record} for {partition} ({bytes} bytes)"};
  PartitionRef partition;
  std::int64_t record = 0;
  std::int32_t bytes = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("record", record); v("bytes", bytes);
  }
};

struct BatchDrained {
  static constexpr Info kInfo{"BatchDrained", Subject::Client, Weight::Detail,
                              "{node} sends a batch of {records} records to {partition} (attempt "
                              "{attempt})"};
  PartitionRef partition;
  std::int64_t batch = 0;        ///< numbers this producer's batches
  std::int32_t records = 0;
  std::int32_t attempt = 0;      ///< 1 for the first
  void describe(auto&& v) const {
    v("partition", partition); v("batch", batch); v("records", records); v("attempt", attempt);
  }
};

struct BatchAcked {
  static constexpr Info kInfo{"BatchAcked", Subject::Client, Weight::Change,
                              "{node}: {partition} {base} (+{records} records) is acknowledged"};
  PartitionRef partition;
  std::int64_t batch = 0;
  Offset base;                   ///< -1 with acks=0
  std::int32_t records = 0;
  std::int16_t acks = 0;
  void describe(auto&& v) const {
    v("partition", partition); v("batch", batch); v("base", base); v("records", records);
    v("acks", acks);
  }
};

struct BatchRetried {
  static constexpr Info kInfo{"BatchRetried", Subject::Client, Weight::Change,
                              "{node} will retry its batch for {partition} after {error}"};
  PartitionRef partition;
  std::int64_t batch = 0;
  ErrorCode error{};
  Duration backoff{};
  void describe(auto&& v) const {
    v("partition", partition); v("batch", batch); v("error", error); v("backoff", backoff);
  }
};

struct BatchFailed {
  static constexpr Info kInfo{"BatchFailed", Subject::Client, Weight::Drama,
                              "{node} gives up {records} records for {partition}: {error}"};
  PartitionRef partition;
  std::int64_t batch = 0;
  std::int32_t records = 0;
  ErrorCode error{};
  void describe(auto&& v) const {
    v("partition", partition); v("batch", batch); v("records", records); v("error", error);
  }
};

struct RecordsConsumed {
  static constexpr Info kInfo{"RecordsConsumed", Subject::Client, Weight::Change,
                              "{node} consumes {partition} {from}..{last}"};
  PartitionRef partition;
  Offset from, last;  ///< both inclusive; position becomes last + 1
  void describe(auto&& v) const { v("partition", partition); v("from", from); v("last", last); }
};

struct PositionChanged {
  static constexpr Info kInfo{"PositionChanged", Subject::Client, Weight::Change,
                              "{node}: position in {partition} is {to}"};
  PartitionRef partition;
  Offset to;
  void describe(auto&& v) const { v("partition", partition); v("to", to); }
};

struct FetchFailed {
  static constexpr Info kInfo{"FetchFailed", Subject::Client, Weight::Change,
                              "{node}: fetching {partition} failed with {error}"};
  PartitionRef partition;
  ErrorCode error{};
  void describe(auto&& v) const { v("partition", partition); v("error", error); }
};

struct MetadataRefreshed {
  static constexpr Info kInfo{"MetadataRefreshed", Subject::Client, Weight::Detail,
                              "{node} refreshes its metadata: {brokers} brokers"};
  std::int32_t brokers = 0;
  void describe(auto&& v) const { v("brokers", brokers); }
};

struct AdminCompleted {
  static constexpr Info kInfo{"AdminCompleted", Subject::Client, Weight::Change,
                              "{node}: {api} for {topic} ended with {error}"};
  ApiKey api{};
  NameRef topic;
  ErrorCode error{};
  void describe(auto&& v) const { v("api", api); v("topic", topic); v("error", error); }
};

}  // namespace kscope::event
