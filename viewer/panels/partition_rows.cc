// The replicas of the Partition screen: who, the log on the shared axis, what it is doing.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/partition_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kWho = 112, kWords = 258, kCell = 22;
constexpr float kStripHeight = 22, kMostStripHeight = 34;
constexpr float kLineGap = 3;

ReplicaColumns plan_columns(const Canvas& c, const PartitionPicture& p, float x, float y, float w,
                            float spare) {
  ReplicaColumns col;
  const auto n = static_cast<float>(std::max<std::size_t>(p.lines.size(), 1));
  const float wide = std::clamp(w / c.px(1084), 0.84f, 1.25f);
  col.who_w = c.px(kWho) * wide;
  col.strip_x0 = x + col.who_w;
  col.words_x = x + w - c.px(kWords) * std::min(wide, 1.1f);
  col.strip_x1 = col.words_x - c.px(18);
  const float digits =
      c.width(Face::MonoSmall,
              std::to_string(std::max<std::int64_t>(std::min<std::int64_t>(p.longest, 9999), 10)));
  const float cell = std::max(c.px(kCell), digits + c.px(8));
  const auto cells = std::max(4, static_cast<std::int32_t>(col.strip_w() / cell));
  col.axis = choose_axis(p.lowest, p.longest, cells);
  // A third of what is spare makes the cells taller, the rest is air between the rows.
  const float share = spare / n;
  col.cell_h = c.px(kStripHeight) +
               std::min(c.px(kMostStripHeight - kStripHeight), std::floor(share * 0.35f));
  col.gap = std::min(c.px(46), std::floor((share - (col.cell_h - c.px(kStripHeight))) * 0.6f));
  col.row_h = replica_row_height(c) + (col.cell_h - c.px(kStripHeight)) + col.gap;
  col.all = Rect::at(x, y, w, 0);
  return col;
}

// ---- the axis

/// 1, 2 or 5 times a power of ten: the smallest that makes at most `most` steps.
std::int64_t round_step(std::int64_t span, std::int64_t most) {
  for (std::int64_t ten = 1;; ten *= 10) {
    for (const std::int64_t step : {ten, 2 * ten, 5 * ten}) {
      if (span / step <= most) return step;
    }
  }
}

/// Offsets at round distances, as many as can be read.
void draw_ticks(Canvas& c, const ReplicaColumns& col, float y, float bottom) {
  const OffsetAxis& axis = col.axis;
  const float digits = c.width(Face::MonoSmall, std::to_string(axis.to)) + c.px(26);
  const auto most = std::max<std::int64_t>(2, static_cast<std::int64_t>(col.strip_w() / digits));
  const std::int64_t step = round_step(axis.to - axis.from, most);
  float free_from = col.strip_x0;
  for (std::int64_t at = (axis.from + step - 1) / step * step; at < axis.to; at += step) {
    const float x = col.x_of(at);
    const std::string text = std::to_string(at);
    c.line(x, y + c.line_height(Face::MonoSmall) + c.px(2), x, bottom,
           faded(theme::kBorder, 0.55f));
    if (x < free_from || x + c.width(Face::MonoSmall, text) > col.strip_x1) continue;
    free_from = c.text(x, y, Face::MonoSmall, theme::kFaint, text).x1 + c.px(6);
  }
}

/// The leader's high watermark goes through all rows: left of it, everything is committed.
void draw_committed_line(Canvas& c, const ReplicaColumns& col, const PartitionPicture& p, float y) {
  if (p.high_watermark < 0) return;
  const float x = col.x_of(p.high_watermark);
  const Target target = Target::of_value(p.leader, p.partition, ValueName::HighWatermark);
  c.fill({col.strip_x0, col.all.y0 + c.px(16), x, col.all.y1}, faded(theme::kWatermark, 0.045f));
  c.fill({x - c.px(1), y, x + c.px(1), col.all.y1}, faded(theme::kWatermark, 0.75f));
  const std::string text = fmt::format(
      "{} below HW {}", p.leader_acts ? "committed" : "was committed", p.high_watermark);
  const float w = c.width(Face::Small, text);
  const float at =
      std::clamp(x - w - c.px(8), col.strip_x0, std::max(col.strip_x0, col.strip_x1 - w));
  const bool left = at + w <= x;
  const Rect label = c.text(left ? at : std::min(x + c.px(8), col.strip_x1 - w), col.all.y0,
                            Face::Small, theme::kWatermark, text);
  c.hit(label, target);
  c.hit({x - c.px(4), y, x + c.px(4), y + c.px(16)}, target);
}

// ---- who

void draw_who(Canvas& c, const ReplicaColumns& col, float y, const ReplicaLine& line,
              const PartitionPicture& p) {
  const float x = col.all.x0 + c.px(10);
  const float w = col.who_w - c.px(18);
  const float step = c.line_height(Face::Small) + c.px(6);
  const Target role = Target::of_value(line.broker, p.partition, ValueName::Role);
  const Rect name = c.fit(x, y + c.px(7), w, Face::Bold, line.down ? theme::kDim : theme::kText,
                          fmt::format("broker {}", line.broker));
  c.hit(name, Target::replica(line.broker, p.partition));
  float text_x = x;
  const float role_y = y + c.px(9) + step;
  if (line.leads) {
    c.star(x + c.px(6), role_y + c.line_height(Face::Small) / 2, c.px(6), theme::kLead);
    text_x += c.px(17);
  }
  const Color ink = line.role.tone == Tone::Neutral ? theme::kDim : theme::tone(line.role.tone);
  const Rect word = c.fit(text_x, role_y, x + w - text_x, Face::Small, ink, line.role.text);
  c.hit(word, role);
  if (line.isr.text.empty()) return;
  const float centre = role_y + step + c.line_height(Face::Small) / 2 + c.px(3);
  const Rect isr = badge(c, x, centre, line.isr.text, line.isr.tone);
  c.hit(isr, Target::of_value(line.broker, p.partition, ValueName::Isr));
}

// ---- what it is doing

/// How much of replica.lag.time.max.ms is left, as an arc from twelve o'clock.
void draw_timer(Canvas& c, float x, float y, float r, const ReplicaLine& line) {
  const float share = *line.timer;
  const Color color = share <= 0.0f ? theme::kBad : share < 0.35f ? theme::kWarn : theme::kGood;
  c.circle(x, y, r, theme::kBorder, c.px(3));
  c.arc(x, y, r, share, color, c.px(3.5f));
  c.text_center({x - r, y - r, x + r, y + r}, Face::MonoSmall, share <= 0.0f ? color : theme::kText,
                line.timer_text);
  c.tip({x - r, y - r, x + r, y + r},
        "What is left of replica.lag.time.max.ms since the follower last held everything that the "
        "leader had. When the arc has closed, the leader asks for an ISR without it");
}

void draw_words(Canvas& c, const ReplicaColumns& col, float y, const ReplicaLine& line,
                const PartitionPicture& p) {
  const float right = col.all.x1;
  const float r = c.px(21);
  const float x = col.words_x + (line.timer ? 2 * r + c.px(14) : 0);
  if (line.timer)
    draw_timer(c, col.words_x + r + c.px(1), y + col.row_h / 2 - col.gap / 2, r, line);
  const float step = c.line_height(Face::Small) + c.px(kLineGap);
  float at = y + c.px(5);
  const Color state = line.state.tone == Tone::Neutral ? theme::kDim : theme::tone(line.state.tone);
  const ValueName value = line.leads ? ValueName::Role : ValueName::FetchState;
  const Target target = Target::of_value(line.broker, p.partition, value);
  const Rect words = c.fit(x, at, right - x, Face::Small, state, line.state.text);
  c.hit(words, target);
  at += step;
  c.hit(c.fit(x, at, right - x, Face::Small, theme::kDim, line.detail), target);
  at += step;
  const Color lag = line.lag_tone == Tone::Neutral ? theme::kText : theme::tone(line.lag_tone);
  const Target progress =
      line.leads ? Target::of_value(line.broker, p.partition, ValueName::HighWatermark)
                 : Target::of_value(line.broker, p.partition, ValueName::FollowerProgress);
  c.hit(c.fit(x, at, right - x, Face::Small, lag, line.lag), progress);
  at += step;
  c.hit(c.fit(x, at, right - x, Face::Small, theme::kDim, line.patience), progress);
}

void draw_row(Canvas& c, const ReplicaColumns& col, float y, const ReplicaLine& line,
              const PartitionPicture& p) {
  const Rect row{col.all.x0, y, col.all.x1, y + col.row_h - col.gap};
  const Target target = Target::replica(line.broker, p.partition);
  c.hit(row, target);
  const float rounding = c.px(6);
  if (c.is_selected(target)) c.outline(row, theme::kAccent, rounding, c.px(1.5f));
  if (line.down) c.dashed_outline(row, faded(theme::kBad, 0.7f), rounding, c.px(1.2f));
  if (line.leads) {
    c.fill({row.x0, row.y0 + c.px(4), row.x0 + c.px(3), row.y1 - c.px(4)}, theme::kLead, c.px(1));
  }
  draw_who(c, col, y, line, p);
  if (line.log) {
    draw_replica_strip(c, col, y + c.px(4), line, p);
  } else {
    c.fit(col.strip_x0, y + col.row_h / 2 - c.px(14), col.strip_w(), Face::Small, theme::kFaint,
          line.down ? "its log is not known while it is down" : "its log is not open yet");
  }
  draw_words(c, col, y, line, p);
}

}  // namespace

float replica_row_height(const Canvas& c) {
  const float words = 4 * (c.line_height(Face::Small) + c.px(kLineGap)) + c.px(8);
  const float strip = 2 * c.line_height(Face::MonoSmall) + c.px(kStripHeight) + c.px(18);
  return std::max(words, strip);
}

float draw_replicas(Ui& ui, Canvas& c, float x, float y, float w, float spare) {
  const PartitionPicture& p = ui.models.partition;
  ReplicaColumns col = plan_columns(c, p, x, y, w, spare);
  const float ticks_y = y + c.line_height(Face::Small) + c.px(3);
  const float rows_y = ticks_y + c.line_height(Face::MonoSmall) + c.px(7);
  col.all.y1 = rows_y + static_cast<float>(p.lines.size()) * col.row_h - col.gap;
  c.fit(x, ticks_y, col.who_w - c.px(6), Face::Small, theme::kDim, "REPLICAS");
  c.fit(col.words_x, ticks_y, x + w - col.words_x, Face::Small, theme::kDim,
        "FETCH STATE · LAG · TIME LEFT");
  draw_ticks(c, col, ticks_y, col.all.y1);
  draw_committed_line(c, col, p, y + c.px(1));
  float at = rows_y;
  for (const ReplicaLine& line : p.lines) {
    draw_row(c, col, at, line, p);
    at += col.row_h;
  }
  ui.partition_ui.taken = col.row_h * static_cast<float>(p.lines.size()) -
                          replica_row_height(c) * static_cast<float>(p.lines.size());
  return col.all.y1 + col.gap - y;
}

}  // namespace kscope::viewer
