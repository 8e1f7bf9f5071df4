#include "engine/storage/leader_epoch_cache.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "engine/storage/checkpoint_file.h"

namespace kscope::storage {

namespace {

// The first entry of a later epoch.
template <class Entries>
auto first_after(Entries& entries, LeaderEpoch epoch) {
  return std::upper_bound(
      entries.begin(), entries.end(), epoch,
      [](LeaderEpoch wanted, const EpochEntry& entry) { return wanted < entry.epoch; });
}

}  // namespace

bool LeaderEpochCache::assign(LeaderEpoch epoch, Offset start) {
  KCHECK(epoch.value() >= 0 && start.value() >= 0);
  if (!entries_.empty()) {
    const EpochEntry& last = entries_.back();
    if (last.epoch == epoch && start >= last.start) return false;
  }
  while (!entries_.empty() &&
         (entries_.back().epoch >= epoch || entries_.back().start >= start)) {
    entries_.pop_back();
  }
  entries_.push_back({epoch, start});
  return true;
}

std::optional<LeaderEpochCache::End> LeaderEpochCache::end_for(LeaderEpoch epoch,
                                                               Offset log_end) const {
  if (entries_.empty() || epoch.value() < 0) return std::nullopt;
  if (entries_.back().epoch == epoch) return End{epoch, log_end};
  const auto higher = first_after(entries_, epoch);
  if (higher == entries_.end()) return std::nullopt;  // newer than everything known here
  // Older than everything that is left: what the follower has of it ends where the log begins.
  if (higher == entries_.begin()) return End{epoch, higher->start};
  return End{std::prev(higher)->epoch, higher->start};
}

std::optional<LeaderEpoch> LeaderEpochCache::epoch_of(Offset offset) const {
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), offset,
      [](Offset wanted, const EpochEntry& entry) { return wanted < entry.start; });
  if (after == entries_.begin()) return std::nullopt;
  return std::prev(after)->epoch;
}

void LeaderEpochCache::truncate_from_end(Offset end) {
  while (!entries_.empty() && entries_.back().start >= end) entries_.pop_back();
}

void LeaderEpochCache::truncate_from_start(Offset start) {
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), start,
      [](Offset wanted, const EpochEntry& entry) { return wanted < entry.start; });
  if (after == entries_.begin()) return;
  std::prev(after)->start = start;
  entries_.erase(entries_.begin(), std::prev(after));
}

std::optional<EpochEntry> LeaderEpochCache::latest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.back();
}

std::string LeaderEpochCache::to_checkpoint() const {
  std::vector<std::string> lines;
  lines.reserve(entries_.size());
  for (const EpochEntry& entry : entries_) {
    lines.push_back(fmt::format("{} {}", entry.epoch.value(), entry.start.value()));
  }
  return checkpoint_text(lines);
}

Result<LeaderEpochCache> LeaderEpochCache::from_checkpoint(std::string_view text) {
  KTRY_ASSIGN(const auto lines, parse_checkpoint(text));
  LeaderEpochCache cache;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto numbers = parse_numbers(lines[i], 2);
    if (!numbers || (*numbers)[0] < 0 || (*numbers)[1] < 0 ||
        (*numbers)[0] > std::numeric_limits<std::int32_t>::max()) {
      return Error{ErrorKind::Corrupt,
                   fmt::format("line {}: \"{}\" is not an epoch and its start offset", i + 3,
                               lines[i])};
    }
    cache.assign(LeaderEpoch(static_cast<std::int32_t>((*numbers)[0])), Offset((*numbers)[1]));
  }
  return cache;
}

}  // namespace kscope::storage
