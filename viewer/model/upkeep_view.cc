#include "viewer/model/upkeep_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>

#include "viewer/model/cluster_view.h"
#include "viewer/model/lookup.h"

namespace kscope::viewer {

namespace {

using cluster::LogUpkeep;
using cluster::SegmentUpkeep;

constexpr const char* kRollTitle = "NEXT SEGMENT";
constexpr const char* kRetentionTitle = "RETENTION";
constexpr const char* kCleanerTitle = "CLEANER";
constexpr const char* kTierTitle = "REMOTE TIER";

double share(double value, double limit) {
  return limit <= 0 ? 1 : std::clamp(value / limit, 0.0, 1.0);
}

bool is_limit(std::int64_t value) { return value >= 0 && value != INT64_MAX; }

std::string policy_of(const storage::LogConfig& config) {
  if (config.cleanup_compact && config.cleanup_delete) return "cleanup.policy=compact,delete";
  return config.cleanup_compact ? "cleanup.policy=compact" : "cleanup.policy=delete";
}

/// "at 40.000 s, in 3.2 s".
std::string when(Instant at, Instant now) {
  if (at <= now) return "at once";
  return fmt::format("at {}, in {}", format_instant(at), setting_ms((at - now).count() / 1000));
}

std::string segments_word(std::size_t n) {
  return n == 1 ? "1 segment" : fmt::format("{} segments", n);
}

UpkeepGauge size_gauge(const char* name, std::int64_t bytes, std::int64_t limit,
                       const char* means) {
  return {name,
          fmt::format("{} of {}", format_bytes(bytes), format_bytes(limit)),
          share(static_cast<double>(bytes), static_cast<double>(limit)),
          -1,
          bytes >= limit,
          means};
}

UpkeepGauge age_gauge(const char* name, std::int64_t age_ms, std::int64_t limit_ms,
                      const char* means) {
  return {name,
          fmt::format("{} of {}", setting_ms(age_ms), setting_ms(limit_ms)),
          share(static_cast<double>(age_ms), static_cast<double>(limit_ms)),
          -1,
          age_ms > limit_ms,
          means};
}

UpkeepCard roll_card(const LogUpkeep& u) {
  UpkeepCard card;
  card.title = kRollTitle;
  const SegmentUpkeep& active = u.segments.back();
  const std::int64_t room = u.config.segment_bytes - active.bytes;
  card.verdict =
      active.bytes == 0
          ? fmt::format("The active segment {} is empty.", digits(active.base))
          : fmt::format(
                "The active segment {} takes {} more; the batch after that begins a new one.",
                digits(active.base), format_bytes(std::max<std::int64_t>(room, 0)));
  card.gauges.push_back(size_gauge("segment.bytes", active.bytes, u.config.segment_bytes,
                                   "A batch that does not fit into the active segment begins a new "
                                   "one. Only closed segments are deleted or cleaned."));
  const std::int64_t age =
      active.first_ms < 0 ? 0 : std::max<std::int64_t>(u.now_ms - active.first_ms, 0);
  card.gauges.push_back(age_gauge("segment.ms", age, u.config.max_segment_ms(),
                                  "Age of the active segment's first record. Past the limit the "
                                  "next append begins a new segment, so that old records can go."));
  return card;
}

// ---- retention

/// When the first check comes at which the oldest segment is too old.
Instant first_check_after(const LogUpkeep& u, std::int64_t wall_ms, Instant now) {
  Instant check = u.next_check.value_or(now);
  const Instant due = now + millis(std::max<std::int64_t>(wall_ms - u.now_ms, 0) + 1);
  const std::int64_t step = std::max<std::int64_t>(u.check_interval.count(), 1);
  if (due > check) {
    const std::int64_t rounds = ((due - check).count() + step - 1) / step;
    check = check + Duration(rounds * step);
  }
  return check;
}

std::string going(const LogUpkeep& u) {
  std::vector<std::string> bases;
  std::size_t count = 0;
  std::int64_t bytes = 0;
  for (const SegmentUpkeep& s : u.segments) {
    if (!s.goes) break;
    if (++count <= 3) bases.push_back(digits(s.base));
    bytes += s.bytes;
  }
  if (count == 0) return {};
  const char* reason = event::to_string(*u.segments.front().goes);
  return fmt::format("{} ({}{}), {}, by {}", segments_word(count), fmt::join(bases, ", "),
                     count > 3 ? ", …" : "", format_bytes(bytes), reason);
}

/// Years and more are no news.
constexpr std::int64_t kFarAwayMs = 365LL * 86'400'000;

std::string forecast(const LogUpkeep& u, std::int64_t keep_ms, Instant now) {
  const std::string check = u.next_check
                                ? fmt::format("The next check comes {}", when(*u.next_check, now))
                                : std::string("No check is planned");
  if (const std::string what = going(u); !what.empty()) {
    return fmt::format("{} and takes {}.", check, what);
  }
  const SegmentUpkeep& oldest = u.segments.front();
  const bool ages = is_limit(keep_ms) && oldest.bytes > 0 && keep_ms < kFarAwayMs;
  if (!ages) return check + " and takes nothing.";
  const Instant goes = first_check_after(u, oldest.newest_ms + keep_ms, now);
  return fmt::format("{} and takes nothing. If all stays as it is, segment {} goes at {}.", check,
                     digits(oldest.base), format_instant(goes));
}

void add_retention_gauges(const LogUpkeep& u, const char* ms_name, std::int64_t keep_ms,
                          const char* bytes_name, std::int64_t keep_bytes, UpkeepCard& card) {
  const SegmentUpkeep& oldest = u.segments.front();
  const std::int64_t age =
      oldest.bytes == 0 ? 0 : std::max<std::int64_t>(u.now_ms - oldest.newest_ms, 0);
  if (is_limit(keep_ms)) {
    card.gauges.push_back(
        age_gauge(ms_name, age, keep_ms,
                  "Age of the newest record in the oldest segment. A segment goes "
                  "as a whole, once all of its records are too old."));
  } else {
    card.facts.push_back({ms_name, "no limit"});
  }
  if (is_limit(keep_bytes)) {
    card.gauges.push_back(size_gauge(bytes_name, u.bytes, keep_bytes,
                                     "Size of the log. The oldest segment goes if the rest still "
                                     "holds at least so much."));
  } else {
    card.facts.push_back({bytes_name, "no limit"});
  }
}

void add_doomed(const LogUpkeep& u, Instant now, UpkeepCard& card) {
  if (u.doomed == 0) return;
  const std::int64_t ms =
      u.next_file_removal ? std::max<std::int64_t>((*u.next_file_removal - now).count() / 1000, 0)
                          : u.config.file_delete_delay_ms;
  card.facts.push_back(
      {"file.delete.delay.ms",
       fmt::format("{} as .deleted, gone in {}", segments_word(static_cast<std::size_t>(u.doomed)),
                   setting_ms(ms))});
}

UpkeepCard retention_card(const LogUpkeep& u, Instant now) {
  UpkeepCard card;
  card.title = kRetentionTitle;
  card.policy = policy_of(u.config);
  const bool tiered = u.config.remote_storage_enable && !u.config.cleanup_compact;
  if (tiered) {
    const auto or_whole = [](std::int64_t local, std::int64_t whole) {
      return local == -2 ? whole : local;
    };
    const std::int64_t ms = or_whole(u.config.local_retention_ms, u.config.retention_ms);
    const std::int64_t bytes = or_whole(u.config.local_retention_bytes, u.config.retention_bytes);
    card.verdict = forecast(u, ms, now);
    add_retention_gauges(u, "local.retention.ms", ms, "local.retention.bytes", bytes, card);
  } else if (!u.config.cleanup_delete) {
    card.verdict =
        "Deletes nothing by age or size: a compacted log keeps the newest record of every key.";
  } else {
    card.verdict = forecast(u, u.config.retention_ms, now);
    add_retention_gauges(u, "retention.ms", u.config.retention_ms, "retention.bytes",
                         u.config.retention_bytes, card);
  }
  card.acts = u.segments.front().goes.has_value();
  card.forecast = tiered || u.config.cleanup_delete;
  add_doomed(u, now, card);
  return card;
}

// ---- the cleaner

double dirty_ratio(const LogUpkeep& u) {
  const std::int64_t total = u.clean_bytes + u.dirty_bytes;
  return total == 0 ? 0 : static_cast<double>(u.dirty_bytes) / static_cast<double>(total);
}

std::string cleaner_verdict(const LogUpkeep& u, Instant now) {
  if (!u.cleaner_on) return "The cleaner is switched off (log.cleaner.enable=false).";
  if (u.uncleanable) return "The cleaner met something it cannot read here and gave this log up.";
  const std::string look = u.next_check
                               ? fmt::format("The cleaner looks {}", when(*u.next_check, now))
                               : std::string("The cleaner does not run");
  if (u.dirty_bytes == 0) {
    return look + ": nothing is dirty, because only closed segments count.";
  }
  if (u.overdue) return look + " and cleans: something has waited for max.compaction.lag.ms.";
  return dirty_ratio(u) > u.config.min_cleanable_dirty_ratio
             ? look + " and cleans: more of it is dirty than the limit."
             : look + " and lets it be: less of it is dirty than the limit.";
}

const LogDeed* last_cleaning(const LogView& log) {
  for (const LogDeed& deed : log.deeds) {
    if (deed.cleaned_to >= 0) return &deed;
  }
  return nullptr;
}

void add_last_cleaning(const Machine& machine, const LogView& log, UpkeepCard& card) {
  const LogDeed* last = last_cleaning(log);
  if (last == nullptr) {
    card.facts.push_back({"last cleaning", "none yet"});
    return;
  }
  const auto& e = std::get<event::CleanFinished>(machine.event(last->event).body);
  card.facts.push_back({"last cleaning", format_instant(last->at)});
  card.facts.push_back(
      {"records", fmt::format("{} before, {} after", e.records_before, e.records_after)});
  card.facts.push_back({"size", fmt::format("{} before, {} after", format_bytes(e.bytes_before),
                                            format_bytes(e.bytes_after))});
  if (e.tombstones_removed > 0) {
    card.facts.push_back({"tombstones removed", std::to_string(e.tombstones_removed)});
  }
}

UpkeepCard cleaner_card(const Machine& machine, const LogUpkeep& u, const LogView& log) {
  UpkeepCard card;
  card.title = kCleanerTitle;
  card.policy = u.config.cleanup_compact ? "" : policy_of(u.config);
  if (!u.config.cleanup_compact) {
    card.verdict = "Leaves this log alone: cleanup.policy does not say compact.";
    return card;
  }
  const double ratio = dirty_ratio(u), limit = u.config.min_cleanable_dirty_ratio;
  card.verdict = cleaner_verdict(u, machine.now());
  card.forecast = true;
  card.acts = u.dirty_bytes > 0 && (u.overdue || ratio > limit);
  card.gauges.push_back(
      {"min.cleanable.dirty.ratio",
       fmt::format("{:.0f} % dirty, limit {:.0f} %", ratio * 100, limit * 100), ratio, limit,
       ratio > limit,
       fmt::format("{} appended since the last pass and closed, {} cleaned before. Above the limit "
                   "the log is cleaned; a lower limit cleans more often.",
                   format_bytes(u.dirty_bytes), format_bytes(u.clean_bytes))});
  card.facts.push_back({"dirty", fmt::format("{}, from offset {}", format_bytes(u.dirty_bytes),
                                             digits(u.first_dirty))});
  if (u.config.min_compaction_lag_ms > 0) {
    card.facts.push_back({"min.compaction.lag.ms", setting_ms(u.config.min_compaction_lag_ms)});
  }
  if (is_limit(u.config.max_compaction_lag_ms)) {
    card.facts.push_back({"max.compaction.lag.ms", setting_ms(u.config.max_compaction_lag_ms)});
  }
  card.facts.push_back({"delete.retention.ms", setting_ms(u.config.delete_retention_ms)});
  add_last_cleaning(machine, log, card);
  return card;
}

UpkeepCard tier_card(const LogUpkeep& u, std::int64_t log_start) {
  UpkeepCard card;
  card.title = kTierTitle;
  card.policy = "remote.storage.enable=true";
  if (u.remote_segments == 0) {
    card.verdict =
        "Nothing is copied yet: each check copies the closed segments, then local copies may go.";
  } else {
    const std::int64_t local = u.segments.front().base;
    const std::string where =
        local > log_start
            ? fmt::format(
                  "The local disk begins at offset {}; what is older is read from the tier.",
                  digits(local))
            : std::string("The local disk still has all of them, too.");
    card.verdict = fmt::format("{} up to offset {} lie in the remote tier. {}",
                               segments_word(static_cast<std::size_t>(u.remote_segments)),
                               digits(u.remote_end - 1), where);
  }
  card.facts.push_back({"remote", format_bytes(u.remote_bytes)});
  card.facts.push_back({"local", format_bytes(u.bytes)});
  card.facts.push_back({"retention.ms, both tiers", setting_ms(u.config.retention_ms)});
  return card;
}

}  // namespace

std::string setting_ms(std::int64_t ms) {
  constexpr std::int64_t kSecond = 1000, kHour = 3'600'000, kDay = 86'400'000;
  if (!is_limit(ms)) return "no limit";
  if (ms < kSecond) return fmt::format("{} ms", ms);
  if (ms >= 2 * kDay) return fmt::format("{} d", ms / kDay);
  if (ms >= 2 * kHour) return fmt::format("{} h", ms / kHour);
  if (ms >= 600 * kSecond) return fmt::format("{} min", ms / 60'000);
  return ms % kSecond == 0 ? fmt::format("{} s", ms / kSecond)
                           : fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
}

UpkeepView build_upkeep(const Machine& machine, const LogView& log) {
  UpkeepView view;
  const auto upkeep = machine.log_upkeep(log.node, log.partition);
  if (!upkeep || upkeep->segments.empty()) {
    view.problem = log.partition.topic.starts_with("__cluster_metadata")
                       ? "The metadata log is kept by the quorum: it has snapshots in place of "
                         "retention and cleaning."
                       : "This log is not online on this broker: nobody looks after it.";
    return view;
  }
  view.cards.push_back(roll_card(*upkeep));
  view.cards.push_back(retention_card(*upkeep, machine.now()));
  const bool tiered = upkeep->config.remote_storage_enable && !upkeep->config.cleanup_compact;
  view.cards.push_back(tiered ? tier_card(*upkeep, log.log_start)
                              : cleaner_card(machine, *upkeep, log));
  return view;
}

}  // namespace kscope::viewer
