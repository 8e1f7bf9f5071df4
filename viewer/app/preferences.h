// What the viewer remembers of a person between runs: that the call-outs were seen.
// Called by: cli/view_command. Files live in $XDG_CONFIG_HOME/kafkascope, by default ~/.config.
#pragma once

#include <string>

namespace kscope::viewer {

/// Empty if there is no home: nothing is remembered then.
std::string preferences_file();
bool callouts_were_seen(const std::string& file);
void remember_callouts(const std::string& file);

}  // namespace kscope::viewer
