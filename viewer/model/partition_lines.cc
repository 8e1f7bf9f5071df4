#include "viewer/model/partition_lines.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

namespace {

using cluster::FetchActivity;
using cluster::FetchView;
using cluster::FollowerView;
using cluster::ReplicaRole;

std::string count_records(std::int64_t n) {
  return fmt::format("{} record{}", n, n == 1 ? "" : "s");
}

/// Everything that one line is made from.
struct LineFacts {
  const cluster::Snapshot& snapshot;
  const EventIndex& index;
  const PartitionHistory& history;
  const PartitionPicture& picture;
  const PartitionRow& row;
  const cluster::NodeView* node = nullptr;        ///< of the replica; null: no such node
  const cluster::ReplicaView* leader = nullptr;   ///< null: nobody leads, or it is down
  const cluster::ReplicationView* own = nullptr;  ///< the replica's fine print
  const FollowerView* known = nullptr;            ///< what the leader knows of it
  Duration lag_time_max{};
};

std::string ago(const LineFacts& f, Instant at) { return format_duration(f.snapshot.now - at); }

/// "7.7 s": a tenth of a second is as much as can be read while it runs.
std::string short_seconds(Duration d) {
  const double s = static_cast<double>(d.count()) / 1e6;
  return s >= 9.95 ? fmt::format("{:.0f} s", s) : fmt::format("{:.1f} s", s);
}

// ---- the leader's line

/// Why the high watermark is where it is.
void explain_watermark(const LineFacts& f, ReplicaLine& line) {
  const cluster::ReplicaView& leader = *f.leader;
  if (leader.high_watermark == leader.log_end) {
    line.lag = "HW = LEO: all of it is committed";
    line.lag_tone = Tone::Good;
    return;
  }
  line.lag_tone = Tone::Warn;
  if (f.row.below_min_isr) {
    line.lag = fmt::format("HW stands still: ISR of {} < min {}", f.row.isr.size(),
                           f.row.min_insync_replicas);
    return;
  }
  const std::vector<std::int32_t> slow = holding_back(leader);
  line.lag = slow.empty()
                 ? fmt::format("HW {}: {} to go", leader.high_watermark,
                               count_records(leader.log_end - leader.high_watermark))
                 : fmt::format("HW {} waits for broker {}", leader.high_watermark, join(slow));
}

void describe_leader(const LineFacts& f, ReplicaLine& line) {
  line.state = f.row.below_min_isr ? Badge{"refuses acks=all", Tone::Bad}
                                   : Badge{"takes writes", Tone::Good};
  if (f.own != nullptr && f.own->epoch_start >= 0) {
    line.detail = fmt::format("leads from offset {} on, epoch {}", f.own->epoch_start,
                              f.picture.leader_epoch);
  }
  explain_watermark(f, line);
  if (const PartitionNote* since =
          f.history.newest(NoteKind::Leads, line.broker, f.snapshot.last_event)) {
    line.patience = fmt::format("leader since {}", format_instant(since->at));
  }
}

// ---- a follower's line

bool fetches_are_cut_off(const LineFacts& f, std::int32_t a, std::int32_t b) {
  return std::any_of(f.snapshot.links.begin(), f.snapshot.links.end(), [&](const auto& link) {
    return link.cut && ((link.from == a && link.to == b) || (link.from == b && link.to == a));
  });
}

/// A cut is news for this long.
constexpr Duration kCutIsNews = seconds(2);

void describe_fetch(const LineFacts& f, const FetchView& fetch, ReplicaLine& line) {
  const EventSeq present = f.snapshot.last_event;
  const PartitionNote* cut = f.history.newest(NoteKind::Cut, line.broker, present);
  const PartitionNote* failed = f.history.newest(NoteKind::FetchFailed, line.broker, present);
  line.state = {"fetching", Tone::Good};
  line.detail = fmt::format("next fetch: offset {}, epoch {}", fetch.fetch_offset,
                            fetch.current_leader_epoch);
  if (fetch.activity == FetchActivity::FindingRange) {
    line.state = {"out of range", Tone::Warn};
    line.detail = "asks where the leader's log begins and ends";
  } else if (fetch.activity == FetchActivity::Delayed) {
    line.state = {fmt::format("delayed {}", short_seconds(*fetch.delayed_until - f.snapshot.now)),
                  Tone::Warn};
    if (failed != nullptr) line.detail = fmt::format("after {}", to_string(failed->error));
  } else if (cut != nullptr && f.snapshot.now - cut->at < kCutIsNews) {
    line.state = {"truncated", Tone::Bad};
    line.detail =
        fmt::format("cut {} → {}, now asks for {}", cut->from, cut->to, fetch.fetch_offset);
  } else if (fetches_are_cut_off(f, line.broker, fetch.leader)) {
    line.state = {"link is cut", Tone::Bad};
  }
}

void describe_state(const LineFacts& f, ReplicaLine& line) {
  if (line.down) {
    const Stretch* outage = f.index.outage(line.broker, f.snapshot.last_event);
    line.state = {"no process", Tone::Bad};
    if (outage != nullptr) {
      line.detail = fmt::format("down for {}", ago(f, at_micros(outage->from_us)));
    }
    return;
  }
  const bool paused = f.node != nullptr && f.node->state == cluster::NodeState::Paused;
  if (f.own != nullptr && f.own->fetch) {
    describe_fetch(f, *f.own->fetch, line);
  } else {
    line.state = {"not fetching", Tone::Warn};
    line.detail =
        line.log && line.log->role == ReplicaRole::Leader
            ? fmt::format("still believes that it leads, epoch {}", line.log->leader_epoch)
            : "waits for news of a leader";
  }
  if (paused) line.state = {"paused", Tone::Warn};
}

/// The arc, and what it counts down to.
void describe_patience(const LineFacts& f, bool in_isr, bool level, Duration late,
                       ReplicaLine& line) {
  const std::string limit = short_seconds(f.lag_time_max);
  if (!in_isr) {
    line.timer = 0.0f;
    line.timer_text = "out";
    line.patience = is_member(f.leader->maximal_isr, line.broker)
                        ? "caught up: the controller decides"
                        : fmt::format("may join at HW {}", f.leader->high_watermark);
  } else if (level) {
    line.timer = 1.0f;
    line.timer_text = limit;
    line.patience = fmt::format("level: its {} do not run", limit);
  } else if (f.lag_time_max > Duration{}) {
    const Duration left = std::max(Duration{}, f.lag_time_max - late);
    line.timer = static_cast<float>(left.count()) / static_cast<float>(f.lag_time_max.count());
    line.timer_text = short_seconds(left);
    line.patience = left > Duration{} ? fmt::format("left of {}, then out of sync", limit)
                                      : fmt::format("{} are over: out soon", limit);
  }
}

/// Kafka lets a follower be late for replica.lag.time.max.ms, then it leaves the ISR. A follower
/// that has reached the leader's end is never late.
void describe_lag(const LineFacts& f, ReplicaLine& line) {
  if (f.leader == nullptr || !line.log) return;
  const std::int64_t lacks = f.leader->log_end - line.log->log_end;
  const bool in_isr = is_member(f.row.isr, line.broker);
  const bool level = f.known != nullptr && f.known->log_end == f.leader->log_end;
  line.lag = lacks > 0    ? fmt::format("lacks {}", count_records(lacks))
             : lacks == 0 ? std::string("lacks nothing")
                          : fmt::format("{} more than the leader", count_records(-lacks));
  line.lag_tone = lacks == 0 ? Tone::Good : lacks < 0 ? Tone::Bad : Tone::Warn;
  const bool dated = f.known != nullptr && f.known->last_caught_up.has_value();
  const Duration late = level   ? Duration{}
                        : dated ? f.snapshot.now - *f.known->last_caught_up
                                : f.lag_time_max;
  if (level) {
    line.lag += " · lag 0 ms";
  } else if (dated) {
    line.lag += fmt::format(" · {} late", short_seconds(late));
  } else {
    line.lag += " · not level yet";
  }
  describe_patience(f, in_isr, level, late, line);
}

// ---- who it is

Badge role_of(const LineFacts& f, const ReplicaLine& line, const std::string& said) {
  if (f.node == nullptr) return {"no such broker", Tone::Bad};
  if (line.down) {
    const bool crashed = f.node->state == cluster::NodeState::Crashed;
    return {crashed ? "crashed" : "stopped", Tone::Bad};
  }
  if (line.leads) return {"leader", Tone::Lead};
  if (said.starts_with("stale")) return {"stale leader", Tone::Bad};
  return {said.empty() ? "starting" : said, said == "offline" ? Tone::Bad : Tone::Neutral};
}

const FollowerView* known_to_leader(const cluster::Snapshot& snapshot, std::int32_t leader,
                                    const TopicPartition& partition, std::int32_t broker) {
  const cluster::ReplicationView* view = snapshot.replication(leader, partition);
  if (view == nullptr) return nullptr;
  for (const FollowerView& follower : view->followers) {
    if (follower.broker == broker) return &follower;
  }
  return nullptr;
}

ReplicaLine build_line(LineFacts f, const ReplicaCell* cell, std::int32_t broker) {
  ReplicaLine line;
  line.broker = broker;
  f.node = f.snapshot.node(broker);
  line.down = f.node == nullptr || (f.node->state != cluster::NodeState::Running &&
                                    f.node->state != cluster::NodeState::Paused);
  if (cell != nullptr) {
    line.leads = cell->leads;
    line.isr = cell->isr;
    line.cut = cell->cut;
    if (cell->replica != nullptr) line.log = *cell->replica;
  }
  f.own = line.down ? nullptr : f.snapshot.replication(broker, f.row.partition);
  f.known = known_to_leader(f.snapshot, f.row.leader, f.row.partition, broker);
  line.role = role_of(f, line, cell != nullptr ? cell->role : "");
  if (f.own != nullptr) line.last_stable_offset = f.own->last_stable_offset;
  if (f.known != nullptr && !line.leads) line.known_end = f.known->log_end;
  if (line.leads && f.leader != nullptr) {
    describe_leader(f, line);
  } else {
    describe_state(f, line);
    describe_lag(f, line);
  }
  return line;
}

const ReplicaCell* cell_of(const ClusterView& cluster, std::size_t row, std::int32_t broker) {
  for (const BrokerCard& card : cluster.brokers) {
    if (card.node == broker) return row < card.cells.size() ? &card.cells[row] : nullptr;
  }
  return nullptr;
}

}  // namespace

bool is_member(const std::vector<std::int32_t>& ids, std::int32_t broker) {
  return std::find(ids.begin(), ids.end(), broker) != ids.end();
}

std::vector<std::int32_t> holding_back(const cluster::ReplicaView& leader) {
  std::vector<std::int32_t> slow;
  for (const std::int32_t member : leader.maximal_isr) {
    if (member == leader.leader) continue;
    const auto end = leader.follower_ends.find(member);
    const bool behind = end == leader.follower_ends.end() || end->second <= leader.high_watermark;
    if (behind && leader.high_watermark < leader.log_end) slow.push_back(member);
  }
  return slow;
}

void build_replica_lines(const cluster::Snapshot& snapshot, const ClusterView& cluster,
                         std::size_t row, const EventIndex& index, const PartitionHistory& history,
                         PartitionPicture& picture) {
  const PartitionRow& partition = cluster.rows[row];
  LineFacts facts{snapshot, index, history, picture, partition};
  const cluster::NodeView* node = snapshot.node(partition.leader);
  if (node != nullptr) facts.lag_time_max = node->broker.replica_lag_time_max;
  const cluster::ReplicaView* leader = snapshot.replica(partition.leader, partition.partition);
  if (leader != nullptr && leader->role == ReplicaRole::Leader) facts.leader = leader;
  std::vector<std::int32_t> brokers = partition.replicas;
  for (const std::int32_t id : partition.isr) {
    if (!is_member(brokers, id)) brokers.push_back(id);
  }
  for (const std::int32_t broker : brokers) {
    picture.lines.push_back(build_line(facts, cell_of(cluster, row, broker), broker));
  }
}

}  // namespace kscope::viewer
