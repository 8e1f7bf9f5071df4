// D9: what a coordinator says is in __consumer_offsets, committed.
//
// Its memory equals a second reading of its log; a commit is confirmed, and an assignment is handed
// out, only when the record of it is below the high watermark. So the next coordinator knows all
// that this one ever said. Kafka: CoordinatorRuntime, DeferredEventQueue; KAFKA-20634 broke it.
#include <fmt/core.h>

#include <algorithm>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

std::string group_name(const Check& check, NameRef group) {
  return "group " + check.engine.names().name(group);
}

/// Where the group is written, and everything there can be trusted.
PartitionGhost* home_of(Check& check, NameRef group) {
  const auto history = check.ghost.groups.histories.find(group);
  if (history == check.ghost.groups.histories.end()) return nullptr;
  PartitionGhost& home = check.partition(history->second.home);
  return home.deleted || home.losses > 0 ? nullptr : &home;
}

void compare_books(Check& check, PartitionRef partition) {
  const auto books = check.engine.books(check.node(), partition);
  if (!books || check.holds(books->kept == books->replayed)) return;
  const auto [kept, replayed] = std::mismatch(books->kept.begin(), books->kept.end(),
                                              books->replayed.begin(), books->replayed.end());
  const auto line = [](auto at, auto end) {
    return at == end ? std::string("nothing more") : at->first + " = " + at->second;
  };
  check.violated(check.where(partition),
                 fmt::format("the coordinator has {}, its log {}", line(kept, books->kept.end()),
                             line(replayed, books->replayed.end())));
}

void on_loaded(Check& check, const event::CoordinatorLoaded& e) {
  compare_books(check, e.partition);
}

void on_rest(Check& check, const event::GroupStateChanged& e) {
  if (e.to != event::GroupState::Stable && e.to != event::GroupState::Empty) return;
  const auto history = check.ghost.groups.histories.find(e.group);
  if (history != check.ghost.groups.histories.end()) compare_books(check, history->second.home);
}

/// Classic: every SyncGroup is answered with this step.
void on_stable(Check& check, const event::GroupStateChanged& e) {
  using event::GroupState;
  if (e.from != GroupState::CompletingRebalance || e.to != GroupState::Stable) return;
  const PartitionGhost* home = home_of(check, e.group);
  const auto told = check.ghost.groups.told.find({check.node(), e.group});
  if (home == nullptr || told == check.ghost.groups.told.end()) return;
  const std::int64_t at = told->second.record_at;
  if (check.holds(at >= 0 && at < home->log.committed_end)) return;
  check.violated(group_name(check, e.group),
                 fmt::format("the assignment of generation {} is handed out, but its record {} is "
                             "not committed (only those before {})",
                             e.generation, at, home->log.committed_end));
}

void on_committed(Check& check, const event::OffsetCommitted& e) {
  const PartitionGhost* home = home_of(check, e.group);
  const auto& written = check.ghost.groups.written;
  const auto mine = written.find({check.node(), e.group, e.partition});
  if (home == nullptr || mine == written.end()) return;
  const std::int64_t at = mine->second.front();
  // It also tells of what it found uncommitted when it read its log.
  const auto& history = check.ghost.groups.histories[e.group];
  const auto tail = check.ghost.groups.loaded_tails.find({check.node(), history.home});
  const bool found = tail != check.ghost.groups.loaded_tails.end();
  if (check.holds(at < home->log.committed_end || found)) return;
  check.violated(group_name(check, e.group),
                 fmt::format("offset {} of {} is told, but its record {} is not committed",
                             e.offset.value(), check.name(e.partition), at));
}

void on_acked(Check& check, const event::CommitSucceeded& e) {
  const auto consumer = check.ghost.groups.consumers.find(check.node());
  if (consumer == check.ghost.groups.consumers.end()) return;
  const NameRef group = consumer->second.group;
  if (home_of(check, group) == nullptr) return;
  const auto& told = check.ghost.groups.histories[group].committed[e.partition];
  if (check.holds(std::find(told.begin(), told.end(), e.offset.value()) != told.end())) return;
  check.violated(group_name(check, group),
                 fmt::format("the commit of {} for {} is confirmed before it is committed",
                             e.offset.value(), check.name(e.partition)));
}

}  // namespace

const Checker d9_group_records{
    "D9",
    "Group records",
    "What a coordinator says is committed to __consumer_offsets, and its log says the same.",
    {at_end<on_loaded>(), at_end<on_rest>(), before<on_stable>(), before<on_committed>(),
     before<on_acked>()}};

}  // namespace kscope::sim
