#include "engine/replication/isr_state.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::replication {
namespace {

bool has(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

const char* to_string(IsrPhase phase) {
  switch (phase) {
    case IsrPhase::Committed: return "Committed";
    case IsrPhase::PendingExpand: return "PendingExpand";
    case IsrPhase::PendingShrink: return "PendingShrink";
  }
  return "?";
}

bool IsrState::contains(NodeId broker) const { return has(committed_, broker); }
bool IsrState::maximal_contains(NodeId broker) const { return has(maximal_, broker); }

void IsrState::become(IsrPhase to) {
  KCHECK(std::find(kIsrTransitions.begin(), kIsrTransitions.end(), std::pair(phase_, to)) !=
         kIsrTransitions.end());
  phase_ = to;
}

void IsrState::commit(std::vector<NodeId> isr) {
  become(IsrPhase::Committed);
  committed_ = std::move(isr);
  maximal_ = committed_;
  proposal_.reset();
}

void IsrState::revert() { commit(std::vector<NodeId>(committed_)); }

void IsrState::expand(NodeId added, IsrProposal proposal) {
  KCHECK(!contains(added));
  become(IsrPhase::PendingExpand);
  maximal_.push_back(added);
  proposal_ = std::move(proposal);
}

void IsrState::shrink(IsrProposal proposal) {
  become(IsrPhase::PendingShrink);
  proposal_ = std::move(proposal);
}

}  // namespace kscope::replication
