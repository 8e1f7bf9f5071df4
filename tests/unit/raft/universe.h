// A small universe for tests of the quorum and of the controller: processes with hostile disks,
// TCP-like connections with random delays, cuts, crashes and power losses, one queue. Everything
// follows from one seed. `Member` is what runs in a process: a raft client, or a shared server.
//
// Kafka's counterpart is RaftEventSimulationTest with its Cluster and MessageRouter.
// Read next: universe_harness.h
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "engine/env/env.h"
#include "engine/sim/disk.h"

namespace kscope::testing {

/// Keeps the events of the step under way; the harness empties it.
class CollectingSink final : public event::Sink {
 public:
  struct Seen {
    NodeId node;
    event::Body body;
  };
  EventSeq emit(NodeId node, event::Body body) override {
    seen.push_back({node, std::move(body)});
    return EventSeq(++count_);
  }
  std::vector<Seen> seen;

 private:
  std::uint64_t count_ = 0;
};

template <class Member>
class Universe {
 public:
  struct Node {
    NodeId id;
    sim::Disk disk;
    env::RandomSet random;
    std::optional<Member> client;  ///< absent: the process does not run
    std::map<std::pair<env::TimerKind, std::int64_t>, std::uint64_t>
        timers;  ///< to the queue's seq
  };

  /// Nodes 1 to `nodes`, none of them running.
  Universe(std::uint64_t seed, int nodes) : random_(seed * 0x9e3779b97f4a7c15ULL + 1) {
    for (int i = 1; i <= nodes; ++i) {
      Node& node = nodes_[NodeId(i)];
      node.id = NodeId(i);
      node.disk = sim::Disk(micros(300));
      node.random = env::RandomSet(seed, static_cast<std::uint64_t>(i));
    }
  }

  std::function<Result<Member>(env::Env&, NodeId)> open;  ///< starts a process
  std::function<void()> after_step;
  /// Frames and closings for ids without a node: a test's own end of a connection.
  std::function<void(const env::ConnectionInfo&, const Blob&)> on_outside_frame;

  void start(NodeId id) {
    Node& node = nodes_.at(id);
    if (node.client) return;
    call(id, [&](env::Env& env) {
      auto opened = open(env, id);
      if (!opened.ok()) {
        start_errors.push_back(opened.error().message);
        return;
      }
      node.client = std::move(*opened);
    });
    finish_step();
  }
  void start_all() {
    for (auto& [id, node] : nodes_) start(id);
  }
  /// The process dies. `power`: with it everything that was not flushed.
  void crash(NodeId id, bool power) {
    Node& node = nodes_.at(id);
    if (!node.client) return;
    node.client.reset();
    node.timers.clear();
    if (power)
      node.disk.power_loss(random_);
    else
      node.disk.crash_process();
    for (auto& [cid, c] : connections_) {
      if (!c.open || (c.opener != id && c.acceptor != id)) continue;
      break_connection(cid, c.opener == id ? c.acceptor : c.opener);
    }
    finish_step();
  }
  void cut(NodeId from, NodeId to) { cut_.insert({from, to}); }
  void heal() { cut_.clear(); }
  void set_latency(Duration low, Duration high) { low_ = low, high_ = high; }

  /// A connection from outside to a node's controller listener, and frames on it.
  ConnectionId connect_from_outside(NodeId outside, NodeId to) {
    const ConnectionId id(next_connection_++);
    connections_[id] = {
        outside, to, env::Listener::Controller, env::ConnectionPurpose::BrokerToController,
        true,    {}};
    return id;
  }
  void send_from_outside(ConnectionId id, Blob frame) {
    Connection& c = connections_.at(id);
    c.last_arrival[0] = std::max(c.last_arrival[0], now_ + latency());
    schedule(c.last_arrival[0], [this, id, to = c.acceptor, frame] { deliver(id, to, frame); });
  }

  /// Handles the next item; false when nothing is left.
  bool step() {
    if (queue_.empty()) return false;
    const auto it = queue_.begin();
    const auto [key, action] = *it;
    queue_.erase(it);
    now_ = std::max(now_, key.first);
    action();
    finish_step();
    return true;
  }
  void run_for(Duration d) {
    const Instant until = now_ + d;
    while (!queue_.empty() && queue_.begin()->first.first <= until) step();
    now_ = std::max(now_, until);
  }
  /// True once `done` holds; false if it does not within `limit`.
  bool run_until(Duration limit, const std::function<bool()>& done) {
    const Instant until = now_ + limit;
    while (!done()) {
      if (queue_.empty() || queue_.begin()->first.first > until) return false;
      step();
    }
    return true;
  }

  void call(NodeId id, const std::function<void(env::Env&)>& body);

  Node& node(int id) { return nodes_.at(NodeId(id)); }
  Member& client(int id) { return *node(id).client; }
  std::map<NodeId, Node>& nodes() { return nodes_; }
  Instant now() const { return now_; }
  env::Random& random() { return random_; }
  std::vector<CollectingSink::Seen>& events() { return sink_.seen; }
  NameTable& names() { return names_; }
  std::vector<std::string> start_errors;
  std::uint64_t frames_sent = 0;

 protected:
  void finish_step() {
    if (after_step) after_step();
    sink_.seen.clear();
  }

 private:
  struct Connection {
    NodeId opener, acceptor;
    env::Listener listener{};
    env::ConnectionPurpose purpose{};
    bool open = true;
    Instant last_arrival[2]{};  // towards acceptor, towards opener
  };
  class Surroundings;
  using Key = std::pair<Instant, std::uint64_t>;

  void schedule(Instant at, std::function<void()> action) {
    queue_[{at, ++seq_}] = std::move(action);
  }
  Duration latency() { return random_.between(low_, high_); }
  env::ConnectionInfo info(ConnectionId id, NodeId side) const {
    const Connection& c = connections_.at(id);
    const bool opened_here = side == c.opener;
    return {id, opened_here ? c.acceptor : c.opener, c.listener, c.purpose, opened_here};
  }
  /// `side` learns of it after a while.
  void break_connection(ConnectionId id, NodeId side) {
    connections_.at(id).open = false;
    schedule(now_ + latency(), [this, id, side] {
      if (nodes_.count(side) == 0) {
        if (on_outside_frame) on_outside_frame(info(id, side), Blob());
        return;
      }
      if (!nodes_.at(side).client) return;
      call(side, [&](env::Env& env) { nodes_.at(side).client->on_closed(env, info(id, side)); });
    });
  }
  void deliver(ConnectionId id, NodeId to, Blob frame) {
    const Connection& c = connections_.at(id);
    const NodeId from = to == c.acceptor ? c.opener : c.acceptor;
    if (cut_.count({from, to}) != 0) {  // TCP goes on trying; order is kept by the fixed pause
      schedule(now_ + millis(50), [this, id, to, frame] { deliver(id, to, frame); });
      return;
    }
    if (!c.open) return;
    if (nodes_.count(to) == 0) {
      if (on_outside_frame) on_outside_frame(info(id, to), frame);
      return;
    }
    if (!nodes_.at(to).client) return break_connection(id, from);
    call(to, [&](env::Env& env) {
      nodes_.at(to).client->on_frame(env, info(id, to), frame, FrameId(0));
    });
  }

  env::Random random_;
  std::map<NodeId, Node> nodes_;
  std::map<ConnectionId, Connection> connections_;
  std::set<std::pair<NodeId, NodeId>> cut_;
  std::map<Key, std::function<void()>> queue_;
  std::uint64_t seq_ = 0;
  std::uint64_t next_connection_ = 1;
  Instant now_{};
  Duration low_ = micros(400), high_ = micros(1200);
  NameTable names_;
  CollectingSink sink_;
};

template <class Member>
class Universe<Member>::Surroundings final : public env::Network, public env::Timers {
 public:
  Surroundings(Universe& universe, Node& node) : universe_(universe), node_(node) {}

  ConnectionId connect(NodeId to, env::Listener listener, env::ConnectionPurpose purpose) override {
    const ConnectionId id(universe_.next_connection_++);
    universe_.connections_[id] = {node_.id, to, listener, purpose, true, {}};
    return id;
  }
  FrameId send(ConnectionId id, Blob frame, const env::FrameInfo&, Duration) override {
    Connection& c = universe_.connections_.at(id);
    if (!c.open) return FrameId(0);
    const bool towards_acceptor = node_.id == c.opener;
    Instant& last = c.last_arrival[towards_acceptor ? 0 : 1];
    last = std::max(last, universe_.now_ + universe_.latency());
    const NodeId to = towards_acceptor ? c.acceptor : c.opener;
    universe_.schedule(last, [q = &universe_, id, to, frame] { q->deliver(id, to, frame); });
    return FrameId(++universe_.frames_sent);
  }
  void close(ConnectionId id) override {
    Connection& c = universe_.connections_.at(id);
    if (c.open) universe_.break_connection(id, node_.id == c.opener ? c.acceptor : c.opener);
  }
  void set(env::TimerKind kind, std::int64_t key, Instant at) override {
    const std::uint64_t mine = universe_.seq_ + 1;
    node_.timers[{kind, key}] = mine;
    universe_.schedule(at, [q = &universe_, n = &node_, kind, key, mine] {
      const auto found = n->timers.find({kind, key});
      if (found == n->timers.end() || found->second != mine || !n->client) return;
      n->timers.erase(found);
      q->call(n->id, [&](env::Env& env) { n->client->on_timer(env, kind, key); });
    });
  }
  void cancel(env::TimerKind kind, std::int64_t key) override { node_.timers.erase({kind, key}); }

 private:
  Universe& universe_;
  Node& node_;
};

template <class Member>
void Universe<Member>::call(NodeId id, const std::function<void(env::Env&)>& body) {
  Node& node = nodes_.at(id);
  Surroundings around(*this, node);
  env::Env env{id,    env::Clock(now_, Duration{0}), around, around, node.disk, node.random, sink_,
               names_};
  body(env);
}

}  // namespace kscope::testing
