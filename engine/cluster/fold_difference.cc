// difference(): the comparison that keeps every state change honest. See cluster/fold.h.
#include <fmt/core.h>

#include "engine/cluster/fold.h"

namespace kscope::cluster {
namespace {

std::string text(const std::string& v) { return v; }
std::string text(bool v) { return v ? "true" : "false"; }
std::string text(std::int16_t v) { return std::to_string(v); }
std::string text(std::int32_t v) { return std::to_string(v); }
std::string text(std::int64_t v) { return std::to_string(v); }
std::string text(std::uint64_t v) { return std::to_string(v); }
std::string text(Instant v) { return std::to_string(to_micros(v)) + " us"; }
std::string text(Duration v) { return std::to_string(v.count()) + " us"; }
std::string text(const std::optional<Instant>& v) { return v ? text(*v) : "none"; }
std::string text(const EpochRange& v) { return fmt::format("{}:{}", v.epoch, v.start); }

template <class T>
std::string text(const std::vector<T>& list) {
  std::string out = "{";
  for (const T& v : list) out += (out.size() > 1 ? "," : "") + text(v);
  return out + "}";
}

template <class K, class V>
std::string text(const std::map<K, V>& map) {
  std::string out = "{";
  for (const auto& [k, v] : map)
    out += fmt::format("{}{}:{}", out.size() > 1 ? "," : "", text(k), text(v));
  return out + "}";
}

/// Collects the first difference and is deaf after that.
class Comparer {
 public:
  template <class T>
  void field(const char* name, const T& a, const T& b) {
    if (found_.empty() && !(a == b))
      found_ = fmt::format("{}{}: {} and {}", where_, name, text(a), text(b));
  }
  template <class T>
  void name_of(const char* name, T a, T b) {
    if (found_.empty() && a != b)
      found_ = fmt::format("{}{}: {} and {}", where_, name, to_string(a), to_string(b));
  }
  void at(std::string where) { where_ = std::move(where); }
  bool differs() const { return !found_.empty(); }
  std::string take() { return found_; }

  /// Both lists must name the same things in the same order; then each pair is compared.
  template <class View, class Name, class Compare>
  void lists(const char* what, const std::vector<View>& a, const std::vector<View>& b, Name name,
             Compare compare) {
    if (differs()) return;
    std::vector<std::string> left, right;
    for (const View& v : a) left.push_back(name(v));
    for (const View& v : b) right.push_back(name(v));
    field(what, left, right);
    for (std::size_t i = 0; i < a.size() && !differs(); ++i) {
      compare(a[i], b[i]);
      at("");
    }
  }

 private:
  std::string where_, found_;
};

void compare_replicas(Comparer& c, const std::string& where, const ReplicaView& a,
                      const ReplicaView& b) {
  c.at(where);
  c.name_of("role", a.role, b.role);
  c.field("leader", a.leader, b.leader);
  c.field("epoch", a.leader_epoch, b.leader_epoch);
  c.field("log_start", a.log_start, b.log_start);
  c.field("leo", a.log_end, b.log_end);
  c.field("hw", a.high_watermark, b.high_watermark);
  c.field("flushed", a.flushed_end, b.flushed_end);
  c.field("epochs", a.epochs, b.epochs);
  if (a.role != ReplicaRole::Leader) return;
  c.field("isr", a.isr, b.isr);
  c.field("maximal_isr", a.maximal_isr, b.maximal_isr);
  c.field("follower_ends", a.follower_ends, b.follower_ends);
  c.field("low_watermark", a.low_watermark, b.low_watermark);
}

void compare_quorum(Comparer& c, const std::string& where, const QuorumView& a,
                    const QuorumView& b) {
  c.at(where);
  c.name_of("role", a.role, b.role);
  c.field("is_voter", a.is_voter, b.is_voter);
  c.field("epoch", a.epoch, b.epoch);
  c.field("leader", a.leader, b.leader);
  c.field("voted_for", a.voted_for, b.voted_for);
  c.field("leo", a.log_end, b.log_end);
  c.field("hw", a.high_watermark, b.high_watermark);
  c.field("votes", a.votes, b.votes);
  c.field("election_deadline", a.election_deadline, b.election_deadline);
  c.field("controller_active", a.controller_active, b.controller_active);
}

/// A broker opens its logs before it learns which of them it still holds.
std::vector<ReplicaView> online(std::vector<ReplicaView> replicas) {
  std::erase_if(replicas, [](const ReplicaView& r) { return r.role == ReplicaRole::Offline; });
  return replicas;
}

void compare_nodes(Comparer& c, const NodeView& a, const NodeView& b) {
  const std::string id = std::to_string(a.id);
  c.at("broker " + id + " ");
  c.name_of("state", a.state, b.state);
  c.field("incarnation", a.incarnation, b.incarnation);
  c.field("clock_skew", a.clock_skew, b.clock_skew);
  c.field("has_controller", a.has_controller, b.has_controller);
  const bool alive = a.state == NodeState::Running || a.state == NodeState::Paused;
  if (!alive) return;  // memory is gone
  c.name_of("lifecycle", a.broker.state, b.broker.state);
  c.field("metadata_offset", a.broker.metadata_offset, b.broker.metadata_offset);
  c.field("requests_waiting", a.broker.requests_waiting, b.broker.requests_waiting);
  c.field("handlers_busy", a.broker.handlers_busy, b.broker.handlers_busy);
  c.field("delayed_produces", a.broker.delayed_produces, b.broker.delayed_produces);
  c.field("delayed_fetches", a.broker.delayed_fetches, b.broker.delayed_fetches);
  c.field("delayed_deletes", a.broker.delayed_deletes, b.broker.delayed_deletes);
  c.field("fetch_sessions", a.broker.fetch_sessions, b.broker.fetch_sessions);
  compare_quorum(c, "controller " + id + " ", a.quorum, b.quorum);
  c.at("broker " + id + " ");
  c.lists(
      "replicas", online(a.broker.replicas), online(b.broker.replicas),
      [](const ReplicaView& r) { return r.partition.str(); },
      [&](const ReplicaView& x, const ReplicaView& y) {
        compare_replicas(c, "replica " + id + " " + x.partition.str() + " ", x, y);
      });
}

void compare_metadata(Comparer& c, const MetadataView& a, const MetadataView& b) {
  c.lists(
      "partitions", a.partitions, b.partitions,
      [](const PartitionView& p) { return p.partition.str(); },
      [&](const PartitionView& x, const PartitionView& y) {
        c.at("partition " + x.partition.str() + " ");
        c.field("leader", x.leader, y.leader);
        c.field("epoch", x.leader_epoch, y.leader_epoch);
        c.field("partition_epoch", x.partition_epoch, y.partition_epoch);
        c.field("isr", x.isr, y.isr);
        c.field("replicas", x.replicas, y.replicas);
        c.field("adding", x.adding, y.adding);
        c.field("removing", x.removing, y.removing);
      });
  c.lists(
      "registrations", a.registrations, b.registrations,
      [](const RegistrationView& r) { return std::to_string(r.broker); },
      [&](const RegistrationView& x, const RegistrationView& y) {
        c.at("registration of broker " + std::to_string(x.broker) + " ");
        c.field("broker_epoch", x.broker_epoch, y.broker_epoch);
        c.field("fenced", x.fenced, y.fenced);
        c.field("in_controlled_shutdown", x.in_controlled_shutdown, y.in_controlled_shutdown);
      });
}

void compare_clients(Comparer& c, const ClientView& a, const ClientView& b) {
  c.at("client " + std::to_string(a.id) + " ");
  c.field("name", a.name, b.name);
  c.name_of("kind", a.kind, b.kind);
  c.name_of("state", a.state, b.state);
  c.field("acks", a.producer.acks, b.producer.acks);
  c.field("records_queued", a.producer.records_queued, b.producer.records_queued);
  c.field("records_acked", a.producer.records_acked, b.producer.records_acked);
  c.field("records_failed", a.producer.records_failed, b.producer.records_failed);
  c.field("records_consumed", a.consumer.records_consumed, b.consumer.records_consumed);
  c.field("positions", a.consumer.positions, b.consumer.positions);
  c.field("read_replicas", a.consumer.read_replicas, b.consumer.read_replicas);
  c.field("member", a.consumer.member, b.consumer.member);
  c.name_of("member state", a.consumer.state, b.consumer.state);
  c.field("generation", a.consumer.generation, b.consumer.generation);
  c.field("coordinator", a.consumer.coordinator, b.consumer.coordinator);
  c.field("records_processed", a.consumer.records_processed, b.consumer.records_processed);
  c.field("stalled", a.consumer.stalled, b.consumer.stalled);
}

void compare_frames(Comparer& c, const FrameView& a, const FrameView& b) {
  c.at("frame " + std::to_string(a.id.value()) + " ");
  c.field("connection", a.connection.value(), b.connection.value());
  c.field("from", a.from, b.from);
  c.field("to", a.to, b.to);
  c.name_of("api", a.api, b.api);
  c.field("version", a.version, b.version);
  c.field("correlation", a.correlation, b.correlation);
  c.field("is_response", a.is_response, b.is_response);
  c.field("bytes", a.bytes, b.bytes);
  c.field("sent_at", a.sent_at, b.sent_at);
  c.field("arrives_at", a.arrives_at, b.arrives_at);
}

void compare_coordinators(Comparer& c, const Snapshot& a, const Snapshot& b) {
  std::map<std::int32_t, std::int32_t> left, right;
  for (const auto& [partition, coordinator] : a.coordinators) left[partition] = coordinator.broker;
  for (const auto& [partition, coordinator] : b.coordinators) right[partition] = coordinator.broker;
  c.field("coordinators", left, right);
}

/// Groups without a coordinator are only remembered.
std::vector<GroupView> loaded(std::vector<GroupView> groups) {
  std::erase_if(groups, [](const GroupView& g) {
    return !g.loaded || g.state == event::GroupState::Dead;  // Dead: its offsets are left
  });
  return groups;
}

void compare_members(Comparer& c, const std::string& where, const GroupMemberView& a,
                     const GroupMemberView& b) {
  c.at(where);
  c.field("instance_id", a.instance_id, b.instance_id);
  c.field("client", a.client, b.client);
  c.field("assigned", a.assigned, b.assigned);
  c.field("joining", a.joining, b.joining);
  c.field("syncing", a.syncing, b.syncing);
  c.name_of("member state", a.state, b.state);
  c.field("epoch", a.epoch, b.epoch);
}

void compare_groups(Comparer& c, const GroupView& a, const GroupView& b) {
  const std::string where = "group " + a.id + " ";
  c.at(where);
  c.field("coordinator", a.coordinator, b.coordinator);
  c.field("partition", a.partition, b.partition);
  c.name_of("state", a.state, b.state);
  c.field("generation", a.generation, b.generation);
  c.field("assignor", a.assignor, b.assignor);
  c.field("leader", a.leader, b.leader);
  c.field("consumer_protocol", a.consumer_protocol, b.consumer_protocol);
  c.lists(
      "members", a.members, b.members, [](const GroupMemberView& m) { return m.id; },
      [&](const GroupMemberView& x, const GroupMemberView& y) {
        compare_members(c, where + "member " + x.id + " ", x, y);
      });
  c.at(where);
  std::map<std::string, std::int64_t> left, right;
  for (const auto& [partition, committed] : a.committed) left[partition] = committed.offset;
  for (const auto& [partition, committed] : b.committed) right[partition] = committed.offset;
  c.field("committed", left, right);
}

}  // namespace

std::string difference(const Snapshot& a, const Snapshot& b) {
  Comparer c;
  c.field("last_event", a.last_event.value(), b.last_event.value());
  c.lists(
      "nodes", a.nodes, b.nodes, [](const NodeView& n) { return std::to_string(n.id); },
      [&](const NodeView& x, const NodeView& y) { compare_nodes(c, x, y); });
  compare_metadata(c, a.metadata, b.metadata);
  c.lists(
      "clients", a.clients, b.clients, [](const ClientView& v) { return std::to_string(v.id); },
      [&](const ClientView& x, const ClientView& y) { compare_clients(c, x, y); });
  compare_coordinators(c, a, b);
  c.lists(
      "groups", loaded(a.groups), loaded(b.groups), [](const GroupView& g) { return g.id; },
      [&](const GroupView& x, const GroupView& y) { compare_groups(c, x, y); });
  c.lists(
      "frames", a.frames, b.frames, [](const FrameView& f) { return std::to_string(f.id.value()); },
      [&](const FrameView& x, const FrameView& y) { compare_frames(c, x, y); });
  c.lists(
      "links", a.links, b.links,
      [](const LinkView& l) { return fmt::format("{}->{}", l.from, l.to); },
      [&](const LinkView& x, const LinkView& y) {
        c.at(fmt::format("link {}->{} ", x.from, x.to));
        c.field("cut", x.cut, y.cut);
        c.field("extra", x.extra, y.extra);
      });
  return c.take();
}

}  // namespace kscope::cluster
