// LabDesk: the labs in the viewer. It fills what the lab panel draws and does what its buttons say.
//
// The student plays, pauses, scrubs and breaks things in the session as always; the desk looks once
// a frame whether the current step is over, pauses the picture when it is, and waits. While the
// student looks at the past nothing is judged: only the present counts.
//
//   LabDesk desk(labs, progress);           ui.lab = &desk.view();  ui.lab_actions = &desk;
//   each frame:  desk.update(session);
//
// What a step measures on this machine is measured in slices, one a frame, with its progress on the
// card; the step is judged when all of it is there.
//
// Invariant: wishes (buttons) are carried out in update(), never inside a drawing call.
//
// Called by: cli/view_command. Drawn by: panels/lab_panel. Read next: lab/lab_run.h
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "viewer/lab/lab_library.h"
#include "viewer/lab/lab_run.h"
#include "viewer/lab/page_cache_meter.h"
#include "viewer/lab/progress.h"
#include "viewer/model/lab_view.h"
#include "viewer/session/session.h"

namespace kscope::lab {

class LabDesk : public viewer::LabActions {
 public:
  LabDesk(std::string labs_directory, std::string progress_file, std::string language = "en");

  void update(viewer::Session& session);
  const viewer::LabView& view() const { return view_; }
  /// Opens a lab at once. NotFound or Invalid as find_lab.
  Result<void> open_now(viewer::Session& session, const std::string& lab_id);

  void open(const std::string& lab_id) override;
  void close() override;
  void choose(std::int32_t option) override;
  void act() override;
  void hint() override;

 private:
  enum class Wish : std::uint8_t { Open, Close, Act };
  void carry_out(viewer::Session& session);
  bool measure();
  void press(viewer::Session& session);
  void go_on(viewer::Session& session);
  void skip_ahead(viewer::Session& session);
  void close_lab(viewer::Session& session);
  void finished_lab();

  void rebuild();
  void fill_library();
  void fill_steps();
  void fill_card();
  void fill_bars(const Step& step, const StepResult& result);
  void fill_prediction(const Step& step, const StepResult& result);
  void fill_end();
  std::string settled_here() const;

  std::string directory_, language_;
  Progress progress_;
  Library library_;
  std::optional<LabRun> run_;
  std::unique_ptr<viewer::Machine> before_;  // what the session showed before the lab
  std::deque<Wish> wishes_;
  std::string wanted_lab_;
  std::int32_t chosen_ = -1;       // of the current prediction, not locked yet
  std::size_t hints_shown_ = 0;    // of the current step
  std::uint64_t seen_version_ = 0;
  bool dirty_ = true;
  std::optional<Measuring> measuring_;  // of the current step, while it lasts
  viewer::LabView view_;
};

}  // namespace kscope::lab
