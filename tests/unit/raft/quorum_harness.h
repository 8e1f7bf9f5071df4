// A quorum of raft members in a universe of their own. Read next: quorum_invariants.h
#pragma once

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
    open = [voters](env::Env& env, NodeId id) {
      return KafkaRaftClient::open(env, quorum_config(id, voters));
    };
  }

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
