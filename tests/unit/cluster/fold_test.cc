// Goal: folding events moves a snapshot as the events say, and difference() names what differs.
// Method: hand-written events; the test over whole runs is in tests/simulation.
#include "engine/cluster/fold.h"

#include "tests/catch.h"

using namespace kscope;
using namespace kscope::cluster;

namespace {

struct Story {
  Snapshot s;
  NameTable names;
  std::uint64_t seq = 0;
  Instant now{};

  Story() {
    for (int id : {1, 2}) {
      NodeView n;
      n.id = id;
      s.nodes.push_back(n);
    }
  }
  void tell(int node, event::Body body) {
    fold(s, {EventSeq(++seq), now, NodeId(node), EventSeq(0), std::move(body)}, names);
  }
  PartitionRef orders() { return names.intern(TopicPartition{"orders", 0}); }
  const ReplicaView& replica(int node) { return *s.replica(node, {"orders", 0}); }
};

}  // namespace

TEST_CASE("a log's events give its start, end, epochs and flushed end") {
  Story t;
  t.tell(1, event::NodeStarted{1});
  t.tell(1, event::LogOpened{t.orders(), Offset(0), Offset(0)});
  t.tell(1, event::LeaderEpochStarted{t.orders(), LeaderEpoch(0), Offset(0)});
  t.tell(1, event::BatchAppended{t.orders(), Offset(0), Offset(9), LeaderEpoch(0), 100});
  t.tell(1, event::LogFlushed{t.orders(), Offset(10)});
  t.tell(1, event::LeaderEpochStarted{t.orders(), LeaderEpoch(3), Offset(10)});
  t.tell(1, event::BatchAppended{t.orders(), Offset(10), Offset(12), LeaderEpoch(3), 100});
  CHECK(t.replica(1).log_end == 13);
  CHECK(t.replica(1).epochs == std::vector<EpochRange>{{0, 0}, {3, 10}});
  t.tell(1, event::LogTruncated{t.orders(), Offset(13), Offset(8),
                                event::TruncateReason::DivergingEpoch});
  CHECK(t.replica(1).log_end == 8);
  CHECK(t.replica(1).flushed_end == 8);
  CHECK(t.replica(1).epochs == std::vector<EpochRange>{{0, 0}});
}

TEST_CASE("a crash empties the memory of a process and keeps what is on its disk") {
  Story t;
  t.tell(1, event::NodeStarted{1});
  t.tell(1, event::LogOpened{t.orders(), Offset(0), Offset(4)});
  t.tell(1, event::BecameLeader{t.orders(), LeaderEpoch(2), Offset(4)});
  t.tell(1, event::IsrUpdated{t.orders(), NodeList(std::vector<std::int32_t>{1, 2}), 5});
  t.tell(1, event::FollowerProgressed{t.orders(), NodeId(2), Offset(3)});
  CHECK(t.replica(1).follower_ends.at(2) == 3);
  t.tell(1, event::NodeCrashed{event::CrashKind::Process, 0});
  CHECK(t.s.node(1)->state == NodeState::Crashed);
  CHECK(t.replica(1).role == ReplicaRole::Offline);
  CHECK(t.replica(1).isr.empty());
  CHECK(t.replica(1).log_end == 4);
}

TEST_CASE("the metadata log is part of the quorum's view and no replica") {
  Story t;
  const auto log = t.names.intern(TopicPartition{kClusterMetadataTopic, 0});
  t.tell(2, event::BatchAppended{log, Offset(0), Offset(6), LeaderEpoch(1), 100});
  t.tell(2,
         event::RaftRoleChanged{event::RaftRole::Candidate, event::RaftRole::Leader, 1, NodeId(2)});
  CHECK(t.s.node(2)->quorum.log_end == 7);
  CHECK(t.s.node(2)->quorum.role == event::RaftRole::Leader);
  CHECK(t.s.node(2)->broker.replicas.empty());
}

TEST_CASE("frames are in flight from FrameSent to FrameDelivered or FrameLost") {
  Story t;
  t.tell(1, event::FrameSent{FrameId(1), ConnectionId(1), NodeId(2), ApiKey::Fetch, 16, false,
                             CorrelationId(1), 60, millis(1)});
  t.tell(1, event::FrameSent{FrameId(2), ConnectionId(1), NodeId(2), ApiKey::Fetch, 16, false,
                             CorrelationId(2), 60, millis(2)});
  t.tell(0, event::FrameDelayed{FrameId(2), millis(5)});
  REQUIRE(t.s.frames.size() == 2);
  CHECK(t.s.frames[1].arrives_at == at_micros(7000));
  t.tell(2, event::FrameDelivered{FrameId(1), ConnectionId(1), NodeId(1), ApiKey::Fetch, false});
  t.tell(0, event::FrameLost{FrameId(2), NodeId(1), NodeId(2), ApiKey::Fetch, false});
  CHECK(t.s.frames.empty());
}

TEST_CASE("links are listed only while something is wrong with them") {
  Story t;
  t.tell(0, event::LinkCut{NodeId(1), NodeId(2)});
  t.tell(0, event::LinkSlowed{NodeId(1), NodeId(2), millis(5)});
  t.tell(0, event::LinkHealed{NodeId(1), NodeId(2)});
  REQUIRE(t.s.links.size() == 1);
  CHECK_FALSE(t.s.links[0].cut);
  t.tell(0, event::LinkSlowed{NodeId(1), NodeId(2), millis(0)});
  CHECK(t.s.links.empty());
}

TEST_CASE("difference names the first place where two snapshots part") {
  Story t;
  t.tell(1, event::NodeStarted{1});
  t.tell(1, event::LogOpened{t.orders(), Offset(0), Offset(4)});
  t.tell(1, event::BecameFollower{t.orders(), NodeId(2), LeaderEpoch(0)});
  Snapshot other = t.s;
  CHECK(difference(t.s, other) == "");
  other.nodes[0].broker.replicas[0].high_watermark = 2;
  CHECK(difference(t.s, other) == "replica 1 orders-0 hw: 0 and 2");
  other = t.s;
  PartitionView fresh;
  fresh.partition = {"orders", 0};
  other.metadata.partitions.push_back(fresh);
  CHECK(difference(t.s, other) == "partitions: {} and {orders-0}");
  other = t.s;
  other.nodes[0].broker.disk_bytes = 17;  // a [view] field
  CHECK(difference(t.s, other) == "");
}
