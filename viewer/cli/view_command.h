// `kafkascope view`, which is also what runs without a subcommand. Called by: cli/main.
#pragma once

#include <CLI/CLI.hpp>

namespace kscope::cli {

void add_view(CLI::App& app, int& exit_code);
/// As `view` without options.
int view_by_default();

}  // namespace kscope::cli
