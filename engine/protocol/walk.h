// The inspector's view of a whole frame: every field, with its bytes.
//
// Size, header and body become rows in the order of the bytes; `depth` makes them a tree. Names are
// the schema's. Record batches inside Produce and Fetch are opened down to keys and values, and the
// values in batches of __cluster_metadata down to the fields of the metadata record. So are the
// subscriptions and assignments inside JoinGroup and SyncGroup.
//
// Invariants: rows lie inside the frame (except rows with `decompressed`, whose positions count
// from the start of the decompressed block); a row's children lie inside it and do not overlap.
// Frames that cannot be read to the end give the rows up to there and one named "unreadable".
//
// Called by: viewer/, text mode, dump tools. Real Kafka has no such thing; Wireshark's dissector
// comes closest. Read next: protocol/labels.h
#pragma once

#include "engine/protocol/codec.h"

namespace kscope::protocol {

/// `api` and `version` are only needed for responses, whose bytes do not name them; for requests
/// the header's are shown and used.
std::vector<FieldSpan> walk_frame(ByteView frame, bool is_response, ApiKey api,
                                  std::int16_t version);

}  // namespace kscope::protocol
