// Stretches in which partitions were read, and the hatched ones in which nobody did.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/group_panel.h"

namespace kscope::viewer {

namespace {

struct ChartPlan {
  float names = 0, partitions = 0;  ///< widths
  float x0 = 0, x1 = 0;             ///< of the bars
  float row = 0;
  float unread = 0;  ///< width of the sum at the right end
};

ChartPlan plan_chart(const Canvas& c, const ReadChart& chart, const LogColumn& at, bool names) {
  ChartPlan p;
  p.row = c.line_height(Face::MonoSmall) + c.px(8);
  for (const ReadRow& row : chart.rows) {
    if (names) p.names = std::max(p.names, c.width(Face::Small, row.member.name));
    p.partitions = std::max(p.partitions, c.width(Face::MonoSmall, row.partition.str()));
    p.unread = std::max(p.unread, c.width(Face::MonoSmall, short_time(row.unread)));
  }
  if (names) p.names = std::min(p.names + c.px(14), at.w * 0.18f);
  p.partitions = std::min(p.partitions + c.px(12), at.w * 0.22f);
  p.x0 = at.x + p.names + p.partitions;
  p.x1 = at.x + at.w - p.unread - c.px(10);
  return p;
}

float chart_x(const ChartPlan& p, const ReadChart& chart, Instant t) {
  const double span =
      static_cast<double>(std::max<std::int64_t>((chart.until - chart.from).count(), 1));
  const double share = static_cast<double>((t - chart.from).count()) / span;
  return p.x0 + (p.x1 - p.x0) * static_cast<float>(std::clamp(share, 0.0, 1.0));
}

void draw_bar(Canvas& c, const Rect& rect, const ReadBar& b, bool ahead) {
  const bool unread = b.member.hue < 0;
  const float alpha = ahead ? 0.45f : 1.0f;
  if (unread) {
    c.fill(rect, faded(theme::kBad, 0.22f * alpha), c.px(2));
    c.hatch(rect, faded(theme::kBad, 0.75f * alpha), std::max(c.px(6), rect.w() / 50));
    c.outline(rect, faded(theme::kBad, 0.8f * alpha), c.px(2));
  } else {
    c.fill(rect, faded(member_ink(b.member.hue), 0.85f * alpha), c.px(2));
  }
  const float w = c.width(Face::MonoSmall, b.text);
  if (w + c.px(8) <= rect.w()) {
    const Rect plate{rect.cx() - w / 2 - c.px(3), rect.y0 + 1, rect.cx() + w / 2 + c.px(3),
                     rect.y1 - 1};
    if (unread) c.fill(plate, theme::kBackground, c.px(2));
    c.text_center(rect, Face::MonoSmall,
                  unread ? mixed(theme::kBad, theme::kText, 0.45f) : theme::kAccentInk, b.text);
  }
  if (b.event != EventSeq()) c.hit(rect, Target::of_event(b.event));
  c.tip(rect, b.tip);
}

void draw_chart_axis(Canvas& c, const ChartPlan& p, const ReadChart& chart, float y0, float y1) {
  const TimeWindow window{to_micros(chart.from), to_micros(chart.until)};
  const std::int64_t step =
      axis_step(window, std::max(2, static_cast<int>((p.x1 - p.x0) / c.px(120))));
  const std::int64_t first = (window.from_us + step - 1) / step * step;
  float last_end = p.x0 - c.px(40);
  for (std::int64_t us = first; us <= window.to_us; us += step) {
    const float x = chart_x(p, chart, at_micros(us));
    c.line(x, y0, x, y1 + c.px(3), theme::kGrid);
    const std::string text = step >= 1'000'000
                                 ? fmt::format("{:.0f} s", static_cast<double>(us) / 1e6)
                                 : fmt::format("{:.3f} s", static_cast<double>(us) / 1e6);
    const float w = c.width(Face::MonoSmall, text);
    const float left = std::clamp(x - w / 2, p.x0, std::max(p.x0, p.x1 - w));
    if (left < last_end + c.px(8)) continue;
    c.text(left, y1 + c.px(3), Face::MonoSmall, theme::kFaint, text);
    last_end = left + w;
  }
}

void draw_chart_row(Canvas& c, const LogColumn& at, const ChartPlan& p, const ReadChart& chart,
                    const ReadRow& row, bool name, Instant now) {
  const float text_y = at.y + (p.row - c.line_height(Face::MonoSmall)) / 2;
  if (name) {
    c.fit(at.x, text_y, p.names - c.px(8), Face::Small, member_ink(row.member.hue),
          row.member.name);
    if (row.member.client >= 0) {
      c.hit(Rect::at(at.x, at.y, p.names, p.row), Target::client(row.member.client));
    }
  }
  c.fit(at.x + p.names, text_y, p.partitions - c.px(8), Face::MonoSmall, theme::kText,
        row.partition.str());
  for (const ReadBar& b : row.bars) {
    const float x0 = chart_x(p, chart, b.from);
    const float x1 = std::max(chart_x(p, chart, b.until), x0 + c.px(2));
    draw_bar(c, {x0, at.y + c.px(2), x1, at.y + p.row - c.px(2)}, b, b.from > now);
  }
  c.text_right(at.x + at.w, text_y, Face::MonoSmall,
               row.unread.count() > 0 ? mixed(theme::kBad, theme::kText, 0.45f) : theme::kFaint,
               row.unread.count() > 0 ? short_time(row.unread) : "–");
}

}  // namespace

void draw_read_chart(Ui& ui, Canvas& c, LogColumn& at, const ReadChart& chart, bool names,
                     Instant now) {
  (void)ui;
  if (chart.rows.empty()) {
    at.y +=
        c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, "Nobody has read anything here yet.");
    return;
  }
  const ChartPlan p = plan_chart(c, chart, at, names);
  const float top = at.y;
  const float bottom = top + static_cast<float>(chart.rows.size()) * p.row;
  draw_chart_axis(c, p, chart, top, bottom);
  const MemberFace* before = nullptr;
  for (const ReadRow& row : chart.rows) {
    const bool first = before == nullptr || before->hue != row.member.hue;
    if (names && first && before != nullptr) {
      c.line(at.x, at.y, at.x + at.w, at.y, theme::kGrid);
    }
    draw_chart_row(c, at, p, chart, row, names && first, now);
    before = &row.member;
    at.y += p.row;
  }
  if (now > chart.from && now < chart.until) {
    const float x = chart_x(p, chart, now);
    c.line(x, top - c.px(2), x, bottom, theme::kAccent, c.px(1.5f));
  }
  at.y = bottom + c.line_height(Face::MonoSmall) + c.px(9);
}

void draw_unread(Ui& ui, Canvas& c, LogColumn& at) {
  const ReadChart& chart = ui.groups.picture().reads;
  const Rect head = c.heading(at.x, at.y, "WHO READ WHAT, per member and partition");
  const std::string_view sum = "unread in all";
  if (head.x1 + c.width(Face::Small, sum) + c.px(20) <= at.x + at.w) {
    c.text_right(at.x + at.w, at.y, Face::Small, theme::kFaint, sum);
  }
  at.y += c.line_height(Face::Small) + c.px(7);
  draw_read_chart(ui, c, at, chart, true, ui.groups.now());
  if (chart.rows.empty()) return;
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kText, chart.words) + c.px(4);
  std::string idle;
  for (const auto& [face, time] : chart.idle) {
    idle += fmt::format("{}{} {}", idle.empty() ? "Read nothing at all: " : " · ", face.name,
                        time.count() > 0 ? short_time(time) : "never");
  }
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, idle);
}

}  // namespace kscope::viewer
