// The screen "Groups" on the command line: which page, which member, replayed with what.
//
//   kafkascope view --scenario group-sticky --at 4s --panel groups/unread
//   kafkascope view --scenario group-sticky --panel groups --replay cooperative-sticky
//
// Called by: view_command. Read next: viewer/model/group_desk.h
#pragma once

#include <string>

#include "engine/base/result.h"

namespace kscope::viewer {
struct Ui;
}

namespace kscope::cli {

/// "groups/offsets" opens that page. False: the text is about another screen.
Result<bool> choose_group_page(viewer::Ui& ui, const std::string& panel);
/// Runs the history again with this strategy ("range", "consumer", "consumer/range") to its end,
/// and opens the comparison.
Result<void> replay_group(viewer::Ui& ui, const std::string& strategy);

}  // namespace kscope::cli
