#include "engine/sim/scenario.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "engine/broker/broker_config.h"
#include "engine/cluster/metrics_json.h"
#include "engine/event/render.h"
#include "engine/sim/command.h"

namespace kscope::sim {
namespace {

Error invalid(std::string message) { return {ErrorKind::Invalid, std::move(message)}; }

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trim(text)).empty()) {
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::string join(const std::vector<std::string>& words, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t i = from; i < to; ++i) out += (out.empty() ? "" : " ") + words[i];
  return out;
}

template <class Number>
bool parse_number(const std::string& text, Number* out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *out);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// ---- the cluster line -------------------------------------------------------------------------

Result<void> set_range(const std::string& value, ClusterSpec& spec) {
  const auto dots = value.find("..");
  const std::string low = value.substr(0, dots);
  const std::string high = dots == std::string::npos ? low : value.substr(dots + 2);
  if (!parse_duration(low, &spec.latency_min) || !parse_duration(high, &spec.latency_max) ||
      spec.latency_min > spec.latency_max)
    return invalid(
        fmt::format("latency= takes MIN..MAX such as 400us..1200us, found \"{}\"", value));
  return {};
}

Result<void> set_cluster_option(const std::string& key, const std::string& value,
                                Scenario& scenario) {
  ClusterSpec& spec = scenario.spec;
  if (key == "brokers" || key == "controllers") {
    std::int32_t& count = key == "brokers" ? spec.brokers : spec.controllers;
    if (!parse_number(value, &count) || count < 1 || count > 12)
      return invalid(fmt::format("{}= takes a number from 1 to 12, found \"{}\"", key, value));
    return {};
  }
  if (key == "seed") {
    if (!parse_number(value, &scenario.seed))
      return invalid(fmt::format("seed= takes a number, found \"{}\"", value));
    return {};
  }
  if (key == "roles") {
    if (value != "combined" && value != "isolated")
      return invalid(fmt::format("roles= takes combined or isolated, found \"{}\"", value));
    spec.isolated = value == "isolated";
    return {};
  }
  if (key == "standby") {
    if (!parse_number(value, &spec.standby) || spec.standby < 0 || spec.standby > 4)
      return invalid(fmt::format("standby= takes a number from 0 to 4, found \"{}\"", value));
    return {};
  }
  if (key == "kraft-version") {
    if (value != "0" && value != "1")
      return invalid(fmt::format("kraft-version= takes 0 or 1, found \"{}\"", value));
    spec.kraft_version = value == "1" ? 1 : 0;
    return {};
  }
  if (key == "latency") return set_range(value, spec);
  if (key == "flush") {
    if (!parse_duration(value, &spec.flush_time))
      return invalid(fmt::format("flush= takes a duration such as 300us, found \"{}\"", value));
    return {};
  }
  if (key.find('.') == std::string::npos)
    return invalid(
        fmt::format("there is no cluster option \"{}\" (brokers, controllers, seed, "
                    "roles, standby, kraft-version, latency, flush, or a broker setting such as "
                    "min.insync.replicas)",
                    key));
  spec.config[key] = value;
  return {};
}

Result<void> parse_cluster(const std::vector<std::string>& words, Scenario& scenario) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos)
      return invalid(fmt::format("cluster: expected NAME=VALUE, found \"{}\"", words[i]));
    KTRY(set_cluster_option(words[i].substr(0, equals), words[i].substr(equals + 1), scenario));
  }
  const ClusterSpec& spec = scenario.spec;
  if (!spec.isolated && spec.controllers + spec.standby > spec.brokers)
    return invalid(
        fmt::format("cluster: {} controllers need at least as many brokers (the nodes "
                    "are combined), found {}",
                    spec.controllers + spec.standby, spec.brokers));
  if (spec.nodes() > 12)
    return invalid(fmt::format("cluster: at most 12 nodes, found {}", spec.nodes()));
  // With a setting that it cannot read no broker would start; here it can be said why.
  const auto settings = broker::BrokerConfig::parse(NodeId(1), "", {}, spec.config);
  if (!settings.ok()) return invalid("cluster: " + settings.error().message);
  return {};
}

// ---- statements -------------------------------------------------------------------------------

using Words = std::vector<std::string>;

/// words[from..to) are NAME field=value …
Result<EventPattern> parse_pattern(const Words& words, std::size_t from, std::size_t to) {
  if (from >= to) return invalid("expected the name of an event, found nothing");
  const auto types = event::event_types();
  const auto type = std::find_if(types.begin(), types.end(), [&](const event::TypeRow& row) {
    return words[from] == row.info.name;
  });
  if (type == types.end())
    return invalid(
        fmt::format("there is no event \"{}\" (such as HighWatermarkAdvanced)", words[from]));
  EventPattern pattern{words[from], {}};
  for (std::size_t i = from + 1; i < to; ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos)
      return invalid(fmt::format("expected FIELD=VALUE, found \"{}\"", words[i]));
    const std::string field = words[i].substr(0, equals);
    std::string known = "node";
    bool found = field == "node";
    for (const char* name : type->fields) {
      known += fmt::format(", {}", name);
      found = found || field == name;
    }
    if (!found)
      return invalid(fmt::format("{} has no field \"{}\" (it has {})", pattern.name, field, known));
    pattern.fields.emplace_back(field, words[i].substr(equals + 1));
  }
  return pattern;
}

Result<void> parse_condition(const Words& words, std::size_t from, std::size_t to, Statement& s) {
  std::size_t at = from;
  while (at < to && !cluster::parse_comparison(words[at])) ++at;
  if (at == to || at + 1 >= to)
    return invalid("expected PATH OPERATOR VALUE, such as partition orders-0 leader == 2");
  s.path = join(words, from, at);
  s.comparison = *cluster::parse_comparison(words[at]);
  s.value = join(words, at + 1, to);
  constexpr std::string_view kMetric = "metric ";
  if (s.path.starts_with(kMetric)) {
    return cluster::check_metric_path(std::string_view(s.path).substr(kMetric.size()));
  }
  return cluster::check_path(s.path);
}

Result<void> parse_until(const Words& words, Statement& s) {
  const std::size_t n = words.size();
  if (n < 4 || words[n - 2] != "within" || !parse_duration(words[n - 1], &s.time))
    return invalid("expected \"within DURATION\" at the end, such as within 10s");
  if (words[1] == "event") {
    s.kind = StatementKind::UntilEvent;
    KTRY_ASSIGN(s.event, parse_pattern(words, 2, n - 2));
    return {};
  }
  s.kind = StatementKind::Until;
  return parse_condition(words, 1, n - 2, s);
}

Result<void> parse_expect_event(const Words& words, Statement& s) {
  s.kind = StatementKind::ExpectEvent;
  std::size_t end = words.size();
  const bool none = words[1] == "no";
  s.comparison = none ? cluster::Comparison::Equal : cluster::Comparison::GreaterOrEqual;
  s.value = none ? "0" : "1";
  const auto count = std::find(words.begin(), words.end(), "count");
  if (!none && count != words.end()) {
    end = static_cast<std::size_t>(count - words.begin());
    std::int64_t number = 0;
    const auto op = end + 3 == words.size() ? cluster::parse_comparison(words[end + 1])
                                            : std::optional<cluster::Comparison>();
    if (!op || !parse_number(words[end + 2], &number))
      return invalid("expected count OPERATOR NUMBER, such as count >= 2");
    s.comparison = *op;
    s.value = words[end + 2];
  }
  KTRY_ASSIGN(s.event, parse_pattern(words, none ? 3 : 2, end));
  return {};
}

Result<void> parse_expect(const Words& words, Statement& s) {
  const bool no = words.size() > 1 && words[1] == "no";
  if (no && words.size() == 3 && words[2] == "violations") {
    s.kind = StatementKind::ExpectNoViolations;
    return {};
  }
  if (words.size() == 3 && words[1] == "violation") {
    s.kind = StatementKind::ExpectViolation;
    s.command = words[2];
    return {};
  }
  if (words.size() > 1 && (words[1] == "event" || (no && words.size() > 2 && words[2] == "event")))
    return parse_expect_event(words, s);
  s.kind = StatementKind::Expect;
  return parse_condition(words, 1, words.size(), s);
}

Result<void> parse_at(const Words& words, std::string_view line, Statement& s) {
  s.kind = StatementKind::At;
  if (words.size() < 3 || !parse_duration(words[1], &s.time))
    return invalid("expected at TIME COMMAND, such as at 2s crash broker 1");
  std::string_view rest = trim(line.substr(2));
  s.command = trim(rest.substr(words[1].size()));
  const auto command = parse_command(s.command);
  return command.ok() ? Result<void>() : command.error();
}

Result<Statement> parse_statement(std::string_view line) {
  const Words words = words_of(line);
  Statement s;
  s.text = line;
  if (words[0] == "mark" && words.size() == 1) {
    s.kind = StatementKind::Mark;
  } else if (words[0] == "run") {
    s.kind = StatementKind::Run;
    if (words.size() != 2 || !parse_duration(words[1], &s.time))
      return invalid("expected run DURATION, such as run 3s");
  } else if (words[0] == "until") {
    KTRY(parse_until(words, s));
  } else if (words[0] == "expect") {
    KTRY(parse_expect(words, s));
  } else if (words[0] == "at") {
    KTRY(parse_at(words, line, s));
  } else if (words[0] == "show") {
    static constexpr std::string_view kThings[] = {"isr", "logs", "quorum", "clients", "frames"};
    s.kind = StatementKind::Show;
    if (words.size() != 2 ||
        std::find(std::begin(kThings), std::end(kThings), words[1]) == std::end(kThings))
      return invalid("expected show isr, logs, quorum, clients or frames");
    s.command = words[1];
  } else {
    s.kind = StatementKind::Do;
    s.command = line;
    const auto command = parse_command(line);
    if (!command.ok()) return command.error();
  }
  return s;
}

void add_comment(std::string_view text, Scenario& scenario) {
  static constexpr std::string_view kReference = "Kafka:";
  if (text.starts_with(kReference)) {
    scenario.reference = trim(text.substr(kReference.size()));
  } else if (scenario.title.empty()) {
    scenario.title = text;
  } else if (scenario.statements.empty() && !text.empty()) {
    scenario.description += (scenario.description.empty() ? "" : " ") + std::string(text);
  }
}

Result<void> parse_line(std::string_view line, int number, bool& has_cluster, Scenario& scenario) {
  if (line.starts_with("cluster ") || line == "cluster") {
    if (has_cluster) return invalid("there is a cluster line already");
    has_cluster = true;
    return parse_cluster(words_of(line), scenario);
  }
  if (!has_cluster)
    return invalid("expected the cluster line first, such as cluster brokers=3 controllers=3");
  KTRY_ASSIGN(Statement statement, parse_statement(line));
  statement.line = number;
  scenario.statements.push_back(std::move(statement));
  return {};
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, const std::string& file) {
  Scenario scenario;
  scenario.file = file;
  bool has_cluster = false;
  int number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.starts_with('#')) {
      if (!has_cluster) add_comment(trim(line.substr(1)), scenario);
      continue;
    }
    if (const auto comment = line.find(" #"); comment != line.npos)
      line = trim(line.substr(0, comment));
    if (line.empty()) continue;
    if (const auto parsed = parse_line(line, number, has_cluster, scenario); !parsed.ok())
      return invalid(fmt::format("{}:{}: {}", file, number, parsed.error().message));
  }
  if (!has_cluster)
    return invalid(
        fmt::format("{}:{}: expected a cluster line, such as cluster brokers=3 "
                    "controllers=3",
                    file, number));
  return scenario;
}

}  // namespace kscope::sim
