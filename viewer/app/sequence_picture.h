// A sequence diagram as a PNG: the screen's own drawing, as long as it needs to be.
// Called by: app/gui (a button), cli/sequence_files. Read next: app/picture.h
#pragma once

#include <string>

#include "engine/base/result.h"
#include "viewer/model/sequence.h"

namespace kscope::viewer {

Result<void> write_sequence_png(const SequenceView& view, const EventIndex& index,
                                const std::string& title, const std::string& file);

}  // namespace kscope::viewer
