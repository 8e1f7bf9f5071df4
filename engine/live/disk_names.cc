// The names of live::Disk: directories, renames, listings.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "engine/env/disk_path.h"
#include "engine/live/disk.h"

namespace kscope::live {

namespace {

Result<void> check_path(std::string_view path) {
  if (env::is_valid_disk_path(path)) return {};
  return Error{ErrorKind::Invalid, fmt::format("\"{}\" is not a valid path", path)};
}

// "." stands for the folder itself, whose path is "".
std::string name_for_system(std::string_view path) {
  return path.empty() ? std::string(".") : std::string(path);
}

bool is_directory(int root, const std::string& name) {
  struct stat info {};
  return ::fstatat(root, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace

Result<void> Disk::rename(std::string_view from, std::string_view to) {
  KTRY(check_path(from));
  KTRY(check_path(to));
  const std::string target(to);
  if (::renameat(root_, std::string(from).c_str(), root_, target.c_str()) != 0) {
    return failure(from, fmt::format("rename to {}:", to));
  }
  return {};
}

Result<void> Disk::remove(std::string_view path) {
  KTRY(check_path(path));
  const std::string name(path);
  const int flags = is_directory(root_, name) ? AT_REMOVEDIR : 0;
  if (::unlinkat(root_, name.c_str(), flags) != 0) return failure(path, "remove");
  return {};
}

Result<void> Disk::make_directory(std::string_view path) {
  KTRY(check_path(path));
  const std::string name(path);
  if (::mkdirat(root_, name.c_str(), 0755) == 0) return {};
  if (errno == EEXIST && is_directory(root_, name)) return {};
  return failure(path, "create the directory");
}

Result<void> Disk::flush_directory(std::string_view path) {
  if (!path.empty()) KTRY(check_path(path));
  const int directory =
      ::openat(root_, name_for_system(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return failure(path, "open the directory");
  const bool ok = ::fsync(directory) == 0;
  const Result<void> result = ok ? Result<void>() : failure(path, "flush the directory");
  ::close(directory);
  return result;
}

Result<std::vector<env::DirEntry>> Disk::list(std::string_view path) const {
  if (!path.empty()) KTRY(check_path(path));
  const int descriptor =
      ::openat(root_, name_for_system(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failure(path, "list");
  DIR* directory = ::fdopendir(descriptor);
  if (directory == nullptr) {
    const Error error = failure(path, "list");
    ::close(descriptor);
    return error;
  }
  std::vector<env::DirEntry> entries;
  while (const dirent* found = ::readdir(directory)) {
    const std::string name = found->d_name;
    if (name == "." || name == ".." || (path.empty() && name == ".lock")) continue;
    struct stat info {};
    if (::fstatat(descriptor, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;  // gone
    if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) continue;
    const bool is_folder = S_ISDIR(info.st_mode);
    const FileKey key(static_cast<std::uint64_t>(info.st_dev),
                      static_cast<std::uint64_t>(info.st_ino));
    const auto size = static_cast<std::int64_t>(info.st_size);
    entries.push_back({name, is_folder, is_folder ? 0 : size_in_use(key, size)});
  }
  ::closedir(directory);
  std::sort(entries.begin(), entries.end(),
            [](const env::DirEntry& a, const env::DirEntry& b) { return a.name < b.name; });
  return entries;
}

bool Disk::exists(std::string_view path) const {
  if (!path.empty() && !env::is_valid_disk_path(path)) return false;
  struct stat info {};
  return ::fstatat(root_, name_for_system(path).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace kscope::live
