// TimeMachine: a World that can be wound back.
//
// It runs a World forward, keeps every event and every frame's bytes, and leaves a checkpoint (a
// copy of the World) behind every so often. Seeking restores the nearest checkpoint before the
// target and replays from there; because the World is deterministic, the replay *is* the past.
// Going back does not forget the future: events beyond the present stay readable (the timeline
// draws them) until somebody acts, which forks: the future is dropped and the new input takes its
// place.
//
// Invariants: checkpoints are ordered by event; present() <= recorded_end(); after any seek the
// world's hash equals the hash recorded when that event happened first.
//
// Called by: viewer/session, sim/scenario (which seeks back and forth to prove itself), labs.
// Real Kafka cannot do this; see docs/01-machine.md. Read next: viewer/session/session.h
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "engine/sim/recording.h"
#include "engine/sim/world.h"

namespace kscope::sim {

class TimeMachine : public Observer {
 public:
  TimeMachine(const ClusterSpec& spec, std::uint64_t seed, std::vector<Input> inputs = {});
  /// A recorded run; its inputs enter exactly where they did.
  explicit TimeMachine(const Recording& recording);
  ~TimeMachine() override;
  TimeMachine(const TimeMachine&) = delete;
  TimeMachine& operator=(const TimeMachine&) = delete;

  const World& world() const { return world_; }
  Instant now() const { return world_.now(); }
  /// The last event of the present moment, and the last ever recorded (>= present).
  EventSeq present() const { return world_.last_event(); }
  EventSeq recorded_end() const;
  Instant recorded_until() const;

  /// One queue item forward. False if nothing will ever happen again.
  bool step();
  /// Forward until an event of at least this weight has happened (or `limit` has passed).
  bool big_step(event::Weight weight = event::Weight::Change, Duration limit = seconds(60));
  /// Back to before the item that is the latest one now.
  bool step_back();
  void run_until(Instant until);
  void seek(Instant to);       ///< either direction; beyond the recorded end it runs
  void seek(EventSeq to);      ///< to the moment after the item that emitted this event

  /// Does something now. In the past this forks: recorded events after now are dropped. The
  /// returned flag says whether a future was dropped.
  Result<bool> act(const std::string& command);
  /// As act(), for what a real client did; the connection it opened, if it was an opening.
  Result<void> act_external(const Input& input);
  std::vector<OutsideFrame> take_outbox() { return world_.take_outbox(); }
  ConnectionId last_external_connection() const { return world_.last_external_connection(); }
  /// Live mode, before anything has run: see World::attach_disk. Such a machine must not seek.
  void attach_disk(std::int32_t node, env::Disk* disk) { world_.attach_disk(node, disk); }

  /// As act(), for the future.
  void schedule(const Input& input);
  /// An independent copy at the present moment, with the same past.
  std::unique_ptr<TimeMachine> fork() const;

  /// The names of all recorded events, also of those that lie ahead of the present.
  const NameTable& names() const;

  /// Recorded events by number; REQUIRES 1 <= seq <= recorded_end().
  const event::Event& event(EventSeq seq) const;
  /// First event at or after that instant (recorded_end()+1 if none).
  EventSeq first_event_at(Instant at) const;
  /// Any frame ever sent that is still remembered; empty otherwise.
  Blob frame(FrameId id) const;
  /// FrameSent event of a frame.
  EventSeq frame_sent_event(FrameId id) const;
  /// The world as it was before the item that emitted `event`, for comparing before and after; the
  /// present stays where it is. REQUIRES 1 <= event <= recorded_end() and no attached disk.
  World world_before(EventSeq event) const;
  /// event, its cause, the cause's cause … at most `limit`.
  std::vector<EventSeq> why(EventSeq seq, std::size_t limit = 12) const;

  std::size_t checkpoint_count() const { return checkpoints_.size(); }

  void on_event(const event::Event& event) override;
  void on_frame_bytes(FrameId id, const Blob& bytes) override;

 private:
  struct Checkpoint {
    EventSeq event;
    std::uint64_t items = 0;  ///< handled when the copy was made
    std::size_t acts = 0;     ///< acts_ already in the copy
    std::unique_ptr<World> world;
  };
  /// Something that came from outside while the machine ran: replayed at the same place.
  struct Act {
    std::uint64_t items = 0;  ///< items handled before it
    EventSeq after;           ///< last event before it
    Instant at{};
    Input input;
    bool immediate = true;    ///< apply() rather than schedule()
  };
  struct FromThePast;
  explicit TimeMachine(FromThePast);

  bool step_item();
  void replay_acts() { replay_acts(world_, next_act_); }
  /// Does to `world` what a person did at its moment; `next` is the first act not yet in it.
  void replay_acts(World& world, std::size_t& next) const;
  void record_act(const Input& input, bool immediate);
  void settle_clock(Instant at);
  void maybe_checkpoint();
  void thin_checkpoints();
  const Checkpoint& nearest(EventSeq at_or_before) const;
  void restore(EventSeq at_or_before);
  void forget_future();

  World world_;
  std::vector<event::Event> events_;               // events_[i].seq == i + 1
  std::vector<std::uint64_t> item_starts_;         // the first event of each item; sorted
  std::vector<std::pair<Blob, EventSeq>> frames_;  // by frame id - 1
  std::vector<Act> acts_;                          // ordered by (items, insertion)
  std::size_t next_act_ = 0;                       // acts_[0..next_act_) are in world_
  std::vector<Checkpoint> checkpoints_;            // ordered by event; the first is the beginning
  std::uint64_t items_between_checkpoints_;        // doubles when there are too many
  Instant recorded_until_{};
  NameTable names_ahead_;  // of the furthest world there was, if that lies ahead of this one
};

}  // namespace kscope::sim
