// kafkascope: the program. Finds the subcommand and hands over; each lives in a file of its own.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "viewer/cli/commands.h"
#include "viewer/cli/lab_command.h"
#include "viewer/cli/view_command.h"
#include "viewer/lab/lab_assignors.h"
#include "viewer/lab/progress.h"

namespace kscope::cli {

namespace {

/// Labs read their own arguments: their tests call them without a command line.
void add_lab(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("lab", "Lists, runs, checks and begins labs");
  command->prefix_command();
  command->set_help_flag("");
  command->callback([command, &exit_code] {
    exit_code = lab_command(
        command->remaining(),
        {std::cin, std::cout, std::cerr, default_labs_directory(), lab::Progress::default_path()});
  });
}

using Subcommand = void (*)(CLI::App& app, int& exit_code);
/// In the order of --help. A new subcommand is a file and a line here.
constexpr Subcommand kSubcommands[] = {
    add_view, add_lab, add_run, add_serve, add_dump_log, add_bench, add_docs,
};

int main(int argc, char** argv) {
  CLI::App app{"kafkascope: a Kafka cluster that can be watched thinking", "kafkascope"};
  app.set_version_flag("--version", KSCOPE_VERSION);
  app.require_subcommand(0, 1);
  app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
    return std::string("kafkascope: ") + error.what() + " (see " + failed->get_name() +
           " --help)\n";
  });
  int exit_code = 0;
  for (const Subcommand add : kSubcommands) add(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitBadInput;
  }
  return app.get_subcommands().empty() ? view_by_default() : exit_code;
}

}  // namespace

}  // namespace kscope::cli

int main(int argc, char** argv) {
  kscope::lab::register_lab_assignors();
  try {
    return kscope::cli::main(argc, argv);
  } catch (const std::exception& error) {
    // Libraries throw where the engine does not (a full disk below an output stream, for one).
    std::cerr << "kafkascope: " << error.what() << "\n";
    return kscope::cli::kExitBadInput;
  }
}
