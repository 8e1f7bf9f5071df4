// The lower half of the screen "Request path": the parts of TotalTimeMs, a bar for each request.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "viewer/panels/request_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kRow = 24;

struct FilterButton {
  const char* label;
  PathFilter filter;
};

void draw_filters(Ui& ui, Canvas& c, float x_right, float y, float h) {
  static constexpr FilterButton kButtons[] = {{"Every API", PathFilter::All},
                                              {"Produce", PathFilter::Produce},
                                              {"Fetch", PathFilter::Fetch},
                                              {"Others", PathFilter::Other}};
  float x = x_right;
  for (const FilterButton& b : kButtons) x -= button_width(c, b.label) + c.px(4);
  for (const FilterButton& b : kButtons) {
    const Rect rect = Rect::at(x, y, button_width(c, b.label), h);
    const bool on = ui.state.path_filter == b.filter;
    if (button(c, rect, b.label, on ? ButtonStyle::Primary : ButtonStyle::Plain, theme::kDim)) {
      ui.state.path_filter = b.filter;
    }
    x = rect.x1 + c.px(4);
  }
}

/// What the colours stand for; one or two lines.
float draw_part_legend(Canvas& c, float x0, float y, float w) {
  static constexpr const char* kWords[] = {
      "request queue", "handler (local)", "waiting for others (remote)",
      "throttled",     "response queue",  "sending"};
  float x = x0;
  const float line = c.line_height(Face::Small);
  float used = line;
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    if (i == 3) continue;  // nobody is throttled here
    const float need = c.px(16) + c.width(Face::Small, kWords[i]) + c.px(18);
    if (x + need > x0 + w && x > x0) {
      x = x0;
      used += line + c.px(3);
    }
    const float at = y + used - line;
    c.fill(Rect::at(x, at + line * 0.18f, c.px(10), c.px(10)), time_part_color(i), c.px(2));
    c.text(x + c.px(16), at, Face::Small, theme::kDim, kWords[i]);
    x += need;
  }
  return used;
}

/// The parts as shares of the whole, the time written into those that are wide enough.
void draw_parts(Canvas& c, const Rect& bar, const CompletedRow& row) {
  c.fill(bar, theme::kGrid, c.px(3));
  float x = bar.x0;
  for (std::size_t i = 0; i < row.parts.size(); ++i) {
    const TimePart& part = row.parts[i];
    const float w = bar.w() * part.share;
    if (part.time == Duration{0}) continue;
    const Rect rect{x, bar.y0, x + std::max(w, c.px(1)), bar.y1};
    c.fill(rect, time_part_color(i));
    const std::string text = format_duration(part.time);
    if (c.width(Face::MonoSmall, text) + c.px(8) < rect.w()) {
      c.text_center(rect, Face::MonoSmall, theme::kBackground, text);
    }
    x += w;
  }
  std::string words;
  for (const TimePart& part : row.parts) {
    words += fmt::format("{}{}: {} ({:.0f} %)", words.empty() ? "" : "\n", part.name,
                         format_duration(part.time), 100 * part.share);
  }
  c.tip(bar, words);
}

void draw_row(Canvas& c, const Rect& rect, const CompletedRow& row) {
  if (c.is_selected(row.target)) c.fill(rect, theme::kSelection, c.px(3));
  const float y = rect.cy() - c.line_height(Face::Small) * 0.54f;
  const float when = c.width(Face::MonoSmall, "000.000 s");
  const float total = c.width(Face::MonoSmall, "000.00 ms");
  const float who = std::clamp(rect.w() * 0.26f, c.px(150), c.px(300));
  float x = rect.x0 + c.px(4);
  c.text_right(x + when, y, Face::MonoSmall, theme::kFaint, row.when);
  x += when + c.px(12);
  c.fit(x, y, who, Face::Small, theme::kText, row.api + "  " + row.who);
  x += who + c.px(10);
  c.text_right(x + total, y, Face::MonoBold, theme::kText, row.total);
  x += total + c.px(12);
  const float words = rect.w() > c.px(900) ? c.px(210) : 0;
  const Rect bar{x, rect.y0 + c.px(4), rect.x1 - words - c.px(6), rect.y1 - c.px(4)};
  c.hit(rect, row.target);
  draw_parts(c, bar, row);
  if (words > 0) {
    c.fit(bar.x1 + c.px(10), y, words - c.px(12), Face::Small, theme::kDim, "most: " + row.longest);
  }
}

}  // namespace

Color time_part_color(std::size_t part) {
  static constexpr std::array<Color, 6> kColors{rgb(0xf2a93b), rgb(0x6ea8ff), rgb(0xb08cff),
                                                rgb(0xf0524f), rgb(0xf27bb5), rgb(0x3ecf9a)};
  return kColors[part % kColors.size()];
}

void draw_completed(Ui& ui, const Rect& rect) {
  const RequestPathView& view = ui.models.request_path;
  Rect list = rect;
  {
    Canvas c(ui.draw);
    c.line(rect.x0, rect.y0, rect.x1, rect.y0, theme::kBorder);
    const float x = rect.x0 + c.px(18), w = rect.w() - c.px(36), h = c.px(25);
    draw_filters(ui, c, x + w, rect.y0 + c.px(7), h);
    c.heading(x, rect.y0 + c.px(12), "WHERE THE TIME WENT");
    const float legend = draw_part_legend(c, x, rect.y0 + c.px(12) + h, w);
    list.y0 = rect.y0 + c.px(18) + h + legend;
  }
  ScrollArea area(ui.draw, "completed requests", list);
  Canvas c(ui.draw);
  float y = area.y();
  const float x = area.x() + c.px(14), w = rect.w() - c.px(38);
  for (const CompletedRow& row : view.completed) {
    draw_row(c, Rect::at(x, y, w, c.px(kRow)), row);
    y += c.px(kRow);
  }
  if (view.completed.empty()) {
    const char* why = view.searched_far_enough
                          ? "No such request has been completed yet. Let time run."
                          : "No such request among the last events. Choose another API.";
    c.fit(x + c.px(4), y, w, Face::Small, theme::kDim, why);
    y += c.px(kRow);
  }
  area.content(rect.w() - c.px(20), y - area.y() + c.px(6));
}

}  // namespace kscope::viewer
