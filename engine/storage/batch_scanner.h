// BatchScanner: walks the batches of a segment file from a position on.
//
// Offset look-ups only need headers, so the scanner reads just those, into a few bytes of its own,
// and skips over the records. Recovery needs every byte and asks for whole batches through a large
// window: as large as what a processor keeps near it, so that the checksum finds the bytes there.
//
//   BatchScanner scan(disk, file, position, end, kHeaderWindow);
//   while (scan.next()) use(scan.header(), scan.position());
//   if (scan.failure()) …   // bytes that are no batch, or a batch that does not end before `end`
//
// Called by: log_segment, log_loader. Kafka: FileLogInputStream.
// Read next: storage/log_segment.h
#pragma once

#include <array>
#include <optional>

#include "engine/env/disk.h"
#include "engine/record/record_batch.h"
#include "engine/storage/lookup_trace.h"

namespace kscope::storage {

class BatchScanner {
 public:
  static constexpr std::int64_t kHeaderWindow = 0;
  static constexpr std::int64_t kScanWindow = 256 * 1024;

  /// Walks [position, end). The disk must outlive the scanner.
  BatchScanner(const env::Disk& disk, env::FileHandle file, std::int64_t position, std::int64_t end,
               std::int64_t window = kHeaderWindow,
               std::vector<BatchProbe>* trace = nullptr)
      : disk_(disk), file_(file), next_(position), end_(end), window_(window), trace_(trace) {}

  /// Steps onto the next batch. False at the end, and on a failure.
  bool next();
  const record::BatchHeader& header() const { return header_; }
  /// Tells the trace that the current batch is the one that was looked for.
  void take() {
    if (trace_ != nullptr) trace_->back().taken = true;
  }
  std::int64_t position() const { return position_; }
  /// Just after the current batch.
  std::int64_t next_position() const { return next_; }
  /// All bytes of the current batch; valid until the next call.
  Result<ByteView> whole_batch();
  /// Corrupt or Truncated: what is at next_position() is no whole batch. Io: the disk failed.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<ByteView> header_bytes();
  Result<ByteView> bytes_at(std::int64_t position, std::int64_t length);
  Result<void> fill(std::int64_t position, std::int64_t length);
  bool fail(Error error);

  const env::Disk& disk_;
  env::FileHandle file_;
  std::int64_t position_ = 0;
  std::int64_t next_;
  std::int64_t end_;
  std::int64_t window_;
  std::vector<BatchProbe>* trace_;
  std::array<std::uint8_t, record::kBatchOverhead> small_;
  Bytes buffer_;                    // its first `held_` bytes are the file's from buffer_begin_ on
  std::int64_t buffer_begin_ = 0;
  std::int64_t held_ = 0;
  record::BatchHeader header_;
  std::optional<Error> failure_;
};

}  // namespace kscope::storage
