#include "viewer/lab/lab_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace kscope::lab {

namespace {

/// Some waits end by themselves ("run 20s"), so somebody has to look even when nothing happens.
constexpr Duration kLookAgain = millis(100);

/// Frames and timers come by the thousand and no condition can see most of them.
bool may_matter(const event::Event& event) {
  const event::Subject subject = event::info_of(event.body).subject;
  return subject != event::Subject::Network && subject != event::Subject::Machine;
}

Result<void> run_setup_item(viewer::Machine& machine, const ScriptItem& item,
                            const Recollection& past) {
  if (!item.command.empty()) {
    const auto acted = machine.act(item.command);
    if (!acted.ok()) return acted.error();
    return {};
  }
  if (!item.until) {
    machine.run_until(machine.now() + item.run);
    return {};
  }
  if (run_until(machine, item.within, [&] { return holds(*item.until, machine, past); })) return {};
  return Error{ErrorKind::Invalid, fmt::format("the setup waited {} in vain: {}",
                                               format_duration(item.within),
                                               why_not(*item.until, machine, past))};
}

}  // namespace

bool run_until(viewer::Machine& machine, Duration limit, const std::function<bool()>& done) {
  const Instant deadline = machine.now() + limit;
  EventSeq seen = machine.present();
  Instant looked = machine.now();
  if (done()) return true;
  while (true) {
    const auto next = machine.next_item_at();
    if (!next || *next > deadline) {
      machine.run_until(deadline);
      return done();
    }
    machine.step();
    bool matters = machine.now() >= looked + kLookAgain;
    for (std::uint64_t seq = seen.value() + 1; seq <= machine.present().value(); ++seq) {
      matters = matters || may_matter(machine.event(EventSeq(seq)));
    }
    seen = machine.present();
    if (!matters) continue;
    looked = machine.now();
    if (done()) return true;
  }
}

LabRun::LabRun(Lab lab) : lab_(std::move(lab)), results_(lab_.steps.size()) {}

Result<void> LabRun::begin(viewer::Machine& machine) {
  for (const ScriptItem& item : lab_.setup) {
    if (auto ran = run_setup_item(machine, item, past_); !ran.ok()) {
      broken_ = ran.error().message;
      return ran.error();
    }
  }
  past_.began = machine.present();
  enter(machine);
  return {};
}

void LabRun::enter(viewer::Machine& machine) {
  if (finished()) return;
  results_[current_].begun = true;
  past_.step_began[step().id] = machine.present();
  step_began_ = machine.now();
  next_item_ = 0;
  item_began_.reset();
  script_running_ = step().kind == StepKind::Inject;
}

bool LabRun::poll(viewer::Machine& machine) {
  if (finished()) return false;
  if (results_[current_].over) return true;
  switch (step().kind) {
    case StepKind::Explain:
    case StepKind::Predict:
      break;
    case StepKind::Inject:
      if (poll_script(machine)) finish_step(machine, broken_.empty(), broken_);
      break;
    case StepKind::Do:
    case StepKind::Observe:
      poll_goal(machine);
      break;
    case StepKind::Check:
      look_at_checks(machine);
      break;
  }
  return results_[current_].over;
}

/// True when the script is through (or cannot go on: then the lab is broken).
bool LabRun::poll_script(viewer::Machine& machine) {
  while (next_item_ < step().script.size()) {
    const ScriptItem& item = step().script[next_item_];
    if (!item.command.empty()) {
      if (const auto acted = machine.act(item.command); !acted.ok()) {
        break_down(fmt::format("step {}: \"{}\": {}", step().id, item.command,
                               acted.error().message));
        return true;
      }
    } else {
      if (!item_began_) item_began_ = machine.now();
      const Duration waited = machine.now() - *item_began_;
      const bool over = item.until ? holds(*item.until, machine, past_) : waited >= item.run;
      if (!over) {
        if (!item.until || waited < item.within) return false;
        break_down(fmt::format("step {} waited in vain: {}", step().id,
                               why_not(*item.until, machine, past_)));
        return true;
      }
      item_began_.reset();
    }
    ++next_item_;
  }
  return true;
}

void LabRun::poll_goal(viewer::Machine& machine) {
  StepResult& result = results_[current_];
  if (script_running_ && poll_script(machine)) script_running_ = false;
  if (holds(*step().goal, machine, past_)) {
    if (script_running_) return;  // what is being shown is shown to its end
    return finish_step(machine, !result.shown, result.shown ? "shown to you" : "");
  }
  const bool up = machine.now() >= step_began_ + step().within;
  // Nobody hurries a student; a lab that waits for something that does not come is broken.
  const bool ends = step().kind == StepKind::Observe || (result.shown && !script_running_);
  if (!(up && ends) && broken_.empty()) return;
  break_down(fmt::format("step {}: {}", step().id, why_not(*step().goal, machine, past_)));
  finish_step(machine, false, broken_);
}

namespace {

void add_places(const Condition& c, std::vector<std::string>& places) {
  for (const std::string& place : {c.place, c.other_place}) {
    if (!place.empty()) places.push_back(place);
  }
  for (const Condition& part : c.parts) add_places(part, places);
}

}  // namespace

std::vector<std::string> LabRun::places_to_read() const {
  std::vector<std::string> places;
  if (finished() || step().kind != StepKind::Check || results_[current_].over) return places;
  for (const Figure& figure : step().figures) places.push_back(figure.place);
  for (const Check& check : step().checks) add_places(check.holds, places);
  for (const Step& earlier : lab_.steps) {
    if (earlier.settled_by != step().id) continue;
    for (const Answer& answer : earlier.answers) add_places(answer.holds, places);
  }
  return places;
}

void LabRun::look_at_checks(viewer::Machine& machine) {
  StepResult& result = results_[current_];
  if (!step().figures_of.empty()) result.figures_of = read_place(machine, step().figures_of);
  for (const Figure& figure : step().figures) {
    const std::string text = read_place(machine, figure.place);
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    result.figures.push_back(whole ? std::optional(value) : std::nullopt);
  }
  for (const Check& check : step().checks) {
    if (const std::string why = why_not(check.holds, machine, past_); !why.empty()) {
      const std::string& that = in_language(check.that, "en");
      return finish_step(machine, false, fmt::format("\"{}\" does not hold: {}", that, why));
    }
  }
  finish_step(machine, true, "");
}

void LabRun::break_down(const std::string& what) {
  if (broken_.empty()) broken_ = what;
}

bool LabRun::was_shown_something() const {
  return std::any_of(results_.begin(), results_.end(),
                     [](const StepResult& result) { return result.shown; });
}

void LabRun::finish_step(viewer::Machine& machine, bool passed, const std::string& detail) {
  StepResult& result = results_[current_];
  result.over = true;
  result.passed = passed;
  result.detail = detail;
  const bool earned = step().kind == StepKind::Do ||
                      (step().kind == StepKind::Check && !was_shown_something());
  if (passed && earned) result.points = step().points;
  for (const auto& [name, place] : step().remember) {
    past_.values[name] = read_place(machine, place);
  }
  settle_predictions(machine, step().id);
}

void LabRun::settle_predictions(viewer::Machine& machine, const std::string& step_id) {
  for (std::size_t i = 0; i < lab_.steps.size(); ++i) {
    if (lab_.steps[i].kind == StepKind::Predict && lab_.steps[i].settled_by == step_id) {
      settle(machine, i);
    }
  }
}

void LabRun::settle(viewer::Machine& machine, std::size_t at) {
  const Step& prediction = lab_.steps[at];
  StepResult& result = results_[at];
  std::size_t right = 0;
  for (std::size_t i = 0; i < prediction.answers.size(); ++i) {
    if (!holds(prediction.answers[i].holds, machine, past_)) continue;
    result.truth = i;
    ++right;
  }
  if (right != 1) {
    result.truth.reset();
    result.detail = fmt::format("step {}: {} of its answers are right, expected exactly one",
                                prediction.id, right);
    return break_down(result.detail);
  }
  result.passed = result.locked == result.truth;
  if (result.passed) {
    result.points = prediction.points;
  } else {
    result.detail = fmt::format("right was: {}",
                                in_language(prediction.answers[*result.truth].text, "en"));
  }
}

Result<void> LabRun::lock(const std::string& answer_id) {
  if (finished() || step().kind != StepKind::Predict) {
    return Error{ErrorKind::Invalid, "there is nothing to predict now"};
  }
  StepResult& result = results_[current_];
  if (result.locked) return Error{ErrorKind::Invalid, "the answer is locked already"};
  for (std::size_t i = 0; i < step().answers.size(); ++i) {
    if (step().answers[i].id != answer_id) continue;
    result.locked = i;
    result.over = true;
    return {};
  }
  return Error{ErrorKind::Invalid,
               fmt::format("step {} has no answer \"{}\"", step().id, answer_id)};
}

void LabRun::give_up(viewer::Machine& machine) {
  if (finished() || results_[current_].over) return;
  if (step().kind == StepKind::Predict) {
    results_[current_].over = true;
    results_[current_].detail = "not answered";
  } else if (step().kind == StepKind::Do) {
    finish_step(machine, false, why_not(*step().goal, machine, past_));
  }
}

void LabRun::show(viewer::Machine& machine) {
  if (finished() || step().kind != StepKind::Do || results_[current_].over) return;
  results_[current_].shown = true;
  script_running_ = true;
  next_item_ = 0;
  item_began_.reset();
  step_began_ = machine.now();
  poll(machine);
}

void LabRun::read_on() {
  if (finished() || step().kind != StepKind::Explain) return;
  results_[current_].over = true;
  results_[current_].passed = true;
}

void LabRun::advance(viewer::Machine& machine) {
  KCHECK(!finished() && results_[current_].over);
  if (step().kind == StepKind::Explain || step().kind == StepKind::Predict) {
    for (const auto& [name, place] : step().remember) {
      past_.values[name] = read_place(machine, place);
    }
  }
  ++current_;
  enter(machine);
}

std::optional<Instant> LabRun::deadline() const {
  if (finished() || (step().kind != StepKind::Do && step().kind != StepKind::Observe)) return {};
  return step_began_ + step().within;
}

std::int32_t LabRun::score() const {
  std::int32_t total = 0;
  for (const StepResult& result : results_) total += result.points;
  return total;
}

bool LabRun::passed() const {
  if (!finished() || !broken_.empty()) return false;
  for (std::size_t i = 0; i < results_.size(); ++i) {
    const StepKind kind = lab_.steps[i].kind;
    const bool of_the_lab = kind == StepKind::Observe || kind == StepKind::Check;
    if (of_the_lab && !results_[i].passed) return false;
  }
  return score() * 100 >= lab_.max_score() * lab_.pass_percent;
}

}  // namespace kscope::lab
