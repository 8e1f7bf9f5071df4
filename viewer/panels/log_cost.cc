// The last section: what a look-up costs as the log grows, measured here and now.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/log_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kRow = 17;

/// Where a cost lies between 0.1 µs and 1 s, each tenfold as wide as the last: 0..1.
float share_of(double seconds) {
  constexpr double kLeast = 1e-7, kMost = 1.0;
  const double position =
      std::log10(std::max(seconds, kLeast) / kLeast) / std::log10(kMost / kLeast);
  return static_cast<float>(std::clamp(position, 0.0, 1.0));
}

void draw_row(Canvas& c, LogColumn& at, const CostPoint& p, float label_w, float value_w) {
  const std::string label =
      fmt::format("{} segment{}", digits(p.segments), p.segments == 1 ? "" : "s");
  c.text_right(at.x + label_w, at.y, Face::Small, theme::kDim, label);
  const float x = at.x + label_w + c.px(12);
  const float room = at.x + at.w - x - value_w;
  const float h = c.px(5), half = c.px(kRow) / 2;
  const Rect index = Rect::at(x, at.y + half - h - c.px(1), room * share_of(p.index_seconds), h);
  const Rect scan = Rect::at(x, at.y + half + c.px(1), room * share_of(p.scan_seconds), h);
  c.fill(index, theme::kAccent, c.px(2));
  c.fill(scan, theme::kFaint, c.px(2));
  c.hatch(scan, theme::kBackground, c.px(5));
  const float text_x = std::max(index.x1, scan.x1) + c.px(8);
  const Rect first =
      c.text(text_x, at.y, Face::MonoSmall, theme::kAccent, cost_text(p.index_seconds));
  c.text(first.x1 + c.px(8), at.y, Face::MonoSmall, theme::kDim,
         "scan " + cost_text(p.scan_seconds));
  c.tip(Rect::at(at.x, at.y, at.w, c.px(kRow)),
        fmt::format("{} of log. Look-up: {} of batch headers read; scan to the same offsets: {}",
                    format_bytes(p.bytes), format_bytes(p.index_read), format_bytes(p.scan_read)));
  at.y += c.px(kRow) + c.px(2);
}

}  // namespace

void draw_cost(Ui& ui, Canvas& c, LogColumn& at) {
  LogDesk& desk = ui.log;
  static const std::string kMachine = machine_name();
  c.line(at.x, at.y, at.x + at.w, at.y, theme::kGrid);
  at.y += c.px(9);
  const bool measuring = desk.cost != nullptr && !desk.cost->done();
  const char* label = desk.cost == nullptr ? "Measure on this machine" : "Measure again";
  const float button_w = button_width(c, label), h = c.px(25);
  const Rect rect = Rect::at(at.x + at.w - button_w, at.y - c.px(4), button_w, h);
  if (measuring) {
    bar(c, {rect.x0, rect.cy() - c.px(3), rect.x1, rect.cy() + c.px(3)},
        static_cast<float>(desk.cost->progress()), theme::kAccent);
  } else if (button(c, rect, label, ButtonStyle::Plain, theme::kAccent)) {
    desk.cost = std::make_unique<CostMeter>(ui.seconds_now);
  }
  c.fit(at.x, at.y, at.w - button_w - c.px(12), Face::Small, theme::kDim,
        "COST AS THE LOG GROWS: index look-up against scan, measured");
  at.y += h + c.px(2);
  if (desk.cost == nullptr) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kFaint,
                   "Grows a log of its own to 1, 10, 100 and 1 000 segments and times both ways "
                   "to the same offsets. Takes some seconds, in the pauses between pictures.") +
            c.px(8);
    return;
  }
  const float label_w = c.width(Face::Small, "1 000 segments");
  const float value_w = c.width(Face::MonoSmall, "000.0 µs scan 000.0 ms") + c.px(26);
  for (const CostPoint& p : desk.cost->points()) draw_row(c, at, p, label_w, value_w);
  const std::string note =
      measuring || !desk.cost->problem().empty()
          ? desk.cost->doing()
          : fmt::format(
                "blue: index look-up · hatched: scan from the start · each tenfold is as "
                "wide as the last · {}",
                kMachine);
  at.y += c.px(2);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kFaint, note) + c.px(8);
}

}  // namespace kscope::viewer
