// Application: the loop around poll(), as plain data.
//
//   poll() -> records -> [commit] -> work on them, one after another -> [commit] -> poll()
//
// What it does between two polls decides what a crash costs. Committing first loses what it had not
// worked on yet (at most once); working first does again what it had not committed yet (at least
// once); and while it works, nobody polls, so that a rebalance waits for it, or goes on without it
// once max.poll.interval.ms is over.
//
// Invariants: it works on records in the order in which they were handed out, each once;
//             RecordsProcessed tells of each; polls() is false while it works, waits for a commit,
//             stalls, or has ended.
//
// Real Kafka: everybody's own code; see KafkaConsumer's Javadoc, "Offsets and Consumer Position".
// Called by: kafka_consumer. Read next: client/offset_committer.h
#pragma once

#include <deque>

#include "engine/client/fetcher.h"
#include "engine/client/offset_committer.h"

namespace kscope::client {

class Application {
 public:
  enum class Doing : std::uint8_t { Polling, CommittingFirst, Working, CommittingWork, Ended };

  Application() = default;
  explicit Application(const ApplicationConfig& config) : config_(config) {}

  /// It stands in poll() and takes what comes.
  bool polls() const { return doing_ == Doing::Polling && !stalled_; }
  /// poll() returned these; `positions` is what commitSync() without arguments would commit now.
  void take(ConsumerContext& in, OffsetCommitter& commits, const std::vector<RecordRun>& records,
            Offsets positions);
  /// Goes as far as it can without waiting.
  void run(ConsumerContext& in, OffsetCommitter& commits);
  /// Stops wherever it is, and goes on from there.
  void stall(env::Env& env, bool stalled);
  void end() { doing_ = Doing::Ended; }

  /// When run() is due.
  std::optional<Instant> due() const;
  bool stalled() const { return stalled_; }
  /// crash-after: the process is to die now.
  bool crashed() const { return crashed_; }
  std::int64_t processed() const { return processed_; }
  /// "polls", "works", "commits", "stalls", "ended".
  const char* in_words() const;

 private:
  void begin_piece(Instant now, Duration extra);
  void finish_piece(ConsumerContext& in);
  bool commit_work(ConsumerContext& in, OffsetCommitter& commits);
  void go_on(Instant now);

  ApplicationConfig config_;
  Doing doing_ = Doing::Polling;
  bool stalled_ = false, crashed_ = false;
  std::deque<RecordRun> records_;  // not worked on yet
  std::int64_t piece_ = 0;         // how many of them it works on now
  Instant piece_done_{};
  Duration piece_left_{};  // of its time, while it stalls
  Offsets work_;           // worked on and not committed yet
  std::int64_t since_commit_ = 0, processed_ = 0;
  std::optional<CommitId> commit_;  // it waits for this one
};

}  // namespace kscope::client
