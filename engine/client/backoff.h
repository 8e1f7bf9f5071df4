// Exponential back-off with jitter: how long to wait before trying again.
//
// A thousand clients that lost the same broker at the same instant must not come back at the same
// instant. Each doubles its pause with every failure and then misses the exact value by up to a
// fifth, drawn from its own generator.
//
// Kafka: org.apache.kafka.common.utils.ExponentialBackoff,
// CommonClientConfigs.RETRY_BACKOFF_JITTER; KIP-580. Integer arithmetic instead of doubles, so that
// every machine waits equally long.
// Called by: metadata, cluster_client (reconnects), record_accumulator, kafka_consumer,
// admin_client.
// Read next: client/metadata.h
#pragma once

#include "engine/env/random.h"

namespace kscope::client {

/// `failures` counts from 1. The result is initial * 2^(failures-1) within +-20 %, at most `max`.
/// If `initial` exceeds `max`, Kafka waits `max` without growing; so do we.
Duration backoff_after(Duration initial, Duration max, std::int32_t failures,
                       env::Random& random);

}  // namespace kscope::client
