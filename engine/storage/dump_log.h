// What is in a file of a log directory, as text.
//
// The lines and options are those of kafka-dump-log, so that its documentation and a habit of
// grepping still serve. What it adds is honesty about damage: the exact position where a file stops
// making sense, and why, while everything before it is still shown.
//
// Understood: .log and .checkpoint (batches), .index, .timeindex, .txnindex, .snapshot (producers),
// the *-offset-checkpoint files, leader-epoch-checkpoint, partition.metadata, meta.properties,
// quorum-state, .kafka_cleanshutdown, remote-log-metadata; all of them also with .deleted, .cleaned
// or .swap behind.
//
// Called by: the command line (`dump-log`), the viewer's file panel. Kafka: DumpLogSegments.
// Differences: unprintable bytes of keys and values are shown as \xNN; damage is told, with a
// non-zero exit, where Kafka stops with an exception or says nothing.
// Read next: record/record_batch.h (walk_batch shows every single field)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace kscope::storage {

struct DumpOptions {
  bool deep_iteration = false;    ///< a line for each record; follows from the two below
  bool print_data_log = false;    ///< keys and values, too
  bool cluster_metadata = false;  ///< --cluster-metadata-decoder: values as metadata records
  bool offsets = false;           ///< --offsets-decoder: records of __consumer_offsets
  bool transaction_log = false;   ///< --transaction-log-decoder: records of __transaction_state
  bool skip_record_metadata = false;
  /// A decoder was asked for; each of them looks into records.
  bool decodes() const { return cluster_metadata || offsets || transaction_log; }
  bool index_sanity_check = false;     ///< only what decides at a start whether to rebuild an index
  bool verify_index_only = false;      ///< check each entry against the .log, print none
  std::int64_t max_bytes = INT64_MAX;  ///< of a .log: whole batches within so many bytes
};

/// Other files of the same segment, against which an index is checked. Absent: it cannot be.
struct DumpNeighbours {
  std::optional<Bytes> log;
  std::optional<Bytes> index;  ///< for a .timeindex
};

struct Dump {
  std::string text;                   ///< lines, each with its '\n'
  std::vector<std::string> problems;  ///< what is wrong with the file, one sentence each
};

/// `name` is a file's name, with or without a path: it decides how the bytes are read. Unsupported,
/// naming what is understood, for any other name. Damage is no error: it is in Dump::problems.
Result<Dump> dump_file(std::string_view name, ByteView bytes, const DumpOptions& options = {},
                       const DumpNeighbours& neighbours = {});

/// The names of the neighbours that dump_file would like to have for `name`; "" for none.
struct NeighbourNames {
  std::string log, index;
};
NeighbourNames neighbours_of(std::string_view name);

}  // namespace kscope::storage
