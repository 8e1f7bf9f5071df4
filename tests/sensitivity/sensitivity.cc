// Goal: the search is worth something: with any one guard of defects.txt taken out of the engine,
// random runs break a promise within a stated number of seeds; with all of them in place the same
// seeds are clean. Method: mutation testing. Every defect is hunted in a process of its own, so
// that a broken CHECK is a catch, too.
//
//   sensitivity [NAME…]        hunts these, or all; fails if one gets away
//   sensitivity --write FILE   … and writes the table of who caught what
//
// Read next: defects.txt
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "engine/sim/random_run.h"
#include "tests/sensitivity/defects.h"

int kscope_guard_out = 0;  ///< the number of the defect that is being tried; 0: none

namespace {

using sensitivity::Defect;

struct Catch {
  std::uint64_t seed = 0;  ///< the first that failed; 0: none did
  std::string by;          ///< the invariant, "CHECK", or "convergence"
  std::string what;
};

kscope::sim::RandomRunOptions options_of(std::uint64_t seed) {
  kscope::sim::RandomRunOptions options;
  options.seed = seed;
  options.calm = kscope::seconds(60);
  return options;
}

/// Of processor time, for one seed, which takes a fraction of a second. Some defects make loops
/// that no checker is ever asked about.
constexpr rlim_t kMostSeconds = 60;

void limit_time() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto until = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  const rlimit limit{until + kMostSeconds, RLIM_INFINITY};
  setrlimit(RLIMIT_CPU, &limit);  // then SIGXCPU
}

/// In the child: a line for every seed that is begun, and one for the catch.
[[noreturn]] void hunt(int number, int seeds, FILE* out) {
  kscope_guard_out = number;
  for (int seed = 1; seed <= seeds; ++seed) {
    std::fprintf(out, "%d\n", seed);
    std::fflush(out);
    limit_time();
    const auto result = kscope::sim::RandomRun(options_of(static_cast<std::uint64_t>(seed))).run();
    if (result.passed) continue;
    const std::string by =
        result.violations.empty() ? "convergence" : result.violations.front().invariant;
    std::fprintf(out, "caught %s %s\n", by.c_str(), result.failure.c_str());
    break;
  }
  std::fflush(out);
  _exit(0);
}

Catch hunt_in_a_process(int number, int seeds) {
  int ends[2];
  if (pipe(ends) != 0) sensitivity::give_up("no pipe");
  const pid_t child = fork();
  if (child < 0) sensitivity::give_up("no process");
  if (child == 0) {
    close(ends[0]);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
    hunt(number, seeds, fdopen(ends[1], "w"));
  }
  close(ends[1]);
  FILE* in = fdopen(ends[0], "r");
  Catch result;
  std::uint64_t at = 0;
  char line[4096];
  while (std::fgets(line, sizeof line, in) != nullptr) {
    const std::string text(line, std::find(line, line + sizeof line, '\n'));
    if (text.rfind("caught ", 0) == 0) {
      const auto space = text.find(' ', 7);
      result = {at, text.substr(7, space - 7), text.substr(space + 1)};
    } else {
      at = std::strtoull(text.c_str(), nullptr, 10);
    }
  }
  std::fclose(in);
  int status = 0;
  waitpid(child, &status, 0);
  if (result.seed != 0 || WIFEXITED(status)) return result;
  if (WTERMSIG(status) == SIGXCPU)
    return {at, "time limit", fmt::format("the run did not end within {} s", kMostSeconds)};
  return {at, "CHECK", "the process stopped itself"};
}

std::string table_head() {
  return "# Who catches what\n\nEach of these defects takes one guard out of the engine "
         "([defects.txt](../../tests/sensitivity/defects.txt)).\nRandom runs of 20 s must break a "
         "promise within the stated number of seeds.\n\n| defect | what is missing | caught by | "
         "at "
         "seed | bound |\n|---|---|---|---|---|\n";
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> wanted(arguments + 1, arguments + count);
  std::string file;
  if (wanted.size() == 2 && wanted[0] == "--write") {
    file = wanted[1];
    wanted.clear();
  }
  const auto defects =
      sensitivity::read_defects(KSCOPE_SOURCE_DIR "/tests/sensitivity/defects.txt");
  int missed = 0;
  const Catch clean = hunt_in_a_process(0, 300);
  if (clean.seed != 0) {
    fmt::print("nothing was taken out, and seed {} fails: {} {}\n", clean.seed, clean.by,
               clean.what);
    ++missed;
  }
  std::string table = table_head();
  for (std::size_t i = 0; i < defects.size(); ++i) {
    const Defect& defect = defects[i];
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), defect.name) == wanted.end())
      continue;
    const Catch caught = hunt_in_a_process(static_cast<int>(i) + 1, defect.within);
    missed += caught.seed == 0;
    const std::string by = caught.seed == 0 ? "nobody" : caught.by;
    fmt::print("{:<42} {:<12} seed {:>5} of {:>5}  {}\n", defect.name, by, caught.seed,
               defect.within, caught.what);
    std::fflush(stdout);
    table += fmt::format("| {} | {} | {} | {} | {} |\n", defect.name, defect.what, by, caught.seed,
                         defect.within);
  }
  if (!file.empty()) std::ofstream(file) << table;
  if (missed > 0) fmt::print("{} got away\n", missed);
  return missed == 0 ? 0 : 1;
}
