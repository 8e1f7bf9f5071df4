#include "engine/live/disk.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
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
  const auto found = handles_.find(handle);
  KCHECK(found != handles_.end());
  return *found->second.file;
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
    slot->second = {descriptor, static_cast<std::int64_t>(info.st_size), name, 0};
  } else {
    ::close(descriptor);
  }
  ++slot->second.handles;
  handles_[++last_handle_] = {key, &slot->second};
  return last_handle_;
}

void Disk::close(FileHandle handle) {
  OpenFile& file = file_of(handle);
  const FileKey key = handles_.at(handle).key;
  handles_.erase(handle);
  if (--file.handles > 0) return;
  ::close(file.descriptor);
  files_.erase(key);
}

void Disk::crash_process() {
  for (auto& [key, file] : files_) ::close(file.descriptor);
  files_.clear();
  handles_.clear();
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
  return write_whole(file, file.size, bytes);
}

Result<void> Disk::write_at(FileHandle handle, std::int64_t position, ByteView bytes) {
  KCHECK(position >= 0);
  return write_whole(file_of(handle), position, bytes);
}

Result<Bytes> Disk::read(FileHandle handle, std::int64_t position, std::int64_t length) const {
  KCHECK(position >= 0 && length >= 0);
  const OpenFile& file = file_of(handle);
  const std::int64_t wanted = std::clamp<std::int64_t>(file.size - position, 0, length);
  Bytes bytes(static_cast<std::size_t>(wanted));
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t n = ::pread(file.descriptor, bytes.data() + got, bytes.size() - got,
                              position + static_cast<std::int64_t>(got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failure(file.path, "read");
    if (n == 0) break;  // somebody cut the file behind our back
    got += static_cast<std::size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

Result<void> Disk::truncate(FileHandle handle, std::int64_t size) {
  KCHECK(size >= 0);
  OpenFile& file = file_of(handle);
  if (size >= file.size) return {};
  if (::ftruncate(file.descriptor, size) != 0) return failure(file.path, "truncate");
  file.size = size;
  return {};
}

Result<void> Disk::flush(FileHandle handle) {
  OpenFile& file = file_of(handle);
  if (sync_data(file.descriptor) != 0) return failure(file.path, "flush");
  return {};
}

}  // namespace kscope::live
