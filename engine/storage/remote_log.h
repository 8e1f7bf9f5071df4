// RemoteLog: the part of one replica's log that lies in the remote tier (KIP-405).
//
// Tiered storage splits a log in two. Segments that are closed and committed are copied to cheaper
// storage; after local.retention.ms or .bytes the local copy goes, and whoever asks for such an
// offset is served from the copy. The log start stays where retention.ms and .bytes put it, so that
// a topic can keep a year of records on brokers that have room for a day.
//
//   log start            local log start                       log end
//   |---- only remote -----|==== remote and local ====|-- only local --|
//
// The tier is a folder on the node's own disk, "remote-tier/orders-0/": it has the segment's files
// under their own names, the snapshot of the producers at its end, and a list of what is there,
// remote-log-metadata, one line "base last maxTimestamp bytes state" for each segment. A segment is
// in the list as COPY_SEGMENT_STARTED before its first byte is copied, and is only read once it is
// COPY_SEGMENT_FINISHED; what a crash leaves in any other state is removed by the next start.
//
// Invariant: segments_ is one stretch: each begins where the one before ends, and all its files are
// flushed before it counts.
// Called by: unified_log (log_remote.cc), log_loader. Kafka: RemoteLogManager,
// RemoteStorageManager, RemoteLogSegmentMetadata, LocalTieredStorage. Differences: Kafka's tier is
// shared, only the leader copies, metadata is in the topic __remote_log_metadata; here each replica
// has a tier of its own. Read next: storage/log_remote.cc
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/storage/log_segment.h"

namespace kscope::storage {

inline constexpr std::string_view kRemoteTier = "remote-tier";
inline constexpr std::string_view kRemoteLogMetadata = "remote-log-metadata";

/// Numbers as in Kafka's RemoteLogSegmentState.
enum class RemoteState : std::uint8_t { CopyStarted = 0, CopyFinished = 1, DeleteStarted = 2 };

struct RemoteSegment {
  Offset base, last;  ///< both inclusive
  std::int64_t max_timestamp_ms = -1;
  std::int64_t bytes = 0;  ///< of its .log
  RemoteState state = RemoteState::CopyStarted;
  bool operator==(const RemoteSegment&) const = default;
};

std::string remote_metadata_text(const std::vector<RemoteSegment>& segments);
/// Corrupt, naming the line.
Result<std::vector<RemoteSegment>> parse_remote_metadata(std::string_view text);

class RemoteLog {
 public:
  RemoteLog() = default;
  /// `log_directory`: "orders-0".
  explicit RemoteLog(std::string_view log_directory);

  /// Reads the list and removes what was copied or deleted half. An unreadable list is an empty
  /// tier: its files are removed, the local log is the truth.
  Result<void> load(env::Disk& disk);
  /// Removes everything: the log begins anew, or is deleted.
  Result<void> wipe(env::Disk& disk);

  /// Copies the files of a closed segment whose last offset is `last`, makes them safe and lists
  /// it. REQUIRES it begins at end(), unless the tier is empty.
  Result<RemoteSegment> copy(env::Disk& disk, std::string_view log_directory,
                             const LogSegment& segment, Offset last);
  /// Removes the oldest segment. REQUIRES !empty().
  Result<void> remove_front(env::Disk& disk);
  /// Opens a segment of the tier for reading; close it again. Corrupt if its files are gone.
  Result<LogSegment> open(env::Disk& disk, const RemoteSegment& segment) const;

  bool empty() const { return segments_.empty(); }
  /// The segment that holds that offset; nullptr if none does.
  const RemoteSegment* find(Offset offset) const;
  Offset begin() const { return segments_.front().base; }   ///< REQUIRES !empty()
  Offset end() const { return segments_.back().last + 1; }  ///< exclusive; REQUIRES !empty()
  const std::vector<RemoteSegment>& segments() const { return segments_; }
  const std::string& directory() const { return directory_; }

 private:
  Result<void> save(env::Disk& disk, const std::vector<RemoteSegment>& segments) const;
  Result<void> remove_files(env::Disk& disk, Offset base) const;
  Result<void> make_directories(env::Disk& disk) const;
  std::string path(std::string_view name) const;

  std::string directory_;  // "remote-tier/orders-0"
  std::vector<RemoteSegment> segments_;
};

}  // namespace kscope::storage
