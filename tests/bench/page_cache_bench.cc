// The figures of the lab about page cache and zero-copy: the machine alone, without the engine.
#include "tests/bench/bench.h"
#include "viewer/lab/page_cache_meter.h"

namespace kscope::bench {

namespace {

constexpr int kPageCacheRuns = 3;

/// Each name's median over the runs; names that could not be measured are left out.
std::map<std::string, double> medians(lab::MeterGroup group) {
  std::map<std::string, std::vector<double>> all;
  for (int run = 0; run < kPageCacheRuns; ++run) {
    for (const auto& [name, value] : lab::measure(group)) {
      if (name.ends_with("_percent") || name.ends_with("_times")) continue;
      all[name].push_back(static_cast<double>(value));
    }
  }
  std::map<std::string, double> result;
  for (auto& [name, values] : all) result[name] = median(std::move(values));
  return result;
}

/// One figure for each name; all are held against `limit`, which is one of them.
void add(std::vector<Figure>& figures, lab::MeterGroup group, const char* limit) {
  const std::map<std::string, double> values = medians(group);
  for (const auto& [name, value] : values) {
    Figure figure{name, "MB/s", value, kPageCacheRuns, {}, {}};
    if (name != limit && values.count(limit) > 0) {
      figure.limit = limit;
      figure.limit_value = values.at(limit);
    }
    figures.push_back(std::move(figure));
  }
}

}  // namespace

std::vector<Figure> page_cache_bench() {
  std::vector<Figure> figures;
  add(figures, lab::MeterGroup::Writes, "write_sequential");
  add(figures, lab::MeterGroup::Batches, "write_256k");
  add(figures, lab::MeterGroup::Copies, "copy_sendfile");
  return figures;
}

}  // namespace kscope::bench
