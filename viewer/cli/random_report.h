// RandomReport: what many random runs together have shown, and at what price.
//
// Called by: cli/random_command. Read next: docs/testing.md
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/sim/random_run.h"

namespace kscope::cli {

struct RandomFailure {
  std::uint64_t seed = 0;
  std::string what;
};

struct RandomReport {
  std::int64_t seeds = 0;
  std::int64_t events = 0, operations = 0, faults = 0, acked = 0, consumed = 0;
  std::int64_t loss_windows = 0;
  double simulated_hours = 0;
  double cpu_hours = 0;  ///< of the processes that ran them, all of it
  double wall_seconds = 0;
  std::map<std::string, std::int64_t> acts;   ///< what the storms did, and how often
  std::map<std::string, std::int64_t> looks;  ///< how often each invariant was looked at
  std::vector<RandomFailure> failures;

  void add(const sim::RandomRunResult& result, std::uint64_t seed);
  double per_cpu_hour(double amount) const { return cpu_hours > 0 ? amount / cpu_hours : 0; }
  std::string summary() const;   ///< a few lines
  std::string markdown(const std::string& command) const;
  std::string json() const;
};

/// One result as one line, and back: the language of the pipes.
std::string to_line(std::uint64_t seed, const sim::RandomRunResult& result);
bool from_line(const std::string& line, std::uint64_t* seed, sim::RandomRunResult* result);

}  // namespace kscope::cli
