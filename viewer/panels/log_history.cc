// The other page of "Log & index": what the engine did to this log, before and after.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/log_panel.h"

namespace kscope::viewer {

namespace {

constexpr std::size_t kDeedsShown = 7;
constexpr float kPicturedCellHeight = 40;
constexpr Color kKeptFill = rgb(0x3d74b8);
constexpr Color kRemovedFill = rgb(0x6b3440);
constexpr Color kAddedFill = rgb(0x23926b);

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

/// One cell for each record with its key, or, for many, only their runs.
struct Ribbon {
  float cell = 0;
  bool words = false;
};

/// "K1:V1" where values are as short as that, else the key.
std::string record_word(const CensusRow& row) {
  constexpr std::size_t kShort = 4;
  if (row.tombstone) return row.key + ":null";
  return row.value.size() > kShort || row.control ? row.key : row.key + ":" + row.value;
}

Ribbon plan_ribbon(const Canvas& c, float width, const LogCensus& census) {
  float need = 0;
  for (const CensusRow& row : census.rows) {
    need = std::max(need, c.width(Face::MonoSmall, record_word(row)));
    need = std::max(need, c.width(Face::MonoSmall, digits(row.offset)));
    if (need > width) break;
  }
  need += c.px(10);
  const auto count = static_cast<float>(std::max<std::size_t>(census.rows.size(), 1));
  if (need * count <= width) return {std::min(width / count, c.px(84)), true};
  return {width / count, false};
}

std::int64_t segment_of(const CensusRow& row, bool after) {
  return after ? row.base_after : row.base_before;
}

/// What became of a record, drawn: there or not, kept or removed.
void draw_fate(Canvas& c, const Rect& rect, Fate fate, bool there) {
  const bool removed = fate == Fate::Removed;
  if (!there) {
    if (removed) c.hatch(rect, faded(theme::kBad, 0.5f), c.px(6));
    if (removed) {
      c.dashed_outline(rect, faded(theme::kBad, 0.6f), c.px(2), 1);
    } else {
      c.outline(rect, faded(theme::kGrid, 0.7f), c.px(2));
    }
    return;
  }
  c.fill(rect, removed ? kRemovedFill : fate == Fate::Added ? kAddedFill : kKeptFill, c.px(3));
  if (removed) c.hatch(rect, faded(theme::kBad, 0.55f), c.px(6));
}

const char* fate_word(Fate fate) {
  switch (fate) {
    case Fate::Removed:
      return "removed";
    case Fate::Added:
      return "came after";
    case Fate::Kept:
      break;
  }
  return "kept";
}

void draw_record_cell(Canvas& c, const Rect& rect, const CensusRow& row, bool there) {
  draw_fate(c, rect, row.fate, there);
  c.tip(rect, fmt::format("offset {} · key {} · value {} · {}", digits(row.offset), row.key,
                          row.tombstone ? "null (a tombstone)" : row.value, fate_word(row.fate)));
  if (!there) return;
  const BoxScope box(c, rect);
  const float half = rect.h() / 2;
  c.text_center(Rect::at(rect.x0, rect.y0 + c.px(2), rect.w(), half), Face::MonoSmall, theme::kText,
                record_word(row));
  c.text_center(Rect::at(rect.x0, rect.cy() - c.px(1), rect.w(), half), Face::MonoSmall,
                faded(theme::kText, 0.75f), digits(row.offset));
}

/// Neighbours of one segment with the same fate, as one block with their number.
void draw_run(Canvas& c, const Rect& rect, const CensusRow& first, const CensusRow& last,
              std::size_t count, bool there) {
  draw_fate(c, rect, first.fate, there);
  const std::string text = std::to_string(count);
  c.tip(rect, fmt::format("offsets {} to {}: {} records, {}", digits(first.offset),
                          digits(last.offset), count, fate_word(first.fate)));
  const float w = c.width(Face::MonoSmall, text) + c.px(12);
  if (!there || w > rect.w()) return;
  const Rect plate = Rect::at(rect.cx() - w / 2, rect.cy() - c.px(9), w, c.px(18));
  c.fill(plate, faded(theme::kBackground, 0.75f), c.px(4));
  c.text_center(plate, Face::MonoSmall, theme::kText, text);
}

void draw_ribbon(Canvas& c, LogColumn& at, const LogCensus& census, const Ribbon& r, bool after) {
  const float h = c.px(kPicturedCellHeight);
  const auto& rows = census.rows;
  std::int64_t base = -1;
  for (std::size_t i = 0; i < rows.size();) {
    const std::int64_t in = segment_of(rows[i], after);
    std::size_t end = i + 1;
    while (!r.words && end < rows.size() && rows[end].fate == rows[i].fate &&
           segment_of(rows[end], after) == in) {
      ++end;
    }
    const float inset = r.words ? c.px(1.5f) : 0.5f;
    const Rect rect{at.x + static_cast<float>(i) * r.cell + inset, at.y,
                    at.x + static_cast<float>(end) * r.cell - inset, at.y + h};
    if (r.words) {
      draw_record_cell(c, rect, rows[i], in >= 0);
    } else {
      draw_run(c, rect, rows[i], rows[end - 1], end - i, in >= 0);
    }
    // A segment begins: a line, so that the merge of small segments can be seen.
    if (in >= 0 && in != base) {
      const float x = rect.x0 - inset;
      c.fill({x - c.px(1), at.y - c.px(4), x + c.px(1), at.y + h + c.px(4)}, theme::kText);
      base = in;
    }
    i = end;
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
  item("kept", kKeptFill, false, 0);
  item("removed", kRemovedFill, true, faded(theme::kBad, 0.55f));
  item("came after", kAddedFill, false, 0);
  if (x + c.width(Face::Small, "white line: a segment begins") <= at.x + at.w) {
    c.text(x, at.y, Face::Small, theme::kFaint, "white line: a segment begins");
  }
  at.y += c.line_height(Face::Small) + c.px(12);
}

}  // namespace

void draw_history(Ui& ui, Canvas& c, LogColumn& at) {
  const LogDesk& desk = ui.log;
  draw_segments(ui, c, at);
  draw_upkeep(ui, c, at);
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
  if (census.cut_short) {
    c.fit(at.x, at.y, at.w, Face::Small, theme::kFaint,
          fmt::format("shown: the newest {} records, from offset {} on", census.rows.size(),
                      digits(census.rows.front().offset)));
    at.y += c.line_height(Face::Small) + c.px(8);
  }
}

}  // namespace kscope::viewer
