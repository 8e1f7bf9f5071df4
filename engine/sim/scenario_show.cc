// `show`: parts of a snapshot as plain text, for scenarios and their narration.
#include <fmt/core.h>

#include "engine/sim/scenario_runner.h"

namespace kscope::sim {
namespace {

using cluster::Snapshot;

std::string show_isr(const Snapshot& s) {
  std::string out;
  for (const auto& p : s.metadata.partitions)
    out += fmt::format("  {:<16} leader {:<4} epoch {:<3} AR {:<10} ISR {:<10} OSR {}\n",
                       p.partition.str(), p.leader < 0 ? "none" : std::to_string(p.leader),
                       p.leader_epoch, NodeList(p.replicas).str(), NodeList(p.isr).str(),
                       NodeList(p.osr()).str());
  return out;
}

/// Seven committed, two not: "=======--|" (at most one character for each record of the last 40).
std::string strip(const cluster::ReplicaView& r) {
  constexpr std::int64_t kWidth = 40;
  const std::int64_t from = std::max(r.log_start, r.log_end - kWidth);
  std::string out;
  for (std::int64_t offset = from; offset < r.log_end; ++offset)
    out += offset < r.high_watermark ? '=' : '-';
  return out + "|";
}

std::string show_logs(const Snapshot& s) {
  std::string out;
  for (const auto& p : s.metadata.partitions) {
    out += fmt::format("  {}\n", p.partition.str());
    for (const auto& node : s.nodes) {
      const auto* r = s.replica(node.id, p.partition);
      if (r == nullptr) continue;
      out += fmt::format("    broker {} {:<8} HW {:<5} LEO {:<5} {}\n", node.id,
                         cluster::to_string(r->role), r->high_watermark, r->log_end, strip(*r));
    }
  }
  return out;
}

std::string show_quorum(const Snapshot& s) {
  std::string out;
  for (const auto& n : s.nodes) {
    if (!n.has_controller) continue;
    out += fmt::format("  controller {} {:<8} {:<10} epoch {:<3} HW {:<5} LEO {:<5}{}\n", n.id,
                       cluster::to_string(n.state), event::to_string(n.quorum.role), n.quorum.epoch,
                       n.quorum.high_watermark, n.quorum.log_end,
                       n.quorum.controller_active ? " active" : "");
  }
  return out;
}

std::string show_clients(const Snapshot& s) {
  std::string out;
  for (const auto& c : s.clients) {
    if (c.kind == cluster::ClientKind::Producer)
      out +=
          fmt::format("  {:<12} queued {} acked {} failed {}\n", c.name, c.producer.records_queued,
                      c.producer.records_acked, c.producer.records_failed);
    if (c.kind == cluster::ClientKind::Consumer) {
      out += fmt::format("  {:<12} consumed {}", c.name, c.consumer.records_consumed);
      for (const auto& [partition, position] : c.consumer.positions)
        out += fmt::format("  {} at {}", partition, position);
      out += '\n';
    }
  }
  return out;
}

std::string show_frames(const Snapshot& s) {
  std::string out;
  for (const auto& f : s.frames)
    out += fmt::format("  frame {:<6} {} -> {} {}{} {}{}\n", f.id.value(), s.name_of(f.from),
                       s.name_of(f.to), to_string(f.api), f.is_response ? " response" : "", f.label,
                       f.doomed ? " (will not arrive)" : "");
  return out;
}

}  // namespace

std::string show(const Snapshot& snapshot, const std::string& what) {
  std::string out;
  if (what == "isr") out = show_isr(snapshot);
  if (what == "logs") out = show_logs(snapshot);
  if (what == "quorum") out = show_quorum(snapshot);
  if (what == "clients") out = show_clients(snapshot);
  if (what == "frames") out = show_frames(snapshot);
  if (!out.empty()) out.pop_back();
  return out.empty() ? "  nothing" : out;
}

}  // namespace kscope::sim
