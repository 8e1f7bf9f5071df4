#include "viewer/lab/lab_desk.h"

#include <fmt/core.h>

#include "viewer/session/time_machine_port.h"

namespace kscope::lab {

using viewer::LabStepState;
using viewer::NoticeTone;

LabDesk::LabDesk(std::string labs_directory, std::string progress_file, std::string language)
    : directory_(std::move(labs_directory)),
      language_(std::move(language)),
      progress_(Progress::load(progress_file)) {
  if (auto library = load_library(directory_); library.ok()) library_ = std::move(*library);
  rebuild();
}

void LabDesk::open(const std::string& lab_id) {
  wanted_lab_ = lab_id;
  wishes_.push_back(Wish::Open);
}
void LabDesk::close() { wishes_.push_back(Wish::Close); }
void LabDesk::act() { wishes_.push_back(Wish::Act); }

void LabDesk::choose(std::int32_t option) {
  chosen_ = option;
  dirty_ = true;
}

void LabDesk::hint() {
  ++hints_shown_;
  dirty_ = true;
}

void LabDesk::update(viewer::Session& session) {
  carry_out(session);
  if (measure()) return rebuild();
  if (run_ && !run_->finished() && !session.in_the_past() &&
      session.version() != seen_version_) {
    const bool was_over = run_->result(run_->current()).over;
    const EventSeq before = session.machine().present();
    if (run_->poll(session.machine()) && !was_over) {
      session.pause();
      dirty_ = true;
    }
    if (session.machine().present() != before) session.refresh();  // a script acted
    seen_version_ = session.version();
  }
  if (dirty_) rebuild();
}

/// True while something has to be measured before the step can be looked at.
bool LabDesk::measure() {
  constexpr double kSliceSeconds = 0.008;
  const bool before = measuring_.has_value();
  measuring_.reset();
  if (!run_ || run_->finished()) return false;
  const std::vector<std::string> places = run_->places_to_read();
  if (!must_measure(places)) {
    if (before) seen_version_ = 0;  // now it can be judged
    return false;
  }
  measuring_ = go_on_measuring(places, kSliceSeconds);
  return true;
}

void LabDesk::carry_out(viewer::Session& session) {
  while (!wishes_.empty()) {
    const Wish wish = wishes_.front();
    wishes_.pop_front();
    dirty_ = true;
    if (wish == Wish::Close) {
      close_lab(session);
    } else if (wish == Wish::Act) {
      press(session);
    } else if (const auto opened = open_now(session, wanted_lab_); !opened.ok()) {
      session.notify(opened.error().message, NoticeTone::Bad);
    }
  }
}

Result<void> LabDesk::open_now(viewer::Session& session, const std::string& lab_id) {
  KTRY_ASSIGN(Lab lab, find_lab(directory_, lab_id));
  auto machine = std::make_unique<viewer::TimeMachinePort>(
      std::make_unique<sim::TimeMachine>(lab.spec, lab.seed));
  LabRun run(std::move(lab));
  KTRY(run.begin(*machine));
  auto shown = session.swap_machine(std::move(machine));
  if (!before_) before_ = std::move(shown);
  run_ = std::move(run);
  chosen_ = -1;
  hints_shown_ = 0;
  seen_version_ = 0;
  dirty_ = true;
  return {};
}

void LabDesk::close_lab(viewer::Session& session) {
  run_.reset();
  if (before_) session.swap_machine(std::move(before_));
  before_.reset();
}

/// The card's main button.
void LabDesk::press(viewer::Session& session) {
  if (!run_) return;
  if (run_->finished()) return close_lab(session);
  if (run_->result(run_->current()).over) return go_on(session);
  switch (run_->step().kind) {
    case StepKind::Explain:
      run_->read_on();
      return go_on(session);
    case StepKind::Predict:
      if (chosen_ < 0) return;
      if (run_->lock(run_->step().answers[static_cast<std::size_t>(chosen_)].id).ok()) {
        go_on(session);
      }
      return;
    case StepKind::Do:
      run_->show(session.machine());
      session.refresh();
      return skip_ahead(session);
    case StepKind::Inject:
    case StepKind::Observe:
    case StepKind::Check:
      return measuring_ ? void() : skip_ahead(session);
  }
}

void LabDesk::go_on(viewer::Session& session) {
  // What is over stays over; but the next step begins at the end of what is recorded.
  if (session.in_the_past()) session.to_end();
  run_->advance(session.machine());
  chosen_ = -1;
  hints_shown_ = 0;
  seen_version_ = 0;
  if (run_->finished()) return finished_lab();
  const StepKind kind = run_->step().kind;
  const bool moves =
      kind == StepKind::Inject || kind == StepKind::Observe || kind == StepKind::Do;
  if (moves) session.play();
}

/// Lets the cluster run until the step is over, without drawing what is in between.
void LabDesk::skip_ahead(viewer::Session& session) {
  constexpr Duration kLongest = seconds(600);
  if (session.in_the_past()) session.to_end();
  run_until(session.machine(), kLongest, [&] { return run_->poll(session.machine()); });
  session.pause();
  session.refresh();
}

void LabDesk::finished_lab() {
  LabProgress entry;
  entry.passed = run_->passed();
  entry.best_score = run_->score();
  entry.max_score = run_->lab().max_score();
  entry.steps_total = static_cast<std::int32_t>(run_->lab().steps.size());
  for (std::size_t i = 0; i < run_->lab().steps.size(); ++i) {
    entry.steps_passed += run_->result(i).passed ? 1 : 0;
  }
  progress_.record(run_->lab().id, entry);
  (void)progress_.save();  // a full disk must not end the lesson; the library shows it anyway
}

}  // namespace kscope::lab
