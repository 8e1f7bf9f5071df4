#include "viewer/session/session.h"

#include <algorithm>

namespace kscope::viewer {

namespace {

constexpr double kNoticeSeconds = 6.0;
constexpr std::size_t kHistory = 32;
/// Long enough to do some work between two looks at the clock.
constexpr Duration kSlice = millis(20);

}  // namespace

Session::Session(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {
  index_.update(*machine_);
  violations_seen_ = machine_->snapshot().violations.size();
}

std::unique_ptr<Machine> Session::swap_machine(std::unique_ptr<Machine> machine) {
  index_.forget_after(EventSeq());
  machine_.swap(machine);
  playing_ = false;
  owed_us_ = 0;
  selection_ = {};
  history_.clear();
  violations_seen_ = machine_->snapshot().violations.size();
  changed();
  return machine;
}

void Session::set_speed(double speed) { speed_ = std::clamp(speed, kSlowest, kFastest); }

void Session::changed() {
  index_.update(*machine_);
  seen_ = machine_->present();
  ++version_;
}

void Session::advance(double wall_seconds, const std::function<bool()>& hurry) {
  for (Notice& notice : notices_) notice.seconds_left -= wall_seconds;
  std::erase_if(notices_, [](const Notice& notice) { return notice.seconds_left <= 0; });
  // A live cluster moves by itself.
  if (machine_->present() != seen_) changed();
  if (!playing_ || wall_seconds <= 0) return;
  double rate = speed_;
  double limit_us = 1e18;
  const std::optional<Instant> next = machine_->next_item_at();
  if (skip_quiet_ && speed_ < 1.0 && machine_->snapshot().frames.empty()) {
    rate = std::min(speed_ * kQuietFactor, 1.0);
    // Never rush past the next item: it may be what everybody waits for.
    if (next) limit_us = static_cast<double>((*next - machine_->now()).count()) + 1;
  }
  owed_us_ += std::min(wall_seconds * rate * 1e6, limit_us);
  const Duration whole(static_cast<std::int64_t>(owed_us_));
  if (whole.count() <= 0) return;
  owed_us_ -= static_cast<double>(whole.count());
  run_for(whole, hurry);
}

void Session::run_for(Duration virtual_time, const std::function<bool()>& hurry) {
  const Instant until = machine_->now() + virtual_time;
  while (machine_->now() < until) {
    machine_->run_until(std::min(until, machine_->now() + kSlice));
    if (hurry && hurry()) break;
  }
  changed();
  const auto& violations = machine_->snapshot().violations;
  if (violations.size() > violations_seen_) {
    pause();
    notify("Invariant " + violations.back().invariant + " broken: " + violations.back().text,
           NoticeTone::Bad);
  }
  violations_seen_ = violations.size();
}

void Session::step() {
  pause();
  if (!machine_->step()) notify("Nothing will happen any more.", NoticeTone::Info);
  changed();
}

void Session::big_step() {
  pause();
  if (!machine_->big_step()) notify("No state change is in sight.", NoticeTone::Info);
  changed();
}

void Session::step_back() {
  pause();
  if (!machine_->step_back()) notify("This is the beginning.", NoticeTone::Info);
  changed();
}

void Session::big_step_back() {
  pause();
  const auto& notable = index_.notable();
  auto it = std::lower_bound(notable.begin(), notable.end(), machine_->present());
  // Several events can share one moment; go back until the moment differs.
  while (it != notable.begin()) {
    --it;
    if (machine_->event(*it).at < machine_->now()) {
      seek(*it);
      return;
    }
  }
  to_start();
}

void Session::seek(Instant to) {
  machine_->seek(std::max(to, Instant{}));
  changed();
}

void Session::seek(EventSeq to) {
  machine_->seek(to);
  changed();
}

void Session::to_start() {
  pause();
  seek(Instant{});
}
void Session::to_end() { seek(machine_->recorded_until()); }

Result<void> Session::act(const std::string& command) {
  const EventSeq before = machine_->present();
  Result<bool> done = machine_->act(command);
  if (!done.ok()) {
    notify(done.error().message, NoticeTone::Warning);
    return done.error();
  }
  if (*done) {
    index_.forget_after(before);
    notify("You acted in the past: the recorded future was dropped, a new one begins here.",
           NoticeTone::Warning);
  }
  changed();
  return {};
}

void Session::follow_reply(FrameId request) {
  const EventSeq sent = machine_->frame_sent_event(request);
  if (sent == EventSeq()) return;
  const auto* ask = std::get_if<event::FrameSent>(&machine_->event(sent).body);
  if (ask == nullptr || ask->is_response) return;
  const event::FrameSent wanted = *ask;
  const Instant limit = machine_->now() + seconds(40);
  std::uint64_t seen = sent.value();
  do {
    for (++seen; seen <= machine_->present().value(); ++seen) {
      const auto* reply = std::get_if<event::FrameSent>(&machine_->event(EventSeq(seen)).body);
      if (reply == nullptr || !reply->is_response || reply->connection != wanted.connection ||
          reply->correlation != wanted.correlation) {
        continue;
      }
      const FrameId frame = reply->frame;
      pause();
      changed();
      select(Target::of_frame(frame));
      return;
    }
    --seen;
  } while (machine_->now() < limit && machine_->step());
  pause();
  changed();
  notify("No reply was sent within 40 s: the request may be lost.", NoticeTone::Info);
}

void Session::select(const Target& target) {
  if (target == selection_) return;
  if (selection_) history_.push_back(selection_);
  if (history_.size() > kHistory) history_.erase(history_.begin());
  selection_ = target;
}

void Session::select_previous() {
  if (history_.empty()) return;
  selection_ = history_.back();
  history_.pop_back();
}

void Session::notify(const std::string& text, NoticeTone tone) {
  std::erase_if(notices_, [&](const Notice& notice) { return notice.text == text; });
  notices_.push_back({text, tone, kNoticeSeconds});
  if (notices_.size() > 2) notices_.erase(notices_.begin());
}

}  // namespace kscope::viewer
