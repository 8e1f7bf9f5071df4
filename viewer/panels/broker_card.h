// One broker's column. Called by: panels/cluster_panel.
#pragma once

#include "viewer/panels/cluster_panel.h"

namespace kscope::viewer {

/// The whole card with its partitions drawn in full.
void draw_broker_card(Ui& ui, Canvas& c, const ClusterLayout& layout, int column);
/// Title, badge, one line of detail, menu button.
void draw_broker_header(Ui& ui, Canvas& c, const Rect& rect, const BrokerCard& card, bool narrow);
/// The table of many partitions: names on the left, a bar per broker.
void draw_dense_brokers(Ui& ui, Canvas& c, const ClusterLayout& layout);

}  // namespace kscope::viewer
