#include "engine/sim/time_machine.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::sim {
namespace {

// Replaying this many items takes a few milliseconds, which keeps a seek well below the time a
// person notices; copying a World this often costs little of the run.
constexpr std::uint64_t kItemsAtFirst = 1000;
// At this many every other one goes and the distance doubles, so that the worst seek grows with the
// length of the run, but evenly. Thinning only the far past was rejected: its worst grew faster.
constexpr std::size_t kMaxCheckpoints = 512;

}  // namespace

struct TimeMachine::FromThePast {
  const TimeMachine& origin;
};

TimeMachine::TimeMachine(const ClusterSpec& spec, std::uint64_t seed, std::vector<Input> inputs)
    : world_(spec, seed), items_between_checkpoints_(kItemsAtFirst) {
  for (const Input& input : inputs) world_.schedule(input);
  checkpoints_.push_back({world_.last_event(), 0, 0, std::make_unique<World>(world_)});
  world_.set_observer(this);
}

TimeMachine::TimeMachine(const Recording& recording)
    : TimeMachine(recording.spec, recording.seed) {
  for (const RecordedInput& r : recording.inputs) {
    acts_.push_back({r.items, {}, r.input.at, r.input, true});
  }
}

TimeMachine::TimeMachine(FromThePast from)
    : world_(from.origin.world_),
      events_(from.origin.events_.begin(),
              from.origin.events_.begin() +
                  static_cast<std::ptrdiff_t>(from.origin.present().value())),
      item_starts_(from.origin.item_starts_),
      frames_(from.origin.frames_),
      acts_(from.origin.acts_.begin(),
            from.origin.acts_.begin() + static_cast<std::ptrdiff_t>(from.origin.next_act_)),
      next_act_(from.origin.next_act_),
      items_between_checkpoints_(from.origin.items_between_checkpoints_),
      recorded_until_(from.origin.now()) {
  for (const Checkpoint& c : from.origin.checkpoints_) {
    if (c.event > present() || c.items > world_.items_handled()) break;
    checkpoints_.push_back({c.event, c.items, c.acts, std::make_unique<World>(*c.world)});
  }
  world_.set_observer(this);
  forget_future();
}

TimeMachine::~TimeMachine() = default;

std::unique_ptr<TimeMachine> TimeMachine::fork() const {
  return std::unique_ptr<TimeMachine>(new TimeMachine(FromThePast{*this}));
}

EventSeq TimeMachine::recorded_end() const { return EventSeq(events_.size()); }
Instant TimeMachine::recorded_until() const { return std::max(recorded_until_, world_.now()); }

// One item, or the act that a person did at this point the first time.
bool TimeMachine::step_item() {
  const std::uint64_t before = present().value();
  bool moved = false;
  if (next_act_ < acts_.size() && acts_[next_act_].items == world_.items_handled()) {
    replay_acts();
    moved = true;
  } else {
    moved = world_.step();
  }
  const std::uint64_t first = before + 1;
  if (present().value() > before && (item_starts_.empty() || item_starts_.back() < first)) {
    item_starts_.push_back(first);
  }
  recorded_until_ = std::max(recorded_until_, world_.now());
  maybe_checkpoint();
  return moved;
}

void TimeMachine::replay_acts(World& world, std::size_t& next) const {
  while (next < acts_.size() && acts_[next].items == world.items_handled()) {
    const Act act = acts_[next++];
    if (act.immediate) {
      world.advance_clock(act.at);
      const Result<void> again = world.apply(act.input);
      KCHECK(again.ok());
    } else {
      world.schedule(act.input);
    }
  }
}

World TimeMachine::world_before(EventSeq event) const {
  KCHECK(event.value() >= 1 && event <= recorded_end());
  const auto start = std::upper_bound(item_starts_.begin(), item_starts_.end(), event.value());
  const EventSeq moment(start == item_starts_.begin() ? 0 : *std::prev(start) - 1);
  const Checkpoint& from = nearest(moment);
  World world = *from.world;
  std::size_t next = from.acts;
  while (world.last_event() < moment) {
    if (next < acts_.size() && acts_[next].items == world.items_handled()) {
      replay_acts(world, next);
    } else if (!world.step()) {
      break;
    }
  }
  return world;
}

bool TimeMachine::step() {
  const EventSeq before = present();
  while (present() == before) {
    if (!step_item()) return false;
  }
  return true;
}

bool TimeMachine::big_step(event::Weight weight, Duration limit) {
  const Instant last = now() + limit;
  while (now() <= last) {
    const std::uint64_t before = present().value();
    if (!step()) return false;
    for (std::uint64_t seq = before + 1; seq <= present().value(); ++seq) {
      if (event::info_of(events_[seq - 1].body).weight >= weight) return true;
    }
  }
  return true;
}

bool TimeMachine::step_back() {
  const auto it =
      std::upper_bound(item_starts_.begin(), item_starts_.end(), present().value());
  if (it == item_starts_.begin()) return false;
  seek(EventSeq(*std::prev(it) - 1));
  return true;
}

void TimeMachine::settle_clock(Instant at) {
  world_.run_until(at);
  recorded_until_ = std::max(recorded_until_, at);
}

void TimeMachine::run_until(Instant until) {
  while (true) {
    const bool act_due = next_act_ < acts_.size() &&
                         acts_[next_act_].items == world_.items_handled() &&
                         acts_[next_act_].at <= until;
    const std::optional<Instant> next = world_.next_item_at();
    if (!act_due && (!next || *next > until)) break;
    step_item();
  }
  settle_clock(until);
}

void TimeMachine::seek(Instant to) {
  const EventSeq last(first_event_at(to + Duration(1)).value() - 1);
  if (to < now() || nearest(last).event > present()) {
    restore(last);
    // A checkpoint's clock may stand after `to` when no event lies between: take an earlier one.
    while (world_.now() > to && checkpoints_.front().event < present()) {
      restore(EventSeq(present().value() - 1));
    }
  }
  run_until(to);
}

void TimeMachine::seek(EventSeq to) {
  if (to < present() || nearest(to).event > present()) restore(to);
  while (present() < to && step_item()) {
  }
}

const TimeMachine::Checkpoint& TimeMachine::nearest(EventSeq at_or_before) const {
  auto it = std::upper_bound(
      checkpoints_.begin(), checkpoints_.end(), at_or_before,
      [](EventSeq seq, const Checkpoint& c) { return seq < c.event; });
  if (it != checkpoints_.begin()) --it;
  return *it;
}

void TimeMachine::restore(EventSeq at_or_before) {
  const Checkpoint& from = nearest(at_or_before);
  if (world_.names().size() > names_ahead_.size()) names_ahead_ = world_.names();
  world_ = *from.world;
  world_.set_observer(this);
  next_act_ = from.acts;
}

void TimeMachine::maybe_checkpoint() {
  if (present().value() < events_.size()) return;  // replaying: the grid is there already
  const std::uint64_t since = world_.items_handled() - checkpoints_.back().items;
  if (since < items_between_checkpoints_ || checkpoints_.back().event >= present()) return;
  if (checkpoints_.size() >= kMaxCheckpoints) thin_checkpoints();
  checkpoints_.push_back(
      {present(), world_.items_handled(), next_act_, std::make_unique<World>(world_)});
}

void TimeMachine::thin_checkpoints() {
  std::vector<Checkpoint> kept;
  for (std::size_t i = 0; i < checkpoints_.size(); i += 2) {
    kept.push_back(std::move(checkpoints_[i]));
  }
  checkpoints_ = std::move(kept);
  items_between_checkpoints_ *= 2;
}

void TimeMachine::forget_future() {
  const std::uint64_t keep = present().value();
  events_.resize(keep);
  while (!item_starts_.empty() && item_starts_.back() > keep) item_starts_.pop_back();
  while (!frames_.empty() && frames_.back().second.value() > keep) frames_.pop_back();
  acts_.resize(next_act_);
  while (checkpoints_.size() > 1 && (checkpoints_.back().event.value() > keep ||
                                     checkpoints_.back().items > world_.items_handled())) {
    checkpoints_.pop_back();
  }
  recorded_until_ = world_.now();
  names_ahead_ = NameTable();
}

const NameTable& TimeMachine::names() const {
  return names_ahead_.size() > world_.names().size() ? names_ahead_ : world_.names();
}

void TimeMachine::record_act(const Input& input, bool immediate) {
  acts_.push_back({world_.items_handled(), present(), world_.now(), input, immediate});
  const std::uint64_t before = present().value();
  replay_acts();
  if (present().value() > before) item_starts_.push_back(before + 1);
}

Result<bool> TimeMachine::act(const std::string& command) {
  // Try it on a copy first: a command that the cluster refuses must not cost the future.
  World trial = world_;
  KTRY(trial.apply(command));
  const bool forks = present() < recorded_end() || world_.now() < recorded_until_;
  if (forks) forget_future();
  record_act({world_.now(), command, {}}, true);
  return forks;
}

Result<void> TimeMachine::act_external(const Input& input) {
  KCHECK(present() == recorded_end());
  record_act(input, true);
  return {};
}

void TimeMachine::schedule(const Input& input) {
  if (present() < recorded_end()) forget_future();
  record_act(input, false);
}

const event::Event& TimeMachine::event(EventSeq seq) const {
  KCHECK(seq.value() >= 1 && seq.value() <= events_.size());
  return events_[seq.value() - 1];
}

EventSeq TimeMachine::first_event_at(Instant at) const {
  const auto it = std::lower_bound(
      events_.begin(), events_.end(), at,
      [](const event::Event& e, Instant t) { return e.at < t; });
  return EventSeq(static_cast<std::uint64_t>(it - events_.begin()) + 1);
}

Blob TimeMachine::frame(FrameId id) const {
  if (id.value() == 0 || id.value() > frames_.size()) return {};
  return frames_[id.value() - 1].first;
}

EventSeq TimeMachine::frame_sent_event(FrameId id) const {
  if (id.value() == 0 || id.value() > frames_.size()) return {};
  return frames_[id.value() - 1].second;
}

std::vector<EventSeq> TimeMachine::why(EventSeq seq, std::size_t limit) const {
  std::vector<EventSeq> chain;
  while (seq.value() >= 1 && seq.value() <= events_.size() && chain.size() < limit) {
    chain.push_back(seq);
    seq = events_[seq.value() - 1].cause;
  }
  return chain;
}

void TimeMachine::on_event(const event::Event& event) {
  if (event.seq.value() <= events_.size()) return;  // the past, happening again
  KCHECK(event.seq.value() == events_.size() + 1);
  events_.push_back(event);
}

void TimeMachine::on_frame_bytes(FrameId id, const Blob& bytes) {
  if (id.value() <= frames_.size()) return;
  frames_.resize(id.value());
  frames_.back() = {bytes, EventSeq(present().value() + 1)};
}

}  // namespace kscope::sim
