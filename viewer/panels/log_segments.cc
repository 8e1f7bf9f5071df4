// Section 1: the segments of the log, and which one is asked.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/log_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kCardHeight = 70;
constexpr float kLeastCard = 148;
constexpr float kGapWidth = 44;

Color state_ink(SegmentState state) {
  switch (state) {
    case SegmentState::Active:
      return theme::kGood;
    case SegmentState::Deleted:
      return theme::kBad;
    case SegmentState::Cleaning:
      return theme::kWarn;
    case SegmentState::Sealed:
      break;
  }
  return theme::kDim;
}

void draw_card(Canvas& c, const Rect& rect, const SegmentCard& s, bool chosen, bool flushed_known) {
  const bool going = s.state == SegmentState::Deleted || s.state == SegmentState::Cleaning;
  c.fill(rect, chosen ? theme::kSelection : theme::kCard, c.px(6));
  if (going) {
    c.dashed_outline(rect, state_ink(s.state), c.px(6), c.px(1.5f));
  } else {
    c.outline(rect, chosen ? theme::kAccent : theme::kBorder, c.px(6), chosen ? c.px(2) : 1);
  }
  const BoxScope box(c, rect);
  const float x = rect.x0 + c.px(9), w = rect.w() - c.px(18);
  float y = rect.y0 + c.px(8);
  const std::string whole = fmt::format("{:020}.log", s.base);
  const bool fits = c.width(Face::MonoSmall, whole) <= w;
  c.fit(x, y, w, Face::MonoSmall, theme::kText, fits ? whole : short_file_name(whole));
  y += c.line_height(Face::MonoSmall) + c.px(4);
  const std::string offsets =
      s.end > s.base ? fmt::format("offsets {} to {}", digits(s.base), digits(s.end - 1))
                     : fmt::format("from offset {}, empty", digits(s.base));
  c.fit(x, y, w, Face::Small, theme::kDim, offsets);
  y += c.line_height(Face::Small) + c.px(4);
  const std::string state =
      s.news.empty() ? to_string(s.state) : fmt::format("{}, {}", to_string(s.state), s.news);
  const std::string size = format_bytes(s.log_bytes);
  const float size_w = c.width(Face::Small, size);
  c.fit(x, y, w - size_w - c.px(8), Face::Small, state_ink(s.state), state);
  c.text_right(x + w, y, Face::Small, theme::kDim, size);
  const Rect bar{x, rect.y1 - c.px(10), x + w, rect.y1 - c.px(5)};
  byte_bar(c, bar, s.log_bytes, s.flushed);
  const std::string safe =
      !flushed_known ? "" : fmt::format(", {} flushed", format_bytes(s.flushed));
  c.tip(rect, fmt::format("{}: {}{}; .index {}, .timeindex {}", whole, size, safe,
                          format_bytes(s.index_bytes), format_bytes(s.time_index_bytes)));
}

/// Under the chosen card: where in it the offset lies.
void draw_marker(Canvas& c, const Rect& card, const SegmentCard& s, std::int64_t offset,
                 float right) {
  const double share =
      s.end > s.base ? static_cast<double>(offset - s.base) / static_cast<double>(s.end - s.base)
                     : 0;
  const float x = card.x0 + card.w() * static_cast<float>(std::clamp(share, 0.0, 1.0));
  const std::string text = digits(offset);
  c.fill({x - c.px(1), card.y1 - c.px(11), x + c.px(1), card.y1 + c.px(13)}, theme::kAccent);
  const float w = c.width(Face::MonoSmall, text);
  const float at = x + c.px(6) + w > right ? x - c.px(6) - w : x + c.px(6);
  c.text(at, card.y1 + c.px(3), Face::MonoSmall, theme::kAccent, text);
}

std::string detail(const LogDesk& desk) {
  const Lookup& l = desk.lookup();
  if (l.chosen() == nullptr) return {};
  if (l.question.by_time) {
    return fmt::format("the first with a record at or after {} begins at {}",
                       record_time_text(l.question.value), digits(l.chosen()->base));
  }
  return fmt::format("floor({}) → base offset {}", digits(l.question.value),
                     digits(l.chosen()->base));
}

/// Index into the cards of the segment that the look-up chose; -1: none.
std::int32_t chosen_card(const LogDesk& desk) {
  const LookupSegment* chosen = desk.lookup().chosen();
  if (chosen == nullptr) return -1;
  const auto& cards = desk.log().segments;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const bool counts =
        cards[i].state == SegmentState::Sealed || cards[i].state == SegmentState::Active;
    if (counts && cards[i].base == chosen->base) return static_cast<std::int32_t>(i);
  }
  return -1;
}

}  // namespace

void draw_segments(Ui& ui, Canvas& c, LogColumn& at) {
  const LogDesk& desk = ui.log;
  const LogView& log = desk.log();
  if (desk.page == LogPage::Lookup) {
    section_heading(c, at, stage_state(desk, LookupStage::Segment),
                    fmt::format("1 SEGMENTS of {}", desk.partition().str()), detail(desk));
  } else {
    section_heading(c, at, StageState::Done, "SEGMENTS at this moment", "oldest first");
  }
  const auto count = static_cast<std::int32_t>(log.segments.size());
  const auto room = std::max(1, static_cast<std::int32_t>((at.w + c.px(8)) / c.px(kLeastCard + 8)));
  const std::int32_t chosen = chosen_card(desk);
  const std::int32_t focus = chosen < 0 ? count - 1 : chosen;
  const auto shown = window_around(count, focus, count <= room ? count : std::max(3, room - 1));
  int gaps = 0;
  for (std::size_t i = 1; i < shown.size(); ++i) gaps += shown[i] != shown[i - 1] + 1 ? 1 : 0;
  const float gap = c.px(8), h = c.px(kCardHeight);
  const auto n = static_cast<float>(std::max<std::size_t>(shown.size(), 1));
  const float free = at.w - gap * (n - 1) - static_cast<float>(gaps) * c.px(kGapWidth);
  const float w = std::min(free / n, c.px(360));
  float x = at.x;
  std::int32_t before = -1;
  for (const std::int32_t i : shown) {
    if (before >= 0 && i != before + 1) {
      c.text_center(Rect::at(x - gap, at.y, c.px(kGapWidth) + gap, h), Face::Small, theme::kFaint,
                    fmt::format("+{}", i - before - 1));
      x += c.px(kGapWidth);
    }
    before = i;
    const SegmentCard& s = log.segments[static_cast<std::size_t>(i)];
    const Rect card = Rect::at(x, at.y, w, h);
    const bool asked = i == chosen && desk.page == LogPage::Lookup;
    draw_card(c, card, s, asked, log.flushed_known);
    if (asked && desk.current() != nullptr && !desk.by_time()) {
      draw_marker(c, card, s, desk.lookup().question.value, at.x + at.w);
    }
    x = card.x1 + gap;
  }
  at.y += h + c.px(19);
  const bool risk = log.unflushed > 0;
  c.fit(at.x, at.y, at.w, Face::Small, risk ? theme::kWarn : theme::kFaint, log.flushed_text);
  at.y += c.line_height(Face::Small) + c.px(4);
  at.next_section();
}

}  // namespace kscope::viewer
