// The ISR over time, and the walk to the next leader: the lower part of the Partition screen.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/partition_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kBandRow = 19, kBandNames = 66;

struct BandPlan {
  TimeWindow window;
  float x0 = 0, x1 = 0, row_h = 0;
  std::int64_t end_us = 0;
  float x_of(std::int64_t us) const {
    const double at = std::clamp(window.position(us), 0.0, 1.0);
    return x0 + static_cast<float>(at) * (x1 - x0);
  }
  Rect piece(std::int64_t from, std::optional<std::int64_t> until, float y) const {
    return {x_of(from), y + row_h * 0.12f, x_of(until.value_or(end_us)), y + row_h * 0.88f};
  }
};

BandPlan plan_band(const Ui& ui, const Canvas& c, float x, float w) {
  BandPlan plan;
  plan.end_us = to_micros(ui.session.machine().recorded_until());
  const std::int64_t begin = ui.models.partition.band.begins_us;
  const std::int64_t span = std::max<std::int64_t>(1'000'000, plan.end_us - begin);
  plan.window = {begin - span / 50, plan.end_us + span / 50};
  plan.x0 = x + c.px(kBandNames);
  plan.x1 = x + w;
  plan.row_h = c.px(kBandRow);
  return plan;
}

void name_row(Canvas& c, const BandPlan& plan, float x, float y, std::string_view name) {
  c.fit(x, y + (plan.row_h - c.line_height(Face::Small)) / 2, plan.x0 - x - c.px(6), Face::Small,
        theme::kDim, name);
}

/// The longest of the texts that fits, if any does.
void label_piece(Canvas& c, const Rect& rect, std::initializer_list<std::string> texts, Color ink) {
  for (const std::string& text : texts) {
    if (c.width(Face::MonoSmall, text) + c.px(6) > rect.w()) continue;
    c.text_center(rect, Face::MonoSmall, ink, text);
    return;
  }
}

void draw_leaders(Canvas& c, const BandPlan& plan, const IsrBand& band, float y) {
  for (const BandPiece& piece : band.leaders) {
    const Rect rect = plan.piece(piece.from_us, piece.until_us, y);
    const bool led = piece.node >= 0;
    c.fill(rect, led ? theme::epoch(piece.epoch) : faded(theme::kBad, 0.35f), c.px(2));
    if (!led) c.hatch(rect, faded(theme::kBad, 0.8f), c.px(5));
    const std::string epoch = fmt::format("e{}", piece.epoch);
    if (led) {
      label_piece(c, rect,
                  {fmt::format("{}: broker {}", epoch, piece.node),
                   fmt::format("{}: {}", epoch, piece.node), epoch},
                  theme::kText);
    } else {
      label_piece(c, rect, {"no leader", "none"}, theme::kText);
    }
    c.hit(rect, Target::of_event(piece.event));
    c.tip(rect, fmt::format("{} in epoch {}, from {}",
                            led ? fmt::format("broker {} leads", piece.node) : "nobody leads",
                            piece.epoch, format_instant(at_micros(piece.from_us))));
  }
}

void draw_member(Canvas& c, const BandPlan& plan, const BandRow& row, float y) {
  for (const BandPiece& piece : row.pieces) {
    const Rect rect = plan.piece(piece.from_us, piece.until_us, y);
    const char* word = "";
    switch (piece.membership) {
      case Membership::Leads:
        word = "in, leads";
        c.fill(rect, rgb(0x2a8f6b), c.px(2));
        c.fill({rect.x0, rect.y1 - c.px(2.5f), rect.x1, rect.y1}, theme::kLead);
        break;
      case Membership::In:
        word = "in";
        c.fill(rect, rgb(0x23775a), c.px(2));
        break;
      case Membership::Out:
        word = "out";
        c.fill(rect, faded(theme::kBad, 0.16f), c.px(2));
        c.hatch(rect, faded(theme::kBad, 0.5f), c.px(6));
        break;
      case Membership::None:
        continue;
    }
    label_piece(c, rect, {word}, theme::kText);
    c.hit(rect, Target::of_event(piece.event));
    c.tip(rect, fmt::format("broker {}: {} from {}", row.broker, word,
                            format_instant(at_micros(piece.from_us))));
  }
  for (const Stretch& s : row.outages) {  // a thin line: the process, not the set
    if (s.until_us && *s.until_us < plan.window.from_us) continue;
    const Rect rect = plan.piece(s.from_us, s.until_us, y);
    c.fill({rect.x0, rect.y0 - c.px(1.5f), rect.x1, rect.y0 + c.px(1)}, theme::kBad);
  }
}

void draw_stalls(Canvas& c, const BandPlan& plan, const IsrBand& band, float y) {
  c.line(plan.x0, y + plan.row_h / 2, plan.x1, y + plan.row_h / 2, theme::kGrid);
  for (const Stall& s : band.stalls) {
    const Rect rect = plan.piece(s.from_us, s.until_us, y);
    c.fill(rect, faded(theme::kWarn, 0.35f), c.px(2));
    c.outline(rect, theme::kWarn, c.px(2));
    label_piece(
        c, rect,
        {fmt::format("HW stands at {}", s.high_watermark), fmt::format("at {}", s.high_watermark)},
        theme::kText);
    c.hit(rect, Target::of_event(s.from));
    const std::int64_t until = s.until_us.value_or(plan.end_us);
    c.tip(rect, fmt::format("HW stood at {} for {}, although the leader had more", s.high_watermark,
                            format_duration(micros(until - s.from_us))));
  }
}

void draw_times(Canvas& c, const BandPlan& plan, float y, float now_x, std::string_view now) {
  const float w = c.width(Face::MonoSmall, now);
  const float now_at = std::clamp(now_x - w / 2, plan.x0, std::max(plan.x0, plan.x1 - w));
  c.text(now_at, y, Face::MonoSmall, theme::kAccent, now);
  const std::int64_t step = axis_step(plan.window, 6);
  float free_from = plan.x0;
  for (std::int64_t at = (plan.window.from_us / step + 1) * step; at < plan.window.to_us;
       at += step) {
    const std::string text = fmt::format("{} s", static_cast<double>(at) / 1e6);
    const float tw = c.width(Face::MonoSmall, text);
    const float x = plan.x_of(at) - tw / 2;
    const bool hidden = x < free_from || x + tw > plan.x1 ||
                        (x < now_at + w + c.px(8) && now_at - c.px(8) < x + tw);
    if (hidden) continue;
    free_from = c.text(x, y, Face::MonoSmall, theme::kFaint, text).x1 + c.px(8);
  }
}

}  // namespace

float draw_isr_band(Ui& ui, Canvas& c, float x, float y, float w) {
  const IsrBand& band = ui.models.partition.band;
  const BandPlan plan = plan_band(ui, c, x, w);
  const float top = y;
  const Rect head = c.heading(x, y, "ISR OVER TIME");
  c.fit(head.x1 + c.px(10), y, x + w - head.x1 - c.px(10), Face::Small, theme::kFaint,
        "red line: process down · amber: HW stands still");
  y += c.line_height(Face::Small) + c.px(7);
  const float rows_y = y;
  name_row(c, plan, x, y, "leader");
  draw_leaders(c, plan, band, y);
  y += plan.row_h;
  for (const BandRow& row : band.rows) {
    name_row(c, plan, x, y, fmt::format("broker {}", row.broker));
    draw_member(c, plan, row, y);
    y += plan.row_h;
  }
  name_row(c, plan, x, y, "HW");
  draw_stalls(c, plan, band, y);
  y += plan.row_h;
  const Instant now = ui.session.machine().now();
  const float now_x = plan.x_of(to_micros(now));
  const float end_x = plan.x_of(plan.end_us);
  if (end_x > now_x + 1) c.fill({now_x, rows_y, end_x, y}, faded(theme::kBackground, 0.45f));
  c.fill({now_x - c.px(1), rows_y - c.px(2), now_x + c.px(1), y + c.px(2)}, theme::kAccent);
  draw_times(c, plan, y + c.px(3), now_x, fmt::format("now {}", format_instant(now)));
  y += c.line_height(Face::MonoSmall) + c.px(9);
  return y - top;
}

namespace {

/// One replica on the walk: its place in the list, who it is, and what speaks for or against it.
float draw_step(Canvas& c, float x, float y, float w, const SuccessionStep& step, std::size_t n,
                const TopicPartition& partition) {
  const float r = c.px(9);
  const Color color = step.tone == Tone::Neutral ? theme::kDim : theme::tone(step.tone);
  const float line = c.line_height(Face::Small);
  const Rect dot = Rect::at(x, y - c.px(1), 2 * r, 2 * r);
  if (step.chosen) {
    c.fill(dot, theme::kLead, r);
  } else {
    c.circle(dot.cx(), dot.cy(), r, color, c.px(1.2f));
  }
  c.text_center(dot, Face::Small, step.chosen ? theme::kAccentInk : color, std::to_string(n));
  const Rect who =
      c.text(dot.x1 + c.px(8), y, Face::Small, theme::kText, fmt::format("broker {}", step.broker));
  const float words = who.x1 + c.px(10);
  const float h = c.wrap(words, y, x + w - words, Face::Small, color, step.text, 2);
  const Rect all{x, y - c.px(1), x + w, y + std::max(h, line)};
  c.hit(all, Target::replica(step.broker, partition));
  return std::max(h, 2 * r) + c.px(4);
}

}  // namespace

float draw_succession(Ui& ui, Canvas& c, float x, float y, float w) {
  const PartitionPicture& p = ui.models.partition;
  const Succession& s = p.succession;
  const float top = y;
  const Rect head = c.heading(x, y, "WHO LEADS NEXT");
  c.fit(head.x1 + c.px(10), y, x + w - head.x1 - c.px(10), Face::Small, theme::kText, s.question);
  y += c.line_height(Face::Small) + c.px(9);
  for (std::size_t i = 0; i < s.steps.size(); ++i) {
    y += draw_step(c, x, y, w, s.steps[i], i + 1, p.partition);
  }
  y += c.px(2);
  const auto ink = [](Tone tone) {
    return tone == Tone::Neutral ? theme::kDim : theme::tone(tone);
  };
  y += c.wrap(x, y, w, Face::Small, ink(s.verdict_tone), s.verdict, 3) + c.px(3);
  y += c.wrap(x, y, w, Face::Small, ink(s.unclean_tone), s.unclean, 3) + c.px(6);
  return y - top;
}

}  // namespace kscope::viewer
