// Goal: checkers are silent while promises are kept, excuse what Kafka declares lost, and notice
// the harder ways of breaking a promise. Method: a hand-made story of events over a fake cluster.
// Source of the rules: KIP-101, KIP-497, KIP-595, KIP-966 and Kafka's RaftEventSimulationTest.
#include "tests/unit/sim/story.h"

using namespace kscope;
using namespace kscope::sim;

TEST_CASE("a run that keeps its promises has no violations") {
  Story s;
  s.commit_three();
  s.high_watermark(2, 0, 3);
  s.tell(1001, event::BatchAcked{s.orders, 1, Offset(0), 3, -1});
  s.tell(1002, event::RecordsConsumed{s.orders, Offset(0), Offset(2)});
  s.tell(1, event::NodeCrashed{event::CrashKind::Process, 0});
  s.fence(1, 2, 1, {2, 3});
  s.lead(2, 1, {2, 3}, 3);
  s.append(2, 3, 1, 1);
  s.append(3, 3, 1, 1);
  s.high_watermark(2, 3, 4);
  CHECK(s.broken() == "");
}

TEST_CASE("A1: a follower whose committed batch differs is noticed") {
  Story s;
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.append(3, 0, 3, 5, "other");  // same offsets, another epoch's batch
  s.high_watermark(1, 0, 3);
  s.high_watermark(3, 0, 3);
  CHECK(s.broken() == "A1");
}

TEST_CASE("A1: what a leader's log start has passed is nobody's promise any more") {
  const auto told = [](int node, std::int64_t start) {
    Story s;
    for (int n : {1, 2}) s.append(n, 0, 3, 0);
    s.append(3, 0, 3, 5, "other");
    for (int n : {1, 2, 3}) s.append(n, 3, 3, 6);
    s.high_watermark(1, 0, 6);
    s.tell(node, event::LogStartAdvanced{s.orders, Offset(0), Offset(start),
                                         event::LogStartReason::DeleteRecords});
    s.high_watermark(3, 0, 6);  // it will hear of the log start with its next fetch
    return s.broken();
  };
  CHECK(told(1, 3).empty());
  CHECK(told(1, 0) == "A1");
  CHECK(told(2, 3) == "A1");  // only leaders decide that
}

TEST_CASE("A2: an epoch and an offset that name two batches are noticed") {
  Story s;
  s.append(1, 0, 3, 0, "a");
  s.append(2, 0, 3, 0, "b");
  CHECK(s.broken() == "A2");
}

TEST_CASE("A3: a new leader without a committed record is noticed") {
  Story s;
  s.commit_three();
  s.tell(2, event::NodeCrashed{event::CrashKind::Process, 0});
  s.tell(2, event::NodeStarted{2});
  s.truncate(2, 3, 1);
  s.violations.clear();  // A11 has spoken
  s.partition(2, 1, 1, {2, 3});
  s.lead(2, 1, {2, 3}, 1);
  CHECK(s.broken() == "A3");
}

TEST_CASE("A4: an in-sync member that lacks a committed record is noticed") {
  Story s;
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.partition(1, 0, 1, {1, 2});
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2}), 1});
  s.high_watermark(1, 0, 3);
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2, 3}), 2});
  s.partition(1, 0, 2, {1, 2, 3});
  CHECK(s.broken() == "A4");
}

TEST_CASE("A5: a leader that counts fewer than the controller is noticed") {
  Story s;
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2}), 1});
  CHECK(s.broken() == "A5");
}

TEST_CASE("A7: reading what is not committed is noticed") {
  Story s;
  s.append(1, 0, 3, 0);
  s.tell(1002, event::RecordsConsumed{s.orders, Offset(0), Offset(2)});
  CHECK(s.broken() == "A7");
}

TEST_CASE("A8: a high watermark beyond an in-sync copy is noticed") {
  Story s;
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.high_watermark(1, 0, 3);
  CHECK(s.broken() == "A8 A4 A6");  // three views of the same lie
}

TEST_CASE("A8: deleting what is not committed is noticed, whoever decides it") {
  using event::LogStartReason;
  const auto verdict = [](LogStartReason reason, int to) {
    Story s;
    s.commit_three();
    s.append(1, 3, 2, 0);  // not committed
    s.tell(1, event::LogStartAdvanced{s.orders, Offset(0), Offset(to), reason});
    return s.broken();
  };
  for (const auto reason : {LogStartReason::Retention, LogStartReason::DeleteRecords}) {
    CHECK(verdict(reason, 3) == "");
    CHECK(verdict(reason, 5) == "A8");
  }
}

TEST_CASE("A8: a high watermark that rises below min.insync.replicas is noticed") {
  Story s;
  s.fake.min_isr = 2;
  s.append(1, 0, 3, 0);
  s.partition(1, 0, 1, {1});
  s.tell(1, event::IsrUpdated{s.orders, nodes({1}), 1});
  s.high_watermark(1, 0, 3);
  CHECK(s.broken() == "A8");
}

TEST_CASE("A9: a follower that is asked in too early is noticed") {
  Story s;
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.partition(1, 0, 1, {1, 2});
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2}), 1});
  s.high_watermark(1, 0, 3);
  s.tell(1, event::IsrChangeRequested{s.orders, nodes({1, 2}), nodes({1, 2, 3})});
  CHECK(s.broken() == "A9");
}

TEST_CASE("A11: leaders must not truncate, nor in-sync followers what is committed") {
  Story s;
  s.commit_three();
  s.truncate(1, 3, 2);
  CHECK(s.broken() == "A11");
  Story t;
  t.commit_three();
  t.truncate(2, 3, 2);
  CHECK(t.broken() == "A11");
}

TEST_CASE("A12: an epoch cache that is out of order is noticed") {
  Story s;
  s.fake.epoch_cache = {{0, 0}, {2, 5}, {1, 6}};
  s.tell(1, event::LeaderEpochStarted{s.orders, LeaderEpoch(1), Offset(6)});
  CHECK(s.broken() == "A12");
}

TEST_CASE("A12: what was cut takes its epochs along, unless records of that epoch came again") {
  Story s;
  s.append(2, 0, 10, 0);
  s.fake.epoch_cache = {{0, 5}};
  s.truncate(2, 10, 0);
  CHECK(s.broken() == "A12");

  const auto begun_anew = [](std::int32_t epoch) {
    Story t;
    t.tell(2, event::LogTruncated{t.orders, Offset(0), Offset(5),
                                  event::TruncateReason::FullyAndRestart});
    t.fake.epoch_cache = {{epoch, 5}};
    const Bytes bytes = batch_of(0, 10, 0, "v");
    t.fake.disk[{NodeId(2), t.orders, 0}] = bytes;
    t.fresh = {t.event_of(2, event::LogTruncated{t.orders, Offset(5), Offset(0),
                                                 event::TruncateReason::FullyAndRestart}),
               t.event_of(2, event::BatchAppended{t.orders, Offset(0), Offset(9), LeaderEpoch(0),
                                                  static_cast<std::int32_t>(bytes.size())}),
               t.event_of(2, event::LogStartAdvanced{t.orders, Offset(0), Offset(5),
                                                     event::LogStartReason::Leader})};
    t.invariants.after_item(t.fake, t.fresh, t.violations);
    return t.broken();
  };
  CHECK(begun_anew(0).empty());
  CHECK(begun_anew(1) == "A12");  // the records that came are not of that epoch
}

TEST_CASE("an unclean election opens a loss window instead of violations") {
  Story s;
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.partition(1, 0, 1, {1, 2});
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2}), 1});
  s.high_watermark(1, 0, 3);
  s.fresh = {s.event_of(3, event::PartitionChanged{s.orders, NodeId(3), LeaderEpoch(1), 2,
                                                   nodes({3}), nodes({1, 2, 3})}),
             s.event_of(3, event::PartitionLeaderChanged{s.orders, NodeId(1), NodeId(3),
                                                         LeaderEpoch(1), true})};
  s.invariants.after_item(s.fake, s.fresh, s.violations);
  s.lead(3, 1, {3}, 0);
  s.append(3, 0, 1, 1);
  s.high_watermark(3, 0, 1);
  CHECK(s.invariants.loss_windows() == 1);
  CHECK(s.broken() == "");
}

TEST_CASE("a power loss of the lone in-sync member is over budget and declared") {
  Story s;
  s.commit_three();
  s.partition(1, 0, 1, {1});
  s.tell(1, event::IsrUpdated{s.orders, nodes({1}), 1});
  s.append(1, 3, 1, 0);
  s.high_watermark(1, 3, 4);
  s.tell(1, event::NodeCrashed{event::CrashKind::PowerLoss, 100});
  CHECK(s.invariants.loss_windows() == 1);
  s.tell(1, event::NodeStarted{2});
  s.fake.scanned.batches = {};
  s.tell(1, event::LogOpened{s.orders, Offset(0), Offset(0)});
  s.partition(1, 1, 2, {1});
  s.lead(1, 1, {1}, 0);
  CHECK(s.broken() == "");
}

TEST_CASE("a power loss within the budget opens no window") {
  Story s;
  s.commit_three();
  s.tell(1, event::NodeCrashed{event::CrashKind::PowerLoss, 100});
  CHECK(s.invariants.loss_windows() == 0);
  s.fence(1, 2, 1, {2, 3});
  s.lead(2, 1, {2, 3}, 3);
  CHECK(s.broken() == "");
}

TEST_CASE("B1: two leaders of one epoch are noticed") {
  Story s;
  s.tell(1, event::RaftLeaderElected{4, Offset(0)});
  s.tell(2, event::RaftLeaderElected{4, Offset(0)});
  CHECK(s.broken() == "B1");
}

TEST_CASE("B2, B3: epochs and votes are on disk, and there is one of each") {
  Story s;
  s.tell(1, event::QuorumStatePersisted{4, NodeId(-1), NodeId(2)});
  s.tell(1, event::VoteCast{NodeId(2), 4, true});
  CHECK(s.broken() == "");
  s.tell(1, event::QuorumStatePersisted{4, NodeId(-1), NodeId(3)});
  CHECK(s.broken() == "B3");
  s.tell(1, event::QuorumStatePersisted{3, NodeId(-1), NodeId(-1)});
  CHECK(s.broken() == "B3 B2");
  Story t;
  t.tell(1, event::VoteCast{NodeId(2), 4, true});
  CHECK(t.broken() == "B3");
}

TEST_CASE("B5, B6: a commit point without a majority, or without a record of its own, is noticed") {
  Story s;
  const auto log = s.fake.names_.intern(TopicPartition{kClusterMetadataTopic, 0});
  s.fake.disk[{NodeId(1), log, 0}] = batch_of(0, 2, 1, "m");
  s.tell(1, event::RaftLeaderElected{1, Offset(0)});
  s.tell(1, event::BatchAppended{log, Offset(0), Offset(1), LeaderEpoch(1), 100});
  s.tell(1, event::RaftHighWatermarkAdvanced{Offset(0), Offset(2)});
  CHECK(s.broken() == "B5");
  Story w;  // two of three have it, but one of them may still lose it
  w.fake.names_.intern(TopicPartition{kClusterMetadataTopic, 0});
  for (int n : {1, 2}) {
    w.fake.disk[{NodeId(n), log, 0}] = batch_of(0, 2, 1, "m");
    w.tell(n, event::BatchAppended{log, Offset(0), Offset(1), LeaderEpoch(1), 100});
  }
  w.tell(1, event::RaftLeaderElected{1, Offset(0)});
  w.tell(1, event::LogFlushed{log, Offset(2)});
  SECTION("written") {}
  SECTION("flushed") { w.tell(2, event::LogFlushed{log, Offset(2)}); }
  const bool safe = w.invariants.ghost().quorum_log.copies.at(NodeId(2)).flushed == 2;
  w.tell(1, event::RaftHighWatermarkAdvanced{Offset(0), Offset(2)});
  CHECK(w.broken() == (safe ? "" : "B5"));
  Story t;
  t.tell(1, event::RaftLeaderElected{1, Offset(5)});
  t.tell(1, event::RaftHighWatermarkAdvanced{Offset(0), Offset(4)});
  CHECK(t.broken() == "B5 B6");
}

TEST_CASE("C1 to C5: decisions that a controller may not make are noticed") {
  Story s;
  s.tell(3, event::BrokerRegistered{NodeId(2), BrokerEpoch(2)});
  CHECK(s.broken() == "C1");
  Story t;
  t.tell(3, event::BrokerFenced{NodeId(2), event::FenceReason::SessionOver});
  CHECK(t.broken() == "C2");
  Story u;
  u.partition(1, 1, 1, {2, 3});
  CHECK(u.broken() == "C3");
  Story v;
  v.partition(2, 0, 1, {2, 3});
  CHECK(v.broken() == "C4");
  Story w;
  w.tell(3, event::PartitionChanged{w.orders, NodeId(1), LeaderEpoch(0), 1, nodes({1, 4}),
                                    nodes({1, 2, 3})});
  CHECK(w.broken() == "C5 A5");
}

TEST_CASE("F1: a crash that takes a written byte, or a power loss a flushed one, is noticed") {
  for (const auto kind : {event::CrashKind::Process, event::CrashKind::PowerLoss}) {
    Story s;
    s.commit_three();
    s.append(2, 3, 1, 0);
    s.tell(2, event::LogFlushed{s.orders, Offset(3)});
    s.tell(2, event::NodeCrashed{kind, 0});
    s.tell(2, event::NodeStarted{2});
    s.fake.scanned.batches = {};  // everything is gone
    s.tell(2, event::LogOpened{s.orders, Offset(0), Offset(0)});
    CHECK(s.broken() == "F1");
  }
}

TEST_CASE("F8: an append after the log directory failed is noticed") {
  Story s;
  s.tell(1, event::LogDirFailed{});
  s.append(1, 0, 1, 0);
  CHECK(s.broken() == "F8");
}

TEST_CASE("G1, G7: an acknowledgement before the commit and a skipping consumer are noticed") {
  Story s;
  s.append(1, 0, 3, 0);
  s.tell(1001, event::BatchAcked{s.orders, 1, Offset(0), 3, -1});
  CHECK(s.broken() == "G1");
  Story t;
  t.commit_three();
  t.tell(1002, event::RecordsConsumed{t.orders, Offset(0), Offset(0)});
  t.tell(1002, event::RecordsConsumed{t.orders, Offset(2), Offset(2)});
  CHECK(t.broken() == "G7");
}

TEST_CASE("a deleted topic's logs prove nothing about a new topic of the same name") {
  Story s;
  s.commit_three();
  s.tell(3, event::TopicDeleted{s.orders.topic});
  s.tell(3, event::TopicCreated{s.orders.topic, 1});
  s.tell(2, event::LogDeleted{s.orders});
  s.tell(2, event::LogOpened{s.orders, Offset(0), Offset(0)});
  s.partition(2, 0, 0, {2});
  s.lead(2, 0, {2}, 0);
  s.append(2, 0, 1, 0, "new");
  s.high_watermark(2, 0, 1);
  CHECK(s.broken() == "");
}

TEST_CASE("a broken rule is silent: that is how tests show that a rule matters") {
  Story s;
  s.invariants.break_rule_for_test("A2");
  s.append(1, 0, 3, 0, "a");
  s.append(2, 0, 3, 0, "b");
  CHECK(s.broken() == "");
}

TEST_CASE("D2: a consumer that was thrown out and does not know it breaks no promise") {
  Story s;
  s.coordinate(1);
  s.member(1, "a");
  s.meet(1, 1);
  s.consumer(1001, "a", 1);
  s.tell(1001, event::PartitionAssigned{s.orders});
  s.tell(1, event::MemberRemoved{s.name("billing"), s.name("a"), event::MemberEnd::SessionExpired});
  s.member(1, "b");
  s.meet(1, 2);
  s.consumer(1002, "b", 2);
  s.tell(1002, event::PartitionAssigned{s.orders});
  CHECK(s.broken() == "");
}

TEST_CASE("D2: a cooperative member keeps what it has, and gives up before another gets it") {
  Story s;
  s.coordinate(1);
  s.member(1, "a");
  s.meet(1, 1);
  s.consumer(1001, "a", 1);
  s.tell(1001, event::PartitionAssigned{s.orders});
  s.tell(1, event::MemberJoining{s.name("billing"), s.name("a")});
  s.member(1, "b");
  s.meet(1, 2);
  s.consumer(1002, "b", 2);
  s.consumer(1001, "a", 2);
  SECTION("first given up") {
    s.tell(1001, event::PartitionRevoked{s.orders, false});
    s.tell(1002, event::PartitionAssigned{s.orders});
    CHECK(s.broken() == "");
  }
  SECTION("not given up") {
    s.tell(1002, event::PartitionAssigned{s.orders});
    CHECK(s.broken() == "D2");
  }
}

TEST_CASE(
    "D9: a commit is confirmed and an assignment handed out once their records are committed") {
  Story s;
  const auto stable = [&] {
    s.group_state(1, event::GroupState::CompletingRebalance, event::GroupState::Stable, 1);
  };
  s.coordinate(1, 0, 0);
  s.consumer(1001, "a", 1);
  SECTION("an assignment too early") {
    s.member(1, "a");
    s.meet(1, 1);
    stable();
    CHECK(s.broken() == "D9");
  }
  SECTION("a commit too early") {
    s.tell(1001, event::CommitSucceeded{s.orders, Offset(7)});
    CHECK(s.broken() == "D9");
  }
  SECTION("in time") {
    s.tell(1, event::OffsetCommitted{s.name("billing"), s.orders, Offset(7)});
    s.tell(1001, event::CommitSucceeded{s.orders, Offset(7)});
    CHECK(s.broken() == "");
  }
}

TEST_CASE("G7: a consumer reads only what it has, and begins anew with every ownership") {
  Story s;
  s.commit_three();
  const auto poll = [&](std::int64_t from, std::int64_t last) {
    s.tell(1002, event::RecordsConsumed{s.orders, Offset(from), Offset(last)});
  };
  s.tell(1002, event::PartitionAssigned{s.orders});
  poll(0, 2);
  s.tell(1002, event::PartitionRevoked{s.orders, false});
  SECTION("given again, from the commit") {
    s.tell(1002, event::PartitionAssigned{s.orders});
    poll(1, 2);
    CHECK(s.broken() == "");
  }
  SECTION("not given again") {
    poll(3, 3);
    CHECK(s.broken().starts_with("G7"));
  }
}

TEST_CASE("D7: who is a member, and of this generation, may commit; nobody else") {
  using event::GroupState;
  Story s;
  s.coordinate(1);
  const auto commit = [&](const std::string& member, int generation, ErrorCode error) {
    s.tell(1, event::CommitChecked{s.name("billing"), s.name(member), generation, 1, error});
  };
  commit("", -1, ErrorCode::NONE);  // by hand, while nobody is there
  s.member(1, "a");
  s.meet(1, 1);
  commit("a", 1, ErrorCode::REBALANCE_IN_PROGRESS);
  s.tell(1, event::GroupRecordWritten{s.home(), Offset(1), s.name("billing"), NameRef(),
                                      event::GroupRecordKind::GroupMetadata, false});
  s.group_state(1, GroupState::CompletingRebalance, GroupState::Stable, 1);
  const std::string before = s.broken();
  SECTION("as it should be") {
    commit("a", 1, ErrorCode::NONE);
    commit("a", 0, ErrorCode::ILLEGAL_GENERATION);
    commit("zombie", 1, ErrorCode::UNKNOWN_MEMBER_ID);
    commit("", -1, ErrorCode::UNKNOWN_MEMBER_ID);
    CHECK(s.broken() == before);
  }
  SECTION("a zombie is heard") {
    commit("zombie", 1, ErrorCode::NONE);
    CHECK(s.broken().ends_with("D7"));
  }
  SECTION("a member is refused") {
    commit("a", 1, ErrorCode::ILLEGAL_GENERATION);
    CHECK(s.broken().ends_with("D7"));
  }
}
