// GroupStory: a coordinator's shard small enough to tell stories with.
//
// Requests go into the manager; what it decides is written to a list (the log), replayed and
// committed, and the answers are kept by ticket. Nothing moves by itself: run_to() moves the clock
// and fires what is due. `hold` leaves records uncommitted until commit(); `append_error` makes the
// next writes fail.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/coordinator/group/group_metadata_manager.h"
#include "tests/catch.h"
#include "tests/unit/support/test_env.h"

namespace kscope::test {

using namespace coordinator;  // NOLINT: the whole file is about it

using protocol::HeartbeatResponse;
using protocol::JoinGroupResponse;
using protocol::LeaveGroupResponse;
using protocol::SyncGroupResponse;

/// A consumer as the stories see it: what it would send, and what it has heard.
struct Actor {
  std::string client;
  std::string id{};
  std::optional<std::string> instance{};
  std::vector<std::string> assignors{"range"};
  std::vector<std::string> topics{"orders"};
  Duration session = seconds(10), rebalance = seconds(60);
  std::int16_t version = 9;
  std::string type = "consumer";
  std::int32_t generation = -1;
};

inline Blob subscription_of(const std::vector<std::string>& topics) {
  protocol::ConsumerProtocolSubscription subscription;
  subscription.topics = topics;
  return Blob(protocol::with_version(subscription));
}

inline Blob assignment_of(const std::string& topic, std::vector<std::int32_t> partitions) {
  protocol::ConsumerProtocolAssignment assignment;
  assignment.assigned_partitions = {{topic, std::move(partitions)}};
  return Blob(protocol::with_version(assignment));
}

class GroupStory {
 public:
  explicit GroupStory(std::uint64_t seed = 1) : t(NodeId(1), seed) {
    apply(groups.on_loaded(context_));
  }

  TestEnv t;
  GroupConfig config;
  CoordinatorTimer timers;
  metadata::MetadataImage metadata;
  GroupMetadataManager groups;
  std::vector<GroupRecord> log;
  std::map<std::int64_t, AnyResponse> answers;
  ErrorCode append_error = ErrorCode::NONE;
  bool hold = false;

  GroupContext at() { return context_; }
  const ClassicGroup& group() const {
    const ClassicGroup* found = groups.classic_group("g");
    REQUIRE(found);
    return *found;
  }
  GroupState state() const { return group().state(); }

  Caller caller(const Actor& who, std::int16_t version) {
    return {++last_ticket_, version, who.client, "/" + who.client, NodeId(100)};
  }
  protocol::JoinGroupRequest join_request(const Actor& who) const {
    protocol::JoinGroupRequest request;
    request.group_id = "g";
    request.member_id = who.id;
    request.group_instance_id = who.instance;
    request.session_timeout_ms = static_cast<std::int32_t>(to_millis(who.session));
    request.rebalance_timeout_ms = static_cast<std::int32_t>(to_millis(who.rebalance));
    request.protocol_type = who.type;
    for (const std::string& name : who.assignors) {
      request.protocols.push_back({name, subscription_of(who.topics)});
    }
    return request;
  }
  /// Sends a JoinGroup as it is, and returns the ticket.
  std::int64_t send_join(const Actor& who) {
    apply(groups.join(context_, caller(who, who.version), join_request(who)));
    return last_ticket_;
  }
  /// Both steps of a newcomer: the id, and then the join that waits.
  std::int64_t join(Actor& who) {
    std::int64_t ticket = send_join(who);
    if (who.id.empty() && has<JoinGroupResponse>(ticket)) {
      const auto first = take<JoinGroupResponse>(ticket);
      REQUIRE(first.error_code == ErrorCode::MEMBER_ID_REQUIRED);
      who.id = first.member_id;
      ticket = send_join(who);
    }
    return ticket;
  }
  /// Takes over what the answer to a JoinGroup says.
  JoinGroupResponse joined(Actor& who, std::int64_t ticket) {
    const auto response = take<JoinGroupResponse>(ticket);
    CHECK(response.error_code == ErrorCode::NONE);
    who.id = response.member_id;
    who.generation = response.generation_id;
    return response;
  }
  std::int64_t sync(const Actor& who, std::vector<std::pair<std::string, Blob>> assignments = {}) {
    protocol::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = who.id;
    request.group_instance_id = who.instance;
    request.generation_id = who.generation;
    for (auto& [member, blob] : assignments) request.assignments.push_back({member, blob});
    apply(groups.sync(context_, caller(who, 5), request));
    return last_ticket_;
  }
  ErrorCode heartbeat(const Actor& who) {
    protocol::HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = who.id;
    request.group_instance_id = who.instance;
    request.generation_id = who.generation;
    apply(groups.heartbeat(context_, caller(who, 4), request));
    return take<HeartbeatResponse>(last_ticket_).error_code;
  }
  std::int64_t send_leave(const std::vector<protocol::LeaveGroupRequest::MemberIdentity>& members) {
    protocol::LeaveGroupRequest request;
    request.group_id = "g";
    request.members = members;
    apply(groups.leave(context_, caller({"admin"}, 5), request));
    return last_ticket_;
  }
  ErrorCode leave(const Actor& who) {
    const auto response = take<LeaveGroupResponse>(send_leave({{who.id, who.instance, {}}}));
    REQUIRE(response.members.size() == 1);
    return response.members[0].error_code;
  }
  ErrorCode commit(const Actor& who, std::int16_t version = 8) {
    protocol::OffsetCommitRequest request;
    request.group_id = "g";
    request.member_id = who.id;
    request.group_instance_id = who.instance;
    request.generation_id_or_member_epoch = who.generation;
    return groups.validate_offset_commit(context_, caller(who, version), request);
  }

  /// The whole way for members that are not in the group yet: joined, synced, Stable.
  void assemble(std::vector<Actor*> actors) {
    std::vector<std::int64_t> tickets;
    for (Actor* actor : actors) tickets.push_back(join(*actor));
    run_for(config.initial_rebalance_delay);
    if (!has<JoinGroupResponse>(tickets.front())) run_for(config.initial_rebalance_delay);
    for (std::size_t i = 0; i < actors.size(); ++i) joined(*actors[i], tickets[i]);
    sync_all(actors);
  }
  /// Each gets the partition of "orders" with its place in the list.
  void sync_all(const std::vector<Actor*>& actors) {
    std::vector<std::pair<std::string, Blob>> assignments;
    for (std::size_t i = 0; i < actors.size(); ++i) {
      assignments.emplace_back(actors[i]->id,
                               assignment_of("orders", {static_cast<std::int32_t>(i)}));
    }
    std::vector<std::int64_t> tickets;
    for (const Actor* actor : actors) {
      const bool leads = group().is_leader(actor->id);
      tickets.push_back(sync(*actor, leads ? assignments : decltype(assignments)()));
    }
    for (std::size_t i = 0; i < actors.size(); ++i) {
      CHECK(take<SyncGroupResponse>(tickets[i]).assignment == assignments[i].second);
    }
    REQUIRE(state() == GroupState::Stable);
  }

  /// Fires what is due until then, in order.
  void run_to(Instant end) {
    while (timers.next() && *timers.next() <= end) {
      const Instant due = std::max(*timers.next(), t.now());
      t.clock_at(due.time_since_epoch());
      if (const auto timer = timers.take_due(due)) apply(groups.on_timer(context_, *timer));
    }
    t.clock_at(end.time_since_epoch());
  }
  void run_for(Duration span) { run_to(t.now() + span); }
  /// Time passes while these members keep their sessions.
  void run_alive(Duration span, const std::vector<Actor*>& alive) {
    const Instant end = t.now() + span;
    while (t.now() < end) {
      run_to(std::min(end, t.now() + seconds(3)));
      for (const Actor* actor : alive) heartbeat(*actor);
    }
  }

  template <class T>
  bool has(std::int64_t ticket) const {
    const auto it = answers.find(ticket);
    return it != answers.end() && std::holds_alternative<T>(it->second);
  }
  template <class T>
  T take(std::int64_t ticket) {
    REQUIRE(has<T>(ticket));
    T response = std::get<T>(answers.at(ticket));
    answers.erase(ticket);
    return response;
  }
  template <class T>
  ErrorCode error(std::int64_t ticket) {
    return take<T>(ticket).error_code;
  }

  /// What a shard does with a decision.
  void apply(Decision decision) {
    for (Answer& answer : decision.at_once) deliver(std::move(answer));
    if (decision.records.empty()) {
      for (Answer& answer : decision.answers) deliver(std::move(answer));
      return;
    }
    if (append_error != ErrorCode::NONE) {
      return apply(groups.afterwards(context_, decision.afterwards, append_error));
    }
    for (const GroupRecord& record : decision.records) {
      log.push_back(record);
      groups.replay(context_, record.key, record.value);
    }
    decision.records.clear();
    decision.at_once.clear();
    waiting_.push_back(std::move(decision));
    if (!hold) commit_all();
  }
  void commit_all(ErrorCode written = ErrorCode::NONE) {
    while (!waiting_.empty()) {
      Decision decision = std::move(waiting_.front());
      waiting_.pop_front();
      for (Answer& answer : decision.answers) deliver(std::move(answer));
      apply(groups.afterwards(context_, decision.afterwards, written));
    }
  }
  /// The same log, read by another broker.
  void fail_over(GroupStory& to) const {
    to.t.clock_at(t.now().time_since_epoch());
    to.config = config;
    to.timers = {};
    to.groups = {};
    to.log = log;
    for (const GroupRecord& record : log) to.groups.replay(to.context_, record.key, record.value);
    to.apply(to.groups.on_loaded(to.context_));
  }

 private:
  void deliver(Answer answer) {
    if (answer.ticket == 0) return;
    CHECK(!answers.contains(answer.ticket));  // nobody hears two answers
    answers.emplace(answer.ticket, std::move(answer.response));
  }

  GroupContext context_{t.env(), timers, config, metadata, PartitionRef{}};
  std::deque<Decision> waiting_;
  std::int64_t last_ticket_ = 0;
};

}  // namespace kscope::test
