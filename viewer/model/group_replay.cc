#include "viewer/model/group_replay.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

namespace {

/// Enough for two cooperative rebalances: each waits for heartbeats, every three seconds.
constexpr Duration kAfterwards = seconds(10);
/// Virtual time between two looks at the clock.
constexpr Duration kReplaySlice = millis(20);

/// The most partitions that stood still at one moment, of those that were read after `from`.
std::int32_t most_at_once(const std::vector<Unread>& gaps, Instant from) {
  std::vector<std::pair<Instant, int>> edges;
  for (const Unread& gap : gaps) {
    if (gap.before == nullptr || gap.from <= from) continue;
    edges.emplace_back(gap.from, +1);
    edges.emplace_back(gap.until, -1);
  }
  std::sort(edges.begin(), edges.end());
  std::int32_t now = 0, most = 0;
  for (const auto& [at, step] : edges) {
    now += step;
    most = std::max(most, now);
  }
  return most;
}

/// A history in another run knows the group by another number.
std::optional<NameRef> group_named(const GroupHistory& history, const NameTable& names,
                                   const std::string& id) {
  for (const auto& [ref, past] : history.groups()) {
    if (names.name(ref) == id) return ref;
  }
  return {};
}

/// Bars by partition with names from the run's own snapshot.
ReadChart chart_of(const GroupPast& past, const NameTable& names, const cluster::Snapshot& snapshot,
                   Instant from, Instant until) {
  ReadChart chart;
  chart.from = from;
  chart.until = until;
  const auto face = [&](std::int32_t client) {
    const auto place = std::find(past.clients.begin(), past.clients.end(), client);
    return MemberFace{client, snapshot.name_of(client),
                      static_cast<int>(place - past.clients.begin())};
  };
  for (const PartitionRef& ref : past.partitions) {
    ReadRow row;
    row.partition = names.name(ref);
    for (const ReadStretch& read : past.reads) {
      if (!(read.partition == ref)) continue;
      const Instant a = std::max(read.from, from);
      const Instant b = std::min(read.until.value_or(until), until);
      if (b <= a) continue;
      row.member = face(read.client);
      row.bars.push_back({a, b, row.member, row.member.name,
                          fmt::format("{} is read by {}, {} to {}", row.partition.str(),
                                      row.member.name, format_instant(a), format_instant(b)),
                          EventSeq()});
    }
    for (const Unread& gap : unread_of(past, ref, from, until)) {
      const std::string length = short_time(gap.until - gap.from);
      row.unread += gap.until - gap.from;
      row.bars.push_back({gap.from, gap.until, MemberFace{-1, "nobody", -1}, length + " unread",
                          fmt::format("{} goes unread for {}", row.partition.str(), length),
                          EventSeq()});
    }
    chart.unread += row.unread;
    chart.rows.push_back(std::move(row));
  }
  std::stable_sort(chart.rows.begin(), chart.rows.end(),
                   [](const auto& a, const auto& b) { return a.partition < b.partition; });
  return chart;
}

}  // namespace

GroupFigures figures_of(const GroupPast& past, Instant from, Instant until) {
  GroupFigures out;
  const std::vector<Unread> gaps = unread_between(past, from, until);
  for (const Unread& gap : gaps) out.unread += gap.until - gap.from;
  out.stopped = most_at_once(gaps, from);
  Instant rest = from;
  bool at_rest = true;  // only when every partition is read again
  for (const Rebalance& rebalance : past.rebalances) {
    if (rebalance.began < from || rebalance.began > until) continue;
    ++out.rebalances;
    const bool over = rebalance.ended && *rebalance.ended <= until;
    at_rest = over;
    if (over) rest = *rebalance.ended;
  }
  out.moved = moved_between(past, from, until);
  for (const ReadStretch& read : past.reads) {
    const bool revoked = read.end == ReadEnd::Revoked || read.end == ReadEnd::Lost;
    if (revoked && read.until && *read.until >= from && *read.until <= until) ++out.given_up;
  }
  for (const Unread& gap : gaps) {
    at_rest = at_rest && gap.until < until;
    rest = std::max(rest, gap.until);
  }
  if (at_rest) out.rest = rest - from;
  for (const Repeat& repeat : past.repeats) {
    if (repeat.at >= from && repeat.at <= until) out.repeated += repeat.count;
  }
  return out;
}

std::unique_ptr<GroupReplay> GroupReplay::begin(const GroupScope& scope, const std::string& present,
                                                const GroupStrategy& strategy,
                                                std::string* why_not) {
  std::unique_ptr<GroupReplay> replay(new GroupReplay());
  replay->id_ = scope.id;
  replay->strategy_ = strategy;
  replay->from_ = scope.from;
  const Instant end =
      scope.shown != nullptr && scope.shown->ended ? *scope.shown->ended : scope.snapshot().now;
  replay->until_ = std::max(end, scope.from) + kAfterwards;
  RunChange change;
  change.command = [id = scope.id, strategy](const std::string& line) {
    return with_strategy(line, id, strategy);
  };
  if (strategy.consumer) {
    change.config["group.coordinator.rebalance.protocols"] = "classic,consumer";
  }
  GroupTrial* const trials = replay->trials_;
  trials[0].title = "as it was: " + present;
  trials[1].title = "instead: " + strategy.label();
  trials[0].run = scope.machine.side_run({}, why_not);
  trials[1].run = scope.machine.side_run(change, why_not);
  if (trials[0].run == nullptr || trials[1].run == nullptr) return nullptr;
  for (int i = 0; i < 2; ++i) {
    trials[i].run->listen(
        [history = &trials[i].history](const event::Event& event) { history->read(event); });
  }
  return replay;
}

void GroupReplay::work(const std::function<bool()>& enough) {
  while (!done_) {
    // The one that is behind goes on, so that both bars grow.
    GroupTrial& trial = trials_[0].run->now() <= trials_[1].run->now() ? trials_[0] : trials_[1];
    trial.run->run_until(std::min(until_, trial.run->now() + kReplaySlice));
    done_ = trials_[0].run->now() >= until_ && trials_[1].run->now() >= until_;
    if (enough()) break;
  }
  if (!done_ || measured_) return;
  measured_ = true;
  for (GroupTrial& trial : trials_) measure(trial);
}

void GroupReplay::measure(GroupTrial& trial) const {
  trial.refused = trial.run->refused();
  const auto group = group_named(trial.history, trial.run->names(), id_);
  const GroupPast* past = group ? trial.history.find(*group) : nullptr;
  if (past == nullptr) return;
  trial.figures = figures_of(*past, from_, until_);
  trial.chart = chart_of(*past, trial.run->names(), trial.run->snapshot(), from_, until_);
}

float GroupReplay::progress() const {
  const auto us = [](const GroupTrial& trial) {
    return static_cast<double>(to_micros(trial.run->now()));
  };
  const double whole = 2.0 * static_cast<double>(std::max<std::int64_t>(to_micros(until_), 1));
  return static_cast<float>((us(trials_[0]) + us(trials_[1])) / whole);
}

std::string GroupReplay::verdict() const {
  const GroupFigures& a = trials_[0].figures;
  const GroupFigures& b = trials_[1].figures;
  const double was = static_cast<double>(a.unread.count()) / 1e6;
  const double is = static_cast<double>(b.unread.count()) / 1e6;
  if (!trials_[1].refused.empty()) return "It could not be run so: " + trials_[1].refused.front();
  if (trials_[1].chart.rows.empty()) {
    return fmt::format("With {} nobody in the group read anything.", strategy_.label());
  }
  const char* than = is < was ? "less" : "more";
  std::string text =
      is == was ? fmt::format("Partitions went unread just as long with {}", strategy_.label())
                : fmt::format("With {} partitions went unread for {:.2f} partition-seconds {}",
                              strategy_.label(), is < was ? was - is : is - was, than);
  return text + fmt::format("; {} moved in place of {}.", b.moved, a.moved);
}

}  // namespace kscope::viewer
