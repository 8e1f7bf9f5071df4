#include "viewer/panels/metrics_panel.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/request_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kCardWidth = 244, kMetricCardHeight = 124, kGap = 10;

void go_to(Ui& ui, EventSeq event) {
  ui.do_later([event](Session& s) {
    s.pause();
    s.seek(event);
    s.select(Target::of_event(event));
  });
}

/// One button for each node that has metrics; as many rows as it takes. Returns the height.
float draw_owners(Ui& ui, Canvas& c, float x0, float y, float w) {
  const MetricsView& view = ui.models.metrics;
  const float h = c.px(26), gap = c.px(6);
  float x = x0, top = y;
  for (const MetricOwner& owner : view.owners) {
    const std::string label =
        owner.alerts == 0
            ? owner.name
            : fmt::format("{}: {} alert{}", owner.name, owner.alerts, owner.alerts == 1 ? "" : "s");
    const float need = button_width(c, label);
    if (x + need > x0 + w && x > x0) {
      x = x0;
      y += h + gap;
    }
    const bool on = owner.node == view.owner;
    const Color ink = owner.alerts > 0 ? theme::kBad : theme::kDim;
    if (button(c, Rect::at(x, y, need, h), label, on ? ButtonStyle::Primary : ButtonStyle::Plain,
               ink)) {
      ui.state.metrics_owner = owner.node;
    }
    x += need + gap;
  }
  return y + h - top;
}

float draw_alerts(Ui& ui, Canvas& c, float x, float y0, float w) {
  const MetricsView& view = ui.models.metrics;
  const float line = c.line_height(Face::Small) + c.px(8);
  float y = y0;
  const std::string head =
      view.wrong_now == 0 ? "NO ALERT" : fmt::format("ALERTS NOW: {}", view.wrong_now);
  c.text(x, y, Face::Small, view.wrong_now == 0 ? theme::kGood : theme::kBad, head);
  y += line;
  std::size_t shown = 0;
  const std::size_t most = std::max<std::size_t>(view.wrong_now, 4);
  for (const AlertLine& alert : view.alerts) {
    if (shown++ >= most) break;
    const Rect row = Rect::at(x, y - c.px(3), w, line);
    const Color ink = alert.now ? theme::kBad : theme::kFaint;
    const float when = c.width(Face::MonoSmall, "000.000 s");
    c.text_right(x + when, y, Face::MonoSmall, theme::kFaint, alert.when);
    const float cx = x + when + c.px(16), cy = y + c.line_height(Face::Small) * 0.5f;
    if (alert.now)
      c.diamond(cx, cy, c.px(5), ink);
    else if (alert.raised)
      c.circle(cx, cy, c.px(4), ink, c.px(1.5f));
    else
      c.check(cx, cy, c.px(4), theme::kGood);
    const std::string text =
        alert.now && !alert.advice.empty() ? alert.text + ". " + alert.advice : alert.text;
    c.fit(cx + c.px(14), y, x + w - cx - c.px(14), Face::Small,
          alert.now ? theme::kText : theme::kDim, text);
    c.tip(row, "Click: go to the event that did it");
    c.hit(row, Target::of_event(alert.event));
    if (c.clicked(row)) go_to(ui, alert.event);
    y += line;
  }
  return y - y0 + c.px(4);
}

void draw_sparkline(Canvas& c, const Rect& rect, const MetricCard& card) {
  c.line(rect.x0, rect.y1, rect.x1, rect.y1, theme::kGrid);
  const auto y_of = [&](float v) { return rect.y1 - rect.h() * std::clamp(v, 0.0f, 1.0f); };
  if (card.threshold) {
    const float y = y_of(*card.threshold);
    c.dashed_line(rect.x0, y, rect.x1, y, theme::kWarn, c.px(1), c.px(3));
  }
  const bool bad = card.alert.tone == Tone::Bad;
  const Color ink = bad ? theme::kBad : theme::kAccent;
  const std::size_t n = card.history.size();
  for (std::size_t i = 1; i < n; ++i) {
    const auto x_of = [&](std::size_t k) {
      return rect.x0 + rect.w() * static_cast<float>(k) / static_cast<float>(n - 1);
    };
    c.line(x_of(i - 1), y_of(card.history[i - 1]), x_of(i), y_of(card.history[i]), ink, c.px(1.4f));
  }
  if (n > 0) c.circle(rect.x1, y_of(card.history.back()), c.px(2.5f), ink);
}

/// The mean parts of a request's time, as in the screen "Request path".
void draw_mean_parts(Canvas& c, const Rect& rect, const MetricCard& card) {
  c.fill(rect, theme::kGrid, c.px(2));
  float x = rect.x0;
  std::string words = "In the mean:";
  for (std::size_t i = 0; i < card.parts.size(); ++i) {
    const MeanPart& part = card.parts[i];
    const float w = rect.w() * part.share;
    if (part.ms > 0) c.fill({x, rect.y0, x + w, rect.y1}, time_part_color(i));
    words += fmt::format("\n{} {:.3f} ms ({:.0f} %)", part.words, part.ms, 100 * part.share);
    x += w;
  }
  c.tip(rect, words);
}

void draw_foot(Ui& ui, Canvas& c, const Rect& line, const MetricCard& card) {
  if (card.crossed.empty()) {
    const std::string text = card.rule.empty() ? card.more : card.rule;
    c.fit(line.x0, line.y0, line.w(), Face::Small, theme::kFaint, text.empty() ? card.kind : text);
    return;
  }
  const Color ink = card.alert.tone == Tone::Bad ? theme::kBad : theme::kDim;
  const Rect words = c.fit(line.x0, line.y0, line.w(), Face::Small, ink, card.crossed + "  ▸");
  const Rect area{words.x0, line.y0 - c.px(3), line.x1, line.y1 + c.px(3)};
  c.tip(area,
        fmt::format("{}. Click: go to event {}, which did it", card.rule, card.crossed_at.value()));
  c.hit(area, Target::of_event(card.crossed_at));
  if (c.clicked(area)) go_to(ui, card.crossed_at);
}

void draw_card(Ui& ui, Canvas& c, const Rect& rect, const MetricCard& card) {
  const bool bad = card.alert.tone == Tone::Bad;
  c.fill(rect, theme::kCard, c.px(7));
  c.outline(rect, bad ? theme::kBad : theme::kBorder, c.px(7));
  const Rect in = rect.shrunk(c.px(11), c.px(9));
  c.tip(rect, card.bean + "\n" + card.kind + ". " + card.help);
  float right = in.x1;
  const float small = c.line_height(Face::Small);
  if (!card.alert.text.empty()) {
    const Rect mark = badge_right(c, right, in.y0 + small * 0.5f, card.alert.text, card.alert.tone);
    right = mark.x0 - c.px(6);
  }
  c.fit(in.x0, in.y0, right - in.x0, Face::Small, theme::kDim, card.name);
  const float value_y = in.y0 + small + c.px(6);
  const Rect value =
      c.fit(in.x0, value_y, in.w(), Face::Title, bad ? theme::kBad : theme::kText, card.value);
  const bool foot_says_more = card.rule.empty() && card.crossed.empty() && !card.more.empty();
  const std::string beside = foot_says_more ? card.kind : card.more;
  const float room = in.x1 - value.x1 - c.px(10);
  if (room > c.px(50)) {
    c.fit(value.x1 + c.px(10), value.y1 - small - c.px(1), room, Face::Small, theme::kFaint,
          beside);
  }
  const float foot_y = in.y1 - small;
  Rect chart{in.x0, value_y + c.line_height(Face::Title) + c.px(8), in.x1 - c.px(4),
             foot_y - c.px(7)};
  if (!card.parts.empty()) {
    draw_mean_parts(c, {chart.x0, chart.y1 - c.px(7), in.x1, chart.y1}, card);
    chart.y1 -= c.px(11);
  }
  draw_sparkline(c, chart, card);
  draw_foot(ui, c, {in.x0, foot_y, in.x1, in.y1}, card);
}

/// Returns where it ends.
float draw_section(Ui& ui, Canvas& c, float x, float y, float w, const MetricSection& section) {
  c.heading(x, y, section.title);
  y += c.line_height(Face::Small) + c.px(8);
  const float gap = c.px(kGap);
  const int columns = std::max(1, static_cast<int>((w + gap) / (c.px(kCardWidth) + gap)));
  const float card_w = (w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  int column = 0;
  for (const MetricCard& card : section.cards) {
    if (column == columns) {
      column = 0;
      y += c.px(kMetricCardHeight) + gap;
    }
    draw_card(
        ui, c,
        Rect::at(x + static_cast<float>(column) * (card_w + gap), y, card_w,
                 c.px(kMetricCardHeight)),
        card);
    ++column;
  }
  return y + c.px(kMetricCardHeight) + c.px(16);
}

}  // namespace

void draw_metrics(Ui& ui, const Rect& rect) {
  ScrollArea area(ui.draw, "metrics", rect);
  Canvas c(ui.draw);
  const float x = area.x() + c.px(18), w = rect.w() - c.px(42);
  float y = area.y() + c.px(6);
  y += draw_owners(ui, c, x, y, w) + c.px(14);
  y += draw_alerts(ui, c, x, y, w) + c.px(6);
  for (const MetricSection& section : ui.models.metrics.sections) {
    y = draw_section(ui, c, x, y, w, section);
  }
  area.content(rect.w() - c.px(20), y - area.y());
}

}  // namespace kscope::viewer
