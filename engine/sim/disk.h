// sim::Disk: a disk in memory that knows the difference between written and safe.
//
// Written bytes live in the page cache; only a flush moves them to the medium. A crash of the
// process keeps the page cache, a power loss keeps the medium and whatever part of the rest luck
// left there. The model is meant to be hostile: nothing becomes safe by itself (a real kernel
// writes dirty pages back after some seconds), and a write that was not flushed may be kept,
// dropped, cut short, or cut short with garbage behind it. For names (create, rename, remove) it
// follows the journalling file systems: operations reach the medium in order, and flush_directory
// makes certain everything up to the last operation in that directory. Flushing a *file* does not
// make its name safe.
//
// A mapped file is preallocated as in a real folder: until it is trimmed, its end is zeroes. They
// are counted, not kept. A crash of the process leaves them in the file; a power loss leaves those
// that the medium knew of, so that pages which never got there read as zeroes.
//
// Time: operations happen at once and only their price is counted, see take_cost(). Reads and
// writes are free (the page cache answers); a flush that has something to do costs flush_time, plus
// the extra of a slow-flush fault. A flush with nothing to do costs nothing.
//
// Invariants: names_ refers to used inodes only; 0 <= stable <= min(flushed, size) for every file.
// Called by: sim/world, one per node. The real one: live/disk.
// Read next: storage/log_loader.cc (what recovery makes of a power loss), sim/world.h
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/cow_vector.h"
#include "engine/base/time.h"
#include "engine/env/disk.h"
#include "engine/env/random.h"

namespace kscope::sim {

/// One file as the viewer shows it: [0, flushed) is safe, [flushed, size) is at risk. The zeroes
/// behind a mapped file's last byte are not counted.
struct DiskFile {
  std::string path;
  std::int64_t size = 0;
  std::int64_t flushed = 0;
  bool operator==(const DiskFile&) const = default;
};

class Disk final : public env::Disk {
 public:
  Disk() = default;
  /// `flush_time`: what a healthy fsync costs.
  explicit Disk(Duration flush_time) : flush_time_(flush_time) {}

  Result<env::FileHandle> open(std::string_view path, bool create) override;
  void close(env::FileHandle file) override;
  Result<std::int64_t> size(env::FileHandle file) const override;
  Result<void> append(env::FileHandle file, ByteView bytes) override;
  Result<void> write_at(env::FileHandle file, std::int64_t position, ByteView bytes) override;
  Result<Bytes> read(env::FileHandle file, std::int64_t position,
                     std::int64_t length) const override;
  Result<std::int64_t> read_into(env::FileHandle file, std::int64_t position,
                                 std::span<std::uint8_t> out) const override;
  Result<void> truncate(env::FileHandle file, std::int64_t size) override;
  Result<void> flush(env::FileHandle file) override;
  Result<void> map(env::FileHandle file, std::int64_t capacity) override;
  Result<void> trim(env::FileHandle file) override;
  void peek(env::FileHandle file, std::int64_t position,
            std::span<std::uint8_t> out) const override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<void> remove(std::string_view path) override;
  Result<void> make_directory(std::string_view path) override;
  Result<void> flush_directory(std::string_view path) override;
  Result<std::vector<env::DirEntry>> list(std::string_view path) const override;
  bool exists(std::string_view path) const override;
  Duration pending_cost() const override { return cost_; }
  Duration backlog() const override { return backlog_; }
  /// The machine says at the beginning of a call what earlier ones have left to do.
  void set_backlog(Duration backlog) { backlog_ = backlog; }

  /// What the operations since the last call cost; the machine delays the node's next frames by it.
  Duration take_cost();

  // Faults. Each stays until it is taken back.
  void set_flush_time(Duration flush_time) { flush_time_ = flush_time; }
  void set_slow_flush(Duration extra) { slow_flush_ = extra; }
  void set_failing_flush(bool on) { failing_flush_ = on; }
  /// No room for another byte. A disk that is merely almost full: set_free_bytes().
  void set_full(bool on) { free_bytes_ = on ? std::optional<std::int64_t>(0) : std::nullopt; }
  /// Room that is left; an append that does not fit writes what fits and fails. nullopt: plenty.
  void set_free_bytes(std::optional<std::int64_t> bytes) { free_bytes_ = bytes; }
  /// The device answers nothing any more, not even reads.
  void set_failed(bool on) { failed_ = on; }
  /// The device fails for good just before its `n`-th change from now on (0: the next one): the way
  /// to stop an operation of many steps at each of them. `torn`: if that change is an append, half
  /// of it is written first.
  void fail_at_change(std::int64_t n, bool torn = false) {
    trap_ = changes_ + n;
    trap_is_torn_ = torn;
  }
  /// Appends, writes, cuts, flushes and changes of names so far.
  std::int64_t changes() const { return changes_; }
  void clear_faults();

  /// The process dies: its handles are void, every written byte is still there.
  void crash_process() override;
  /// The machine dies. Returns how many written bytes are gone (or turned to garbage).
  std::int64_t power_loss(env::Random& random);
  /// Turns one bit over, on the medium and in the cache. NotFound, or Invalid beyond the file.
  Result<void> flip_bit(std::string_view path, std::int64_t byte, int bit);

  // For readers: the viewer, dump-log, snapshots.
  std::int64_t written_bytes() const;
  std::int64_t unflushed_bytes() const;
  std::vector<DiskFile> files() const;  ///< ordered by path
  Result<Bytes> contents(std::string_view path) const;
  std::size_t open_handles() const;

 private:
  using Contents = CowVector<std::uint8_t, 4096>;
  using Inode = std::uint32_t;  // index into files_; directories have kDirectory
  static constexpr Inode kDirectory = 0xffffffff;

  /// The medium holds data[0, stable) and then, up to `flushed`, what `medium` holds there; the
  /// image is only kept while it differs from data, that is while stable < flushed.
  struct File {
    Contents data;
    Contents medium;
    std::int64_t flushed = 0;     // size of the file on the medium
    std::int64_t stable = 0;      // Invariant: stable <= flushed, stable <= size
    std::int64_t lowest_size = 0; // smallest size since the last flush: a cut may show through
    std::int64_t reserved = 0;    // mapped: where the file ends, its zeroes included
    std::int64_t zeroes = 0;      // not mapped: behind data, left over from a mapping
    std::int64_t medium_end = 0;  // end_of_zeroes() as of the last flush
    bool mapped = false;
    std::uint32_t links = 0;      // names, journal entries and handles that refer to it
    std::int64_t size() const { return static_cast<std::int64_t>(data.size()); }
    std::int64_t end() const { return std::max(reserved, size() + zeroes); }
    bool is_dirty() const { return stable != flushed || size() != flushed; }
    std::int64_t end_of_zeroes() const { return end() > size() ? end() : 0; }
    bool end_is_dirty() const { return end_of_zeroes() != medium_end; }
    std::int64_t at_risk() const { return size() - stable; }
  };

  enum class NameOp : std::uint8_t { Link, Unlink, Rename };
  /// A change of names that the medium has not certainly seen; enough to take it back.
  struct Pending {
    NameOp op{};
    std::string path;  // the old name in a Rename
    std::string to;    // only Rename
    Inode inode = kDirectory;
    std::optional<Inode> replaced;  // only Rename: what `to` named before
  };

  File& file_of(env::FileHandle handle);
  const File& file_of(env::FileHandle handle) const;
  Inode& slot_of(env::FileHandle handle);
  Inode new_inode();
  void link(Inode inode);
  void unlink(Inode inode);
  Result<void> check_device(std::string_view what) const;
  Result<void> count_change(std::string_view what);
  Result<void> check_parent(std::string_view path) const;
  std::int64_t claim(std::int64_t bytes);  // how much of it there is room for
  void release(std::int64_t bytes);
  void before_change(File& file, std::int64_t position);
  static void write_zeroes(File& file);
  static void copy_out(const File& file, std::int64_t position, std::span<std::uint8_t> out);
  void move_names(std::string_view from, std::string_view to);
  void settle(const Pending& done);
  void undo(const Pending& op);
  std::int64_t settle_names(env::Random& random);
  static std::int64_t settle_contents(File& file, env::Random& random);
  static void apply_cut(File& file, std::int64_t cut);
  static std::int64_t settled_as_flushed(File& file, std::int64_t lost);
  static std::int64_t settled(File& file, std::int64_t lost);

  std::map<std::string, Inode, std::less<>> names_;
  std::vector<File> files_;
  std::vector<Inode> free_inodes_;
  std::vector<Pending> journal_;
  std::vector<Inode> handles_;            // kDirectory: closed
  env::FileHandle first_handle_ = 1;      // handles_[i] is handle first_handle_ + i
  Duration flush_time_{0};
  Duration slow_flush_{0};
  Duration cost_{0};
  Duration backlog_{0};
  std::optional<std::int64_t> free_bytes_;
  bool failing_flush_ = false;
  bool failed_ = false;
  std::int64_t changes_ = 0;
  std::optional<std::int64_t> trap_;  // the number of the change that fails
  bool trap_is_torn_ = false;
};

}  // namespace kscope::sim
