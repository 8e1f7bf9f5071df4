#include "engine/sim/scenario_runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "engine/cluster/metrics_json.h"
#include "engine/event/render.h"

namespace kscope::sim {
namespace {

using event::Subject;

constexpr std::string_view kMetric = "metric ";

/// May an event of this subject move what the path reads? Looking only then keeps `until` cheap.
bool may_move(const std::string& path, Subject subject) {
  if (subject == Subject::Machine || subject == Subject::Fault) return true;
  if (path.starts_with("quorum") || path.starts_with("controller"))
    return subject == Subject::Raft || subject == Subject::Controller ||
           subject == Subject::Storage;
  if (path.starts_with("partition")) return subject == Subject::Controller;
  if (path.starts_with("replica"))
    return subject == Subject::Storage || subject == Subject::Replication;
  if (path.starts_with("group")) return subject == Subject::Group;
  if (path.starts_with("broker"))
    return subject == Subject::Broker || subject == Subject::Controller;
  if (path.starts_with("producer") || path.starts_with("consumer"))
    return subject == Subject::Client;
  return true;
}

}  // namespace

ScenarioRunner::ScenarioRunner(Scenario scenario, const ScenarioOptions& options, Narrator narrator)
    : scenario_(std::move(scenario)), options_(options), narrator_(std::move(narrator)) {
  machine_ = std::make_unique<TimeMachine>(scenario_.spec, options_.seed.value_or(scenario_.seed));
}

int ScenarioRunner::next_line() const {
  if (!outcome_.passed || next_ >= scenario_.statements.size()) return 0;
  return scenario_.statements[next_].line;
}

bool ScenarioRunner::step() {
  if (next_line() == 0) return false;
  const Statement& statement = scenario_.statements[next_++];
  say(fmt::format("> {}", statement.text));
  const bool held = play(statement);
  narrate_events();
  if (!held) say(fmt::format("FAILED {}", outcome_.failure));
  if (held && next_ == scenario_.statements.size()) finish();
  return held;
}

ScenarioOutcome ScenarioRunner::run() {
  while (step()) {
  }
  return outcome_;
}

void ScenarioRunner::finish() {
  const auto& violations = machine_->world().violations();
  if (violations.empty() || violations_expected_) return;
  outcome_ = {false, fmt::format("{}: {} was violated: {}", scenario_.file,
                                 violations.front().invariant, violations.front().text)};
  say(fmt::format("FAILED {}", outcome_.failure));
}

bool ScenarioRunner::fail(const Statement& statement, const std::string& what) {
  outcome_ = {false, fmt::format("{}:{}: {}", scenario_.file, statement.line, what)};
  return false;
}

bool ScenarioRunner::play(const Statement& s) {
  switch (s.kind) {
    case StatementKind::Do: {
      const auto done = machine_->act(s.command);
      return done.ok() || fail(s, done.error().message);
    }
    case StatementKind::At: {
      const Instant at = Instant{} + s.time;
      if (at < machine_->now())
        return fail(s, fmt::format("it is {} already", format_instant(machine_->now())));
      machine_->schedule({at, s.command, {}});
      return true;
    }
    case StatementKind::Run:
      machine_->run_until(machine_->now() + s.time);
      waited_ = machine_->present();
      return true;
    case StatementKind::Until:
      return until(s);
    case StatementKind::UntilEvent:
      return until_event(s);
    case StatementKind::Expect:
      return expect(s);
    case StatementKind::ExpectEvent:
      return expect_event(s);
    case StatementKind::ExpectNoViolations:
      if (machine_->world().violations().empty()) return true;
      return fail(
          s, fmt::format("{} was violated: {}", machine_->world().violations().front().invariant,
                         machine_->world().violations().front().text));
    case StatementKind::ExpectViolation:
      return expect_violation(s);
    case StatementKind::Mark:
      mark_ = machine_->present();
      return true;
    case StatementKind::Show:
      say(show(machine_->world().snapshot(), s.command));
      return true;
  }
  return false;
}

// A place in the snapshot, or a metric (cluster/metrics_json.h).
std::string ScenarioRunner::read(const std::string& path) {
  if (!path.starts_with(kMetric)) return cluster::read_path(machine_->world().snapshot(), path);
  const World& world = machine_->world();
  const cluster::MetricsFold& metrics = metrics_.at(
      machine_->present(), machine_->now(), world.snapshot(),
      cluster::MetricSettings::from(world.spec().config), world.names(),
      [&](EventSeq seq) -> const event::Event& { return machine_->event(seq); });
  return cluster::read_metric_path(metrics, std::string_view(path).substr(kMetric.size()));
}

bool ScenarioRunner::until(const Statement& s) {
  const Instant last = machine_->now() + s.time;
  std::string found;
  const auto holds = [&] {
    found = read(s.path);
    return cluster::compare(found, s.comparison, s.value);
  };
  const auto done = [&] {
    waited_ = machine_->present();
    return true;
  };
  if (holds()) return done();
  while (machine_->world().next_item_at().value_or(last + Duration(1)) <= last) {
    const std::uint64_t before = machine_->present().value();
    if (!machine_->step()) break;
    bool look = false;
    for (std::uint64_t seq = before + 1; seq <= machine_->present().value() && !look; ++seq)
      look = may_move(s.path, event::info_of(machine_->event(EventSeq(seq)).body).subject);
    if (look && holds()) return done();
  }
  return fail(
      s, fmt::format("expected {} {} {} within {}, it is {}", s.path,
                     cluster::to_string(s.comparison), s.value, format_duration(s.time), found));
}

bool ScenarioRunner::until_event(const Statement& s) {
  const Instant last = machine_->now() + s.time;
  do {
    while (waited_ < machine_->present()) {
      waited_ = EventSeq(waited_.value() + 1);
      if (matches(machine_->event(waited_), s.event)) return true;
    }
  } while (machine_->world().next_item_at().value_or(last + Duration(1)) <= last &&
           machine_->step());
  return fail(s, fmt::format("expected the event {} within {}, it did not happen", s.event.name,
                             format_duration(s.time)));
}

bool ScenarioRunner::expect(const Statement& s) {
  const std::string found = read(s.path);
  if (cluster::compare(found, s.comparison, s.value)) return true;
  return fail(s, fmt::format("expected {} {} {}, it is {}", s.path,
                             cluster::to_string(s.comparison), s.value, found));
}

bool ScenarioRunner::expect_event(const Statement& s) {
  std::int64_t count = 0;
  for (std::uint64_t seq = mark_.value() + 1; seq <= machine_->present().value(); ++seq)
    count += matches(machine_->event(EventSeq(seq)), s.event);
  if (cluster::compare(std::to_string(count), s.comparison, s.value)) return true;
  return fail(s, fmt::format("expected {} {} {} times, it happened {} times", s.event.name,
                             cluster::to_string(s.comparison), s.value, count));
}

bool ScenarioRunner::expect_violation(const Statement& s) {
  violations_expected_ = true;
  for (const cluster::Violation& v : machine_->world().violations())
    if (v.invariant == s.command) return true;
  return fail(s, fmt::format("expected {} to be violated, it was not", s.command));
}

bool ScenarioRunner::matches(const event::Event& event, const EventPattern& pattern) const {
  if (pattern.name != event::info_of(event.body).name) return false;
  if (pattern.fields.empty()) return true;
  const auto fields = event::fields_of(event.body, machine_->world().names());
  for (const auto& [name, wanted] : pattern.fields) {
    std::string found = std::to_string(event.node.value());
    for (const event::Field& field : fields)
      if (name == field.name) found = field.text;
    std::replace(found.begin(), found.end(), ' ', '-');  // "diverging epoch": one word in a script
    if (!cluster::compare(found, cluster::Comparison::Equal, wanted)) return false;
  }
  return true;
}

// ---- the story --------------------------------------------------------------------------------

void ScenarioRunner::say(const std::string& line) {
  if (narrator_) narrator_(line);
}

std::string ScenarioRunner::name_of(NodeId node, Subject subject) {
  const std::int32_t id = node.value();
  if (id <= scenario_.spec.nodes()) {
    const bool quorum = subject == Subject::Raft || subject == Subject::Controller ||
                        !scenario_.spec.has_broker(id);
    return fmt::format("{} {}", quorum ? "controller" : "broker", id);
  }
  std::string& name = client_names_[id];
  if (name.empty()) name = machine_->world().snapshot().name_of(id);
  return name;
}

void ScenarioRunner::narrate_events() {
  if (!narrator_) return;
  const auto namer = [this](NodeId node, Subject subject) { return name_of(node, subject); };
  for (std::uint64_t seq = narrated_.value() + 1; seq <= machine_->present().value(); ++seq) {
    const event::Event& event = machine_->event(EventSeq(seq));
    const bool is_told = event::info_of(event.body).weight >= options_.weight;
    if (!is_told && !event::is_answer(event.body)) continue;
    say(fmt::format("  {:>10}  {}", format_instant(event.at),
                    event::sentence(event, machine_->world().names(), namer)));
  }
  narrated_ = machine_->present();
  const auto& violations = machine_->world().violations();
  for (; violations_told_ < violations.size(); ++violations_told_) {
    const cluster::Violation& v = violations[violations_told_];
    say(fmt::format("  {:>10}  VIOLATED {}: {}", format_instant(v.at), v.invariant, v.text));
  }
}

cluster::Json run_result(const World& world) {
  cluster::Json state = cluster::to_json(world.snapshot());
  cluster::Json violations = state["violations"];
  return {{"seed", world.seed()},
          {"events", world.last_event().value()},
          {"hash", fmt::format("{:016x}", world.hash())},
          {"state", std::move(state)},
          {"violations", std::move(violations)}};
}

}  // namespace kscope::sim
