// Checkpoint files: small text files that are always either the old or the new one.
//
// A checkpoint is written to "<name>.tmp", flushed, and renamed over the old one; then the
// directory is flushed. Whatever stops the machine in between, a reader finds one of the two whole
// (invariant F7). Two formats share the first two lines, a version and the number of entries:
//
//   0                     recovery-point-offset-checkpoint, replication-offset-checkpoint,
//   2                     log-start-offset-checkpoint: topic partition offset
//   orders 0 42
//   orders 1 17
//
// and leader-epoch-checkpoint (see leader_epoch_cache.h): epoch offset.
//
// Called by: log_manager, unified_log, raft/ (its quorum-state file is replaced in the same way).
// Kafka: CheckpointFile, OffsetCheckpointFile, Utils.atomicMoveWithFallback.
// Read next: storage/log_manager.h
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/result.h"
#include "engine/env/disk.h"

namespace kscope::storage {

/// Old or new, never a mixture. When it returns well the new content survives a power loss.
Result<void> write_file_atomically(env::Disk& disk, std::string_view path, std::string_view text);
/// nullopt if there is no such file.
Result<std::optional<std::string>> read_whole_file(env::Disk& disk, std::string_view path);

/// "0\n<count>\n" and the lines.
std::string checkpoint_text(const std::vector<std::string>& lines);
/// The entry lines. Corrupt, naming the line, if version, count or end do not fit. An empty text is
/// an empty checkpoint, as Kafka creates these files before it first writes them.
Result<std::vector<std::string_view>> parse_checkpoint(std::string_view text);
/// The numbers of a line "3 120"; nullopt unless there are exactly `count` of them.
std::optional<std::vector<std::int64_t>> parse_numbers(std::string_view line, std::size_t count);

using OffsetCheckpoint = std::map<TopicPartition, Offset>;
/// Empty if there is no such file; Corrupt if it cannot be understood.
Result<OffsetCheckpoint> read_offset_checkpoint(env::Disk& disk, std::string_view path);
Result<void> write_offset_checkpoint(env::Disk& disk, std::string_view path,
                                     const OffsetCheckpoint& offsets);
Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text);

}  // namespace kscope::storage
