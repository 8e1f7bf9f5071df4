// Why: from a value on the screen to the event that set it, and from there to its causes.
//
// The engine stamps every event with the event that caused it. So "why is the high watermark 6?"
// has an exact answer: the newest HighWatermarkAdvanced of that replica, the fetch that was
// delivered just before, the append that made the follower send it, the record that a producer
// queued.
//
// Called by: model/inspector. Read next: model/inspector.h
#pragma once

#include <string>
#include <vector>

#include "viewer/model/target.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

struct WhyStep {
  EventSeq event;
  Instant at{};
  std::string text;
};

/// The newest event up to the present that gave this target its state; 0 if none is remembered.
EventSeq event_behind(const Machine& machine, const Target& target);
/// The event and its causes, newest first, in plain words.
std::vector<WhyStep> why_chain(Machine& machine, EventSeq event);

}  // namespace kscope::viewer
