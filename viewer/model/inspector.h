// Inspection: everything there is to say about one target.
//
// A frame or batch shows every field with the bytes that hold it; a replica, broker or value shows
// its facts; and everything answers "why?" with the chain of events that led to it, the sentences
// that explain it, and where to read on.
//
// Called by: app/models (once per selection and moment). Drawn by: panels/inspector_panel.
// Read next: model/why.h, model/explain.h
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "viewer/model/explain.h"
#include "viewer/model/why.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

struct Inspection {
  std::string title;
  std::string subtitle;
  std::vector<std::pair<std::string, std::string>> facts;
  Dissection dissection;  ///< fields and bytes, if the target has any
  std::vector<WhyStep> why;
  Explanation explanation;
  std::string gone;  ///< the target does not exist at this moment, and why
};

Inspection inspect(Machine& machine, const Target& target);

}  // namespace kscope::viewer
