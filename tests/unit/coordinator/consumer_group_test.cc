// KIP-848 groups: epochs, reconciliation, fencing, static members, topics, failover.
//
// Kafka: GroupMetadataManagerTest, CurrentAssignmentBuilderTest, TargetAssignmentBuilderTest.
#include "engine/coordinator/group/topic_pattern.h"
#include "tests/unit/coordinator/consumer_story.h"

namespace kscope::test {

TEST_CASE("one member joins, gets everything, and leaves") {
  ConsumerStory s;
  Modern a{"a"};
  const auto response = s.beat(a);
  CHECK(response.error_code == ErrorCode::NONE);
  CHECK(response.member_id == "a");
  CHECK(response.member_epoch == 1);
  CHECK(response.heartbeat_interval_ms == 5000);
  CHECK(ConsumerStory::count(a) == 6);
  CHECK(s.modern().state() == GroupState::Stable);
  CHECK(s.modern().epoch() == 1);
  CHECK(s.modern().assignment_epoch() == 1);
  // member, topics, group epoch, target, target epoch, current assignment
  CHECK(s.log.size() == 6);
  CHECK_FALSE(s.beat(a).assignment);  // nothing new, nothing written
  CHECK(s.log.size() == 6);

  CHECK(s.leave(a) == ErrorCode::NONE);
  CHECK(s.modern().state() == GroupState::Empty);
  CHECK(s.modern().epoch() == 2);
  CHECK_FALSE(s.timers.next());
  CHECK(s.t.last<event::MemberRemoved>()->end == event::MemberEnd::Left);
}

TEST_CASE("a second member: the first gives up before the second receives") {
  ConsumerStory s;
  Modern a{"a"}, b{"b"};
  s.beat(a);
  const auto joined = s.beat(b);
  CHECK(joined.member_epoch == 2);
  CHECK(joined.assignment->topic_partitions.empty());  // all is still a's
  CHECK(s.modern().member("b")->state == MemberState::UnreleasedPartitions);
  CHECK(s.modern().state() == GroupState::Reconciling);

  const auto revoke = s.send(a, s.request(a));
  CHECK(revoke.member_epoch == 1);  // it stays at its epoch until it has let go
  REQUIRE(revoke.assignment);
  CHECK(revoke.assignment->topic_partitions[0].partitions.size() == 3);
  CHECK(s.modern().member("a")->state == MemberState::UnrevokedPartitions);
  CHECK_FALSE(s.beat(b).assignment);  // not yet

  CHECK(s.beat(a).member_epoch == 1);  // it still says that it owns all six, and hears no more
  a.owned[ConsumerStory::topic_id("orders")] = revoke.assignment->topic_partitions[0].partitions;
  CHECK(s.beat(a).member_epoch == 2);
  CHECK(s.modern().member("a")->state == MemberState::Stable);
  CHECK(s.beat(b).assignment);
  CHECK(ConsumerStory::count(b) == 3);
  s.settle({&a, &b});
}

TEST_CASE("members come and go, and every partition has at most one owner") {
  ConsumerStory s;
  std::vector<Modern> all;
  for (int i = 0; i < 5; ++i) all.push_back({"m" + std::to_string(i)});
  std::vector<Modern*> here;
  for (Modern& one : all) {
    here.push_back(&one);
    s.settle(here);
  }
  for (const Modern& one : all) CHECK(ConsumerStory::count(one) >= 1);
  for (int gone = 0; gone < 3; ++gone) {
    CHECK(s.leave(*here.front()) == ErrorCode::NONE);
    here.erase(here.begin());
    s.settle(here);
  }
  CHECK(ConsumerStory::count(*here[0]) == 3);
}

TEST_CASE("epochs fence") {
  ConsumerStory s;
  Modern a{"a"}, b{"b"};
  s.beat(a);
  s.settle({&a, &b});
  REQUIRE(a.epoch == 2);
  Modern ahead = a, behind = a, old = a;
  ahead.epoch = 3;
  CHECK(s.beat_error(ahead) == ErrorCode::FENCED_MEMBER_EPOCH);
  // The answer with the new epoch was lost: the one before is good, with nothing it may not have.
  behind.epoch = s.modern().member("a")->previous_epoch;
  CHECK(s.beat_error(behind) == ErrorCode::NONE);
  old.epoch = s.modern().member("a")->previous_epoch;
  old.owned[ConsumerStory::topic_id("orders")] = {0, 1, 2, 3, 4, 5};
  CHECK(s.beat_error(old) == ErrorCode::FENCED_MEMBER_EPOCH);
  Modern stranger{"x"};
  stranger.epoch = 2;
  CHECK(s.beat_error(stranger) == ErrorCode::UNKNOWN_MEMBER_ID);
}

TEST_CASE("a silent member is removed, and one that does not revoke in time") {
  ConsumerStory s;
  Modern a{"a"}, b{"b"};
  s.beat(a);
  s.settle({&a, &b});
  for (int i = 0; i < 10; ++i) {
    s.run_for(seconds(5));
    if (s.modern().member("b")) s.beat(a);
  }
  CHECK_FALSE(s.modern().member("b"));
  CHECK(s.t.last<event::MemberRemoved>()->end == event::MemberEnd::SessionExpired);
  s.settle({&a});
  CHECK(ConsumerStory::count(a) == 6);

  Modern c{"c"};
  s.beat(c);
  auto owns_all = s.request(a);
  s.send(a, owns_all);  // asked to revoke, and does not
  for (int i = 0; i < 13; ++i) {
    s.run_for(seconds(5));
    if (s.modern().member("a")) s.send(a, owns_all);
    s.beat(c);
  }
  CHECK_FALSE(s.modern().member("a"));
  CHECK(s.t.last<event::MemberRemoved>()->end == event::MemberEnd::RebalanceTimedOut);
  s.settle({&c});
}

TEST_CASE("a static member goes and comes back under another id") {
  ConsumerStory s;
  Modern a{"a"}, b{"b"};
  a.instance = "i1";
  s.beat(a);
  s.settle({&a, &b});
  const auto had = a.owned;
  Modern thief{"t"};
  thief.instance = "i1";
  CHECK(s.beat_error(thief) == ErrorCode::UNRELEASED_INSTANCE_ID);
  CHECK(s.leave(a, kStaticLeaveEpoch) == ErrorCode::NONE);
  CHECK(s.modern().member("a")->epoch == kStaticLeaveEpoch);
  const std::int32_t epoch = s.modern().epoch();

  Modern back{"a2"};
  back.instance = "i1";
  s.beat(back);
  CHECK(back.owned == had);
  CHECK(s.modern().epoch() == epoch);  // nobody else notices
  CHECK_FALSE(s.modern().member("a"));
  Modern fenced{"a"};
  fenced.instance = "i1";
  fenced.epoch = 2;
  CHECK(s.beat_error(fenced) == ErrorCode::FENCED_INSTANCE_ID);
  s.settle({&back, &b});

  // And if it does not come back in time:
  CHECK(s.leave(back, kStaticLeaveEpoch) == ErrorCode::NONE);
  for (int i = 0; i < 10; ++i) {
    s.run_for(seconds(5));
    s.beat(b);
  }
  CHECK_FALSE(s.modern().static_member("i1"));
  CHECK(ConsumerStory::count(b) == 6);
}

TEST_CASE("topics and subscriptions that change bump the epoch") {
  ConsumerStory s;
  Modern a{"a"};
  s.beat(a);
  s.add_partitions("orders", 6, 8);
  s.settle({&a});
  CHECK(ConsumerStory::count(a) == 8);
  CHECK(s.modern().epoch() == 2);
  CHECK(s.groups.is_subscribed("g", "orders"));

  auto request = s.request(a);
  request.subscribed_topic_names = {"orders", "returns"};
  s.send(a, request);
  CHECK(s.modern().epoch() == 3);
  s.settle({&a});
  CHECK(ConsumerStory::count(a) == 8);  // "returns" is not there yet
  s.add_topic("returns", 2);
  s.settle({&a});
  CHECK(ConsumerStory::count(a) == 10);
  s.add_topic("nobody-cares", 2);
  s.beat(a);
  CHECK(s.modern().epoch() == 4);
}

TEST_CASE("a regular expression is looked up by the coordinator") {
  ConsumerStory s;
  s.add_topic("order-lines", 2);
  Modern a{"a"};
  a.topics = {};
  a.regex = "order.*";
  s.beat(a);
  CHECK(ConsumerStory::count(a) == 8);
  s.add_topic("orders-eu", 3);
  s.settle({&a});
  CHECK(ConsumerStory::count(a) == 11);
  CHECK(s.groups.is_subscribed("g", "orders-eu"));
  CHECK_FALSE(s.groups.is_subscribed("g", "preorders"));
  Modern bad{"b"};
  bad.topics = {};
  bad.regex = "order[";
  const auto refused = s.send(bad, s.request(bad));
  CHECK(refused.error_code == ErrorCode::INVALID_REQUEST);
  CHECK(refused.error_message->find("']' is missing") != std::string::npos);
}

TEST_CASE("the assignor that most members ask for computes the target") {
  ConsumerStory s;
  Modern a{"a"}, b{"b"}, c{"c"};
  s.beat(a);
  CHECK(s.modern().assignor == "uniform");
  b.assignor = c.assignor = "range";
  s.beat(b);
  s.beat(c);
  CHECK(s.modern().assignor == "range");
  s.settle({&a, &b, &c});
  Modern d{"d"};
  d.assignor = "sticky";
  CHECK(s.beat_error(d) == ErrorCode::UNSUPPORTED_ASSIGNOR);
}

TEST_CASE("every bad heartbeat has its error") {
  ConsumerStory s;
  Modern a{"a"};
  s.beat(a);
  Modern first{"b"};
  struct Row {
    const char* what;
    std::function<void(ConsumerGroupHeartbeatRequest&)> spoil;
    ErrorCode error;
  };
  const std::vector<Row> rows = {
      {"no group", [](auto& r) { r.group_id = " "; }, ErrorCode::INVALID_REQUEST},
      {"empty instance", [](auto& r) { r.instance_id = ""; }, ErrorCode::INVALID_REQUEST},
      {"empty rack", [](auto& r) { r.rack_id = ""; }, ErrorCode::INVALID_REQUEST},
      {"no timeout", [](auto& r) { r.rebalance_timeout_ms = -1; }, ErrorCode::INVALID_REQUEST},
      {"no topics", [](auto& r) { r.subscribed_topic_names.reset(); }, ErrorCode::INVALID_REQUEST},
      {"owned unknown", [](auto& r) { r.topic_partitions.reset(); }, ErrorCode::INVALID_REQUEST},
      {"owns already",
       [](auto& r) {
         r.topic_partitions = {{{Uuid(), {1}}}};
       },
       ErrorCode::INVALID_REQUEST},
      {"epoch -3", [](auto& r) { r.member_epoch = -3; }, ErrorCode::INVALID_REQUEST},
      {"-2 without instance", [](auto& r) { r.member_epoch = -2; }, ErrorCode::INVALID_REQUEST},
      {"no id", [](auto& r) { r.member_epoch = 1, r.member_id = ""; }, ErrorCode::INVALID_REQUEST},
      {"unknown leaves", [](auto& r) { r.member_epoch = -1; }, ErrorCode::UNKNOWN_MEMBER_ID},
      {"unknown group", [](auto& r) { r.member_epoch = 1, r.group_id = "h"; },
       ErrorCode::GROUP_ID_NOT_FOUND},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    auto request = s.request(first);
    row.spoil(request);
    const std::size_t written = s.log.size();
    CHECK(s.send(first, request).error_code == row.error);
    CHECK(s.log.size() == written);
  }
  s.config.consumer_max_size = 1;
  CHECK(s.beat_error(first) == ErrorCode::GROUP_MAX_SIZE_REACHED);
  s.config.consumer_max_size = 2;
  first.id = "";
  const auto named = s.beat(first);
  CHECK(named.member_id->size() == 22);
}

TEST_CASE("a write that fails changes nothing") {
  ConsumerStory s;
  Modern a{"a"}, b{"b"};
  s.beat(a);
  const ConsumerGroup before = s.modern();
  s.append_error = ErrorCode::NOT_ENOUGH_REPLICAS;
  GroupContext context = s.at();
  s.apply(s.groups.consumer_group_heartbeat(context, s.caller({"b"}, 1), s.request(b)));
  s.append_error = ErrorCode::NONE;
  CHECK(s.modern().members() == before.members());
  CHECK(s.modern().epoch() == before.epoch());
  s.settle({&a, &b});
}

TEST_CASE("failover in the middle of a reconciliation") {
  ConsumerStory s;
  Modern a{"a"}, b{"b"};
  s.beat(a);
  s.beat(b);
  s.send(a, s.request(a));  // told to revoke, and the coordinator dies
  ConsumerStory next(2);
  s.fail_over(next);
  CHECK(next.modern().members() == s.modern().members());
  CHECK(next.modern().targets() == s.modern().targets());
  CHECK(next.modern().epoch() == s.modern().epoch());
  CHECK(next.modern().state() == GroupState::Reconciling);
  CHECK(next.modern().member("a")->state == MemberState::UnrevokedPartitions);
  CHECK(next.timers.at({TimerPurpose::Rebalance, "g", "a"}));
  CHECK(next.t.count<event::MemberAdded>() == 2);
  a.owned = next.modern().member("a")->assigned;
  next.settle({&a, &b});
  CHECK(ConsumerStory::count(a) == 3);
  CHECK(ConsumerStory::count(b) == 3);
}

TEST_CASE("commits and fetches are checked against the member epoch") {
  ConsumerStory s;
  Modern a{"a"};
  Actor commit{"a", "a"};
  s.beat(a);
  commit.generation = 1;
  CHECK(s.commit(commit, 9) == ErrorCode::NONE);
  CHECK(s.commit(commit, 8) == ErrorCode::UNSUPPORTED_VERSION);
  commit.generation = 0;
  CHECK(s.commit(commit, 9) == ErrorCode::STALE_MEMBER_EPOCH);
  commit.id = "x";
  CHECK(s.commit(commit, 9) == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK(s.groups.validate_offset_fetch("g", "a", 1) == ErrorCode::NONE);
  CHECK(s.groups.validate_offset_fetch("g", "a", 2) == ErrorCode::STALE_MEMBER_EPOCH);
  CHECK(s.groups.validate_offset_fetch("g", "x", 1) == ErrorCode::UNKNOWN_MEMBER_ID);
  CHECK(s.groups.validate_offset_fetch("g", std::nullopt, -1) == ErrorCode::NONE);
}

TEST_CASE("describing, listing and deleting a consumer group") {
  ConsumerStory s;
  Modern a{"a"};
  s.beat(a);
  GroupContext context = s.at();
  const auto described = s.groups.consumer_group_describe(context, "g");
  CHECK(described.error_code == ErrorCode::NONE);
  CHECK(described.group_state == "Stable");
  CHECK(described.assignor_name == "uniform");
  REQUIRE(described.members.size() == 1);
  CHECK(described.members[0].assignment.topic_partitions[0].topic_name == "orders");
  CHECK(described.members[0].target_assignment == described.members[0].assignment);
  CHECK(s.groups.consumer_group_describe(context, "h").error_code == ErrorCode::GROUP_ID_NOT_FOUND);
  CHECK(s.groups.describe("g").group_state == "Dead");  // as in Kafka: not a classic group
  CHECK(s.groups.list({}, {"CONSUMER"}).size() == 1);
  CHECK(s.groups.list({}, {"classic"}).empty());
  CHECK(s.groups.validate_delete("g") == ErrorCode::NON_EMPTY_GROUP);
  s.leave(a);
  CHECK(s.groups.validate_delete("g") == ErrorCode::NONE);
  s.apply(s.groups.maybe_delete("g"));
  CHECK_FALSE(s.groups.contains("g"));
  ConsumerStory next(2);
  s.fail_over(next);
  CHECK_FALSE(next.groups.contains("g"));
}

TEST_CASE("patterns match whole names, in linear time, and bad ones are refused") {
  struct Row {
    const char* pattern;
    std::vector<std::string> yes, no;
  };
  const std::vector<Row> rows = {
      {"orders", {"orders"}, {"order", "orders1", ""}},
      {"^orders$", {"orders"}, {"xorders"}},
      {"order.*", {"order", "orders"}, {"preorder"}},
      {"a|bc|d", {"a", "bc", "d"}, {"b", "abc"}},
      {"(ab)+c?", {"ab", "abab", "abc"}, {"c", "aba"}},
      {"[a-c_\\-]{2,3}", {"ab", "a_-"}, {"a", "abca", "ad"}},
      {"[^.]+\\.\\d{2}", {"x.42"}, {"x.4", ".42", "x42"}},
      {"(?:x|y){2}z*", {"xy", "yxzz"}, {"x", "xyxy"}},
      {"a{0}b", {"b"}, {"ab"}},
      {"(a*)*b", {"aaab", "b"}, {std::string(200, 'a')}},
      {"\\w+", {"a_9"}, {"a-b"}},
      {"", {""}, {"a"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    const auto pattern = TopicPattern::compile(row.pattern);
    REQUIRE(pattern.ok());
    for (const std::string& name : row.yes) CHECK(pattern.value().matches(name));
    for (const std::string& name : row.no) CHECK_FALSE(pattern.value().matches(name));
  }
  for (const char* bad : {"(", ")", "[", "a{", "a{2,1}", "*a", "a**", "a\\", "[b-a]", "a^b", "\\q",
                          "a{1001}", "((a{1000}){1000}){1000}", "(?P<n>a)"}) {
    CAPTURE(bad);
    CHECK_FALSE(TopicPattern::compile(bad).ok());
  }
  CHECK_FALSE(TopicPattern::compile(std::string(5000, '(')).ok());
}

}  // namespace kscope::test
