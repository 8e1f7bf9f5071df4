// live::Disk: files in memory, and files to sockets, without a copy of ours.
//
// A mapping is written to like an array, so a device that has no room left would be noticed by a
// signal in the middle of an assignment. Therefore blocks are asked for before, some at a time:
// then it is an error like any other. (Kafka leaves the file sparse and takes the signal: the JVM
// makes an InternalError of it.) A device that fails while it reads still sends the signal.
#include <fcntl.h>
#include <sys/mman.h>
#ifdef __linux__
#include <sys/sendfile.h>
#else
#include <sys/socket.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/check.h"
#include "engine/live/disk.h"

namespace kscope::live {

using env::FileHandle;

namespace {

constexpr std::int64_t kAllocationStep = 64 * 1024;

std::int64_t up_to_a_page(std::int64_t bytes) {
  static const auto page = static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

}  // namespace

void Disk::unmap(OpenFile& file) {
  if (file.memory != nullptr) {
    ::munmap(file.memory, static_cast<std::size_t>(file.mapped_bytes));
  }
  file.memory = nullptr;
  file.mapped_bytes = 0;
  file.is_mapped = false;
}

// The file is made longer, then the mapping if it is too short.
Result<void> Disk::grow_map(OpenFile& file, std::int64_t capacity) {
  if (capacity > file.end) {
    if (::ftruncate(file.descriptor, capacity) != 0) return failure(file.path, "preallocate");
    file.end = capacity;
  }
  if (file.end <= file.mapped_bytes) return {};
  const auto length = static_cast<std::size_t>(file.end);
  void* const memory =
      ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0);
  if (memory == MAP_FAILED) return failure(file.path, "map (see vm.max_map_count)");
  unmap(file);
  file.is_mapped = true;
  file.memory = static_cast<std::uint8_t*>(memory);
  file.mapped_bytes = file.end;
  return {};
}

Result<void> Disk::map(FileHandle handle, std::int64_t capacity) {
  OpenFile& file = file_of(handle);
  if (!file.is_mapped) file.end = file.allocated = file.size;
  KTRY(grow_map(file, capacity));
  file.is_mapped = true;  // an empty file has no memory, and is mapped all the same
  return {};
}

Result<void> Disk::trim(FileHandle handle) {
  OpenFile& file = file_of(handle);
  KCHECK(file.is_mapped);
  if (file.end > file.size && ::ftruncate(file.descriptor, file.size) != 0) {
    return failure(file.path, "trim");
  }
  file.end = file.size;
  file.allocated = std::min(file.allocated, file.size);
  const std::int64_t keep = up_to_a_page(file.size);
  if (keep >= file.mapped_bytes) return {};
  ::munmap(file.memory + keep, static_cast<std::size_t>(file.mapped_bytes - keep));
  file.mapped_bytes = keep;
  if (keep == 0) file.memory = nullptr;
  return {};
}

void Disk::peek(FileHandle handle, std::int64_t position, std::span<std::uint8_t> out) const {
  const OpenFile& file = file_of(handle);
  const auto length = static_cast<std::int64_t>(out.size());
  KCHECK(file.is_mapped && position >= 0 && position + length <= file.size);
  if (length > 0) std::memcpy(out.data(), file.memory + position, out.size());
}

// Blocks for everything before `end`, and for some entries more.
Result<void> Disk::allocate(OpenFile& file, std::int64_t end) {
  if (end <= file.allocated) return {};
  const std::int64_t wanted =
      std::min(file.end, (end + kAllocationStep - 1) / kAllocationStep * kAllocationStep);
#ifdef __linux__
  int code = EINTR;
  while (code == EINTR) {
    code = ::posix_fallocate(file.descriptor, file.allocated, wanted - file.allocated);
  }
  if (code != 0) {
    errno = code;
    return failure(file.path, "allocate");
  }
#endif
  file.allocated = wanted;
  return {};
}

Result<void> Disk::write_mapped(OpenFile& file, std::int64_t position, ByteView bytes) {
  if (bytes.empty()) return {};
  const std::int64_t end = position + static_cast<std::int64_t>(bytes.size());
  KTRY(grow_map(file, end));
  KTRY(allocate(file, end));
  std::memcpy(file.memory + position, bytes.data(), bytes.size());
  file.size = std::max(file.size, end);
  return {};
}

// What was preallocated stays so, and is zeroes again.
Result<void> Disk::truncate_mapped(OpenFile& file, std::int64_t size) {
  if (file.end > file.size) {
    std::memset(file.memory + size, 0, static_cast<std::size_t>(file.size - size));
  } else {
    if (::ftruncate(file.descriptor, size) != 0) return failure(file.path, "truncate");
    file.end = size;
    file.allocated = std::min(file.allocated, size);
  }
  file.size = size;
  return {};
}

// What a file that is mapped here has in it, and not how long it is.
std::int64_t Disk::size_in_use(const FileKey& key, std::int64_t size) const {
  const auto found = files_.find(key);
  return found == files_.end() ? size : found->second.size;
}

Result<std::int64_t> Disk::send(int socket, env::FileSlice& slice) const {
  const OpenFile& file = file_of(slice.file);
  std::int64_t sent = 0;
  while (slice.length > 0) {
#ifdef __linux__
    off_t from = slice.position;
    const auto n =
        ::sendfile(socket, file.descriptor, &from, static_cast<std::size_t>(slice.length));
#else
    std::uint8_t piece[16 * 1024];
    const auto wanted = std::min<std::int64_t>(slice.length, sizeof piece);
    KTRY_ASSIGN(const std::int64_t got,
                read_into(slice.file, slice.position, std::span(piece).first(wanted)));
    const auto n = got == 0 ? 0 : ::send(socket, piece, static_cast<std::size_t>(got), 0);
#endif
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n < 0) return failure(file.path, "send");
    if (n == 0) break;  // the file ends here
    sent += n;
    slice.position += n;
    slice.length -= n;
  }
  return sent;
}

}  // namespace kscope::live
