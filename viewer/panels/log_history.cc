// The other page of "Log & index": what the engine did to this log, before and after.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/log_panel.h"

namespace kscope::viewer {

namespace {

constexpr std::size_t kDeedsShown = 7;
constexpr float kCellHeight = 40;

Color ink_of(const LogDeed& deed) {
  return deed.weight == event::Weight::Drama ? theme::kLead
         : deed.removes                      ? theme::kWarn
                                             : theme::kText;
}

void draw_deeds(Ui& ui, Canvas& c, LogColumn& at) {
  LogDesk& desk = ui.log;
  section_heading(c, at, StageState::Done, "WHAT THE ENGINE DID TO THIS LOG",
                  "newest first; choose one to compare the log before it with now");
  const auto& deeds = desk.log().deeds;
  if (deeds.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim,
                   "Nothing but appends so far: no segment was rolled, deleted or cleaned, and "
                   "nothing was cut.") +
            c.px(10);
    return;
  }
  const float h = c.line_height(Face::Small) + c.px(8);
  const float when_w = c.width(Face::MonoSmall, "000.000 s") + c.px(14);
  for (std::size_t i = 0; i < deeds.size() && i < kDeedsShown; ++i) {
    const LogDeed& deed = deeds[i];
    const Rect rect = Rect::at(at.x, at.y, at.w, h);
    const bool on = deed.event == desk.compared();
    if (on) c.fill(rect, theme::kSelection, c.px(4));
    if (on) c.outline(rect, theme::kAccent, c.px(4));
    c.text_right(at.x + when_w - c.px(8), at.y + c.px(4), Face::MonoSmall, theme::kFaint,
                 format_instant(deed.at));
    c.fit(at.x + when_w, at.y + c.px(3), at.w - when_w - c.px(8), Face::Small, ink_of(deed),
          deed.text);
    if (c.clicked(rect)) desk.compare(deed.event);
    at.y += h + c.px(2);
  }
  if (deeds.size() > kDeedsShown) {
    c.text(at.x + when_w, at.y, Face::Small, theme::kFaint,
           fmt::format("and {} before them", deeds.size() - kDeedsShown));
    at.y += c.line_height(Face::Small) + c.px(4);
  }
  at.y += c.px(12);
}

/// Which rows fit, and how wide each cell is.
struct Ribbon {
  std::size_t first = 0, count = 0;
  float cell = 0;
  bool words = false;  ///< cells are wide enough for offset and key
};

Ribbon plan_ribbon(const Canvas& c, float width, const LogCensus& census) {
  Ribbon r;
  float need = c.width(Face::MonoSmall, "0000");
  for (const CensusRow& row : census.rows) {
    need = std::max(need, c.width(Face::MonoSmall, row.key));
    need = std::max(need, c.width(Face::MonoSmall, digits(row.offset)));
  }
  need += c.px(10);
  const auto wide = static_cast<std::size_t>(width / need);
  r.words = census.rows.size() <= wide;
  const float least = r.words ? need : c.px(4);
  r.count = std::min(census.rows.size(), static_cast<std::size_t>(width / least));
  // Where something was removed matters more than the newest records.
  std::size_t focus = census.rows.size();
  for (std::size_t i = census.rows.size(); i-- > 0;) {
    if (census.rows[i].fate == Fate::Removed)
      focus = std::min(census.rows.size(), i + 1 + r.count / 8);
    if (census.rows[i].fate == Fate::Removed) break;
  }
  r.first = focus > r.count ? focus - r.count : 0;
  r.cell = std::min(width / static_cast<float>(std::max<std::size_t>(r.count, 1)),
                    r.words ? c.px(84) : c.px(14));
  return r;
}

void draw_record_cell(Canvas& c, const Rect& rect, const CensusRow& row, bool there, bool after,
                      bool words) {
  const bool removed = row.fate == Fate::Removed;
  if (!there) {
    if (removed) {
      c.hatch(rect, faded(theme::kBad, 0.5f), c.px(6));
      c.dashed_outline(rect, faded(theme::kBad, 0.6f), c.px(2), 1);
    } else {
      c.outline(rect, faded(theme::kGrid, 0.7f), c.px(2));
    }
    return;
  }
  const Color fill = removed                   ? rgb(0x6b3440)
                     : row.fate == Fate::Added ? rgb(0x23926b)
                                               : rgb(0x3d74b8);
  c.fill(rect, fill, c.px(3));
  if (removed && !after) c.hatch(rect, faded(theme::kBad, 0.55f), c.px(6));
  if (!words) return;
  const BoxScope box(c, rect);
  const float half = rect.h() / 2;
  c.text_center(Rect::at(rect.x0, rect.y0 + c.px(2), rect.w(), half), Face::MonoSmall, theme::kText,
                row.key);
  c.text_center(Rect::at(rect.x0, rect.cy() - c.px(1), rect.w(), half), Face::MonoSmall,
                faded(theme::kText, 0.75f), digits(row.offset));
}

void draw_ribbon(Canvas& c, LogColumn& at, const LogCensus& census, const Ribbon& r, bool after) {
  const float h = c.px(kCellHeight);
  std::int64_t base = -1;
  for (std::size_t i = 0; i < r.count; ++i) {
    const CensusRow& row = census.rows[r.first + i];
    const std::int64_t in = after ? row.base_after : row.base_before;
    const bool there = in >= 0;
    const float inset = r.words ? c.px(1.5f) : 0.5f;
    const Rect rect{at.x + static_cast<float>(i) * r.cell + inset, at.y,
                    at.x + static_cast<float>(i + 1) * r.cell - inset, at.y + h};
    draw_record_cell(c, rect, row, there, after, r.words);
    // A segment begins: a line, so that the merge of small segments can be seen.
    if (there && in != base) {
      c.fill({rect.x0 - inset - c.px(1), at.y - c.px(4), rect.x0 - inset + c.px(1),
              at.y + h + c.px(4)},
             theme::kText);
      base = in;
    }
    const char* fate = row.fate == Fate::Removed ? "removed"
                       : row.fate == Fate::Added ? "came after"
                                                 : "kept";
    c.tip(rect, fmt::format("offset {} · key {} · value {} · {}", digits(row.offset), row.key,
                            row.tombstone ? "null (a tombstone)" : row.value, fate));
  }
  at.y += h + c.px(8);
}

std::string segments_line(const std::vector<CensusSegment>& segments, std::int64_t bytes) {
  std::string text = fmt::format("{} segment{}, {}:", segments.size(),
                                 segments.size() == 1 ? "" : "s", format_bytes(bytes));
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (i == 6 && segments.size() > 8) {
      text += fmt::format(" … {} more", segments.size() - i);
      break;
    }
    text += fmt::format("{} {} ({}, {} records)", i == 0 ? "" : ",", digits(segments[i].base),
                        format_bytes(segments[i].bytes), segments[i].records);
  }
  return text;
}

void draw_side(Canvas& c, LogColumn& at, const LogCensus& census, const Ribbon& r, bool after) {
  const Rect head = c.heading(at.x, at.y, after ? "NOW" : "BEFORE");
  c.fit(head.x1 + c.px(12), at.y, at.x + at.w - head.x1 - c.px(12), Face::Small, theme::kDim,
        segments_line(after ? census.after : census.before,
                      after ? census.bytes_after : census.bytes_before));
  at.y += c.line_height(Face::Small) + c.px(10);
  draw_ribbon(c, at, census, r, after);
  at.y += c.px(8);
}

void draw_key(Canvas& c, LogColumn& at) {
  const float size = c.px(12);
  float x = at.x;
  const auto item = [&](const char* word, Color fill, bool hatched, Color hatch) {
    const Rect box = Rect::at(x, at.y + c.px(1), size * 1.6f, size);
    c.fill(box, fill, c.px(2));
    if (hatched) c.hatch(box, hatch, c.px(5));
    x = c.text(box.x1 + c.px(6), at.y, Face::Small, theme::kDim, word).x1 + c.px(18);
  };
  item("kept", rgb(0x3d74b8), false, 0);
  item("removed", rgb(0x6b3440), true, faded(theme::kBad, 0.55f));
  item("came after", rgb(0x23926b), false, 0);
  at.y += c.line_height(Face::Small) + c.px(12);
}

}  // namespace

void draw_history(Ui& ui, Canvas& c, LogColumn& at) {
  const LogDesk& desk = ui.log;
  draw_segments(ui, c, at);
  draw_deeds(ui, c, at);
  const LogCensus& census = desk.census();
  if (census.event == EventSeq()) return;
  if (!census.problem.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kWarn, census.problem);
    return;
  }
  at.y += c.wrap(at.x, at.y, at.w, Face::Bold, census.removed > 0 ? theme::kWarn : theme::kText,
                 census.text) +
          c.px(8);
  if (census.rows.empty()) return;
  const Ribbon ribbon = plan_ribbon(c, at.w, census);
  draw_side(c, at, census, ribbon, false);
  draw_side(c, at, census, ribbon, true);
  draw_key(c, at);
  if (ribbon.count < census.rows.size()) {
    c.fit(at.x, at.y, at.w, Face::Small, theme::kFaint,
          fmt::format("shown: {} of {} records, from offset {} on", ribbon.count,
                      census.rows.size(), digits(census.rows[ribbon.first].offset)));
    at.y += c.line_height(Face::Small) + c.px(8);
  }
}

}  // namespace kscope::viewer
