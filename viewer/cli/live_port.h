// LivePort: a live cluster behind the viewer's door.
//
// Time belongs to the wall here: nothing the viewer asks for can move it, forward or back. Faults
// and commands work as everywhere. To wind a live session back, record it and open the recording.
//
// Called by: cli/serve_command. Read next: cli/live_cluster.h
#pragma once

#include <memory>
#include <string>

#include "viewer/cli/live_cluster.h"
#include "viewer/session/time_machine_port.h"

namespace kscope::cli {

class LivePort final : public viewer::TimeMachinePort {
 public:
  /// `live` keeps its history (LiveOptions::keep_history) and outlives this.
  explicit LivePort(LiveCluster& live)
      : TimeMachinePort(live.history()), live_(live) {}

  bool can_travel() const override { return false; }
  bool step() override { return false; }
  bool big_step() override { return false; }
  bool step_back() override { return false; }
  void run_until(Instant) override {}
  void seek(Instant) override {}
  void seek(EventSeq) override {}
  Result<bool> act(const std::string& command) override {
    KTRY(live_.command(command));
    refresh();
    return false;
  }

 private:
  LiveCluster& live_;
};

}  // namespace kscope::cli
