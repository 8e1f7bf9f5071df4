// Members of classic groups: joins in every state, static members, leaving, fencing, bad input.
//
// Kafka: GroupMetadataManagerTest; KIP-345, KIP-394, KIP-814.
#include "tests/unit/coordinator/group_story.h"

namespace kscope::test {

using event::MemberEnd;

TEST_CASE("what a member hears when it joins again, by state") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  const auto a_join = s.join(a);
  const auto b_join = s.join(b);
  s.run_for(seconds(6));
  s.joined(a, a_join);
  s.joined(b, b_join);

  // CompletingRebalance, nothing changed: the answer was lost, so here it is again.
  const auto leader = s.take<JoinGroupResponse>(s.send_join(a));
  CHECK(leader.generation_id == 1);
  CHECK(leader.members.size() == 2);
  const auto follower = s.take<JoinGroupResponse>(s.send_join(b));
  CHECK(follower.generation_id == 1);
  CHECK(follower.members.empty());
  s.sync_all({&a, &b});

  // Stable, a follower that changed nothing.
  CHECK(s.take<JoinGroupResponse>(s.send_join(b)).generation_id == 1);
  CHECK(s.state() == GroupState::Stable);
  // The leader may have seen that topics changed: another rebalance.
  const auto again = s.send_join(a);
  CHECK(s.state() == GroupState::PreparingRebalance);
  CHECK(s.t.last<event::RebalanceStarted>()->reason == event::RebalanceReason::LeaderRejoined);
  const auto b_again = s.send_join(b);
  s.joined(a, again);
  s.joined(b, b_again);
  s.sync_all({&a, &b});

  // A follower with another subscription.
  b.topics = {"orders", "returns"};
  s.send_join(b);
  CHECK(s.t.last<event::RebalanceStarted>()->reason == event::RebalanceReason::SubscriptionChanged);
}

TEST_CASE("another subscription while the assignment is awaited begins again") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  const auto a_join = s.join(a);
  const auto b_join = s.join(b);
  s.run_for(seconds(6));
  s.joined(a, a_join);
  s.joined(b, b_join);
  const auto b_sync = s.sync(b);
  a.topics = {"returns"};
  s.send_join(a);
  CHECK(s.error<SyncGroupResponse>(b_sync) == ErrorCode::REBALANCE_IN_PROGRESS);
  CHECK(s.state() == GroupState::PreparingRebalance);
}

TEST_CASE("a static member that comes back keeps its place without a rebalance") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  a.instance = "i1";
  s.assemble({&a, &b});
  const std::string old_id = a.id;
  CHECK(old_id.substr(0, 3) == "i1-");
  const auto assigned = s.group().member(old_id)->assignment;

  for (Actor* one : {&a, &b}) s.heartbeat(*one);
  const bool leads = s.group().is_leader(old_id);
  CAPTURE(leads);
  Actor back{"a"};
  back.instance = "i1";
  const auto response = s.joined(back, s.send_join(back));
  CHECK(back.id != old_id);
  CHECK(response.generation_id == 1);
  CHECK(response.skip_assignment == leads);  // KIP-814
  CHECK(response.leader == s.group().leader());
  CHECK(s.state() == GroupState::Stable);
  CHECK(s.take<SyncGroupResponse>(s.sync(back)).assignment == assigned);
  const auto& written = std::get<protocol::GroupMetadataValue>(*s.log.back().value);
  CHECK(written.members.size() == 2);

  // The old process is fenced wherever it turns up.
  CHECK(s.heartbeat(a) == ErrorCode::FENCED_INSTANCE_ID);
  CHECK(s.error<SyncGroupResponse>(s.sync(a)) == ErrorCode::FENCED_INSTANCE_ID);
  CHECK(s.error<JoinGroupResponse>(s.send_join(a)) == ErrorCode::FENCED_INSTANCE_ID);
  CHECK(s.commit(a) == ErrorCode::FENCED_INSTANCE_ID);
  CHECK(s.leave(a) == ErrorCode::FENCED_INSTANCE_ID);
}

TEST_CASE("before version 9 a returning static leader is told that another one leads") {
  GroupStory s;
  Actor a{"a"};
  a.instance = "i1";
  s.assemble({&a});
  Actor back{"a"};
  back.instance = "i1";
  back.version = 8;
  const auto response = s.joined(back, s.send_join(back));
  CHECK(response.leader == a.id);
  CHECK(response.members.empty());
  CHECK_FALSE(response.skip_assignment);
}

TEST_CASE("a returning static member that wants another assignor begins a rebalance") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  a.instance = "i1";
  a.assignors = b.assignors = {"range", "sticky"};
  s.assemble({&a, &b});
  REQUIRE(s.group().protocol_name() == "range");
  Actor back{"a"};
  back.instance = "i1";
  back.assignors = {"sticky"};
  s.send_join(back);
  CHECK(s.state() == GroupState::PreparingRebalance);
}

TEST_CASE("a static member's new id that cannot be stored is given back") {
  GroupStory s;
  Actor a{"a"};
  a.instance = "i1";
  s.assemble({&a});
  s.append_error = ErrorCode::NOT_LEADER_OR_FOLLOWER;
  Actor back{"a"};
  back.instance = "i1";
  CHECK(s.error<JoinGroupResponse>(s.send_join(back)) == ErrorCode::NOT_COORDINATOR);
  CHECK(s.group().static_member("i1") == a.id);
  CHECK(s.heartbeat(a) == ErrorCode::NONE);
  CHECK(s.timers.at({TimerPurpose::Session, "g", a.id}));
}

TEST_CASE("a rebalance that begins before the new id is stored takes the member along") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  a.instance = "i1";
  s.assemble({&a});
  s.hold = true;
  Actor back{"a"};
  back.instance = "i1";
  const auto ticket = s.send_join(back);
  CHECK_FALSE(s.group().members().begin()->second.is_joining());
  const auto b_join = s.join(b);
  CHECK(s.state() == GroupState::CompletingRebalance);  // it waits already: both are here
  CHECK(s.joined(back, ticket).generation_id == 2);
  s.joined(b, b_join);
  s.commit_all();
  CHECK(s.state() == GroupState::CompletingRebalance);
}

TEST_CASE("a missing static member keeps its place until its session ends") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  a.instance = "i1";
  a.session = seconds(45);
  a.rebalance = b.rebalance = seconds(10);
  s.assemble({&a, &b});
  b.topics = {"returns"};
  const auto b_join = s.send_join(b);
  s.run_for(seconds(10));
  CHECK(s.joined(b, b_join).members.size() == (s.group().is_leader(b.id) ? 2u : 0u));
  CHECK(s.group().member(a.id));
}

TEST_CASE("leaving: one, many, by name, twice") {
  GroupStory s;
  Actor a{"a"}, b{"b"}, c{"c"}, pending{"p"};
  b.instance = "i1";
  s.assemble({&a, &b, &c});
  CHECK(s.leave(a) == ErrorCode::NONE);
  CHECK(s.state() == GroupState::PreparingRebalance);
  CHECK(s.leave(a) == ErrorCode::UNKNOWN_MEMBER_ID);
  pending.id = s.take<JoinGroupResponse>(s.send_join(pending)).member_id;
  const auto response = s.take<LeaveGroupResponse>(
      s.send_leave({{"", "i1", {}}, {"", "i2", {}}, {pending.id, {}, {}}}));
  REQUIRE(response.members.size() == 3);
  CHECK(response.members[0].error_code == ErrorCode::NONE);
  CHECK(response.members[1].error_code == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK(response.members[2].error_code == ErrorCode::NONE);
  CHECK_FALSE(s.group().member(b.id));
  CHECK_FALSE(s.group().is_pending(pending.id));

  // The last one: its answer waits until the empty generation is committed.
  s.hold = true;
  const auto last = s.send_leave({{c.id, {}, {}}});
  CHECK(s.state() == GroupState::Empty);
  CHECK_FALSE(s.has<LeaveGroupResponse>(last));
  s.commit_all();
  CHECK(s.take<LeaveGroupResponse>(last).members[0].error_code == ErrorCode::NONE);
}

TEST_CASE("leaving answers what the member still waits for") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  s.assemble({&a, &b});
  const auto a_join = s.send_join(a);
  CHECK(s.leave(a) == ErrorCode::NONE);
  CHECK(s.error<JoinGroupResponse>(a_join) == ErrorCode::UNKNOWN_MEMBER_ID);
  const auto b_join = s.send_join(b);
  s.joined(b, b_join);
  Actor c{"c"};
  const auto c_join = s.join(c);
  const auto b_again = s.send_join(b);
  s.joined(b, b_again);
  s.joined(c, c_join);
  const auto waiting = s.sync(c);
  CHECK(s.leave(c) == ErrorCode::NONE);
  CHECK(s.error<SyncGroupResponse>(waiting) == ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST_CASE("old versions of LeaveGroup and JoinGroup") {
  GroupStory s;
  Actor a{"a"};
  a.version = 3;  // no id is granted first
  const auto ticket = s.send_join(a);
  CHECK_FALSE(s.has<JoinGroupResponse>(ticket));
  s.run_for(seconds(3));
  s.joined(a, ticket);
  protocol::LeaveGroupRequest request;
  request.group_id = "g";
  request.member_id = a.id;
  Caller caller = s.caller(a, 2);
  auto context = s.at();
  s.apply(s.groups.leave(context, caller, request));
  const auto response = s.take<LeaveGroupResponse>(caller.ticket);
  CHECK(response.error_code == ErrorCode::NONE);
  CHECK(response.members.empty());
  CHECK(s.state() == GroupState::Empty);
  caller = s.caller(a, 2);
  s.apply(s.groups.leave(context, caller, request));
  CHECK(s.error<LeaveGroupResponse>(caller.ticket) == ErrorCode::UNKNOWN_MEMBER_ID);

  Actor old{"old"};
  old.version = 0;  // its session timeout is its rebalance timeout
  old.rebalance = millis(-1);
  s.send_join(old);
  CHECK(s.group().rebalance_timeout() == seconds(10));
}

TEST_CASE("every bad join has its error") {
  GroupStory s;
  Actor a{"a"};
  s.assemble({&a});
  struct Row {
    const char* what;
    Actor who;
    ErrorCode error;
  };
  Actor unknown{"x", "x-1"}, fenced{"x", "x-1"}, other_type{"x"}, other_assignor{"x"}, no_type{"x"};
  unknown.instance = "nobody";
  other_type.type = "connect";
  other_assignor.assignors = {"sticky"};
  no_type.type = "";
  Actor no_assignor{"x"};
  no_assignor.assignors = {};
  const std::vector<Row> rows = {
      {"an id from before", fenced, ErrorCode::UNKNOWN_MEMBER_ID},
      {"a static member that is not there", unknown, ErrorCode::UNKNOWN_MEMBER_ID},
      {"another protocol type", other_type, ErrorCode::INCONSISTENT_GROUP_PROTOCOL},
      {"no type", no_type, ErrorCode::INCONSISTENT_GROUP_PROTOCOL},
      {"no common assignor", other_assignor, ErrorCode::INCONSISTENT_GROUP_PROTOCOL},
      {"no assignor", no_assignor, ErrorCode::INCONSISTENT_GROUP_PROTOCOL},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(s.error<JoinGroupResponse>(s.send_join(row.who)) == row.error);
    CHECK(s.state() == GroupState::Stable);
  }
  auto context = s.at();
  auto elsewhere = s.join_request(a);  // an id, but the group is not known here
  elsewhere.group_id = "other";
  const Caller caller = s.caller(a, 9);
  s.apply(s.groups.join(context, caller, elsewhere));
  CHECK(s.error<JoinGroupResponse>(caller.ticket) == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK_FALSE(s.groups.contains("other"));
}

TEST_CASE("every bad sync, heartbeat and commit has its error") {
  GroupStory s;
  Actor a{"a"};
  CHECK(s.heartbeat(a) == ErrorCode::UNKNOWN_MEMBER_ID);  // no such group
  CHECK(s.error<SyncGroupResponse>(s.sync(a)) == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK(s.leave(Actor{"x", "x-1"}) == ErrorCode::UNKNOWN_MEMBER_ID);
  s.assemble({&a});
  Actor old = a, stranger{"x", "x-1"};
  old.generation = 0;
  stranger.generation = a.generation;
  CHECK(s.heartbeat(old) == ErrorCode::ILLEGAL_GENERATION);
  CHECK(s.heartbeat(stranger) == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK(s.error<SyncGroupResponse>(s.sync(old)) == ErrorCode::ILLEGAL_GENERATION);
  CHECK(s.error<SyncGroupResponse>(s.sync(stranger)) == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK(s.commit(old) == ErrorCode::ILLEGAL_GENERATION);
  CHECK(s.commit(stranger) == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK(s.commit(Actor{"admin"}) == ErrorCode::UNKNOWN_MEMBER_ID);  // the group has members

  auto context = s.at();
  protocol::SyncGroupRequest request;
  request.group_id = "g";
  request.member_id = a.id;
  request.generation_id = a.generation;
  request.protocol_type = "connect";
  Caller caller = s.caller(a, 5);
  s.apply(s.groups.sync(context, caller, request));
  CHECK(s.error<SyncGroupResponse>(caller.ticket) == ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  request.protocol_type = "consumer";
  request.protocol_name = "sticky";
  caller = s.caller(a, 5);
  s.apply(s.groups.sync(context, caller, request));
  CHECK(s.error<SyncGroupResponse>(caller.ticket) == ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
}

TEST_CASE("group.max.size turns the next one away") {
  GroupStory s;
  s.config.max_size = 2;
  Actor a{"a"}, b{"b"}, c{"c"};
  s.assemble({&a, &b});
  CHECK(s.error<JoinGroupResponse>(s.send_join(c)) == ErrorCode::GROUP_MAX_SIZE_REACHED);
  CHECK(s.state() == GroupState::Stable);
  CHECK(s.leave(a) == ErrorCode::NONE);
  s.join(c);
  CHECK(s.group().members().size() == 2);
}

}  // namespace kscope::test
