#include "viewer/model/client_cards.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace kscope::viewer {

namespace {

std::string acks_text(std::int16_t acks) {
  return acks < 0 ? "acks=all" : fmt::format("acks={}", acks);
}

/// "orders 0@10 1@6, audit 0@3": the topic once, so that several partitions fit on a line.
std::string last_acked_text(const std::map<std::string, std::int64_t>& last_acked) {
  std::string text, topic;
  for (const auto& [partition, offset] : last_acked) {
    const std::size_t dash = partition.rfind('-');
    if (partition.substr(0, dash) != topic) {
      topic = partition.substr(0, dash);
      text += (text.empty() ? "" : ", ") + topic;
    }
    text += fmt::format(" {}@{}", partition.substr(dash + 1), offset);
  }
  return text;
}

BatchPill pill_for(const cluster::ClientView& client, const cluster::BatchView& batch) {
  BatchPill pill;
  pill.text = fmt::format("{} ×{}", batch.partition.str(), batch.records);
  pill.retry = batch.attempt > 1;
  if (pill.retry) pill.text += fmt::format(" try {}", batch.attempt);
  pill.target = Target::client(client.id);
  return pill;
}

void describe_producer(const cluster::ClientView& client, ClientCard& card) {
  const cluster::ProducerView& p = client.producer;
  card.badges.push_back({acks_text(p.acks), Tone::Accent});
  if (p.compression != "none") card.badges.push_back({p.compression, Tone::Special});
  for (const cluster::BatchView& batch : p.accumulator) {
    card.waiting.push_back(pill_for(client, batch));
  }
  for (const cluster::BatchView& batch : p.in_flight) {
    card.in_flight.push_back(pill_for(client, batch));
  }
  card.buffer = fmt::format("{} of {}", format_bytes(p.buffer_bytes), format_bytes(p.buffer_limit));
  card.totals = fmt::format("acked {} · failed {}", p.records_acked, p.records_failed);
  card.last_acked = last_acked_text(p.last_acked);
  card.error = p.last_error;
}

/// By partition, the leader's high watermark. A consumer cut off from the leader does not know it:
/// its own figure would say that it lags by nothing.
using ReadableEnds = std::map<std::string, std::int64_t>;

ReadableEnds readable_ends(const ClusterView& view, const cluster::Snapshot& snapshot) {
  ReadableEnds ends;
  for (const PartitionRow& row : view.rows) {
    const cluster::ReplicaView* leader = snapshot.replica(row.leader, row.partition);
    if (leader != nullptr) ends[row.partition.str()] = leader->high_watermark;
  }
  return ends;
}

/// "Stable, generation 5": its own view of its membership.
std::string membership_text(const cluster::ConsumerView& c) {
  const std::string state = event::to_string(c.state);
  return c.generation < 0 ? state : fmt::format("{}, generation {}", state, c.generation);
}

void describe_consumer(const ReadableEnds& ends, const cluster::ClientView& client,
                       ClientCard& card) {
  const cluster::ConsumerView& c = client.consumer;
  for (const std::string& partition : c.assigned) {
    LagLine line{partition, 0, 0};
    if (const auto it = c.positions.find(partition); it != c.positions.end()) {
      line.position = it->second;
    }
    if (const auto it = c.lag.find(partition); it != c.lag.end()) line.lag = it->second;
    if (const auto it = ends.find(partition); it != ends.end()) {
      line.lag = std::max<std::int64_t>(it->second - line.position, 0);
    }
    card.lag.push_back(line);
  }
  card.totals = fmt::format("{} consumed", c.records_consumed);
  if (!c.group.empty()) {
    card.badges.push_back({"group " + c.group, Tone::Special});
    if (c.stalled) card.badges.push_back({"stalled", Tone::Warn});
    card.totals = membership_text(c) + " · " + card.totals;
  }
  card.error = c.last_error;
}

/// A real client that is in a group: its coordinator knows what it reads and how far it has come.
ClientCard card_of_stranger(const ReadableEnds& ends, const cluster::GroupView& group,
                            const cluster::GroupMemberView& member) {
  ClientCard card;
  card.node = member.client;
  card.kind = cluster::ClientKind::External;
  card.title = member.client_id.empty() ? member.id : member.client_id;
  card.badges.push_back({"group " + group.id, Tone::Special});
  card.badges.push_back({"real client", Tone::Accent});
  for (const std::string& partition : member.assigned) {
    LagLine line{partition, 0, 0};
    if (const auto it = group.committed.find(partition); it != group.committed.end()) {
      line.position = it->second.offset;
    }
    if (const auto it = ends.find(partition); it != ends.end()) {
      line.lag = std::max<std::int64_t>(it->second - line.position, 0);
    }
    card.lag.push_back(line);
  }
  card.totals = fmt::format("{} · as committed", event::to_string(group.state));
  if (card.lag.empty()) card.totals = "reads nothing at this moment";
  return card;
}

}  // namespace

void build_client_cards(const cluster::Snapshot& snapshot, ClusterView& view) {
  const ReadableEnds ends = readable_ends(view, snapshot);
  for (const cluster::ClientView& client : snapshot.clients) {
    // The operator's admin client has nothing to show between two commands.
    if (client.kind == cluster::ClientKind::Admin) continue;
    ClientCard card;
    card.node = client.id;
    card.kind = client.kind;
    card.title = client.name;
    if (client.kind == cluster::ClientKind::Producer) describe_producer(client, card);
    if (client.kind == cluster::ClientKind::Consumer) describe_consumer(ends, client, card);
    if (client.state == cluster::NodeState::Crashed) card.badges.push_back({"crashed", Tone::Bad});
    if (client.state == cluster::NodeState::Stopped)
      card.badges.push_back({"closed", Tone::Neutral});
    if (client.state == cluster::NodeState::Paused) card.badges.push_back({"paused", Tone::Warn});
    view.clients.push_back(std::move(card));
  }
  for (const cluster::GroupView& group : snapshot.groups) {
    for (const cluster::GroupMemberView& member : group.members) {
      if (member.client < 0 || snapshot.client(member.client) != nullptr) continue;
      view.clients.push_back(card_of_stranger(ends, group, member));
    }
  }
}

}  // namespace kscope::viewer
