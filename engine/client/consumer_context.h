// ConsumerContext: what the consumer's parts work on; passed with each call and never kept.
//
// Called by: everything below kafka_consumer. Read next: client/offset_fetcher.h
#pragma once

#include "engine/client/subscription_state.h"
#include "engine/client/topic_subscription.h"

namespace kscope::client {

class RebalanceListener;

struct ConsumerContext {
  env::Env& env;
  const ConsumerConfig& config;
  ClusterClient& cluster;
  SubscriptionState& subscriptions;
  TopicSubscription& topics;
  std::string& last_error;
  protocol::RequestTag& next_tag;
  const RebalanceListener* listener;  ///< or null

  /// Notes the failure, tells of it and leaves the partition alone for retry.backoff.ms. Stale
  /// metadata is refreshed.
  void failed(AssignedPartition& partition, ErrorCode error);
  Instant after_backoff(std::int32_t failures) const;

  /// Sends in the newest version that both sides know and tells the tag, if the broker can take a
  /// request now. `fill` gets the version first, for requests that look different in old ones.
  template <class Request, class Fill>
  std::optional<protocol::RequestTag> send(NodeId to, Request& request, std::int16_t min_version,
                                           std::optional<Duration> timeout, Fill fill) {
    const auto version = cluster.ready(env, to, Request::kApi, min_version, Request::kMaxVersion);
    if (!version) return std::nullopt;
    fill(*version);
    const protocol::RequestTag tag = next_tag++;
    cluster.send(env, to, request, *version, tag, true, timeout);
    return tag;
  }
  template <class Request>
  std::optional<protocol::RequestTag> send(NodeId to, Request& request, std::int16_t min_version,
                                           std::optional<Duration> timeout = std::nullopt) {
    return send(to, request, min_version, timeout, [](std::int16_t) {});
  }
};

}  // namespace kscope::client
