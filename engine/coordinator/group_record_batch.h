// The records of a decision as one record batch of __consumer_offsets.
//
// Called by: coordinator_shard. Kafka: CoordinatorRecordSerde, CoordinatorRecordHelpers (which
// versions are written), CoordinatorRuntime's MemoryRecordsBuilder.
// Read next: coordinator/coordinator_shard.h
#pragma once

#include <span>

#include "engine/coordinator/coordinator_types.h"
#include "engine/env/env.h"
#include "engine/record/record_batch.h"

namespace kscope::coordinator {

/// REQUIRES at least one record.
Bytes group_record_batch(std::span<const GroupRecord> records, record::Codec codec,
                         std::int64_t now_ms);
/// How many of the first records surely fit into a batch of `limit` bytes; at least one.
std::size_t records_that_fit(std::span<const GroupRecord> records, std::size_t limit);
event::GroupRecordWritten written_event(env::Env& env, PartitionRef shard, Offset at,
                                        const GroupRecord& record);

}  // namespace kscope::coordinator
