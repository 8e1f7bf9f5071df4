// Labels: what a frame on its way says, in a few words.
//
// The viewer writes them beside the frame that travels, the text mode into its lines. They name
// what a student follows with the finger: offsets, epochs, high watermarks, errors; the inspector
// has the rest.
//
//   "Fetch off=6 ep=2"   "Produce orders-0 n=3"   "Vote ep=3"       requests
//   "6..7, HW 6"         "acked at 6"             "granted ep=3"    responses
//
// Called by: viewer/, text mode. Read next: protocol/walk.h (every byte)
#pragma once

#include <string>

#include "engine/base/api_key.h"
#include "engine/base/bytes.h"

namespace kscope::protocol {

/// At most about 40 characters. A frame that cannot be read is called by its API: "Fetch ?".
/// `api` and `version` are those of the request, for responses too.
std::string frame_label(const Blob& frame, bool is_response, ApiKey api, std::int16_t version);

}  // namespace kscope::protocol
