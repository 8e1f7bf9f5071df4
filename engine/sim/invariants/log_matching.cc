// A1, B7: log matching. A2: one batch for an epoch and an offset. A12: epoch cache. F6: CRC.
//
// Comparing all replicas with each other after every step would be quadratic and read every byte
// over and over. Instead each batch is read once, when it is appended, and known by its identity
// from then on; copies are compared with one committed sequence, each from where it was compared
// last.
#include <fmt/core.h>

#include <algorithm>

#include "engine/record/record_batch.h"
#include "engine/sim/invariants/rules.h"

namespace kscope::sim {
namespace {

/// Index of the first batch that ends at or after `offset`.
std::size_t find_offset(const BatchList& list, std::int64_t offset) {
  std::size_t low = 0, high = list.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (list[middle].last < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::string text(const BatchId& b) {
  return fmt::format("[{}..{} epoch {} crc {:08x}]", b.base, b.last, b.epoch, b.crc);
}

}  // namespace

bool same_batch(const LogGhost& log, const BatchId& a, const BatchId& b) {
  if (a == b) return true;
  return a.base < log.cleaned && a.base == b.base && a.last == b.last && a.epoch == b.epoch;
}

void LogMatchingRules::on(const event::BatchAppended& e) {
  LogGhost* log = check_.log_of(e.partition);
  if (log == nullptr) return;
  CopyGhost& copy = log->copies[check_.node()];
  const Result<Bytes> bytes = check_.engine.appended_batch(check_.node(), e, copy.place);
  if (!bytes.ok() && bytes.error().kind == ErrorKind::NotFound) {
    // The process ended within the same item; the batch will be read when the log opens again.
    copy.end = std::max(copy.end, e.last.value() + 1);
    return;
  }
  if (!bytes.ok()) {  // cut again within the same item, or never really written
    check_.violated("A2", check_.where(check_.node(), e.partition),
                    fmt::format("the batch {}..{} that was just appended cannot be read: {}",
                                e.base.value(), e.last.value(), bytes.error().message));
    return;
  }
  const auto header = record::parse_header(*bytes);
  if (!header.ok() || !record::crc_is_valid(*bytes)) {
    check_.violated("F6", check_.where(check_.node(), e.partition),
                    fmt::format("a corrupt batch was appended at {}", e.base.value()));
    return;
  }
  const BatchId batch{header->base_offset, header->last_offset(), header->partition_leader_epoch,
                      header->crc};
  if (batch.base < copy.end) return;  // the log was scanned after this append, in the same item
  if (batch.base != copy.end && copy.end != copy.start && copy.end >= log->cleaned)
    check_.violated("A12", check_.where(check_.node(), e.partition),
                    fmt::format("offset {} follows {}: there is a hole", batch.base, copy.end - 1));
  check_identity(*log, batch, e.partition);
  copy.batches.push_back(batch);
  copy.end = batch.last + 1;
}

/// Leaders write new identities, followers must find theirs.
void LogMatchingRules::check_identity(LogGhost& log, const BatchId& batch, PartitionRef ref) {
  BatchList& written = log.written[batch.epoch];
  const std::size_t at = find_offset(written, batch.base);
  if (at == written.size()) {
    written.push_back(batch);
    return;
  }
  if (batch.last < written[at].base) return;  // from before we watched
  if (same_batch(log, batch, written[at]) || check_.broken("A2")) return;
  check_.violated("A2", check_.name(ref),
                  fmt::format("broker {} holds {} where {} was written before",
                              check_.node().value(), text(batch), text(written[at])));
}

void LogMatchingRules::on(const event::LeaderEpochStarted& e) {
  const auto epochs = check_.engine.epochs(check_.node(), e.partition);
  for (std::size_t i = 1; i < epochs.size(); ++i) {
    if (epochs[i - 1].first < epochs[i].first && epochs[i - 1].second < epochs[i].second) continue;
    check_.violated("A12", check_.where(check_.node(), e.partition),
                    fmt::format("epoch {} starts at {} after epoch {} at {}", epochs[i].first,
                                epochs[i].second, epochs[i - 1].first, epochs[i - 1].second));
  }
}

void LogMatchingRules::on(const event::SegmentRolled& e) {
  if (LogGhost* log = check_.log_of(e.partition))
    log->copies[check_.node()].place = {e.base.value(), 0};
}

void LogMatchingRules::on(const event::LogTruncated& e) {
  LogGhost* log = check_.log_of(e.partition);
  if (log == nullptr) return;
  CopyGhost& copy = log->copies[check_.node()];
  const std::int64_t end = e.to_end.value();
  copy.batches.truncate(std::min(copy.batches.size(), find_offset(copy.batches, end)));
  copy.end = end;
  if (e.reason == event::TruncateReason::FullyAndRestart || copy.start > end) copy.start = end;
  copy.flushed = std::min(copy.flushed, end);
  copy.checked = std::min(copy.checked, end);
  copy.place = {};
}

void LogMatchingRules::on(const event::LogStartAdvanced& e) {
  if (LogGhost* log = check_.log_of(e.partition)) {
    CopyGhost& copy = log->copies[check_.node()];
    copy.start = e.to.value();
    copy.checked = std::max(copy.checked, copy.start);
  }
}

void LogMatchingRules::on(const event::LogDeleted& e) {
  if (LogGhost* log = check_.log_of(e.partition)) log->copies.erase(check_.node());
}

void LogMatchingRules::on(const event::CleanStarted& e) {
  if (LogGhost* log = check_.log_of(e.partition))
    log->cleaned = std::max(log->cleaned, e.first_uncleanable.value());
}

/// K1: compaction takes batches away or takes records out of them, and does nothing else.
void LogMatchingRules::on(const event::SegmentsSwapped& e) {
  LogGhost* log = check_.log_of(e.partition);
  if (log == nullptr) return;
  const ScannedLog now = check_.engine.scan(check_.node(), e.partition);
  if (now.batches.empty()) return;  // the process ended within the same item
  CopyGhost& copy = log->copies[check_.node()];
  BatchList after;
  for (const BatchId& batch : now.batches) {
    const std::size_t at = find_offset(copy.batches, batch.base);
    const bool known = at < copy.batches.size() && same_batch(*log, batch, copy.batches[at]);
    if (!known && !check_.broken("K1"))
      check_.violated("K1", check_.where(check_.node(), e.partition),
                      fmt::format("{} was not there before the log was cleaned", text(batch)));
    after.push_back(batch);
  }
  copy.batches = after;
}

void compare_with_committed(Check& check, LogGhost& log, NodeId node, PartitionRef ref,
                            std::int64_t high_watermark, bool extends, const char* id) {
  CopyGhost& copy = log.copies[node];
  for (std::size_t i = find_offset(copy.batches, copy.checked); i < copy.batches.size(); ++i) {
    const BatchId& batch = copy.batches[i];
    if (batch.last >= high_watermark) break;
    if (batch.base >= log.committed_end) {
      if (!extends) break;  // a leader out of office has no say in what is committed
      log.committed.push_back(batch);
      log.committed_end = batch.last + 1;
    } else {
      const std::size_t at = find_offset(log.committed, batch.base);
      if (at < log.committed.size() && !same_batch(log, batch, log.committed[at]) &&
          batch.base >= copy.start)
        check.violated(
            id, check.name(ref),
            fmt::format("broker {} holds {} below its high watermark {}, but {} is "
                        "committed there",
                        node.value(), text(batch), high_watermark, text(log.committed[at])));
    }
    copy.checked = batch.last + 1;
  }
}

}  // namespace kscope::sim
