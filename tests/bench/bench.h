// Benchmarks: figures, never verdicts.
//
// Each group measures one thing that the project promises to be fast at, over several runs, and
// says what the figure is held against in the same run (a memcpy, a scan, write(2)), because a
// number without a yardstick says more about the machine than about the code.
//
// Called by: `kafkascope bench [GROUP] [--json]`. Tests never measure time.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"

namespace kscope::bench {

struct Figure {
  std::string name;
  std::string unit;
  double value = 0;             ///< the median of the runs, unless the name says otherwise
  int runs = 1;
  std::optional<std::string> limit;    ///< what the figure is held against
  std::optional<double> limit_value;
  /// value / limit_value, if there is a limit.
  std::optional<double> ratio() const {
    if (!limit_value || *limit_value == 0) return std::nullopt;
    return value / *limit_value;
  }
};

struct Group {
  const char* name;
  const char* meaning;
  std::vector<Figure> (*run)();
};

/// Every group, in the order in which `bench` runs them.
const std::vector<Group>& groups();

std::vector<Figure> sim_bench();
std::vector<Figure> seek_bench();
std::vector<Figure> cluster_bench();
std::vector<Figure> recovery_bench();  ///< of the cluster group: failovers and metadata at size
std::vector<Figure> storage_bench();
std::vector<Figure> page_cache_bench();
std::vector<Figure> lookup_bench();  ///< of the storage group
std::vector<Figure> assignor_bench();
std::vector<Figure> rebalance_bench();  ///< of the groups group
std::vector<Figure> viewer_bench();  ///< only where the viewer is built

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

double median(std::vector<double> values);

/// One batch of so many records, each with a value of so many bytes.
Bytes batch_of(int records, std::size_t value_size);

}  // namespace kscope::bench
