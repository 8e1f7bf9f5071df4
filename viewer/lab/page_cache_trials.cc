#include "viewer/lab/page_cache_trials.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>

#include "engine/env/random.h"

namespace kscope::lab {

namespace {

constexpr std::size_t kFileBytes = 32u << 20;
constexpr std::size_t kMegabyte = 1u << 20;
constexpr std::size_t kBlock = 4096;
constexpr std::size_t kBlocksPerFlush = 64;
constexpr std::size_t kChunk = 256 * 1024;
/// A piece goes on until so much time is over: long enough for its clock, short enough for a frame.
constexpr double kPieceSeconds = 0.004;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

bool write_fully(int fd, const std::vector<char>& bytes, std::size_t at) {
  return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at)) ==
         static_cast<ssize_t>(bytes.size());
}

}  // namespace

void Trial::step() {
  const Stopwatch watch;
  while (!done_ && watch.seconds() < kPieceSeconds) {
    const std::int64_t did = piece();
    failed_ = did < 0;
    bytes_ += failed_ ? 0 : static_cast<std::size_t>(did);
    done_ = failed_ || bytes_ >= total_;
  }
  seconds_ += watch.seconds();
  if (seconds_ > most_seconds_ && bytes_ > 0) done_ = true;
}

double Trial::share() const {
  const double of_bytes = static_cast<double>(bytes_) / static_cast<double>(total_);
  return done_ ? 1 : std::min(1.0, std::max(of_bytes, seconds_ / most_seconds_));
}

std::int64_t Trial::rate() const {
  if (failed_ || bytes_ == 0) return -1;
  return static_cast<std::int64_t>(static_cast<double>(bytes_) / 1e6 / std::max(seconds_, 1e-9));
}

ScratchFile::ScratchFile() {
  std::string name = (std::filesystem::temp_directory_path() / "kafkascope-XXXXXX").string();
  fd_ = ::mkstemp(name.data());
  if (fd_ >= 0) ::unlink(name.c_str());
}

ScratchFile::~ScratchFile() {
  if (fd_ >= 0) ::close(fd_);
}

namespace {

class Fill final : public Trial {
 public:
  explicit Fill(SharedFile file) : Trial(kFileBytes, kWholeFile), file_(std::move(file)) {}

 private:
  static constexpr double kWholeFile = 60;  // who measures needs all of it
  std::int64_t piece() override {
    if (!write_fully(file_->fd(), bytes_, at_)) return -1;
    at_ += bytes_.size();
    if (::fsync(file_->fd()) != 0) return -1;
    return kMegabyte;
  }
  SharedFile file_;
  const std::vector<char> bytes_ = std::vector<char>(kMegabyte, 'k');
  std::size_t at_ = 0;
};

class Blocks final : public Trial {
 public:
  Blocks(SharedFile file, bool random) : Trial(kFileBytes), file_(std::move(file)) {
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    env::Random luck(1);
    for (std::size_t i = order_.size(); random && i > 1; --i) {
      std::swap(order_[i - 1], order_[static_cast<std::size_t>(luck.below(i))]);
    }
  }

 private:
  std::int64_t piece() override {
    for (std::size_t i = 0; i < kBlocksPerFlush; ++i) {
      if (!write_fully(file_->fd(), block_, order_[next_++] * kBlock)) return -1;
    }
    return ::fsync(file_->fd()) == 0 ? static_cast<std::int64_t>(kBlocksPerFlush * kBlock) : -1;
  }
  SharedFile file_;
  const std::vector<char> block_ = std::vector<char>(kBlock, 'x');
  std::vector<std::size_t> order_ = std::vector<std::size_t>(kFileBytes / kBlock);
  std::size_t next_ = 0;
};

class Batches final : public Trial {
 public:
  Batches(std::size_t size, bool flush) : Trial(kFileBytes), bytes_(size, 'x'), flush_(flush) {}

 private:
  std::int64_t piece() override {
    const std::size_t calls = flush_ ? 1 : 64;
    for (std::size_t i = 0; i < calls; ++i) {
      if (!write_fully(file_.fd(), bytes_, at_)) return -1;
      at_ += bytes_.size();
      if (flush_ && ::fsync(file_.fd()) != 0) return -1;
    }
    return static_cast<std::int64_t>(calls * bytes_.size());
  }
  ScratchFile file_;
  std::vector<char> bytes_;
  bool flush_;
  std::size_t at_ = 0;
};

/// A TCP connection over loopback with both ends here, neither of which waits; -1 if there is none.
struct Loopback {
  Loopback() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    const bool ready = listener >= 0 && ::bind(listener, any, length) == 0 &&
                       ::listen(listener, 1) == 0 && ::getsockname(listener, any, &length) == 0;
    if (ready) in = ::socket(AF_INET, SOCK_STREAM, 0);
    if (in >= 0 && ::connect(in, any, length) == 0) out = ::accept(listener, nullptr, nullptr);
    if (listener >= 0) ::close(listener);
    if (out >= 0) ::fcntl(in, F_SETFL, O_NONBLOCK);
  }
  ~Loopback() {
    if (in >= 0) ::close(in);
    if (out >= 0) ::close(out);
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  int in = -1, out = -1;
};

class Copy final : public Trial {
 public:
  Copy(SharedFile file, CopyWay way) : Trial(kFileBytes), file_(std::move(file)), way_(way) {
    if (way_ != CopyWay::Mmap) return;
    map_ = ::mmap(nullptr, kFileBytes, PROT_READ, MAP_SHARED, file_->fd(), 0);
  }
  ~Copy() override {
    if (map_ != MAP_FAILED) ::munmap(map_, kFileBytes);
  }

 private:
  /// A chunk goes in at one end and is thrown away, unread (MSG_TRUNC), at the other.
  std::int64_t piece() override {
    if (loopback_.out < 0 || (way_ == CopyWay::Mmap && map_ == MAP_FAILED)) return -1;
    if (way_ == CopyWay::ReadWrite &&
        ::pread(file_->fd(), buffer_.data(), kChunk, static_cast<off_t>(at_)) !=
            static_cast<ssize_t>(kChunk)) {
      return -1;
    }
    std::size_t sent = 0, taken = 0;
    while (taken < kChunk) {
      if (sent < kChunk) {
        const ssize_t n = send_from(sent);
        if (n <= 0 && errno != EAGAIN) return -1;
        if (n > 0) sent += static_cast<std::size_t>(n);
      }
      const ssize_t n = ::recv(loopback_.out, rest_.data(), kChunk, MSG_TRUNC);
      if (n <= 0) return -1;
      taken += static_cast<std::size_t>(n);
    }
    at_ += kChunk;
    return static_cast<std::int64_t>(kChunk);
  }

  ssize_t send_from(std::size_t sent) {
    if (way_ == CopyWay::Sendfile) {
      off_t at = static_cast<off_t>(at_ + sent);
      return ::sendfile(loopback_.in, file_->fd(), &at, kChunk - sent);
    }
    const char* bytes =
        way_ == CopyWay::Mmap ? static_cast<const char*>(map_) + at_ : buffer_.data();
    return ::send(loopback_.in, bytes + sent, kChunk - sent, MSG_NOSIGNAL);
  }

  SharedFile file_;
  CopyWay way_;
  Loopback loopback_;
  void* map_ = MAP_FAILED;
  std::vector<char> buffer_ = std::vector<char>(kChunk), rest_ = std::vector<char>(kChunk);
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Trial> fill_trial(SharedFile file) {
  return std::make_unique<Fill>(std::move(file));
}

std::unique_ptr<Trial> blocks_trial(SharedFile file, bool random) {
  return std::make_unique<Blocks>(std::move(file), random);
}

std::unique_ptr<Trial> batches_trial(std::size_t size, bool flush) {
  return std::make_unique<Batches>(size, flush);
}

std::unique_ptr<Trial> copy_trial(SharedFile file, CopyWay way) {
  return std::make_unique<Copy>(std::move(file), way);
}

}  // namespace kscope::lab
