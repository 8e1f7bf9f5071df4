#include "engine/client/consumer_context.h"

#include "engine/client/backoff.h"

namespace kscope::client {

void ConsumerContext::failed(AssignedPartition& partition, ErrorCode error) {
  if (says_metadata_is_stale(error) || error == ErrorCode::OFFSET_NOT_AVAILABLE) {
    cluster.metadata().request_update();
    subscriptions.clear_preferred(env, partition);
  }
  last_error = to_string(error);
  partition.retry_at = after_backoff(1);
  env.events.emit(env.node, event::FetchFailed{partition.ref, error});
}

Instant ConsumerContext::after_backoff(std::int32_t failures) const {
  return env.now() + backoff_after(config.common.retry_backoff, config.common.retry_backoff_max,
                                   failures, env.random[env::Purpose::ClientBackoff]);
}

}  // namespace kscope::client
