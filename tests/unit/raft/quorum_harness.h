// A quorum of raft members in a universe of their own. Read next: quorum_invariants.h
#pragma once

#include <fmt/format.h>

#include "engine/raft/raft_client.h"
#include "tests/unit/raft/universe.h"

namespace kscope::raft::testing {

using kscope::testing::CollectingSink;

inline RaftConfig quorum_config(NodeId node, int voters) {
  RaftConfig config;
  config.node = node;
  config.cluster_id = "test-cluster";
  for (int i = 1; i <= voters; ++i) config.voters.push_back(NodeId(i));
  return config;
}

class Quorum : public kscope::testing::Universe<KafkaRaftClient> {
 public:
  /// Nodes 1 to `voters` vote, the ones after them observe.
  Quorum(std::uint64_t seed, int voters, int observers = 0)
      : Universe(seed, voters + observers), voters_(voters) {
    open = [this, voters](env::Env& env, NodeId id) -> Result<KafkaRaftClient> {
      RaftConfig config = quorum_config(id, voters);
      if (tune) tune(config);
      if (!voters_change) return KafkaRaftClient::open(env, config);
      config.bootstrap = std::exchange(config.voters, {});
      config.directory_id = directory_of(id);
      if (id.value() <= voters) KTRY(format(env, voters));
      return KafkaRaftClient::open(env, config);
    };
  }

  static Uuid directory_of(NodeId id) {
    Uuid directory;
    directory.bytes[0] = 0xd1;
    directory.bytes[15] = static_cast<std::uint8_t>(id.value());
    return directory;
  }
  static Voter voter_of(NodeId id) {
    return {id, directory_of(id), fmt::format("controller-{}", id.value()), 9093, 1};
  }
  /// As kafka-storage format --initial-controllers does.
  static Result<void> format(env::Env& env, int voters) {
    const SnapshotId first{Offset(0), 0};
    if (env.disk.exists(metadata_partition().str())) return {};
    SnapshotContents contents;
    contents.kraft_version = 1;
    VoterSet set;
    for (int i = 1; i <= voters; ++i) set = set.with(voter_of(NodeId(i)));
    contents.voters = set;
    KTRY(env.disk.make_directory(metadata_partition().str()));
    KTRY(env.disk.flush_directory(""));
    return write_snapshot_file(env, first, encode_snapshot(first, contents));
  }
  /// A snapshot of everything that the node knows to be committed. False: nothing new in it.
  bool snapshot(NodeId id) {
    Node& node = nodes().at(id);
    if (!node.client || node.client->high_watermark() <= node.client->log_start()) return false;
    const Offset end = node.client->high_watermark();
    if (!node.client->snapshots().empty() && node.client->snapshots().back().id.end >= end) {
      return false;
    }
    bool done = false;
    call(id, [&](env::Env& env) {
      const std::string state = fmt::format("all before {}", end.value());
      done = node.client->create_snapshot(env, end, 0, {to_bytes(state)}).ok() &&
             node.client->clean(env).ok();
    });
    finish_step();
    return done;
  }
  std::function<void(RaftConfig&)> tune;  ///< before a process starts
  bool voters_change = false;             ///< kraft.version 1

  /// The leader of the highest epoch, if its process runs.
  Node* leader() {
    Node* best = nullptr;
    for (auto& [id, node] : nodes()) {
      if (!node.client || !node.client->is_leader()) continue;
      if (best == nullptr || node.client->epoch() > best->client->epoch()) best = &node;
    }
    return best;
  }
  std::optional<Offset> append(NodeId id, const std::string& text) {
    std::optional<Offset> last;
    call(id, [&](env::Env& env) { last = nodes().at(id).client->append(env, {to_bytes(text)}); });
    finish_step();
    return last;
  }
  int voters() const { return voters_; }

 private:
  int voters_;
};

}  // namespace kscope::raft::testing
