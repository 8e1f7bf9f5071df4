// Many partitions: a table of bars. One row per partition, one bar per replica, names frozen at the
// left; only the rows on screen are drawn. A line above says how many are in trouble, and a switch
// hides the others.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "viewer/panels/broker_card.h"
#include "viewer/widgets/log_strip.h"

namespace kscope::viewer {

namespace {

bool in_trouble(const PartitionRow& row) { return row.under_replicated || row.leader < 0; }

std::vector<std::size_t> visible_rows(const Ui& ui) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < ui.models.cluster.rows.size(); ++i) {
    if (!ui.state.only_trouble || in_trouble(ui.models.cluster.rows[i])) rows.push_back(i);
  }
  return rows;
}

/// A long name loses its middle: "__cons…-12" and "__cons…-13" can be told apart.
std::string short_partition_name(const Canvas& c, const TopicPartition& partition, float room) {
  const std::string number = fmt::format("…-{}", partition.partition);
  std::string name = partition.str();
  for (std::size_t keep = partition.topic.size(); keep > 2; --keep) {
    if (c.width(Face::MonoSmall, name) <= room) break;
    name = partition.topic.substr(0, keep - 1) + number;
  }
  return name;
}

void draw_name(Canvas& c, const Rect& rect, const PartitionRow& row) {
  const bool bad = row.leader < 0 || row.below_min_isr;
  const Color ink = bad ? theme::kBad : row.under_replicated ? theme::kWarn : theme::kText;
  const std::string isr = fmt::format("{}/{}", row.isr.size(), row.replicas.size());
  const float y = rect.cy() - c.line_height(Face::MonoSmall) / 2;
  const float isr_w = c.width(Face::MonoSmall, isr);
  const float room = rect.w() - isr_w - c.px(14);
  c.fit(rect.x0, y, room, Face::MonoSmall, ink, short_partition_name(c, row.partition, room));
  c.text(rect.x1 - isr_w - c.px(6), y, Face::MonoSmall, in_trouble(row) ? ink : theme::kFaint, isr);
  c.hit(rect, Target::of_partition(row.partition));
  if (c.mouse_in(rect)) {
    c.tip(rect, fmt::format("{}: ISR {{{}}} of {{{}}}, leader {}, epoch {}", row.partition.str(),
                            join(row.isr), join(row.replicas),
                            row.leader < 0 ? std::string("none") : std::to_string(row.leader),
                            row.leader_epoch));
  }
}

void draw_cell(Canvas& c, const Rect& rect, const PartitionRow& row, const ReplicaCell& cell,
               const BrokerCard& card) {
  if (!cell.assigned && cell.replica == nullptr) return;
  const Target target = Target::replica(card.node, row.partition);
  const float mark = c.px(14);
  const float cy = rect.cy();
  if (cell.leads) c.star(rect.x0 + mark / 2, cy, c.px(5), theme::kLead);
  const bool out = cell.isr.tone == Tone::Bad;
  if (out && !cell.leads) c.cross(rect.x0 + mark / 2, cy, c.px(3.5f), theme::kBad);
  const float y = cy - c.line_height(Face::MonoSmall) / 2;
  if (cell.replica == nullptr) {
    c.fit(rect.x0 + mark + c.px(3), y, rect.w() - mark - c.px(3), Face::MonoSmall, theme::kBad,
          "offline");
  } else {
    const std::string leo = std::to_string(cell.replica->log_end);
    const float leo_w = c.width(Face::MonoSmall, leo);
    const bool number = leo_w < rect.w() - mark - c.px(20);
    const Rect area{rect.x0 + mark + c.px(3), cy - c.px(5),
                    rect.x1 - (number ? leo_w + c.px(6) : 0), cy + c.px(5)};
    log_bar(c, area, *cell.replica, row.longest_log_end, card.down);
    if (number)
      c.text(rect.x1 - leo_w, y, Face::MonoSmall, card.down ? theme::kFaint : theme::kDim, leo);
    if (c.mouse_in(rect)) {
      c.tip(rect, fmt::format("{} on {}: {}, {} · HW {} · LEO {}", row.partition.str(), card.title,
                              cell.role, cell.isr.text, cell.replica->high_watermark,
                              cell.replica->log_end));
    }
  }
  c.hit(rect, target);
  if (c.is_selected(target)) c.outline(rect, theme::kAccent, c.px(3));
}

void draw_rows(Ui& ui, const ClusterLayout& l, const Rect& table) {
  const std::vector<std::size_t> rows = visible_rows(ui);
  ScrollArea area(ui.draw, "partitions", table);
  Canvas c(ui.draw);
  area.content(table.w() - c.px(16), static_cast<float>(rows.size()) * l.row_height);
  const float clip_top = c.list()->GetClipRectMin().y, clip_bottom = c.list()->GetClipRectMax().y;
  const auto first = static_cast<std::size_t>(std::max(0.0f, (clip_top - area.y()) / l.row_height));
  for (std::size_t i = first; i < rows.size(); ++i) {
    const float y = area.y() + static_cast<float>(i) * l.row_height;
    if (y > clip_bottom) break;
    const PartitionRow& row = ui.models.cluster.rows[rows[i]];
    if (i % 2 == 1)
      c.fill(Rect::at(table.x0, y, table.w(), l.row_height), faded(theme::kCard, 0.5f));
    draw_name(c, Rect::at(table.x0 + c.px(4), y, l.name_width - c.px(8), l.row_height), row);
    for (int b = 0; b < static_cast<int>(ui.models.cluster.brokers.size()); ++b) {
      const BrokerCard& card = ui.models.cluster.brokers[static_cast<std::size_t>(b)];
      const Rect column = l.column(b);
      draw_cell(c, {column.x0 + c.px(6), y, column.x1 - c.px(8), y + l.row_height}, row,
                card.cells[rows[i]], card);
    }
  }
  if (rows.empty()) {
    c.text(table.x0 + c.px(4), area.y() + c.px(6), Face::Small, theme::kDim,
           ui.models.cluster.rows.empty() ? "No topics yet." : "No partition is in trouble.");
  }
}

}  // namespace

void draw_dense_brokers(Ui& ui, Canvas& c, const ClusterLayout& l) {
  const ClusterView& view = ui.models.cluster;
  for (int i = 0; i < static_cast<int>(view.brokers.size()); ++i) {
    const BrokerCard& card = view.brokers[static_cast<std::size_t>(i)];
    const Rect rect = l.column(i);
    c.fill(rect, theme::kPanel, c.px(6));
    if (card.down) {
      c.dashed_outline(rect, theme::kBad, c.px(6), c.px(1.5f));
    } else {
      c.outline(rect, card.paused ? theme::kWarn : theme::kBorder, c.px(6));
    }
    if (c.is_selected(Target::broker(card.node)))
      c.outline(rect.shrunk(-1), theme::kAccent, c.px(6), c.px(1.5f));
    const BoxScope box(c, rect);
    draw_broker_header(ui, c,
                       {rect.x0 + c.px(8), rect.y0, rect.x1 - c.px(6), rect.y0 + l.header_height},
                       card, l.column_width < c.px(170));
  }
  // The corner above the names: the whole cluster in one sentence, and the switch.
  const float corner_w = l.name_width - c.px(8);
  const bool trouble = view.under_replicated + view.offline > 0;
  c.fit(l.x, l.brokers.y0 + c.px(8), corner_w, Face::Small, trouble ? theme::kWarn : theme::kDim,
        trouble ? fmt::format("{} in trouble", view.under_replicated) : std::string("all healthy"));
  if (check_box(c, l.x, l.brokers.y0 + l.header_height - c.line_height(Face::Small) - c.px(2),
                "only those", ui.state.only_trouble)) {
    ui.state.only_trouble = !ui.state.only_trouble;
  }
  draw_rows(ui, l,
            {l.x, l.brokers.y0 + l.header_height, l.x + l.width + c.px(12),
             l.brokers.y1 - l.footer_height});
}

}  // namespace kscope::viewer
