// Session: one person's time with one cluster.
//
// Owns the machine and everything that belongs to watching it: is it playing and how fast, what is
// selected, what must be told ("the recorded future was dropped"). Knows nothing of windows, so
// that the viewer, the text mode and the tests drive the very same thing.
//
// Pacing: a frame takes a millisecond and the waits between frames half a second. Playing at a
// speed at which frames can be followed would mean waiting for minutes, so quiet time (nothing in
// flight) passes kQuietFactor times faster unless the person switches that off.
//
// Invariants: version() changes whenever the snapshot may have; index() covers all recorded events.
//
// Called by: app/, panels/, cli/text_mode. Read next: session/machine.h, model/cluster_view.h
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "viewer/model/event_index.h"
#include "viewer/model/target.h"
#include "viewer/session/machine.h"
#include "viewer/session/speed.h"

namespace kscope::viewer {

enum class NoticeTone : std::uint8_t { Info, Warning, Bad };

/// A line that is shown for a few seconds.
struct Notice {
  std::string text;
  NoticeTone tone = NoticeTone::Info;
  double seconds_left = 0;
};

class Session {
 public:
  static constexpr double kDefaultSpeed = 0.005;  ///< 1/200×: a hop of 1 ms takes 0.2 s
  static constexpr double kQuietFactor = 60.0;

  explicit Session(std::unique_ptr<Machine> machine);

  Machine& machine() { return *machine_; }
  const Machine& machine() const { return *machine_; }
  const cluster::Snapshot& snapshot() const { return machine_->snapshot(); }
  const EventIndex& index() const { return index_; }
  std::uint64_t version() const { return version_; }
  /// Shows another cluster from now on (a lab begins or ends) and gives back the one before.
  /// Paused, with nothing selected.
  std::unique_ptr<Machine> swap_machine(std::unique_ptr<Machine> machine);
  /// Somebody acted on the machine directly (a lab's script).
  void refresh() { changed(); }

  // ---- time
  bool playing() const { return playing_; }
  void play() { playing_ = true; }
  void pause() { playing_ = false; }
  void toggle_play() { playing_ = !playing_; }
  double speed() const { return speed_; }
  void set_speed(double speed);
  bool skip_quiet() const { return skip_quiet_; }
  void set_skip_quiet(bool on) { skip_quiet_ = on; }
  /// Lets `wall_seconds` of the viewer's time pass. `hurry` says when to stop early, so that a slow
  /// machine slows the cluster down instead of the picture.
  void advance(double wall_seconds, const std::function<bool()>& hurry = {});
  /// Each of these pauses first.
  void step();      ///< to the next event
  void big_step();  ///< to the next state change
  void step_back();
  void big_step_back();
  void seek(Instant to);
  void seek(EventSeq to);
  void to_start();
  void to_end();  ///< of what is recorded
  bool in_the_past() const { return machine_->present() < machine_->recorded_end(); }

  // ---- acting
  /// Runs one command line (sim/command.h) now. In the past this forks and says so.
  Result<void> act(const std::string& command);
  /// Plays on until the response to this request is sent, and selects it.
  void follow_reply(FrameId request);

  // ---- attention
  const Target& selection() const { return selection_; }
  void select(const Target& target);
  /// Back to what was selected before; nothing if there is nothing.
  void select_previous();
  bool has_previous() const { return !history_.empty(); }
  const std::vector<Notice>& notices() const { return notices_; }
  void notify(const std::string& text, NoticeTone tone);

 private:
  void changed();
  void run_for(Duration virtual_time, const std::function<bool()>& hurry);

  std::unique_ptr<Machine> machine_;
  EventIndex index_;
  std::uint64_t version_ = 1;
  EventSeq seen_;  // present at the last change
  bool playing_ = false;
  bool skip_quiet_ = true;
  double speed_ = kDefaultSpeed;
  double owed_us_ = 0;  // virtual time below a microsecond that is still to be given
  Target selection_;
  std::vector<Target> history_;
  std::vector<Notice> notices_;
  std::size_t violations_seen_ = 0;
};

}  // namespace kscope::viewer
