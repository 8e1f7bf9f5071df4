// live::Disk: env::Disk over a real folder.
//
// The layout is exactly that of the simulated disk and of Kafka, so that Kafka's own tools can read
// the folder. Paths are resolved below one open directory and checked (env/disk_path.h): nothing
// outside of it can be reached. Reads and writes go through pread and pwrite at positions that we
// keep, flush is fdatasync, flush_directory is fsync of the directory. Mapped files (map) are in
// live/disk_map.cc, and what sends a FileSlice from the page cache to a socket.
//
// Invariant: one process at a time; a lock on the file ".lock" says so, as Kafka's does. The
// folder's files are not changed by anyone else while it is held (sizes are remembered).
//
// Called by: serve (live/), one for each node. Real Kafka: FileRecords, AbstractIndex,
// LogManager.lockLogDirs.
// Read next: sim/disk.h (the same, in memory and hostile)
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/env/disk.h"

namespace kscope::live {

class Disk final : public env::Disk {
 public:
  /// Creates the folder if it is missing. Invalid if another process holds it.
  static Result<std::unique_ptr<Disk>> open(const std::string& folder);
  ~Disk() override;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  Result<env::FileHandle> open(std::string_view path, bool create) override;
  void close(env::FileHandle file) override;
  Result<std::int64_t> size(env::FileHandle file) const override;
  Result<void> append(env::FileHandle file, ByteView bytes) override;
  Result<void> write_at(env::FileHandle file, std::int64_t position, ByteView bytes) override;
  Result<Bytes> read(env::FileHandle file, std::int64_t position,
                     std::int64_t length) const override;
  using env::Disk::read;
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

  /// Sends what a slice names to a socket, as much as that takes now, and leaves the rest in it.
  /// The bytes go from the page cache to the socket and are never in this process (sendfile(2);
  /// Kafka: FileRecords.writeTo, TransferableChannel.transferFrom). Returns how many were sent.
  Result<std::int64_t> send(int socket, env::FileSlice& slice) const;

  /// Forgets every handle, as a crash of the process does: the files stay as they are.
  void crash_process() override;
  const std::string& folder() const { return folder_; }

 private:
  /// One for each file, however many handles there are: they share its size.
  struct OpenFile {
    int descriptor = -1;
    std::int64_t size = 0;
    std::string path;  // for messages; the name it was first opened by
    int handles = 0;
    // Invariant while mapped: size <= end; [size, end) is zeroes; [0, end) lies within the mapping.
    bool is_mapped = false;
    std::uint8_t* memory = nullptr;
    std::int64_t mapped_bytes = 0;
    std::int64_t end = 0;        // what the file system takes for its size
    std::int64_t allocated = 0;  // bytes that have their blocks on the device
  };
  using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

  Disk(std::string folder, int root, int lock);
  OpenFile& file_of(env::FileHandle handle);
  const OpenFile& file_of(env::FileHandle handle) const;
  Error failure(std::string_view path, std::string_view doing) const;
  Result<void> write_whole(OpenFile& file, std::int64_t position, ByteView bytes);
  // disk_map.cc
  Result<void> grow_map(OpenFile& file, std::int64_t capacity);
  Result<void> allocate(OpenFile& file, std::int64_t end);
  Result<void> write_mapped(OpenFile& file, std::int64_t position, ByteView bytes);
  Result<void> truncate_mapped(OpenFile& file, std::int64_t size);
  static void unmap(OpenFile& file);
  std::int64_t size_in_use(const FileKey& key, std::int64_t size) const;

  std::string folder_;
  int root_ = -1;
  int lock_ = -1;
  std::map<FileKey, OpenFile> files_;
  struct Handle {
    FileKey key;
    OpenFile* file = nullptr;  // in files_, whose nodes stay where they are; null: closed
  };
  std::vector<Handle> handles_;  // of handle i + 1; asked for with every read
  std::vector<env::FileHandle> free_handles_;
};

}  // namespace kscope::live
