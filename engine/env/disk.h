// The disk as a node sees it: files that may lie about being safe until they are flushed.
//
// Kafka leans on the page cache: a produce is acknowledged when it is *written* on enough replicas,
// not when it is *flushed* on one. So the interface keeps the two apart. After a process crash all
// written bytes are there; after a power loss only the flushed ones are certain, the rest may be
// kept, cut short or torn.
//
// Paths are relative to the node's log.dirs, '/' separated: "orders-0/00000000000000000000.log".
// Operations complete at once for the caller; the time they took is charged to the node (the frames
// that it sends afterwards leave later). A slow fsync therefore delays the reply, not the code.
//
// Index files are mapped: they are searched where they are, and an entry is added without a call to
// the operating system (see map). Records that a reader has asked for can be named instead of read:
// a FileSlice is enough for sendfile(2), which moves them from the page cache to a socket.
//
// Called by: storage/ and raft/ only. Implemented by: sim/disk (memory), live/disk (a real folder).
// Read next: storage/unified_log.h
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace kscope::env {

/// An open file. Handles die with the process; 0 is never a valid one.
using FileHandle = std::uint32_t;

struct DirEntry {
  std::string name;  ///< last component only
  bool is_directory = false;
  std::int64_t size = 0;
  bool operator==(const DirEntry&) const = default;
};

/// Bytes of an open file that nobody has read yet. Valid until the file is closed or cut.
struct FileSlice {
  FileHandle file = 0;
  std::int64_t position = 0;
  std::int64_t length = 0;
  bool operator==(const FileSlice&) const = default;
};

class Disk {
 public:
  virtual ~Disk() = default;

  /// NotFound if it does not exist and `create` is false. Parents must exist.
  virtual Result<FileHandle> open(std::string_view path, bool create) = 0;
  virtual void close(FileHandle file) = 0;
  virtual Result<std::int64_t> size(FileHandle file) const = 0;
  /// Writes at the end. On failure nothing, or a prefix, may have been written.
  virtual Result<void> append(FileHandle file, ByteView bytes) = 0;
  /// Overwrites within the file or extends it; a gap is filled with zeroes.
  virtual Result<void> write_at(FileHandle file, std::int64_t position, ByteView bytes) = 0;
  /// Fewer bytes than asked for at the end of the file; empty beyond it.
  virtual Result<Bytes> read(FileHandle file, std::int64_t position, std::int64_t length) const = 0;
  /// The same without an allocation: fills the front of `out`, returns how much of it.
  virtual Result<std::int64_t> read_into(FileHandle file, std::int64_t position,
                                         std::span<std::uint8_t> out) const = 0;
  Result<Bytes> read(const FileSlice& slice) const {
    return read(slice.file, slice.position, slice.length);
  }
  virtual Result<void> truncate(FileHandle file, std::int64_t size) = 0;
  /// fsync: everything written so far survives a power loss from the moment the call's time is
  /// paid.
  virtual Result<void> flush(FileHandle file) = 0;

  // Mapped files (Kafka: AbstractIndex). size() stays what was written; the file itself is longer
  // until it is trimmed, and its end is zeroes. That is what one finds after a crash.

  /// Maps the file and, for appending, preallocates `capacity` bytes if that is more than it has.
  /// 0: only what is there. Again with more: grows.
  virtual Result<void> map(FileHandle file, std::int64_t capacity) = 0;
  /// Ends the file where its bytes end; it stays mapped. Durable with the next flush.
  virtual Result<void> trim(FileHandle file) = 0;
  /// Copies from the mapping. REQUIRES the file is mapped and has these bytes: cannot fail.
  virtual void peek(FileHandle file, std::int64_t position,
                    std::span<std::uint8_t> out) const = 0;

  /// Atomic replacement, as rename(2). Durable once flush_directory has been paid for.
  virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
  virtual Result<void> remove(std::string_view path) = 0;  ///< a file, or an empty directory
  virtual Result<void> make_directory(std::string_view path) = 0;  ///< ok if it exists
  virtual Result<void> flush_directory(std::string_view path) = 0;
  /// Sorted by name. "" lists the top.
  virtual Result<std::vector<DirEntry>> list(std::string_view path) const = 0;
  virtual bool exists(std::string_view path) const = 0;

  /// Time that the operations of the present call have taken so far and that is not yet charged to
  /// anybody: how long the calling thread would have been blocked. A request handler stays busy for
  /// that much longer. A real disk answers 0: there the time has passed already.
  virtual Duration pending_cost() const { return Duration{0}; }
  /// How long the device is still busy with what earlier calls wrote; it does one thing after the
  /// other, so whoever uses it now waits that long first.
  virtual Duration backlog() const { return Duration{0}; }

  /// The process that used this disk is gone: every handle is void, every written byte is kept.
  /// Called by the machine that runs the process, never by the process itself.
  virtual void crash_process() {}
};

}  // namespace kscope::env
