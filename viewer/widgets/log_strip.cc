#include "viewer/widgets/log_strip.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

std::string cell_text(std::int64_t offset) {
  constexpr std::size_t kCellDigits = 4;
  std::string digits = std::to_string(offset);
  if (digits.size() > kCellDigits) digits = digits.substr(digits.size() - 3);
  return digits;
}

namespace {

void draw_cell(Canvas& c, const Rect& rect, const StripCell& cell, std::int64_t offset, bool dim) {
  const float rounding = c.px(2.5f);
  const float alpha = dim ? 0.45f : 1.0f;
  const Color hue = theme::epoch(cell.epoch);
  switch (cell.state) {
    case CellState::Empty:
      c.outline(rect, faded(theme::kGrid, 0.8f), rounding);
      return;
    case CellState::Deleted:
      c.fill(rect, faded(theme::kGrid, 0.5f), rounding);
      return;
    case CellState::Committed:
      c.fill(rect, faded(hue, alpha), rounding);
      break;
    case CellState::Uncommitted:
      c.fill(rect, faded(hue, 0.38f * alpha), rounding);
      c.outline(rect, faded(hue, 0.9f * alpha), rounding);
      break;
    case CellState::Truncated:
      c.hatch(rect, faded(theme::kBad, 0.75f * alpha), c.px(5));
      c.outline(rect, faded(theme::kBad, 0.8f * alpha), rounding);
      return;
  }
  if (!cell.flushed) {  // page cache only: a thin dotted base
    c.dashed_line(rect.x0 + 2, rect.y1 - 2, rect.x1 - 2, rect.y1 - 2, faded(theme::kText, 0.55f), 1,
                  2);
  }
  const Color ink = faded(theme::kText, dim                                  ? 0.55f
                                        : cell.state == CellState::Committed ? 1.0f
                                                                             : 0.85f);
  c.text_center(rect, Face::MonoSmall, ink, cell_text(offset));
}

void draw_epochs(Canvas& c, float x, float y, const Strip& strip, const StripMetrics& m, bool dim) {
  float free_from = x;
  for (const EpochMark& mark : strip.epochs) {
    const std::string text = fmt::format("e{}", mark.epoch);
    const float at = x + static_cast<float>(mark.cell) * m.cell_width;
    if (at < free_from) continue;  // two short epochs side by side: their hues still differ
    const Color ink = mixed(theme::epoch(mark.epoch), theme::kText, 0.45f);
    free_from = c.text(at, y, Face::MonoSmall, faded(ink, dim ? 0.5f : 1.0f), text).x1 + c.px(3);
  }
}

struct OffsetLabels {
  float hw_x, leo_x, y;
  std::string hw, leo;
};

/// Side by side, never over each other: HW ends at its line, LEO begins at its caret.
void draw_offset_labels(Canvas& c, float x, float width, const OffsetLabels& l, bool dim,
                        const Target& hw_target, const Target& leo_target) {
  const float hw_w = c.width(Face::MonoSmall, l.hw), leo_w = c.width(Face::MonoSmall, l.leo);
  const float gap = c.px(8);
  float hw_at = std::clamp(l.hw_x - hw_w + c.px(6), x, std::max(x, x + width - leo_w - gap - hw_w));
  float leo_at = std::clamp(l.leo_x - c.px(4), hw_at + hw_w + gap,
                            std::max(hw_at + hw_w + gap, x + width - leo_w));
  const float alpha = dim ? 0.55f : 1.0f;
  const Rect hw = c.text(hw_at, l.y, Face::MonoSmall, faded(theme::kWatermark, alpha), l.hw);
  const Rect leo = c.text(leo_at, l.y, Face::MonoSmall, faded(theme::kText, alpha), l.leo);
  for (const auto& [rect, target] : {std::pair{hw, hw_target}, std::pair{leo, leo_target}}) {
    c.hit(rect, target);
    if (c.is_selected(target)) c.outline(rect.shrunk(-2), theme::kAccent, 2);
  }
}

}  // namespace

StripMetrics strip_metrics(const Canvas& c, float width, std::int64_t largest_offset) {
  const float digits =
      c.width(Face::MonoSmall, cell_text(std::max<std::int64_t>(largest_offset, 10)));
  StripMetrics m;
  m.cell_width = std::max(c.px(22), digits + c.px(9));
  m.cells = std::max(1, static_cast<std::int32_t>(width / m.cell_width));
  m.cell_width = width / static_cast<float>(m.cells);
  // Wide cards get a few more cells rather than very wide ones.
  return m;
}

float strip_height(const Canvas& c, float cell_height) {
  return c.line_height(Face::MonoSmall) * 2 + cell_height + c.px(11);
}

void log_strip(Canvas& c, float x, float y, float width, float cell_height, const Strip& strip,
               const StripMetrics& m, std::int32_t node, const TopicPartition& partition,
               bool dim) {
  draw_epochs(c, x, y, strip, m, dim);
  const float top = y + c.line_height(Face::MonoSmall) + c.px(3);
  const auto x_of = [&](std::int64_t offset) {
    const auto cell = std::clamp<std::int64_t>(offset - strip.window.start, 0, strip.window.cells);
    return x + static_cast<float>(cell) * m.cell_width;
  };
  for (std::int32_t i = 0; i < strip.window.cells; ++i) {
    const StripCell& cell = strip.cells[static_cast<std::size_t>(i)];
    const Rect rect =
        Rect::at(x + static_cast<float>(i) * m.cell_width + 1, top, m.cell_width - 2, cell_height);
    const std::int64_t offset = strip.window.start + i;
    draw_cell(c, rect, cell, offset, dim);
    if (cell.state == CellState::Empty || cell.state == CellState::Deleted) continue;
    const Target target = Target::record(node, partition, offset);
    c.hit(rect, target);
    if (c.is_selected(target)) c.outline(rect.shrunk(-1), theme::kAccent, c.px(3), c.px(2));
  }
  const float hw_x = x_of(strip.high_watermark), leo_x = x_of(strip.log_end);
  const float bottom = top + cell_height;
  const Target hw_target = Target::of_value(node, partition, ValueName::HighWatermark);
  const Target leo_target = Target::of_value(node, partition, ValueName::LogEnd);
  const Color hw_color = faded(theme::kWatermark, dim ? 0.5f : 1.0f);
  c.fill({hw_x - c.px(1.25f), top - c.px(3), hw_x + c.px(1.25f), bottom + c.px(3)}, hw_color);
  c.triangle_up(leo_x, bottom + c.px(4), c.px(3.6f), faded(theme::kText, dim ? 0.5f : 1.0f));
  c.hit({hw_x - c.px(4), top - c.px(3), hw_x + c.px(4), bottom + c.px(3)}, hw_target);
  draw_offset_labels(c, x, width,
                     {hw_x, leo_x, bottom + c.px(8), fmt::format("HW {}", strip.high_watermark),
                      fmt::format("LEO {}", strip.log_end)},
                     dim, hw_target, leo_target);
}

void log_bar(Canvas& c, const Rect& rect, const cluster::ReplicaView& replica,
             std::int64_t scale_end, bool dim) {
  const double end = static_cast<double>(std::max<std::int64_t>(scale_end, 1));
  const auto x_of = [&](std::int64_t offset) {
    return rect.x0 +
           rect.w() * static_cast<float>(std::min(1.0, static_cast<double>(offset) / end));
  };
  c.fill(rect, faded(theme::kGrid, 0.6f));
  for (std::size_t i = 0; i < replica.epochs.size(); ++i) {
    const std::int64_t from = std::max(replica.epochs[i].start, replica.log_start);
    const std::int64_t to =
        i + 1 < replica.epochs.size() ? replica.epochs[i + 1].start : replica.log_end;
    const Color hue = faded(theme::epoch(replica.epochs[i].epoch), dim ? 0.45f : 1.0f);
    const std::int64_t committed = std::min(to, replica.high_watermark);
    if (committed > from) c.fill({x_of(from), rect.y0, x_of(committed), rect.y1}, hue);
    if (to > std::max(from, committed)) {
      c.fill({x_of(std::max(from, committed)), rect.y0, x_of(to), rect.y1}, faded(hue, 0.4f));
    }
  }
  const float hw = x_of(replica.high_watermark);
  c.fill({hw - 1, rect.y0 - c.px(1.5f), hw + 1, rect.y1 + c.px(1.5f)},
         faded(theme::kWatermark, dim ? 0.5f : 1));
}

}  // namespace kscope::viewer
