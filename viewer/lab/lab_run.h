// LabRun: one student's way through one lab.
//
// A run stands at one step and moves on when that step is over. It only looks (poll) and acts when
// it is told to (answer, show, advance); it never lets time pass. Who does that differs: in the
// viewer the student plays, pauses and steps; `lab run` drives the machine as fast as it can
// (lab_runner). Both get the same grades because both ask the same LabRun.
//
//   Step         is over when                        passes if
//   explain      the student has read it             always
//   predict      an answer is locked                 the run proves it right (settled_by)
//   do           its goal is reached                 the student reached it without being shown
//   inject       its script has run                  always
//   observe      its condition has come about        in time
//   check        it was looked at                    all hold
//
// Invariants: steps before current() are over, later ones have not begun; a locked answer never
//             changes; points are only given once, and a check earns points only if the student was
//             not shown how to do any step before it.
//
// Called by: lab_runner (text), lab_desk (viewer). Read next: lab/lab_runner.h
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "viewer/lab/condition.h"

namespace kscope::lab {

struct StepResult {
  bool begun = false;
  bool over = false;
  bool passed = false;
  bool shown = false;             ///< do: the solution was run for the student
  std::int32_t points = 0;
  std::string detail;             ///< why it did not pass, or what was the case
  std::optional<std::size_t> locked;  ///< predict: the answer that was chosen
  std::optional<std::size_t> truth;   ///< predict: the answer that the run proved right
  std::string figures_of;                             ///< check: what the figures are of
  std::vector<std::optional<std::int64_t>> figures;   ///< check: one for each of the step's
};

class LabRun {
 public:
  explicit LabRun(Lab lab);

  /// Begins: the setup runs (time passes for it), then the first step is current. The error says
  /// what the setup waited for in vain.
  Result<void> begin(viewer::Machine& machine);

  const Lab& lab() const { return lab_; }
  bool finished() const { return current_ >= lab_.steps.size(); }
  /// REQUIRES !finished().
  std::size_t current() const { return current_; }
  const Step& step() const { return lab_.steps[current_]; }
  const StepResult& result(std::size_t step) const { return results_[step]; }

  /// Looks at the present moment: goes on with a script, notices that a condition has come about or
  /// that time is up. True once the current step is over and advance() may follow.
  bool poll(viewer::Machine& machine);
  /// predict: locks an answer; Invalid if there is no such answer or one is locked already.
  Result<void> lock(const std::string& answer_id);
  /// predict, do, observe: goes on without (an answer, reaching the goal, waiting any longer).
  void give_up(viewer::Machine& machine);
  /// do: runs the solution instead of the student; its points are lost.
  void show(viewer::Machine& machine);
  /// The student has read an explanation (or pressed "Continue").
  void read_on();
  /// To the next step. REQUIRES poll() said that this one is over.
  void advance(viewer::Machine& machine);

  /// What poll() is about to read in a check step: figures, conditions, the predictions that it
  /// settles. Measuring them first, in slices, keeps a picture moving. Empty for other steps.
  std::vector<std::string> places_to_read() const;

  /// When the current step's time is up; nothing if it takes as long as it takes.
  std::optional<Instant> deadline() const;
  std::int32_t score() const;
  /// Enough points, and everything that the lab itself promised came about.
  bool passed() const;
  /// Something in the lab (not the student) failed: a script's command, an observe that never came,
  /// a prediction without exactly one right answer.
  const std::string& broken() const { return broken_; }

 private:
  bool poll_script(viewer::Machine& machine);
  void enter(viewer::Machine& machine);
  void finish_step(viewer::Machine& machine, bool passed, const std::string& detail);
  void poll_goal(viewer::Machine& machine);
  void look_at_checks(viewer::Machine& machine);
  void settle_predictions(viewer::Machine& machine, const std::string& step_id);
  void settle(viewer::Machine& machine, std::size_t step);
  bool was_shown_something() const;
  /// Notes what is wrong with the lab; the first thing counts.
  void break_down(const std::string& what);

  Lab lab_;
  std::size_t current_ = 0;
  std::vector<StepResult> results_;  // one for each step
  Recollection past_;
  // The script that is running: of an inject step, or the solution that is being shown.
  std::size_t next_item_ = 0;
  bool script_running_ = false;
  std::optional<Instant> item_began_;  // the item is waiting since
  Instant step_began_{};
  std::string broken_;
};

/// Lets time pass until `done` says so or `limit` is over. `done` is asked whenever something that
/// a condition can see has happened. False: time is up.
bool run_until(viewer::Machine& machine, Duration limit, const std::function<bool()>& done);

}  // namespace kscope::lab
