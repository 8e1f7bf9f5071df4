// The ghost of logs: which batches each copy holds.
//
// Comparing all replicas with each other after every step would be quadratic and read every byte
// over and over. Instead each batch is read once, when it is appended, and known by its identity
// from then on; copies are compared with one committed sequence, each from where it was compared
// last.
#include <algorithm>

#include "engine/record/record_batch.h"
#include "engine/sim/invariants/list.h"

namespace kscope::sim {
namespace {

using State = FoundBatch::State;

State read_batch(Check& check, const event::BatchAppended& e, CopyGhost& copy) {
  const Result<Bytes> bytes = check.engine.appended_batch(check.node(), e, copy.place);
  if (!bytes.ok()) {
    check.found.problem = bytes.error().message;
    return bytes.error().kind == ErrorKind::NotFound ? State::Gone : State::Unreadable;
  }
  const auto header = record::parse_header(*bytes);
  if (!header.ok() || !record::crc_is_valid(*bytes)) return State::Corrupt;
  check.found.id = {header->base_offset, header->last_offset(), header->partition_leader_epoch,
                    header->crc};
  return header->base_offset < copy.end ? State::Seen : State::New;
}

void on_append(Check& check, const event::BatchAppended& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  CopyGhost& copy = log->copies[check.node()];
  check.found.state = read_batch(check, e, copy);
  if (check.found.state == State::Gone) copy.end = std::max(copy.end, e.last.value() + 1);
  if (check.found.state != State::New) return;
  copy.batches.push_back(check.found.id);
  copy.end = check.found.id.last + 1;
}

void on_roll(Check& check, const event::SegmentRolled& e) {
  if (LogGhost* log = check.log_of(e.partition))
    log->copies[check.node()].place = {e.base.value(), 0};
}

void on_truncate(Check& check, const event::LogTruncated& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  CopyGhost& copy = log->copies[check.node()];
  const std::int64_t end = e.to_end.value();
  copy.batches.truncate(std::min(copy.batches.size(), find_offset(copy.batches, end)));
  copy.end = end;
  if (e.reason == event::TruncateReason::FullyAndRestart || copy.start > end) copy.start = end;
  copy.flushed = std::min(copy.flushed, end);
  copy.checked = std::min(copy.checked, end);
  copy.place = {};
}

void on_log_start(Check& check, const event::LogStartAdvanced& e) {
  if (LogGhost* log = check.log_of(e.partition)) {
    CopyGhost& copy = log->copies[check.node()];
    copy.start = e.to.value();
    copy.checked = std::max(copy.checked, copy.start);
  }
}

void on_delete(Check& check, const event::LogDeleted& e) {
  if (LogGhost* log = check.log_of(e.partition)) log->copies.erase(check.node());
}

void on_flush(Check& check, const event::LogFlushed& e) {
  // A log that was just opened vouches for less than what is safe: its checkpoint is older.
  if (LogGhost* log = check.log_of(e.partition)) {
    CopyGhost& copy = log->copies[check.node()];
    copy.flushed = std::max(copy.flushed, e.up_to.value());
  }
}

/// What this member once promised to others is there again: it may be counted on.
void forgive(Check& check, const event::LogOpened& e, const CopyGhost& copy) {
  if (check.is_metadata(e.partition)) return;
  PartitionGhost& p = check.partition(e.partition);
  if (copy.end < copy.owed || !p.lossy.contains(check.node())) return;
  NodeList still;
  for (NodeId n : p.lossy.nodes())
    if (n != check.node()) still.add(n);
  p.lossy = still;
}

void on_open(Check& check, const event::LogOpened& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  const bool existed = log->copies.contains(check.node());
  CopyGhost& copy = log->copies[check.node()];
  if (!existed && e.log_start == e.log_end) {
    copy.start = copy.end = copy.flushed = copy.checked = e.log_end.value();
    return;
  }
  const ScannedLog& now = check.scan(e.partition);
  copy.batches = BatchList();
  for (const BatchId& batch : now.batches) copy.batches.push_back(batch);
  copy.start = e.log_start.value();
  copy.end = now.batches.empty() ? e.log_end.value() : now.batches.back().last + 1;
  if (copy.end < log->cleaned) copy.end = e.log_end.value();  // the last ones were superseded
  copy.flushed = std::min(copy.flushed, copy.end);
  copy.checked = std::clamp(copy.checked, copy.start, copy.end);
  copy.place = {};
  forgive(check, e, copy);
}

void on_clean(Check& check, const event::CleanStarted& e) {
  if (LogGhost* log = check.log_of(e.partition))
    log->cleaned = std::max(log->cleaned, e.first_uncleanable.value());
}

void on_swap(Check& check, const event::SegmentsSwapped& e) {
  LogGhost* log = check.log_of(e.partition);
  if (log == nullptr) return;
  const ScannedLog& now = check.scan(e.partition);
  if (now.batches.empty()) return;  // the process ended within the same item
  BatchList after;
  for (const BatchId& batch : now.batches) after.push_back(batch);
  log->copies[check.node()].batches = after;
}

}  // namespace

const Recorder logs_ghost{{record<on_open>(), record<on_append>(), record<on_roll>(),
                           record<on_truncate>(), record<on_log_start>(), record<on_delete>(),
                           record<on_flush>()}};
const Recorder compaction_ghost{{record<on_clean>(), record<on_swap>()}};

}  // namespace kscope::sim
