// Goal: every checker fires when its promise is broken; none is there for show. Method: for each
// invariant one doctored cluster that breaks it. A checker without one fails this test, and so does
// one that speaks although its rule is silenced, or that never counts as having looked.
#include <algorithm>

#include "tests/unit/sim/story.h"

using namespace kscope;
using namespace kscope::sim;

namespace {

using event::GroupState;
using event::RaftRole;

PartitionRef metadata_log(Story& s) {
  return s.fake.names_.intern(TopicPartition{kClusterMetadataTopic, 0});
}

void metadata_append(Story& s, int node, const std::string& value) {
  const PartitionRef log = metadata_log(s);
  s.fake.disk[{NodeId(node), log, 0}] = batch_of(0, 2, 1, value);
  s.tell(node, event::BatchAppended{log, Offset(0), Offset(1), LeaderEpoch(1), 100});
}

void a1(Story& s) {
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.append(3, 0, 3, 5, "other");  // same offsets, another epoch's batch
  s.high_watermark(1, 0, 3);
  s.high_watermark(3, 0, 3);
}

void a2(Story& s) {
  s.append(1, 0, 3, 0, "a");
  s.append(2, 0, 3, 0, "b");
}

void a3(Story& s) {  // a new leader that lacks what is committed
  s.commit_three();
  s.tell(2, event::NodeCrashed{event::CrashKind::Process, 0});
  s.tell(2, event::NodeStarted{2});
  s.truncate(2, 3, 1);
  s.partition(2, 1, 1, {2, 3});
  s.lead(2, 1, {2, 3}, 1);
}

void a4(Story& s) {  // broker 3 is let into the ISR without the records
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.partition(1, 0, 1, {1, 2});
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2}), 1});
  s.high_watermark(1, 0, 3);
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2, 3}), 2});
  s.partition(1, 0, 2, {1, 2, 3});
}

void a5(Story& s) { s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2}), 1}); }

void a6(Story& s) {  // the leader forgets a member of the controller's ISR
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2}), 1});
  s.high_watermark(1, 0, 3);
}

void a7(Story& s) {
  s.append(1, 0, 3, 0);
  s.tell(1002, event::RecordsConsumed{s.orders, Offset(0), Offset(2)});
}

void a8(Story& s) { s.high_watermark(1, 0, 3); }  // beyond its own end

void a9(Story& s) {
  for (int n : {1, 2}) s.append(n, 0, 3, 0);
  s.partition(1, 0, 1, {1, 2});
  s.tell(1, event::IsrUpdated{s.orders, nodes({1, 2}), 1});
  s.high_watermark(1, 0, 3);
  s.tell(1, event::IsrChangeRequested{s.orders, nodes({1, 2}), nodes({1, 2, 3})});
}

void a11(Story& s) {
  s.commit_three();
  s.truncate(2, 3, 2);
}

void a12(Story& s) {
  s.append(1, 0, 3, 0);
  s.append(1, 5, 1, 0);  // 3 and 4 are missing
}

void b1(Story& s) {
  s.tell(1, event::RaftLeaderElected{4, Offset(0)});
  s.tell(2, event::RaftLeaderElected{4, Offset(0)});
}

void b2(Story& s) {
  s.tell(1, event::QuorumStatePersisted{4, NodeId(-1), NodeId(-1)});
  s.tell(1, event::QuorumStatePersisted{3, NodeId(-1), NodeId(-1)});
}

void b3(Story& s) { s.tell(1, event::VoteCast{NodeId(2), 4, true}); }  // never written down

void b4(Story& s) {
  s.tell(1, event::RaftHighWatermarkAdvanced{Offset(0), Offset(4)});
  s.tell(1, event::RaftHighWatermarkAdvanced{Offset(2), Offset(3)});
}

void b5(Story& s) {
  metadata_append(s, 1, "m");
  s.tell(1, event::RaftLeaderElected{1, Offset(0)});
  s.tell(1, event::RaftHighWatermarkAdvanced{Offset(0), Offset(2)});
}

void b6(Story& s) {
  s.tell(1, event::RaftLeaderElected{1, Offset(5)});
  s.tell(1, event::RaftHighWatermarkAdvanced{Offset(0), Offset(4)});
}

void b7(Story& s) {
  metadata_append(s, 1, "m");
  s.tell(1, event::RaftHighWatermarkAdvanced{Offset(0), Offset(2)});
  metadata_append(s, 2, "n");
  s.tell(2, event::RaftHighWatermarkAdvanced{Offset(0), Offset(2)});
}

void b8(Story& s) {  // the log begins where no snapshot ends
  s.tell(1, event::LogStartAdvanced{metadata_log(s), Offset(0), Offset(5),
                                    event::LogStartReason::Leader});
}

void b9(Story& s) {
  event::SnapshotLoaded loaded;
  loaded.end = Offset(5);
  s.tell(1, event::ControllerActivated{1});
  s.tell(1, loaded);
}

void b10(Story& s) {  // two voters come at once
  event::VoterSetChanged change;
  change.voters = nodes({1, 2, 3});
  s.tell(1, change);
  s.tell(1, event::RaftLeaderElected{1, Offset(0)});
  change.voters = nodes({1, 2, 3, 4, 5});
  change.at = Offset(3);
  s.tell(1, change);
}

void b11(Story& s) {
  s.tell(1, event::RaftRoleChanged{RaftRole::Unattached, RaftRole::Follower, 3, NodeId(2)});
  s.tell(1, event::RaftRoleChanged{RaftRole::Follower, RaftRole::Leader, 3, NodeId(1)});
}

void c1(Story& s) { s.tell(3, event::BrokerRegistered{NodeId(2), BrokerEpoch(2)}); }

void c2(Story& s) { s.tell(3, event::BrokerFenced{NodeId(2), event::FenceReason::SessionOver}); }

void c3(Story& s) { s.partition(1, 1, 1, {2, 3}); }

void c4(Story& s) { s.partition(2, 0, 1, {2, 3}); }  // a new leader in the old leader epoch

void c5(Story& s) {
  s.tell(3, event::PartitionChanged{s.orders, NodeId(1), LeaderEpoch(0), 1, nodes({1, 4}),
                                    nodes({1, 2, 3})});
}

void c6(Story& s) {  // in sync and eligible at once
  s.tell(3, event::EligibleLeadersChanged{s.orders, nodes({2}), nodes({})});
}

void c7(Story& s) { s.tell(1, event::MetadataApplied{Offset(9)}); }  // nothing is committed yet

void d1(Story& s) {
  s.coordinate(1);
  s.group_state(1, GroupState::Dead, GroupState::Empty, 0);
  s.meet(1, 5);
  s.meet(1, 5);  // once more
}

void d2(Story& s) {  // both read it, and both are of the generation
  s.coordinate(1);
  s.member(1, "a");
  s.member(1, "b");
  s.meet(1, 1);
  s.consumer(1001, "a", 1);
  s.tell(1001, event::PartitionAssigned{s.orders});
  s.consumer(1002, "b", 1);
  s.tell(1002, event::PartitionAssigned{s.orders});
}

/// A group of the new protocol with one member, who has what it should.
void modern_group(Story& s) {
  const Uuid topic{0x12, 0x34};
  const CheckedGroup::Partition orders{topic, 0};
  CheckedGroup group;
  group.topics[topic] = "orders";
  group.epoch = group.target_epoch = 1;
  group.members.push_back({"a", 1, true, {orders}, {}, {orders}});
  group.members.push_back({"b", 1, true, {}, {}, {}});
  group.wanted = {orders};
  group.owners[orders] = "a";
  s.fake.group = group;
}

void d3(Story& s) {
  modern_group(s);
  s.fake.group->wanted.emplace_back(Uuid{0x12, 0x34}, 1);  // nobody is to have it
  s.tell(1, event::TargetAssignmentComputed{s.name("billing"), s.name("uniform"), 1, 2, 1});
}

void d4(Story& s) {
  modern_group(s);
  std::swap(s.fake.group->members[0].target, s.fake.group->members[1].target);
  s.tell(1,
         event::MemberEpochChanged{s.name("billing"), s.name("a"), event::MemberState::Stable, 1});
}

void d5(Story& s) {
  modern_group(s);
  s.fake.group->members[1].epoch = 0;  // has not arrived
  s.coordinate(1);
  s.group_state(1, GroupState::Reconciling, GroupState::Stable, 1);
}

void d6(Story& s) {
  modern_group(s);
  s.fake.group->owners.clear();
  s.tell(1, event::MemberAssignmentChanged{s.name("billing"), s.name("a"), s.orders, 1, true});
}

void d7(Story& s) {  // a commit of the generation before, and it is taken
  s.coordinate(1);
  s.member(1, "a");
  s.meet(1, 2);
  s.tell(1, event::CommitChecked{s.name("billing"), s.name("a"), 1, 1, ErrorCode::NONE});
}

void d8(Story& s) {
  s.coordinate(1);
  s.member(1, "a", "till-1");
  s.member(1, "b", "till-1");
}

void d9(Story& s) {  // it forgot a commit
  s.fake.books_ = CheckedBooks{{}, {{"billing orders-0", "7"}}};
  s.coordinate(1);
}

void f1(Story& s) {
  s.commit_three();
  s.tell(2, event::NodeCrashed{event::CrashKind::Process, 0});
  s.tell(2, event::NodeStarted{2});
  s.tell(2, event::LogOpened{s.orders, Offset(0), Offset(0)});  // a written byte is gone
}

void f3(Story& s) {
  s.commit_three();
  s.tell(2, event::NodeCrashed{event::CrashKind::Process, 0});
  s.tell(2, event::NodeStarted{2});
  s.fake.scanned.batches = {{0, 2, 0, 1}, {3, 5, 4, 2}};
  s.fake.epoch_cache = {{0, 0}};  // epoch 4 was forgotten
  s.tell(2, event::LogOpened{s.orders, Offset(0), Offset(6)});
}

void f4(Story& s) { s.tell(1, event::LogFlushed{s.orders, Offset(7)}); }

void f5(Story& s) {
  s.commit_three();
  s.tell(2, event::NodeStopped{1});
  s.tell(2, event::NodeStarted{2});
  s.tell(2, event::LogRecovered{s.orders, Offset(0), Offset(3), 0});
}

void f6(Story& s) {
  Bytes bytes = batch_of(0, 1, 0, "value");
  bytes.back() ^= 1;
  s.fake.disk[{NodeId(1), s.orders, 0}] = bytes;
  s.tell(1, event::BatchAppended{s.orders, Offset(0), Offset(0), LeaderEpoch(0), 80});
}

void f7(Story& s) {
  s.tell(1, event::QuorumStatePersisted{4, NodeId(-1), NodeId(2)});
  s.tell(1, event::NodeCrashed{event::CrashKind::PowerLoss, 0});
  s.fake.memory_epoch = 3;
  s.tell(1, event::NodeStarted{2});
}

void f8(Story& s) {
  s.tell(1, event::LogDirFailed{});
  s.append(1, 0, 1, 0);
}

void g1(Story& s) {
  s.append(1, 0, 3, 0);
  s.tell(1001, event::BatchAcked{s.orders, 1, Offset(0), 3, -1});
}

void g7(Story& s) {
  s.commit_three();
  s.tell(1002, event::RecordsConsumed{s.orders, Offset(0), Offset(0)});
  s.tell(1002, event::RecordsConsumed{s.orders, Offset(2), Offset(2)});
}

void g9(Story& s) {  // the new leader lacks 1 and 2, and the consumer goes on at 3
  s.commit_three();
  s.tell(1002, event::RecordsConsumed{s.orders, Offset(0), Offset(2)});
  event::PartitionLeaderChanged change;
  change.partition = s.orders;
  change.unclean = true;
  s.tell(3, change);
  s.truncate(2, 3, 1);
  s.partition(2, 1, 1, {2});
  s.lead(2, 1, {2}, 1);
  s.tell(1002, event::RecordsConsumed{s.orders, Offset(3), Offset(3)});
}

void k1(Story& s) {
  s.append(1, 0, 3, 0);
  s.fake.scanned.batches = {{0, 5, 0, 1}};  // the cleaned log has more than there was
  s.tell(1, event::SegmentsSwapped{s.orders, Offset(0), Offset(3), 1, 0});
}

const std::map<std::string, void (*)(Story&)> kDoctored = {
    {"A1", a1},   {"A2", a2}, {"A3", a3},   {"A4", a4},   {"A5", a5}, {"A6", a6}, {"A7", a7},
    {"A8", a8},   {"A9", a9}, {"A11", a11}, {"A12", a12}, {"B1", b1}, {"B2", b2}, {"B3", b3},
    {"B4", b4},   {"B5", b5}, {"B6", b6},   {"B7", b7},   {"B8", b8}, {"B9", b9}, {"B10", b10},
    {"B11", b11}, {"C1", c1}, {"C2", c2},   {"C3", c3},   {"C4", c4}, {"C5", c5}, {"C6", c6},
    {"D1", d1},   {"D2", d2}, {"D3", d3},   {"D4", d4},   {"D5", d5}, {"D6", d6}, {"D7", d7},
    {"D8", d8},   {"D9", d9}, {"G9", g9},   {"C7", c7},   {"F1", f1}, {"F3", f3}, {"F4", f4},
    {"F5", f5},   {"F6", f6}, {"F7", f7},   {"F8", f8},   {"G1", g1}, {"G7", g7}, {"K1", k1}};

bool fired(const Story& s, const std::string& id) {
  return std::any_of(s.violations.begin(), s.violations.end(),
                     [&](const auto& v) { return v.invariant == id; });
}

}  // namespace

TEST_CASE("every checker fires on a cluster that was doctored to break its promise") {
  for (const InvariantInfo& info : invariant_table()) {
    INFO(info.id << " " << info.name);
    const auto doctored = kDoctored.find(info.id);
    REQUIRE(doctored != kDoctored.end());
    Story s;
    REQUIRE(s.broken() == "");
    doctored->second(s);
    CHECK(fired(s, info.id));
  }
}

TEST_CASE("a silenced checker says nothing: that is how tests show that a rule matters") {
  for (const auto& [id, doctor] : kDoctored) {
    INFO(id);
    Story s;
    s.invariants.break_rule_for_test(id);
    doctor(s);
    CHECK(!fired(s, id));
  }
}

TEST_CASE("the list of invariants says which were looked at and where one was violated") {
  Story s;
  const auto standing = [&](const std::string& id) {
    for (const auto& view : s.invariants.standing(s.violations))
      if (view.id == id) return view;
    return cluster::InvariantView{};
  };
  CHECK(standing("A11").looks == 0);  // nothing was truncated: it only watches
  CHECK(standing("C1").looks == 3);   // three brokers have registered
  CHECK(standing("C1").violated_at == EventSeq());
  s.commit_three();
  s.truncate(2, 3, 2);
  CHECK(standing("A11").looks > 0);
  CHECK(standing("A11").violated_at == EventSeq(s.seq));
  CHECK(s.invariants.standing(s.violations).size() == invariant_table().size());
}
