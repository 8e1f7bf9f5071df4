#include "viewer/model/actions.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/group_actions.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

Action command(std::string label, Tone tone, std::string line, std::string why_not = {}) {
  Action action;
  action.label = std::move(label);
  action.tone = tone;
  action.commands = {std::move(line)};
  action.why_not = std::move(why_not);
  return action;
}

Action inspect(std::string label, const Target& target) {
  Action action;
  action.label = std::move(label);
  action.kind = ActionKind::Select;
  action.select = target;
  return action;
}

Action below_line(Action action) {
  action.separator = true;
  return action;
}

bool link_is_cut(const cluster::Snapshot& snapshot, std::int32_t a, std::int32_t b) {
  return std::any_of(snapshot.links.begin(), snapshot.links.end(), [&](const auto& link) {
    return link.cut && ((link.from == a && link.to == b) || (link.from == b && link.to == a));
  });
}

void add_link_actions(const cluster::Snapshot& snapshot, std::int32_t node,
                      std::vector<Action>& actions) {
  constexpr std::size_t kFewNodes = 5;
  if (snapshot.nodes.size() > kFewNodes) {
    // A menu of sixteen links helps nobody: isolate as a whole, single links from the fault
    // buttons.
    Action isolate = command("Isolate (cut all its links)", Tone::Warn, "");
    isolate.commands.clear();
    for (const cluster::NodeView& other : snapshot.nodes) {
      if (other.id != node) isolate.commands.push_back(fmt::format("cut {} {}", node, other.id));
    }
    actions.push_back(below_line(isolate));
    actions.push_back(command("Heal all links", Tone::Good, "heal all",
                              snapshot.links.empty() ? "no link is cut" : ""));
    return;
  }
  bool first = true;
  for (const cluster::NodeView& other : snapshot.nodes) {
    if (other.id == node) continue;
    Action action = link_is_cut(snapshot, node, other.id)
                        ? command(fmt::format("Heal link to {}", other.name), Tone::Good,
                                  fmt::format("heal {} {}", node, other.id))
                        : command(fmt::format("Cut link to {}", other.name), Tone::Warn,
                                  fmt::format("cut {} {}", node, other.id));
    action.separator = first;
    first = false;
    actions.push_back(std::move(action));
  }
}

std::vector<Action> node_actions(const cluster::Snapshot& snapshot, const cluster::NodeView& node) {
  const std::string id = std::to_string(node.id);
  const std::string down = is_up(node.state) ? "" : node.name + " is not running";
  const std::string up = is_up(node.state) ? node.name + " is running" : "";
  const bool paused = node.state == cluster::NodeState::Paused;
  std::vector<Action> actions;
  actions.push_back(inspect("Inspect", Target::broker(node.id)));
  actions.push_back(
      below_line(command("Crash (page cache survives)", Tone::Bad, "crash " + id, down)));
  actions.push_back(
      command("Power loss (unflushed bytes die)", Tone::Bad, "crash " + id + " power", down));
  actions.push_back(command("Stop cleanly", Tone::Warn, "stop " + id, down));
  actions.push_back(command("Start", Tone::Good, "start " + id, up));
  actions.push_back(paused ? command("Resume", Tone::Good, "resume " + id)
                           : command("Pause (like a long GC)", Tone::Warn, "pause " + id, down));
  actions.push_back(below_line(
      command("Disk: fsync takes 500 ms", Tone::Warn, "disk " + id + " slow 500ms", down)));
  actions.push_back(command("Disk: fsync fails", Tone::Bad, "disk " + id + " failing", down));
  actions.push_back(command("Disk: full", Tone::Bad, "disk " + id + " full", down));
  actions.push_back(command("Disk: healthy again", Tone::Good, "disk " + id + " ok"));
  add_link_actions(snapshot, node.id, actions);
  return actions;
}

std::vector<Action> frame_actions(const cluster::Snapshot& snapshot, FrameId frame) {
  const auto it = std::find_if(snapshot.frames.begin(), snapshot.frames.end(),
                               [&](const cluster::FrameView& f) { return f.id == frame; });
  const bool flies = it != snapshot.frames.end();
  const std::string gone = flies ? "" : "it is no longer under way";
  const std::string id = std::to_string(frame.value());
  std::vector<Action> actions;
  actions.push_back(command("Drop", Tone::Bad, "lose " + id, gone));
  actions.push_back(command("Delay 50 ms", Tone::Warn, "delay " + id + " 50ms", gone));
  Action follow;
  follow.label = "Follow reply";
  follow.kind = ActionKind::FollowReply;
  follow.select = Target::of_frame(frame);
  if (flies && it->is_response) follow.why_not = "it is a reply";
  actions.push_back(std::move(follow));
  return actions;
}

std::vector<Action> partition_actions(const cluster::Snapshot& snapshot, const Target& target) {
  const std::string name = target.partition.str();
  std::vector<Action> actions;
  if (target.kind == TargetKind::Record) {
    actions.push_back(
        inspect(fmt::format("Inspect the batch with offset {}", target.offset), target));
  }
  if (target.node > 0) {
    actions.push_back(
        inspect("Inspect this replica", Target::replica(target.node, target.partition)));
  }
  actions.push_back(inspect("Inspect " + name, Target::of_partition(target.partition)));
  actions.push_back(
      below_line(command("Elect the preferred leader of " + name, Tone::Lead, "elect " + name)));
  for (const cluster::ClientView& client : snapshot.clients) {
    if (client.kind != cluster::ClientKind::Producer) continue;
    actions.push_back(command(fmt::format("Send 1 record from {}", client.name), Tone::Accent,
                              fmt::format("send {} {} count=1", client.name, name)));
  }
  return actions;
}

std::vector<Action> client_actions(const cluster::ClientView& client) {
  std::vector<Action> actions{inspect("Inspect", Target::client(client.id))};
  if (!client.consumer.group.empty()) {
    for (Action& action : consumer_actions(client)) actions.push_back(std::move(action));
    actions[1].separator = true;
    return actions;
  }
  const std::string gone = is_up(client.state) ? "" : client.name + " is closed";
  actions.push_back(below_line(command("Crash", Tone::Bad, "crash " + client.name, gone)));
  actions.push_back(command("Close", Tone::Warn, "close " + client.name, gone));
  return actions;
}

std::vector<Action> event_actions(EventSeq event) {
  Action seek;
  seek.label = fmt::format("Go to event {}", group_digits(event.value()));
  seek.kind = ActionKind::Seek;
  seek.select = Target::of_event(event);
  return {inspect("Inspect", Target::of_event(event)), seek};
}

}  // namespace

std::vector<Action> actions_for(const Target& target, const cluster::Snapshot& snapshot) {
  switch (target.kind) {
    case TargetKind::None:
      return {};
    case TargetKind::Frame:
      return frame_actions(snapshot, target.frame);
    case TargetKind::Event:
      return event_actions(target.event);
    case TargetKind::Client: {
      const cluster::ClientView* client = snapshot.client(target.node);
      return client ? client_actions(*client) : std::vector<Action>{};
    }
    case TargetKind::Broker:
    case TargetKind::Controller: {
      const cluster::NodeView* node = snapshot.node(target.node);
      return node ? node_actions(snapshot, *node) : std::vector<Action>{};
    }
    default:
      break;
  }
  if (!target.partition.topic.empty()) return partition_actions(snapshot, target);
  const cluster::NodeView* node = snapshot.node(target.node);
  return node ? node_actions(snapshot, *node) : std::vector<Action>{};
}

namespace {

/// One choice for each node that passes `fits`.
template <class Fits>
std::vector<Action> per_node(const cluster::Snapshot& snapshot, Tone tone, const char* format,
                             const Fits& fits) {
  std::vector<Action> choices;
  for (const cluster::NodeView& node : snapshot.nodes) {
    if (fits(node))
      choices.push_back(command(node.name, tone, fmt::format(fmt::runtime(format), node.id)));
  }
  return choices;
}

std::vector<Action> link_choices(const cluster::Snapshot& snapshot, const char* format, Tone tone) {
  std::vector<Action> choices;
  for (const cluster::NodeView& a : snapshot.nodes) {
    for (const cluster::NodeView& b : snapshot.nodes) {
      if (a.id >= b.id || link_is_cut(snapshot, a.id, b.id)) continue;
      choices.push_back(command(fmt::format("{} – {}", a.name, b.name), tone,
                                fmt::format(fmt::runtime(format), a.id, b.id)));
    }
  }
  return choices;
}

std::vector<Action> frame_choices(const cluster::Snapshot& snapshot) {
  std::vector<Action> choices;
  for (const cluster::FrameView& frame : snapshot.frames) {
    if (choices.size() == 12) break;
    choices.push_back(
        command(fmt::format("{} · {} to {}", frame.label, node_name(snapshot, frame.from),
                            node_name(snapshot, frame.to)),
                Tone::Bad, fmt::format("lose {}", frame.id.value())));
  }
  return choices;
}

std::vector<Action> repairs(const cluster::Snapshot& snapshot) {
  const auto down = [](const cluster::NodeView& n) { return !is_up(n.state); };
  const auto paused = [](const cluster::NodeView& n) {
    return n.state == cluster::NodeState::Paused;
  };
  std::vector<Action> choices = per_node(snapshot, Tone::Good, "start {}", down);
  for (Action& action : choices) action.label = "Start " + action.label;
  for (Action& action : per_node(snapshot, Tone::Good, "resume {}", paused)) {
    action.label = "Resume " + action.label;
    choices.push_back(std::move(action));
  }
  if (!snapshot.links.empty()) choices.push_back(command("Heal all links", Tone::Good, "heal all"));
  return choices;
}

/// What is selected comes first.
void prefer(std::vector<Action>& choices, const cluster::Snapshot& snapshot,
            const Target& selection) {
  const cluster::NodeView* node = snapshot.node(selection.node);
  if (node == nullptr) return;
  std::stable_partition(choices.begin(), choices.end(),
                        [&](const Action& action) { return action.label == node->name; });
}

}  // namespace

std::vector<Fault> faults(const cluster::Snapshot& snapshot, const Target& selection) {
  const auto up = [](const cluster::NodeView& n) { return is_up(n.state); };
  const auto running = [](const cluster::NodeView& n) {
    return n.state == cluster::NodeState::Running;
  };
  std::vector<Fault> list{
      {"Crash broker", Tone::Bad, "Kills the process. The page cache survives.",
       per_node(snapshot, Tone::Bad, "crash {}", up)},
      {"Power loss", Tone::Bad, "Kills the machine. Bytes that were not flushed are lost.",
       per_node(snapshot, Tone::Bad, "crash {} power", up)},
      {"Pause (GC)", Tone::Warn, "The process stands still while its connections stay open.",
       per_node(snapshot, Tone::Warn, "pause {}", running)},
      {"Slow disk", Tone::Warn, "Every fsync takes 500 ms.",
       per_node(snapshot, Tone::Warn, "disk {} slow 500ms", up)},
      {"Cut link", Tone::Warn, "No frame passes between the two, in either direction.",
       link_choices(snapshot, "cut {} {}", Tone::Warn)},
      {"Slow link", Tone::Warn, "Frames between the two take 200 ms longer.",
       link_choices(snapshot, "slow {} {} 200ms", Tone::Warn)},
      {"Drop message", Tone::Bad,
       "Loses a frame in flight, and its connection with it, as TCP would.",
       frame_choices(snapshot)},
      {"Repair", Tone::Good, "Start, resume, heal.", repairs(snapshot)},
  };
  for (Fault& fault : list) prefer(fault.choices, snapshot, selection);
  return list;
}

}  // namespace kscope::viewer
