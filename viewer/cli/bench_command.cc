#include <fmt/core.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "tests/bench/bench.h"
#include "viewer/cli/commands.h"

namespace kscope::cli {
namespace {

nlohmann::ordered_json to_json(const bench::Figure& figure) {
  nlohmann::ordered_json json{{"name", figure.name},   {"unit", figure.unit},
                              {"value", figure.value}, {"runs", figure.runs},
                              {"limit", nullptr},      {"limit_value", nullptr},
                              {"ratio", nullptr}};
  if (figure.limit) json["limit"] = *figure.limit;
  if (figure.limit_value) json["limit_value"] = *figure.limit_value;
  if (const std::optional<double> ratio = figure.ratio()) json["ratio"] = *ratio;
  return json;
}

std::string to_line(const bench::Figure& figure) {
  std::string line = fmt::format("  {:<34} {:>14.2f} {:<18} {:>3} runs", figure.name, figure.value,
                                 figure.unit, figure.runs);
  if (figure.limit && figure.limit_value) {
    line +=
        fmt::format("   {:.2f} x {} ({:.2f})", *figure.ratio(), *figure.limit, *figure.limit_value);
  }
  return line;
}

int run(const std::string& name, bool json) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  bool known = name.empty();
  std::string names;
  for (const bench::Group& group : bench::groups()) {
    names += fmt::format(" {}", group.name);
    if (!name.empty() && name != group.name) continue;
    known = true;
    if (!json) std::cout << fmt::format("{}: {}\n", group.name, group.meaning) << std::flush;
    for (const bench::Figure& figure : group.run()) {
      if (json)
        all.push_back(to_json(figure));
      else
        std::cout << to_line(figure) << "\n" << std::flush;
    }
  }
  if (!known)
    return complain("bench", fmt::format("there is no group \"{}\"; known:{}", name, names));
  if (json) std::cout << all.dump(2) << "\n";
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("bench", "Measures speed on this machine; each figure with its yardstick");
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("NAME", *name, "only this group");
  command->add_flag("--json", *json, "one JSON array instead of lines");
  command->callback([name, json, &exit_code] { exit_code = run(*name, *json); });
}

}  // namespace kscope::cli
