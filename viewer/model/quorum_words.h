// What a record of the metadata log changed in the image, in words.
//
// The record alone rarely tells: "leader 2, ISR {2,3}" says little unless one knows what was there
// before. So the words are made from the record *and* the image just before it, which is folded on
// the way.
//
// Called by: model/quorum_desk. Read next: model/quorum_desk.h, engine/metadata/metadata_image.h
#pragma once

#include <string>
#include <vector>

#include "engine/metadata/metadata_image.h"
#include "engine/record/record_batch.h"

namespace kscope::viewer {

/// One sentence; `before` is the image just before the record.
std::string words_of(const metadata::MetadataImage& before, const protocol::MetadataRecord& record);
/// Of a control record: its key says what it is.
std::string words_of_control(const record::Record& record);

}  // namespace kscope::viewer
