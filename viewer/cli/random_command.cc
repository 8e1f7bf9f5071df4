#include "viewer/cli/random_command.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <vector>

#include "engine/sim/random_run.h"
#include "engine/sim/scenario_runner.h"
#include "engine/sim/shrink.h"
#include "viewer/cli/commands.h"
#include "viewer/cli/random_report.h"

namespace kscope::cli {
namespace {

double seconds_of(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

double cpu_seconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

sim::RandomRunOptions options_of(const RandomOptions& options, std::uint64_t seed) {
  sim::RandomRunOptions how;
  how.seed = seed;
  how.storm = options.storm;
  how.over_budget = options.over_budget;
  if (options.over_budget) how.min_insync_replicas = 1;
  return how;
}

std::string replay_command(const RandomOptions& options, std::uint64_t seed) {
  std::string command = fmt::format("./kafkascope run random --seed {}", seed);
  if (options.storm != RandomOptions().storm)
    command += fmt::format(" --for {}us", options.storm.count());
  if (options.over_budget) command += " --over-budget";
  return command;
}

bool write_file(const std::string& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out) complain("run", fmt::format("cannot write to {}", file));
  return static_cast<bool>(out);
}

/// Writes the run, cut down if it broke a promise, and says how to look at it.
void keep(const RandomOptions& options, std::uint64_t seed, const sim::RandomRun& run,
          std::ostream& out) {
  const bool broke = !run.world().violations().empty();
  const std::string file =
      options.script_file.empty() ? fmt::format("random-{}.txt", seed) : options.script_file;
  if (!broke || !options.shrink) {
    if (write_file(file, run.script())) out << fmt::format("  written: {}\n", file);
    return;
  }
  out << "  cutting it down …" << std::endl;
  const sim::World small = sim::shrink(run.world());
  const cluster::Violation& v = small.violations().front();
  out << fmt::format("  {} inputs of {} are enough: {} at event {}: {}\n", small.inputs().size(),
                     run.world().inputs().size(), v.invariant, v.event.value(), v.text);
  const std::string title =
      fmt::format("A random run, cut down: seed {} breaks {}.", seed, v.invariant);
  if (!write_file(file, sim::script_of(small, title))) return;
  out << fmt::format("  look: ./kafkascope view --scenario {} --event {}\n", file, v.event.value());
}

int run_one(std::uint64_t seed, const RandomOptions& options) {
  sim::RandomRun run(options_of(options, seed));
  const sim::RandomRunResult result = run.run();
  std::ostream& out = options.json ? std::cerr : std::cout;
  out << fmt::format(
      "seed {}: {}; {} events, {} faults, {} uses, {} acknowledged, {} consumed, {} simulated\n",
      seed, result.passed ? "passed" : result.failure, result.events, result.faults,
      result.operations, result.acked, result.consumed, format_duration(result.simulated));
  for (const cluster::Violation& v : result.violations)
    out << fmt::format("  {} at {} (event {}): {}\n", v.invariant, format_instant(v.at),
                       v.event.value(), v.text);
  if (!result.passed) {
    out << fmt::format("  replay: {}\n", replay_command(options, seed));
    keep(options, seed, run, out);
  } else if (!options.script_file.empty() && !write_file(options.script_file, run.script())) {
    return kExitBadInput;
  }
  if (options.json) std::cout << sim::run_result(run.world()).dump() << std::endl;
  return result.passed ? 0 : kExitFound;
}

// ---- many -------------------------------------------------------------------------------------

/// A process that works on every jobs-th seed, and the end of the pipe on which it tells of them.
struct Worker {
  pid_t process = -1;
  int pipe = -1;
  std::uint64_t next = 0;  ///< the seed it is at
  std::string unread;
};

/// Runs in the child: one line for each seed, then the end.
[[noreturn]] void work(const RandomOptions& options, std::uint64_t from, int pipe) {
  const std::uint64_t end = options.first_seed + static_cast<std::uint64_t>(options.seeds);
  for (std::uint64_t seed = from; seed < end; seed += static_cast<std::uint64_t>(options.jobs)) {
    const std::string line = to_line(seed, sim::RandomRun(options_of(options, seed)).run()) + "\n";
    for (std::size_t sent = 0; sent < line.size();) {
      const ssize_t n = write(pipe, line.data() + sent, line.size() - sent);
      if (n <= 0) _exit(1);
      sent += static_cast<std::size_t>(n);
    }
  }
  _exit(0);
}

class Search {
 public:
  explicit Search(const RandomOptions& options)
      : options_(options), end_(options.first_seed + static_cast<std::uint64_t>(options.seeds)) {}

  bool run() {
    for (int share = 0; share < options_.jobs; ++share)
      if (!hire(options_.first_seed + static_cast<std::uint64_t>(share))) return false;
    while (!workers_.empty()) listen();
    report.wall_seconds = seconds_gone();
    report.cpu_hours = cpu_seconds(RUSAGE_CHILDREN) / 3600;
    if (isatty(2) != 0) std::cerr << "\n";
    return true;
  }

  RandomReport report;

 private:
  bool hire(std::uint64_t from) {
    if (from >= end_) return true;
    int ends[2];
    if (pipe(ends) != 0) return false;
    const pid_t child = fork();
    if (child < 0) return false;
    if (child == 0) {
      close(ends[0]);
      work(options_, from, ends[1]);
    }
    close(ends[1]);
    workers_.push_back({child, ends[0], from, {}});
    return true;
  }

  void listen() {
    std::vector<pollfd> pipes;
    for (const Worker& worker : workers_) pipes.push_back({worker.pipe, POLLIN, 0});
    poll(pipes.data(), pipes.size(), -1);
    for (std::size_t i = pipes.size(); i-- > 0;)
      if (pipes[i].revents != 0 && !read_from(workers_[i])) dismiss(i);
    show_progress();
  }

  bool read_from(Worker& worker) {
    char buffer[1 << 16];
    const ssize_t n = read(worker.pipe, buffer, sizeof buffer);
    if (n <= 0) return false;
    worker.unread.append(buffer, static_cast<std::size_t>(n));
    for (std::size_t end; (end = worker.unread.find('\n')) != std::string::npos;) {
      std::uint64_t seed = 0;
      sim::RandomRunResult result;
      if (from_line(worker.unread.substr(0, end), &seed, &result)) report.add(result, seed);
      worker.next = seed + static_cast<std::uint64_t>(options_.jobs);
      worker.unread.erase(0, end + 1);
    }
    return true;
  }

  /// It has come to the end of its seeds, or one of them has killed it: then another goes on.
  void dismiss(std::size_t number) {
    const Worker worker = workers_[number];
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(number));
    close(worker.pipe);
    int status = 0;
    waitpid(worker.process, &status, 0);
    if (worker.next >= end_) return;
    ++report.seeds;
    report.failures.push_back({worker.next, "the run ended the process: a CHECK does not hold"});
    hire(worker.next + static_cast<std::uint64_t>(options_.jobs));
  }

  void show_progress() {
    if (isatty(2) == 0 || seconds_gone() < shown_at_ + 0.5) return;
    shown_at_ = seconds_gone();
    std::cerr << fmt::format("\r{} of {} seeds, {} failed, {:.0f} s ", report.seeds, options_.seeds,
                             report.failures.size(), shown_at_)
              << std::flush;
  }

  double seconds_gone() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  const RandomOptions& options_;
  std::uint64_t end_;
  std::vector<Worker> workers_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double shown_at_ = 0;
};

std::string command_of(const RandomOptions& options) {
  return fmt::format("./kafkascope run random --seed {} --seeds {} --for {} --jobs {}{}",
                     options.first_seed, options.seeds, format_duration(options.storm),
                     options.jobs, options.over_budget ? " --over-budget" : "");
}

int run_many(const RandomOptions& options) {
  Search search(options);
  if (!search.run()) return complain("run", "cannot start another process; use fewer --jobs");
  const RandomReport& report = search.report;
  std::ostream& out = options.json ? std::cerr : std::cout;
  out << report.summary();
  for (const RandomFailure& failure : report.failures)
    out << fmt::format("seed {}: {}\n  replay: {}\n", failure.seed, failure.what,
                       replay_command(options, failure.seed));
  if (!report.failures.empty()) {
    const std::uint64_t seed = report.failures.front().seed;
    const bool died = report.failures.front().what.starts_with("the run ended");
    if (!died) {  // the first one is worth a closer look
      sim::RandomRun again(options_of(options, seed));
      again.run();
      keep(options, seed, again, out);
    }
  }
  if (options.json) std::cout << report.json() << std::endl;
  if (!options.report_file.empty() &&
      !write_file(options.report_file, report.markdown(command_of(options))))
    return kExitBadInput;
  return report.failures.empty() ? 0 : kExitFound;
}

}  // namespace

int run_random(const RandomOptions& options) {
  return options.seeds == 1 ? run_one(options.first_seed, options) : run_many(options);
}

}  // namespace kscope::cli
