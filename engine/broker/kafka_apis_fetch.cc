// Fetch: consumers and followers read a log, or wait until there is something to read.
#include <algorithm>

#include "engine/broker/kafka_apis.h"

namespace kscope::broker {
namespace {

using replication::FetchIsolation;
using replication::FetchSource;

FetchSource source_of(const protocol::FetchRequest& asked, std::int16_t version) {
  FetchSource source;
  const std::int32_t replica = version >= 15 ? asked.replica_state.replica_id : asked.replica_id;
  if (replica >= 0) {
    source.follower = NodeId(replica);
    source.follower_epoch = BrokerEpoch(version >= 15 ? asked.replica_state.replica_epoch : -1);
    source.isolation = FetchIsolation::LogEnd;
  } else if (asked.isolation_level == 1) {
    source.isolation = FetchIsolation::TxnCommitted;
  }
  // From v11 on a consumer says where it is and may be sent to, and read from, a follower
  // (KIP-392).
  source.leader_only = source.follower.has_value() || version < 11;
  return source;
}

}  // namespace

std::optional<DelayedFetch> KafkaApis::plan_fetch(const QueuedRequest& request,
                                                  const protocol::FetchRequest& asked) {
  const std::int16_t version = request.context.header.version;
  DelayedFetch fetch;
  fetch.context = request.context;
  fetch.source = source_of(asked, version);
  fetch.max_bytes = fetch.source.follower
                        ? asked.max_bytes
                        : std::min(asked.max_bytes, broker_.config.fetch_max_bytes);
  fetch.min_bytes =
      static_cast<std::int32_t>(std::min<std::int64_t>(asked.min_bytes, fetch.max_bytes));
  for (const auto& topic : asked.topics) {
    const metadata::TopicImage* known = version >= 13 ? broker_.metadata.topic(topic.topic_id)
                                                      : broker_.metadata.topic(topic.topic);
    for (const auto& each : topic.partitions) {
      FetchPartitionStatus& status = fetch.partitions.emplace_back();
      status.topic_id = topic.topic_id;
      status.partition = {known != nullptr ? known->name : topic.topic, each.partition};
      status.fetch.offset = Offset(each.fetch_offset);
      status.fetch.current_leader_epoch = epoch_or_nothing(each.current_leader_epoch);
      status.fetch.last_fetched_epoch = epoch_or_nothing(each.last_fetched_epoch);
      status.fetch.follower_log_start = Offset(each.log_start_offset);
      status.fetch.max_bytes = each.partition_max_bytes;
      if (known == nullptr) {
        status.refused =
            version >= 13 ? ErrorCode::UNKNOWN_TOPIC_ID : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
      } else if (!known->partitions.contains(each.partition)) {
        status.refused = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
      }
      if (!status.partition.topic.empty()) status.ref = env_.names.intern(status.partition);
    }
  }
  return fetch;
}

void KafkaApis::handle_fetch(const QueuedRequest& request) {
  const auto asked = decode<protocol::FetchRequest>(request);
  if (!asked) return;
  if (asked->session_id != 0) {
    // Fetch sessions are not kept here; the client falls back to complete requests (KIP-227).
    protocol::FetchResponse response;
    response.error_code = ErrorCode::FETCH_SESSION_ID_NOT_FOUND;
    refuse(ApiKey::Fetch, {}, response.error_code);
    broker_.requests.respond(env_, request.context, response);
    return;
  }
  auto fetch = plan_fetch(request, *asked);
  FetchResults results = read_all(*fetch, true);
  std::int64_t bytes = 0;
  bool news = asked->max_wait_ms <= 0 || fetch->partitions.empty();
  for (const auto& read : results) {
    bytes += static_cast<std::int64_t>(read.records.size());
    news = news || read.error != ErrorCode::NONE || read.diverging.has_value();
  }
  if (news || bytes >= fetch->min_bytes) return respond(*fetch, std::move(results));
  std::vector<PartitionRef> keys;
  for (const auto& status : fetch->partitions) keys.push_back(status.ref);
  broker_.fetches.watch(env_, std::move(*fetch), std::move(keys), millis(asked->max_wait_ms));
}

KafkaApis::FetchResults KafkaApis::read_all(const DelayedFetch& fetch, bool update_followers) {
  FetchResults results;
  results.reserve(fetch.partitions.size());
  std::int64_t room = fetch.max_bytes;
  bool nothing_yet = true;
  for (const FetchPartitionStatus& status : fetch.partitions) {
    auto& result = results.emplace_back();
    result.error = status.refused;
    if (result.error != ErrorCode::NONE) continue;
    replication::PartitionFetch ask = status.fetch;
    ask.max_bytes = std::min(ask.max_bytes, room);
    ask.at_least_one_batch = nothing_yet;  // progress beats the limits, once per response (KIP-74)
    result = broker_.replicas.read(env_, fetch.source, status.partition, ask, update_followers);
    nothing_yet = nothing_yet && result.records.empty();
    room = std::max<std::int64_t>(0, room - static_cast<std::int64_t>(result.records.size()));
  }
  return results;
}

bool KafkaApis::try_complete(DelayedFetch& fetch, PartitionRef moved) {
  // Whatever moves is reported by itself, so the other partitions are as they were.
  bool has_data = false;
  for (const FetchPartitionStatus& status : fetch.partitions) {
    if (status.ref != moved) continue;
    const auto now = broker_.replicas.readiness(fetch.source, status.partition, status.fetch);
    if (now.must_answer) return complete(fetch), true;
    has_data = has_data || now.has_data;
  }
  if (!has_data) return false;
  if (fetch.min_bytes <= 1) return complete(fetch), true;
  FetchResults results = read_all(fetch, false);
  std::int64_t bytes = 0;
  for (const auto& read : results) bytes += static_cast<std::int64_t>(read.records.size());
  if (bytes < fetch.min_bytes) return false;
  respond(fetch, std::move(results));
  return true;
}

void KafkaApis::complete(const DelayedFetch& fetch) { respond(fetch, read_all(fetch, false)); }

void KafkaApis::respond(const DelayedFetch& fetch, FetchResults results) {
  protocol::FetchResponse response;
  const std::int16_t version = fetch.context.header.version;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const FetchPartitionStatus& status = fetch.partitions[i];
    const bool same_topic = !response.responses.empty() &&
                            response.responses.back().topic_id == status.topic_id &&
                            response.responses.back().topic == status.partition.topic;
    if (!same_topic) response.responses.push_back({status.partition.topic, status.topic_id, {}});
    replication::PartitionRead& read = results[i];
    auto& data = response.responses.back().partitions.emplace_back();
    data.partition_index = status.partition.partition;
    data.error_code = read.error;
    data.high_watermark = read.high_watermark.value();
    data.last_stable_offset = read.last_stable.value();
    data.log_start_offset = read.log_start.value();
    if (read.diverging && version >= 12) {
      data.diverging_epoch = {read.diverging->epoch.value(), read.diverging->end.value()};
    }
    if (fetch.source.isolation != FetchIsolation::TxnCommitted) {
      data.aborted_transactions.reset();
    }
    data.records = Blob(std::move(read.records));
    refuse(ApiKey::Fetch, status.ref, read.error);
  }
  broker_.requests.respond(env_, fetch.context, response);
}

}  // namespace kscope::broker
