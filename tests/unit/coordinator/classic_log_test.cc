// A classic group and its log: failover, unloading, lost records, deletion, questions.
//
// Kafka: GroupMetadataManagerTest (replay, onLoaded, onUnloaded), ClassicGroupTest.
#include "tests/unit/coordinator/group_story.h"

namespace kscope::test {

TEST_CASE("another coordinator knows the last generation, and members go on") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  b.instance = "i1";
  s.assemble({&a, &b});
  GroupStory next(2);
  s.fail_over(next);
  CHECK(next.state() == GroupState::Stable);
  CHECK(next.group().generation() == 1);
  CHECK(next.group().leader() == s.group().leader());
  CHECK(next.group().member(a.id)->assignment == assignment_of("orders", {0}));
  CHECK(next.group().static_member("i1") == b.id);
  CHECK(next.groups.is_subscribed("g", "orders"));
  CHECK_FALSE(next.groups.is_subscribed("g", "returns"));
  CHECK(next.t.count<event::MemberAdded>() == 2);
  CHECK(next.t.count<event::GroupStateChanged>() == 1);
  CHECK(next.heartbeat(a) == ErrorCode::NONE);
  CHECK(next.heartbeat(b) == ErrorCode::NONE);
  next.run_for(seconds(11));  // sessions begin at load
  CHECK(next.state() == GroupState::Empty);
}

TEST_CASE("a rebalance that was under way is forgotten and begins again") {
  GroupStory s;
  Actor a{"a"}, b{"b"}, c{"c"};
  s.assemble({&a, &b});
  const auto c_join = s.join(c);
  const auto a_join = s.join(a);
  auto context = s.at();
  for (Answer& answer : s.groups.on_unloaded(context)) {
    s.answers.emplace(answer.ticket, std::move(answer.response));
  }
  CHECK(s.error<JoinGroupResponse>(c_join) == ErrorCode::NOT_COORDINATOR);
  CHECK(s.error<JoinGroupResponse>(a_join) == ErrorCode::NOT_COORDINATOR);
  GroupStory next(2);
  s.fail_over(next);
  CHECK(next.state() == GroupState::Stable);  // the generation before
  CHECK(next.group().members().size() == 2);
  CHECK(next.error<JoinGroupResponse>(next.send_join(c)) == ErrorCode::UNKNOWN_MEMBER_ID);
  c.id = "";
  next.join(c);
  CHECK(next.state() == GroupState::PreparingRebalance);
}

TEST_CASE("unloading answers those who wait for their assignment") {
  GroupStory s;
  Actor a{"a"}, b{"b"};
  const auto a_join = s.join(a);
  const auto b_join = s.join(b);
  s.run_for(seconds(6));
  s.joined(a, a_join);
  s.joined(b, b_join);
  const auto waiting = s.sync(s.group().is_leader(a.id) ? b : a);
  auto context = s.at();
  const auto answers = s.groups.on_unloaded(context);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].ticket == waiting);
  CHECK(std::get<SyncGroupResponse>(answers[0].response).error_code == ErrorCode::NOT_COORDINATOR);
}

TEST_CASE("a group whose first record is lost was never there") {
  GroupStory s;
  s.append_error = ErrorCode::NOT_ENOUGH_REPLICAS;
  Actor a{"a"};
  a.instance = "i1";
  CHECK(s.error<JoinGroupResponse>(s.send_join(a)) == ErrorCode::COORDINATOR_NOT_AVAILABLE);
  CHECK_FALSE(s.groups.contains("g"));
  CHECK_FALSE(s.timers.next());
}

TEST_CASE("a freshly loaded group that is too large rebalances") {
  GroupStory s;
  Actor a{"a"}, b{"b"}, c{"c"};
  s.assemble({&a, &b, &c});
  s.config.max_size = 2;
  GroupStory next(2);
  s.fail_over(next);
  CHECK(next.state() == GroupState::PreparingRebalance);
  next.send_join(a);
  next.send_join(b);
  CHECK(next.error<JoinGroupResponse>(next.send_join(c)) == ErrorCode::GROUP_MAX_SIZE_REACHED);
}

TEST_CASE("groups are deleted only without members") {
  GroupStory s;
  Actor a{"a"};
  CHECK(s.groups.validate_delete("g") == ErrorCode::GROUP_ID_NOT_FOUND);
  s.assemble({&a});
  CHECK(s.groups.validate_delete("g") == ErrorCode::NON_EMPTY_GROUP);
  CHECK(s.groups.maybe_delete("g").records.empty());
  CHECK(s.groups.validate_offset_delete("g") == ErrorCode::NONE);  // topic by topic
  s.leave(a);
  CHECK(s.groups.validate_delete("g") == ErrorCode::NONE);
  s.apply(s.groups.maybe_delete("g"));
  CHECK_FALSE(s.groups.contains("g"));
  CHECK_FALSE(s.log.back().value);
  CHECK(s.t.last<event::GroupStateChanged>()->to == GroupState::Dead);
  GroupStory next(2);
  s.fail_over(next);
  CHECK_FALSE(next.groups.contains("g"));
}

TEST_CASE("offsets without members, and when they expire") {
  GroupStory s;
  Actor nobody{"admin"}, late{"x", "x-1"};
  late.generation = 3;
  CHECK(s.commit(late) == ErrorCode::ILLEGAL_GENERATION);
  CHECK(s.commit(late, 9) == ErrorCode::GROUP_ID_NOT_FOUND);
  CHECK_FALSE(s.groups.contains("g"));
  CHECK(s.commit(nobody) == ErrorCode::NONE);
  CHECK(s.state() == GroupState::Empty);
  CHECK(s.groups.expiration_base("g", 1000) == 1000);  // a simple group: each offset by itself

  Actor a{"a"};
  s.assemble({&a});
  CHECK(s.groups.expiration_base("g", 1000) == 1000);  // what nobody subscribes to
  CHECK(s.groups.is_subscribed("g", "orders"));
  s.run_for(seconds(20));
  CHECK(s.state() == GroupState::Empty);
  const auto empty_since = s.group().state_since_ms();
  CHECK(s.groups.expiration_base("g", 1000) == empty_since);
  CHECK_FALSE(s.groups.is_subscribed("g", "orders"));
  s.join(a = Actor{"a"});
  CHECK_FALSE(s.groups.expiration_base("g", 1000));
}

TEST_CASE("describing and listing") {
  GroupStory s;
  Actor a{"a"};
  CHECK(s.groups.describe("g").group_state == "Dead");
  s.assemble({&a});
  const auto stable = s.groups.describe("g");
  CHECK(stable.group_state == "Stable");
  CHECK(stable.protocol_type == "consumer");
  CHECK(stable.protocol_data == "range");
  REQUIRE(stable.members.size() == 1);
  CHECK(stable.members[0].client_host == "/a");
  CHECK(stable.members[0].member_metadata == subscription_of({"orders"}));
  CHECK(stable.members[0].member_assignment == assignment_of("orders", {0}));
  Actor b{"b"};
  s.join(b);
  const auto preparing = s.groups.describe("g");
  CHECK(preparing.group_state == "PreparingRebalance");
  CHECK(preparing.protocol_data.empty());
  CHECK(preparing.members[0].member_metadata.empty());
  CHECK(s.groups.list({}, {}).size() == 1);
  CHECK(s.groups.list({"preparingrebalance"}, {"Classic"}).size() == 1);
  CHECK(s.groups.list({"Stable"}, {}).empty());
  CHECK(s.groups.list({}, {"consumer"}).empty());
}

TEST_CASE("members that no consumer wrote are carried and not understood") {
  GroupStory s;
  Actor a{"a"};
  a.type = "connect";
  a.topics = {};
  const auto ticket = s.join(a);
  s.run_for(seconds(3));
  s.joined(a, ticket);
  const Blob opaque = Blob::copy_of(view_of("anything at all"));
  const auto sync = s.sync(a, {{a.id, opaque}});
  CHECK(s.take<SyncGroupResponse>(sync).assignment == opaque);
  CHECK(s.t.count<event::MemberAssignmentChanged>() == 0);
  CHECK_FALSE(s.groups.is_subscribed("g", "orders"));
  CHECK_FALSE(s.groups.expiration_base("g", 1));
  CHECK(s.groups.validate_offset_delete("g") == ErrorCode::NON_EMPTY_GROUP);
}

TEST_CASE("a consumer whose bytes are broken hurts nobody") {
  GroupStory s;
  Actor a{"a"};
  const auto join = [&](const std::string& id) {
    auto request = s.join_request(a);
    request.member_id = id;
    request.protocols[0].metadata = Blob::copy_of(view_of("\x00"));
    auto context = s.at();
    const Caller caller = s.caller(a, 9);
    s.apply(s.groups.join(context, caller, request));
    return caller.ticket;
  };
  a.id = s.take<JoinGroupResponse>(join("")).member_id;
  const auto ticket = join(a.id);
  s.run_for(seconds(3));
  s.joined(a, ticket);
  s.take<SyncGroupResponse>(s.sync(a, {{a.id, Blob::copy_of(view_of("\x00\x01\xff"))}}));
  CHECK(s.state() == GroupState::Stable);
  CHECK(s.groups.is_subscribed("g", "orders"));  // perhaps: its offsets are kept
  CHECK_FALSE(s.groups.expiration_base("g", 1));
}

}  // namespace kscope::test
