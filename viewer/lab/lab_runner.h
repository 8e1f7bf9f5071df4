// The lab runner: plays a lab from beginning to end without a viewer, and grades it.
//
// Who answers is a Student: a file of answers, the best or the worst possible student, or a person
// at a terminal. The best and the worst need to know the truth, and only a run knows that; so they
// take the lab twice - the machine is deterministic, and predictions change nothing.
//
// Where a student does not reach a goal in its time, the lab shows how (no points) and goes on, so
// that one missed step does not cost the rest of the lesson.
//
// Called by: lab_command, tests. Read next: lab/lab_library.h
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "viewer/lab/lab_run.h"

namespace kscope::lab {

struct StepReport {
  std::string id;
  StepKind kind = StepKind::Explain;
  bool passed = false;
  std::int32_t points = 0;
  std::int32_t max_points = 0;
  std::string title;
  std::string detail;
  std::optional<std::string> truth;  ///< predict: the id of the right answer
};

struct LabReport {
  std::string id;
  bool passed = false;
  std::int32_t score = 0;
  std::int32_t max_score = 0;
  std::vector<StepReport> steps;
  std::string broken;  ///< the lab itself failed; empty: it did not
};

/// {"id", "passed", "score", "max_score", "steps": [{"id", "kind", "passed", "points"}]}
nlohmann::ordered_json to_json(const LabReport& report);

class Student {
 public:
  virtual ~Student() = default;
  /// A step begins or is over; for telling the story. Does nothing by default.
  virtual void begins(const LabRun& run) { (void)run; }
  virtual void ends(const LabRun& run, viewer::Machine& machine) {
    (void)run;
    (void)machine;
  }
  /// The id of an answer, or nothing.
  virtual std::optional<std::string> predict(const Step& step) = 0;
  /// Command lines (or "run TIME") for a step of kind `do`. Asked again, with attempt 1, 2 …, while
  /// the goal is not reached; no lines mean "show me".
  virtual std::vector<std::string> act(const Step& step, int attempt) = 0;
  virtual void refused(const std::string& command, const Error& error) {
    (void)command;
    (void)error;
  }
};

/// Answers as written in a file:
///   {"predictions": {"STEP": "ANSWER"}, "actions": {"STEP": ["crash broker 1"]}}
class AnswerSheet : public Student {
 public:
  std::map<std::string, std::string> predictions;
  std::map<std::string, std::vector<std::string>> actions;
  std::optional<std::string> predict(const Step& step) override;
  std::vector<std::string> act(const Step& step, int attempt) override;
};
struct LoadedAnswers {
  AnswerSheet sheet;
  std::vector<std::string> problems;
};
/// Problems name a step or an answer that the lab does not have.
LoadedAnswers parse_answers(const std::string& text, const std::string& file, const Lab& lab);

/// Plays the lab on a machine of its own.
LabReport run_lab(const Lab& lab, Student& student);
/// What the best (or the worst) student would hand in. Runs the lab once to learn the truth.
AnswerSheet best_answers(const Lab& lab);
AnswerSheet worst_answers(const Lab& lab);

}  // namespace kscope::lab
