// The names of sim::Disk: directories, renames, and the journal that makes them safe.
#include <fmt/core.h>

#include "engine/base/check.h"
#include "engine/env/disk_path.h"
#include "engine/sim/disk.h"

namespace kscope::sim {

namespace {

bool lies_below(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() + 1 && path.substr(0, directory.size()) == directory &&
         path[directory.size()] == '/';
}

}  // namespace

// Everything below a directory moves with it.
void Disk::move_names(std::string_view from, std::string_view to) {
  std::vector<std::pair<std::string, Inode>> moved;
  auto it = names_.find(from);
  moved.emplace_back(std::string(to), it->second);
  const std::string old_name(from);
  const std::string new_name(to);
  names_.erase(it);
  const std::string below = old_name + "/";
  for (it = names_.lower_bound(below); it != names_.end() && lies_below(it->first, old_name);) {
    moved.emplace_back(new_name + it->first.substr(old_name.size()), it->second);
    it = names_.erase(it);
  }
  for (auto& [path, inode] : moved) names_[std::move(path)] = inode;
}

Result<void> Disk::rename(std::string_view from, std::string_view to) {
  KTRY(count_change(from));
  KTRY(check_parent(to));
  const auto source = names_.find(from);
  if (source == names_.end()) {
    return Error{ErrorKind::NotFound, fmt::format("{}: no such file or directory", from)};
  }
  if (from == to) return {};
  Pending op{NameOp::Rename, std::string(from), std::string(to), source->second, std::nullopt};
  if (const auto target = names_.find(to); target != names_.end()) {
    if (source->second == kDirectory || target->second == kDirectory) {
      return Error{ErrorKind::Invalid, fmt::format("{}: cannot replace a directory", to)};
    }
    op.replaced = target->second;  // the reference of its name passes to the journal
  }
  link(op.inode);
  move_names(from, to);
  journal_.push_back(std::move(op));
  return {};
}

Result<void> Disk::remove(std::string_view path) {
  KTRY(count_change(path));
  const auto found = names_.find(path);
  if (found == names_.end()) {
    return Error{ErrorKind::NotFound, fmt::format("{}: no such file or directory", path)};
  }
  if (found->second == kDirectory) {
    const auto next = names_.lower_bound(std::string(path) + "/");
    if (next != names_.end() && lies_below(next->first, path)) {
      return Error{ErrorKind::Invalid, fmt::format("{}: directory not empty", path)};
    }
  }
  // The reference of the name passes to the journal: the bytes stay until the removal is certain.
  journal_.push_back({NameOp::Unlink, std::string(path), {}, found->second, std::nullopt});
  names_.erase(found);
  return {};
}

Result<void> Disk::make_directory(std::string_view path) {
  KTRY(check_device(path));
  KTRY(check_parent(path));
  const auto found = names_.find(path);
  if (found != names_.end()) {
    if (found->second == kDirectory) return {};
    return Error{ErrorKind::Invalid, fmt::format("{}: exists and is not a directory", path)};
  }
  if (free_bytes_ && *free_bytes_ == 0) {
    return Error{ErrorKind::DiskFull, fmt::format("{}: no space left on device", path)};
  }
  KTRY(count_change(path));
  names_.emplace(std::string(path), kDirectory);
  journal_.push_back({NameOp::Link, std::string(path), {}, kDirectory, std::nullopt});
  return {};
}

// A change of names has reached the medium: nothing is kept to take it back with.
void Disk::settle(const Pending& done) {
  unlink(done.inode);
  if (done.replaced) unlink(*done.replaced);
}

Result<void> Disk::flush_directory(std::string_view path) {
  KTRY(count_change(path));
  if (!path.empty() && names_.find(path) == names_.end()) {
    return Error{ErrorKind::NotFound, fmt::format("{}: no such directory", path)};
  }
  std::size_t upto = 0;
  for (std::size_t i = 0; i < journal_.size(); ++i) {
    const Pending& op = journal_[i];
    if (env::parent_of(op.path) == path || op.path == path ||
        (op.op == NameOp::Rename && (env::parent_of(op.to) == path || op.to == path))) {
      upto = i + 1;
    }
  }
  if (upto == 0) return {};
  cost_ += flush_time_ + slow_flush_;
  if (failing_flush_) {
    return Error{ErrorKind::Io, fmt::format("{}: fsync failed: input/output error", path)};
  }
  for (std::size_t i = 0; i < upto; ++i) settle(journal_[i]);
  journal_.erase(journal_.begin(), journal_.begin() + static_cast<std::ptrdiff_t>(upto));
  return {};
}

Result<std::vector<env::DirEntry>> Disk::list(std::string_view path) const {
  KTRY(check_device(path.empty() ? std::string_view("the log directory") : path));
  if (!path.empty()) {
    const auto found = names_.find(path);
    if (found == names_.end() || found->second != kDirectory) {
      return Error{ErrorKind::NotFound, fmt::format("{}: no such directory", path)};
    }
  }
  const std::string prefix = path.empty() ? std::string() : std::string(path) + "/";
  std::vector<env::DirEntry> entries;
  for (auto it = names_.lower_bound(prefix); it != names_.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    const std::string name = it->first.substr(prefix.size());
    if (name.find('/') != std::string::npos) continue;
    const bool is_directory = it->second == kDirectory;
    entries.push_back({name, is_directory, is_directory ? 0 : files_[it->second].size()});
  }
  return entries;
}

bool Disk::exists(std::string_view path) const {
  return !failed_ && (path.empty() || names_.find(path) != names_.end());
}

}  // namespace kscope::sim
