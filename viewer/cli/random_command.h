// `run random`: many random runs, each in its own universe, spread over processes.
//
// Processes rather than threads: a broken CHECK ends one of them and is reported with its seed
// instead of ending the search. Each tells its results line by line through a pipe. A run that
// fails is played again, cut down to what it takes to fail, and written as a scenario that the
// viewer opens at the violating event.
//
// Called by: cli/run_command. Read next: cli/random_report.h, engine/sim/random_run.h
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"

namespace kscope::cli {

struct RandomOptions {
  std::uint64_t first_seed = 1;
  std::int64_t seeds = 1;
  int jobs = 1;
  Duration storm = seconds(20);
  bool over_budget = false;
  bool shrink = true;
  bool json = false;
  std::string script_file;  ///< where a failing (or the only) run goes; empty: random-SEED.txt
  std::string report_file;  ///< Markdown, for docs/campaigns
};

int run_random(const RandomOptions& options);

}  // namespace kscope::cli
