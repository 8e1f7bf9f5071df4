// OffsetCommitter: "I am through with everything before this", said to the coordinator.
//
//   commit() -> waits for the coordinator -> OffsetCommit -> done, failed, or (sync) tried again
//
// Synchronous commits are tried again until default.api.timeout.ms is over, since the application
// stands and waits. Asynchronous ones never are: a later commit may have overtaken them, and a late
// retry would move the group backwards. Whoever is not in the group at the moment does not even
// send: its partitions may belong to somebody else.
//
// Invariants: commits are sent in the order in which they were made; each ends exactly once, in
//             CommitSucceeded or CommitFailed for each of its partitions.
//
// Kafka: ConsumerCoordinator.commitOffsetsSync, commitOffsetsAsync, sendOffsetCommitRequest; with
// KIP-848 CommitRequestManager. CommitFailedException is UNKNOWN_MEMBER_ID here,
// RebalanceInProgressException REBALANCE_IN_PROGRESS.
// Called by: kafka_consumer, application, classic_membership, consumer_membership.
// Read next: client/committed_offsets.h
#pragma once

#include <deque>

#include "engine/client/coordinator_finder.h"

namespace kscope::client {

/// In whose name offsets are committed and fetched.
struct GroupIdentity {
  enum class As : std::uint8_t {
    Nobody,       ///< partitions by hand: no member, no generation
    Member,       ///< of the generation below
    Rebalancing,  ///< was one and is about to be one
    Outsider      ///< thrown out, or not in yet
  };
  As as = As::Nobody;
  std::int32_t generation = -1;  ///< the member epoch with KIP-848
  std::string member_id;
  std::optional<std::string> instance_id;
  bool consumer_protocol = false;
  bool operator==(const GroupIdentity&) const = default;
};

using CommitId = std::int64_t;

class OffsetCommitter {
 public:
  enum class Kind : std::uint8_t {
    Async,     ///< one try
    Sync,      ///< until `deadline`
    Revoking,  ///< until `deadline`, or until it turns out that a topic is gone (KIP-848)
    Auto       ///< one try, and if that may help a new one with newer offsets soon
  };
  struct Done {
    CommitId id = 0;
    Kind kind{};
    Offsets taken;  ///< by the coordinator
    ErrorCode error = ErrorCode::NONE;
  };

  /// A try that did not get through, for the membership to draw its conclusions: it may have to
  /// rejoin, or look for the coordinator.
  struct Setback {
    ErrorCode error{};
    GroupIdentity sent_as;
  };

  CommitId commit(Offsets offsets, Kind kind, Instant deadline = {});
  /// Sends what can be sent, and ends what cannot.
  void run(ConsumerContext& in, CoordinatorFinder& finder, const GroupIdentity& identity);
  bool on_response(ConsumerContext& in, const protocol::Arrived& arrived);
  bool on_request_failed(ConsumerContext& in, const protocol::InFlight& died, ErrorCode why);

  bool pending() const { return !commits_.empty(); }
  bool pending(CommitId id) const;
  /// How a commit ended, if it was among the last few; NONE is success.
  std::optional<ErrorCode> result(CommitId id) const;
  /// What happened since the last call.
  std::vector<Done> take_done() { return std::exchange(done_, {}); }
  std::vector<Setback> take_setbacks() { return std::exchange(setbacks_, {}); }
  std::optional<Instant> retry_at(Instant now) const;
  /// The last that the coordinator took, or told.
  const std::map<TopicPartition, Offset>& committed() const { return committed_; }
  void learned(const TopicPartition& partition, Offset offset) { committed_[partition] = offset; }

 private:
  struct Commit {
    CommitId id = 0;
    Kind kind{};
    Offsets offsets, taken;  // still to be committed; done
    Instant deadline{}, retry_at{};
    std::int32_t attempts = 0;
    std::int64_t failed_lookups = -1;  // the finder's count when it began to wait for one
    std::optional<protocol::RequestTag> tag;
    GroupIdentity sent_as;
  };
  bool send(ConsumerContext& in, CoordinatorFinder& finder, const GroupIdentity& identity,
            Commit& commit);
  bool must_end(const ConsumerContext& in, const CoordinatorFinder& finder,
                const GroupIdentity& identity, Commit& commit, ErrorCode* error) const;
  Commit* find(protocol::RequestTag tag);
  /// Ends it, or lets it be tried again.
  void settle(ConsumerContext& in, Commit& commit, ErrorCode error);
  void end(ConsumerContext& in, CommitId id, ErrorCode error);
  void tell(ConsumerContext& in, const TopicPartition& name, const OffsetAndMetadata& offset,
            ErrorCode error);

  std::deque<Commit> commits_;  // in the order in which they were made
  CommitId next_id_ = 1;
  std::vector<Done> done_;
  std::vector<Setback> setbacks_;
  std::deque<std::pair<CommitId, ErrorCode>> results_;  // of the last few
  std::map<TopicPartition, Offset> committed_;
};

}  // namespace kscope::client
