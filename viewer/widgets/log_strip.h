// The log strip widget: cells of records, the high watermark's line, the LEO's caret.
//
// Solid below the high watermark, lighter between it and LEO, hatched where records were cut; hue
// and the small "e1" above the first cell say the leader epoch; each cell carries its offset. Every
// part is a target of its own: a cell is its batch, the line and the caret answer "why here?".
//
// Called by: panels/broker_card. Read next: model/strip.h
#pragma once

#include "viewer/model/strip.h"
#include "viewer/widgets/canvas.h"

namespace kscope::viewer {

/// Cells of which width fit `width` pixels, given the largest offset that must be readable in one.
struct StripMetrics {
  float cell_width = 0;
  std::int32_t cells = 0;
};
StripMetrics strip_metrics(const Canvas& c, float width, std::int64_t largest_offset);
/// An offset as it is written into a cell: of more than four digits only the last three. The LEO
/// label has them all.
std::string cell_text(std::int64_t offset);
/// Pixels that a strip with its epoch labels above and its offset labels below needs.
float strip_height(const Canvas& c, float cell_height);

/// `at` is the top left corner. `dim`: the broker is down, this is what lies on its disk.
void log_strip(Canvas& c, float x, float y, float width, float cell_height, const Strip& strip,
               const StripMetrics& metrics, std::int32_t node, const TopicPartition& partition,
               bool dim);

/// A whole log in one bar of few pixels, for many partitions: `scale_end` is the offset at the
/// right.
void log_bar(Canvas& c, const Rect& rect, const cluster::ReplicaView& replica,
             std::int64_t scale_end, bool dim);

}  // namespace kscope::viewer
