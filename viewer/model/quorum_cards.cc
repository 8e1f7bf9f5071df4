#include "viewer/model/quorum_cards.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

namespace {

struct RoleWords {
  const char* text;
  Tone tone;
};

RoleWords words_for(event::RaftRole role) {
  switch (role) {
    case event::RaftRole::Leader:
      return {"leader", Tone::Good};
    case event::RaftRole::Follower:
      return {"follower", Tone::Busy};
    case event::RaftRole::Candidate:
      return {"candidate", Tone::Warn};
    case event::RaftRole::Resigned:
      return {"resigned", Tone::Warn};
    case event::RaftRole::Observer:
      return {"observer", Tone::Neutral};
    case event::RaftRole::Prospective:
      return {"asks whether it could win", Tone::Warn};
    case event::RaftRole::Unattached:
      return {"no leader known", Tone::Neutral};
  }
  return {"unknown", Tone::Neutral};
}

std::vector<VoteDot> vote_dots(const cluster::Snapshot& snapshot,
                               const cluster::QuorumView& quorum) {
  std::vector<VoteDot> dots;
  if (quorum.role != event::RaftRole::Candidate && quorum.role != event::RaftRole::Prospective) {
    return dots;
  }
  for (const cluster::NodeView& voter : snapshot.nodes) {
    if (!voter.has_controller || !voter.quorum.is_voter) continue;
    const auto vote = quorum.votes.find(voter.id);
    const VoteState state = vote == quorum.votes.end() ? VoteState::Pending
                            : vote->second             ? VoteState::Granted
                                                       : VoteState::Refused;
    dots.push_back({voter.id, state});
  }
  return dots;
}

void fill_timer(const cluster::Snapshot& snapshot, const cluster::QuorumView& quorum,
                QuorumCard& card) {
  if (!quorum.election_deadline || quorum.election_timeout.count() <= 0) return;
  const Duration left = std::max(*quorum.election_deadline - snapshot.now, Duration{0});
  card.timer = std::min(
      1.0f, static_cast<float>(left.count()) / static_cast<float>(quorum.election_timeout.count()));
  card.timer_text = "election in " + format_duration(left);
}

QuorumCard card_for(const cluster::Snapshot& snapshot, const EventIndex& index,
                    const cluster::NodeView& node) {
  QuorumCard card;
  card.node = node.id;
  card.label = fmt::format("C{}", node.id);
  const bool up =
      node.state == cluster::NodeState::Running || node.state == cluster::NodeState::Paused;
  if (!up) {
    const Stretch* outage = index.outage(node.id, snapshot.last_event);
    card.role = cluster::to_string(node.state);
    std::transform(card.role.begin(), card.role.end(), card.role.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    card.tone = Tone::Bad;
    card.detail = outage ? "since " + format_instant(at_micros(outage->from_us)) : "not running";
    return card;
  }
  const RoleWords words = words_for(node.quorum.role);
  card.role = words.text;
  card.tone = words.tone;
  card.detail = fmt::format("{} records", node.quorum.log_end);
  card.votes = vote_dots(snapshot, node.quorum);
  if (node.state == cluster::NodeState::Paused) {
    card.role = "paused " + card.role;
    card.tone = Tone::Warn;
  } else {
    fill_timer(snapshot, node.quorum, card);
  }
  return card;
}

}  // namespace

void build_quorum_cards(const cluster::Snapshot& snapshot, const EventIndex& index,
                        ClusterView& view) {
  std::int32_t epoch = 0, leader = -1;
  std::int64_t committed = 0;
  for (const cluster::NodeView& node : snapshot.nodes) {
    if (!node.has_controller) continue;
    view.controllers.push_back(card_for(snapshot, index, node));
    if (node.state != cluster::NodeState::Running) continue;
    committed = std::max(committed, node.quorum.high_watermark);
    if (node.quorum.epoch < epoch) continue;
    if (node.quorum.epoch > epoch) leader = -1;
    epoch = node.quorum.epoch;
    if (node.quorum.role == event::RaftRole::Leader) leader = node.id;
  }
  view.quorum = fmt::format(
      "epoch {} · {} · committed {} records", epoch,
      leader < 0 ? std::string("no leader") : fmt::format("led by C{}", leader), committed);
}

}  // namespace kscope::viewer
