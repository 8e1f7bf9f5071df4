#include "engine/cluster/snapshot_json.h"

namespace kscope::cluster {
namespace {

Json json_of(const std::map<std::int32_t, std::int64_t>& ends) {
  Json out = Json::object();
  for (const auto& [node, end] : ends) out[std::to_string(node)] = end;
  return out;
}

Json json_of(const ReplicaView& r) {
  Json epochs = Json::array();
  for (const EpochRange& e : r.epochs) epochs.push_back({{"epoch", e.epoch}, {"start", e.start}});
  Json out{{"role", to_string(r.role)},      {"leader", r.leader},
           {"leader_epoch", r.leader_epoch}, {"log_start", r.log_start},
           {"log_end", r.log_end},           {"high_watermark", r.high_watermark},
           {"flushed_end", r.flushed_end},   {"epochs", std::move(epochs)}};
  if (r.role == ReplicaRole::Leader) {
    out["isr"] = r.isr;
    out["maximal_isr"] = r.maximal_isr;
    out["follower_ends"] = json_of(r.follower_ends);
    out["low_watermark"] = r.low_watermark;
  }
  return out;
}

Json json_of(const QuorumView& q) {
  Json votes = Json::object();
  for (const auto& [voter, granted] : q.votes) votes[std::to_string(voter)] = granted;
  Json out{{"role", event::to_string(q.role)},
           {"is_voter", q.is_voter},
           {"epoch", q.epoch},
           {"leader", q.leader},
           {"voted_for", q.voted_for},
           {"log_end", q.log_end},
           {"high_watermark", q.high_watermark},
           {"votes", std::move(votes)},
           {"controller_active", q.controller_active}};
  if (q.election_deadline) {
    out["election_deadline_us"] = to_micros(*q.election_deadline);
    out["election_timeout_us"] = q.election_timeout.count();
  }
  return out;
}

Json json_of(const QuorumDetailView& d) {
  Json snapshots = Json::array();
  for (const SnapshotFileView& s : d.snapshots)
    snapshots.push_back({{"end", s.end}, {"epoch", s.epoch}, {"bytes", s.bytes}});
  Json members = Json::array();
  for (const MemberView& m : d.members)
    members.push_back({{"node", m.node}, {"voter", m.voter}, {"log_end", m.log_end}});
  return {{"log_start", d.log_start},     {"loaded_to", d.loaded_to},
          {"snapshots", snapshots},       {"voters", d.voters},
          {"members", members},           {"kraft_version", d.kraft_version},
          {"directory_id", d.directory_id}};
}

Json json_of(const BrokerView& b, bool fenced) {
  return {{"state", event::to_string(b.state)},
          {"broker_epoch", b.broker_epoch},
          {"fenced", fenced},
          {"metadata_offset", b.metadata_offset},
          {"requests_waiting", b.requests_waiting},
          {"handlers_busy", b.handlers_busy},
          {"handlers_total", b.handlers_total},
          {"queue_limit", b.queue_limit},
          {"delayed_produces", b.delayed_produces},
          {"delayed_fetches", b.delayed_fetches},
          {"delayed_deletes", b.delayed_deletes},
          {"fetch_sessions", b.fetch_sessions},
          {"disk_bytes", b.disk_bytes},
          {"disk_unflushed_bytes", b.disk_unflushed_bytes}};
}

bool is_fenced(const Snapshot& snapshot, std::int32_t broker) {
  for (const RegistrationView& r : snapshot.metadata.registrations)
    if (r.broker == broker) return r.fenced;
  return true;
}

Json json_of(const Snapshot& snapshot, const NodeView& n) {
  Json replicas = Json::object();
  for (const ReplicaView& r : n.broker.replicas) replicas[r.partition.str()] = json_of(r);
  return {{"name", n.name},
          {"state", to_string(n.state)},
          {"incarnation", n.incarnation},
          {"clock_skew_us", n.clock_skew.count()},
          {"has_controller", n.has_controller},
          {"has_broker", n.has_broker},
          {"quorum", json_of(n.quorum)},
          {"quorum_detail", json_of(n.quorum_detail)},
          {"broker", json_of(n.broker, is_fenced(snapshot, n.id))},
          {"replicas", std::move(replicas)}};
}

Json json_of(const PartitionView& p) {
  return {{"leader", p.leader},
          {"leader_epoch", p.leader_epoch},
          {"partition_epoch", p.partition_epoch},
          {"isr", p.isr},
          {"osr", p.osr()},
          {"replicas", p.replicas},
          {"min_insync_replicas", p.min_insync_replicas}};
}

Json json_of(const std::vector<BatchView>& batches) {
  Json out = Json::array();
  for (const BatchView& b : batches)
    out.push_back({{"partition", b.partition.str()},
                   {"batch", b.batch},
                   {"records", b.records},
                   {"bytes", b.bytes},
                   {"attempt", b.attempt},
                   {"to", b.to}});
  return out;
}

Json json_of(const ClientView& c, const ProducerView& p) {
  return {{"id", c.id},
          {"state", to_string(c.state)},
          {"acks", p.acks},
          {"compression", p.compression},
          {"records_queued", p.records_queued},
          {"records_acked", p.records_acked},
          {"records_failed", p.records_failed},
          {"buffer_bytes", p.buffer_bytes},
          {"last_acked", p.last_acked},
          {"last_error", p.last_error},
          {"accumulator", json_of(p.accumulator)},
          {"in_flight", json_of(p.in_flight)}};
}

Json json_of(const ClientView& c, const ConsumerView& v) {
  return {{"id", c.id},
          {"state", to_string(c.state)},
          {"group", v.group},
          {"member", v.member},
          {"membership", event::to_string(v.state)},
          {"generation", v.generation},
          {"coordinator", v.coordinator},
          {"subscription", v.subscription},
          {"committed", v.committed},
          {"records_processed", v.records_processed},
          {"stalled", v.stalled},
          {"assigned", v.assigned},
          {"positions", v.positions},
          {"lag", v.lag},
          {"read_replicas", v.read_replicas},
          {"records_consumed", v.records_consumed},
          {"last_error", v.last_error}};
}

Json json_of(const FrameView& f) {
  return {{"id", f.id.value()},
          {"connection", f.connection.value()},
          {"from", f.from},
          {"to", f.to},
          {"api", to_string(f.api)},
          {"version", f.version},
          {"correlation", f.correlation},
          {"is_response", f.is_response},
          {"bytes", f.bytes},
          {"sent_at_us", to_micros(f.sent_at)},
          {"arrives_at_us", to_micros(f.arrives_at)},
          {"doomed", f.doomed},
          {"label", f.label}};
}

/// An object even when nothing is in it, so that a pointer's parent always exists.
template <class View, class Name, class Value>
Json object_of(const std::vector<View>& views, Name name, Value value) {
  Json out = Json::object();
  for (const View& view : views) out[name(view)] = value(view);
  return out;
}

Json array_of_frames(const Snapshot& snapshot) {
  Json out = Json::array();
  for (const FrameView& f : snapshot.frames) out.push_back(json_of(f));
  return out;
}

}  // namespace

QuorumSummary summarise_quorum(const Snapshot& snapshot) {
  QuorumSummary summary;
  for (const NodeView& n : snapshot.nodes) {
    if (!n.has_controller || (n.state != NodeState::Running && n.state != NodeState::Paused))
      continue;
    if (n.quorum.epoch > summary.epoch) summary = {n.quorum.epoch, -1, -1};
    if (n.quorum.epoch != summary.epoch) continue;
    if (n.quorum.role == event::RaftRole::Leader) summary.leader = n.id;
    if (n.quorum.controller_active) summary.active_controller = n.id;
  }
  return summary;
}

Json to_json(const Snapshot& s) {
  const QuorumSummary quorum = summarise_quorum(s);
  Json out{{"seed", s.seed},
           {"now_us", to_micros(s.now)},
           {"last_event", s.last_event.value()},
           {"quorum",
            {{"leader", quorum.leader},
             {"epoch", quorum.epoch},
             {"active_controller", quorum.active_controller}}}};
  out["nodes"] = object_of(
      s.nodes, [](const NodeView& n) { return std::to_string(n.id); },
      [&](const NodeView& n) { return json_of(s, n); });
  out["partitions"] = object_of(
      s.metadata.partitions, [](const PartitionView& p) { return p.partition.str(); },
      [](const PartitionView& p) { return json_of(p); });
  out["registrations"] = object_of(
      s.metadata.registrations, [](const RegistrationView& r) { return std::to_string(r.broker); },
      [](const RegistrationView& r) {
        return Json{{"broker_epoch", r.broker_epoch}, {"fenced", r.fenced}};
      });
  out["producers"] = Json::object();
  out["consumers"] = Json::object();
  for (const ClientView& c : s.clients) {
    if (c.kind == ClientKind::Producer) out["producers"][c.name] = json_of(c, c.producer);
    if (c.kind == ClientKind::Consumer) out["consumers"][c.name] = json_of(c, c.consumer);
  }
  out["groups"] = groups_json(s);
  out["frames"] = array_of_frames(s);
  out["links"] = Json::array();
  for (const LinkView& l : s.links)
    out["links"].push_back(
        {{"from", l.from}, {"to", l.to}, {"cut", l.cut}, {"extra_us", l.extra.count()}});
  out["violations"] = Json::array();
  for (const Violation& v : s.violations)
    out["violations"].push_back({{"invariant", v.invariant},
                                 {"text", v.text},
                                 {"event", v.event.value()},
                                 {"at_us", to_micros(v.at)}});
  return out;
}

}  // namespace kscope::cluster
