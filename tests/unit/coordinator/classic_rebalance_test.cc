// Rebalances of the classic protocol, step by step.
//
// Kafka: GroupMetadataManagerTest, ClassicGroupTest; KIP-134, KIP-394, KIP-559.
#include "tests/unit/coordinator/group_story.h"

namespace kscope::test {

namespace {

using event::GroupStateChanged;
using event::RebalanceReason;
using event::RebalanceStarted;

}  // namespace

TEST_CASE("one rebalance, step by step") {
  GroupStory s;
  Actor a{"a"}, b{"b"};

  // The first join creates the group and grants an id.
  const auto first = s.take<JoinGroupResponse>(s.send_join(a));
  CHECK(first.error_code == ErrorCode::MEMBER_ID_REQUIRED);
  CHECK(first.member_id.substr(0, 2) == "a-");
  CHECK(first.member_id.size() == 2 + 36);
  CHECK(s.state() == GroupState::Empty);
  CHECK(s.group().is_pending(first.member_id));
  REQUIRE(s.log.size() == 1);
  CHECK(std::get<protocol::GroupMetadataValue>(*s.log[0].value).members.empty());

  // With it, the member waits for others: group.initial.rebalance.delay.ms.
  a.id = first.member_id;
  const auto a_join = s.send_join(a);
  CHECK(s.state() == GroupState::PreparingRebalance);
  CHECK(s.group().leader() == a.id);
  CHECK_FALSE(s.has<JoinGroupResponse>(a_join));
  s.run_for(seconds(2));
  const auto b_join = s.join(b);
  // 3 s after the first, the delay is extended once, since somebody has come.
  s.run_for(seconds(1));
  CHECK_FALSE(s.has<JoinGroupResponse>(a_join));
  s.run_for(seconds(3));
  CHECK(s.state() == GroupState::CompletingRebalance);

  const auto leader = s.joined(a, a_join);
  const auto follower = s.joined(b, b_join);
  CHECK(leader.generation_id == 1);
  CHECK(leader.protocol_type == "consumer");
  CHECK(leader.protocol_name == "range");
  CHECK(leader.leader == a.id);
  REQUIRE(leader.members.size() == 2);
  CHECK(leader.members[1].metadata == subscription_of({"orders"}));
  CHECK(follower.leader == a.id);
  CHECK(follower.members.empty());

  // The follower asks first and waits; the leader's request answers both once it is committed.
  s.hold = true;
  const auto b_sync = s.sync(b);
  const auto a_sync = s.sync(a, {{a.id, assignment_of("orders", {0, 1})},
                                 {b.id, assignment_of("orders", {2})},
                                 {"nobody", assignment_of("orders", {9})}});
  CHECK_FALSE(s.has<SyncGroupResponse>(b_sync));
  CHECK_FALSE(s.has<SyncGroupResponse>(a_sync));
  CHECK(s.state() == GroupState::CompletingRebalance);
  s.hold = false;
  s.commit_all();
  CHECK(s.state() == GroupState::Stable);
  CHECK(s.take<SyncGroupResponse>(a_sync).assignment == assignment_of("orders", {0, 1}));
  const auto assigned = s.take<SyncGroupResponse>(b_sync);
  CHECK(assigned.assignment == assignment_of("orders", {2}));
  CHECK(assigned.protocol_name == "range");

  const auto& written = std::get<protocol::GroupMetadataValue>(*s.log.back().value);
  CHECK(written.generation == 1);
  CHECK(written.leader == a.id);
  CHECK(written.protocol == "range");
  REQUIRE(written.members.size() == 2);
  CHECK(written.members[1].assignment == assignment_of("orders", {2}));
  CHECK(written.members[1].subscription == subscription_of({"orders"}));
  CHECK(written.members[1].session_timeout == 10'000);
  CHECK(s.heartbeat(a) == ErrorCode::NONE);
  CHECK(s.t.count<event::MemberAssignmentChanged>() == 3);
  CHECK(s.t.count<event::GenerationStarted>() == 1);
}

TEST_CASE("the first rebalance is extended at most up to the rebalance timeout") {
  GroupStory s;
  Actor a{"a"};
  a.rebalance = seconds(7);
  const auto ticket = s.join(a);
  std::vector<Actor> late;
  for (int i = 0; i < 5; ++i) late.push_back({"late" + std::to_string(i)});
  for (Actor& actor : late) {
    actor.rebalance = seconds(7);
    s.run_for(seconds(2));
    if (!s.has<JoinGroupResponse>(ticket)) s.join(actor);
  }
  CHECK(s.has<JoinGroupResponse>(ticket));  // 3 s, 3 s, and the last second of the 7
  CHECK(s.group().members().size() == 4);
  CHECK(s.t.last<event::GenerationStarted>()->members == 4);
}

TEST_CASE("a member joins a stable group: everyone is asked to join again") {
  GroupStory s;
  Actor a{"a"}, b{"b"}, c{"c"};
  s.assemble({&a, &b});
  const auto c_join = s.join(c);
  CHECK(s.state() == GroupState::PreparingRebalance);
  CHECK(s.t.last<RebalanceStarted>()->reason == RebalanceReason::MemberJoined);
  CHECK(s.heartbeat(a) == ErrorCode::REBALANCE_IN_PROGRESS);
  CHECK(s.error<SyncGroupResponse>(s.sync(a)) == ErrorCode::REBALANCE_IN_PROGRESS);
  CHECK(s.commit(a) == ErrorCode::NONE);  // of what it has read so far

  const auto a_join = s.join(a);
  CHECK_FALSE(s.has<JoinGroupResponse>(c_join));
  const auto b_join = s.join(b);  // the last: no delay now
  CHECK(s.state() == GroupState::CompletingRebalance);
  s.joined(a, a_join);
  s.joined(b, b_join);
  CHECK(s.joined(c, c_join).generation_id == 2);
  CHECK(s.commit(a) == ErrorCode::REBALANCE_IN_PROGRESS);
  s.sync_all({&a, &b, &c});
  CHECK(s.commit(a) == ErrorCode::NONE);
}

TEST_CASE("who does not join again in time is removed; the others go on") {
  GroupStory s;
  Actor a{"a"}, b{"b"}, c{"c"};
  for (Actor* actor : {&a, &b, &c}) actor->rebalance = seconds(30);
  s.assemble({&a, &b});
  REQUIRE(s.group().is_leader(a.id));
  const auto c_join = s.join(c);
  const auto b_join = s.join(b);
  s.run_alive(seconds(29), {&a});  // alive, but its application does not poll
  CHECK(s.state() == GroupState::PreparingRebalance);
  s.run_alive(seconds(1), {&a});
  CHECK(s.state() == GroupState::CompletingRebalance);
  CHECK(s.t.last<event::MemberRemoved>()->end == event::MemberEnd::RebalanceTimedOut);
  CHECK(s.joined(b, b_join).leader != a.id);  // another one leads
  s.joined(c, c_join);
  CHECK(s.heartbeat(a) == ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST_CASE("a session that ends begins a rebalance, and an empty group is written") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  s.assemble({&a, &b});
  s.run_alive(seconds(12), {&b});
  CHECK(s.state() == GroupState::PreparingRebalance);
  CHECK(s.t.last<event::MemberRemoved>()->end == event::MemberEnd::SessionExpired);
  CHECK(s.heartbeat(b) == ErrorCode::REBALANCE_IN_PROGRESS);
  s.run_for(seconds(11));  // and now b is silent as well
  CHECK(s.state() == GroupState::Empty);
  CHECK(s.group().generation() == 2);
  const auto& written = std::get<protocol::GroupMetadataValue>(*s.log.back().value);
  CHECK(written.members.empty());
  CHECK(written.generation == 2);
  CHECK(written.protocol_type == "consumer");
  CHECK_FALSE(written.protocol);
  CHECK_FALSE(s.timers.next());
}

TEST_CASE("heartbeats, joins, syncs and commits keep a session") {
  GroupStory s;
  Actor a{"a"};
  s.assemble({&a});
  for (int i = 0; i < 4; ++i) {
    s.run_for(seconds(9));
    if (i % 2 == 0) CHECK(s.heartbeat(a) == ErrorCode::NONE);
    if (i % 2 == 1) CHECK(s.commit(a) == ErrorCode::NONE);
  }
  CHECK(s.state() == GroupState::Stable);
  s.run_for(seconds(9));
  CHECK(s.state() == GroupState::Stable);
  s.run_for(seconds(1));
  CHECK(s.state() == GroupState::Empty);
}

TEST_CASE("a newcomer may wait for five minutes and no longer") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  a.rebalance = b.rebalance = seconds(600);
  s.assemble({&a});
  const auto b_join = s.join(b);
  for (int i = 0; i < 99; ++i) s.run_alive(seconds(3), {&a});
  CHECK(s.group().member(b.id));
  s.run_alive(seconds(4), {&a});
  CHECK_FALSE(s.group().member(b.id));
  CHECK(s.error<JoinGroupResponse>(b_join) == ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST_CASE("an id that is never used is forgotten, and holds up nobody") {
  GroupStory s;
  Actor a{"a"}, ghost{"ghost"};
  s.assemble({&a});
  s.send_join(ghost);
  const auto a_join = s.join(a);  // the leader joins again: a rebalance
  CHECK(s.state() == GroupState::PreparingRebalance);
  CHECK_FALSE(s.has<JoinGroupResponse>(a_join));  // it waits for the ghost
  s.run_for(seconds(10));                         // its session timeout
  CHECK(s.t.last<event::MemberRemoved>()->end == event::MemberEnd::NeverJoined);
  CHECK(s.joined(a, a_join).generation_id == 2);
}

TEST_CASE("who asks for no assignment is removed, and the others meet again") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  a.rebalance = b.rebalance = seconds(20);
  const auto a_join = s.join(a);
  const auto b_join = s.join(b);
  s.run_for(seconds(6));
  s.joined(a, a_join);
  s.joined(b, b_join);
  const auto a_sync = s.sync(a, {{a.id, assignment_of("orders", {0})}});
  CHECK(s.error<SyncGroupResponse>(a_sync) == ErrorCode::NONE);
  CHECK(s.state() == GroupState::Stable);
  s.run_alive(seconds(21), {&a, &b});
  CHECK_FALSE(s.group().member(b.id));
  CHECK(s.t.last<RebalanceStarted>()->reason == RebalanceReason::SyncTimedOut);
  CHECK(s.heartbeat(a) == ErrorCode::REBALANCE_IN_PROGRESS);
}

TEST_CASE("an assignment that cannot be stored begins another rebalance") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  const auto a_join = s.join(a);
  const auto b_join = s.join(b);
  s.run_for(seconds(6));
  s.joined(a, a_join);
  s.joined(b, b_join);
  const auto b_sync = s.sync(b);
  s.append_error = ErrorCode::NOT_ENOUGH_REPLICAS;
  const auto a_sync = s.sync(a, {{a.id, assignment_of("orders", {0})}});
  CHECK(s.error<SyncGroupResponse>(a_sync) == ErrorCode::COORDINATOR_NOT_AVAILABLE);
  CHECK(s.error<SyncGroupResponse>(b_sync) == ErrorCode::COORDINATOR_NOT_AVAILABLE);
  CHECK(s.state() == GroupState::PreparingRebalance);
  CHECK(s.t.last<RebalanceStarted>()->reason == RebalanceReason::AssignmentLost);
}

TEST_CASE("an assignment that is committed too late changes nothing") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  s.assemble({&a});
  const auto again = s.join(a);
  s.joined(a, again);
  s.hold = true;
  const auto a_sync = s.sync(a, {{a.id, assignment_of("orders", {5})}});
  s.join(b);  // another rebalance begins while the record is on its way
  CHECK(s.error<SyncGroupResponse>(a_sync) == ErrorCode::REBALANCE_IN_PROGRESS);
  s.commit_all();
  CHECK(s.state() == GroupState::PreparingRebalance);
  CHECK(s.group().member(a.id)->assignment.empty());
}

TEST_CASE("a vote chooses the assignor that most prefer among those that all know") {
  struct Row {
    std::vector<std::vector<std::string>> offers;
    std::string chosen;
  };
  const std::vector<Row> rows = {
      {{{"range"}, {"range"}}, "range"},
      {{{"sticky", "range"}, {"range", "sticky"}, {"range", "sticky"}}, "range"},
      {{{"sticky", "range"}, {"sticky", "range"}, {"range"}}, "range"},
      {{{"sticky", "range"}, {"range", "sticky"}}, "range"},  // a tie: the first by name
      {{{"cooperative-sticky", "range"}, {"cooperative-sticky", "range"}}, "cooperative-sticky"},
      {{{"range", "range"}}, "range"},  // named twice, known once
      {{{"sticky", "sticky", "range"}, {"range"}}, "range"},
  };
  for (const Row& row : rows) {
    GroupStory s;
    std::vector<Actor> actors;
    for (const auto& offer : row.offers) {
      actors.push_back({"c" + std::to_string(actors.size())});
      actors.back().assignors = offer;
    }
    std::vector<Actor*> all;
    for (Actor& actor : actors) all.push_back(&actor);
    s.assemble(all);
    CHECK(s.group().protocol_name() == row.chosen);
  }
}

TEST_CASE("every step of the transition table is taken, and no other") {
  int valid = 0;
  for (int from = 0; from < 5; ++from) {
    for (int to = 0; to < 5; ++to) {
      valid += is_valid_transition(static_cast<GroupState>(from), static_cast<GroupState>(to));
    }
  }
  CHECK(valid == static_cast<int>(std::size(kClassicTransitions)));
  CHECK_FALSE(is_valid_transition(GroupState::Stable, GroupState::Empty));
  CHECK_FALSE(is_valid_transition(GroupState::Stable, GroupState::CompletingRebalance));
  CHECK_FALSE(is_valid_transition(GroupState::Dead, GroupState::Empty));
}

}  // namespace kscope::test
