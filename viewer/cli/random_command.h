// `run random`: many random runs, each in its own universe, spread over processes.
//
// Processes rather than threads: a broken CHECK ends one of them and is reported with its seed
// instead of ending the search.
//
// Called by: cli/run_command. Read next: engine/sim/random_run.h
#pragma once

#include <cstdint>
#include <string>

namespace kscope::cli {

struct RandomOptions {
  std::uint64_t first_seed = 1;
  int seeds = 1;
  int jobs = 1;
  bool json = false;
  std::string script_file;
};

int run_random(const RandomOptions& options);

}  // namespace kscope::cli
