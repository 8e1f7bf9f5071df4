#include <fmt/core.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "engine/storage/dump_log.h"
#include "viewer/cli/commands.h"

namespace kscope::cli {
namespace {

struct DumpCommandOptions {
  std::vector<std::string> files;
  std::vector<std::string> listed;  // --files, as kafka-dump-log has it
  storage::DumpOptions dump;
};

std::optional<Bytes> neighbour(const std::string& path) {
  if (path.empty() || !std::filesystem::exists(path)) return std::nullopt;
  const Result<std::string> text = read_file(path);
  return text.ok() ? std::optional(to_bytes(*text)) : std::nullopt;
}

int dump_one(const std::string& path, const storage::DumpOptions& options) {
  const Result<std::string> text = read_file(path);
  if (!text.ok()) return complain("dump-log", text.error().message);
  const storage::NeighbourNames names = storage::neighbours_of(path);
  const storage::DumpNeighbours beside{neighbour(names.log), neighbour(names.index)};
  const Result<storage::Dump> dump = storage::dump_file(path, view_of(*text), options, beside);
  if (!dump.ok()) return complain("dump-log", dump.error().message);
  std::cout << "Dumping " << path << "\n" << dump->text;
  std::cout.flush();
  for (const std::string& problem : dump->problems) {
    std::cerr << fmt::format("kafkascope dump-log: {}: {}\n", path, problem);
  }
  return dump->problems.empty() ? 0 : kExitFound;
}

int dump(const DumpCommandOptions& options) {
  std::vector<std::string> all = options.files;
  all.insert(all.end(), options.listed.begin(), options.listed.end());
  if (all.empty()) return complain("dump-log", "name at least one file: dump-log FILE…");
  int exit_code = 0;
  for (const std::string& path : all) {
    const int code = dump_one(path, options.dump);
    if (code != 0) exit_code = code;
  }
  return exit_code;
}

}  // namespace

void add_dump_log(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "dump-log",
      "Prints files of a log directory as kafka-dump-log does: .log .index .timeindex .txnindex "
      ".snapshot, checkpoints, properties");
  auto options = std::make_shared<DumpCommandOptions>();
  storage::DumpOptions& dump_options = options->dump;
  command->add_option("FILE", options->files, "files to print");
  command->add_option("--files", options->listed, "the same, separated by commas")->delimiter(',');
  command->add_flag("--deep-iteration", dump_options.deep_iteration, "a line for each record, too");
  command->add_flag("--print-data-log", dump_options.print_data_log,
                    "keys and values, too; implies --deep-iteration");
  command->add_flag("--cluster-metadata-decoder", dump_options.cluster_metadata,
                    "values as records of __cluster_metadata; implies --deep-iteration");
  command->add_flag("--offsets-decoder", dump_options.offsets,
                    "keys and values as records of __consumer_offsets; implies --deep-iteration");
  command->add_flag("--transaction-log-decoder", dump_options.transaction_log,
                    "keys and values as records of __transaction_state; implies --deep-iteration");
  command->add_flag("--skip-record-metadata", dump_options.skip_record_metadata,
                    "only keys and values of records");
  command->add_flag("--index-sanity-check", dump_options.index_sanity_check,
                    "only what a broker checks at its start");
  command->add_flag("--verify-index-only", dump_options.verify_index_only,
                    "check the entries against the .log beside the index, print none");
  command->add_option("--max-bytes", dump_options.max_bytes, "read no more of a .log than this")
      ->check(CLI::NonNegativeNumber);
  command->callback([options, &exit_code] { exit_code = dump(*options); });
}

}  // namespace kscope::cli
