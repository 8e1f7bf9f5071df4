#include "viewer/lab/lab_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/event/render.h"
#include "engine/sim/command.h"
#include "viewer/lab/condition.h"

namespace kscope::lab {

namespace {

constexpr std::int64_t kMaxPoints = 100;
constexpr Duration kDefaultWithin = seconds(60);

bool is_slug(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

constexpr const char* kTextExample = "texts by language, such as {\"en\": \"…\"}";

Text read_text(JsonValue value) {
  Text text;
  if (!value.present()) return text;
  if (!value.is_object() || !value.raw()->contains("en")) {
    value.expected(kTextExample);
    return text;
  }
  for (auto& [language, member] : value.members()) text[language] = member.string();
  return text;
}

TextList read_text_list(JsonValue value) {
  TextList lists;
  if (!value.present()) return lists;
  if (!value.is_object() || !value.raw()->contains("en")) {
    value.expected("lists of texts by language, such as {\"en\": [\"…\"]}");
    return lists;
  }
  for (auto& [language, member] : value.members()) {
    for (JsonValue& element : member.elements(1)) lists[language].push_back(element.string());
  }
  return lists;
}

ScriptItem read_script_item(JsonValue value) {
  ScriptItem item;
  if (value.is_string()) {
    const std::string line = value.string();
    if (line.rfind("run ", 0) == 0) {
      if (!parse_duration(line.substr(4), &item.run) || item.run <= Duration{0}) {
        value.expected("run and a duration, such as \"run 2s\"");
      }
      return item;
    }
    const auto parsed = sim::parse_command(line);
    if (!parsed.ok()) value.problem(parsed.error().message);
    item.command = line;
    return item;
  }
  if (!value.is_object()) {
    value.expected("a command, \"run DURATION\" or {\"until\": …, \"within\": …}");
    return item;
  }
  item.until = read_condition(value.at("until"));
  JsonValue within = value.maybe("within");
  item.within = within.present() ? within.duration() : kDefaultWithin;
  value.finish();
  return item;
}

Script read_script(JsonValue value, std::size_t at_least) {
  Script script;
  for (JsonValue& element : value.elements(at_least)) script.push_back(read_script_item(element));
  return script;
}

void read_spec(JsonValue value, Lab* lab) {
  if (!value.present()) return;
  sim::ClusterSpec& spec = lab->spec;
  constexpr std::int64_t kMaxNodes = static_cast<std::int64_t>(NodeList::kMax);
  if (JsonValue v = value.maybe("brokers"); v.present()) {
    spec.brokers = static_cast<std::int32_t>(v.integer(1, kMaxNodes));
  }
  if (JsonValue v = value.maybe("roles"); v.present()) {
    const std::string roles = v.string();
    spec.isolated = roles == "isolated";
    if (!spec.isolated && roles != "combined") v.expected("combined or isolated");
  }
  JsonValue controllers = value.maybe("controllers");
  const std::int64_t room = spec.isolated ? kMaxNodes - spec.brokers : spec.brokers;
  spec.controllers = std::min(spec.controllers, static_cast<std::int32_t>(room));
  if (controllers.present()) {
    spec.controllers = static_cast<std::int32_t>(controllers.integer(1, room));
  }
  if (JsonValue v = value.maybe("standby"); v.present()) {
    spec.standby = static_cast<std::int32_t>(v.integer(0, room - spec.controllers));
  }
  if (JsonValue v = value.maybe("kraft_version"); v.present()) {
    spec.kraft_version = static_cast<std::int16_t>(v.integer(0, 1));
  }
  if (JsonValue v = value.maybe("seed"); v.present()) {
    lab->seed = static_cast<std::uint64_t>(v.integer(0, std::int64_t{1} << 53));
  }
  if (JsonValue v = value.maybe("latency"); v.present()) {
    auto bounds = v.elements(2);
    if (bounds.size() == 2) {
      spec.latency_min = bounds[0].duration();
      spec.latency_max = bounds[1].duration();
      if (spec.latency_min > spec.latency_max) v.expected("the shorter latency first");
    } else if (bounds.size() > 2) {
      v.expected("two durations");
    }
  }
  if (JsonValue v = value.maybe("flush"); v.present()) spec.flush_time = v.duration();
  if (JsonValue v = value.maybe("config"); v.present()) {
    for (auto& [name, setting] : v.members()) spec.config[name] = setting.string();
  }
  value.finish();
}

StepKind read_kind(JsonValue value) {
  constexpr StepKind kAll[] = {StepKind::Explain, StepKind::Predict, StepKind::Do,
                               StepKind::Inject,  StepKind::Observe, StepKind::Check};
  if (!value.present()) return StepKind::Explain;
  const std::string name = value.is_string() ? value.raw()->get<std::string>() : "";
  for (const StepKind kind : kAll) {
    if (name == to_string(kind)) return kind;
  }
  value.expected("one of explain, predict, do, inject, observe, check");
  return StepKind::Explain;
}

void read_predict(JsonValue& value, Step* step) {
  step->text = read_text(value.at("question"));
  JsonValue answers = value.at("answers");
  for (JsonValue& element : answers.elements(2)) {
    Answer answer;
    answer.id = element.at("id").string();
    answer.text = read_text(element.at("text"));
    answer.holds = read_condition(element.at("holds"));
    element.finish();
    for (const Answer& other : step->answers) {
      if (other.id == answer.id) element.problem("the answer id \"" + answer.id + "\" is taken");
    }
    step->answers.push_back(std::move(answer));
  }
  step->settled_by = value.at("settled_by").string();
  step->because = read_text(value.at("because"));
}

Duration read_within(JsonValue value) {
  return value.present() ? value.duration() : kDefaultWithin;
}

std::string read_figure_place(JsonValue value) {
  if (!value.present()) return "";
  const std::string place = value.string();
  if (const std::string wrong = check_place(place); !wrong.empty()) value.problem(wrong);
  return place;
}

void read_figures(JsonValue& value, Step* step) {
  step->figures_of = read_figure_place(value.maybe("figures_of"));
  JsonValue figures = value.maybe("figures");
  if (!figures.present()) return;
  for (JsonValue& element : figures.elements(1)) {
    Figure figure{read_text(element.at("label")), read_figure_place(element.at("path")),
                  element.at("unit").string()};
    element.finish();
    step->figures.push_back(std::move(figure));
  }
}

void read_by_kind(JsonValue& value, Step* step) {
  switch (step->kind) {
    case StepKind::Explain:
      step->text = read_text(value.at("text"));
      break;
    case StepKind::Predict:
      read_predict(value, step);
      break;
    case StepKind::Do:
      step->text = read_text(value.at("text"));
      step->goal = read_condition(value.at("goal"));
      step->within = read_within(value.maybe("within"));
      step->script = read_script(value.at("solution"), 1);
      if (JsonValue worst = value.maybe("worst"); worst.present()) {
        step->worst = read_script(worst, 1);
      }
      break;
    case StepKind::Inject:
      step->text = read_text(value.at("text"));
      step->script = read_script(value.at("run"), 1);
      break;
    case StepKind::Observe:
      step->text = read_text(value.at("text"));
      step->goal = read_condition(value.at("until"));
      step->within = read_within(value.maybe("within"));
      break;
    case StepKind::Check: {
      step->text = read_text(value.maybe("text"));
      JsonValue checks = value.at("checks");
      for (JsonValue& element : checks.elements(1)) {
        Check check{read_text(element.at("that")), read_condition(element.at("holds"))};
        element.finish();
        step->checks.push_back(std::move(check));
      }
      read_figures(value, step);
      break;
    }
  }
}

Step read_step(JsonValue value) {
  Step step;
  if (!value.is_object()) {
    value.expected("a step: an object with id, kind and title");
    return step;
  }
  JsonValue id = value.at("id");
  step.id = id.string();
  if (id.present() && !is_slug(step.id)) id.expected("small letters, digits and dashes");
  step.kind = read_kind(value.at("kind"));
  step.title = read_text(value.at("title"));
  for (JsonValue& hint : value.maybe("hints").elements()) step.hints.push_back(read_text(hint));
  const bool graded =
      step.kind == StepKind::Predict || step.kind == StepKind::Do || step.kind == StepKind::Check;
  if (graded) {
    JsonValue points = value.maybe("points");
    step.points = points.present() ? static_cast<std::int32_t>(points.integer(0, kMaxPoints)) : 1;
  }
  JsonValue remember = value.maybe("remember");
  if (remember.present()) {
    for (auto& [name, place] : remember.members()) step.remember[name] = place.string();
  }
  read_by_kind(value, &step);
  value.finish();
  return step;
}

/// What one member alone cannot tell: references between steps.
class ReferenceCheck {
 public:
  ReferenceCheck(const Lab& lab, JsonProblems* problems) : lab_(lab), problems_(problems) {}

  void run() {
    for (std::size_t i = 0; i < lab_.steps.size(); ++i) check_step(i);
  }

 private:
  void check_step(std::size_t i) {
    const Step& step = lab_.steps[i];
    const std::string where = fmt::format("/steps/{}", i);
    for (std::size_t j = 0; j < i; ++j) {
      if (lab_.steps[j].id == step.id) {
        problems_->add(where + "/id", fmt::format("step {} has the id \"{}\", too", j, step.id));
      }
    }
    if (step.goal) check_condition(*step.goal, i, where);
    for (const Check& check : step.checks) check_condition(check.holds, i, where + "/checks");
    for (const ScriptItem& item : step.script) {
      if (item.until) check_condition(*item.until, i, where);
    }
    if (step.kind == StepKind::Predict && !step.settled_by.empty()) check_prediction(i, where);
  }

  void check_prediction(std::size_t i, const std::string& where) {
    const Step& step = lab_.steps[i];
    const std::size_t settles = index_of(step.settled_by);
    if (settles >= lab_.steps.size() || settles <= i) {
      problems_->add(where + "/settled_by",
                     fmt::format("expected the id of a later step, found \"{}\"", step.settled_by));
      return;
    }
    for (const Answer& answer : step.answers) {
      check_condition(answer.holds, settles, where + "/answers");
    }
  }

  void check_condition(const Condition& c, std::size_t at, const std::string& where) {
    if (!c.since.empty() && index_of(c.since) > at) {
      problems_->add(where, fmt::format("\"since\": no step \"{}\" up to here", c.since));
    }
    if (!c.remembered.empty() && !is_remembered(c.remembered, at)) {
      problems_->add(where, fmt::format("\"remembered\": no step before this one remembers \"{}\"",
                                        c.remembered));
    }
    for (const Condition& part : c.parts) check_condition(part, at, where);
  }

  bool is_remembered(const std::string& name, std::size_t before) const {
    for (std::size_t i = 0; i < before; ++i) {
      if (lab_.steps[i].remember.count(name) > 0) return true;
    }
    return false;
  }

  std::size_t index_of(const std::string& id) const {
    for (std::size_t i = 0; i < lab_.steps.size(); ++i) {
      if (lab_.steps[i].id == id) return i;
    }
    return lab_.steps.size();
  }

  const Lab& lab_;
  JsonProblems* problems_;
};

/// Beginnings of the tabs' names. The viewer may know more or fewer tabs than this list: a lab
/// whose screen it lacks opens on the Cluster screen.
constexpr const char* kLabScreens[] = {"cluster", "partition", "log",     "retention", "quorum",
                                       "groups",  "sequence",  "request", "metrics",   "config"};

void read_screen(JsonValue value, Lab* lab) {
  lab->screen = value.string();
  const bool known = std::any_of(std::begin(kLabScreens), std::end(kLabScreens),
                                 [&](const char* screen) { return lab->screen == screen; });
  if (!known) value.expected(fmt::format("one of {}", fmt::join(kLabScreens, ", ")));
}

void read_lab(JsonValue root, Lab* lab) {
  JsonValue format = root.at("format");
  if (format.present() && format.integer(0, 1'000'000) != kLabFormat) {
    format.expected(fmt::format("{}: the format that this version reads", kLabFormat));
  }
  lab->title = read_text(root.at("title"));
  lab->chapter = root.at("chapter").string();
  lab->minutes = static_cast<std::int32_t>(root.at("minutes").integer(1, 600));
  lab->objectives = read_text_list(root.at("objectives"));
  if (JsonValue screen = root.maybe("screen"); screen.present()) read_screen(screen, lab);
  if (JsonValue pass = root.maybe("pass_percent"); pass.present()) {
    lab->pass_percent = static_cast<std::int32_t>(pass.integer(0, 100));
  }
  read_spec(root.at("cluster"), lab);
  if (JsonValue setup = root.maybe("setup"); setup.present()) lab->setup = read_script(setup, 0);
  JsonValue steps = root.at("steps");
  for (JsonValue& element : steps.elements(1)) lab->steps.push_back(read_step(element));
  root.finish();
}

}  // namespace

LoadedLab parse_lab(const std::string& text, const std::string& file, const std::string& id) {
  LoadedLab loaded;
  loaded.lab.id = id;
  loaded.lab.file = file;
  JsonProblems problems{file, {}};
  if (const auto json = parse_json(text, &problems)) {
    JsonValue root(&*json, "", &problems);
    if (root.is_object()) {
      read_lab(root, &loaded.lab);
      ReferenceCheck(loaded.lab, &problems).run();
    } else {
      root.expected("an object that describes a lab");
    }
  }
  loaded.problems = std::move(problems.found);
  return loaded;
}

}  // namespace kscope::lab
