// Scenario files: a path, or the name of a script that came with the program.
//
// Every command that takes a scenario finds it here, so that all of them take the same words.
//
// Called by: run_command, open_session. Read next: engine/sim/scenario.h
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/sim/scenario.h"

namespace kscope::cli {

/// NotFound names what was asked for and lists what there is; `also`: another word that the caller
/// takes, for that list ("or \"random\""); Invalid names the line that is wrong.
Result<sim::Scenario> load_scenario(const std::string& name, const std::string& also = "");

}  // namespace kscope::cli
