// The ghost of processes and their machines: who is alive, whose disk is to be trusted.
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

void on_start(Check& check, const event::NodeStarted&) {
  NodeGhost& node = check.machine();
  node.alive = true;
  node.serving = false;
  node.dir_failed = false;
  node.was_up = false;
  node.metadata_offset = 0;
}

void end_process(Check& check, bool clean) {
  NodeGhost& node = check.machine();
  node.alive = false;
  node.serving = false;
  node.clean_stop = clean && node.was_up && !node.disk_damaged && !node.dir_failed;
  for (auto& [ref, p] : check.ghost.partitions) p.beliefs.erase(check.node());
}

void on_stop(Check& check, const event::NodeStopped&) { end_process(check, true); }

void on_crash(Check& check, const event::NodeCrashed& e) {
  end_process(check, false);
  if (e.kind != event::CrashKind::PowerLoss) return;
  check.machine().power_lost = true;
  for (auto& [ref, p] : check.ghost.partitions) {
    const auto copy = p.log.copies.find(check.node());
    if (copy == p.log.copies.end() || p.deleted) continue;
    // It may come back without what was not flushed. Committed or not makes no difference: the
    // leader goes on counting what this member once reported, until the controller fences it.
    if (copy->second.flushed >= copy->second.end || !p.isr.contains(check.node())) continue;
    copy->second.owed = std::max(copy->second.owed, copy->second.end);
    if (!p.lossy.contains(check.node())) p.lossy.add(check.node());
    note_lossy_members(check.ghost, p);
  }
}

void on_flip(Check& check, const event::BitFlipped&) { check.machine().disk_damaged = true; }

/// A full or failing disk may have taken half a batch; recovery will cut it.
void on_disk_fault(Check& check, const event::DiskFaultChanged& e) {
  if (e.fault == event::DiskFault::SlowFlush) return;
  NodeGhost& node = check.machine();
  node.disk_damaged = true;
  if (e.active)
    node.disk_faults.insert(e.fault);
  else
    node.disk_faults.erase(e.fault);
}

void on_failed_dir(Check& check, const event::LogDirFailed&) { check.machine().dir_failed = true; }

void on_state(Check& check, const event::BrokerStateChanged& e) {
  NodeGhost& node = check.machine();
  node.serving = e.to == event::BrokerState::Running;
  if (!node.serving) return;
  node.was_up = true;
  node.power_lost = false;  // its logs are open: what is gone is known
  node.clean_stop = false;
  node.disk_damaged = !node.disk_faults.empty();
}

void on_metadata(Check& check, const event::MetadataApplied& e) {
  check.machine().metadata_offset = e.offset.value();
}

}  // namespace

const Recorder machines_ghost{{record<on_start>(), record<on_stop>(), record<on_crash>(),
                               record<on_flip>(), record<on_disk_fault>(), record<on_failed_dir>(),
                               record<on_state>(), record<on_metadata>()}};

}  // namespace kscope::sim
