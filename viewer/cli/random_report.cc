#include "viewer/cli/random_report.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "engine/sim/invariants/invariants.h"
#include "engine/sim/random_storm.h"

namespace kscope::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), " ");
  return digits;
}

const char* kind_name(sim::ActKind kind) {
  switch (kind) {
    case sim::ActKind::Use:
      return "use";
    case sim::ActKind::Mend:
      return "mending";
    case sim::ActKind::Fault:
      return "fault";
  }
  return "";
}

std::int64_t count_of(const std::map<std::string, std::int64_t>& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

void RandomReport::add(const sim::RandomRunResult& result, std::uint64_t seed) {
  ++seeds;
  events += static_cast<std::int64_t>(result.events);
  operations += result.operations;
  faults += result.faults;
  acked += result.acked;
  consumed += result.consumed;
  loss_windows += result.loss_windows;
  simulated_hours += static_cast<double>(result.simulated.count()) / 3.6e9;
  for (const auto& [name, count] : result.acts) acts[name] += count;
  for (const auto& [id, count] : result.looks) looks[id] += count;
  if (!result.passed) failures.push_back({seed, result.failure});
}

std::string RandomReport::summary() const {
  const auto rate = [&](double amount) { return grouped(per_cpu_hour(amount)); };
  return fmt::format(
      "{} seeds, {} failed; {:.1f} simulated hours in {:.3f} CPU-hours\n"
      "{} events, {} faults, {} uses of the cluster; {} records acknowledged, {} consumed\n"
      "per CPU-hour: {} seeds, {} simulated hours, {} events, {} faults\n",
      grouped(static_cast<double>(seeds)), failures.size(), simulated_hours, cpu_hours,
      grouped(static_cast<double>(events)), grouped(static_cast<double>(faults)),
      grouped(static_cast<double>(operations)), grouped(static_cast<double>(acked)),
      grouped(static_cast<double>(consumed)), rate(static_cast<double>(seeds)),
      rate(simulated_hours), rate(static_cast<double>(events)), rate(static_cast<double>(faults)));
}

std::string RandomReport::markdown(const std::string& command) const {
  std::string out =
      "# Random runs: a campaign\n\n`" + command + "`\n\n| figure | value |\n|---|---|\n";
  const auto row = [&](const char* name, const std::string& value) {
    out += fmt::format("| {} | {} |\n", name, value);
  };
  const auto whole = [](std::int64_t n) { return grouped(static_cast<double>(n)); };
  row("seeds", whole(seeds));
  row("of which failed", whole(static_cast<std::int64_t>(failures.size())));
  row("simulated hours", fmt::format("{:.1f}", simulated_hours));
  row("events", whole(events));
  row("faults", whole(faults));
  row("uses of the cluster", whole(operations));
  row("records acknowledged", whole(acked));
  row("records consumed", whole(consumed));
  row("declared losses", whole(loss_windows));
  row("CPU-hours", fmt::format("{:.3f}", cpu_hours));
  row("seeds per CPU-hour", grouped(per_cpu_hour(static_cast<double>(seeds))));
  row("simulated hours per CPU-hour", grouped(per_cpu_hour(simulated_hours)));
  row("events per CPU-hour", grouped(per_cpu_hour(static_cast<double>(events))));
  row("faults per CPU-hour", grouped(per_cpu_hour(static_cast<double>(faults))));
  out += "\n## What failed\n\n";
  if (failures.empty()) out += "Nothing.\n";
  for (const RandomFailure& f : failures) out += fmt::format("- seed {}: {}\n", f.seed, f.what);
  out += "\n## What the storms did\n\n| act | kind | times |\n|---|---|---|\n";
  for (const sim::Act& act : sim::all_acts())
    out += fmt::format("| {} | {} | {} |\n", act.name, kind_name(act.kind),
                       whole(count_of(acts, act.name)));
  out += "\n## How often each invariant was looked at\n\n| id | name | looks |\n|---|---|---|\n";
  for (const sim::InvariantInfo& i : sim::invariant_table())
    out += fmt::format("| {} | {} | {} |\n", i.id, i.name, whole(count_of(looks, i.id)));
  return out;
}

std::string RandomReport::json() const {
  Json out{{"seeds", seeds},
           {"failed", failures.size()},
           {"simulated_hours", simulated_hours},
           {"cpu_hours", cpu_hours},
           {"wall_seconds", wall_seconds},
           {"events", events},
           {"faults", faults},
           {"operations", operations},
           {"acked", acked},
           {"consumed", consumed},
           {"loss_windows", loss_windows},
           {"seeds_per_cpu_hour", per_cpu_hour(static_cast<double>(seeds))},
           {"simulated_hours_per_cpu_hour", per_cpu_hour(simulated_hours)},
           {"events_per_cpu_hour", per_cpu_hour(static_cast<double>(events))},
           {"faults_per_cpu_hour", per_cpu_hour(static_cast<double>(faults))},
           {"acts", acts},
           {"looks", looks}};
  out["failures"] = Json::array();
  for (const RandomFailure& f : failures)
    out["failures"].push_back({{"seed", f.seed}, {"what", f.what}});
  return out.dump(2);
}

std::string to_line(std::uint64_t seed, const sim::RandomRunResult& r) {
  return Json{{"seed", seed},
              {"passed", r.passed},
              {"failure", r.failure},
              {"events", r.events},
              {"us", r.simulated.count()},
              {"operations", r.operations},
              {"faults", r.faults},
              {"acked", r.acked},
              {"consumed", r.consumed},
              {"loss_windows", r.loss_windows},
              {"acts", r.acts},
              {"looks", r.looks}}
      .dump();
}

bool from_line(const std::string& line, std::uint64_t* seed, sim::RandomRunResult* r) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("seed") || !json.contains("looks")) return false;
  *seed = json["seed"];
  r->passed = json["passed"];
  r->failure = json["failure"];
  r->events = json["events"];
  r->simulated = micros(json["us"]);
  r->operations = json["operations"];
  r->faults = json["faults"];
  r->acked = json["acked"];
  r->consumed = json["consumed"];
  r->loss_windows = json["loss_windows"];
  r->acts = json["acts"].get<std::map<std::string, std::int64_t>>();
  r->looks = json["looks"].get<std::map<std::string, std::int64_t>>();
  return true;
}

}  // namespace kscope::cli
