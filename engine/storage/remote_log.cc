#include "engine/storage/remote_log.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/env/disk_path.h"
#include "engine/storage/checkpoint_file.h"
#include "engine/storage/file_names.h"

namespace kscope::storage {

namespace {

constexpr std::int64_t kCopyBytes = 1 << 20;

// Copies a file and makes the copy safe; an older one of that name is replaced.
Result<void> copy_file(env::Disk& disk, const std::string& from, const std::string& to) {
  KTRY_ASSIGN(const env::FileHandle source, disk.open(from, false));
  const auto copy = [&]() -> Result<void> {
    KTRY_ASSIGN(const env::FileHandle target, disk.open(to, true));
    Result<void> done = disk.truncate(target, 0);
    for (std::int64_t at = 0; done.ok(); at += kCopyBytes) {
      const Result<Bytes> bytes = disk.read(source, at, kCopyBytes);
      if (!bytes.ok()) done = bytes.error();
      if (!done.ok() || bytes->empty()) break;
      done = disk.append(target, *bytes);
    }
    if (done.ok()) done = disk.flush(target);
    disk.close(target);
    return done;
  };
  const Result<void> copied = copy();
  disk.close(source);
  return copied;
}

}  // namespace

std::string remote_metadata_text(const std::vector<RemoteSegment>& segments) {
  std::vector<std::string> lines;
  for (const RemoteSegment& s : segments) {
    lines.push_back(fmt::format("{} {} {} {} {}", s.base.value(), s.last.value(),
                                s.max_timestamp_ms, s.bytes, static_cast<int>(s.state)));
  }
  return checkpoint_text(lines);
}

Result<std::vector<RemoteSegment>> parse_remote_metadata(std::string_view text) {
  KTRY_ASSIGN(const auto lines, parse_checkpoint(text));
  std::vector<RemoteSegment> segments;
  for (const std::string_view line : lines) {
    const auto n = parse_numbers(line, 5);
    const bool fits = n && (*n)[0] >= 0 && (*n)[1] >= (*n)[0] && (*n)[4] >= 0 && (*n)[4] <= 2 &&
                      (segments.empty() || Offset((*n)[0]) == segments.back().last + 1);
    if (!fits) {
      return Error{
          ErrorKind::Corrupt,
          fmt::format("line {}: \"{}\" is not base last maxTimestamp bytes state, in order",
                      segments.size() + 3, line)};
    }
    segments.push_back(
        {Offset((*n)[0]), Offset((*n)[1]), (*n)[2], (*n)[3], static_cast<RemoteState>((*n)[4])});
  }
  return segments;
}

RemoteLog::RemoteLog(std::string_view log_directory)
    : directory_(env::join_path(kRemoteTier, log_directory)) {}

std::string RemoteLog::path(std::string_view name) const {
  return env::join_path(directory_, name);
}

Result<void> RemoteLog::save(env::Disk& disk, const std::vector<RemoteSegment>& segments) const {
  return write_file_atomically(disk, path(kRemoteLogMetadata), remote_metadata_text(segments));
}

Result<void> RemoteLog::make_directories(env::Disk& disk) const {
  if (disk.exists(directory_)) return {};
  KTRY(disk.make_directory(kRemoteTier));
  KTRY(disk.flush_directory(""));
  KTRY(disk.make_directory(directory_));
  return disk.flush_directory(kRemoteTier);
}

Result<void> RemoteLog::load(env::Disk& disk) {
  segments_.clear();
  if (!disk.exists(directory_)) return {};
  KTRY_ASSIGN(const auto text, read_whole_file(disk, path(kRemoteLogMetadata)));
  const auto listed = parse_remote_metadata(text.value_or(""));
  if (!listed.ok()) return wipe(disk);
  for (const RemoteSegment& s : *listed) {
    if (s.state == RemoteState::CopyFinished) {
      segments_.push_back(s);
    } else {
      KTRY(remove_files(disk, s.base));
    }
  }
  if (segments_.size() == listed->size()) return {};
  return save(disk, segments_);
}

Result<void> RemoteLog::wipe(env::Disk& disk) {
  segments_.clear();
  if (directory_.empty() || !disk.exists(directory_)) return {};
  KTRY(save(disk, {}));  // first: a list of files that are gone would be believed
  KTRY_ASSIGN(const auto entries, disk.list(directory_));
  for (const env::DirEntry& entry : entries) KTRY(disk.remove(path(entry.name)));
  KTRY(disk.remove(directory_));
  return disk.flush_directory(kRemoteTier);
}

Result<RemoteSegment> RemoteLog::copy(env::Disk& disk, std::string_view log_directory,
                                      const LogSegment& segment, Offset last) {
  KCHECK(empty() || segment.base_offset() == end());
  KTRY(make_directories(disk));
  std::vector<RemoteSegment> listed = segments_;
  listed.push_back({segment.base_offset(), last, segment.max_timestamp().timestamp, segment.size(),
                    RemoteState::CopyStarted});
  KTRY(save(disk, listed));
  const std::string from = segment_stem(log_directory, segment.base_offset());
  const std::string to = segment_stem(directory_, segment.base_offset());
  for (const std::string_view kind :
       {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix}) {
    const std::string source = from + std::string(kind);
    if (kind == kTxnIndexSuffix && !disk.exists(source)) continue;
    KTRY(copy_file(disk, source, to + std::string(kind)));
  }
  const std::string snapshot = std::string(kProducerSnapshotSuffix);
  const std::string producers = segment_stem(log_directory, last + 1) + snapshot;
  if (disk.exists(producers)) KTRY(copy_file(disk, producers, to + snapshot));
  KTRY(disk.flush_directory(directory_));
  listed.back().state = RemoteState::CopyFinished;
  KTRY(save(disk, listed));
  segments_ = listed;
  return segments_.back();
}

Result<void> RemoteLog::remove_front(env::Disk& disk) {
  KCHECK(!empty());
  std::vector<RemoteSegment> listed = segments_;
  listed.front().state = RemoteState::DeleteStarted;
  KTRY(save(disk, listed));
  KTRY(remove_files(disk, listed.front().base));
  segments_.erase(segments_.begin());
  return save(disk, segments_);
}

Result<void> RemoteLog::remove_files(env::Disk& disk, Offset base) const {
  const std::string stem = segment_stem(directory_, base);
  for (const std::string_view kind :
       {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix, kProducerSnapshotSuffix}) {
    const std::string file = stem + std::string(kind);
    if (disk.exists(file)) KTRY(disk.remove(file));
  }
  return disk.flush_directory(directory_);
}

Result<LogSegment> RemoteLog::open(env::Disk& disk, const RemoteSegment& segment) const {
  const std::string log = segment_stem(directory_, segment.base) + std::string(kLogSuffix);
  if (!disk.exists(log)) return Error{ErrorKind::Corrupt, log + " is gone from the remote tier"};
  KTRY_ASSIGN(LogSegment::Opened opened,
              LogSegment::open(disk, directory_, segment.base, segment.max_timestamp_ms));
  return std::move(opened.segment);
}

const RemoteSegment* RemoteLog::find(Offset offset) const {
  const auto after = std::upper_bound(
      segments_.begin(), segments_.end(), offset,
      [](Offset wanted, const RemoteSegment& segment) { return wanted < segment.base; });
  if (after == segments_.begin() || offset > std::prev(after)->last) return nullptr;
  return &*std::prev(after);
}

}  // namespace kscope::storage
