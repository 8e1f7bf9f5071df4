#include "engine/live/disk.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/base/check.h"
#include "engine/env/disk_path.h"

namespace kscope::live {

using env::FileHandle;

namespace {

constexpr const char* kLockFile = ".lock";

ErrorKind kind_of(int code) {
  switch (code) {
    case ENOENT: return ErrorKind::NotFound;
    case ENOSPC:
    case EDQUOT: return ErrorKind::DiskFull;
    case EISDIR:
    case ENOTDIR:
    case ENOTEMPTY:
    case EEXIST:
    case EINVAL:
    case ENAMETOOLONG: return ErrorKind::Invalid;
    default: return ErrorKind::Io;
  }
}

int sync_data(int descriptor) {
#ifdef __linux__
  return ::fdatasync(descriptor);
#else
  return ::fsync(descriptor);
#endif
}

}  // namespace

namespace {

// A segment has three open files, and the usual soft limit of 1024 would end a log at some three
// hundred of them. The hard limit is the administrator's word; up to there we may help ourselves.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Disk::Disk(std::string folder, int root, int lock)
    : folder_(std::move(folder)), root_(root), lock_(lock) {}

Disk::~Disk() {
  crash_process();
  ::close(lock_);
  ::close(root_);
}

Result<std::unique_ptr<Disk>> Disk::open(const std::string& folder) {
  raise_file_limit();
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    return Error{ErrorKind::Io, fmt::format("cannot create {}: {}", folder, failed.message())};
  }
  const int root = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) {
    return Error{kind_of(errno), fmt::format("cannot open {}: {}", folder, std::strerror(errno))};
  }
  const int lock = ::openat(root, kLockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0) {
    return std::unique_ptr<Disk>(new Disk(folder, root, lock));
  }
  const int code = errno;
  if (lock >= 0) ::close(lock);
  ::close(root);
  if (code == EWOULDBLOCK) {
    return Error{ErrorKind::Invalid,
                 fmt::format("{} is in use by another process (it holds {}/{})", folder, folder,
                             kLockFile)};
  }
  return Error{kind_of(code), fmt::format("cannot lock {}: {}", folder, std::strerror(code))};
}

Error Disk::failure(std::string_view path, std::string_view doing) const {
  const int code = errno;
  const char* hint = code == EMFILE ? " (raise the limit with ulimit -n)" : "";
  return {kind_of(code), fmt::format("cannot {} {}/{}: {}{}", doing, folder_, path,
                                     std::strerror(code), hint)};
}

Disk::OpenFile& Disk::file_of(FileHandle handle) {
  KCHECK(handle > 0 && handle <= handles_.size() && handles_[handle - 1].file != nullptr);
  return *handles_[handle - 1].file;
}

const Disk::OpenFile& Disk::file_of(FileHandle handle) const {
  return const_cast<Disk*>(this)->file_of(handle);
}

Result<FileHandle> Disk::open(std::string_view path, bool create) {
  if (!env::is_valid_disk_path(path)) {
    return Error{ErrorKind::Invalid, fmt::format("\"{}\" is not a valid path", path)};
  }
  const std::string name(path);
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0);
  const int descriptor = ::openat(root_, name.c_str(), flags, 0644);
  if (descriptor < 0) return failure(path, "open");
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) {
    const Error error = failure(path, "stat");
    ::close(descriptor);
    return error;
  }
  const FileKey key(static_cast<std::uint64_t>(info.st_dev),
                    static_cast<std::uint64_t>(info.st_ino));
  const auto [slot, is_first] = files_.try_emplace(key);
  if (is_first) {
    slot->second.descriptor = descriptor;
    slot->second.size = static_cast<std::int64_t>(info.st_size);
    slot->second.path = name;
  } else {
    ::close(descriptor);
  }
  ++slot->second.handles;
  if (free_handles_.empty()) {
    handles_.emplace_back();
    free_handles_.push_back(static_cast<FileHandle>(handles_.size()));
  }
  const FileHandle handle = free_handles_.back();
  free_handles_.pop_back();
  handles_[handle - 1] = {key, &slot->second};
  return handle;
}

void Disk::close(FileHandle handle) {
  OpenFile& file = file_of(handle);
  const FileKey key = handles_[handle - 1].key;
  handles_[handle - 1] = {};
  free_handles_.push_back(handle);
  if (--file.handles > 0) return;
  unmap(file);
  ::close(file.descriptor);
  files_.erase(key);
}

void Disk::crash_process() {
  for (auto& [key, file] : files_) {
    unmap(file);
    ::close(file.descriptor);
  }
  files_.clear();
  handles_.clear();
  free_handles_.clear();
}

Result<std::int64_t> Disk::size(FileHandle handle) const { return file_of(handle).size; }

Result<void> Disk::write_whole(OpenFile& file, std::int64_t position, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file.descriptor, bytes.data(), bytes.size(), position);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(file.path, "write");
    position += written;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    file.size = std::max(file.size, position);
  }
  return {};
}

Result<void> Disk::append(FileHandle handle, ByteView bytes) {
  OpenFile& file = file_of(handle);
  if (file.is_mapped) return write_mapped(file, file.size, bytes);
  return write_whole(file, file.size, bytes);
}

Result<void> Disk::write_at(FileHandle handle, std::int64_t position, ByteView bytes) {
  KCHECK(position >= 0);
  OpenFile& file = file_of(handle);
  return file.is_mapped ? write_mapped(file, position, bytes) : write_whole(file, position, bytes);
}

Result<Bytes> Disk::read(FileHandle handle, std::int64_t position, std::int64_t length) const {
  KCHECK(position >= 0 && length >= 0);
  const OpenFile& file = file_of(handle);
  const std::int64_t wanted = std::clamp<std::int64_t>(file.size - position, 0, length);
  Bytes bytes(static_cast<std::size_t>(wanted));
  KTRY_ASSIGN(const std::int64_t got, read_into(handle, position, bytes));
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

Result<std::int64_t> Disk::read_into(FileHandle handle, std::int64_t position,
                                     std::span<std::uint8_t> out) const {
  KCHECK(position >= 0);
  const OpenFile& file = file_of(handle);
  const auto room = static_cast<std::int64_t>(out.size());
  const std::int64_t wanted = std::clamp<std::int64_t>(file.size - position, 0, room);
  std::int64_t got = 0;
  while (got < wanted) {
    const ssize_t n = ::pread(file.descriptor, out.data() + got,
                              static_cast<std::size_t>(wanted - got), position + got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failure(file.path, "read");
    if (n == 0) break;  // somebody cut the file behind our back
    got += n;
  }
  return got;
}

Result<void> Disk::truncate(FileHandle handle, std::int64_t size) {
  KCHECK(size >= 0);
  OpenFile& file = file_of(handle);
  if (size >= file.size) return {};
  if (file.is_mapped) return truncate_mapped(file, size);
  if (::ftruncate(file.descriptor, size) != 0) return failure(file.path, "truncate");
  file.size = size;
  return {};
}

Result<void> Disk::flush(FileHandle handle) {
  OpenFile& file = file_of(handle);
#ifndef __linux__  // where it does not go without saying that the pages of a mapping are meant, too
  if (file.memory != nullptr &&
      ::msync(file.memory, static_cast<std::size_t>(file.mapped_bytes), MS_SYNC) != 0) {
    return failure(file.path, "flush");
  }
#endif
  if (sync_data(file.descriptor) != 0) return failure(file.path, "flush");
  return {};
}

}  // namespace kscope::live
