// The promises of the quorum, checked after every single step (B1 to B7 of the invariant list; five
// of them are the invariants of Kafka's RaftEventSimulationTest).
//
// The checker keeps what no node may forget: who led and who got whose vote in every epoch, the
// largest high watermark any leader ever had, and every value that was ever committed.
//
// Read next: quorum_fuzz_test.cc
#pragma once

#include <fmt/format.h>

#include "tests/unit/raft/quorum_harness.h"

namespace kscope::raft::testing {

class QuorumInvariants {
 public:
  /// The first broken promise, or nothing. It is kept: later steps cannot repair it.
  const std::string& violation() const { return violation_; }

  void check(Quorum& quorum) {
    if (!violation_.empty()) return;
    for (const auto& seen : quorum.events()) note(quorum, seen);
    for (auto& [id, node] : quorum.nodes()) {
      if (node.client) check_node(quorum, node);
    }
    check_majority_holds(quorum);
  }

 private:
  void note(Quorum& quorum, const CollectingSink::Seen& seen) {
    if (const auto* e = std::get_if<event::QuorumStatePersisted>(&seen.body)) {
      note_persisted(quorum, seen.node, *e);
    } else if (const auto* v = std::get_if<event::VoteCast>(&seen.body)) {
      if (v->granted) note_vote(seen.node, v->epoch, v->candidate);
    } else if (const auto* l = std::get_if<event::RaftLeaderElected>(&seen.body)) {
      note_leader(l->epoch, seen.node);
    }
  }

  void note_persisted(Quorum& quorum, NodeId node, const event::QuorumStatePersisted& e) {
    if (e.epoch < persisted_epoch_[node]) {
      fail("B2", fmt::format("node {} persists epoch {} after {}", node.value(), e.epoch,
                             persisted_epoch_[node]));
    }
    persisted_epoch_[node] = e.epoch;
    if (e.leader.value() >= 0) note_leader(e.epoch, e.leader);
    if (e.voted_for.value() >= 0) note_vote(node, e.epoch, e.voted_for);
    // What was announced is what the file says.
    std::optional<ElectionState> saved;
    quorum.call(node, [&](env::Env& env) {
      auto loaded = load_election_state(env);
      if (loaded.ok()) saved = *loaded;
    });
    if (!saved || saved->epoch < e.epoch) fail("B2", "quorum-state does not hold what it should");
  }

  void note_leader(std::int32_t epoch, NodeId leader) {
    const auto [it, fresh] = leaders_.try_emplace(epoch, leader);
    if (!fresh && it->second != leader) {
      fail("B1", fmt::format("epoch {} has two leaders, {} and {}", epoch, it->second.value(),
                             leader.value()));
    }
  }

  void note_vote(NodeId voter, std::int32_t epoch, NodeId candidate) {
    const auto [it, fresh] = votes_.try_emplace({voter, epoch}, candidate);
    if (!fresh && it->second != candidate) {
      fail("B3", fmt::format("node {} votes for {} and {} in epoch {}", voter.value(),
                             it->second.value(), candidate.value(), epoch));
    }
  }

  void check_node(Quorum& quorum, Quorum::Node& node) {
    const KafkaRaftClient& client = *node.client;
    if (client.failure()) fail("liveness", "a member failed: " + client.failure()->message);
    if (client.epoch() != persisted_epoch_[node.id]) {
      fail("B2", fmt::format("node {} is in epoch {}, its file in {}", node.id.value(),
                             client.epoch(), persisted_epoch_[node.id]));
    }
    log_end_[node.id] = client.log_end();
    if (const LeaderState* leader = client.leader_state()) check_leader(client, *leader);
    check_snapshots(client);
    if (client.high_watermark() > client.log_end()) fail("B4", "a high watermark beyond the log");
    check_committed(quorum, node);
  }

  void check_leader(const KafkaRaftClient& client, const LeaderState& leader) {
    if (!leader.high_watermark()) return;
    if (*leader.high_watermark() <= leader.epoch_start()) {
      fail("B6", "a high watermark that does not reach into the leader's own epoch");
    }
    for (const auto& [epoch, hw] : leader_hw_) {
      if (epoch <= client.epoch() && hw > *leader.high_watermark()) {
        fail("B4",
             fmt::format("high watermark {} in epoch {}, but {} in epoch {}",
                         leader.high_watermark()->value(), client.epoch(), hw.value(), epoch));
      }
    }
    leader_hw_[client.epoch()] = *leader.high_watermark();
    highest_ = std::max(highest_, *leader.high_watermark());
  }

  /// B8: a log that does not begin at 0 begins exactly where a snapshot ends.
  void check_snapshots(const KafkaRaftClient& client) {
    const Offset start = client.log_start();
    const auto& known = client.snapshots();
    const bool covered = std::any_of(known.begin(), known.end(), [&](const SnapshotFile& s) {
      return s.id.end == start;
    });
    if (start > Offset(0) && !covered) {
      fail("B8", fmt::format("the log of {} begins at {}, but {} snapshots, the first up to {}",
                             client.config().node.value(), start.value(), known.size(),
                             known.empty() ? -1 : known.front().id.end.value()));
    }
  }

  /// Reads what is newly known to be committed and compares it with what anybody ever saw there.
  void check_committed(Quorum& quorum, Quorum::Node& node) {
    Offset& next = read_to_[node.id];
    if (node.client->high_watermark() < next) next = Offset(0);  // a new process reads it all again
    next = std::max(next, node.client->log_start());  // what is before it is in a snapshot
    if (node.client->high_watermark() == next) return;
    quorum.call(node.id, [&](env::Env& env) {
      const auto batches = node.client->read_committed(env, next);
      if (!batches.ok()) return fail("B7", "committed records cannot be read");
      for (const CommittedBatch& batch : *batches) {
        std::string value = std::to_string(batch.epoch) + (batch.control ? "c" : "");
        for (const Bytes& record : batch.records) value += ":" + std::string(text_of(record));
        const auto [it, fresh] = committed_.try_emplace(batch.base, value);
        if (it->second != value) {
          fail("B7", fmt::format("offset {} was {} and is {} on node {}", batch.base.value(),
                                 it->second, value, node.id.value()));
        }
        next = batch.last + 1;
      }
    });
  }

  void check_majority_holds(Quorum& quorum) {
    if (quorum.voters_change) return;  // whose majority it was is not written down here
    int holders = 0;
    for (const auto& [node, end] : log_end_) {
      if (node.value() <= quorum.voters() && end >= highest_) ++holders;
    }
    if (highest_ > Offset(0) && holders < quorum.voters() / 2 + 1) {
      fail("B5", fmt::format("only {} voters hold everything below {}", holders, highest_.value()));
    }
  }

  void fail(const std::string& invariant, const std::string& text) {
    if (violation_.empty()) violation_ = invariant + ": " + text;
  }

  std::string violation_;
  std::map<NodeId, std::int32_t> persisted_epoch_;
  std::map<std::int32_t, NodeId> leaders_;
  std::map<std::pair<NodeId, std::int32_t>, NodeId> votes_;
  std::map<std::int32_t, Offset> leader_hw_;
  Offset highest_;
  std::map<NodeId, Offset> log_end_;  // of a dead process: what it had last
  std::map<NodeId, Offset> read_to_;
  std::map<Offset, std::string> committed_;
};

}  // namespace kscope::raft::testing
