// The screen "Request path": the stages of each broker from left to right, with the requests in
// them as chips, and below what each completed request spent its time on.
//
// Chips on the wire move with the cluster's clock. A click on a chip or a row brings the inspector.
// All of it is drawn from model/request_path; nothing is computed here.
//
// Called by: panels.cc. Read next: model/request_path.h
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

void draw_request_path(Ui& ui, const Rect& rect);

/// A request: outlined; a response: filled. As wide as the rectangle allows.
void draw_request_chip(Canvas& c, const Rect& rect, const RequestChip& chip);
/// The lower half: the requests completed last.
void draw_completed(Ui& ui, const Rect& rect);
/// Colour of the n-th part of a request's time; the words beside it say the same.
Color time_part_color(std::size_t part);

}  // namespace kscope::viewer
