// The subcommands: each adds itself to the command line and leaves its exit code behind.
//
// Bad input is one line on standard error that names the thing and the way out, and exit code 1; a
// run that found what it should not (a failed expectation, a violated invariant, a damaged log)
// says so and exits with 2.
//
// Called by: cli/main. Read next: cli/run_command.cc
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "engine/base/result.h"

namespace kscope::cli {

inline constexpr int kExitBadInput = 1;
inline constexpr int kExitFound = 2;

void add_run(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_dump_log(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);
void add_docs(CLI::App& app, int& exit_code);

/// "kafkascope COMMAND: what", and the exit code of bad input.
int complain(const char* command, const std::string& what);
/// A whole file; the error names it.
Result<std::string> read_file(const std::string& path);

}  // namespace kscope::cli
