// SideRun: the same run once more, with something changed, beside the one on the screen.
//
// Same seed, same inputs at the same times; a change may rewrite commands and broker settings. It
// begins at the beginning and is driven in slices, so that the picture goes on meanwhile. Nothing
// of it is kept but what a listener makes of its events.
//
// Called by: model/group_replay. Real Kafka cannot do this. Read next: session/machine.h
#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/cluster/snapshot.h"
#include "engine/event/event.h"

namespace kscope::viewer {

struct RunChange {
  /// What to do in place of a command line; an empty line: nothing.
  std::function<std::string(const std::string&)> command;
  std::map<std::string, std::string> config;  ///< broker settings that are added or replaced
};

class SideRun {
 public:
  virtual ~SideRun() = default;
  virtual void listen(std::function<void(const event::Event&)> listener) = 0;
  virtual void run_until(Instant until) = 0;
  virtual Instant now() const = 0;
  virtual const NameTable& names() const = 0;
  virtual cluster::Snapshot snapshot() const = 0;
  /// Inputs that could not be applied, each with the reason.
  virtual std::vector<std::string> refused() const = 0;
};

}  // namespace kscope::viewer
