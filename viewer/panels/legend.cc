#include "viewer/panels/legend.h"

#include <iterator>

namespace kscope::viewer {

namespace {

struct Row {
  void (*draw)(Canvas& c, const Rect& r);
  const char* text;
};

void frame_pill(Canvas& c, const Rect& r, ApiFamily family, bool filled) {
  const Color color = theme::api(family);
  const float rounding = c.px(6);
  if (filled) {
    c.fill(r.shrunk(0, c.px(2)), color, rounding);
  } else {
    c.outline(r.shrunk(0, c.px(2)), color, rounding, c.px(1.5f));
  }
}

const Row kRecords[] = {
    {[](Canvas& c, const Rect& r) { c.fill(r, theme::epoch(0), 3); },
     "a committed record; its hue is its leader epoch (e0, e1 …)"},
    {[](Canvas& c, const Rect& r) {
       c.fill(r, faded(theme::epoch(0), 0.38f), 3);
       c.outline(r, theme::epoch(0), 3);
     },
     "not committed: above the high watermark"},
    {[](Canvas& c, const Rect& r) {
       c.fill(r, theme::epoch(0), 3);
       c.dashed_line(r.x0 + 2, r.y1 - 2, r.x1 - 2, r.y1 - 2, theme::kText, 1, 2);
     },
     "dotted: in the page cache, not yet flushed"},
    {[](Canvas& c, const Rect& r) {
       c.hatch(r, theme::kBad, c.px(5));
       c.outline(r, theme::kBad, 3);
     },
     "cut off by a truncation"},
    {[](Canvas& c, const Rect& r) {
       c.fill({r.cx() - c.px(1.2f), r.y0, r.cx() + c.px(1.2f), r.y1}, theme::kWatermark);
     },
     "HW: everything left of it is committed"},
    {[](Canvas& c, const Rect& r) { c.triangle_up(r.cx(), r.cy(), c.px(4), theme::kText); },
     "LEO: where the next record goes"},
    {[](Canvas& c, const Rect& r) { frame_pill(c, r, ApiFamily::Replication, false); },
     "a request on its way"},
    {[](Canvas& c, const Rect& r) { frame_pill(c, r, ApiFamily::Replication, true); },
     "a reply on its way"},
};

const Row kFrames[] = {
    {[](Canvas& c, const Rect& r) { frame_pill(c, r, ApiFamily::Replication, false); },
     "Fetch: followers, consumers and voters pull"},
    {[](Canvas& c, const Rect& r) { frame_pill(c, r, ApiFamily::Data, false); },
     "Produce: new records"},
    {[](Canvas& c, const Rect& r) { frame_pill(c, r, ApiFamily::Quorum, false); },
     "Vote, BeginQuorumEpoch …: who leads the quorum"},
    {[](Canvas& c, const Rect& r) { frame_pill(c, r, ApiFamily::Control, false); },
     "heartbeats, AlterPartition, topics: to the controller"},
    {[](Canvas& c, const Rect& r) { frame_pill(c, r, ApiFamily::Group, false); },
     "JoinGroup, OffsetCommit …: of consumer groups"},
    {[](Canvas& c, const Rect& r) { frame_pill(c, r, ApiFamily::Lookup, false); },
     "Metadata, ApiVersions …: finding one's way"},
    {[](Canvas& c, const Rect& r) {
       c.outline(r.shrunk(0, c.px(2)), theme::kBad, c.px(6), c.px(1.5f));
     },
     "red: it will not arrive"},
};

float draw_rows(Canvas& c, float x, float y, float width, const char* title, const Row* rows,
                std::size_t n) {
  const float top = y;
  c.heading(x, y, title);
  y += c.line_height(Face::Small) + c.px(8);
  const float swatch = c.px(18), line = c.line_height(Face::Small), gap = c.px(9);
  for (std::size_t i = 0; i < n; ++i) {
    rows[i].draw(c, Rect::at(x, y + c.px(1), swatch, line - c.px(2)));
    y += c.wrap(x + swatch + gap, y, width - swatch - gap, Face::Small, theme::kDim, rows[i].text) +
         c.px(4);
  }
  return y - top + c.px(12);
}

}  // namespace

float draw_record_legend(Canvas& c, float x, float y, float width) {
  return draw_rows(c, x, y, width, "HOW TO READ IT", kRecords, std::size(kRecords));
}

float draw_frame_legend(Canvas& c, float x, float y, float width) {
  return draw_rows(c, x, y, width, "FRAMES BY THEIR HUE", kFrames, std::size(kFrames));
}

}  // namespace kscope::viewer
