// Groups with members that change their protocol, both ways (group.consumer.migration.policy).
//
// Kafka: GroupMetadataManagerTest (testConsumerGroupHeartbeat…ClassicGroup…, …Downgrade…).
#include "tests/unit/coordinator/consumer_story.h"

namespace kscope::test {

namespace {

/// A story with a classic group of two, each with three partitions of "orders".
struct MixedStory : ConsumerStory {
  Actor a{"a"}, b{"b"};
  explicit MixedStory(MigrationPolicy policy) {
    config.migration_policy = policy;
    const auto a_join = join(a);
    const auto b_join = join(b);
    run_for(seconds(6));
    joined(a, a_join);
    joined(b, b_join);
    sync(b);
    sync(a,
         {{a.id, assignment_of("orders", {0, 1, 2})}, {b.id, assignment_of("orders", {3, 4, 5})}});
    answers.clear();
  }
  /// What a classic consumer does when it is asked to rejoin; it says what it owns.
  SyncGroupResponse rejoin(Actor& who, std::vector<std::int32_t> owned) {
    auto request = join_request(who);
    protocol::ConsumerProtocolSubscription subscription;
    subscription.topics = who.topics;
    subscription.owned_partitions = {{"orders", std::move(owned)}};
    request.protocols[0].metadata = Blob(protocol::with_version(subscription));
    const Caller from = caller(who, 9);
    GroupContext context = at();
    apply(groups.join(context, from, request));
    joined(who, from.ticket);
    return take<SyncGroupResponse>(sync(who));
  }
};

}  // namespace

TEST_CASE("without a policy a classic group with members stays what it is") {
  MixedStory s(MigrationPolicy::Disabled);
  Modern c{"c"};
  CHECK(s.beat_error(c) == ErrorCode::GROUP_ID_NOT_FOUND);
  CHECK(s.heartbeat(s.a) == ErrorCode::NONE);
}

TEST_CASE("a KIP-848 member joins a classic group: it is upgraded, and all keep reading") {
  MixedStory s(MigrationPolicy::Upgrade);
  Modern c{"c"};
  CHECK(s.beat(c).member_epoch == 2);
  CHECK(ConsumerStory::count(c) == 0);
  CHECK(s.modern().members().size() == 3);
  CHECK(s.modern().member(s.a.id)->epoch == 1);
  CHECK(s.modern().member(s.a.id)->assigned.begin()->second == std::vector<std::int32_t>{0, 1, 2});
  CHECK(s.timers.at({TimerPurpose::Session, "g", s.a.id}));
  CHECK(s.groups.client_of("g", s.a.id) == NodeId(100));

  // The classic members are asked to join again; what they may keep, they keep.
  CHECK(s.heartbeat(s.a) == ErrorCode::REBALANCE_IN_PROGRESS);
  CHECK(s.error<SyncGroupResponse>(s.sync(s.a)) == ErrorCode::REBALANCE_IN_PROGRESS);
  const auto kept = s.rejoin(s.a, {0, 1, 2});
  CHECK(s.modern().member(s.a.id)->state == MemberState::UnrevokedPartitions);
  const auto mine = s.modern().member(s.a.id)->assigned.begin()->second;
  CHECK(mine.size() == 2);
  CHECK(kept.assignment == assignment_of("orders", mine));
  CHECK(s.heartbeat(s.a) == ErrorCode::REBALANCE_IN_PROGRESS);  // revoke, and join once more
  s.rejoin(s.a, mine);
  CHECK(s.modern().member(s.a.id)->state == MemberState::Stable);
  CHECK(s.heartbeat(s.a) == ErrorCode::NONE);
  CHECK(s.beat(c).assignment);
  CHECK(s.commit(s.a) == ErrorCode::NONE);
  s.rejoin(s.b, {3, 4, 5});
  const auto of_b = s.modern().member(s.b.id)->assigned.begin()->second;
  s.rejoin(s.b, of_b);
  s.settle({&c});
  CHECK(ConsumerStory::count(c) == 2);

  // A new coordinator knows who speaks what.
  ConsumerStory next(2);
  s.fail_over(next);
  CHECK(next.modern().member(s.a.id)->classic);
  CHECK(next.modern().members() == s.modern().members());
  CHECK(next.heartbeat(s.a) == ErrorCode::NONE);
}

TEST_CASE("who waits in a classic rebalance is sent into the upgraded group") {
  MixedStory s(MigrationPolicy::Bidirectional);
  Actor d{"d"};
  const auto waiting = s.join(d);
  Modern c{"c"};
  s.beat(c);
  CHECK(s.error<JoinGroupResponse>(waiting) == ErrorCode::REBALANCE_IN_PROGRESS);
  CHECK(s.modern().members().size() == 4);
}

TEST_CASE("who waits in a classic rebalance need not know the assignor of the last generation") {
  ConsumerStory s;
  s.config.migration_policy = MigrationPolicy::Upgrade;
  Actor a{"a"}, d{"d"};
  a.assignors = {"range", "sticky"};
  s.assemble({&a});
  d.assignors = {"sticky"};
  s.join(d);
  Modern c{"c"};
  s.beat(c);
  CHECK(s.modern().members().size() == 3);
  CHECK(s.modern().member(d.id)->topics == d.topics);
}

TEST_CASE("a classic member joins, leaves and fails in a KIP-848 group") {
  ConsumerStory s;
  Modern c{"c"};
  s.beat(c);
  Actor a{"a"};
  a.version = 9;
  const auto first = s.take<JoinGroupResponse>(s.send_join(a));
  CHECK(first.error_code == ErrorCode::MEMBER_ID_REQUIRED);
  a.id = first.member_id;
  const auto joined = s.joined(a, s.send_join(a));
  CHECK(joined.leader.empty());
  CHECK(joined.protocol_name == "range");
  CHECK(s.take<SyncGroupResponse>(s.sync(a)).error_code == ErrorCode::NONE);
  Actor other = a;
  other.type = "connect";
  CHECK(s.error<JoinGroupResponse>(s.send_join(other)) == ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
  Actor old = a;
  old.generation = 7;
  CHECK(s.heartbeat(old) == ErrorCode::ILLEGAL_GENERATION);
  CHECK(s.error<SyncGroupResponse>(s.sync(old)) == ErrorCode::ILLEGAL_GENERATION);
  Actor modern{"c", "c"};
  modern.generation = 1;
  CHECK(s.heartbeat(modern) == ErrorCode::UNKNOWN_MEMBER_ID);  // c does not speak it
  CHECK(s.leave(modern) == ErrorCode::UNKNOWN_MEMBER_ID);
  s.beat(c);
  s.beat(c);
  CHECK(s.heartbeat(a) == ErrorCode::REBALANCE_IN_PROGRESS);  // what it waited for is free
  s.joined(a, s.send_join(a));
  CHECK_FALSE(s.take<SyncGroupResponse>(s.sync(a)).assignment.empty());
  CHECK(s.leave(a) == ErrorCode::NONE);
  s.settle({&c});
  CHECK(ConsumerStory::count(c) == 6);

  // It joins and never syncs.
  a.id = "";
  a.rebalance = seconds(20);
  s.join(a);
  for (int i = 0; i < 5; ++i) {
    s.run_for(seconds(5));
    s.beat(c);
  }
  CHECK(s.modern().members().size() == 1);
}

TEST_CASE("the last KIP-848 member leaves: the group goes back to the classic protocol") {
  for (const bool expires : {false, true}) {
    CAPTURE(expires);
    MixedStory s(MigrationPolicy::Bidirectional);
    Modern c{"c"};
    s.beat(c);
    if (expires) {
      for (int i = 0; i < 10; ++i) {
        s.run_for(seconds(5));
        s.heartbeat(s.a);
        s.heartbeat(s.b);
      }
    } else {
      CHECK(s.leave(c) == ErrorCode::NONE);
    }
    REQUIRE(s.groups.classic_group("g"));
    CHECK(s.group().members().size() == 2);
    CHECK(s.group().generation() == 2);
    CHECK(s.group().protocol_name() == "range");
    CHECK(s.state() == GroupState::PreparingRebalance);
    s.a.id = s.group().members().begin()->first;
    ConsumerStory next(2);
    s.fail_over(next);
    CHECK(next.state() == GroupState::Stable);
    CHECK(next.group().members().size() == 2);
  }
}

TEST_CASE("empty groups change their protocol freely") {
  ConsumerStory s;
  Actor a{"a"};
  s.assemble({&a});
  CHECK(s.leave(a) == ErrorCode::NONE);
  Modern c{"c"};
  s.beat(c);
  CHECK(s.modern().members().size() == 1);
  CHECK(ConsumerStory::count(c) == 6);
  s.leave(c);
  a.id = "";
  s.assemble({&a});
  CHECK(s.state() == GroupState::Stable);
  ConsumerStory next(2);
  s.fail_over(next);
  CHECK(next.state() == GroupState::Stable);
  CHECK_FALSE(next.groups.consumer_group("g"));

  // If the record of the classic group cannot be written, the empty one is still there.
  s.leave(a);
  s.beat(c = Modern{"c"});
  s.leave(c);
  const std::int32_t epoch = s.modern().epoch();
  s.append_error = ErrorCode::NOT_ENOUGH_REPLICAS;
  Actor d{"d"};
  s.send_join(d);
  s.append_error = ErrorCode::NONE;
  CHECK(s.modern().epoch() == epoch);
}

}  // namespace kscope::test
