#include "engine/cluster/fold.h"

#include <algorithm>
#include <type_traits>

#include "engine/cluster/fold_parts.h"

namespace kscope::cluster {

NodeView* Folder::node(NodeId id) {
  for (NodeView& n : snapshot_.nodes)
    if (n.id == id.value()) return &n;
  return nullptr;
}

ClientView& Folder::client(NodeId id) {
  auto& clients = snapshot_.clients;
  const auto it =
      std::lower_bound(clients.begin(), clients.end(), id.value(),
                       [](const ClientView& c, std::int32_t wanted) { return c.id < wanted; });
  if (it != clients.end() && it->id == id.value()) return *it;
  ClientView fresh;
  fresh.id = id.value();
  return *clients.insert(it, std::move(fresh));
}

ReplicaView& Folder::replica(NodeView& node, const TopicPartition& partition) {
  auto& replicas = node.broker.replicas;
  const auto it = std::lower_bound(
      replicas.begin(), replicas.end(), partition,
      [](const ReplicaView& r, const TopicPartition& wanted) { return r.partition < wanted; });
  if (it != replicas.end() && it->partition == partition) return *it;
  ReplicaView fresh;
  fresh.partition = partition;
  return *replicas.insert(it, std::move(fresh));
}

PartitionView& Folder::partition(const TopicPartition& partition) {
  auto& partitions = snapshot_.metadata.partitions;
  const auto it = std::lower_bound(
      partitions.begin(), partitions.end(), partition,
      [](const PartitionView& p, const TopicPartition& wanted) { return p.partition < wanted; });
  if (it != partitions.end() && it->partition == partition) return *it;
  PartitionView fresh;
  fresh.partition = partition;
  return *partitions.insert(it, std::move(fresh));
}

RegistrationView& Folder::registration(NodeId broker) {
  auto& all = snapshot_.metadata.registrations;
  const auto it = std::lower_bound(
      all.begin(), all.end(), broker.value(),
      [](const RegistrationView& r, std::int32_t wanted) { return r.broker < wanted; });
  if (it != all.end() && it->broker == broker.value()) return *it;
  RegistrationView fresh;
  fresh.broker = broker.value();
  return *all.insert(it, fresh);
}

void fold(Snapshot& snapshot, const event::Event& event, const NameTable& names) {
  snapshot.now = event.at;
  snapshot.last_event = event.seq;
  Folder folder(snapshot, event, names);
  std::visit([&](const auto& body) { folder.apply(body); }, event.body);
}

// ---- the machine ------------------------------------------------------------------------------

/// What a process holds in memory is gone; what it knew of its logs stays as a memory of ours.
void Folder::forget_memory(NodeView& n) {
  stop_coordinating(NodeId(n.id));
  std::vector<ReplicaView> replicas = std::move(n.broker.replicas);
  n.broker = BrokerView{};
  n.broker.replicas = std::move(replicas);
  for (ReplicaView& r : n.broker.replicas) {
    r.role = ReplicaRole::Offline;
    r.leader = -1;
    r.leader_epoch = -1;
    r.isr.clear();
    r.maximal_isr.clear();
    r.follower_ends.clear();
    r.low_watermark = -1;
  }
  const bool voter = n.quorum.is_voter;
  n.quorum = QuorumView{};
  n.quorum.is_voter = voter;
}

void Folder::set_state(NodeState state) {
  if (NodeView* n = here())
    n->state = state;
  else
    client(event_.node).state = state;
}

void Folder::apply(const event::NodeStarted& e) {
  set_state(NodeState::Running);
  if (NodeView* n = here()) {
    n->incarnation = e.incarnation;
    forget_memory(*n);
  }
}

void Folder::apply(const event::NodeStopped&) {
  set_state(NodeState::Stopped);
  if (NodeView* n = here()) forget_memory(*n);
}

void Folder::apply(const event::NodeCrashed&) {
  set_state(NodeState::Crashed);
  if (NodeView* n = here()) forget_memory(*n);
}

void Folder::apply(const event::NodePaused&) { set_state(NodeState::Paused); }
void Folder::apply(const event::NodeResumed&) { set_state(NodeState::Running); }

void Folder::apply(const event::ClockSkewed& e) {
  if (NodeView* n = here()) n->clock_skew = e.skew;
}

// ---- the network ------------------------------------------------------------------------------

LinkView& Folder::link(NodeId from, NodeId to) {
  auto& links = snapshot_.links;
  const auto key = std::pair(from.value(), to.value());
  const auto it = std::lower_bound(
      links.begin(), links.end(), key,
      [](const LinkView& l, const auto& wanted) { return std::pair(l.from, l.to) < wanted; });
  if (it != links.end() && std::pair(it->from, it->to) == key) return *it;
  return *links.insert(it, LinkView{key.first, key.second, false, Duration{}});
}

void Folder::drop_whole_links() {
  std::erase_if(snapshot_.links, [](const LinkView& l) { return !l.cut && l.extra == Duration{}; });
}

void Folder::apply(const event::LinkCut& e) { link(e.from, e.to).cut = true; }

void Folder::apply(const event::LinkHealed& e) {
  link(e.from, e.to).cut = false;
  drop_whole_links();
}

void Folder::apply(const event::LinkSlowed& e) {
  link(e.from, e.to).extra = e.extra;
  drop_whole_links();
}

void Folder::apply(const event::FrameSent& e) {
  FrameView f;
  f.id = e.frame;
  f.connection = e.connection;
  f.from = event_.node.value();
  f.to = e.to.value();
  f.api = e.api;
  f.version = e.version;
  f.correlation = e.correlation.value();
  f.is_response = e.is_response;
  f.bytes = e.bytes;
  f.sent_at = event_.at;
  f.arrives_at = event_.at + e.travel;
  f.sent_event = event_.seq;
  snapshot_.frames.push_back(std::move(f));  // ids grow: the order holds
}

void Folder::drop_frame(FrameId id) {
  std::erase_if(snapshot_.frames, [&](const FrameView& f) { return f.id == id; });
}

void Folder::apply(const event::FrameDelivered& e) { drop_frame(e.frame); }
void Folder::apply(const event::FrameLost& e) { drop_frame(e.frame); }

void Folder::apply(const event::FrameDelayed& e) {
  for (FrameView& f : snapshot_.frames)
    if (f.id == e.frame) f.arrives_at += e.extra;
}

// ---- clients ----------------------------------------------------------------------------------

void Folder::apply(const event::ClientStarted& e) {
  ClientView& c = client(event_.node);
  c.name = names_.name(e.name);
  c.state = NodeState::Running;
  switch (e.role) {
    case event::ClientRole::Producer:
      c.kind = ClientKind::Producer;
      break;
    case event::ClientRole::Consumer:
      c.kind = ClientKind::Consumer;
      break;
    case event::ClientRole::Admin:
      c.kind = ClientKind::Admin;
      break;
  }
  if (c.kind == ClientKind::Producer) c.producer.acks = e.acks;
}

void Folder::apply(const event::RecordQueued&) { ++client(event_.node).producer.records_queued; }

void Folder::apply(const event::BatchAcked& e) {
  client(event_.node).producer.records_acked += e.records;
}

void Folder::apply(const event::BatchFailed& e) {
  client(event_.node).producer.records_failed += e.records;
}

void Folder::apply(const event::RecordsConsumed& e) {
  ConsumerView& c = client(event_.node).consumer;
  c.records_consumed += e.last - e.from + 1;
  c.positions[names_.name(e.partition).str()] = e.last.value() + 1;
}

void Folder::apply(const event::PositionChanged& e) {
  client(event_.node).consumer.positions[names_.name(e.partition).str()] = e.to.value();
}

void Folder::apply(const event::PreferredReplicaSet& e) {
  client(event_.node).consumer.read_replicas[names_.name(e.partition).str()] = e.replica.value();
}

void Folder::apply(const event::PreferredReplicaCleared& e) {
  client(event_.node).consumer.read_replicas.erase(names_.name(e.partition).str());
}

// ---- members of groups ------------------------------------------------------------------------

void Folder::apply(const event::CoordinatorFound& e) {
  client(event_.node).consumer.coordinator = e.coordinator.value();
}

void Folder::apply(const event::CoordinatorLost&) { client(event_.node).consumer.coordinator = -1; }

void Folder::apply(const event::ConsumerStateChanged& e) {
  ConsumerView& c = client(event_.node).consumer;
  c.state = e.to;
  c.generation = e.generation;
  c.member = names_.name(e.member);
}

void Folder::apply(const event::PartitionRevoked& e) {
  client(event_.node).consumer.positions.erase(names_.name(e.partition).str());
}

void Folder::apply(const event::RecordsProcessed& e) {
  client(event_.node).consumer.records_processed += e.last - e.from + 1;
}

void Folder::apply(const event::ApplicationStalled& e) {
  client(event_.node).consumer.stalled = e.stalled;
}

}  // namespace kscope::cluster
