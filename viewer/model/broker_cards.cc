#include "viewer/model/broker_cards.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

bool contains(const std::vector<std::int32_t>& ids, std::int32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool is_fenced(const cluster::Snapshot& snapshot, std::int32_t node) {
  for (const cluster::RegistrationView& r : snapshot.metadata.registrations) {
    if (r.broker == node) return r.fenced;
  }
  return true;
}

std::string role_words(const cluster::ReplicaView& replica, const PartitionRow& row,
                       std::int32_t node) {
  if (replica.role == cluster::ReplicaRole::Leader) {
    // It has not heard yet that the controller chose somebody else: the classic zombie leader.
    return row.leader == node ? "leader" : fmt::format("stale leader e{}", replica.leader_epoch);
  }
  if (replica.role == cluster::ReplicaRole::Offline) return "offline";
  return row.leader == node ? "leader soon" : "follower";
}

Badge isr_badge(const cluster::Snapshot& snapshot, const PartitionRow& row, std::int32_t node) {
  if (contains(row.isr, node)) return {"in ISR", Tone::Good};
  const cluster::ReplicaView* leader = snapshot.replica(row.leader, row.partition);
  if (leader != nullptr && contains(leader->maximal_isr, node)) return {"joining ISR", Tone::Warn};
  return {"out of ISR", Tone::Bad};
}

ReplicaCell cell_for(const cluster::Snapshot& snapshot, const cluster::NodeView& node,
                     const PartitionRow& row) {
  ReplicaCell cell;
  cell.assigned = contains(row.replicas, node.id);
  if (!is_up(node.state)) {
    cell.role = cell.assigned ? "offline" : "";
    if (cell.assigned) {
      cell.isr = contains(row.isr, node.id) ? Badge{"still in ISR", Tone::Warn}
                                            : Badge{"out of ISR", Tone::Bad};
    }
    return cell;
  }
  if (cell.assigned) cell.isr = isr_badge(snapshot, row, node.id);
  cell.role = cell.assigned ? "opening" : "";
  return cell;
}

/// The replicas are ordered by partition; the rows are not quite: internal topics come last.
void fill_cells(const cluster::Snapshot& snapshot, const EventIndex& index,
                const cluster::NodeView& node, ClusterView& view, BrokerCard& card) {
  const bool up = is_up(node.state);
  const std::vector<cluster::ReplicaView>& replicas = up ? node.broker.replicas : card.last_known;
  const auto end = replicas.end();
  for (PartitionRow& row : view.rows) {
    ReplicaCell cell = cell_for(snapshot, node, row);
    const auto replica = std::lower_bound(
        replicas.begin(), end, row.partition,
        [](const cluster::ReplicaView& r, const TopicPartition& p) { return r.partition < p; });
    if (replica != end && replica->partition == row.partition) {
      cell.replica = &*replica;
      row.longest_log_end = std::max(row.longest_log_end, replica->log_end);
      if (up) {
        cell.role = role_words(*replica, row, node.id);
        cell.leads = replica->role == cluster::ReplicaRole::Leader && row.leader == node.id;
        cell.cut = index.visible_cut(node.id, row.ref, replica->log_end, snapshot.last_event);
        if (cell.cut) row.longest_log_end = std::max(row.longest_log_end, cell.cut->to);
      }
    }
    card.cells.push_back(std::move(cell));
  }
}

std::string plural(std::int32_t n, const char* one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "es");
}

void describe_running(const cluster::Snapshot& snapshot, const cluster::NodeView& node,
                      BrokerCard& card) {
  const cluster::BrokerView& b = node.broker;
  const auto leads = std::count_if(card.cells.begin(), card.cells.end(),
                                   [](const ReplicaCell& cell) { return cell.leads; });
  if (node.state == cluster::NodeState::Paused) {
    card.state = {"paused", Tone::Warn};
    card.detail = "the process stands still; sockets stay open";
    card.detail_tone = Tone::Warn;
    return;
  }
  if (b.state != event::BrokerState::Running) {
    card.state = {b.state == event::BrokerState::Recovery ? "recovering" : "starting", Tone::Warn};
    if (b.state == event::BrokerState::PendingControlledShutdown ||
        b.state == event::BrokerState::ShuttingDown) {
      card.state.text = "shutting down";
    }
  } else if (is_fenced(snapshot, node.id)) {
    card.state = {"fenced", Tone::Bad};
  } else {
    card.state = {fmt::format("leads {}", leads), leads > 0 ? Tone::Good : Tone::Neutral};
  }
  card.detail = fmt::format("queue {}", b.requests_waiting);
  const std::int32_t parked = b.delayed_produces + b.delayed_fetches;
  if (parked == 0) {
    card.detail += " · purgatory empty";
    return;
  }
  card.detail += " · purgatory ";
  if (b.delayed_produces > 0) card.detail += fmt::format("{} produce", b.delayed_produces);
  if (b.delayed_produces > 0 && b.delayed_fetches > 0) card.detail += ", ";
  if (b.delayed_fetches > 0) card.detail += plural(b.delayed_fetches, "fetch");
}

void describe_down(const cluster::Snapshot& snapshot, const EventIndex& index,
                   const cluster::NodeView& node, BrokerCard& card) {
  const Stretch* outage = index.outage(node.id, snapshot.last_event);
  const bool crashed = node.state == cluster::NodeState::Crashed;
  card.down = true;
  card.state = {crashed                                     ? "crashed"
                : node.state == cluster::NodeState::Stopped ? "stopped"
                                                            : "not started",
                crashed ? Tone::Bad : Tone::Neutral};
  card.detail_tone = crashed ? Tone::Bad : Tone::Neutral;
  if (outage == nullptr) {
    card.detail = "the process does not run";
  } else if (outage->bytes_lost > 0) {
    card.detail = fmt::format("{} unflushed: lost", format_bytes(outage->bytes_lost));
  } else if (crashed) {
    card.detail =
        outage->power ? "power loss: nothing was unflushed" : "page cache kept: nothing lost";
  } else {
    card.detail = "since " + format_instant(at_micros(outage->from_us));
  }
}

/// What the broker held when it went down; after a power loss, what is sure to be on its disk.
std::vector<cluster::ReplicaView> logs_of_the_dead(const EventIndex& index,
                                                   const cluster::Snapshot& snapshot,
                                                   const LastKnown& last_known, std::int32_t node) {
  const Stretch* outage = index.outage(node, snapshot.last_event);
  if (!last_known || outage == nullptr || outage->from == EventSeq()) return {};
  std::vector<cluster::ReplicaView> replicas = last_known(node, outage->from);
  if (!outage->power) return replicas;
  for (cluster::ReplicaView& r : replicas) {
    r.log_end = r.flushed_end;
    r.high_watermark = std::min(r.high_watermark, r.log_end);
  }
  return replicas;
}

BrokerCard card_for(const cluster::Snapshot& snapshot, const EventIndex& index,
                    const LastKnown& last_known, const cluster::NodeView& node, ClusterView& view) {
  BrokerCard card;
  card.node = node.id;
  card.title = fmt::format("Broker {}", node.id);
  card.paused = node.state == cluster::NodeState::Paused;
  if (!is_up(node.state)) {
    card.last_known = logs_of_the_dead(index, snapshot, last_known, node.id);
  }
  card.cells.reserve(view.rows.size());
  fill_cells(snapshot, index, node, view, card);
  if (is_up(node.state)) {
    describe_running(snapshot, node, card);
  } else {
    describe_down(snapshot, index, node, card);
  }
  const cluster::BrokerView& b = node.broker;
  card.disk = b.disk_unflushed_bytes > 0
                  ? fmt::format("{}, {} unflushed", format_bytes(b.disk_bytes),
                                format_bytes(b.disk_unflushed_bytes))
                  : fmt::format("{}, all flushed", format_bytes(b.disk_bytes));
  if (b.disk_bytes > 0) {
    card.disk_unflushed =
        static_cast<float>(b.disk_unflushed_bytes) / static_cast<float>(b.disk_bytes);
  }
  card.handlers = fmt::format("{} of {} busy", b.handlers_busy, b.handlers_total);
  if (b.handlers_total > 0) {
    card.handlers_busy = static_cast<float>(b.handlers_busy) / static_cast<float>(b.handlers_total);
  }
  return card;
}

}  // namespace

void build_broker_cards(const cluster::Snapshot& snapshot, const EventIndex& index,
                        const LastKnown& last_known, ClusterView& view) {
  for (const cluster::NodeView& node : snapshot.nodes) {
    if (!node.has_broker) continue;  // a controller of its own has a card in the quorum's row
    view.brokers.push_back(card_for(snapshot, index, last_known, node, view));
  }
}

}  // namespace kscope::viewer
