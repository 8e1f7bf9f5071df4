// ForwardingManager: requests that only the controller can answer, taken there and back.
//
// A client may ask any broker to create a topic. The broker passes the request on and the answer
// back; the client never needs to know who the controller is. The same line carries what the broker
// itself wants of the controller: topics that somebody's Metadata request asked for into existence,
// and blocks of producer ids.
//
// Invariant: each request passed on is answered to its client once: by the controller, or with
// REQUEST_TIMED_OUT when no controller was found in time.
//
// Called by: kafka_apis, broker_server. Kafka: ForwardingManager, AutoTopicCreationManager,
// RPCProducerIdManager. Real Kafka wraps the client's request, with its principal, into an
// Envelope.
// Read next: broker/node_to_controller_channel.h
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/broker/config_admin.h"
#include "engine/broker/node_to_controller_channel.h"
#include "engine/broker/request_channel.h"

namespace kscope::broker {

/// How topics that nobody created explicitly come out.
struct AutoTopicSettings {
  std::int32_t partitions = 1;
  std::int16_t replication_factor = 1;
  Duration timeout = seconds(30);
  std::map<std::string, std::string> configs{};  ///< settings of its own
};

class ForwardingManager {
 public:
  void forward(env::Env& env, NodeToControllerChannel& channel, const RequestContext& from,
               ControllerRequest request) {
    forward(env, channel, from, std::move(request), {});
  }
  /// Part of the request has been dealt with here: `verdicts` go into the answer at their places,
  /// where one says FORWARDED stands what the controller answers.
  void forward(env::Env& env, NodeToControllerChannel& channel, const RequestContext& from,
               ControllerRequest request, ConfigVerdicts verdicts);
  /// Asks for those that are not being created already.
  void create_topics(env::Env& env, NodeToControllerChannel& channel,
                     const std::vector<std::string>& topics, const AutoTopicSettings& settings);
  /// An id nobody else has; nothing while the next block is on its way (the client tries again).
  std::optional<std::int64_t> next_producer_id(env::Env& env, NodeToControllerChannel& channel,
                                               NodeId broker, BrokerEpoch broker_epoch);

  /// The reply goes to its client through `responses`, or into this object.
  void on_reply(env::Env& env, const ControllerReply& reply, RequestChannel& responses);

  std::size_t forwarded() const { return forwarded_.size(); }
  const std::set<std::string>& topics_in_creation() const { return creating_; }

 private:
  struct Forwarded {
    RequestContext from;
    ControllerRequest request;
    ConfigVerdicts verdicts;  // of AlterConfigs and IncrementalAlterConfigs
  };
  void answer(env::Env& env, const Forwarded& forwarded, const ControllerReply& reply,
              RequestChannel& responses);
  void answer_admin(env::Env& env, const Forwarded& forwarded, const ControllerReply& reply,
                    RequestChannel& responses);
  void take_producer_ids(env::Env& env, const ControllerReply& reply);

  protocol::RequestTag last_tag_ = 0;
  std::map<protocol::RequestTag, Forwarded> forwarded_;
  std::map<protocol::RequestTag, std::vector<std::string>> creations_;
  std::set<std::string> creating_;  // Invariant: the union of the values of creations_
  std::optional<protocol::RequestTag> producer_ids_asked_;
  std::int64_t next_producer_id_ = 0;
  std::int64_t producer_ids_end_ = 0;  // exclusive; empty block when equal
};

}  // namespace kscope::broker
