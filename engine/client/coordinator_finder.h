// CoordinatorFinder: which broker coordinates our group, and is it still there?
//
//   unknown -> FindCoordinator to any broker -> known -> (says no, hangs up, is silent) -> unknown
//
// All requests to the coordinator travel over a line of their own (protocol::second_line_to), so
// that a heartbeat never waits behind a Fetch.
//
// Invariants: at most one FindCoordinator is under way; after a failure none before the back-off is
//             over; CoordinatorFound and CoordinatorLost alternate.
//
// Kafka: AbstractCoordinator.ensureCoordinatorReady, lookupCoordinator, markCoordinatorUnknown;
// with KIP-848 CoordinatorRequestManager.
// Called by: classic_membership, consumer_membership, offset_committer, committed_offsets,
// kafka_consumer (answers, broken connections).
// Read next: client/classic_membership.h
#pragma once

#include <optional>

#include "engine/client/consumer_context.h"

namespace kscope::client {

class CoordinatorFinder {
 public:
  /// The broker, if it is known.
  std::optional<NodeId> coordinator() const { return coordinator_; }
  /// Where requests to it go.
  std::optional<NodeId> line() const;
  /// Asks around, unless the answer is known, under way, or it is too early to ask again.
  void find(ConsumerContext& in);
  /// It is not (any more). Hangs up, unless it was it that did.
  void lost(ConsumerContext& in, ErrorCode why);
  /// A connection of ours broke.
  void on_disconnected(ConsumerContext& in, NodeId line, ErrorCode why);

  /// False if the response is to none of our requests.
  bool on_response(ConsumerContext& in, const protocol::Arrived& arrived);
  bool on_request_failed(ConsumerContext& in, const protocol::InFlight& died);
  /// When find() should be tried again; nullopt if nothing is waited for.
  std::optional<Instant> retry_at(Instant now) const;
  /// An error that trying again does not help, once.
  std::optional<ErrorCode> take_fatal() { return std::exchange(fatal_, std::nullopt); }
  /// How often a coordinator was found; who waits for an answer sees that one came.
  std::int64_t found_count() const { return found_; }
  /// How often looking for it failed, or one that was found got lost.
  std::int64_t failed_count() const { return failed_; }
  /// What died when we hung up: each request belongs to somebody who wants to know.
  std::vector<protocol::InFlight> take_died() { return std::exchange(died_, {}); }

 private:
  void failed(ConsumerContext& in, ErrorCode error);

  std::optional<NodeId> coordinator_;
  std::optional<protocol::RequestTag> asked_;
  Instant not_before_{};
  std::int32_t failures_ = 0;  // in a row
  std::int64_t found_ = 0, failed_ = 0;
  std::optional<ErrorCode> fatal_;
  std::vector<protocol::InFlight> died_;
};

}  // namespace kscope::client
