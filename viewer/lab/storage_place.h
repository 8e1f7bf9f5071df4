// Places on a disk: "log 1 orders-0 segments", "lookup 1:orders-0@368801 segment".
//
// The snapshot says where a log begins and ends, not which files it lies in. A lab about storage
// asks for those; the words here read the files of a node's disk at the present moment, with the
// engine's own readers, as the screen "Log & index" does. They also work while the node is down.
//
//   log N P segments|bases|bytes|unflushed_bytes     its .log files, together
//   log N P records|offsets|tombstones               what is in them: counted, {2,3,5}, counted
//   log N P value KEY                                the newest record's; "tombstone", "none"
//   log N P deleted_files                            files on their way out (.deleted)
//   segment N P BASE|active bytes|records|index_entries|time_entries|largest_time_ms
//   segment N P active base
//   lookup N:P@OFFSET FIELD   lookup N:P@t=TIME FIELD     as `run --lookup`; FIELD is one of
//       segment|relative|probes|floor|position|headers|base|offset|bytes_read|full_scan_bytes
//
// "none" where there is no such log, segment or answer. `floor` is the relative offset of the index
// entry that was found, `position` where the scan begins, `headers` how many batch headers it read,
// `base` the base offset of the batch with the answer, `offset` the answer.
//
// Called by: lab/condition. Read next: model/lookup.h, docs/formats/lab.md
#pragma once

#include <string>

#include "viewer/session/machine.h"

namespace kscope::lab {

/// Does the place begin with one of the words above?
bool is_storage_place(const std::string& place);
/// What is wrong with it; empty: nothing. REQUIRES is_storage_place(place).
std::string check_storage_place(const std::string& place);
/// REQUIRES check_storage_place(place) is empty.
std::string read_storage_place(viewer::Machine& machine, const std::string& place);

}  // namespace kscope::lab
