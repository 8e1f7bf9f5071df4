#include "viewer/lab/page_cache_meter.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "engine/env/random.h"
#include "viewer/model/cost_meter.h"

namespace kscope::lab {

namespace {

constexpr std::size_t kFileBytes = 32u << 20;
constexpr std::size_t kBlock = 4096;
constexpr std::size_t kBlocksPerFlush = 64;
/// No figure takes much longer, however slow the disk is.
constexpr double kMostSeconds = 0.5;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// A file or socket that is closed with its scope.
struct Descriptor {
  explicit Descriptor(int fd) : fd(fd) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

/// A temporary file that nobody else sees: its name is gone as soon as it is open.
int open_scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "kafkascope-XXXXXX").string();
  const int fd = ::mkstemp(name.data());
  if (fd >= 0) ::unlink(name.c_str());
  return fd;
}

bool write_fully(int fd, const std::vector<char>& bytes, off_t at) {
  return ::pwrite(fd, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size());
}

bool fill(int fd) {
  const std::vector<char> bytes(1u << 20, 'k');
  for (std::size_t at = 0; at < kFileBytes; at += bytes.size()) {
    if (!write_fully(fd, bytes, static_cast<off_t>(at))) return false;
  }
  return ::fsync(fd) == 0;
}

std::int64_t rate(std::size_t bytes, double seconds) {
  return static_cast<std::int64_t>(static_cast<double>(bytes) / 1e6 / std::max(seconds, 1e-9));
}

/// Blocks in that order until the file is through or the time is up; -1 if a write fails.
std::int64_t write_blocks(int fd, const std::vector<std::size_t>& order) {
  const std::vector<char> block(kBlock, 'x');
  std::size_t done = 0;
  const Stopwatch watch;
  for (const std::size_t i : order) {
    if (!write_fully(fd, block, static_cast<off_t>(i * kBlock))) return -1;
    if (++done % kBlocksPerFlush != 0) continue;
    if (::fsync(fd) != 0) return -1;
    if (watch.seconds() > kMostSeconds) break;
  }
  return rate(done * kBlock, watch.seconds());
}

/// Appends of that size; with `flush` each is followed by an fsync.
std::int64_t write_batches(std::size_t size, bool flush) {
  const Descriptor file(open_scratch());
  if (file.fd < 0) return -1;
  const std::vector<char> bytes(size, 'x');
  std::size_t done = 0;
  const Stopwatch watch;
  while (done < kFileBytes) {
    if (!write_fully(file.fd, bytes, static_cast<off_t>(done))) return -1;
    done += size;
    if (flush && ::fsync(file.fd) != 0) return -1;
    const bool look = flush || done % (64 * size) == 0;
    if (look && watch.seconds() > kMostSeconds) break;
  }
  return rate(done, watch.seconds());
}

/// A TCP connection over loopback; both ends -1 if there is none.
struct Loopback {
  Loopback() {
    const Descriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (listener.fd < 0 || ::bind(listener.fd, any, length) != 0 || ::listen(listener.fd, 1) != 0 ||
        ::getsockname(listener.fd, any, &length) != 0) {
      return;
    }
    in.fd = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(in.fd, any, length) == 0) out.fd = ::accept(listener.fd, nullptr, nullptr);
  }
  bool ok() const { return in.fd >= 0 && out.fd >= 0; }
  Descriptor in{-1}, out{-1};
};

bool send_fully(int socket, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

constexpr std::size_t kChunk = 256 * 1024;

/// Through a buffer of the process: file → cache → buffer → socket.
bool send_by_read(int file, int socket) {
  std::vector<char> buffer(kChunk);
  for (std::size_t at = 0; at < kFileBytes; at += kChunk) {
    if (::pread(file, buffer.data(), kChunk, static_cast<off_t>(at)) !=
            static_cast<ssize_t>(kChunk) ||
        !send_fully(socket, buffer.data(), kChunk)) {
      return false;
    }
  }
  return true;
}

/// The cache is mapped into the process: one copy less, but page faults.
bool send_by_mmap(int file, int socket) {
  void* map = ::mmap(nullptr, kFileBytes, PROT_READ, MAP_SHARED, file, 0);
  if (map == MAP_FAILED) return false;
  const bool sent = send_fully(socket, static_cast<const char*>(map), kFileBytes);
  ::munmap(map, kFileBytes);
  return sent;
}

/// The kernel takes the cache's own pages.
bool send_by_sendfile(int file, int socket) {
  off_t at = 0;
  while (static_cast<std::size_t>(at) < kFileBytes) {
    if (::sendfile(socket, file, &at, kChunk) <= 0) return false;
  }
  return true;
}

/// The receiver throws everything away unread (MSG_TRUNC), so that it costs as little as possible.
std::int64_t copy_rate(int file, bool (*send)(int, int)) {
  std::int64_t best = -1;
  for (int run = 0; run < 3; ++run) {
    const Loopback loopback;
    if (!loopback.ok()) return -1;
    std::thread reader([fd = loopback.out.fd] {
      std::vector<char> buffer(kChunk);
      while (::recv(fd, buffer.data(), buffer.size(), MSG_TRUNC) > 0) {
      }
    });
    const Stopwatch watch;
    const bool sent = send(file, loopback.in.fd);
    ::shutdown(loopback.in.fd, SHUT_WR);
    reader.join();
    if (sent) best = std::max(best, rate(kFileBytes, watch.seconds()));
  }
  return best;
}

void drop_failures(Figures& figures) {
  std::erase_if(figures, [](const auto& figure) { return figure.second < 0; });
}

/// figures[name] = 100 (or another factor) × a / b, if both are there.
void add_share(Figures& figures, const char* name, const char* a, const char* b,
               std::int64_t factor = 100) {
  if (figures.count(a) == 0 || figures.count(b) == 0) return;
  figures[name] = factor * figures[a] / std::max<std::int64_t>(figures[b], 1);
}

struct Group {
  Figures (*measure)();
  std::vector<const char*> names;
};

const std::vector<Group>& groups() {
  static const std::vector<Group> all = {
      {measure_writes, {"write_sequential", "write_random", "random_percent"}},
      {measure_batches,
       {"write_100", "write_1k", "write_16k", "write_256k", "batch_times", "write_16k_fsync",
        "fsync_percent"}},
      {measure_copies, {"copy_read_write", "copy_mmap", "copy_sendfile", "sendfile_percent"}}};
  return all;
}

/// What this process has measured so far, by group.
std::vector<Figures>& taken() {
  static std::vector<Figures> figures(groups().size());
  return figures;
}

std::string name_in(const std::string& place) {
  const std::size_t blank = place.find(' ');
  return blank == std::string::npos ? "" : place.substr(blank + 1);
}

}  // namespace

Figures measure_writes() {
  const Descriptor file(open_scratch());
  if (file.fd < 0 || !fill(file.fd)) return {};
  std::vector<std::size_t> order(kFileBytes / kBlock);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  Figures figures;
  figures["write_sequential"] = write_blocks(file.fd, order);
  env::Random random(1);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(i))]);
  }
  figures["write_random"] = write_blocks(file.fd, order);
  drop_failures(figures);
  add_share(figures, "random_percent", "write_random", "write_sequential");
  return figures;
}

Figures measure_batches() {
  Figures figures;
  figures["write_100"] = write_batches(100, false);
  figures["write_1k"] = write_batches(1000, false);
  figures["write_16k"] = write_batches(16 * 1024, false);
  figures["write_256k"] = write_batches(256 * 1024, false);
  figures["write_16k_fsync"] = write_batches(16 * 1024, true);
  drop_failures(figures);
  add_share(figures, "batch_times", "write_16k", "write_100", 1);
  add_share(figures, "fsync_percent", "write_16k_fsync", "write_16k");
  return figures;
}

Figures measure_copies() {
  const Descriptor file(open_scratch());
  if (file.fd < 0 || !fill(file.fd)) return {};
  Figures figures;
  figures["copy_read_write"] = copy_rate(file.fd, send_by_read);
  figures["copy_mmap"] = copy_rate(file.fd, send_by_mmap);
  figures["copy_sendfile"] = copy_rate(file.fd, send_by_sendfile);
  drop_failures(figures);
  add_share(figures, "sendfile_percent", "copy_sendfile", "copy_read_write");
  return figures;
}

bool is_measured_place(const std::string& place) { return place.rfind("measured ", 0) == 0; }

std::string check_measured_place(const std::string& place) {
  std::string known = "machine";
  if (name_in(place) == known) return "";
  for (const Group& group : groups()) {
    for (const char* name : group.names) {
      if (name_in(place) == name) return "";
      known += fmt::format(", {}", name);
    }
  }
  return fmt::format("\"{}\": expected measured and one of {}", place, known);
}

std::string read_measured_place(const std::string& place) {
  const std::string name = name_in(place);
  if (name == "machine") return viewer::machine_name();
  for (std::size_t i = 0; i < groups().size(); ++i) {
    const auto& names = groups()[i].names;
    if (std::none_of(names.begin(), names.end(), [&](const char* n) { return name == n; })) {
      continue;
    }
    Figures& figures = taken()[i];
    if (figures.empty()) figures = groups()[i].measure();
    const auto it = figures.find(name);
    return it == figures.end() ? "none" : std::to_string(it->second);
  }
  return "none";
}

void pretend_measured(const Figures& figures) {
  for (Figures& group : taken()) group = figures;
}

}  // namespace kscope::lab
