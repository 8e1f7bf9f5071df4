// Client configuration: Kafka's names, Kafka's defaults, as plain data.
//
// A scenario says `producer p acks=1 linger.ms=5` and a real client's properties file says the
// same; both end here. Durations are milliseconds on the outside (as the names say) and Duration
// inside.
//
// Invariant: a config that parse_*_config returned is consistent, e.g. delivery.timeout.ms >=
// linger.ms + request.timeout.ms (Kafka: KafkaProducer.configureDeliveryTimeout).
//
// Kafka: ProducerConfig, ConsumerConfig, AdminClientConfig, CommonClientConfigs. Differences:
//   enable.idempotence is false here (Kafka 3.x: true); sequence numbers are not implemented yet;
//   processing.ms (consumer) is ours: how long the application works on what one poll returned; so
//   are the settings without a dot, which say what kind of application it is (ApplicationConfig);
//   partitioner.adaptive.partitioning.enable is treated as false.
// Called by: sim/ (commands), kafka_producer, kafka_consumer, admin_client.
// Read next: client/metadata.h, client/kafka_producer.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/record/compression.h"

namespace kscope::client {

/// What every client has.
struct CommonConfig {
  std::string client_id;                         ///< client.id
  Duration request_timeout = seconds(30);        ///< request.timeout.ms
  Duration retry_backoff = millis(100);          ///< retry.backoff.ms
  Duration retry_backoff_max = millis(1000);     ///< retry.backoff.max.ms (KIP-580)
  Duration reconnect_backoff = millis(50);       ///< reconnect.backoff.ms
  Duration reconnect_backoff_max = millis(1000); ///< reconnect.backoff.max.ms
  Duration metadata_max_age = seconds(300);      ///< metadata.max.age.ms
};

inline constexpr std::int16_t kAcksAll = -1;

struct ProducerConfig {
  CommonConfig common;
  std::int16_t acks = kAcksAll;                   ///< 0, 1, or kAcksAll
  std::int32_t batch_size = 16'384;               ///< bytes; a record that is larger travels alone
  Duration linger{0};
  std::int64_t buffer_memory = 32LL * 1024 * 1024;
  std::int32_t max_in_flight = 5;                 ///< max.in.flight.requests.per.connection
  std::int32_t retries = 2'147'483'647;           ///< in practice delivery.timeout.ms ends it
  Duration delivery_timeout = seconds(120);
  Duration max_block = seconds(60);
  std::int32_t max_request_size = 1'048'576;
  record::Codec compression = record::Codec::None;
  bool enable_idempotence = false;                ///< only false is accepted

  /// Without idempotence, one request at a time is the only way to keep order through retries.
  bool guarantees_order() const { return max_in_flight == 1; }
};

enum class OffsetReset : std::uint8_t { Earliest, Latest, None };
const char* to_string(OffsetReset reset);

/// Whose rules a group is run by: group.protocol.
enum class GroupProtocol : std::uint8_t {
  Classic,  ///< JoinGroup, SyncGroup, Heartbeat; the members assign
  Consumer  ///< ConsumerGroupHeartbeat; the coordinator assigns (KIP-848)
};
const char* to_string(GroupProtocol protocol);

/// When the application says "I am through with these".
enum class CommitMode : std::uint8_t {
  Auto,    ///< it does not; enable.auto.commit does so inside poll()
  Before,  ///< commitSync() as soon as poll() returns, then work: at most once
  After,   ///< work, then commitSync(): at least once
  Async,   ///< work, then commitAsync(): at least once, without waiting
  None     ///< never
};
const char* to_string(CommitMode mode);

/// The application around the consumer, as plain data. None of these is a setting of Kafka's.
struct ApplicationConfig {
  Duration per_record{0};           ///< processing: how long it works on one record
  Duration per_poll{0};             ///< processing.ms: and, in addition, on what a poll returned
  CommitMode commit = CommitMode::Auto;
  std::int64_t commit_every = 0;    ///< commit-every: after so many records; 0: after each poll's
  std::int64_t crash_after = 0;     ///< crash-after: the process dies once it worked on so many,
                                    ///< before it commits them; 0: it does not
};

struct ConsumerConfig {
  CommonConfig common;
  std::int32_t fetch_min_bytes = 1;
  std::int32_t fetch_max_bytes = 52'428'800;
  Duration fetch_max_wait = millis(500);
  std::int32_t max_partition_fetch_bytes = 1'048'576;
  std::int32_t max_poll_records = 500;
  OffsetReset auto_offset_reset = OffsetReset::Latest;
  bool check_crcs = true;
  bool read_committed = false;  ///< isolation.level
  std::string rack;             ///< client.rack: may be sent to a replica there (KIP-392)
  bool allow_auto_create_topics = true;
  Duration api_timeout = seconds(60);           ///< default.api.timeout.ms: commitSync()

  std::string group_id;                         ///< group.id; empty: no group, nothing is committed
  std::optional<std::string> instance_id;       ///< group.instance.id: a static member (KIP-345)
  GroupProtocol group_protocol = GroupProtocol::Classic;
  std::string remote_assignor;                  ///< group.remote.assignor; KIP-848 only
  std::vector<std::string> assignors;           ///< partition.assignment.strategy, best first
  Duration session_timeout = seconds(45);
  Duration heartbeat_interval = seconds(3);
  Duration max_poll_interval = seconds(300);    ///< at the same time the rebalance timeout
  bool enable_auto_commit = true;               ///< false without a group
  Duration auto_commit_interval = seconds(5);
  ApplicationConfig application;
};

struct AdminConfig {
  CommonConfig common;
  Duration api_timeout = seconds(60);  ///< default.api.timeout.ms
};

/// Settings by Kafka's names, in any order. Invalid names the setting, its value and what is
/// allowed.
using Settings = std::map<std::string, std::string>;
Result<ProducerConfig> parse_producer_config(const Settings& settings);
Result<ConsumerConfig> parse_consumer_config(const Settings& settings);
Result<AdminConfig> parse_admin_config(const Settings& settings);

}  // namespace kscope::client
