#include "viewer/lab/page_cache_meter.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>

#include "viewer/lab/page_cache_trials.h"
#include "viewer/model/cost_meter.h"

namespace kscope::lab {

namespace {

/// Trials are made when their turn comes: each begins with a connection or a file of its own.
struct Plan {
  const char* figure;  ///< empty: it only prepares
  const char* doing;
  std::function<std::unique_ptr<Trial>()> make;
};

std::vector<Plan> plans_of(MeterGroup group) {
  if (group == MeterGroup::Batches) {
    const auto plan = [](const char* figure, const char* doing, std::size_t size, bool flush) {
      return Plan{figure, doing, [size, flush] { return batches_trial(size, flush); }};
    };
    return {plan("write_100", "a write for every 100 B", 100, false),
            plan("write_1k", "a write for every 1000 B", 1000, false),
            plan("write_16k", "a write for every 16 KiB", 16 * 1024, false),
            plan("write_256k", "a write for every 256 KiB", 256 * 1024, false),
            plan("write_16k_fsync", "16 KiB, and an fsync after each", 16 * 1024, true)};
  }
  const auto file = std::make_shared<ScratchFile>();
  std::vector<Plan> plans{{"", "writing a file of 32 MB", [file] { return fill_trial(file); }}};
  if (group == MeterGroup::Writes) {
    plans.push_back({"write_sequential", "4 KiB blocks in sequence",
                     [file] { return blocks_trial(file, false); }});
    plans.push_back({"write_random", "4 KiB blocks in random order",
                     [file] { return blocks_trial(file, true); }});
    return plans;
  }
  // The best of three: other programs use this machine, too.
  for (int run = 0; run < 3; ++run) {
    const auto add = [&](const char* figure, const char* doing, CopyWay way) {
      plans.push_back({figure, doing, [file, way] { return copy_trial(file, way); }});
    };
    add("copy_read_write", "to a socket by read and write", CopyWay::ReadWrite);
    add("copy_mmap", "to a socket by mmap and write", CopyWay::Mmap);
    add("copy_sendfile", "to a socket by sendfile", CopyWay::Sendfile);
  }
  return plans;
}

/// figures[name] = 100 (or another factor) × a / b, if both are there.
void add_share(Figures& figures, const char* name, const char* a, const char* b,
               std::int64_t factor = 100) {
  if (figures.count(a) == 0 || figures.count(b) == 0) return;
  figures[name] = factor * figures[a] / std::max<std::int64_t>(figures[b], 1);
}

double seconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

}  // namespace

struct PageCacheMeter::Impl {
  std::vector<Plan> plans;
  std::size_t at = 0;
  std::unique_ptr<Trial> trial;  // of plans[at]; null: not begun
  Figures best;
};

PageCacheMeter::PageCacheMeter(MeterGroup group) : impl_(std::make_unique<Impl>()) {
  impl_->plans = plans_of(group);
}
PageCacheMeter::~PageCacheMeter() = default;

bool PageCacheMeter::done() const { return impl_->at >= impl_->plans.size(); }

void PageCacheMeter::work(double seconds) {
  const double until = seconds_now() + seconds;
  while (!done() && seconds_now() < until) {
    const Plan& plan = impl_->plans[impl_->at];
    if (!impl_->trial) impl_->trial = plan.make();
    impl_->trial->step();
    if (!impl_->trial->done()) continue;
    const std::int64_t rate = impl_->trial->rate();
    const std::string figure = plan.figure;
    if (!figure.empty() && rate >= 0) {
      impl_->best[figure] = std::max(impl_->best[figure], rate);
    }
    impl_->trial.reset();
    ++impl_->at;
  }
}

double PageCacheMeter::progress() const {
  const double part = impl_->trial ? impl_->trial->share() : 0;
  return (static_cast<double>(impl_->at) + part) / static_cast<double>(impl_->plans.size());
}

std::string PageCacheMeter::doing() const { return done() ? "" : impl_->plans[impl_->at].doing; }

Figures PageCacheMeter::figures() const {
  Figures figures = impl_->best;
  add_share(figures, "random_percent", "write_random", "write_sequential");
  add_share(figures, "batch_times", "write_16k", "write_100", 1);
  add_share(figures, "fsync_percent", "write_16k_fsync", "write_16k");
  add_share(figures, "sendfile_percent", "copy_sendfile", "copy_read_write");
  return figures;
}

Figures measure(MeterGroup group) {
  constexpr double kForAsLongAsItTakes = 3600;
  PageCacheMeter meter(group);
  meter.work(kForAsLongAsItTakes);
  return meter.figures();
}

namespace {

struct GroupNames {
  MeterGroup group;
  std::vector<const char*> names;
};

const std::array<GroupNames, 3>& groups() {
  static const std::array<GroupNames, 3> all{{
      {MeterGroup::Writes, {"write_sequential", "write_random", "random_percent"}},
      {MeterGroup::Batches,
       {"write_100", "write_1k", "write_16k", "write_256k", "batch_times", "write_16k_fsync",
        "fsync_percent"}},
      {MeterGroup::Copies, {"copy_read_write", "copy_mmap", "copy_sendfile", "sendfile_percent"}},
  }};
  return all;
}

/// What this process has measured so far, by group, and what it is at.
struct Taken {
  Figures figures;
  std::unique_ptr<PageCacheMeter> meter;
};
std::array<Taken, 3>& taken() {
  static std::array<Taken, 3> all;
  return all;
}

std::string name_in(const std::string& place) {
  const std::size_t blank = place.find(' ');
  return blank == std::string::npos ? "" : place.substr(blank + 1);
}

/// Index of the group; 3: of none.
std::size_t group_of(const std::string& place) {
  if (!is_measured_place(place)) return groups().size();
  const std::string name = name_in(place);
  const auto it = std::find_if(groups().begin(), groups().end(), [&](const GroupNames& g) {
    return std::any_of(g.names.begin(), g.names.end(), [&](const char* n) { return name == n; });
  });
  return static_cast<std::size_t>(it - groups().begin());
}

/// Goes on with one group; what failed altogether is remembered as a figure without a name.
void go_on(std::size_t group, double seconds) {
  Taken& t = taken()[group];
  if (!t.meter) t.meter = std::make_unique<PageCacheMeter>(groups()[group].group);
  t.meter->work(seconds);
  if (!t.meter->done()) return;
  t.figures = t.meter->figures();
  if (t.figures.empty()) t.figures[""] = 0;
  t.meter.reset();
}

std::vector<std::size_t> missing_groups(const std::vector<std::string>& places) {
  std::vector<std::size_t> missing;
  for (std::size_t g = 0; g < groups().size(); ++g) {
    const bool wanted = std::any_of(places.begin(), places.end(),
                                    [&](const std::string& p) { return group_of(p) == g; });
    if (wanted && taken()[g].figures.empty()) missing.push_back(g);
  }
  return missing;
}

}  // namespace

bool is_measured_place(const std::string& place) { return place.rfind("measured ", 0) == 0; }

std::string check_measured_place(const std::string& place) {
  std::string known = "machine";
  if (name_in(place) == known) return "";
  for (const GroupNames& group : groups()) {
    for (const char* name : group.names) {
      if (name_in(place) == name) return "";
      known += fmt::format(", {}", name);
    }
  }
  return fmt::format("\"{}\": expected measured and one of {}", place, known);
}

std::string read_measured_place(const std::string& place) {
  constexpr double kForAsLongAsItTakes = 3600;
  const std::string name = name_in(place);
  if (name == "machine") return viewer::machine_name();
  const std::size_t group = group_of(place);
  if (group >= groups().size()) return "none";
  const Figures& figures = taken()[group].figures;
  if (figures.empty()) go_on(group, kForAsLongAsItTakes);
  const auto it = figures.find(name);
  return it == figures.end() ? "none" : std::to_string(it->second);
}

bool must_measure(const std::vector<std::string>& places) {
  return !missing_groups(places).empty();
}

Measuring go_on_measuring(const std::vector<std::string>& places, double seconds) {
  const std::vector<std::size_t> missing = missing_groups(places);
  go_on(missing.front(), seconds);
  const Taken& now = taken()[missing.front()];
  if (!now.meter) return {1, ""};
  return {now.meter->progress(), now.meter->doing()};
}

void pretend_measured(const Figures& figures) {
  for (Taken& t : taken()) {
    t.figures = figures;
    t.meter.reset();
  }
}

}  // namespace kscope::lab
