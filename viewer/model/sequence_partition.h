// Which partition an event or a frame is about.
//
// Events say it in a field. A frame may be about many: its fields are read off its bytes, topic by
// topic, by name or by id.
//
// Called by: model/sequence, model/log_view. Read next: model/sequence.h
#pragma once

#include <optional>

#include "viewer/session/machine.h"

namespace kscope::viewer {

std::optional<PartitionRef> partition_of(const event::Body& body);

/// The frame names this partition, or its topic without saying which partition. Forgotten bytes
/// name nothing.
bool frame_names(Machine& machine, FrameId frame, const TopicPartition& partition);

}  // namespace kscope::viewer
