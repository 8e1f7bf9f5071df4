// Conditions: is it the case now?
//
// Reads the snapshot and the recorded events, never the engine. Which events count is bounded by
// `since` and by the present: events of a future that was wound back have not happened.
//
// Called by: lab_run. Read next: lab/lab_run.h
#pragma once

#include "viewer/lab/json_reader.h"
#include "viewer/lab/lab.h"
#include "viewer/session/machine.h"

namespace kscope::lab {

/// What a condition may refer to besides the cluster.
struct Recollection {
  EventSeq began;                               ///< the last event before the lab's first step
  std::map<std::string, EventSeq> step_began;   ///< step -> the last event before it
  std::map<std::string, std::string> values;    ///< what steps remembered
};

/// Does it hold at the present moment of the machine?
bool holds(const Condition& condition, viewer::Machine& machine, const Recollection& past);
/// One line for a person: what was expected, and what is the case. Empty if it holds.
std::string why_not(const Condition& condition, viewer::Machine& machine, const Recollection& past);
/// The value at a place as text; "none" if there is nothing there now.
std::string read_place(viewer::Machine& machine, const std::string& place);
/// What is wrong with a place that can never exist; empty: nothing.
std::string check_place(const std::string& place);

}  // namespace kscope::lab
