#include "engine/client/application.h"

#include <algorithm>

namespace kscope::client {

void Application::take(ConsumerContext& in, OffsetCommitter& commits,
                       const std::vector<RecordRun>& records, Offsets positions) {
  records_.assign(records.begin(), records.end());
  if (config_.commit == CommitMode::Before) {
    doing_ = Doing::CommittingFirst;
    commit_ = commits.commit(std::move(positions), OffsetCommitter::Kind::Sync,
                             in.env.now() + in.config.api_timeout);
  } else {
    begin_piece(in.env.now(), config_.per_poll);
  }
  run(in, commits);
}

void Application::run(ConsumerContext& in, OffsetCommitter& commits) {
  while (!stalled_ && !crashed_) {
    switch (doing_) {
      case Doing::Polling:
      case Doing::Ended:
        return;
      case Doing::CommittingFirst:
        if (commits.pending(*commit_)) return;
        begin_piece(in.env.now(), config_.per_poll);
        break;
      case Doing::Working:
        if (in.env.now() < piece_done_) return;
        finish_piece(in);
        if (!crashed_ && !commit_work(in, commits)) go_on(in.env.now());
        break;
      case Doing::CommittingWork:
        if (commits.pending(*commit_)) return;
        go_on(in.env.now());
        break;
    }
  }
}

/// A piece is what is told of at once: one record if records take time, and never more than up to
/// the next commit or the crash.
void Application::begin_piece(Instant now, Duration extra) {
  doing_ = Doing::Working;
  piece_ = 0;
  for (const RecordRun& run : records_) piece_ += run.count();
  if (config_.per_record > Duration{0}) piece_ = std::min<std::int64_t>(piece_, 1);
  if (config_.commit_every > 0) piece_ = std::min(piece_, config_.commit_every - since_commit_);
  if (config_.crash_after > processed_) {
    piece_ = std::min(piece_, config_.crash_after - processed_);
  }
  piece_done_ = now + piece_ * config_.per_record + extra;
}

void Application::finish_piece(ConsumerContext& in) {
  processed_ += piece_;
  since_commit_ += piece_;
  while (piece_ > 0) {
    RecordRun& run = records_.front();
    const std::int64_t count = std::min(piece_, run.count());
    const Offset last = run.from + (count - 1);
    in.env.events.emit(in.env.node, event::RecordsProcessed{run.ref, run.from, last});
    work_[run.partition] = {last + 1, run.epoch, {}};
    piece_ -= count;
    run.from = last + 1;
    if (run.count() == 0) records_.pop_front();
  }
  crashed_ = config_.crash_after > 0 && processed_ >= config_.crash_after;
}

/// True if it waits for the commit now.
bool Application::commit_work(ConsumerContext& in, OffsetCommitter& commits) {
  const bool sync = config_.commit == CommitMode::After;
  if (!sync && config_.commit != CommitMode::Async) return false;
  const bool enough =
      config_.commit_every > 0 ? since_commit_ >= config_.commit_every : records_.empty();
  if (!enough) return false;
  since_commit_ = 0;
  commit_ = commits.commit(std::exchange(work_, {}),
                           sync ? OffsetCommitter::Kind::Sync : OffsetCommitter::Kind::Async,
                           in.env.now() + in.config.api_timeout);
  if (sync) doing_ = Doing::CommittingWork;
  return sync;
}

void Application::go_on(Instant now) {
  if (records_.empty())
    doing_ = Doing::Polling;
  else
    begin_piece(now, Duration{0});
}

void Application::stall(env::Env& env, bool stalled) {
  if (stalled == stalled_ || doing_ == Doing::Ended) return;
  stalled_ = stalled;
  if (doing_ == Doing::Working) {
    if (stalled)
      piece_left_ = std::max(piece_done_ - env.now(), Duration{0});
    else
      piece_done_ = env.now() + piece_left_;
  }
  env.events.emit(env.node, event::ApplicationStalled{stalled});
}

std::optional<Instant> Application::due() const {
  if (stalled_ || crashed_ || doing_ != Doing::Working) return std::nullopt;
  return piece_done_;
}

const char* Application::in_words() const {
  if (crashed_ || doing_ == Doing::Ended) return "ended";
  if (stalled_) return "stalls";
  if (doing_ == Doing::Polling) return "polls";
  return doing_ == Doing::Working ? "works" : "commits";
}

}  // namespace kscope::client
