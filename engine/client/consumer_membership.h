// ConsumerMembership: a consumer's place in a group of the new protocol (KIP-848).
//
// One request does it all. ConsumerGroupHeartbeat joins (epoch 0), keeps alive, tells what the
// member holds, and leaves (epoch -1; -2 for a static member that comes back). Its answer brings
// the member's epoch and, when it has changed, what the member should have. There is no leader and
// nobody waits for the others:
//
//   Joining -> Reconciling -> Acknowledging -> Stable
//                  ^                              |   a new target arrives
//                  +------------------------------+
//   Reconciling    commit, give up what the target does not name, take the rest
//   Acknowledging  the next heartbeat tells what is held now; only then is a partition that was
//                  given up free for somebody else
//   Fenced         the coordinator does not know us, or this epoch: everything is lost; join again
//
// Invariants: at most one heartbeat is under way, the one that leaves apart; what is subscribed and
//             held is not sent again while the coordinator has confirmed it (Told); partitions
//             change only inside poll().
//
// Kafka: MembershipManagerImpl, HeartbeatRequestManager. Differences: our applications always have
// a rebalance listener, so that giving up waits for poll(); UNSUBSCRIBED and STALE are both
// Unjoined, PREPARE_LEAVING is no state of its own, FATAL is fatal().
// Called by: kafka_consumer. Read next: coordinator/group/consumer_operation.h (the other
// side)
#pragma once

#include <map>
#include <set>

#include "engine/client/classic_membership.h"
#include "engine/protocol/messages/consumer_group_heartbeat.h"

namespace kscope::client {

class ConsumerMembership {
 public:
  ConsumerMembership() = default;
  explicit ConsumerMembership(const ConsumerConfig& config)
      : instance_id_(config.instance_id), max_poll_interval_(config.max_poll_interval) {}

  void polled(Instant now) { last_poll_ = now; }
  /// The application is in poll(). False once all is lost (fatal()).
  bool poll(MemberContext& in);
  void background(MemberContext& in);
  bool on_response(MemberContext& in, const protocol::Arrived& arrived);
  bool on_request_failed(MemberContext& in, const protocol::InFlight& died, ErrorCode why);
  void on_commit_setback(MemberContext& in, const OffsetCommitter::Setback& setback);
  void leave(MemberContext& in, const char* reason, bool closing);
  bool leaving() const { return leave_tag_.has_value(); }

  GroupIdentity identity(const TopicSubscription& topics) const;
  ConsumerState state() const { return state_; }
  std::optional<Instant> next_heartbeat() const;
  std::optional<Instant> poll_deadline() const;
  std::optional<Instant> background_at(Instant now, const CoordinatorFinder& finder) const;
  std::optional<Instant> retry_at(Instant) const { return std::nullopt; }
  std::optional<ErrorCode> fatal() const { return fatal_; }

 private:
  using Request = protocol::ConsumerGroupHeartbeatRequest;
  using Partitions = std::vector<TopicPartition>;
  using ByTopic = std::map<Uuid, std::set<std::int32_t>>;
  /// Kafka: LocalAssignment. Each target has a number, so that the same partitions that were taken
  /// away and given back in between are told from those that stayed.
  struct Assignment {
    std::int64_t number = -1;  // -1: none yet
    ByTopic partitions;
    bool operator==(const Assignment&) const = default;
  };
  /// What the coordinator knows of us (Kafka: SentFields).
  struct Told {
    bool rebalance_timeout = false;
    std::optional<std::set<std::string>> topics;
    std::optional<std::string> pattern;  // empty: none
    bool assignor = false;
    std::optional<Assignment> held;
  };

  // consumer_membership.cc: in poll()
  void refresh_subscription(MemberContext& in);
  void begin_anew(MemberContext& in);
  void reconcile(MemberContext& in);
  bool commit_before_giving_up(MemberContext& in);
  Assignment resolve(MemberContext& in, Partitions* names) const;
  void become(MemberContext& in, ConsumerState next, std::int32_t epoch);
  void forget_assignments();

  // consumer_membership_heartbeat.cc
  bool in_group() const {
    return state_ != ConsumerState::Unjoined && state_ != ConsumerState::Fenced &&
           state_ != ConsumerState::Leaving && !fatal_;
  }
  bool heartbeat_due(Instant now) const;
  void send_heartbeat(MemberContext& in);
  Request request(const MemberContext& in);
  void tell_subscription(const TopicSubscription& subscribed, bool all, Request& request);
  void send_leave(MemberContext& in);
  void poll_expired(MemberContext& in);
  void take_heartbeat(MemberContext& in, const protocol::ConsumerGroupHeartbeatResponse& response);
  void take_target(MemberContext& in,
                   const protocol::ConsumerGroupHeartbeatResponse::Assignment& assignment);
  void refused(MemberContext& in, ErrorCode error);
  void fail(MemberContext& in, ErrorCode error);

  std::optional<std::string> instance_id_;
  Duration max_poll_interval_{};
  ConsumerState state_ = ConsumerState::Unjoined;
  std::string member_id_;
  std::int32_t epoch_ = 0;
  bool stale_ = false;  // left because nobody polled; what is held is lost with the next poll()
  Assignment target_, held_;
  std::int64_t targets_ = 0;
  Told told_;
  std::optional<CommitId> last_commit_;  // before something is given up
  std::optional<protocol::RequestTag> heartbeat_tag_, leave_tag_;
  Duration interval_{0};  // the coordinator says (group.consumer.heartbeat.…)
  Instant due_{}, retry_at_{}, last_poll_{};
  std::int32_t failures_ = 0;          // in a row
  std::int32_t fences_ = 0;            // likewise
  std::int64_t matched_version_ = -1;  // of the metadata that the pattern was held against
  std::optional<ErrorCode> fatal_;
};

}  // namespace kscope::client
