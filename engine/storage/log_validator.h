// What a leader demands of a produce request's batch before it becomes part of the log.
//
// Once written a batch is copied byte for byte to every follower and consumer, so everything that
// could be wrong with it has to be found here: size, CRC, offsets, and each record's timestamp. For
// that the leader has to walk the records, and so to decompress a compressed batch; it keeps the
// producer's compressed bytes though, since giving out offsets only changes the header.
//
// Called by: log_append. Kafka: LogValidator, UnifiedLog.analyzeAndValidateRecords,
// ProduceRequest.validateRecords. Differences: only magic 2 (no down-conversion), no re-compression
// (compression.type=producer).
// Read next: storage/log_append.cc
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/record/record_batch.h"
#include "engine/storage/log_config.h"

namespace kscope::storage {

/// Who appends. Only clients have to keep to one batch and may not write control records.
enum class AppendOrigin : std::uint8_t { Client, RaftLeader, Coordinator, Replication };

/// Why the log refuses a produce, as the code that goes into the response.
struct AppendRefused {
  ErrorCode error = ErrorCode::NONE;
  std::string reason;
};

/// A batch with everything the leader gives to it: offsets, epoch, and timestamps if it must.
struct StampedBatches {
  Bytes bytes;
  std::vector<record::BatchHeader> headers;  ///< of `bytes`, in order
};

struct LeaderStamp {
  Offset first_offset;
  LeaderEpoch epoch;
  std::int64_t now_ms = 0;
  AppendOrigin origin = AppendOrigin::Client;
};

/// Checks the batches and, if all are good, fills in `stamped`. Nothing means accepted.
std::optional<AppendRefused> validate_and_stamp(ByteView records, const LogConfig& config,
                                                const LeaderStamp& stamp,
                                                StampedBatches& stamped);

}  // namespace kscope::storage
