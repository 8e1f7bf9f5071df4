// Actions: what can be done to a thing, as command lines.
//
// A button, a context menu and a key are the same thing: a command (sim/command.h) with words
// around it. Which of them make sense now is decided here, where it can be tested; a menu shows the
// others greyed out with the reason instead of hiding them, so that a student learns what is
// possible.
//
// Called by: widgets/context_menu, panels/fault_panel, panels/inspector_panel.
// Read next: engine/sim/command.h
#pragma once

#include <string>
#include <vector>

#include "viewer/model/cluster_view.h"
#include "viewer/model/target.h"

namespace kscope::viewer {

enum class ActionKind : std::uint8_t {
  Command,      ///< run `commands`
  Select,       ///< open `select` in the inspector
  FollowReply,  ///< of the frame
  Seek,         ///< to the event
};

struct Action {
  std::string label;
  Tone tone = Tone::Neutral;
  ActionKind kind = ActionKind::Command;
  std::vector<std::string> commands;
  Target select{};
  std::string why_not;     ///< empty: it can be done
  bool separator = false;  ///< a line above it in menus
};

std::vector<Action> actions_for(const Target& target, const cluster::Snapshot& snapshot);

/// The big buttons on the left: one fault each, with the things that it could be done to.
struct Fault {
  std::string label;
  Tone tone = Tone::Bad;
  std::string tip;
  std::vector<Action> choices;
};
std::vector<Fault> faults(const cluster::Snapshot& snapshot, const Target& selection);

}  // namespace kscope::viewer
