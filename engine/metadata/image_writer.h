// image_writer: an image as the records that would make it again.
//
// A snapshot of the metadata log holds these instead of everything that ever happened: a topic that
// was created and deleted leaves no trace, a partition that changed its leader a thousand times is
// one record. The order is the order in which they have to be applied.
//
// Invariant: applying image_records(i) to an empty image gives i (but for the offsets at which
// brokers registered: those are the snapshot's then, as in Kafka). Whoever adds a field to the
// image adds its record here; image_writer_test shows it.
//
// Called by: snapshot_generator. Kafka: MetadataImage.write and the write() of its parts,
// RaftSnapshotWriter.
// Read next: metadata/snapshot_generator.h
#pragma once

#include "engine/metadata/metadata_image.h"

namespace kscope::metadata {

std::vector<protocol::MetadataRecord> image_records(const MetadataImage& image);

}  // namespace kscope::metadata
