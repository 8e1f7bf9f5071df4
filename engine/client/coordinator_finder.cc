#include "engine/client/coordinator_finder.h"

#include "engine/protocol/messages/find_coordinator.h"

namespace kscope::client {
namespace {

struct Found {
  ErrorCode error = ErrorCode::NONE;
  std::int32_t node = -1;
};

Found read(const protocol::Arrived& arrived) {
  const auto response = protocol::decode_body<protocol::FindCoordinatorResponse>(
      arrived.body, arrived.request.version);
  if (!response.ok()) return {ErrorCode::UNKNOWN_SERVER_ERROR, -1};
  if (arrived.request.version < 4) return {response->error_code, response->node_id};
  if (response->coordinators.size() != 1) return {ErrorCode::UNKNOWN_SERVER_ERROR, -1};
  return {response->coordinators[0].error_code, response->coordinators[0].node_id};
}

}  // namespace

std::optional<NodeId> CoordinatorFinder::line() const {
  if (!coordinator_) return std::nullopt;
  return protocol::second_line_to(*coordinator_);
}

void CoordinatorFinder::find(ConsumerContext& in) {
  if (coordinator_ || asked_ || fatal_ || in.env.now() < not_before_) return;
  const auto node = in.cluster.least_loaded_node(in.env);
  if (!node) return in.cluster.metadata().request_update();
  protocol::FindCoordinatorRequest request;
  asked_ = in.send(*node, request, 0, std::nullopt, [&](std::int16_t version) {
    if (version >= 4)
      request.coordinator_keys.push_back(in.config.group_id);
    else
      request.key = in.config.group_id;
  });
}

bool CoordinatorFinder::on_response(ConsumerContext& in, const protocol::Arrived& arrived) {
  if (asked_ != arrived.request.tag) return false;
  asked_.reset();
  const Found answer = read(arrived);
  if (answer.error != ErrorCode::NONE || answer.node < 0) {
    failed(in, answer.error);
    return true;
  }
  failures_ = 0;
  ++found_;
  coordinator_ = NodeId(answer.node);
  in.env.events.emit(
      in.env.node, event::CoordinatorFound{in.env.names.intern(in.config.group_id), *coordinator_});
  return true;
}

bool CoordinatorFinder::on_request_failed(ConsumerContext& in, const protocol::InFlight& died) {
  if (asked_ != died.tag) return false;
  asked_.reset();
  failed(in, ErrorCode::NETWORK_EXCEPTION);
  return true;
}

void CoordinatorFinder::failed(ConsumerContext& in, ErrorCode error) {
  ++failed_;
  not_before_ = in.after_backoff(++failures_);
  in.last_error = to_string(error);
  if (!error_info(error).retriable)
    fatal_ = error;
  else
    in.cluster.metadata().request_update();
}

void CoordinatorFinder::lost(ConsumerContext& in, ErrorCode why) {
  if (!coordinator_) return;
  const NodeId line = *this->line();
  ++failed_;
  in.env.events.emit(in.env.node, event::CoordinatorLost{in.env.names.intern(in.config.group_id),
                                                         *coordinator_, why});
  coordinator_.reset();
  const Outcome hung_up = in.cluster.disconnect(in.env, line);
  died_.insert(died_.end(), hung_up.failed.begin(), hung_up.failed.end());
}

void CoordinatorFinder::on_disconnected(ConsumerContext& in, NodeId line, ErrorCode why) {
  if (this->line() != line) return;
  lost(in, why);
  not_before_ = std::max(not_before_, in.after_backoff(1));
}

std::optional<Instant> CoordinatorFinder::retry_at(Instant now) const {
  if (coordinator_ || asked_ || fatal_ || not_before_ <= now) return std::nullopt;
  return not_before_;
}

}  // namespace kscope::client
