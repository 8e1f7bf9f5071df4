// The screen "Sequence": a lane for each node, time downwards, one row for each thing that was
// said.
//
// Above, what is shown: length of the window, APIs, partition, notes, folding; a click on a lane's
// name shows only that node. Left of the rows the time, behind them the phases. A click on a
// message goes to the moment when it was sent and opens it in the inspector. The picture itself is
// one function, so that an exported PNG is the same drawing.
//
// Called by: panels.cc, cli/sequence_files. Read next: model/sequence_desk.h
#pragma once

#include "viewer/model/sequence.h"
#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_sequence(Ui& ui, const Rect& rect);

/// What a drawing of the rows needs beyond the view.
struct SequenceScene {
  const SequenceView* view = nullptr;
  Instant now{};  ///< rows after it are paler; a line marks it
  bool marks_now = true;
  std::int32_t only_node = -1;  ///< its lane's name is marked
  /// Colours of the lanes' owners, which their messages have then, too; empty: by the kind of node,
  /// and messages by API.
  std::vector<Color> inks;
};

/// With a second line where a lane has a detail.
float sequence_head_height(const Canvas& c, const SequenceView* view = nullptr);
float sequence_height(const Canvas& c, const SequenceView& view);
/// Upper edges of the rows, from 0; one more than there are rows.
std::vector<float> sequence_row_edges(const Canvas& c, const SequenceView& view);
/// Names of the lanes. Returns the node whose name was clicked; -1: none.
std::int32_t draw_sequence_head(Canvas& c, const Rect& rect, const SequenceScene& scene);
/// The rows, beginning at the top of `rect`; those outside `visible` are skipped. Returns the row
/// that was clicked; -1: none.
std::ptrdiff_t draw_sequence_rows(Canvas& c, const Rect& rect, const Rect& visible,
                                  const SequenceScene& scene, const EventIndex* index);
/// The rows where they are scrolled to; a click on one goes to its moment and selects what it says.
void draw_scrolled_rows(Ui& ui, const char* id, const Rect& rect, const SequenceScene& scene,
                        const std::vector<float>& edges, RowScroll& scroll);
/// The row at `y` is scrolled into a view of that height, into the lower part, unless it is there.
void bring_into_sight(RowScroll& scroll, float y, float height);

}  // namespace kscope::viewer
