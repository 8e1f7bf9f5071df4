#include "viewer/model/partition_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/partition_lines.h"

namespace kscope::viewer {

namespace {

using cluster::ReplicaView;

std::string as_set(const std::vector<std::int32_t>& ids) { return "{" + join(ids) + "}"; }

/// "broker 2", "brokers 2 and 3", "brokers 2, 3 and 4".
std::string name_brokers(const std::vector<std::int32_t>& ids) {
  std::string text = ids.size() == 1 ? "broker " : "brokers ";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) text += i + 1 == ids.size() ? " and " : ", ";
    text += std::to_string(ids[i]);
  }
  return text;
}

void build_sets(const PartitionRow& row, PartitionPicture& out) {
  std::vector<std::int32_t> out_of_sync;
  for (const std::int32_t id : row.replicas) {
    if (!is_member(row.isr, id)) out_of_sync.push_back(id);
  }
  const Tone isr = row.below_min_isr ? Tone::Bad : row.under_replicated ? Tone::Warn : Tone::Good;
  const Tone osr = out_of_sync.empty() ? Tone::Neutral : Tone::Bad;
  out.sets = {{"AR", "assigned", row.replicas, Tone::Neutral},
              {"ISR", "in sync", row.isr, isr},
              {"OSR", "out of sync", out_of_sync, osr}};
  const auto size = static_cast<std::int32_t>(row.isr.size());
  const std::int32_t spare = size - row.min_insync_replicas;
  const std::string rule = fmt::format("min.insync.replicas {}: ", row.min_insync_replicas);
  if (spare < 0) {
    out.min_isr = rule + "too few in sync, acks=all gets NOT_ENOUGH_REPLICAS";
    out.min_isr_tone = Tone::Bad;
  } else if (spare == 0) {
    out.min_isr = rule + "one fewer in sync and acks=all is refused";
    out.min_isr_tone = Tone::Warn;
  } else {
    out.min_isr = rule + fmt::format("{} may drop out before acks=all is refused", spare);
  }
}

void build_pending(const cluster::Snapshot& snapshot, const PartitionHistory& history,
                   const ReplicaView* leader, PartitionPicture& out) {
  if (leader == nullptr) return;
  PendingIsr& p = out.pending;
  p.committed = leader->isr;
  p.maximal = leader->maximal_isr;
  const cluster::ReplicationView* fine = snapshot.replication(out.leader, out.partition);
  if (fine == nullptr || fine->proposed_isr.empty()) return;
  p.under_way = true;
  p.proposed = fine->proposed_isr;
  p.text = fmt::format("AlterPartition {} → {}", as_set(p.committed), as_set(p.proposed));
  const PartitionNote* asked = history.newest(NoteKind::IsrAsked, out.leader, snapshot.last_event);
  if (asked != nullptr) {
    p.text += fmt::format(", asked {} ago", format_duration(snapshot.now - asked->at));
  }
}

void build_ends(const PartitionRow& row, const ReplicaView* leader, PartitionPicture& out) {
  out.lead = row.leader < 0 ? Badge{"nobody", Tone::Bad}
                            : Badge{fmt::format("broker {}", row.leader), Tone::Lead};
  out.lead_note = fmt::format("epoch {}", row.leader_epoch);
  out.leader_acts = leader != nullptr;
  if (leader == nullptr) {
    out.committed = "no leader";
    out.waiting_tone = Tone::Bad;
    return;
  }
  out.high_watermark = leader->high_watermark;
  out.leader_end = leader->log_end;
  out.committed = fmt::format("below {}", leader->high_watermark);
  const std::int64_t wait = leader->log_end - leader->high_watermark;
  out.waiting = wait == 0 ? "all of the log" : fmt::format("{} more wait", wait);
  out.waiting_tone = wait == 0 ? Tone::Good : Tone::Warn;
}

/// The leader is down, but what it had is known: it is what its heirs are measured by.
void remember_dead_leader(PartitionPicture& out) {
  for (const ReplicaLine& line : out.lines) {
    if (out.leader_acts || line.broker != out.leader) continue;
    out.lead_note += line.down ? ", down" : ", not yet";
    out.lead.tone = Tone::Bad;
    if (!line.log) continue;
    out.high_watermark = line.log->high_watermark;
    out.leader_end = line.log->log_end;
    out.committed = fmt::format("was below {}", out.high_watermark);
  }
}

/// The axis reaches from the shortest log to the longest, cut records included.
void measure(PartitionPicture& out) {
  out.lowest = std::max<std::int64_t>(out.high_watermark, -1);
  bool any = out.lowest >= 0;
  const auto consider = [&](std::int64_t offset) {
    out.lowest = any ? std::min(out.lowest, offset) : offset;
    any = true;
  };
  for (const ReplicaLine& line : out.lines) {
    if (!line.log) continue;
    consider(std::min(line.log->log_end, line.log->high_watermark));
    out.longest = std::max(out.longest, line.log->log_end);
    if (line.cut) out.longest = std::max(out.longest, line.cut->to);
    out.low_watermark = out.low_watermark < 0 ? line.log->log_start
                                              : std::min(out.low_watermark, line.log->log_start);
  }
  out.lowest = std::max<std::int64_t>(out.lowest, 0);
}

Succession build_heirs(const cluster::Snapshot& snapshot, const PartitionRow& row,
                       const PartitionPicture& picture) {
  SuccessionFacts facts;
  facts.leader = row.leader;
  facts.leader_epoch = row.leader_epoch;
  facts.leader_end = picture.leader_end;
  facts.high_watermark = picture.high_watermark;
  const cluster::PartitionView* known = snapshot.partition(row.partition);
  facts.unclean_enabled = known != nullptr && known->unclean_leader_election;
  for (const ReplicaLine& line : picture.lines) {
    Heir heir;
    heir.broker = line.broker;
    heir.in_isr = is_member(row.isr, line.broker);
    heir.process_runs = !line.down;
    if (line.broker == row.leader) facts.leader_down = line.down;
    for (const cluster::RegistrationView& r : snapshot.metadata.registrations) {
      if (r.broker == line.broker) heir.alive = !r.fenced;
    }
    if (line.log) heir.log_end = line.log->log_end;
    // Nobody leads: what the ISR once had is what may not be lost.
    if (row.leader < 0 && heir.in_isr && line.log) {
      facts.leader_end = std::max(facts.leader_end, line.log->log_end);
      facts.high_watermark = std::max(facts.high_watermark, line.log->high_watermark);
    }
    facts.heirs.push_back(heir);
  }
  return build_succession(facts);
}

struct Sentence {
  std::string text;
  Tone tone = Tone::Neutral;
};

/// Who lacks something, in the order of the lines.
std::vector<std::int32_t> behind(const PartitionPicture& p) {
  std::vector<std::int32_t> ids;
  for (const ReplicaLine& line : p.lines) {
    if (!line.leads && line.log && line.log->log_end < p.leader_end) ids.push_back(line.broker);
  }
  return ids;
}

Sentence absent_leader(const PartitionRow& row, const PartitionPicture& p) {
  const bool down = std::any_of(p.lines.begin(), p.lines.end(), [&](const ReplicaLine& line) {
    return line.broker == row.leader && line.down;
  });
  if (!down) {
    return {fmt::format("Broker {} is to lead, but has not heard of it yet. Nothing is written or "
                        "read.",
                        row.leader),
            Tone::Bad};
  }
  return {fmt::format("Broker {} is down, but for the controller it still leads, until "
                      "broker.session.timeout.ms is over. Nothing is written or read.",
                      row.leader),
          Tone::Bad};
}

Sentence choose_sentence(const PartitionRow& row, const ReplicaView* leader,
                         const PartitionPicture& p) {
  if (row.leader < 0) {
    return {"Nobody leads: no record can be written or read until a leader is elected.", Tone::Bad};
  }
  if (leader == nullptr) return absent_leader(row, p);
  if (row.below_min_isr) {
    return {fmt::format("The ISR {} is smaller than min.insync.replicas = {}: acks=all is refused, "
                        "and the high watermark stands still at {}.",
                        as_set(row.isr), row.min_insync_replicas, leader->high_watermark),
            Tone::Bad};
  }
  if (p.pending.under_way) {
    return {fmt::format("{}. Until the controller answers, the leader counts the maximal ISR {}.",
                        p.pending.text, as_set(p.pending.maximal)),
            Tone::Warn};
  }
  const std::vector<std::int32_t> slow = holding_back(*leader);
  if (!slow.empty()) {
    return {fmt::format("Committed is what every ISR member has: HW {} waits for {}, {} not yet "
                        "committed.",
                        leader->high_watermark, name_brokers(slow),
                        offsets_text(leader->high_watermark, leader->log_end)),
            Tone::Warn};
  }
  const std::vector<std::int32_t> lagging = behind(p);
  if (!lagging.empty()) {
    return {fmt::format("Everything below {} is committed. {} not in the ISR: what {} does not "
                        "hold anybody up.",
                        leader->high_watermark,
                        lagging.size() == 1 ? fmt::format("Broker {} is", lagging.front())
                                            : fmt::format("Brokers {} are", join(lagging)),
                        lagging.size() == 1 ? "it lacks" : "they lack"),
            Tone::Neutral};
  }
  return {fmt::format("Every replica that runs has every record: HW = LEO = {}.", leader->log_end),
          Tone::Good};
}

IsrBand build_band(const cluster::Snapshot& snapshot, const EventIndex& index,
                   const PartitionHistory& history, const PartitionPicture& picture) {
  IsrBand band;
  band.stalls = history.stalls();
  const bool open = !band.stalls.empty() && !band.stalls.back().until_us;
  const Instant long_enough = snapshot.now - PartitionHistory::kShortestStall;
  if (open && at_micros(band.stalls.back().from_us) > long_enough) band.stalls.pop_back();
  if (!history.ref()) return band;
  const auto found = index.partitions().find(*history.ref());
  if (found == index.partitions().end() || found->second.empty()) return band;
  band.begins_us = found->second.front().from_us;
  for (const Stretch& s : found->second) {
    BandPiece piece{Membership::Leads, s.from_us, s.until_us, s.epoch, s.node, s.from};
    const bool same = !band.leaders.empty() && band.leaders.back().node == s.node &&
                      band.leaders.back().epoch == s.epoch;
    if (same) {
      band.leaders.back().until_us = s.until_us;
    } else {
      band.leaders.push_back(piece);
    }
  }
  for (const ReplicaLine& line : picture.lines) {
    BandRow row{line.broker, membership_of(found->second, line.broker), {}};
    const auto outages = index.outages().find(line.broker);
    if (outages != index.outages().end()) row.outages = outages->second;
    band.rows.push_back(std::move(row));
  }
  return band;
}

}  // namespace

PartitionPicture build_partition_picture(const cluster::Snapshot& snapshot,
                                         const ClusterView& cluster, const EventIndex& index,
                                         const PartitionHistory& history) {
  PartitionPicture out;
  out.partition = history.partition();
  const auto found =
      std::find_if(cluster.rows.begin(), cluster.rows.end(),
                   [&](const PartitionRow& row) { return row.partition == out.partition; });
  if (found == cluster.rows.end()) return out;
  const PartitionRow& row = *found;
  out.exists = true;
  out.leader = row.leader;
  out.leader_epoch = row.leader_epoch;
  const ReplicaView* leader = snapshot.replica(row.leader, row.partition);
  if (leader != nullptr && leader->role != cluster::ReplicaRole::Leader) leader = nullptr;
  build_sets(row, out);
  build_ends(row, leader, out);
  build_pending(snapshot, history, leader, out);
  build_replica_lines(snapshot, cluster, static_cast<std::size_t>(found - cluster.rows.begin()),
                      index, history, out);
  remember_dead_leader(out);
  measure(out);
  const Sentence sentence = choose_sentence(row, leader, out);
  out.sentence = sentence.text;
  out.sentence_tone = sentence.tone;
  out.succession = build_heirs(snapshot, row, out);
  out.band = build_band(snapshot, index, history, out);
  return out;
}

}  // namespace kscope::viewer
