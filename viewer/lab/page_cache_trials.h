// Trials: the single measurements behind PageCacheMeter, each in small pieces.
//
// A trial does one thing with plain system calls (write a file in order, send it through a socket)
// and is asked for it piece by piece: step() does some milliseconds' worth and returns, so that the
// caller can draw a picture in between. Only the time inside the pieces counts. No threads: the
// socket's two ends are served in turn, by whoever measures.
//
// Invariant: after done() the rate is final; -1 if something failed.
//
// Called by: lab/page_cache_meter. Read next: page_cache_trials.cc
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace kscope::lab {

class Trial {
 public:
  virtual ~Trial() = default;
  /// Some milliseconds of it. REQUIRES !done().
  void step();
  bool done() const { return done_; }
  double share() const;       ///< 0..1 of its bytes
  std::int64_t rate() const;  ///< MB/s

 protected:
  /// Over when so many bytes are through, or, on a slow disk, so many seconds.
  explicit Trial(std::size_t bytes, double most_seconds = 0.5)
      : total_(bytes), most_seconds_(most_seconds) {}
  /// Does one piece and says how many bytes it was; -1: it failed.
  virtual std::int64_t piece() = 0;

 private:
  std::size_t total_;
  double most_seconds_;
  std::size_t bytes_ = 0;
  double seconds_ = 0;
  bool done_ = false, failed_ = false;
};

/// A scratch file that several trials share; its name is gone as soon as it is open.
class ScratchFile {
 public:
  ScratchFile();
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};
using SharedFile = std::shared_ptr<ScratchFile>;

enum class CopyWay : std::uint8_t { ReadWrite, Mmap, Sendfile };

/// 32 MB that are there before anything is measured.
std::unique_ptr<Trial> fill_trial(SharedFile file);
/// 4 KiB blocks in the order of the file, or in random order; an fsync after every 64.
std::unique_ptr<Trial> blocks_trial(SharedFile file, bool random);
/// Appends of that size to a file of its own; with `flush` each is followed by an fsync.
std::unique_ptr<Trial> batches_trial(std::size_t size, bool flush);
/// From the file, which is in the page cache, into a TCP connection whose other end throws it away.
std::unique_ptr<Trial> copy_trial(SharedFile file, CopyWay way);

}  // namespace kscope::lab
