// The Cluster screen: quorum on top, brokers as columns, partitions as rows, clients below.
//
// Between the rows lie the bands in which frames travel: the upper one ties controllers and brokers
// together, the lower one brokers and clients. Few partitions are drawn in full (cells with
// offsets); many become a table of bars that scrolls. Which of the two is decided by the room that
// there is, so that a projector with large letters gets the table sooner.
//
// Called by: panels.cc. Read next: panels/broker_card.h
#pragma once

#include "viewer/panels/ui.h"

namespace kscope::viewer {

/// Where everything of the Cluster screen goes, in pixels of the content (before scrolling).
struct ClusterLayout {
  float x = 0, y = 0, width = 0, height = 0;  ///< the content
  float visible_width = 0;                    ///< of the screen, when the columns need more
  float gap = 0, name_width = 0;              ///< dense: the frozen column of partition names
  float column_width = 0;
  float row_height = 0, header_height = 0, footer_height = 0;
  bool dense = false;
  Rect quorum, upper_band, brokers, lower_band, clients;
  Rect column(int i) const {
    const float left = x + name_width + static_cast<float>(i) * (column_width + gap);
    return {left, brokers.y0, left + column_width, brokers.y1};
  }
};
ClusterLayout plan_cluster(const Canvas& c, const Rect& area, int columns, int rows);

/// Height of one partition's row when it is drawn in full.
float full_row_height(const Canvas& c);

void draw_quorum(Ui& ui, Canvas& c, const ClusterLayout& layout);
/// x of a controller's circle.
float controller_x(const Canvas& c, const ClusterLayout& layout, const ClusterView& view, int i);

void draw_clients(Ui& ui, Canvas& c, const ClusterLayout& layout);
/// x of the middle of a client's card; that of the "more" card if it has none.
float client_x(const Canvas& c, const ClusterLayout& layout, const ClusterView& view,
               std::int32_t id);

void draw_frames(Ui& ui, Canvas& c, const ClusterLayout& layout);

void draw_cluster(Ui& ui, const Rect& rect);

}  // namespace kscope::viewer
