#include "viewer/model/inspector.h"

#include <fmt/format.h>

#include "viewer/model/cluster_view.h"
#include "viewer/model/strip.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string braces(const std::vector<std::int32_t>& ids) { return "{" + join(ids) + "}"; }

std::string epochs_text(const cluster::ReplicaView& replica) {
  std::string text;
  for (const cluster::EpochRange& range : replica.epochs) {
    text += fmt::format("{}e{} from {}", text.empty() ? "" : ", ", range.epoch, range.start);
  }
  return text.empty() ? "none" : text;
}

void replica_facts(const cluster::Snapshot& snapshot, const cluster::ReplicaView& r, Facts& facts) {
  facts.push_back({"role", cluster::to_string(r.role)});
  facts.push_back({"leader", node_name(snapshot, r.leader)});
  facts.push_back({"leader epoch", std::to_string(r.leader_epoch)});
  facts.push_back({"log start", std::to_string(r.log_start)});
  facts.push_back({"high watermark", std::to_string(r.high_watermark)});
  facts.push_back({"log end (LEO)", std::to_string(r.log_end)});
  facts.push_back({"flushed up to", std::to_string(r.flushed_end)});
  facts.push_back({"epochs", epochs_text(r)});
  if (r.role != cluster::ReplicaRole::Leader) return;
  facts.push_back({"ISR", braces(r.isr)});
  if (r.maximal_isr != r.isr) facts.push_back({"maximal ISR", braces(r.maximal_isr)});
  for (const auto& [follower, end] : r.follower_ends) {
    facts.push_back(
        {fmt::format("{} has up to", node_name(snapshot, follower)), std::to_string(end)});
  }
}

void inspect_replica(const cluster::Snapshot& snapshot, const Target& target, Inspection& out) {
  out.title = target.partition.str();
  out.subtitle = "replica on " + node_name(snapshot, target.node);
  const cluster::ReplicaView* replica = snapshot.replica(target.node, target.partition);
  if (replica == nullptr) {
    out.gone = "There is no such replica at this moment.";
    return;
  }
  replica_facts(snapshot, *replica, out.facts);
}

void inspect_partition(const cluster::Snapshot& snapshot, const Target& target, Inspection& out) {
  out.title = target.partition.str();
  out.subtitle = "as the controller has it";
  const cluster::PartitionView* p = snapshot.partition(target.partition);
  if (p == nullptr) {
    out.gone = "The partition does not exist at this moment.";
    return;
  }
  out.facts = {{"leader", node_name(snapshot, p->leader)},
               {"leader epoch", std::to_string(p->leader_epoch)},
               {"partition epoch", std::to_string(p->partition_epoch)},
               {"ISR", braces(p->isr)},
               {"replicas", braces(p->replicas)},
               {"min.insync.replicas", std::to_string(p->min_insync_replicas)}};
}

void inspect_record(Machine& machine, const Target& target, Inspection& out) {
  out.dissection = machine.dissect_batch(target.node, target.partition, target.offset);
  out.title = out.dissection.title.empty() ? "Record batch" : out.dissection.title;
  out.subtitle =
      fmt::format("{} on {}", target.partition.str(), node_name(machine.snapshot(), target.node));
  out.gone = out.dissection.problem;
}

void inspect_broker(const cluster::Snapshot& snapshot, const Target& target, Inspection& out) {
  const cluster::NodeView* node = snapshot.node(target.node);
  out.title = node_name(snapshot, target.node);
  if (node == nullptr) {
    out.gone = "There is no such node.";
    return;
  }
  const cluster::BrokerView& b = node->broker;
  out.subtitle = fmt::format("{} · life {}", cluster::to_string(node->state), node->incarnation);
  out.facts = {{"broker state", event::to_string(b.state)},
               {"broker epoch", std::to_string(b.broker_epoch)},
               {"metadata applied to", std::to_string(b.metadata_offset)},
               {"requests waiting", fmt::format("{} of {}", b.requests_waiting, b.queue_limit)},
               {"handlers busy", fmt::format("{} of {}", b.handlers_busy, b.handlers_total)},
               {"delayed produces", std::to_string(b.delayed_produces)},
               {"delayed fetches", std::to_string(b.delayed_fetches)},
               {"on disk", format_bytes(b.disk_bytes)},
               {"unflushed", format_bytes(b.disk_unflushed_bytes)},
               {"clock skew", format_duration(node->clock_skew)}};
  for (const cluster::RequestView& request : b.requests) {
    out.facts.push_back({fmt::format("{}: {}", to_string(request.place), to_string(request.api)),
                         format_duration(snapshot.now - request.since)});
  }
}

void inspect_controller(const cluster::Snapshot& snapshot, const Target& target, Inspection& out) {
  const cluster::NodeView* node = snapshot.node(target.node);
  out.title = fmt::format("controller {}", target.node);
  if (node == nullptr) {
    out.gone = "There is no such node.";
    return;
  }
  const cluster::QuorumView& q = node->quorum;
  out.subtitle = q.controller_active ? "active controller" : "member of the metadata quorum";
  out.facts = {{"role", event::to_string(q.role)},
               {"epoch", std::to_string(q.epoch)},
               {"leader", node_name(snapshot, q.leader)},
               {"voted for", node_name(snapshot, q.voted_for)},
               {"log end", std::to_string(q.log_end)},
               {"committed up to", std::to_string(q.high_watermark)}};
  if (q.election_deadline) {
    out.facts.push_back({"election timeout", format_duration(q.election_timeout)});
    out.facts.push_back({"runs out at", format_instant(*q.election_deadline)});
  }
}

void membership_facts(const cluster::Snapshot& snapshot, const cluster::ConsumerView& c,
                      Facts& facts) {
  if (c.group.empty()) return;
  facts.push_back({"group", c.group});
  facts.push_back({"member id", c.member.empty() ? "none yet" : c.member});
  facts.push_back({"state as a member", event::to_string(c.state)});
  facts.push_back({"generation", c.generation < 0 ? "none" : std::to_string(c.generation)});
  facts.push_back({"coordinator", node_name(snapshot, c.coordinator)});
  if (!c.instance_id.empty()) facts.push_back({"group.instance.id", c.instance_id});
  facts.push_back({"records processed", std::to_string(c.records_processed)});
  for (const auto& [partition, offset] : c.committed) {
    facts.push_back({"committed in " + partition, std::to_string(offset)});
  }
}

void inspect_client(const cluster::Snapshot& snapshot, const Target& target, Inspection& out) {
  const cluster::ClientView* client = snapshot.client(target.node);
  out.title = node_name(snapshot, target.node);
  if (client == nullptr) {
    out.gone = "There is no such client at this moment.";
    return;
  }
  if (client->kind == cluster::ClientKind::Producer) {
    const cluster::ProducerView& p = client->producer;
    out.subtitle = "producer";
    out.facts = {{"acks", p.acks < 0 ? "all" : std::to_string(p.acks)},
                 {"compression", p.compression},
                 {"records queued", std::to_string(p.records_queued)},
                 {"records acked", std::to_string(p.records_acked)},
                 {"records failed", std::to_string(p.records_failed)},
                 {"buffer", fmt::format("{} of {}", format_bytes(p.buffer_bytes),
                                        format_bytes(p.buffer_limit))}};
    if (!p.last_error.empty()) out.facts.push_back({"last error", p.last_error});
  } else if (client->kind == cluster::ClientKind::Consumer) {
    out.subtitle = "consumer";
    membership_facts(snapshot, client->consumer, out.facts);
    out.facts.push_back({"records consumed", std::to_string(client->consumer.records_consumed)});
    for (const auto& [partition, position] : client->consumer.positions) {
      out.facts.push_back({"position in " + partition, std::to_string(position)});
    }
    for (const auto& [partition, lag] : client->consumer.lag) {
      out.facts.push_back({"lag in " + partition, std::to_string(lag)});
    }
  }
}

void inspect_frame(Machine& machine, const Target& target, Inspection& out) {
  const EventSeq sent = machine.frame_sent_event(target.frame);
  const auto* frame = sent == EventSeq() || sent > machine.recorded_end()
                          ? nullptr
                          : std::get_if<event::FrameSent>(&machine.event(sent).body);
  if (frame == nullptr) {
    out.title = "Frame";
    out.gone = "This frame was never sent in this history.";
    return;
  }
  const event::Event& event = machine.event(sent);
  out.dissection = machine.dissect_frame(target.frame);
  out.title = fmt::format("{} {} v{}", to_string(frame->api),
                          frame->is_response ? "response" : "request", frame->version);
  const cluster::Snapshot& snapshot = machine.snapshot();
  out.subtitle =
      fmt::format("{} → {} · sent {} · travels {}", node_name(snapshot, event.node.value()),
                  node_name(snapshot, frame->to.value()), format_instant(event.at),
                  format_duration(frame->travel));
  out.explanation = explain_api(frame->api, frame->is_response);
}

void inspect_event(Machine& machine, const Target& target, Inspection& out) {
  if (target.event == EventSeq() || target.event > machine.recorded_end()) {
    out.title = "Event";
    out.gone = "This event is not part of the present history.";
    return;
  }
  const event::Event& event = machine.event(target.event);
  const event::Info& info = event::info_of(event.body);
  out.title = info.name;
  out.subtitle =
      fmt::format("event {} · {} · {}", group_digits(event.seq.value()), format_instant(event.at),
                  event.node == NodeId() ? std::string("the cluster")
                                         : node_name(machine.snapshot(), event.node.value()));
  for (const event::Field& field : event::fields_of(event.body, machine.names())) {
    out.facts.push_back({field.name, field.text});
  }
  out.explanation = explain_event(event.body);
}

const char* value_title(ValueName value) {
  switch (value) {
    case ValueName::HighWatermark:
      return "High watermark";
    case ValueName::LogEnd:
      return "Log end offset (LEO)";
    case ValueName::Role:
      return "Role";
    case ValueName::Isr:
      return "In-sync replicas";
    case ValueName::QuorumRole:
      return "Role in the quorum";
    case ValueName::QuorumHighWatermark:
      return "Committed metadata";
    case ValueName::BrokerState:
      return "State of the broker";
    case ValueName::LogStart:
      return "Log start offset";
    case ValueName::LastStableOffset:
      return "Last stable offset (LSO)";
    case ValueName::EpochCache:
      return "Leader-epoch cache";
    case ValueName::FetchState:
      return "Fetch state";
    case ValueName::FollowerProgress:
      return "What the leader knows";
    case ValueName::PendingIsr:
      return "Maximal ISR";
    case ValueName::None:
      return "";
  }
  return "";
}

void inspect_value(const cluster::Snapshot& snapshot, const Target& target, Inspection& out) {
  if (target.value == ValueName::Isr) {
    inspect_partition(snapshot, target, out);
  } else if (!target.partition.topic.empty()) {
    inspect_replica(snapshot, target, out);
  } else if (target.value == ValueName::BrokerState) {
    inspect_broker(snapshot, target, out);
  } else {
    inspect_controller(snapshot, target, out);
  }
  out.subtitle = out.title + " · " + out.subtitle;
  out.title = value_title(target.value);
}

}  // namespace

Inspection inspect(Machine& machine, const Target& target) {
  Inspection out;
  const cluster::Snapshot& snapshot = machine.snapshot();
  out.explanation = explain_target(target);
  switch (target.kind) {
    case TargetKind::None:
      return out;
    case TargetKind::Broker:
      inspect_broker(snapshot, target, out);
      break;
    case TargetKind::Controller:
      inspect_controller(snapshot, target, out);
      break;
    case TargetKind::Client:
      inspect_client(snapshot, target, out);
      break;
    case TargetKind::Partition:
      inspect_partition(snapshot, target, out);
      break;
    case TargetKind::Replica:
      inspect_replica(snapshot, target, out);
      break;
    case TargetKind::Record:
      inspect_record(machine, target, out);
      break;
    case TargetKind::Value:
      inspect_value(snapshot, target, out);
      break;
    case TargetKind::Frame:
      inspect_frame(machine, target, out);
      break;
    case TargetKind::Event:
      inspect_event(machine, target, out);
      break;
  }
  out.why = why_chain(machine, event_behind(machine, target));
  return out;
}

}  // namespace kscope::viewer
