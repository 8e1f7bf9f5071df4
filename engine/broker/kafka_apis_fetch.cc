// Fetch: consumers and followers read a log, or wait until there is something to read.
//
// Three things are put together here: what the request names, or its session stands for; what the
// partitions have; and what of it the fetcher does not know yet. Kafka:
// KafkaApis.handleFetchRequest, FetchContext.
#include <algorithm>

#include "engine/broker/kafka_apis.h"
#include "engine/protocol/fetch_session_handler.h"

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
  if (version >= 11) source.rack = asked.rack_id;
  return source;
}

}  // namespace

// ---- what is asked ----------------------------------------------------------------------------

FetchPartitionStatus KafkaApis::plan_partition(
    const protocol::FetchRequest::FetchTopic& topic,
    const protocol::FetchRequest::FetchPartition& asked, std::int16_t version) {
  const bool by_id = version >= protocol::kFirstFetchVersionWithIds;
  FetchPartitionStatus status;
  if (by_id) status.topic_id = topic.topic_id;
  status.partition = {by_id ? std::string() : topic.topic, asked.partition};
  status.fetch.offset = Offset(asked.fetch_offset);
  status.fetch.current_leader_epoch = epoch_or_nothing(asked.current_leader_epoch);
  status.fetch.last_fetched_epoch = epoch_or_nothing(asked.last_fetched_epoch);
  status.fetch.follower_log_start = Offset(asked.log_start_offset);
  status.fetch.max_bytes = asked.partition_max_bytes;
  if (by_id) status.fetch.topic_id = topic.topic_id;
  return status;
}

/// Again with every request of a session: a topic may have come or gone since the last.
void KafkaApis::resolve(FetchPartitionStatus& status, bool by_id) const {
  const metadata::TopicImage* known = by_id ? broker_.metadata.topic(status.topic_id)
                                            : broker_.metadata.topic(status.partition.topic);
  status.refused = ErrorCode::NONE;
  if (known == nullptr) {
    status.refused =
        by_id ? ErrorCode::UNKNOWN_TOPIC_ID : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  } else {
    status.partition.topic = known->name;
    if (!known->partitions.contains(status.partition.partition)) {
      status.refused = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    }
  }
  if (!status.partition.topic.empty()) status.ref = env_.names.intern(status.partition);
}

DelayedFetch KafkaApis::plan_fetch(const QueuedRequest& request,
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
    for (const auto& each : topic.partitions) {
      fetch.partitions.push_back(plan_partition(topic, each, version));
    }
  }
  return fetch;
}

// Kafka: FetchManager.newContext.
ErrorCode KafkaApis::take_session(const QueuedRequest& request,
                                  const protocol::FetchRequest& asked, DelayedFetch& fetch) {
  FetchSessionCache& cache = broker_.fetch_sessions;
  const bool full = asked.session_epoch == protocol::kInitialSessionEpoch ||
                    asked.session_epoch == protocol::kFinalSessionEpoch;
  if (full) {
    // A full request that names a session is done with it.
    cache.remove(env_, asked.session_id, event::SessionEnd::ByClient);
    if (asked.session_epoch == protocol::kInitialSessionEpoch) fetch.use = SessionUse::Open;
    return ErrorCode::NONE;
  }
  FetchSession* session = cache.find(asked.session_id);
  if (session == nullptr) return ErrorCode::FETCH_SESSION_ID_NOT_FOUND;
  if (session->epoch != asked.session_epoch) return ErrorCode::INVALID_FETCH_SESSION_EPOCH;
  const bool by_id = request.context.header.version >= protocol::kFirstFetchVersionWithIds;
  if (session->uses_topic_ids != by_id) return ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR;
  update_session(*session, asked, std::move(fetch.partitions));
  fetch.partitions.clear();
  if (session->size() == 0) {
    cache.remove(env_, asked.session_id, event::SessionEnd::Emptied);
    return ErrorCode::NONE;
  }
  session->last_used = env_.now();
  session->epoch = protocol::next_session_epoch(session->epoch);
  fetch.use = SessionUse::Incremental;
  fetch.session = session->id;
  fetch.session_epoch = session->epoch;
  for (const auto& [turn, cached] : session->in_order()) fetch.partitions.push_back(cached.status);
  return ErrorCode::NONE;
}

void KafkaApis::update_session(FetchSession& session, const protocol::FetchRequest& asked,
                               std::vector<FetchPartitionStatus> named) {
  std::int32_t added = 0, removed = 0;
  for (FetchPartitionStatus& status : named) added += session.put(std::move(status)) ? 1 : 0;
  for (const auto& topic : asked.forgotten_topics_data) {
    for (std::int32_t partition : topic.partitions) {
      FetchPartitionStatus gone;
      gone.topic_id = topic.topic_id;
      gone.partition = {topic.topic, partition};
      removed += session.forget(session.key_of(gone)) ? 1 : 0;
    }
  }
  if (added + removed == 0) return;
  env_.events.emit(env_.node, event::FetchSessionChanged{session.id, added, removed});
}

void KafkaApis::handle_fetch(const QueuedRequest& request) {
  const auto asked = decode<protocol::FetchRequest>(request);
  if (!asked) return;
  DelayedFetch fetch = plan_fetch(request, *asked);
  const ErrorCode error = take_session(request, *asked, fetch);
  if (error != ErrorCode::NONE) {
    protocol::FetchResponse response;
    response.error_code = error;
    refuse(ApiKey::Fetch, {}, error);
    broker_.requests.respond(env_, request.context, response);
    return;
  }
  const bool by_id = request.context.header.version >= protocol::kFirstFetchVersionWithIds;
  for (FetchPartitionStatus& status : fetch.partitions) resolve(status, by_id);
  FetchResults results = read_all(fetch, true);
  std::int64_t bytes = 0;
  bool news = asked->max_wait_ms <= 0 || fetch.partitions.empty();
  for (const auto& read : results) {
    bytes += static_cast<std::int64_t>(read.records.size());
    news = news || read.error != ErrorCode::NONE || read.diverging.has_value() ||
           read.preferred_read_replica.has_value();
  }
  if (news || bytes >= fetch.min_bytes) return respond(fetch, std::move(results));
  std::vector<PartitionRef> keys;
  for (const auto& status : fetch.partitions) keys.push_back(status.ref);
  broker_.fetches.watch(env_, std::move(fetch), std::move(keys), millis(asked->max_wait_ms));
}

// ---- what is answered -------------------------------------------------------------------------

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

KafkaApis::FetchData KafkaApis::data_of(const DelayedFetch& fetch,
                                        const FetchPartitionStatus& status,
                                        replication::PartitionRead&& read) {
  const std::int16_t version = fetch.context.header.version;
  FetchData data;
  data.partition_index = status.partition.partition;
  data.error_code = read.error;
  data.high_watermark = read.high_watermark.value();
  data.last_stable_offset = read.last_stable.value();
  data.log_start_offset = read.log_start.value();
  if (read.diverging && version >= 12) {
    data.diverging_epoch = {read.diverging->epoch.value(), read.diverging->end.value()};
  }
  if (read.preferred_read_replica) {
    data.preferred_read_replica = read.preferred_read_replica->value();
    env_.events.emit(env_.node, event::ReadReplicaSelected{status.ref, fetch.context.peer,
                                                           *read.preferred_read_replica});
  }
  if (fetch.source.isolation == FetchIsolation::TxnCommitted) {
    for (const storage::AbortedTxn& txn : read.aborted) {
      data.aborted_transactions->push_back({txn.producer_id, txn.first.value()});
    }
  } else {
    data.aborted_transactions.reset();
  }
  data.records = Blob(std::move(read.records));
  return data;
}

/// KIP-951: whoever asks the wrong broker is told the right one, and where it is found.
void KafkaApis::point_to_leader(const FetchPartitionStatus& status, FetchData& data,
                                protocol::FetchResponse& response) const {
  const auto* known = broker_.metadata.partition(status.partition);
  if (known == nullptr || !known->leader) return;
  data.current_leader = {known->leader->value(), known->leader_epoch.value()};
  for (const auto& named : response.node_endpoints) {
    if (named.node_id == known->leader->value()) return;
  }
  for (const AliveBroker& broker : alive_brokers()) {
    if (broker.id != *known->leader) continue;
    response.node_endpoints.push_back({broker.id.value(), broker.host, broker.port, broker.rack});
  }
}

void KafkaApis::open_session(const DelayedFetch& fetch, const std::vector<FetchData>& told,
                             protocol::FetchResponse& response) {
  const bool by_id = fetch.context.header.version >= protocol::kFirstFetchVersionWithIds;
  FetchSession* session = broker_.fetch_sessions.maybe_create(
      env_, fetch.context.peer, fetch.source.follower.has_value(), told.size(), by_id);
  if (session == nullptr) return;
  for (std::size_t i = 0; i < told.size(); ++i) {
    session->put(fetch.partitions[i]);
    session->find(session->key_of(fetch.partitions[i]))->take_news(told[i]);
  }
  response.session_id = session->id;
}

void KafkaApis::respond(const DelayedFetch& fetch, FetchResults results) {
  const std::int16_t version = fetch.context.header.version;
  protocol::FetchResponse response;
  response.session_id = fetch.session;
  FetchSession* session =
      fetch.use == SessionUse::Incremental ? broker_.fetch_sessions.find(fetch.session) : nullptr;
  if (session != nullptr && session->epoch != fetch.session_epoch) {
    response.error_code = ErrorCode::INVALID_FETCH_SESSION_EPOCH;  // another request overtook it
    refuse(ApiKey::Fetch, {}, response.error_code);
    return broker_.requests.respond(env_, fetch.context, response);
  }
  std::vector<FetchData> told;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const FetchPartitionStatus& status = fetch.partitions[i];
    FetchData data = data_of(fetch, status, std::move(results[i]));
    refuse(ApiKey::Fetch, status.ref, data.error_code);
    const bool elsewhere = data.error_code == ErrorCode::NOT_LEADER_OR_FOLLOWER ||
                           data.error_code == ErrorCode::FENCED_LEADER_EPOCH;
    if (version >= 16 && elsewhere) point_to_leader(status, data, response);
    if (session != nullptr) {
      const FetchSession::Key key = session->key_of(status);
      CachedPartition* cached = session->find(key);
      if (cached != nullptr && !cached->take_news(data)) continue;
      if (cached != nullptr && !data.records.empty()) session->move_to_end(key);
    }
    told.push_back(data);
    const bool same_topic = !response.responses.empty() &&
                            response.responses.back().topic_id == status.topic_id &&
                            response.responses.back().topic == status.partition.topic;
    if (!same_topic) response.responses.push_back({status.partition.topic, status.topic_id, {}});
    response.responses.back().partitions.push_back(std::move(data));
  }
  if (fetch.use == SessionUse::Open) open_session(fetch, told, response);
  broker_.requests.respond(env_, fetch.context, response);
}

}  // namespace kscope::broker
