// The screen "Partition": all replicas of one partition on one axis of offsets.
//
// From top to bottom: who leads, what is committed and the sets AR, ISR, OSR as tiles; one sentence
// that says what is going on; the replicas, aligned by offset, the leader's high watermark as a
// line through all of them, and beside each what its fetcher does and how long it may still lag;
// then the ISR over time, and the walk by which the next leader would be found. All of it is drawn
// from model/partition_view; every value is a target that answers "why?".
//
// The partition is the one that was selected last, like the one whose lanes the timeline paints.
//
// Called by: panels.cc. Read next: model/partition_view.h, panels/partition_panel.cc
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_partition(Ui& ui, const Rect& rect);

/// Columns of a replica's row, and the axis that all rows share.
struct ReplicaColumns {
  Rect all;       ///< from the heading to the last row
  float who_w = 0, strip_x0 = 0, strip_x1 = 0, words_x = 0;
  float row_h = 0, cell_h = 0, gap = 0;
  OffsetAxis axis;
  float strip_w() const { return strip_x1 - strip_x0; }
  float x_of(std::int64_t offset) const {
    return strip_x0 + static_cast<float>(axis.position(offset)) * strip_w();
  }
};

/// Least height of a replica's row.
float replica_row_height(const Canvas& c);
/// The axis, then a row for each replica. `spare`: height that the rows may share out among them.
float draw_replicas(Ui& ui, Canvas& c, float x, float y, float w, float spare);
/// One replica's log on the axis, with its marks and their names.
void draw_replica_strip(Canvas& c, const ReplicaColumns& col, float y, const ReplicaLine& line,
                        const PartitionPicture& picture);
/// Both return the height they used.
float draw_isr_band(Ui& ui, Canvas& c, float x, float y, float w);
float draw_succession(Ui& ui, Canvas& c, float x, float y, float w);

}  // namespace kscope::viewer
