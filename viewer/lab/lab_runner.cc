#include "viewer/lab/lab_runner.h"

#include <fmt/core.h>

#include "viewer/session/time_machine_port.h"

namespace kscope::lab {

namespace {

/// Scripts wait in the cluster's time and each wait has its own limit; this only bounds nonsense.
constexpr Duration kLongestScript = seconds(3600);
constexpr int kMaxAttempts = 20;

void play_out(LabRun& run, viewer::Machine& machine, Duration limit) {
  run_until(machine, limit, [&] { return run.poll(machine); });
}

/// True if every command was accepted.
bool do_commands(LabRun& run, viewer::Machine& machine, Student& student,
                 const std::vector<std::string>& commands) {
  bool accepted = true;
  for (const std::string& command : commands) {
    Duration pause{0};
    if (command.rfind("run ", 0) == 0 && parse_duration(command.substr(4), &pause)) {
      run_until(machine, pause, [&] { return run.poll(machine); });
      continue;
    }
    if (const auto acted = machine.act(command); !acted.ok()) {
      student.refused(command, acted.error());
      accepted = false;
    }
  }
  return accepted;
}

void play_do(LabRun& run, viewer::Machine& machine, Student& student) {
  for (int attempt = 0; attempt < kMaxAttempts && !run.poll(machine); ++attempt) {
    const std::vector<std::string> commands = student.act(run.step(), attempt);
    if (commands.empty()) break;
    if (do_commands(run, machine, student, commands)) play_out(run, machine, run.step().within);
  }
  if (run.poll(machine)) return;
  run.show(machine);
  play_out(run, machine, kLongestScript);
}

void play_step(LabRun& run, viewer::Machine& machine, Student& student) {
  switch (run.step().kind) {
    case StepKind::Explain:
      run.read_on();
      break;
    case StepKind::Predict: {
      const auto answer = student.predict(run.step());
      if (!answer || !run.lock(*answer).ok()) run.give_up(machine);
      break;
    }
    case StepKind::Do:
      play_do(run, machine, student);
      break;
    case StepKind::Inject:
      play_out(run, machine, kLongestScript);
      break;
    case StepKind::Observe:
      play_out(run, machine, run.step().within);
      break;
    case StepKind::Check:
      run.poll(machine);
      break;
  }
}

LabReport report_of(const LabRun& run) {
  LabReport report;
  const Lab& lab = run.lab();
  report.id = lab.id;
  report.passed = run.passed();
  report.score = run.score();
  report.max_score = lab.max_score();
  report.broken = run.broken();
  for (std::size_t i = 0; i < lab.steps.size(); ++i) {
    const Step& step = lab.steps[i];
    const StepResult& result = run.result(i);
    StepReport entry{step.id, step.kind, result.passed, result.points, step.points,
                     in_language(step.title, "en"), result.detail, std::nullopt};
    if (result.truth) entry.truth = step.answers[*result.truth].id;
    report.steps.push_back(std::move(entry));
  }
  return report;
}

/// Knows nothing, does everything as the solution says.
class Truant : public Student {
 public:
  std::optional<std::string> predict(const Step&) override { return std::nullopt; }
  std::vector<std::string> act(const Step&, int) override { return {}; }
};

std::map<std::string, std::string> truths(const Lab& lab) {
  Truant truant;
  std::map<std::string, std::string> result;
  for (const StepReport& step : run_lab(lab, truant).steps) {
    if (step.truth) result[step.id] = *step.truth;
  }
  return result;
}

/// A script as a student would type it.
std::vector<std::string> as_lines(const Script& script) {
  std::vector<std::string> lines;
  for (const ScriptItem& item : script) {
    if (!item.command.empty()) lines.push_back(item.command);
    if (item.run > Duration{0}) lines.push_back(fmt::format("run {}us", item.run.count()));
  }
  return lines;
}

}  // namespace

LabReport run_lab(const Lab& lab, Student& student) {
  viewer::TimeMachinePort machine(std::make_unique<sim::TimeMachine>(lab.spec, lab.seed));
  LabRun run(lab);
  if (run.begin(machine).ok()) {
    while (!run.finished()) {
      student.begins(run);
      play_step(run, machine, student);
      if (!run.poll(machine)) break;  // the queue ran dry: report_of tells how far it came
      student.ends(run, machine);
      if (!run.broken().empty()) break;
      run.advance(machine);
    }
  }
  return report_of(run);
}

std::optional<std::string> AnswerSheet::predict(const Step& step) {
  const auto it = predictions.find(step.id);
  return it == predictions.end() ? std::nullopt : std::optional(it->second);
}

std::vector<std::string> AnswerSheet::act(const Step& step, int attempt) {
  const auto it = actions.find(step.id);
  return it == actions.end() || attempt > 0 ? std::vector<std::string>() : it->second;
}

AnswerSheet best_answers(const Lab& lab) {
  AnswerSheet sheet;
  sheet.predictions = truths(lab);
  for (const Step& step : lab.steps) {
    if (step.kind == StepKind::Do) sheet.actions[step.id] = as_lines(step.script);
  }
  return sheet;
}

AnswerSheet worst_answers(const Lab& lab) {
  AnswerSheet sheet;
  const auto truth = truths(lab);
  for (const Step& step : lab.steps) {
    if (!step.worst.empty()) sheet.actions[step.id] = as_lines(step.worst);
    for (const Answer& answer : step.answers) {
      const auto right = truth.find(step.id);
      if (right == truth.end() || right->second != answer.id) {
        sheet.predictions[step.id] = answer.id;
      }
    }
  }
  return sheet;
}

LoadedAnswers parse_answers(const std::string& text, const std::string& file, const Lab& lab) {
  LoadedAnswers loaded;
  JsonProblems problems{file, {}};
  if (const auto json = parse_json(text, &problems)) {
    JsonValue root(&*json, "", &problems);
    JsonValue predictions = root.maybe("predictions"), actions = root.maybe("actions");
    if (predictions.present()) {
      for (auto& [id, value] : predictions.members()) {
        const Step* step = lab.step(id);
        const std::string answer = value.string();
        if (step == nullptr || step->kind != StepKind::Predict) {
          value.problem(fmt::format("lab {} has no prediction \"{}\"", lab.id, id));
          continue;
        }
        std::string known;
        bool found = false;
        for (const Answer& a : step->answers) {
          known += (known.empty() ? "" : ", ") + a.id;
          found = found || a.id == answer;
        }
        if (!found) value.expected(fmt::format("one of {}", known));
        loaded.sheet.predictions[id] = answer;
      }
    }
    if (actions.present()) {
      for (auto& [id, value] : actions.members()) {
        const Step* step = lab.step(id);
        if (step == nullptr || step->kind != StepKind::Do) {
          value.problem(fmt::format("lab {} has no step of kind do \"{}\"", lab.id, id));
        }
        for (JsonValue& line : value.elements()) {
          loaded.sheet.actions[id].push_back(line.string());
        }
      }
    }
    if (root.is_object()) root.finish();
    else root.expected("an object with predictions and actions");
  }
  loaded.problems = std::move(problems.found);
  return loaded;
}

nlohmann::ordered_json to_json(const LabReport& report) {
  nlohmann::ordered_json json;
  json["id"] = report.id;
  json["passed"] = report.passed;
  json["score"] = report.score;
  json["max_score"] = report.max_score;
  json["steps"] = nlohmann::ordered_json::array();
  for (const StepReport& step : report.steps) {
    json["steps"].push_back({{"id", step.id},
                             {"kind", to_string(step.kind)},
                             {"passed", step.passed},
                             {"points", step.points}});
  }
  return json;
}

}  // namespace kscope::lab
