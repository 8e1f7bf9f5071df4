#include "viewer/panels/request_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kscope::viewer {

namespace {

constexpr float kChip = 19, kChipGap = 4, kLeastRows = 3, kMostRows = 4;
constexpr float kDownHeight = 40;

/// Shares of the card's width, from the wire to the wire.
constexpr float kShares[] = {0.11f, 0.19f, 0.14f, 0.19f, 0.15f, 0.12f, 0.10f};

/// As high as its threads need, whoever comes and goes: a card must not jump while time runs.
float path_card_height(const Canvas& c, const PathCard& card) {
  if (card.down) return c.px(kDownHeight);
  const std::size_t handlers = card.handlers.size() > 4 ? 4 : card.handlers.size();
  const auto rows = static_cast<float>(std::max(card.threads.size(), handlers));
  const float text = 2 * c.line_height(Face::Small) + c.px(9);
  return c.px(48) + text + std::clamp(rows, kLeastRows, kMostRows) * c.px(kChip + kChipGap) +
         c.px(6);
}

struct Column {
  Rect rect;  ///< heading, figure and box
  Rect box;   ///< where the chips are
};

Column column_of(Canvas& c, const Rect& card, int n) {
  const float pad = c.px(14), gap = c.px(16);
  float x = card.x0 + pad;
  const float room = card.w() - 2 * pad - 6 * gap;
  for (int i = 0; i < n; ++i) x += room * kShares[i] + gap;
  const float top = card.y0 + c.px(38);
  const float text = 2 * c.line_height(Face::Small) + c.px(9);
  Column column;
  column.rect = {x, top, x + room * kShares[n], card.y1 - c.px(10)};
  column.box = {column.rect.x0, top + text, column.rect.x1, column.rect.y1};
  return column;
}

void draw_heading(Canvas& c, const Column& column, std::string_view title, std::string_view figure,
                  Color ink = theme::kDim) {
  c.fit(column.rect.x0, column.rect.y0, column.rect.w(), Face::Small, theme::kText, title);
  c.fit(column.rect.x0, column.rect.y0 + c.line_height(Face::Small) + c.px(2), column.rect.w(),
        Face::Small, ink, figure);
}

void draw_arrow(Canvas& c, const Column& from) {
  const float y = from.box.cy(), x = from.box.x1 + c.px(3);
  c.line(x, y, x + c.px(6), y, theme::kFaint, c.px(1));
  c.arrow_head(x + c.px(8), y, c.px(4), +1, theme::kFaint);
}

/// Chips one below the other; what does not fit is counted.
void draw_stack(Canvas& c, const Rect& box, const std::vector<RequestChip>& chips,
                const char* nothing) {
  c.outline(box, theme::kBorder, c.px(5));
  const Rect inner = box.shrunk(c.px(5));
  if (chips.empty()) {
    c.fit(inner.x0 + c.px(3), inner.y0 + c.px(3), inner.w() - c.px(6), Face::Small, theme::kFaint,
          nothing);
    return;
  }
  const float step = c.px(kChip + kChipGap);
  const auto room = static_cast<std::size_t>(std::max(1.0f, (inner.h() + c.px(kChipGap)) / step));
  const bool all = chips.size() <= room;
  const std::size_t shown = all ? chips.size() : room - 1;
  float y = inner.y0;
  for (std::size_t i = 0; i < shown; ++i, y += step) {
    draw_request_chip(c, Rect::at(inner.x0, y, inner.w(), c.px(kChip)), chips[i]);
  }
  if (all) return;
  c.fit(inner.x0 + c.px(3), y + c.px(2), inner.w() - c.px(6), Face::Small, theme::kDim,
        fmt::format("and {} more", chips.size() - shown));
}

/// Chips that move along the lane with the frame's own progress.
void draw_wire(Canvas& c, const Rect& box, const std::vector<RequestChip>& chips) {
  c.dashed_line(box.x0, box.cy(), box.x1, box.cy(), theme::kGrid, c.px(1));
  const float step = c.px(kChip + kChipGap);
  float y = box.y0 + c.px(5);
  std::size_t drawn = 0;
  for (const RequestChip& chip : chips) {
    if (y + 2 * step > box.y1 && drawn + 1 < chips.size()) break;
    const float need = c.width(Face::MonoSmall, chip.text) + c.px(17);
    const float w = std::min(box.w(), std::max(need, box.w() * 0.7f));
    const float x = box.x0 + (box.w() - w) * chip.progress;
    draw_request_chip(c, Rect::at(x, y, w, c.px(kChip)), chip);
    y += step;
    ++drawn;
  }
  if (drawn == chips.size()) return;
  c.fit(box.x0, y + c.px(2), box.w(), Face::Small, theme::kDim,
        fmt::format("and {} more", chips.size() - drawn));
}

void draw_threads(Canvas& c, const Rect& box, const PathCard& card) {
  c.outline(box, theme::kBorder, c.px(5));
  const Rect inner = box.shrunk(c.px(5));
  const float step = c.px(kChip + kChipGap);
  float y = inner.y0;
  for (std::size_t i = 0; i < card.threads.size(); ++i, y += step) {
    const NetworkThread& thread = card.threads[i];
    if (y + 2 * step > inner.y1 + step && i + 1 < card.threads.size()) {
      c.fit(inner.x0, y + c.px(2), inner.w(), Face::Small, theme::kDim,
            fmt::format("and {} more threads", card.threads.size() - i));
      return;
    }
    const Color ink = theme::tone(thread.state.tone);
    const float cy = y + c.px(kChip) / 2;
    c.circle(inner.x0 + c.px(5), cy, c.px(4), ink, thread.state.text == "idle" ? c.px(1.5f) : 0);
    const float x = inner.x0 + c.px(14);
    const float text_y = cy - c.line_height(Face::Small) * 0.54f;
    const std::string words =
        thread.holds.empty()
            ? fmt::format("{} {}, {}", i, thread.state.text, thread.short_detail)
            : fmt::format("{} blocked: {}", i, thread.holds.front().text);
    c.fit(x, text_y, inner.x1 - x, Face::Small, ink, words);
    const Rect row = Rect::at(inner.x0, y, inner.w(), c.px(kChip));
    c.tip(row, fmt::format("network {}: {}, {}", thread.title, thread.state.text, thread.detail));
    if (!thread.holds.empty()) c.hit(row, thread.holds.front().target);
  }
}

void draw_handlers(Canvas& c, const Rect& box, const PathCard& card) {
  c.outline(box, theme::kBorder, c.px(5));
  const Rect inner = box.shrunk(c.px(5));
  const float step = c.px(kChip + kChipGap), gap = c.px(kChipGap);
  const std::size_t columns = card.handlers.size() > 4 ? 2 : 1;
  const std::size_t rows = static_cast<std::size_t>(std::max(1.0f, (inner.h() + gap) / step));
  const float w = (inner.w() - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  std::vector<const HandlerSlot*> slots;
  for (const HandlerSlot& slot : card.handlers) {
    if (slot.busy) slots.push_back(&slot);
  }
  for (const HandlerSlot& slot : card.handlers) {
    if (!slot.busy) slots.push_back(&slot);
  }
  for (std::size_t i = 0; i < slots.size() && i < rows * columns; ++i) {
    const Rect cell = Rect::at(inner.x0 + static_cast<float>(i % columns) * (w + gap),
                               inner.y0 + static_cast<float>(i / columns) * step, w, c.px(kChip));
    const bool last = i + 1 == rows * columns && i + 1 < slots.size();
    if (last) {
      c.fit(cell.x0, cell.y0 + c.px(2), cell.w(), Face::Small, theme::kDim,
            fmt::format("and {} more", slots.size() - i));
    } else if (slots[i]->busy && !slots[i]->chip.text.empty()) {
      draw_request_chip(c, cell, slots[i]->chip);
    } else {
      c.dashed_outline(cell, theme::kBorder, c.px(4), c.px(1));
      c.fit(cell.x0 + c.px(6), cell.cy() - c.line_height(Face::Small) * 0.54f, cell.w() - c.px(8),
            Face::Small, theme::kFaint, slots[i]->busy ? "busy" : "idle");
    }
  }
}

void draw_card(Ui& ui, Canvas& c, const Rect& rect, const PathCard& card) {
  c.fill(rect, theme::kCard, c.px(8));
  c.outline(rect, card.down ? theme::kBad : theme::kBorder, c.px(8));
  const float title_y = rect.y0 + c.px(9);
  const Rect title = c.text(rect.x0 + c.px(14), title_y, Face::Title, theme::kText, card.title);
  c.hit(title, Target::broker(card.node));
  badge(c, title.x1 + c.px(12), title.cy(), card.state.text, card.state.tone);
  if (ui.draw.selected == Target::broker(card.node)) c.outline(rect, theme::kAccent, c.px(8));
  if (card.down) return;
  Column columns[7];
  for (int i = 0; i < 7; ++i) columns[i] = column_of(c, rect, i);
  const Color network = card.network_short ? theme::kWarn : theme::kDim;
  const Color handlers = card.handlers_short ? theme::kWarn : theme::kDim;
  draw_heading(c, columns[0], "arriving", fmt::format("{} on the wire", card.arriving.size()));
  draw_wire(c, columns[0].box, card.arriving);
  draw_heading(c, columns[1], "network threads", card.network_idle, network);
  draw_threads(c, columns[1].box, card);
  draw_heading(c, columns[2], "request queue", card.queue_depth,
               card.queue_share >= 1 ? theme::kBad : theme::kDim);
  draw_stack(c, columns[2].box, card.queue, "empty");
  draw_heading(c, columns[3], "request handlers", card.handlers_busy + ", " + card.handlers_idle,
               handlers);
  draw_handlers(c, columns[3].box, card);
  draw_heading(c, columns[4], "purgatory", card.purgatory);
  draw_stack(c, columns[4].box, card.remote, "nobody waits");
  draw_heading(c, columns[5], "response queue", fmt::format("{} waiting", card.responses.size()),
               card.responses.empty() ? theme::kDim : theme::kWarn);
  draw_stack(c, columns[5].box, card.responses, "empty");
  draw_heading(c, columns[6], "leaving", fmt::format("{} on the wire", card.leaving.size()));
  draw_wire(c, columns[6].box, card.leaving);
  for (int i = 0; i < 6; ++i) draw_arrow(c, columns[i]);
}

}  // namespace

void draw_request_chip(Canvas& c, const Rect& rect, const RequestChip& chip) {
  const Color color = theme::api(chip.family);
  const float r = rect.h() / 2;
  if (chip.response) {
    c.fill(rect, color, r);
  } else {
    c.fill(rect, faded(color, 0.16f), r);
    c.outline(rect, color, r, c.px(1.2f));
  }
  if (c.is_selected(chip.target)) c.outline(rect.shrunk(-c.px(2)), theme::kAccent, r + c.px(2));
  const float pad = c.px(8), y = rect.cy() - c.line_height(Face::MonoSmall) * 0.54f;
  c.fit(rect.x0 + pad, y, rect.w() - 2 * pad, Face::MonoSmall,
        chip.response ? theme::kBackground : theme::kText, chip.text);
  c.tip(rect, chip.tip);
  c.hit(rect, chip.target);
}

void draw_request_path(Ui& ui, const Rect& rect) {
  const RequestPathView& view = ui.models.request_path;
  float wanted = 0;
  {
    const Canvas c(ui.draw);
    for (const PathCard& card : view.brokers) {
      wanted += path_card_height(c, card) + c.px(10);
    }
  }
  // The stages come first; what was completed keeps a third, or whatever they leave.
  const float cards = std::min(wanted + ui.px(4), rect.h() * 0.68f);
  const Rect upper{rect.x0, rect.y0, rect.x1, rect.y0 + cards};
  {
    ScrollArea area(ui.draw, "request path", upper);
    Canvas c(ui.draw);
    const float x = area.x() + c.px(18), w = rect.w() - c.px(40);
    float y = area.y() + c.px(4);
    for (const PathCard& card : view.brokers) {
      const float h = path_card_height(c, card);
      draw_card(ui, c, Rect::at(x, y, w, h), card);
      y += h + c.px(10);
    }
    area.content(rect.w() - c.px(20), y - area.y());
  }
  draw_completed(ui, {rect.x0, upper.y1, rect.x1, rect.y1});
}

}  // namespace kscope::viewer
