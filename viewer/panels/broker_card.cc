#include "viewer/panels/broker_card.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/widgets/log_strip.h"

namespace kscope::viewer {

namespace {

/// Role and ISR membership beside the partition's name. What does not fit goes in this order: the
/// word of the role, then the end of the name. The badge always stays.
void draw_row_title(Canvas& c, const Rect& row, const PartitionRow& partition,
                    const ReplicaCell& cell, std::int32_t node, bool down) {
  const float h = c.line_height(Face::MonoBold);
  const float cy = row.y0 + h * 0.5f + c.px(1);
  float right = row.x1;
  if (!cell.isr.text.empty()) {
    const Rect rect = badge_right(c, right, cy, cell.isr.text, cell.isr.tone);
    const Target isr = Target::of_value(node, partition.partition, ValueName::Isr);
    c.hit(rect, isr);
    if (c.is_selected(isr)) c.outline(rect.shrunk(-2), theme::kAccent, rect.h() / 2);
    right = rect.x0 - c.px(6);
  }
  const std::string name = partition.partition.str();
  const float star = cell.leads ? c.px(18) : 0;
  const float role_w = c.width(Face::Small, cell.role);
  const float name_w = c.width(Face::MonoBold, name);
  const bool role_fits = row.x0 + name_w + c.px(10) + star + role_w <= right;
  const float name_room = right - row.x0 - star - (role_fits ? role_w + c.px(10) : c.px(4));
  const Rect label = c.fit(row.x0, cy - h * 0.5f, name_room, Face::MonoBold,
                           down ? theme::kDim : theme::kText, name);
  c.hit(label, Target::of_partition(partition.partition));
  const Color ink = cell.leads ? theme::kLead : down ? theme::kBad : theme::kDim;
  float x = label.x1 + c.px(8);
  if (cell.leads) {
    c.star(x + c.px(6), cy, c.px(6), theme::kLead);
    x += star;
  }
  if (!role_fits || cell.role.empty()) return;
  const Rect role = c.text(x, cy - c.line_height(Face::Small) * 0.54f, Face::Small, ink, cell.role);
  c.hit(role, Target::of_value(node, partition.partition, ValueName::Role));
}

void draw_row(Ui& ui, Canvas& c, const ClusterLayout& l, const BrokerCard& card, const Rect& row,
              std::size_t i) {
  const PartitionRow& partition = ui.models.cluster.rows[i];
  const ReplicaCell& cell = card.cells[i];
  const Target target = Target::replica(card.node, partition.partition);
  if (c.is_selected(target)) c.outline(row.shrunk(-c.px(5), -c.px(2)), theme::kAccent, c.px(5));
  c.hit(row, target);
  if (cell.replica == nullptr) {
    draw_row_title(c, row, partition, cell, card.node, card.down);
    const char* why = !cell.assigned ? "no replica here"
                      : card.down    ? "log unknown while down"
                                     : "log not open yet";
    c.fit(row.x0, row.y0 + c.line_height(Face::MonoBold) + c.px(12), row.w(), Face::Small,
          theme::kFaint, why);
    return;
  }
  draw_row_title(c, row, partition, cell, card.node, card.down);
  const float cell_h =
      c.px(21) + std::min(c.px(10), std::max(0.0f, l.row_height - full_row_height(c)) * 0.5f);
  const StripMetrics m = strip_metrics(c, row.w(), partition.longest_log_end + 4);
  const Strip strip =
      build_strip(*cell.replica, choose_window(partition.longest_log_end, m.cells), cell.cut);
  log_strip(c, row.x0, row.y0 + c.line_height(Face::MonoBold) + c.px(9), row.w(), cell_h, strip, m,
            card.node, partition.partition, card.down);
}

/// "disk ▂▂▁ 12.3 kB, all flushed"
void draw_gauge(Canvas& c, const Rect& row, const char* label, const std::string& value,
                float share, Color color) {
  const float y = row.y0;
  const Rect name = c.text(row.x0, y, Face::Small, theme::kFaint, label);
  const float value_w = std::min(c.width(Face::Small, value), row.w() - name.w() - c.px(10));
  c.fit(row.x1 - value_w, y, value_w + 1, Face::Small, theme::kDim, value);
  const Rect gauge{name.x1 + c.px(10), y + c.px(5), row.x1 - value_w - c.px(10), y + c.px(10)};
  if (gauge.w() > c.px(24)) bar(c, gauge, share, color);
}

void draw_footer(Canvas& c, const Rect& rect, const BrokerCard& card) {
  c.line(rect.x0, rect.y0, rect.x1, rect.y0, theme::kGrid);
  const float line = c.line_height(Face::Small) + c.px(4);
  draw_gauge(c, Rect::at(rect.x0, rect.y0 + c.px(7), rect.w(), line), "disk", card.disk,
             1.0f - card.disk_unflushed, rgb(0x4c7fd0));
  draw_gauge(c, Rect::at(rect.x0, rect.y0 + c.px(7) + line, rect.w(), line), "handlers",
             card.handlers, card.handlers_busy, theme::kGood);
  c.tip(rect,
        "Share of the written bytes that is flushed · share of the handler threads that work");
}

void draw_frame(Canvas& c, const Rect& rect, const BrokerCard& card) {
  const float rounding = c.px(8);
  c.fill(rect, theme::kPanel, rounding);
  if (card.down) {
    c.dashed_outline(rect, theme::kBad, rounding, c.px(1.5f));
  } else {
    c.outline(rect, card.paused ? theme::kWarn : theme::kBorder, rounding,
              card.paused ? c.px(1.5f) : 1);
  }
  if (c.is_selected(Target::broker(card.node)))
    c.outline(rect.shrunk(-2), theme::kAccent, rounding, c.px(1.5f));
}

}  // namespace

void draw_broker_header(Ui& ui, Canvas& c, const Rect& rect, const BrokerCard& card, bool narrow) {
  const Target target = Target::broker(card.node);
  c.hit(rect, target);
  const float line = c.line_height(Face::Bold);
  const float top = rect.y0 + c.px(9);
  if (narrow) {
    c.fit(rect.x0, top - c.px(2), rect.w(), Face::Bold, card.down ? theme::kDim : theme::kText,
          c.width(Face::Bold, card.title) <= rect.w() ? card.title : fmt::format("B{}", card.node));
    const bool whole = badge_width(c, card.state.text) <= rect.w();
    if (whole) {
      badge(c, rect.x0, top + line + c.px(9), card.state.text, card.state.tone);
    } else {
      c.fit(rect.x0, top + line + c.px(3), rect.w(), Face::Small, theme::tone(card.state.tone),
            card.state.text);
    }
    return;
  }
  const float dots = c.px(26);
  const Rect title =
      c.text(rect.x0, top, Face::Bold, card.down ? theme::kDim : theme::kText, card.title);
  const Rect state = badge(c, title.x1 + c.px(10), title.cy(), card.state.text, card.state.tone);
  c.hit(state, Target::of_value(card.node, {}, ValueName::BrokerState));
  const Rect menu = Rect::at(rect.x1 - dots, title.cy() - c.px(9), dots, c.px(18));
  if (c.mouse_in(menu)) c.fill(menu, theme::kRaised, c.px(4));
  for (int i = -1; i <= 1; ++i)
    c.circle(menu.cx() + static_cast<float>(i) * c.px(6), menu.cy(), c.px(1.8f), theme::kDim);
  if (c.clicked(menu)) ui.show_menu(card.title, actions_for(target, ui.session.snapshot()));
  c.fit(rect.x0, title.y1 + c.px(6), rect.w(), Face::Small,
        card.detail_tone == Tone::Neutral ? theme::kDim : theme::tone(card.detail_tone),
        card.detail);
}

void draw_broker_card(Ui& ui, Canvas& c, const ClusterLayout& l, int column) {
  const BrokerCard& card = ui.models.cluster.brokers[static_cast<std::size_t>(column)];
  const Rect rect = l.column(column);
  draw_frame(c, rect, card);
  const BoxScope box(c, rect);
  const Rect inner = rect.shrunk(c.px(13), 0);
  draw_broker_header(ui, c, {inner.x0, rect.y0, inner.x1, rect.y0 + l.header_height}, card, false);
  const float top = rect.y0 + l.header_height;
  for (std::size_t i = 0; i < card.cells.size(); ++i) {
    const float y = top + static_cast<float>(i) * l.row_height;
    draw_row(ui, c, l, card, {inner.x0, y, inner.x1, y + l.row_height - c.px(6)}, i);
  }
  if (card.cells.empty()) {
    c.wrap(inner.x0, top + c.px(8), inner.w(), Face::Small, theme::kFaint,
           "No topics yet: this broker holds no log.");
  }
  draw_footer(c, {inner.x0, rect.y1 - l.footer_height, inner.x1, rect.y1}, card);
}

}  // namespace kscope::viewer
