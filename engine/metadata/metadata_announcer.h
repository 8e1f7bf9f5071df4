// Tells what a committed metadata record means, in the words of the events.
//
// Every record is told exactly once in the life of a cluster, by the member that leads the quorum
// at the instant when its high watermark passes the record. That instant is the commit: nobody can
// know of it earlier, so no record is told by somebody who is not the leader. But a leader may die
// right after it, and its successor, whose own high watermark comes from behind, would tell the
// last records again; so the sink remembers how far was told (event::Sink::first_to_tell). Both
// together give: the fold of these events is the committed image of the best-informed member there
// ever was.
//
// What the events say and a reader may rely on: a registration begins fenced, and is told once per
// incarnation; TopicDeleted stands for all its partitions; PartitionChanged is the whole new state
// of the partition; PartitionLeaderChanged only explains.
//
// Called by: metadata_loader. Read next: event/controller_events.h
#pragma once

#include <vector>

#include "engine/env/env.h"
#include "engine/metadata/metadata_image.h"

namespace kscope::metadata {

/// `records` is the whole batch that records[index] is part of: a topic's partitions follow it.
/// REQUIRES `before` to be the image just before that record.
void announce_record(env::Env& env, const MetadataImage& before,
                     const std::vector<protocol::MetadataRecord>& records, std::size_t index);

}  // namespace kscope::metadata
