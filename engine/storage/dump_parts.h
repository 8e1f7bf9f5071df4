// The parts of dump-log: one function for each kind of file. Kafka: DumpLogSegments.
//
// Called by: dump_log.cc. Read next: storage/dump_log.h
#pragma once

#include <fmt/core.h>

#include <iterator>

#include "engine/base/ids.h"
#include "engine/record/record_batch.h"
#include "engine/storage/dump_log.h"

namespace kscope::storage {

template <class... Args>
void dump_line(Dump& dump, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(dump.text), format, std::forward<Args>(args)...);
  dump.text += '\n';
}

/// Printable ASCII as it is, everything else as \xNN: a payload must not reach the terminal raw.
std::string printable(std::string_view text);

// dump_batches.cc
Dump dump_batches(ByteView bytes, const DumpOptions& options);
/// Everything of a record behind its keySize and valueSize: markers, key, payload.
std::string record_tail(const record::BatchHeader& batch, const record::Record& record,
                        const DumpOptions& options);

// dump_metadata.cc
/// {"type":"TOPIC_RECORD","version":0,"data":{…}}, or why it is none.
std::string metadata_record_json(ByteView value);
/// LeaderChange, SnapshotHeader, SnapshotFooter as Kafka writes them; "" for a marker.
std::string control_record_json(ByteView key, ByteView value);

// dump_coordinator.cc
/// " key: {"type":"1","data":{…}} payload: {"version":"3","data":{…}}" of __consumer_offsets.
std::string group_record_text(const record::Record& record);
/// The same of __transaction_state, in the words of Kafka's TransactionLog.
std::string transaction_record_text(const record::Record& record);

// dump_indexes.cc
Dump dump_offset_index(ByteView bytes, Offset base, const DumpOptions& options,
                       const DumpNeighbours& neighbours);
Dump dump_time_index(ByteView bytes, Offset base, const DumpOptions& options,
                     const DumpNeighbours& neighbours);
Dump dump_txn_index(ByteView bytes, Offset base);
Dump dump_producer_snapshot(ByteView bytes);

}  // namespace kscope::storage
