// The text mode: the same session, the same words, plain characters.
//
//   Enter        to the next state change        s  the next event      b  back
//   p TIME       lets time pass (p 2s)           w  the whole picture   why  the latest drama
//   l orders-0@41  looks a record up, probe by probe
//   q            ends                            anything else is a command: crash broker 1
//
// Runs where there is no display, and in pipes: without a terminal it plays for a while, prints the
// feed and the last state, and ends.
//
// Called by: cli/view_command. Read next: viewer/model/cluster_view.h
#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "viewer/session/session.h"

namespace kscope::cli {

struct TextModeOptions {
  bool interactive = false;
  Duration play_for = seconds(8);  ///< when not interactive
  int width = 100;
};

int run_text_mode(viewer::Session& session, std::istream& in, std::ostream& out,
                  const TextModeOptions& options);
/// The cluster as lines of text, at most `width` columns wide.
std::string draw_text(viewer::Session& session, int width);

}  // namespace kscope::cli
