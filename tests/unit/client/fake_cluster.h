// FakeCluster: brokers made of a script, for testing clients without a cluster.
//
// It answers ApiVersions and Metadata by itself (from `leaders`) and keeps everything else for the
// test to answer, drop or leave. Frames are real Kafka frames, made and read with the codec. The
// clock only moves in run_until() and run_for(), which fire the client's timers in order.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "engine/client/client_config.h"
#include "engine/client/metadata.h"
#include "engine/protocol/frame.h"
#include "engine/protocol/messages/api_versions.h"
#include "engine/protocol/messages/create_topics.h"
#include "engine/protocol/messages/delete_topics.h"
#include "engine/protocol/messages/describe_cluster.h"
#include "engine/protocol/messages/fetch.h"
#include "engine/protocol/messages/list_offsets.h"
#include "engine/protocol/messages/metadata.h"
#include "engine/protocol/messages/offset_for_leader_epoch.h"
#include "engine/protocol/messages/produce.h"
#include "engine/record/record_batch.h"
#include "tests/catch.h"
#include "tests/unit/support/test_env.h"

namespace kscope::test {

using client::Settings;

/// A request that waits for the test to answer it.
struct Received {
  env::ConnectionInfo connection;
  protocol::RequestHeader header;
  Blob body;
  NodeId to() const { return connection.peer; }
  template <class Request>
  Request as() const {
    REQUIRE(header.api == Request::kApi);
    auto request = protocol::decode_body<Request>(body, header.version);
    REQUIRE(request.ok());
    return *request;
  }
};

template <class Client>
class FakeCluster {
 public:
  struct Leader {
    std::int32_t node = -1;
    std::int32_t epoch = 0;
  };

  FakeCluster() : t(NodeId(1001)) {}

  TestEnv t;
  Client client;
  std::vector<std::int32_t> brokers{1, 2, 3};
  std::map<TopicPartition, Leader> leaders;
  std::map<ApiKey, std::pair<std::int16_t, std::int16_t>> versions{
      {ApiKey::Produce, {0, 9}},     {ApiKey::Fetch, {4, 12}},
      {ApiKey::ListOffsets, {1, 7}}, {ApiKey::Metadata, {0, 12}},
      {ApiKey::ApiVersions, {0, 4}}, {ApiKey::CreateTopics, {0, 7}},
      {ApiKey::DeleteTopics, {0, 6}}, {ApiKey::OffsetForLeaderEpoch, {2, 4}},
      {ApiKey::DescribeCluster, {0, 0}}, {ApiKey::DeleteRecords, {0, 2}}};
  std::map<std::string, Uuid> topic_ids;  ///< of topics that have one
  std::set<NodeId> dead;           ///< connections to these are refused
  bool answer_metadata = true;
  int metadata_requests = 0;
  std::deque<Received> waiting;    ///< in order of arrival

  env::Env& env() { return t.env(); }

  /// Takes what the client sent, answers what it can; repeats until nothing more comes.
  void deliver() {
    for (bool again = true; again;) {
      again = refuse_the_dead() || answer_held();
      for (SentFrame& sent : t.network.take()) {
        again = true;
        take(sent);
      }
    }
  }

  template <class Response>
  void reply(const Received& to, const Response& response) {
    const Blob frame =
        protocol::response_frame(to.header.api, to.header.version, to.header.correlation,
                                 protocol::encode_body(response, to.header.version));
    // A connection is a queue: a test that answers out of order tests nothing that can happen.
    while (outstanding_[to.connection.id].front() != to.header.correlation) {
      REQUIRE(answer_first_of(to.connection));
    }
    outstanding_[to.connection.id].pop_front();
    client.on_frame(env(), to.connection, frame, FrameId(0));
    deliver();
  }

  /// Answers a request that is before the one which the test cares about, as if nothing had
  /// happened. False if that cannot be guessed.
  virtual bool answer_routinely(const Received&) { return false; }

  /// Breaks every connection to that broker; requests that wait there are gone.
  void break_connections(NodeId node) {
    waiting.erase(std::remove_if(waiting.begin(), waiting.end(),
                                 [node](const Received& r) { return r.to() == node; }),
                  waiting.end());
    for (const env::ConnectionInfo& connection : connections_to(node)) {
      closed_.insert(connection.id);
      client.on_closed(env(), connection);
    }
    deliver();
  }

  /// The oldest waiting request; REQUIREs that there is one of that API.
  Received take_waiting(ApiKey api) {
    for (auto it = waiting.begin(); it != waiting.end(); ++it) {
      if (it->header.api != api) continue;
      Received found = *it;
      waiting.erase(it);
      return found;
    }
    INFO("no request of API " << to_string(api) << " waits");
    REQUIRE(false);
    return {};
  }
  int count_waiting(ApiKey api) const {
    return static_cast<int>(std::count_if(waiting.begin(), waiting.end(), [api](const auto& r) {
      return r.header.api == api;
    }));
  }

  void run_until(Duration since_start) {
    deliver();
    for (int fired = 0;; ++fired) {
      REQUIRE(fired < 100'000);  // a timer that sets itself for the same instant
      auto first = earliest_timer();
      if (!first || first->second > Instant(since_start)) break;
      t.clock_at(std::max(first->second, t.now()).time_since_epoch());
      t.timers.armed.erase(first->first);
      client.on_timer(env(), first->first.first, first->first.second);
      deliver();
    }
    t.clock_at(since_start);
  }
  void run_for(Duration time) { run_until(t.now().time_since_epoch() + time); }

 private:
  bool answer_first_of(const env::ConnectionInfo& connection) {
    const auto first = std::find_if(waiting.begin(), waiting.end(), [&](const Received& r) {
      return r.connection.id == connection.id;
    });
    if (first == waiting.end()) return false;
    const Received received = *first;
    waiting.erase(first);
    return answer_routinely(received);
  }

  std::optional<std::pair<std::pair<env::TimerKind, std::int64_t>, Instant>> earliest_timer() {
    std::optional<std::pair<std::pair<env::TimerKind, std::int64_t>, Instant>> first;
    for (const auto& timer : t.timers.armed) {
      if (!first || timer.second < first->second) first = timer;
    }
    return first;
  }

  std::vector<env::ConnectionInfo> connections_to(NodeId node) const {
    std::vector<env::ConnectionInfo> open;
    for (const env::ConnectionInfo& c : t.network.opened) {
      const bool shut = closed_.count(c.id) > 0 || std::count(t.network.closed.begin(),
                                                              t.network.closed.end(), c.id) > 0;
      if (c.peer == node && !shut) open.push_back(c);
    }
    return open;
  }

  bool refuse_the_dead() {
    bool refused = false;
    for (const NodeId node : dead) {
      for (const env::ConnectionInfo& connection : connections_to(node)) {
        closed_.insert(connection.id);
        client.on_closed(env(), connection);
        refused = true;
      }
    }
    return refused;
  }

  void take(const SentFrame& sent) {
    if (closed_.count(sent.connection) > 0) return;
    const auto connection =
        std::find_if(t.network.opened.begin(), t.network.opened.end(),
                     [&](const env::ConnectionInfo& c) { return c.id == sent.connection; });
    REQUIRE(connection != t.network.opened.end());
    if (dead.count(connection->peer) > 0) return;
    const auto request = protocol::parse_request(sent.frame);
    REQUIRE(request.ok());
    const Received received{*connection, request->header, request->body};
    const ApiKey api = received.header.api;
    const bool ours = api == ApiKey::ApiVersions || (api == ApiKey::Metadata && answer_metadata);
    if (api == ApiKey::Metadata) ++metadata_requests;
    if (expects_answer(received)) {
      outstanding_[connection->id].push_back(received.header.correlation);
    }
    (ours ? held_ : waiting).push_back(received);
  }

  static bool expects_answer(const Received& received) {
    return received.header.api != ApiKey::Produce ||
           received.as<protocol::ProduceRequest>().acks != 0;
  }

  /// Answers what is ours to answer and first in line on its connection.
  bool answer_held() {
    for (auto it = held_.begin(); it != held_.end(); ++it) {
      const Received next = *it;
      auto& line = outstanding_[next.connection.id];
      const bool gone = closed_.count(next.connection.id) > 0;
      if (!gone && line.front() != next.header.correlation) continue;
      held_.erase(it);
      if (gone) return true;
      line.pop_front();
      if (next.header.api == ApiKey::ApiVersions) {
        reply_now(next, api_versions());
      } else {
        reply_now(next, metadata_for(next));
      }
      return true;
    }
    return false;
  }

  /// Not recursive: the frames that follow are taken by the loop in deliver().
  template <class Response>
  void reply_now(const Received& to, const Response& response) {
    client.on_frame(env(), to.connection,
                    protocol::response_frame(to.header.api, to.header.version,
                                             to.header.correlation,
                                             protocol::encode_body(response, to.header.version)),
                    FrameId(0));
  }

  protocol::ApiVersionsResponse api_versions() const {
    protocol::ApiVersionsResponse response;
    for (const auto& [api, range] : versions) {
      protocol::ApiVersionsResponse::ApiVersion entry;
      entry.api_key = static_cast<std::int16_t>(api);
      entry.min_version = range.first;
      entry.max_version = range.second;
      response.api_keys.push_back(entry);
    }
    return response;
  }

 public:
  protocol::MetadataResponse metadata_for(const Received& request) const {
    protocol::MetadataResponse response;
    for (const std::int32_t id : brokers) {
      if (dead.count(NodeId(id)) > 0) continue;
      protocol::MetadataResponse::MetadataResponseBroker broker;
      broker.node_id = id;
      broker.host = "localhost";
      response.brokers.push_back(broker);
    }
    response.controller_id = response.brokers.empty() ? -1 : response.brokers[0].node_id;
    const auto asked = request.as<protocol::MetadataRequest>();
    for (const auto& topic : asked.topics.value()) {
      response.topics.push_back(topic_for(topic.name.value()));
    }
    return response;
  }

 private:
  protocol::MetadataResponse::MetadataResponseTopic topic_for(const std::string& name) const {
    protocol::MetadataResponse::MetadataResponseTopic topic;
    topic.name = name;
    if (const auto id = topic_ids.find(name); id != topic_ids.end()) topic.topic_id = id->second;
    for (const auto& [partition, leader] : leaders) {
      if (partition.topic != name) continue;
      protocol::MetadataResponse::MetadataResponsePartition entry;
      entry.partition_index = partition.partition;
      entry.leader_id = leader.node;
      entry.leader_epoch = leader.epoch;
      if (leader.node < 0) entry.error_code = ErrorCode::LEADER_NOT_AVAILABLE;
      topic.partitions.push_back(entry);
    }
    if (topic.partitions.empty()) topic.error_code = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    return topic;
  }

  std::set<ConnectionId> closed_;  // broken from the brokers' side
  std::map<ConnectionId, std::deque<CorrelationId>> outstanding_;
  std::deque<Received> held_;  // requests that the fake answers itself, when it is their turn
};

/// Values as text, for comparing.
inline std::vector<std::string> values_of(const Blob& batches) {
  std::vector<std::string> values;
  const auto headers = record::split_batches(batches);
  REQUIRE(headers.ok());
  std::size_t at = 0;
  for (const auto& header : *headers) {
    const ByteView batch = batches.view().subspan(at, header.size_in_bytes());
    REQUIRE(record::crc_is_valid(batch));
    const auto records = record::read_records(batch);
    REQUIRE(records.ok());
    for (const auto& r : *records) values.emplace_back(text_of(*r.value));
    at += header.size_in_bytes();
  }
  return values;
}

}  // namespace kscope::test
