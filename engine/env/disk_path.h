// Paths on a node's disk: relative, '/' separated, without tricks.
//
// Topic names end up in paths, so a path is checked where it enters a Disk: no leading '/', no
// empty component, no "." or "..". Both implementations of env::Disk refuse anything else with
// Invalid, and so nothing that a client sends can reach outside of log.dirs.
//
// Called by: sim/disk, live/disk, storage/. Kafka: Topic.validate, LogManager.
// Read next: env/disk.h
#pragma once

#include <string>
#include <string_view>

namespace kscope::env {

/// True for "orders-0/00000000000000000000.log"; the top of the disk, "", is not a file's path.
inline bool is_valid_disk_path(std::string_view path) {
  if (path.empty()) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (part.find('\0') != std::string_view::npos) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

/// "orders-0" of "orders-0/x.log"; "" for something at the top.
inline std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// "x.log" of "orders-0/x.log".
inline std::string_view name_in(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

inline std::string join_path(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  std::string path;
  path.reserve(directory.size() + 1 + name.size());
  path.append(directory).append("/").append(name);
  return path;
}

}  // namespace kscope::env
