#include "engine/storage/log_loader.h"

#include <algorithm>

#include "engine/env/disk_path.h"
#include "engine/storage/checkpoint_file.h"
#include "engine/storage/file_names.h"

namespace kscope::storage {

Result<void> remove_directory_tree(env::Disk& disk, const std::string& path) {
  KTRY_ASSIGN(const auto entries, disk.list(path));
  for (const env::DirEntry& entry : entries) KTRY(disk.remove(env::join_path(path, entry.name)));
  KTRY(disk.remove(path));
  return disk.flush_directory(env::parent_of(path));
}

LogLoader::LogLoader(env::Env& env, const TopicPartition& partition, const LogConfig& config)
    : env_(env) {
  log_.partition_ = partition;
  log_.directory_ = partition.str();
  log_.ref_ = env.names.intern(partition);
  log_.config_ = config;
  log_.last_flush_ms_ = env.clock.wall_ms();
  log_.producers_ = ProducerStateManager(log_.directory_);
  log_.remote_ = RemoteLog(log_.directory_);
}

Result<UnifiedLog> LogLoader::load(const Checkpoints& checkpoints) {
  KTRY(make_directory());
  KTRY_ASSIGN(const std::vector<Offset> bases, sweep_directory());
  is_new_ = bases.empty();
  KTRY(load_epochs());
  KTRY(open_segments(bases));
  // A log that has nothing local is a new one: whatever the tier has is of a former topic.
  KTRY(is_new_ ? log_.remote_.wipe(env_.disk) : log_.remote_.load(env_.disk));
  if (!bases.empty()) log_.log_start_ = std::max(checkpoints.log_start, log_.first_offset());
  KTRY(log_.producers_.find_snapshots(env_.disk));
  KTRY(recover_segments(checkpoints));
  if (!log_.segments_.empty()) KTRY(find_end());
  KTRY(start_afresh_if_needed(checkpoints.log_start));
  log_.log_start_ = std::max(checkpoints.log_start, log_.first_offset());
  KTRY(settle_epochs(log_.log_start_));
  KTRY(load_producers(checkpoints.clean));
  KTRY(log_.active().resize_indexes(env_.disk, log_.config_));
  // Not further than what was flushed: a scan proves that bytes are there, not that they are safe.
  log_.recovery_point_ = checkpoints.clean ? log_.log_end_
                                           : std::min(checkpoints.recovery_point, log_.log_end_);
  log_.check();
  announce(checkpoints);
  return std::move(log_);
}

Result<void> LogLoader::make_directory() {
  if (env_.disk.exists(log_.directory_)) return {};
  KTRY(env_.disk.make_directory(log_.directory_));
  return env_.disk.flush_directory("");
}

Result<void> LogLoader::load_epochs() {
  KTRY_ASSIGN(const auto text, read_whole_file(env_.disk, log_.epoch_checkpoint_path()));
  if (!text) return {};
  Result<LeaderEpochCache> parsed = LeaderEpochCache::from_checkpoint(*text);
  epochs_unusable_ = !parsed.ok();
  if (parsed.ok()) log_.epochs_ = stored_epochs_ = parsed.value();
  return {};
}

Result<void> LogLoader::open_segments(const std::vector<Offset>& bases) {
  for (const Offset base : bases) {
    KTRY_ASSIGN(LogSegment::Opened opened,
                LogSegment::open(env_.disk, log_.directory_, base, env_.clock.wall_ms()));
    if (!opened.indexes_usable) unsound_.insert(base);
    log_.segments_.push_back(std::move(opened.segment));
  }
  return {};
}

bool LogLoader::needs_recovery(std::size_t segment, const Checkpoints& checkpoints) const {
  if (epochs_unusable_ || unsound_.contains(log_.segments_[segment].base_offset())) return true;
  if (checkpoints.clean) return false;
  const bool is_last = segment + 1 == log_.segments_.size();
  return is_last || log_.segments_[segment + 1].base_offset() > checkpoints.recovery_point;
}

Result<void> LogLoader::recover_segment(std::size_t segment) {
  LogSegment& recovered = log_.segments_[segment];
  if (!scanned_from_) scanned_from_ = recovered.base_offset();
  KTRY(log_.rebuild_producers(env_, recovered.base_offset()));
  const bool is_last = segment + 1 == log_.segments_.size();
  const Offset limit = is_last ? Offset(INT64_MAX) : log_.segments_[segment + 1].base_offset();
  KTRY_ASSIGN(const LogSegment::Recovery result,
              recovered.recover(env_.disk, log_.config_, log_.epochs_, log_.producers_, limit));
  if (is_last || result.bytes_cut > 0) scanned_end_ = result.next_offset;
  if (result.bytes_cut == 0) {
    // The last one is the active one: its index files would be ended here and grow again at once.
    return is_last ? Result<void>() : recovered.on_become_inactive(env_.disk);
  }
  bytes_cut_ += result.bytes_cut;
  for (std::size_t i = segment + 1; i < log_.segments_.size(); ++i) {
    bytes_cut_ += log_.segments_[i].size();
  }
  KTRY(log_.remove_segments_after(env_, segment + 1));
  // The cut must not be undone by a power loss: new records will be written over it.
  return log_.segments_[segment].flush(env_.disk);
}

// A directory that was closed well and has no snapshot is from a time before there were any (or
// from a broker that had no producers with an id): reading all of it would find nothing.
Result<void> LogLoader::load_producers(bool clean) {
  std::set<Offset> bases;
  for (const LogSegment& segment : log_.segments_) bases.insert(segment.base_offset());
  KTRY(log_.producers_.remove_stray_snapshots(env_.disk, bases));
  if (clean && log_.producers_.snapshots().empty()) log_.producers_.set_map_end(log_.log_end_);
  return log_.rebuild_producers(env_, log_.log_end_);
}

Result<void> LogLoader::recover_segments(const Checkpoints& checkpoints) {
  for (std::size_t i = 0; i < log_.segments_.size(); ++i) {
    if (needs_recovery(i, checkpoints)) KTRY(recover_segment(i));
  }
  return {};
}

Result<void> LogLoader::find_end() {
  if (!scanned_end_) {
    Result<Offset> end = log_.segments_.back().read_next_offset(env_.disk);
    if (end.ok()) {
      scanned_end_ = end.value();
    } else if (end.error().kind == ErrorKind::Io) {
      return end.error();
    } else {
      KTRY(recover_segment(log_.segments_.size() - 1));  // "clean", and yet something is broken
    }
  }
  log_.log_end_ = *scanned_end_;
  return {};
}

Result<void> LogLoader::start_afresh_if_needed(Offset log_start) {
  if (!log_.segments_.empty() && log_.log_end_ >= log_start) return {};
  if (!log_.segments_.empty()) {
    KTRY(log_.remove_segments_after(env_, 0));
    log_.epochs_.clear();
  }
  KTRY_ASSIGN(LogSegment::Opened opened, LogSegment::open(env_.disk, log_.directory_, log_start,
                                                          env_.clock.wall_ms()));
  log_.segments_.push_back(std::move(opened.segment));
  log_.log_end_ = log_start;
  return {};
}

// The checkpoint of the epochs is written when the log start moves, the one of the log start every
// minute. After a crash in between, records are back that the first one has forgotten: their
// batches know their epochs.
Result<void> LogLoader::regain_epochs(Offset log_start) {
  const auto& known = log_.epochs_.entries();
  if (known.empty() || known.front().start <= log_start) return {};
  const std::vector<EpochEntry> later = known;
  LeaderEpochCache regained;
  for (const LogSegment& segment : log_.segments_) {
    if (segment.base_offset() >= later.front().start) break;
    KTRY(segment.collect_epochs(env_.disk, later.front().start, regained));
  }
  if (regained.entries().empty()) return {};
  for (const EpochEntry& entry : later) regained.assign(entry.epoch, entry.start);
  log_.epochs_ = regained;
  return {};
}

Result<void> LogLoader::settle_epochs(Offset log_start) {
  KTRY(regain_epochs(log_start));
  // In this order, or an epoch that is moved to the end of an empty log would only go next time.
  log_.epochs_.truncate_from_start(log_start);
  log_.epochs_.truncate_from_end(log_.log_end_);
  if (log_.epochs_ == stored_epochs_ && !epochs_unusable_) return {};
  return log_.save_epochs(env_);
}

void LogLoader::announce(const Checkpoints& checkpoints) {
  const bool scanned = scanned_from_ && !is_new_;
  if (scanned && (!checkpoints.clean || bytes_cut_ > 0)) {
    env_.events.emit(env_.node, event::LogRecovered{log_.ref_, *scanned_from_, log_.log_end_,
                                                    bytes_cut_});
  }
  env_.events.emit(env_.node, event::LogOpened{log_.ref_, log_.log_start_, log_.log_end_});
  for (const EpochEntry& entry : log_.epochs_.entries()) {
    env_.events.emit(env_.node, event::LeaderEpochStarted{log_.ref_, entry.epoch, entry.start});
  }
  env_.events.emit(env_.node, event::LogFlushed{log_.ref_, log_.recovery_point_});
}

}  // namespace kscope::storage
