// ClassicMembership: a consumer's place in a group of the classic protocol.
//
//   poll()        prepare (commit, give up partitions) -> JoinGroup -> SyncGroup -> take partitions
//                                                            |  leader: assign()
//   background()  heartbeats, and leaving when the application does not poll any more
//
// The two are Java's two threads. All that the application must see happens inside poll(): it is
// never surprised by losing a partition while it works on its records. Heartbeats go on meanwhile,
// which is why a consumer may be alive and yet hold up a rebalance: it learns of it with the next
// heartbeat and answers it with the next poll.
//
// Eager members give everything up before they join. Cooperative ones (KIP-429, if all their
// assignors are) keep what they have, give up what the new assignment takes from them, and join
// once more so that it can be given to others.
//
// Invariants: at most one JoinGroup or SyncGroup is under way; partitions are only taken in Stable
//             and for the generation that assigned them; after an error that says "I do not know
//             you", everything held is lost, not revoked.
//
// Kafka: AbstractCoordinator, ConsumerCoordinator. Differences: exceptions that Java throws out of
// poll() end the application (fatal()); "sleep" is an instant before which nothing is tried.
// Called by: kafka_consumer. Read next: client/classic_membership_join.cc
#pragma once

#include <map>
#include <set>

#include "engine/client/assignor/assignor.h"
#include "engine/client/heartbeat.h"
#include "engine/client/member_context.h"
#include "engine/protocol/messages/join_group.h"
#include "engine/protocol/messages/sync_group.h"

namespace kscope::client {

/// Kafka: AbstractCoordinator.Generation.
struct Generation {
  std::int32_t id = -1;
  std::string member_id;
  std::string protocol;  ///< the assignor that was voted for
  bool operator==(const Generation&) const = default;
  bool none() const { return id < 0 && protocol.empty(); }
};

class ClassicMembership {
 public:
  ClassicMembership() = default;
  explicit ClassicMembership(const ConsumerConfig& config);

  /// The application is in poll(). False: it is not (yet) in a position to have its positions.
  bool poll(MemberContext& in);
  /// The application is in poll(), whatever comes of it.
  void polled(Instant now) { heartbeat_.polled(now); }
  /// At any time; what does not need the application.
  void background(MemberContext& in);
  bool on_response(MemberContext& in, const protocol::Arrived& arrived);
  bool on_request_failed(MemberContext& in, const protocol::InFlight& died, ErrorCode why);
  void on_commit_setback(MemberContext& in, const OffsetCommitter::Setback& setback);
  /// unsubscribe() and close(): gives up what it has and says goodbye, unless it is static.
  void leave(MemberContext& in, const char* reason, bool closing);
  /// Goodbye was said and not answered yet.
  bool leaving() const { return leave_tag_.has_value(); }

  GroupIdentity identity(const TopicSubscription& topics) const;
  ConsumerState state() const { return state_; }
  const Generation& generation() const { return generation_; }
  const std::optional<std::string>& instance_id() const { return instance_id_; }
  std::optional<Instant> next_heartbeat() const;
  std::optional<Instant> poll_deadline() const;
  /// When background() is due; when poll() should be tried again.
  std::optional<Instant> background_at(Instant now, const CoordinatorFinder& finder) const;
  std::optional<Instant> retry_at(Instant now) const;
  /// What Java would have thrown out of poll(); the consumer is of no use any more.
  std::optional<ErrorCode> fatal() const { return fatal_; }

 private:
  using Partitions = std::vector<TopicPartition>;
  struct Sent {
    protocol::RequestTag tag = 0;
    Generation as;
  };

  // classic_membership.cc: when to join, and what to do before
  void refresh_subscription(MemberContext& in);
  bool has_fresh_metadata_to_join(MemberContext& in);
  bool metadata_is_fresh(const Metadata& metadata);
  bool rejoin_needed_or_pending(const MemberContext& in);
  bool join_under_way() const { return join_ || sync_ || leading_ || assignment_; }
  bool join_if_needed(MemberContext& in);
  bool prepare(MemberContext& in);
  bool commit_before_join(MemberContext& in);
  void give_up_partitions(MemberContext& in);
  void become(MemberContext& in, ConsumerState next, Generation generation);
  void request_rejoin(const std::string& reason);
  void reset_and_rejoin(MemberContext& in, const std::string& reason, bool forget_member_id);
  void fail(MemberContext& in, ErrorCode error);

  // classic_membership_heartbeat.cc: staying, and leaving
  void send_heartbeat(MemberContext& in);
  void take_heartbeat(MemberContext& in, const protocol::Arrived& arrived, const Generation& as);
  void poll_expired(MemberContext& in);
  bool send_leave(MemberContext& in, const char* reason);
  bool is_in_group() const {
    return state_ == ConsumerState::CompletingRebalance || state_ == ConsumerState::Stable;
  }

  // classic_membership_join.cc: JoinGroup, SyncGroup
  bool send_join(MemberContext& in);
  protocol::JoinGroupRequest join_request(MemberContext& in);
  void take_join(MemberContext& in, const protocol::Arrived& arrived, const Generation& as);
  void joined(MemberContext& in, const protocol::JoinGroupResponse& response);
  void join_refused(MemberContext& in, const protocol::JoinGroupResponse& response,
                    const Generation& as);
  void take_sync(MemberContext& in, const protocol::Arrived& arrived, const Generation& as);
  void sync_refused(MemberContext& in, ErrorCode error, const Generation& as);
  void join_failed(MemberContext& in, ErrorCode error);

  // classic_membership_assign.cc: the leader's work, and taking what was assigned
  void lead(MemberContext& in);
  bool assign_all(MemberContext& in, const protocol::JoinGroupResponse& response,
                  protocol::SyncGroupRequest* request);
  bool keeps_promise(const Assignor& assignor, const std::vector<MemberSubscription>& members,
                     const GroupAssignment& assignment) const;
  void send_sync(MemberContext& in, protocol::SyncGroupRequest request);
  void complete(MemberContext& in, const Blob& bytes);
  void take_assignment(MemberContext& in, const Partitions& assigned);
  void accept_matched_topics(MemberContext& in, const Partitions& assigned);

  std::optional<std::string> instance_id_;
  RebalanceProtocol protocol_ = RebalanceProtocol::Eager;
  ConsumerState state_ = ConsumerState::Unjoined;
  Generation generation_;
  Heartbeat heartbeat_;
  std::int64_t coordinators_seen_ = 0;                     // the finder's count
  std::map<protocol::RequestTag, Generation> heartbeats_;  // under way, and in whose name
  bool rejoin_needed_ = true;
  std::string rejoin_reason_;
  bool needs_prepare_ = true;
  std::optional<CommitId> last_commit_;  // before a rebalance; prepare() waits for it
  std::optional<Instant> prepare_until_;
  std::optional<Sent> join_, sync_;
  std::optional<protocol::JoinGroupResponse> leading_;  // the leader waits for metadata
  std::optional<Blob> assignment_;                      // arrived; taken by the next poll()
  std::optional<protocol::RequestTag> leave_tag_;
  Instant retry_at_{};
  std::optional<std::int64_t> fresh_from_;  // the version of the metadata that is waited for
  std::optional<std::set<std::string>> joined_topics_;  // what the last JoinGroup asked for
  ClusterTopics layout_;                                // of the topics we watch
  std::int64_t layout_version_ = -1;                    // of the metadata it was made from
  std::optional<ClusterTopics> assigned_layout_;        // leader only: what was assigned
  std::map<std::string, AssignorMemory> memory_;        // by assignor
  std::optional<ErrorCode> fatal_;
};

}  // namespace kscope::client
