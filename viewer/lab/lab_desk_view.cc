// What the lab panel shows, made from the run.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>

#include "viewer/lab/lab_desk.h"

namespace kscope::lab {

using viewer::LabStepState;

void LabDesk::rebuild() {
  dirty_ = false;
  view_ = {};
  fill_library();
  if (!run_) return;
  view_.title = in_language(run_->lab().title, language_);
  view_.screen = run_->lab().screen;
  view_.score = fmt::format("{} of {} points", run_->score(), run_->lab().max_score());
  fill_steps();
  if (run_->finished()) fill_end();
  else fill_card();
}

void LabDesk::fill_library() {
  for (const Lab& lab : library_.labs) {
    viewer::LabEntry entry;
    entry.id = lab.id;
    entry.title = in_language(lab.title, language_);
    entry.group = lab.chapter;
    if (!entry.group.empty()) {
      entry.group[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(entry.group[0])));
    }
    entry.minutes = lab.minutes;
    entry.total = static_cast<std::int32_t>(lab.steps.size());
    if (const LabProgress* known = progress_.of(lab.id)) {
      entry.done = std::min(known->steps_passed, entry.total);
    }
    entry.current = run_ && run_->lab().id == lab.id;
    if (entry.current) entry.done = static_cast<std::int32_t>(run_->current());
    view_.library.push_back(std::move(entry));
  }
  // The labs of a chapter stand together, and the chapters in the order of their first labs.
  std::map<std::string, std::size_t> places;
  for (const viewer::LabEntry& entry : view_.library) {
    places.try_emplace(entry.group, places.size());
  }
  std::stable_sort(view_.library.begin(), view_.library.end(),
                   [&](const viewer::LabEntry& a, const viewer::LabEntry& b) {
                     return places.at(a.group) < places.at(b.group);
                   });
}

void LabDesk::fill_steps() {
  for (std::size_t i = 0; i < run_->lab().steps.size(); ++i) {
    const StepResult& result = run_->result(i);
    viewer::LabStepLine line;
    line.text = in_language(run_->lab().steps[i].title, language_);
    line.detail = result.detail;
    const bool waits = run_->lab().steps[i].kind == StepKind::Predict && !result.truth &&
                       result.locked && run_->broken().empty();
    if (!run_->finished() && i == run_->current()) {
      line.state = LabStepState::Current;
    } else if (waits) {
      line.state = LabStepState::Open;
      line.detail = "locked; the run will tell";
    } else if (result.over) {
      line.state = result.passed ? LabStepState::Done : LabStepState::Failed;
    }
    view_.steps.push_back(std::move(line));
  }
}

void LabDesk::fill_card() {
  const Step& step = run_->step();
  const StepResult& result = run_->result(run_->current());
  viewer::LabCard& card = view_.card;
  card.title = in_language(step.title, language_);
  card.text = in_language(step.text, language_);
  const std::size_t shown = std::min(hints_shown_, step.hints.size());
  for (std::size_t i = 0; i < shown; ++i) {
    card.hints.push_back(in_language(step.hints[i], language_));
  }
  card.hints_left = result.over ? 0 : static_cast<std::int32_t>(step.hints.size() - shown);
  if (step.kind == StepKind::Predict) return fill_prediction(step, result);
  if (step.kind == StepKind::Check) {
    for (const Check& check : step.checks) {
      card.text += fmt::format("{}- {}", card.text.empty() ? "" : "\n",
                               in_language(check.that, language_));
    }
  }
  if (measuring_) {
    card.progress = static_cast<float>(measuring_->progress);
    card.progress_text = "measuring: " + measuring_->doing;
    card.action = "Measuring …";
    card.action_enabled = false;
    return;
  }
  fill_bars(step, result);
  card.text += settled_here();
  if (result.over || step.kind == StepKind::Explain) card.action = "Continue";
  else card.action = step.kind == StepKind::Do ? "Show me (no points)" : "Skip ahead";
}

void LabDesk::fill_bars(const Step& step, const StepResult& result) {
  std::int64_t largest = 1;
  for (const auto& figure : result.figures) largest = std::max(largest, figure.value_or(0));
  view_.card.bars_title = result.figures_of;
  for (std::size_t i = 0; i < result.figures.size(); ++i) {
    viewer::LabBar bar;
    bar.label = in_language(step.figures[i].label, language_);
    bar.value = "none";
    if (const auto value = result.figures[i]) {
      bar.value = fmt::format("{} {}", *value, step.figures[i].unit);
      bar.share = static_cast<float>(*value) / static_cast<float>(largest);
    }
    view_.card.bars.push_back(std::move(bar));
  }
}

void LabDesk::fill_prediction(const Step& step, const StepResult& result) {
  viewer::LabCard& card = view_.card;
  for (const Answer& answer : step.answers) {
    card.options.push_back(in_language(answer.text, language_));
  }
  card.locked = result.locked.has_value();
  card.chosen = result.locked ? static_cast<std::int32_t>(*result.locked) : chosen_;
  if (result.truth) card.correct = static_cast<std::int32_t>(*result.truth);
  card.action = card.locked ? "Continue" : "Lock answer";
  card.action_enabled = card.chosen >= 0;
}

/// What became of the predictions that the current step has settled.
std::string LabDesk::settled_here() const {
  std::string text;
  if (!run_->result(run_->current()).over) return text;
  for (std::size_t i = 0; i < run_->current(); ++i) {
    const Step& step = run_->lab().steps[i];
    const StepResult& result = run_->result(i);
    if (step.settled_by != run_->step().id || !result.truth) continue;
    const std::string& truth = in_language(step.answers[*result.truth].text, language_);
    text += fmt::format("\n\n{}: {}\n{}", in_language(step.title, language_),
                        result.passed ? "you were right." : "it was \"" + truth + "\".",
                        in_language(step.because, language_));
  }
  return text;
}

void LabDesk::fill_end() {
  viewer::LabCard& card = view_.card;
  card.title = run_->passed() ? "Passed" : "The end";
  card.text = fmt::format("{} of {} points.", run_->score(), run_->lab().max_score());
  if (!run_->broken().empty()) card.text += "\nThe lab itself failed: " + run_->broken();
  card.action = "Close the lab";
}

}  // namespace kscope::lab
