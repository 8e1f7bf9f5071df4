#include <fmt/core.h>

#include <iostream>
#include <memory>

#include "engine/storage/dump_log.h"
#include "viewer/cli/commands.h"

namespace kscope::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  bool print_data = false;
  bool headers_only = false;
};

int dump(const Options& options) {
  int exit_code = 0;
  for (const std::string& path : options.files) {
    const Result<std::string> text = read_file(path);
    if (!text.ok()) return complain("dump-log", text.error().message);
    const Result<storage::Dump> dump =
        storage::dump_file(path, view_of(*text), {!options.headers_only, options.print_data});
    if (!dump.ok()) return complain("dump-log", dump.error().message);
    std::cout << "Dumping " << path << "\n" << dump->text;
    for (const std::string& problem : dump->problems) {
      std::cout.flush();
      std::cerr << fmt::format("kafkascope dump-log: {}: {}\n", path, problem);
      exit_code = kExitFound;
    }
  }
  return exit_code;
}

}  // namespace

void add_dump_log(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "dump-log",
      "Prints files of a log directory as kafka-dump-log does: .log .index .timeindex, "
      "checkpoints, properties");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->files, "files to print")->required();
  command->add_flag("--print-data-log", options->print_data, "print keys and values, too");
  command->add_flag("--batches-only", options->headers_only,
                    "a line for each batch, none for records");
  command->callback([options, &exit_code] { exit_code = dump(*options); });
}

}  // namespace kscope::cli
