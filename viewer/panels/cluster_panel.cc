#include "viewer/panels/cluster_panel.h"

#include <algorithm>
#include <cmath>

#include "viewer/panels/broker_card.h"
#include "viewer/panels/panel.h"
#include "viewer/widgets/frame_lane.h"
#include "viewer/widgets/log_strip.h"

namespace kscope::viewer {

namespace {

constexpr float kQuorumHeight = 67;
constexpr float kHeaderHeight = 52;
constexpr float kFooterHeight = 46;
constexpr float kClientsHeight = 118;
constexpr float kFullColumn = 205;  // narrower columns cannot carry cells
constexpr float kDenseColumn = 76;
constexpr float kDenseRow = 24;
constexpr float kDenseNames = 106;
constexpr int kDenseRowsAtLeast = 5;
constexpr float kScrollBar = 12;

/// Hands out spare height: first to the lanes, then to the rows.
void share_height(const Canvas& c, ClusterLayout& l, float spare, int rows) {
  const float lane = lane_height(c);
  for (Rect* band : {&l.upper_band, &l.upper_band, &l.lower_band}) {
    if (spare < lane) break;
    band->y1 += lane;
    spare -= lane;
  }
  if (!l.dense && rows > 0) {
    const float most = l.row_height * 1.35f;
    const float grown = std::min(most, l.row_height + spare / static_cast<float>(rows));
    l.row_height = std::floor(grown);
  }
}

/// Turns heights (kept as y0 = 0 … y1 = height) into places, top to bottom.
void stack(ClusterLayout& l, const Rect& area, const Canvas& c) {
  float y = l.y;
  const auto place = [&](Rect& r, float space) {
    const float h = r.y1 - r.y0;
    r = Rect::at(l.x, y, l.width, h);
    y += h + space;
  };
  place(l.quorum, 0);
  place(l.upper_band, 0);
  place(l.brokers, 0);
  place(l.lower_band, 0);
  place(l.clients, 0);
  l.height = std::max(area.h(), y - l.y + c.px(10));
}

}  // namespace

float full_row_height(const Canvas& c) {
  return c.line_height(Face::MonoBold) + c.px(10) + strip_height(c, c.px(21)) + c.px(4);
}

ClusterLayout plan_cluster(const Canvas& c, const Rect& area, int columns, int rows) {
  ClusterLayout l;
  const float margin = c.px(16);
  l.gap = c.px(12);
  l.x = area.x0 + margin;
  l.y = area.y0;
  l.quorum.y1 = c.px(kQuorumHeight);
  l.clients.y1 = c.px(kClientsHeight);
  l.upper_band.y1 = l.lower_band.y1 = lane_height(c) * 2 + c.px(8);
  l.header_height = c.px(kHeaderHeight);
  l.footer_height = c.px(kFooterHeight);
  const int n = std::max(columns, 1);
  const float room = area.w() - 2 * margin;
  l.visible_width = room;
  const auto column_in = [&](float width) {
    return (width - l.gap * static_cast<float>(n - 1)) / static_cast<float>(n);
  };
  l.column_width = column_in(room);
  l.row_height = full_row_height(c);
  const float fixed = l.quorum.y1 + l.clients.y1 + l.upper_band.y1 + l.lower_band.y1 + c.px(10);
  const float full =
      l.header_height + l.footer_height + static_cast<float>(std::max(rows, 1)) * l.row_height;
  l.dense = l.column_width < c.px(kFullColumn) || fixed + full > area.h();
  if (l.dense) {
    l.name_width = c.px(kDenseNames);
    l.gap = c.px(6);
    l.column_width =
        std::max(c.px(kDenseColumn), column_in(room - l.name_width - c.px(kScrollBar)));
    l.row_height = c.px(kDenseRow);
    l.footer_height = c.px(8);
  }
  l.width =
      l.name_width + static_cast<float>(n) * l.column_width + static_cast<float>(n - 1) * l.gap;
  const float wanted =
      l.header_height + l.footer_height +
      static_cast<float>(l.dense ? std::max(rows, 1) : std::max(rows, 1)) * l.row_height;
  float brokers = wanted;
  if (l.dense) {
    // The table scrolls inside; it takes what is there, but never less than a few rows.
    const float least =
        l.header_height + l.footer_height +
        static_cast<float>(std::min(std::max(rows, 1), kDenseRowsAtLeast)) * l.row_height;
    brokers = std::max(least, std::min(wanted, area.h() - fixed));
  }
  share_height(c, l, area.h() - fixed - brokers, rows);
  if (!l.dense)
    brokers =
        l.header_height + l.footer_height + static_cast<float>(std::max(rows, 1)) * l.row_height;
  l.brokers.y1 = brokers;
  stack(l, area, c);
  return l;
}

void draw_cluster(Ui& ui, const Rect& rect) {
  const ClusterView& view = ui.models.cluster;
  ScrollArea area(ui.draw, "cluster", rect, true);
  Canvas c(ui.draw);
  ClusterLayout layout =
      plan_cluster(c, Rect::at(area.x(), area.y(), rect.w(), rect.h()),
                   static_cast<int>(view.brokers.size()), static_cast<int>(view.rows.size()));
  area.content(layout.width + c.px(32), layout.height - c.px(2));
  draw_quorum(ui, c, layout);
  if (layout.dense) {
    draw_dense_brokers(ui, c, layout);
  } else {
    for (int i = 0; i < static_cast<int>(view.brokers.size()); ++i)
      draw_broker_card(ui, c, layout, i);
  }
  draw_clients(ui, c, layout);
  draw_frames(ui, c, layout);
}

}  // namespace kscope::viewer
