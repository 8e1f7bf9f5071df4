// Recording: a run, written down as what went into it.
//
// Because a World is deterministic, its seed, its spec and its inputs are the run. A recording is a
// text file of JSON lines: the first is the cluster, every further one an input with the place in
// the run where it entered (the number of queue items handled before it, which is exact where an
// instant would leave ties open). Bytes of real clients are in hexadecimal. A live session that was
// recorded is opened in the viewer and rewound like any other run.
//
//   {"kafkascope":1,"seed":7,"spec":{…}}
//   {"items":1520,"at_us":2300114,"command":"external open 1"}
//   {"items":1522,"at_us":2300980,"command":"external frame 9","bytes":"0000002300120003…"}
//
// Called by: `serve --record`, `view --recording`. Read next: sim/time_machine.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/sim/cluster_spec.h"
#include "engine/sim/command.h"

namespace kscope::sim {

struct RecordedInput {
  std::uint64_t items = 0;
  Input input;
};

struct Recording {
  ClusterSpec spec;
  std::uint64_t seed = 0;
  std::vector<RecordedInput> inputs;  // Invariant: ordered by (items, input.at)
};

/// One line each, with the line break.
std::string recording_header(const ClusterSpec& spec, std::uint64_t seed);
std::string recording_line(const RecordedInput& input);
/// Corrupt, naming the line and what is wrong with it. A last line without a line break is a
/// recording that was cut off while it was written, and is left out.
Result<Recording> parse_recording(std::string_view text);

}  // namespace kscope::sim
