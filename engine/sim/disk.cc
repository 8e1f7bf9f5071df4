#include "engine/sim/disk.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/env/disk_path.h"

namespace kscope::sim {

using env::FileHandle;

namespace {

Error not_found(std::string_view path) {
  return {ErrorKind::NotFound, fmt::format("{}: no such file or directory", path)};
}
Error invalid(std::string_view path, std::string_view why) {
  return {ErrorKind::Invalid, fmt::format("{}: {}", path, why)};
}

}  // namespace

Disk::Inode& Disk::slot_of(FileHandle handle) {
  KCHECK(handle >= first_handle_ && handle - first_handle_ < handles_.size());
  return handles_[handle - first_handle_];
}

Disk::File& Disk::file_of(FileHandle handle) {
  const Inode inode = slot_of(handle);
  KCHECK(inode != kDirectory);
  return files_[inode];
}

const Disk::File& Disk::file_of(FileHandle handle) const {
  return const_cast<Disk*>(this)->file_of(handle);
}

Disk::Inode Disk::new_inode() {
  if (free_inodes_.empty()) {
    files_.emplace_back();
    return static_cast<Inode>(files_.size() - 1);
  }
  const Inode inode = free_inodes_.back();
  free_inodes_.pop_back();
  return inode;
}

void Disk::link(Inode inode) {
  if (inode != kDirectory) ++files_[inode].links;
}

void Disk::unlink(Inode inode) {
  if (inode == kDirectory || --files_[inode].links > 0) return;
  release(files_[inode].size());
  files_[inode] = File{};
  free_inodes_.push_back(inode);
}

Result<void> Disk::check_device(std::string_view what) const {
  if (failed_) return Error{ErrorKind::Io, fmt::format("{}: the device has failed", what)};
  return {};
}

// What changes nothing is not counted: it could not be told from not having happened.
Result<void> Disk::count_change(std::string_view what) {
  if (trap_ == changes_) failed_ = true;
  KTRY(check_device(what));
  ++changes_;
  return {};
}

Result<void> Disk::check_parent(std::string_view path) const {
  if (!env::is_valid_disk_path(path)) return invalid(path, "not a valid path");
  const std::string_view parent = env::parent_of(path);
  if (parent.empty()) return {};
  const auto found = names_.find(parent);
  if (found == names_.end()) return not_found(parent);
  if (found->second != kDirectory) return invalid(parent, "not a directory");
  return {};
}

std::int64_t Disk::claim(std::int64_t bytes) {
  if (!free_bytes_) return bytes;
  const std::int64_t granted = std::min(bytes, *free_bytes_);
  *free_bytes_ -= granted;
  return granted;
}

void Disk::release(std::int64_t bytes) {
  if (free_bytes_) *free_bytes_ += bytes;
}

// Keeps what the medium holds before the first change that goes below it.
void Disk::before_change(File& file, std::int64_t position) {
  if (position >= file.stable) return;
  if (file.stable == file.flushed) {
    file.medium = file.data;
    if (file.size() > file.flushed) file.medium.truncate(static_cast<std::size_t>(file.flushed));
  }
  file.stable = position;
}

Result<FileHandle> Disk::open(std::string_view path, bool create) {
  KTRY(check_device(path));
  KTRY(check_parent(path));
  auto found = names_.find(path);
  if (found == names_.end()) {
    if (!create) return not_found(path);
    KTRY(count_change(path));
    if (free_bytes_ && *free_bytes_ == 0) {
      return Error{ErrorKind::DiskFull, fmt::format("{}: no space left on device", path)};
    }
    const Inode inode = new_inode();
    found = names_.emplace(std::string(path), inode).first;
    link(inode);
    link(inode);  // once for the name, once for the journal
    journal_.push_back({NameOp::Link, std::string(path), {}, inode, std::nullopt});
  }
  if (found->second == kDirectory) return invalid(path, "is a directory");
  link(found->second);
  handles_.push_back(found->second);
  return static_cast<FileHandle>(first_handle_ + handles_.size() - 1);
}

void Disk::close(FileHandle file) {
  Inode& slot = slot_of(file);
  KCHECK(slot != kDirectory);
  unlink(slot);
  slot = kDirectory;
}

Result<std::int64_t> Disk::size(FileHandle file) const {
  KTRY(check_device("size"));
  return file_of(file).size() + file_of(file).zeroes;
}

Result<void> Disk::append(FileHandle handle, ByteView bytes) {
  File& file = file_of(handle);
  write_zeroes(file);
  if (trap_ == changes_ && trap_is_torn_ && !failed_) {
    before_change(file, file.size());
    file.data.append(bytes.data(), bytes.size() / 2);
  }
  KTRY(count_change("append"));
  const auto wanted = static_cast<std::int64_t>(bytes.size());
  const std::int64_t room = claim(wanted);
  before_change(file, file.size());
  file.data.append(bytes.data(), static_cast<std::size_t>(room));
  if (room == wanted) return {};
  return Error{ErrorKind::DiskFull,
               fmt::format("append of {} bytes: no space left on device", wanted)};
}

Result<void> Disk::write_at(FileHandle handle, std::int64_t position, ByteView bytes) {
  KTRY(count_change("write"));
  KCHECK(position >= 0);
  File& file = file_of(handle);
  write_zeroes(file);
  const auto length = static_cast<std::int64_t>(bytes.size());
  const std::int64_t growth = std::max<std::int64_t>(0, position + length - file.size());
  if (free_bytes_ && growth > *free_bytes_) {
    return Error{ErrorKind::DiskFull,
                 fmt::format("write of {} bytes: no space left on device", length)};
  }
  claim(growth);
  before_change(file, std::min(position, file.size()));
  if (position > file.size()) {
    const Bytes zeroes(static_cast<std::size_t>(position - file.size()), 0);
    file.data.append(zeroes.data(), zeroes.size());
  }
  const std::int64_t inside = std::min(length, file.size() - position);
  for (std::int64_t i = 0; i < inside; ++i) {
    file.data.set(static_cast<std::size_t>(position + i), bytes[static_cast<std::size_t>(i)]);
  }
  file.data.append(bytes.data() + inside, static_cast<std::size_t>(length - inside));
  return {};
}

Result<Bytes> Disk::read(FileHandle handle, std::int64_t position, std::int64_t length) const {
  KCHECK(position >= 0 && length >= 0);
  const File& file = file_of(handle);
  const std::int64_t end = file.size() + file.zeroes;
  Bytes bytes(static_cast<std::size_t>(std::clamp<std::int64_t>(end - position, 0, length)));
  KTRY(read_into(handle, position, bytes));
  return bytes;
}

Result<std::int64_t> Disk::read_into(FileHandle handle, std::int64_t position,
                                     std::span<std::uint8_t> out) const {
  KTRY(check_device("read"));
  const File& file = file_of(handle);
  const std::int64_t end = file.size() + file.zeroes;
  const auto wanted = static_cast<std::int64_t>(out.size());
  const std::int64_t count = std::clamp<std::int64_t>(end - position, 0, wanted);
  copy_out(file, position, out.first(static_cast<std::size_t>(count)));
  return count;
}

// It is memory, and answers even if the device does not.
void Disk::peek(FileHandle handle, std::int64_t position, std::span<std::uint8_t> out) const {
  KCHECK(file_of(handle).mapped);
  copy_out(file_of(handle), position, out);
}

void Disk::copy_out(const File& file, std::int64_t position, std::span<std::uint8_t> out) {
  const auto wanted = static_cast<std::int64_t>(out.size());
  KCHECK(position >= 0 && (wanted == 0 || position + wanted <= file.size() + file.zeroes));
  const std::int64_t held = std::clamp<std::int64_t>(file.size() - position, 0, wanted);
  const auto kept = static_cast<std::size_t>(held);
  if (kept > 0) file.data.read(static_cast<std::size_t>(position), kept, out.data());
  std::fill(out.begin() + held, out.end(), std::uint8_t{0});
}

// Before something is written behind them.
void Disk::write_zeroes(File& file) {
  const Bytes zeroes(static_cast<std::size_t>(std::exchange(file.zeroes, 0)), 0);
  file.data.append(zeroes.data(), zeroes.size());
}

Result<void> Disk::map(FileHandle handle, std::int64_t capacity) {
  KTRY(check_device("map"));
  File& file = file_of(handle);
  if (capacity > file.end()) {
    KTRY(count_change("preallocate"));
    file.reserved = capacity;
  }
  file.mapped = true;
  return {};
}

Result<void> Disk::trim(FileHandle handle) {
  KTRY(check_device("trim"));
  File& file = file_of(handle);
  if (file.reserved <= file.size() + file.zeroes) return {};
  KTRY(count_change("trim"));
  file.reserved = 0;
  return {};
}

Result<void> Disk::truncate(FileHandle handle, std::int64_t size) {
  KTRY(check_device("truncate"));
  File& file = file_of(handle);
  KCHECK(size >= 0);
  if (size >= file.size() + file.zeroes) return {};
  KTRY(count_change("truncate"));
  file.zeroes = std::max<std::int64_t>(0, size - file.size());
  if (size >= file.size()) return {};
  before_change(file, size);
  release(file.size() - size);
  file.data.truncate(static_cast<std::size_t>(size));
  file.lowest_size = std::min(file.lowest_size, size);
  return {};
}

Result<void> Disk::flush(FileHandle handle) {
  KTRY(check_device("fsync"));
  File& file = file_of(handle);
  if (!file.is_dirty() && !file.end_is_dirty()) return {};
  KTRY(count_change("fsync"));
  // A file system writes a new length down with its next journal entry: nobody waits for it.
  if (file.is_dirty()) cost_ += flush_time_ + slow_flush_;
  if (failing_flush_) return Error{ErrorKind::Io, "fsync failed: input/output error"};
  settled(file, 0);
  return {};
}

// The medium and the cache agree again.
std::int64_t Disk::settled(File& file, std::int64_t lost) {
  file.medium = Contents{};
  file.flushed = file.stable = file.lowest_size = file.size();
  file.medium_end = file.end_of_zeroes();
  return lost;
}

Duration Disk::take_cost() { return std::exchange(cost_, Duration{0}); }

void Disk::clear_faults() {
  slow_flush_ = Duration{0};
  failing_flush_ = failed_ = false;
  trap_.reset();
  free_bytes_.reset();
}

Result<void> Disk::flip_bit(std::string_view path, std::int64_t byte, int bit) {
  const auto found = names_.find(path);
  if (found == names_.end() || found->second == kDirectory) return not_found(path);
  File& file = files_[found->second];
  if (byte < 0 || byte >= file.size() || bit < 0 || bit > 7) {
    return invalid(path, fmt::format("has {} bytes, there is no bit {} of byte {}", file.size(),
                                     bit, byte));
  }
  const auto at = static_cast<std::size_t>(byte);
  const auto mask = static_cast<std::uint8_t>(1u << bit);
  file.data.set(at, file.data[at] ^ mask);
  if (at < file.medium.size()) file.medium.set(at, file.medium[at] ^ mask);
  return {};
}

std::int64_t Disk::written_bytes() const {
  std::int64_t sum = 0;
  for (const auto& [path, inode] : names_) sum += inode == kDirectory ? 0 : files_[inode].size();
  return sum;
}

std::int64_t Disk::unflushed_bytes() const {
  std::int64_t sum = 0;
  for (const auto& [path, inode] : names_) {
    sum += inode == kDirectory ? 0 : files_[inode].at_risk();
  }
  return sum;
}

std::vector<DiskFile> Disk::files() const {
  std::vector<DiskFile> all;
  for (const auto& [path, inode] : names_) {
    if (inode == kDirectory) continue;
    all.push_back({path, files_[inode].size(), files_[inode].stable});
  }
  return all;
}

Result<Bytes> Disk::contents(std::string_view path) const {
  const auto found = names_.find(path);
  if (found == names_.end() || found->second == kDirectory) return not_found(path);
  const File& file = files_[found->second];
  Bytes bytes(file.data.size());
  if (!bytes.empty()) file.data.read(0, bytes.size(), bytes.data());
  return bytes;
}

std::size_t Disk::open_handles() const {
  return static_cast<std::size_t>(
      std::count_if(handles_.begin(), handles_.end(), [](Inode i) { return i != kDirectory; }));
}

}  // namespace kscope::sim
