#include "viewer/cli/random_command.h"

#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <vector>

#include "engine/sim/random_run.h"
#include "engine/sim/scenario_runner.h"
#include "viewer/cli/commands.h"

namespace kscope::cli {
namespace {

bool write_script(const std::string& file, const std::string& script) {
  if (file.empty()) return true;
  std::ofstream out(file);
  out << script;
  if (!out) complain("run", fmt::format("cannot write the scenario to {}", file));
  return static_cast<bool>(out);
}

int run_one(std::uint64_t seed, const RandomOptions& options) {
  sim::RandomRunOptions how;
  how.seed = seed;
  sim::RandomRun run(how);
  const sim::RandomRunResult result = run.run();
  const bool only_one = options.seeds == 1;
  if (only_one || !result.passed) {
    std::ostream& out = options.json ? std::cerr : std::cout;
    out << fmt::format("seed {}: {}; {} events, {} operations, {} acknowledged, {} simulated\n",
                       seed, result.passed ? "passed" : result.failure, result.events,
                       result.operations, result.acked, format_duration(result.simulated));
    for (const cluster::Violation& v : result.violations) {
      out << fmt::format("  {} at {} (event {}): {}\n", v.invariant, format_instant(v.at),
                         v.event.value(), v.text);
    }
    if (!result.passed) out << fmt::format("  replay: ./kafkascope run random --seed {}\n", seed);
    out.flush();
    if (!write_script(options.script_file, run.script())) return kExitBadInput;
  }
  if (only_one && options.json) std::cout << sim::run_result(run.world()).dump() << std::endl;
  return result.passed ? 0 : kExitFound;
}

// Every jobs-th seed, beginning with the first one of this process.
[[noreturn]] void run_share(const RandomOptions& options, int share) {
  int worst = 0;
  for (int i = share; i < options.seeds; i += options.jobs) {
    worst = std::max(worst, run_one(options.first_seed + static_cast<std::uint64_t>(i), options));
    if (share == 0 && isatty(2) != 0) {
      std::cerr << fmt::format("\r{} of {} runs", i + 1, options.seeds) << std::flush;
    }
  }
  if (share == 0 && isatty(2) != 0) std::cerr << "\n";
  std::cout.flush();
  _exit(worst);
}

}  // namespace

int run_random(const RandomOptions& options) {
  if (options.seeds == 1) return run_one(options.first_seed, options);
  std::vector<pid_t> children;
  for (int share = 0; share < options.jobs; ++share) {
    const pid_t child = fork();
    if (child == 0) run_share(options, share);
    if (child < 0) return complain("run", "cannot start another process; use fewer --jobs");
    children.push_back(child);
  }
  int exit_code = 0;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    exit_code = std::max(exit_code, WIFEXITED(status) ? WEXITSTATUS(status) : kExitFound);
  }
  std::cout << fmt::format("{} runs from seed {}: {}\n", options.seeds, options.first_seed,
                           exit_code == 0 ? "all passed" : "something broke, see above");
  return exit_code;
}

}  // namespace kscope::cli
