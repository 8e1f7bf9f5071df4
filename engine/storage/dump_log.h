// What is in a file of a log directory, as text.
//
// The lines are those of kafka-dump-log, so that its documentation and a habit of grepping still
// serve. What it adds is honesty about damage: the exact position where a file stops making sense,
// and why, while everything before it is still shown.
//
// Understood: .log and .checkpoint (batches), .index, .timeindex, the *-offset-checkpoint files,
// leader-epoch-checkpoint, partition.metadata, meta.properties.
//
// Called by: the command line (`dump-log`), the viewer's file panel. Kafka: DumpLogSegments.
// Read next: record/record_batch.h (walk_batch shows every single field)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace kscope::storage {

struct DumpOptions {
  bool records = true;    ///< kafka-dump-log --deep-iteration: a line for each record
  bool payloads = false;  ///< --print-data-log: keys and values, too
};

struct Dump {
  std::string text;                   ///< lines, each with its '\n'
  std::vector<std::string> problems;  ///< what is wrong with the file, one sentence each
};

/// `name` is a file's name, with or without a path: it decides how the bytes are read. Unsupported,
/// naming what is understood, for any other name. Damage is no error: it is in Dump::problems.
Result<Dump> dump_file(std::string_view name, ByteView bytes, const DumpOptions& options = {});

}  // namespace kscope::storage
