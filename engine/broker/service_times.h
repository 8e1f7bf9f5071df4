// How long a request handler works on a request, besides what the disk takes; and how long a
// network thread works on a frame.
//
// Constants, chosen to be of the size that a small cluster on a current machine shows, so that
// queues build up where they would in life and a person can see a handler being busy. They are a
// model, not a measurement: what matters is that they are not zero, that a request with more to do
// takes longer, and that a broker has a capacity (8 handlers at 50 µs each: 160 000 fetches a
// second).
//
// Called by: request_channel. Real Kafka: whatever the machine needs.
// Read next: broker/request_channel.h
#pragma once

#include "engine/base/api_key.h"
#include "engine/base/time.h"

namespace kscope::broker {

constexpr Duration service_time(ApiKey api) {
  switch (api) {
    case ApiKey::ApiVersions: return micros(50);
    case ApiKey::Fetch: return micros(50);
    case ApiKey::FindCoordinator: return micros(50);
    case ApiKey::ListOffsets: return micros(80);
    case ApiKey::OffsetForLeaderEpoch: return micros(80);
    case ApiKey::InitProducerId: return micros(80);
    case ApiKey::Heartbeat: return micros(50);
    case ApiKey::OffsetCommit: return micros(100);
    case ApiKey::OffsetFetch: return micros(80);
    case ApiKey::JoinGroup: return micros(100);
    case ApiKey::SyncGroup: return micros(100);
    case ApiKey::LeaveGroup: return micros(100);
    case ApiKey::ConsumerGroupHeartbeat: return micros(100);
    case ApiKey::Metadata: return micros(100);
    case ApiKey::DescribeCluster: return micros(100);
    case ApiKey::Produce: return micros(100);
    default: return micros(200);  // administration: creating, deleting, altering
  }
}

/// What a network thread spends on a frame, in or out: system call, selector, copying.
constexpr Duration network_time(std::size_t bytes) {
  return micros(10 + static_cast<std::int64_t>(bytes / 1024));  // about 1 GB/s
}

}  // namespace kscope::broker
