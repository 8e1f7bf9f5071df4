// GroupRequests: who waits for the group coordinator, by the ticket it was given.
//
// The coordinator answers when it can: after a rebalance, or when its records are committed. It
// knows tickets, not connections. Here a ticket finds its way back to a connection, together with
// what the broker itself had to say about the request.
//
// Invariant: a ticket is in here from the request to its answer, and is never used again.
//
// Called by: kafka_apis_groups. Kafka: the closures that KafkaApis hands to the coordinator's
// futures. Read next: broker/kafka_apis_groups.cc
#pragma once

#include <map>
#include <utility>
#include <variant>

#include "engine/broker/request_channel.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"

namespace kscope::broker {

struct GroupRequest {
  RequestContext context;
  /// OffsetCommit, OffsetDelete: partitions that there are not, refused before the coordinator saw
  /// the rest. OffsetFetch: the request itself, which its first version's answer has to repeat.
  std::variant<std::monostate, protocol::OffsetCommitResponse, protocol::OffsetDeleteResponse,
               protocol::OffsetFetchRequest>
      beside;
};

class GroupRequests {
 public:
  std::int64_t add(GroupRequest request) {
    waiting_.emplace(++last_, std::move(request));
    return last_;
  }
  /// REQUIRES that the ticket was given out and not taken.
  GroupRequest take(std::int64_t ticket) { return std::move(waiting_.extract(ticket).mapped()); }
  std::size_t size() const { return waiting_.size(); }

 private:
  std::int64_t last_ = 0;
  std::map<std::int64_t, GroupRequest> waiting_;
};

}  // namespace kscope::broker
