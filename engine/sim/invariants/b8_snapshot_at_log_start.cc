// B8: a metadata log that does not begin at 0 begins exactly where a snapshot ends.
//
// Otherwise records would be gone that nothing stands for. Kafka: RaftEventSimulationTest's
// SnapshotAtLogStart; KafkaMetadataLog.deleteBeforeSnapshot.
#include <fmt/core.h>

#include "engine/sim/invariants/quorum_promises.h"

namespace kscope::sim {

void SnapshotRules::on(const event::SnapshotGenerated& e) {
  member().snapshots.insert(e.end.value());
}

// The last piece: the file is put in place before the log is thrown away.
void SnapshotRules::on(const event::SnapshotPieceFetched& e) {
  if (e.position == e.size) member().snapshots.insert(e.end.value());
}

void SnapshotRules::on(const event::SnapshotInstalled& e) {
  if (member().log_start == e.end.value()) return;
  check_.violated("B8", fmt::format("controller {}", check_.node().value()),
                  fmt::format("installs the snapshot {}, but its log begins at {}", e.end.value(),
                              member().log_start));
}

// At a start the log may begin before that: whole segments are kept (and then it has them all).
void SnapshotRules::on(const event::LogOpened& e) {
  if (check_.is_metadata(e.partition)) member().log_start = e.log_start.value();
}

void SnapshotRules::on(const event::LogStartAdvanced& e) {
  if (!check_.is_metadata(e.partition)) return;
  member().log_start = e.to.value();
  if (e.to.value() == 0 || member().snapshots.count(e.to.value()) != 0) return;
  check_.violated(
      "B8", fmt::format("controller {}", check_.node().value()),
      fmt::format("the metadata log begins at {}, and no snapshot ends there", e.to.value()));
}

void SnapshotRules::on(const event::SnapshotDeleted& e) {
  member().snapshots.erase(e.end.value());
  if (e.end.value() == 0 || e.end.value() != member().log_start) return;
  check_.violated("B8", fmt::format("controller {}", check_.node().value()),
                  fmt::format("deletes the snapshot {} that its log begins with", e.end.value()));
}

}  // namespace kscope::sim
