// B8: a metadata log that does not begin at 0 begins exactly where a snapshot ends.
//
// Otherwise records would be gone that nothing stands for. Kafka: RaftEventSimulationTest's
// SnapshotAtLogStart; KafkaMetadataLog.deleteBeforeSnapshot.
#include <fmt/core.h>

#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

MemberGhost& member(Check& check) { return check.ghost.members[check.node()]; }

void on_written(Check& check, const event::SnapshotGenerated& e) {
  member(check).snapshots.insert(e.end.value());
}

// The last piece: the file is put in place before the log is thrown away.
void on_piece(Check& check, const event::SnapshotPieceFetched& e) {
  if (e.position == e.size) member(check).snapshots.insert(e.end.value());
}

void on_installed(Check& check, const event::SnapshotInstalled& e) {
  if (check.holds(member(check).log_start == e.end.value())) return;
  check.violated(check.voter_name(),
                 fmt::format("installs the snapshot {}, but its log begins at {}", e.end.value(),
                             member(check).log_start));
}

// At a start the log may begin before that: whole segments are kept (and then it has them all).
void on_opened(Check& check, const event::LogOpened& e) {
  if (check.is_metadata(e.partition)) member(check).log_start = e.log_start.value();
}

void on_start_moved(Check& check, const event::LogStartAdvanced& e) {
  if (!check.is_metadata(e.partition)) return;
  member(check).log_start = e.to.value();
  if (check.holds(e.to.value() == 0 || member(check).snapshots.count(e.to.value()) != 0)) return;
  check.violated(check.voter_name(),
                 fmt::format("its log begins at {}, and no snapshot ends there", e.to.value()));
}

void on_deleted(Check& check, const event::SnapshotDeleted& e) {
  member(check).snapshots.erase(e.end.value());
  if (check.holds(e.end.value() == 0 || e.end.value() != member(check).log_start)) return;
  check.violated(check.voter_name(),
                 fmt::format("deletes the snapshot {} that its log begins with", e.end.value()));
}

}  // namespace

const Checker b8_snapshot_at_log_start{
    "B8",
    "Snapshot at the log's start",
    "A metadata log that does not begin at 0 begins where a snapshot ends.",
    {before<on_written>(), before<on_piece>(), before<on_opened>(), after<on_installed>(),
     after<on_start_moved>(), after<on_deleted>()}};

}  // namespace kscope::sim
