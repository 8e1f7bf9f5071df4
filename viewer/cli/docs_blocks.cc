#include "viewer/cli/docs_blocks.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "engine/base/error_code.h"
#include "engine/broker/broker_config.h"
#include "engine/cluster/config_catalog.h"
#include "engine/cluster/metrics_json.h"
#include "engine/coordinator/group/group_state.h"
#include "engine/event/render.h"
#include "engine/protocol/registry.h"
#include "engine/raft/quorum_state.h"
#include "engine/sim/command.h"
#include "engine/sim/invariants/invariants.h"
#include "engine/sim/scenario.h"
#include "viewer/cli/commands.h"

namespace kscope::cli {
namespace {

namespace fs = std::filesystem;

// A table cell must not contain the character that ends it.
std::string cell(std::string text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

const char* weight_name(event::Weight weight) {
  switch (weight) {
    case event::Weight::Detail:
      return "detail";
    case event::Weight::Change:
      return "change";
    case event::Weight::Drama:
      return "drama";
  }
  return "?";
}

std::string events(const std::string& subject) {
  std::string out = "| event | weight | fields | in words |\n|---|---|---|---|\n";
  for (const event::TypeRow& row : event::event_types()) {
    if (!subject.empty() && subject != event::to_string(row.info.subject)) continue;
    std::string fields;
    for (const char* field : row.fields)
      fields += (fields.empty() ? "" : ", ") + std::string(field);
    out += fmt::format("| {} | {} | {} | {} |\n", row.info.name, weight_name(row.info.weight),
                       fields, cell(row.info.sentence));
  }
  return out;
}

std::string errors() {
  std::string out = "| code | name | client may retry | meaning |\n|---|---|---|---|\n";
  for (const ErrorInfo& e : error_table()) {
    out += fmt::format("| {} | {} | {} | {} |\n", static_cast<int>(e.code), e.name,
                       e.retriable ? "yes" : "no", cell(e.meaning));
  }
  return out;
}

std::string range(const std::optional<protocol::VersionRange>& versions) {
  return versions ? fmt::format("{}–{}", versions->min, versions->max) : std::string("–");
}

std::string apis() {
  std::string out =
      "| key | API | codec | brokers serve | controllers serve | what it is for |\n"
      "|---|---|---|---|---|---|\n";
  for (const protocol::ApiEntry& api : protocol::api_table()) {
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", static_cast<int>(api.key), api.name,
                       range(api.implemented), range(api.on_broker), range(api.on_controller),
                       cell(api.meaning));
  }
  return out;
}

std::string settings() {
  std::string out = "| setting | default |\n|---|---|\n";
  for (const broker::SettingHelp& s : broker::broker_settings()) {
    out += fmt::format("| {} | {} |\n", s.name, s.default_value);
  }
  return out;
}

std::string configs(const std::string& owner) {
  std::string out =
      "| setting | type | default | limits | may be changed | here | meaning |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const ConfigKey& key : cluster::config_catalog()) {
    const std::string scope = to_string(key.scope);
    if (scope.substr(0, owner.size()) != owner) continue;
    const std::string when = !is_broker(key.scope) ? scope == "topic" ? "while it runs" : "at start"
                                                   : scope.substr(std::string("broker, ").size());
    const char* value = key.default_value == nullptr ? "null" : key.default_value;
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", key.name, to_string(key.type),
                       *value == '\0' ? "\"\"" : value, describe_limits(key), when,
                       to_string(key.effect), cell(key.meaning));
  }
  return out;
}

std::string commands() {
  std::string out = "| command | what it does |\n|---|---|\n";
  for (const sim::CommandHelp& c : sim::command_help()) {
    out += fmt::format("| `{}` | {} |\n", cell(c.syntax), cell(c.meaning));
  }
  return out;
}

std::string invariants() {
  std::string out = "| id | name | promise |\n|---|---|---|\n";
  for (const sim::InvariantInfo& i : sim::invariant_table()) {
    out += fmt::format("| {} | {} | {} |\n", i.id, cell(i.name), cell(i.promise));
  }
  return out;
}

std::string threshold_words(const cluster::MetricSpec& spec) {
  const std::string value = spec.metric == cluster::Metric::RequestQueueSize
                                ? "queued.max.requests − 1"
                                : fmt::format("{:g}", spec.threshold);
  switch (spec.when) {
    case cluster::AlertWhen::Never:
      return "–";
    case cluster::AlertWhen::Above:
      return "above " + value;
    case cluster::AlertWhen::Below:
      return "below " + value;
    case cluster::AlertWhen::NotEqual:
      return "not " + value + " (over the cluster)";
  }
  return "?";
}

std::string metrics() {
  std::string out;
  std::optional<cluster::MetricGroup> group;
  for (const cluster::MetricSpec& spec : cluster::metric_table()) {
    if (group != spec.group) {
      group = spec.group;
      out += fmt::format(
          "{}### {}\n\n| metric | kind | unit | meaning | alert when | what to make "
          "of it | Kafka's class |\n|---|---|---|---|---|---|---|\n",
          out.empty() ? "" : "\n", to_string(spec.group));
    }
    std::string name = cluster::full_name(spec, "");
    if (spec.tag[0] != '\0') name += fmt::format(",{}=…", spec.tag);
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", name, to_string(spec.kind),
                       spec.unit, cell(spec.meaning), threshold_words(spec), cell(spec.alert),
                       spec.kafka);
  }
  return out;
}

const char* epoch_rule(raft::EpochRule rule) {
  switch (rule) {
    case raft::EpochRule::Same:
      return "same epoch";
    case raft::EpochRule::Higher:
      return "higher epoch";
    case raft::EpochRule::SameOrHigher:
      return "same or higher epoch";
    case raft::EpochRule::Next:
      return "next epoch";
  }
  return "?";
}

std::string raft_roles() {
  std::string out = "```mermaid\nstateDiagram-v2\n";
  for (const raft::Transition& t : raft::kTransitions) {
    out += fmt::format("  {} --> {}: {}\n", event::to_string(t.from), event::to_string(t.to),
                       epoch_rule(t.epoch));
  }
  return out + "```\n";
}

std::string group_states() {
  std::string out = "```mermaid\nstateDiagram-v2\n  [*] --> Empty\n";
  std::string table = "| from | to | when |\n|---|---|---|\n";
  for (const coordinator::GroupTransition& t : coordinator::kClassicTransitions) {
    out += fmt::format("  {} --> {}\n", event::to_string(t.from), event::to_string(t.to));
    table += fmt::format("| {} | {} | {} |\n", event::to_string(t.from), event::to_string(t.to),
                         cell(t.when));
  }
  return out + "```\n\n" + table;
}

Result<std::string> scenarios() {
  std::vector<std::string> names;
  const std::string folder = std::string(KSCOPE_SOURCE_DIR) + "/tests/scenarios";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  std::string out = "| scenario | story | Kafka |\n|---|---|---|\n";
  for (const std::string& name : names) {
    const std::string path = folder + "/" + name + ".txt";
    KTRY_ASSIGN(const std::string text, read_file(path));
    KTRY_ASSIGN(const sim::Scenario scenario, sim::parse_scenario(text, path));
    out += fmt::format("| {} | {} | {} |\n", name, cell(scenario.title), cell(scenario.reference));
  }
  return out;
}

constexpr std::string_view kBegin = "<!-- generated: ";
constexpr std::string_view kEnd = "<!-- end generated -->";

}  // namespace

Result<std::string> docs_block(const std::string& specification) {
  const std::size_t space = specification.find(' ');
  const std::string name = specification.substr(0, space);
  const std::string rest =
      space == std::string::npos ? std::string() : specification.substr(space + 1);
  if (name == "events") return events(rest);
  if (name == "errors") return errors();
  if (name == "apis") return apis();
  if (name == "settings") return settings();
  if (name == "commands") return commands();
  if (name == "configs") return configs(rest);
  if (name == "invariants") return invariants();
  if (name == "metrics") return metrics();
  if (name == "raft-roles") return raft_roles();
  if (name == "group-states") return group_states();
  if (name == "scenarios") return scenarios();
  if (name == "sequence") return sequence_diagram(rest);
  if (name == "assignor") return assignor_example(rest);
  return Error{ErrorKind::Invalid, fmt::format("there is no generated block \"{}\"", name)};
}

Result<std::string> fill_docs_blocks(const std::string& page) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t begin = page.find(kBegin, at);
    if (begin == std::string::npos) return out + page.substr(at);
    const std::size_t close = page.find(" -->", begin);
    const std::size_t end = page.find(kEnd, begin);
    if (close == std::string::npos || end == std::string::npos) {
      return Error{ErrorKind::Corrupt, "a generated block has no end"};
    }
    const std::string specification =
        page.substr(begin + kBegin.size(), close - begin - kBegin.size());
    KTRY_ASSIGN(const std::string text, docs_block(specification));
    out += page.substr(at, close + 4 - at) + "\n" + text;
    at = end;
  }
}

}  // namespace kscope::cli
