// CostMeter: what finding an offset costs as the log grows, measured on this machine.
//
// "A look-up is O(log n)" is a claim; four bars are an experience. The meter grows one real log, on
// the engine's disk in memory, from 1 to 1 000 segments, and at 1, 10, 100 and 1 000 asks it for
// the same offsets in two ways: as the engine does it (floor of the base offsets, index, short
// scan), and by reading batch headers from the start of the log, which is what would be left
// without an index. Nothing of this touches the cluster.
//
// It works in slices: work() returns when its time is up and goes on where it stopped, so that a
// frame is never late. The clock comes in from outside, as everywhere below app/ and cli/.
//
// Invariants: progress() never goes back and is 1 only when done(); a point is only listed once it
// is whole.
//
// Called by: panels/log_cost (started by a button), tests. Read next: engine/storage/log_segment.h
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kscope::viewer {

/// Seconds, from whenever.
using SecondsNow = std::function<double()>;

struct CostPoint {
  int segments = 0;
  std::int64_t bytes = 0;       ///< of all .log files
  double index_seconds = 0;     ///< one look-up: the median
  double scan_seconds = 0;      ///< one scan from the start: the median
  std::int64_t index_read = 0;  ///< headers that one look-up read, on average, in bytes
  std::int64_t scan_read = 0;
};

class CostMeter {
 public:
  /// `counts`: rising numbers of segments at which it measures.
  explicit CostMeter(SecondsNow now, std::vector<int> counts = {1, 10, 100, 1000});
  ~CostMeter();
  CostMeter(const CostMeter&) = delete;
  CostMeter& operator=(const CostMeter&) = delete;

  /// Goes on for about so many seconds.
  void work(double seconds);
  bool done() const;
  double progress() const;  ///< 0..1
  /// What it is doing: "writing segment 412 of 1 000".
  std::string doing() const;
  const std::vector<CostPoint>& points() const;
  const std::string& problem() const;  ///< empty: all is well

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "AMD EPYC 7B13, 2 cores": what a figure must be read with.
std::string machine_name();
/// "1.2 µs", "3.4 ms": three digits that matter.
std::string cost_text(double seconds);

}  // namespace kscope::viewer
