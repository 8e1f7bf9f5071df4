// The hand-made groups: a coordinator on broker 2, consumers from node 1001 on.
#include <fmt/format.h>

#include <algorithm>

#include "tests/viewer/group_clusters.h"

namespace kscope::viewer::testing {

namespace {

using event::GroupState;

constexpr std::int32_t kCoordinator = 2;
Instant at_ms(std::int64_t n) { return Instant(millis(n)); }

/// Plays both sides of a group into a FakeMachine.
class GroupPlay {
 public:
  GroupPlay(int members, int partitions, bool modern)
      : m(std::make_unique<FakeMachine>()), modern_(modern), partitions_(partitions) {
    group_ = m->name("billing");
    for (int i = 0; i < members; ++i) {
      names_.push_back(fmt::format("consumer-{}", i + 1));
      ids_.push_back(names_.back() + "-5f3a2b");
      shares_.emplace_back();
    }
    for (int p = 0; p < partitions; ++p) {
      event::HighWatermarkAdvanced e{part(p), Offset(0), Offset(100 + 7 * p)};
      m->emit(at_ms(900), 1 + p % 3, e);
    }
  }

  PartitionRef part(int p) { return m->ref({"orders", p}); }
  NameRef id(int i) { return m->name(ids_[static_cast<std::size_t>(i)]); }
  static std::int32_t node(int i) { return kFirstMember + i; }

  /// A request or an answer that arrives two milliseconds later.
  EventSeq frame(std::int64_t ms, std::int32_t from, std::int32_t to, ApiKey api, bool response,
                 const std::string& label, EventSeq cause = {}) {
    const FrameId f(++frames_);
    event::FrameSent sent;
    sent.frame = f;
    sent.connection = ConnectionId(static_cast<std::uint64_t>(std::max(from, to)));
    sent.to = NodeId(to);
    sent.api = api;
    sent.is_response = response;
    // An answer belongs to the last question on its connection.
    std::int32_t& asked = questions_[sent.connection];
    if (!response) asked = static_cast<std::int32_t>(frames_);
    sent.correlation = CorrelationId(asked);
    sent.travel = millis(2);
    const EventSeq seq = m->emit(at_ms(ms), from, sent, cause);
    m->sent[f] = seq;
    m->labels[f] = label;
    return m->emit(at_ms(ms + 2), to,
                   event::FrameDelivered{f, sent.connection, NodeId(from), api, response}, seq);
  }

  void state(std::int64_t ms, GroupState from, GroupState to) {
    m->emit(at_ms(ms), kCoordinator, event::GroupStateChanged{group_, from, to, generation_});
    state_ = to;
  }

  void start(std::int64_t ms, int i) {
    m->emit(at_ms(ms), node(i),
            event::ClientStarted{m->name(names_[static_cast<std::size_t>(i)]),
                                 event::ClientRole::Consumer, 0});
    const EventSeq asked =
        frame(ms + 1, node(i), 1, ApiKey::FindCoordinator, false, "FindCoordinator billing");
    const EventSeq told =
        frame(ms + 4, 1, node(i), ApiKey::FindCoordinator, true, "broker 2", asked);
    m->emit(at_ms(ms + 6), node(i), event::CoordinatorFound{group_, NodeId(kCoordinator)}, told);
    ++started_;
  }

  void join(std::int64_t ms, int i) {
    const EventSeq asked = frame(ms, node(i), kCoordinator, ApiKey::JoinGroup, false,
                                 "JoinGroup billing [range, cooperative-sticky]");
    m->emit(at_ms(ms + 2), kCoordinator, event::MemberAdded{group_, id(i), {}, NodeId(node(i))},
            asked);
    m->emit(at_ms(ms + 2), kCoordinator, event::MemberJoining{group_, id(i)}, asked);
    ++joined_;
  }

  void rejoin(std::int64_t ms, int i, EventSeq told) {
    revoke(ms, i, told);
    const EventSeq asked = frame(ms + 1, node(i), kCoordinator, ApiKey::JoinGroup, false,
                                 "JoinGroup billing [range, cooperative-sticky]");
    m->emit(at_ms(ms + 3), kCoordinator, event::MemberJoining{group_, id(i)}, asked);
  }

  void begin(std::int64_t ms, int who) {
    m->emit(at_ms(ms), kCoordinator,
            event::RebalanceStarted{group_, id(who), event::RebalanceReason::MemberJoined,
                                    seconds(60)});
    state(ms, state_, GroupState::PreparingRebalance);
    deadline_ = at_ms(ms) + seconds(60);
  }

  void new_generation(std::int64_t ms) {
    ++generation_;
    m->emit(at_ms(ms), kCoordinator,
            event::GenerationStarted{group_, m->name("range"), id(0), generation_,
                                     static_cast<std::int32_t>(joined_)});
    state(ms, GroupState::PreparingRebalance, GroupState::CompletingRebalance);
    deadline_ = at_ms(ms) + seconds(60);
    for (int i = 0; i < joined_; ++i) {
      frame(ms, kCoordinator, node(i), ApiKey::JoinGroup, true,
            fmt::format("generation {}, {}", generation_, i == 0 ? "leader" : "follower"));
    }
    m->emit(at_ms(ms + 2), node(0),
            event::AssignmentComputed{group_, m->name("range"), joined_, partitions_});
  }

  /// As range does it.
  int owner(int p) const { return p * joined_ / partitions_; }

  void share_out(std::int64_t ms) {
    for (int p = 0; p < partitions_; ++p) {
      for (int i = 0; i < joined_; ++i) {
        auto& share = shares_[static_cast<std::size_t>(i)];
        const bool has = share.count(p) > 0, gets = owner(p) == i;
        if (has == gets) continue;
        gets ? (void)share.insert(p) : (void)share.erase(p);
        m->emit(at_ms(ms), kCoordinator,
                event::MemberAssignmentChanged{group_, id(i), part(p), generation_, gets});
      }
    }
  }

  void stable(std::int64_t ms) {
    share_out(ms);
    state(ms, GroupState::CompletingRebalance, GroupState::Stable);
    deadline_ = {};
    m->emit(at_ms(ms), kCoordinator,
            event::GroupRecordWritten{m->ref({"__consumer_offsets", 7}),
                                      Offset(40 + generation_),
                                      group_,
                                      {},
                                      event::GroupRecordKind::GroupMetadata,
                                      false});
    for (int i = 0; i < joined_; ++i) {
      frame(ms, kCoordinator, node(i), ApiKey::SyncGroup, true, "your share");
      for (const int p : shares_[static_cast<std::size_t>(i)]) {
        m->emit(at_ms(ms + 3), node(i), event::PartitionAssigned{part(p)});
      }
      m->emit(at_ms(ms + 3), node(i),
              event::ListenerCalled{
                  event::ListenerCall::Assigned,
                  static_cast<std::int32_t>(shares_[static_cast<std::size_t>(i)].size())});
    }
  }

  void revoke(std::int64_t ms, int i, EventSeq cause) {
    const auto& share = shares_[static_cast<std::size_t>(i)];
    m->emit(at_ms(ms), node(i),
            event::ListenerCalled{event::ListenerCall::Revoked,
                                  static_cast<std::int32_t>(share.size())},
            cause);
    for (const int p : share) m->emit(at_ms(ms), node(i), event::PartitionRevoked{part(p), false});
  }

  void consume(std::int64_t ms, int i, int p, std::int64_t from, std::int64_t last) {
    m->emit(at_ms(ms), node(i), event::RecordsConsumed{part(p), Offset(from), Offset(last)});
  }

  cluster::Snapshot snapshot(std::int64_t ms);
  NameRef group() const { return group_; }

  std::unique_ptr<FakeMachine> m;
  GroupState state_ = GroupState::Empty;
  std::int32_t generation_ = 0;
  Instant deadline_{};
  int joined_ = 0, started_ = 0;

 private:
  void add_brokers(cluster::Snapshot& s) const;
  void add_members(cluster::Snapshot& s, std::int64_t ms) const;

  bool modern_;
  int partitions_;
  NameRef group_;
  std::uint64_t frames_ = 0;
  std::map<ConnectionId, std::int32_t> questions_;
  std::vector<std::string> names_, ids_;
  std::vector<std::set<int>> shares_;
};

void GroupPlay::add_brokers(cluster::Snapshot& s) const {
  for (std::int32_t id = 1; id <= 3; ++id) {
    cluster::NodeView node;
    node.id = id;
    node.name = fmt::format("broker {}", id);
    node.state = cluster::NodeState::Running;
    node.broker.state = event::BrokerState::Running;
    for (int p = 0; p < partitions_; ++p) {
      if (1 + p % 3 != id) continue;
      cluster::ReplicaView r;
      r.partition = {"orders", p};
      r.role = cluster::ReplicaRole::Leader;
      r.leader = id;
      r.log_end = r.high_watermark = 140 + 9 * p;
      node.broker.replicas.push_back(r);
    }
    s.nodes.push_back(std::move(node));
  }
  for (int p = 0; p < partitions_; ++p) {
    cluster::PartitionView view;
    view.partition = {"orders", p};
    view.leader = 1 + p % 3;
    view.isr = view.replicas = {1, 2, 3};
    s.metadata.partitions.push_back(view);
  }
}

void GroupPlay::add_members(cluster::Snapshot& s, std::int64_t ms) const {
  cluster::GroupView& g = s.groups.front();
  for (int i = 0; i < started_; ++i) {
    const auto n = static_cast<std::size_t>(i);
    cluster::ClientView client;
    client.id = node(i);
    client.name = names_[n];
    client.kind = cluster::ClientKind::Consumer;
    cluster::ConsumerView& c = client.consumer;
    c.group = "billing";
    c.subscription = {"orders"};
    c.assignor = modern_ ? "uniform" : "range, cooperative-sticky";
    c.coordinator = kCoordinator;
    c.generation = generation_;
    c.state = state_ == GroupState::Stable ? event::ConsumerState::Stable
                                           : event::ConsumerState::PreparingRebalance;
    c.poll_deadline = at_ms(ms) + seconds(280);
    c.next_heartbeat = at_ms(ms) + millis(1900);
    c.records_consumed = 310;
    c.records_processed = 300;
    if (i < joined_) c.member = ids_[n];
    const bool reads = state_ == GroupState::Stable || modern_;
    for (const int p : shares_[n]) {
      const std::string name = fmt::format("orders-{}", p);
      if (!reads) continue;
      c.assigned.push_back(name);
      c.positions[name] = 120 + 7 * p;
      c.committed[name] = 100 + 7 * p;
    }
    s.clients.push_back(client);
    if (i >= joined_) continue;
    cluster::GroupMemberView member;
    member.id = ids_[n];
    member.client = node(i);
    member.subscription = {"orders"};
    member.assigned = c.assigned;
    member.joining = state_ == GroupState::PreparingRebalance;
    member.syncing = state_ == GroupState::CompletingRebalance;
    member.session_timeout = seconds(45);
    member.session_expires = at_ms(ms) + seconds(41);
    member.epoch = generation_;
    g.members.push_back(std::move(member));
  }
}

cluster::Snapshot GroupPlay::snapshot(std::int64_t ms) {
  cluster::Snapshot s;
  s.seed = 2024;
  s.now = at_ms(ms);
  add_brokers(s);
  cluster::GroupView g;
  g.id = "billing";
  g.coordinator = kCoordinator;
  g.partition = 7;
  g.state = state_;
  g.generation = generation_;
  g.assignment_epoch = generation_ - 1;
  g.consumer_protocol = modern_;
  g.protocol_type = "consumer";
  g.assignor = modern_ ? "uniform" : "range";
  if (!ids_.empty() && !modern_) g.leader = ids_.front();
  g.rebalance_deadline = deadline_;
  g.rebalance_timeout = seconds(60);
  for (int p = 0; p < partitions_; ++p) {
    cluster::CommittedView committed;
    committed.offset = 100 + 7 * p;
    committed.pending = p == 1;
    if (p % 5 != 4) g.committed[fmt::format("orders-{}", p)] = committed;
  }
  s.groups.push_back(std::move(g));
  add_members(s, ms);
  return s;
}

/// The first members join together; stable in generation 1.
void play_beginning(GroupPlay& play, int members) {
  for (int i = 0; i < members; ++i) play.start(1000 + 10 * i, i);
  play.m->add_moment(play.snapshot(1090));
  play.join(1110, 0);
  play.begin(1112, 0);
  for (int i = 1; i < members; ++i) play.join(1110 + 5 * i, i);
  play.new_generation(4112);
  for (int i = 0; i < members; ++i) {
    play.frame(4116 + i, GroupPlay::node(i), kCoordinator, ApiKey::SyncGroup, false,
               i == 0 ? "SyncGroup billing, the shares of all" : "SyncGroup billing");
  }
  play.stable(4140);
  play.m->add_moment(play.snapshot(4200));
}

}  // namespace

std::unique_ptr<FakeMachine> rebalance_machine(int members, int partitions, GroupMoment moment) {
  GroupPlay play(members, partitions, false);
  if (members > 1) play_beginning(play, members - 1);
  const int last = members - 1;
  const auto end = [&](std::int64_t ms) {
    play.m->add_moment(play.snapshot(ms));
    play.m->seek(at_ms(ms));
    return std::move(play.m);
  };
  play.start(7590, last);
  play.join(7640, last);
  play.begin(7642, last);
  for (int i = 0; i < last; ++i) {
    const EventSeq beat = play.frame(7700 + 40 * i, GroupPlay::node(i), kCoordinator,
                                     ApiKey::Heartbeat, false, "Heartbeat billing");
    const EventSeq told = play.frame(7704 + 40 * i, kCoordinator, GroupPlay::node(i),
                                     ApiKey::Heartbeat, true, "REBALANCE_IN_PROGRESS", beat);
    play.rejoin(7710 + 40 * i, i, told);
  }
  if (moment == GroupMoment::JoinPhase) return end(8190);
  play.new_generation(8200);
  play.frame(8204, GroupPlay::node(0), kCoordinator, ApiKey::SyncGroup, false,
             "SyncGroup billing, the shares of all");
  if (moment == GroupMoment::SyncPhase) return end(8210);
  play.stable(8230);
  for (int i = 0; i < members; ++i) {
    play.frame(8240, GroupPlay::node(i), kCoordinator, ApiKey::OffsetFetch, false,
               "OffsetFetch billing");
  }
  play.consume(8300, last, partitions - 1, 100, 109);
  return end(8600);
}

std::unique_ptr<FakeMachine> consumer_protocol_machine() {
  GroupPlay play(2, 6, true);
  const auto group = play.group();
  play.start(1000, 0);
  play.m->emit(at_ms(1100), kCoordinator,
               event::MemberAdded{group, play.id(0), {}, NodeId(GroupPlay::node(0))});
  play.joined_ = 1;
  play.generation_ = 1;
  play.m->emit(at_ms(1100), kCoordinator, event::GroupEpochBumped{group, 1});
  play.state(1100, GroupState::Empty, GroupState::Assigning);
  play.m->emit(at_ms(1101), kCoordinator,
               event::TargetAssignmentComputed{group, play.m->name("uniform"), 1, 1, 6});
  play.state(1102, GroupState::Assigning, GroupState::Reconciling);
  play.share_out(1102);
  for (int p = 0; p < 6; ++p) {
    play.m->emit(at_ms(1110), GroupPlay::node(0), event::PartitionAssigned{play.part(p)});
  }
  play.state(1120, GroupState::Reconciling, GroupState::Stable);
  play.m->add_moment(play.snapshot(1200));
  play.start(5000, 1);
  play.frame(5020, GroupPlay::node(1), kCoordinator, ApiKey::ConsumerGroupHeartbeat, false,
             "ConsumerGroupHeartbeat billing epoch 0");
  play.m->emit(at_ms(5022), kCoordinator,
               event::MemberAdded{group, play.id(1), {}, NodeId(GroupPlay::node(1))});
  play.joined_ = 2;
  play.generation_ = 2;
  play.m->emit(at_ms(5022), kCoordinator, event::GroupEpochBumped{group, 2});
  play.m->emit(at_ms(5022), kCoordinator,
               event::TargetAssignmentComputed{group, play.m->name("uniform"), 2, 2, 6});
  play.state(5022, GroupState::Stable, GroupState::Reconciling);
  play.frame(5024, kCoordinator, GroupPlay::node(1), ApiKey::ConsumerGroupHeartbeat, true,
             "epoch 2, nothing yet");
  play.m->emit(at_ms(8000), GroupPlay::node(0), event::PartitionRevoked{play.part(5), false});
  play.m->emit(
      at_ms(8000), kCoordinator,
      event::MemberEpochChanged{group, play.id(0), event::MemberState::UnrevokedPartitions, 1});
  play.m->add_moment(play.snapshot(8010));
  play.m->seek(at_ms(8010));
  return std::move(play.m);
}

std::unique_ptr<FakeMachine> empty_group_machine() {
  GroupPlay play(0, 3, false);
  cluster::Snapshot s = play.snapshot(1000);
  s.groups.front().assignor.clear();
  play.m->add_moment(std::move(s));
  return std::move(play.m);
}

}  // namespace kscope::viewer::testing
