#include "viewer/cli/text_mode.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/cluster_view.h"
#include "viewer/model/feed.h"
#include "viewer/model/lookup.h"
#include "viewer/model/strip.h"
#include "viewer/model/why.h"
#include "viewer/model/words.h"

namespace kscope::cli {

namespace {

using viewer::BrokerCard;
using viewer::ClusterView;
using viewer::PartitionRow;
using viewer::ReplicaCell;
using viewer::Session;

/// "0000|11.": a digit is a record of that leader epoch, | the high watermark, x was cut.
std::string strip_text(const viewer::Strip& strip) {
  std::string text;
  for (std::int32_t i = 0; i < strip.window.cells; ++i) {
    if (strip.window.start + i == strip.high_watermark) text += '|';
    const viewer::StripCell& cell = strip.cells[static_cast<std::size_t>(i)];
    switch (cell.state) {
      case viewer::CellState::Committed:
      case viewer::CellState::Uncommitted:
        text += static_cast<char>('0' + std::max(cell.epoch, 0) % 10);
        break;
      case viewer::CellState::Truncated:
        text += 'x';
        break;
      case viewer::CellState::Deleted:
        text += ' ';
        break;
      case viewer::CellState::Empty:
        text += '.';
        break;
    }
  }
  if (text.find('|') == std::string::npos) text += '|';
  return text;
}

std::string replica_line(const BrokerCard& broker, const PartitionRow& row, const ReplicaCell& cell,
                         int width) {
  std::string line = fmt::format("    {:<9} {:<14} {:<12}", broker.title, cell.role, cell.isr.text);
  if (cell.replica == nullptr) return line;
  const std::string numbers =
      fmt::format("  HW {} LEO {}", cell.replica->high_watermark, cell.replica->log_end);
  const int room = width - static_cast<int>(line.size() + numbers.size()) - 3;
  if (room >= 8) {
    const auto window = viewer::choose_window(row.longest_log_end, std::min(room, 40));
    line += " " + strip_text(viewer::build_strip(*cell.replica, window, cell.cut));
  }
  return line + numbers;
}

void add_partitions(const ClusterView& view, int width, std::string& out) {
  constexpr std::size_t kMost = 12;
  for (std::size_t i = 0; i < view.rows.size() && i < kMost; ++i) {
    const PartitionRow& row = view.rows[i];
    const std::string leader =
        row.leader < 0 ? "no leader" : fmt::format("leader broker {}", row.leader);
    out += fmt::format("  {}  {}, epoch {}, ISR {{{}}} of {{{}}}\n", row.partition.str(), leader,
                       row.leader_epoch, viewer::join(row.isr), viewer::join(row.replicas));
    for (const BrokerCard& broker : view.brokers) {
      const ReplicaCell& cell = broker.cells[i];
      if (cell.assigned || cell.replica) out += replica_line(broker, row, cell, width) + "\n";
    }
  }
  if (view.rows.size() > kMost) out += fmt::format("  … and {} more\n", view.rows.size() - kMost);
}

void add_clients(const ClusterView& view, std::string& out) {
  for (const viewer::ClientCard& client : view.clients) {
    std::string badges;
    for (const viewer::Badge& badge : client.badges) badges += " [" + badge.text + "]";
    out += fmt::format("{}{}  {}", client.title, badges, client.totals);
    for (const viewer::LagLine& lag : client.lag) {
      out += fmt::format("  {} at {} lag {}", lag.partition, lag.position, lag.lag);
    }
    if (!client.error.empty()) out += "  last error: " + client.error;
    out += "\n";
  }
}

/// A line for each group, one for each of its members, and what it has committed.
void add_groups(const cluster::Snapshot& s, std::string& out) {
  for (const cluster::GroupView& g : s.groups) {
    out += fmt::format("group {}  {}, {} {}, {}{}, coordinator {} (__consumer_offsets-{})\n", g.id,
                       event::to_string(g.state), g.consumer_protocol ? "epoch" : "generation",
                       g.generation, g.consumer_protocol ? "consumer protocol" : "classic protocol",
                       g.assignor.empty() ? "" : ", " + g.assignor,
                       g.loaded ? viewer::node_name(s, g.coordinator) : "not loaded", g.partition);
    for (const cluster::GroupMemberView& m : g.members) {
      std::string share;
      for (const std::string& p : m.assigned) share += (share.empty() ? "" : " ") + p;
      out += fmt::format("    {:<14} {}{}{}\n", viewer::node_name(s, m.client),
                         share.empty() ? "nothing" : share, m.joining ? "  (joining)" : "",
                         m.syncing ? "  (waits for its share)" : "");
    }
    std::string committed;
    for (const auto& [partition, c] : g.committed) {
      committed += fmt::format(" {}@{}{}", partition, c.offset, c.pending ? " (pending)" : "");
    }
    if (!committed.empty()) out += "    committed:" + committed + "\n";
  }
}

void add_frames(Session& session, std::string& out) {
  for (const cluster::FrameView& frame : session.snapshot().frames) {
    const cluster::Snapshot& s = session.snapshot();
    out += fmt::format("  ~ {:<12} {} {:<12} {}{}\n", viewer::node_name(s, frame.from),
                       frame.is_response ? "<-" : "->", viewer::node_name(s, frame.to), frame.label,
                       frame.doomed ? "  (will not arrive)" : "");
  }
}

/// Prints what happened since `*told`, oldest first.
void print_news(Session& session, std::ostream& out, EventSeq* told) {
  viewer::Machine& machine = session.machine();
  const auto& notable = session.index().notable();
  for (auto it = std::upper_bound(notable.begin(), notable.end(), *told);
       it != notable.end() && *it <= machine.present(); ++it) {
    out << fmt::format("{:>10}  {}\n", format_instant(machine.event(*it).at),
                       viewer::say(machine, *it));
  }
  *told = machine.present();
}

void print_why(Session& session, std::ostream& out) {
  const auto& dramas = session.index().dramas();
  const auto latest =
      viewer::last_until(dramas, session.machine().present(), [](EventSeq seq) { return seq; });
  if (latest == dramas.end()) {
    out << "nothing dramatic has happened yet\n";
    return;
  }
  std::string before;
  for (const viewer::WhyStep& step : viewer::why_chain(session.machine(), *latest)) {
    out << fmt::format("{:>10}  {}{}\n", format_instant(step.at), before, step.text);
    before = "because ";
  }
}

constexpr const char* kHelp =
    "Enter: next state change · s: next event · b: back · p 2s: let time pass · w: picture · "
    "why: the latest drama · l orders-0@41: look a record up · q: end\n"
    "anything else is a command, for instance: crash broker 1, "
    "restart broker 1, cut 1 2, heal all\n";

void let_pass(Session& session, const std::string& text, std::ostream& out) {
  Duration d{};
  if (!parse_duration(text, &d)) {
    out << "p wants a time like 2s or 500ms\n";
    return;
  }
  session.seek(session.machine().now() + d);
}

void look_up(Session& session, const std::string& text, std::ostream& out, int width) {
  const auto question = viewer::parse_lookup(session.machine(), text);
  if (!question.ok()) {
    out << question.error().message << "\n";
    return;
  }
  out << viewer::lookup_text(viewer::build_lookup(session.machine(), *question), width);
}

/// False to end.
bool obey(Session& session, const std::string& line, std::ostream& out, int width) {
  if (line == "q" || line == "quit" || line == "exit") return false;
  if (line.empty()) {
    session.big_step();
  } else if (line == "s") {
    session.step();
  } else if (line == "b") {
    session.step_back();
  } else if (line == "w") {
    out << draw_text(session, width);
  } else if (line == "why") {
    print_why(session, out);
  } else if (line == "?" || line == "help") {
    out << kHelp;
  } else if (line.rfind("l ", 0) == 0) {
    look_up(session, line.substr(2), out, width);
  } else if (line.rfind("p ", 0) == 0) {
    let_pass(session, line.substr(2), out);
  } else if (const Result<void> done = session.act(line); !done.ok()) {
    out << done.error().message << "\n";
  }
  return true;
}

int talk(Session& session, std::istream& in, std::ostream& out, const TextModeOptions& options) {
  out << draw_text(session, options.width) << kHelp;
  EventSeq told = session.machine().present();
  std::string line;
  while (out << fmt::format("[{}] > ", format_instant(session.machine().now())) << std::flush,
         std::getline(in, line)) {
    const Instant before = session.machine().now();
    if (!obey(session, line, out, options.width)) return 0;
    if (session.machine().now() < before) told = session.machine().present();
    print_news(session, out, &told);
  }
  out << "\n";
  return 0;
}

}  // namespace

std::string draw_text(Session& session, int width) {
  const cluster::Snapshot& s = session.snapshot();
  const ClusterView view =
      viewer::build_cluster_view(s, session.index(), session.machine().names());
  std::string out = fmt::format("t = {}  event {}  seed {}\n", format_instant(s.now),
                                s.last_event.value(), s.seed);
  out += "quorum: " + view.quorum + "\n";
  for (const viewer::QuorumCard& c : view.controllers) {
    out += fmt::format("  {:<4} {:<16} {}{}\n", c.label, c.role, c.detail,
                       c.timer_text.empty() ? "" : ", " + c.timer_text);
  }
  for (const BrokerCard& b : view.brokers) {
    out += fmt::format("{:<10} {:<14} {}\n", b.title, b.state.text, b.detail);
  }
  out += view.summary + "\n";
  add_partitions(view, width, out);
  add_groups(s, out);
  add_clients(view, out);
  add_frames(session, out);
  return out;
}

int run_text_mode(Session& session, std::istream& in, std::ostream& out,
                  const TextModeOptions& options) {
  if (options.interactive) return talk(session, in, out, options);
  EventSeq told = session.machine().present();
  session.seek(session.machine().now() + options.play_for);
  print_news(session, out, &told);
  out << "\n" << draw_text(session, options.width);
  return 0;
}

}  // namespace kscope::cli
