// PageCacheMeter: what the page cache, batching and zero-copy are worth on this very machine.
//
// Kafka's speed rests on three claims about operating systems: writing in sequence is fast, few
// large writes are faster than many small ones, and sendfile(2) moves a file to a socket without
// copying it through the process. The lab about them does not quote numbers from a book; it asks
// for a prediction and then measures, with plain system calls on a temporary file:
//
//   measured write_sequential|write_random     MB/s of 4 KiB blocks, fsync after each 256 KiB
//   measured random_percent                    the second as a share of the first
//   measured write_100|write_1k|write_16k|write_256k   MB/s of writes of that size, no fsync
//   measured batch_times                       write_16k / write_100, rounded down
//   measured write_16k_fsync                   MB/s with an fsync after each write of 16 KiB
//   measured fsync_percent                     as a share of write_16k
//   measured copy_read_write|copy_mmap|copy_sendfile   MB/s from a cached file to a TCP socket
//   measured sendfile_percent                  copy_sendfile in percent of copy_read_write
//   measured machine                           the processor, for the heading of a plot
//
// Each group is measured once in a process, when it is first asked for, within about two seconds;
// so a prediction is settled by the same figures that are shown. It works in slices: the viewer
// goes on for some milliseconds a frame and shows how far it is, the text mode runs it to its end.
// Nothing here reads or changes a cluster, and no test judges by these numbers.
//
// Called by: lab/condition, lab/lab_desk, bench (group page_cache). Kafka: FileRecords.writeTo
// (sendfile), LogSegment.append (write), AbstractIndex (mmap). Read next: lab/page_cache_trials.h
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kscope::lab {

/// Whole numbers by name; without those that could not be measured.
using Figures = std::map<std::string, std::int64_t>;

enum class MeterGroup : std::uint8_t { Writes, Batches, Copies };

/// One group, in slices.
class PageCacheMeter {
 public:
  explicit PageCacheMeter(MeterGroup group);
  ~PageCacheMeter();
  PageCacheMeter(const PageCacheMeter&) = delete;
  PageCacheMeter& operator=(const PageCacheMeter&) = delete;
  /// Goes on for about so many seconds.
  void work(double seconds);
  bool done() const;
  double progress() const;    ///< 0..1, never goes back
  std::string doing() const;  ///< "4 KiB blocks in random order"
  /// REQUIRES done().
  Figures figures() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole group at once.
Figures measure(MeterGroup group);

/// "measured NAME"?
bool is_measured_place(const std::string& place);
/// What is wrong with it; empty: nothing. REQUIRES is_measured_place(place).
std::string check_measured_place(const std::string& place);
/// Measures if need be. "none" if it cannot be measured here (a full disk, no loopback).
std::string read_measured_place(const std::string& place);

/// Some of these places are measured places whose group was not measured yet.
bool must_measure(const std::vector<std::string>& places);
/// How far the measuring of all of them is.
struct Measuring {
  double progress = 0;
  std::string doing;
};
/// Goes on measuring what they need for about so many seconds. REQUIRES must_measure(places).
Measuring go_on_measuring(const std::vector<std::string>& places, double seconds);

/// For tests: figures that are known beforehand, for all groups; empty: measure again.
void pretend_measured(const Figures& figures);

}  // namespace kscope::lab
