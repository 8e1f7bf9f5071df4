// Which frames travel in which band, and between which two places.
#include <algorithm>
#include <cmath>

#include "viewer/panels/cluster_panel.h"
#include "viewer/widgets/frame_lane.h"

namespace kscope::viewer {

namespace {

/// Finds the places of nodes on the screen.
class Places {
 public:
  Places(const Ui& ui, const Canvas& c, const ClusterLayout& l) : ui_(ui), c_(c), l_(l) {}

  bool is_client(std::int32_t node) const { return ui_.session.snapshot().node(node) == nullptr; }

  LaneEnd broker(std::int32_t node, const Rect& band) const {
    const auto& brokers = ui_.models.cluster.brokers;
    for (std::size_t i = 0; i < brokers.size(); ++i) {
      if (brokers[i].node != node) continue;
      return {l_.column(static_cast<int>(i)).cx(), below(band) ? band.y1 : band.y0};
    }
    return {l_.x + l_.width / 2, band.y1};
  }
  LaneEnd controller(std::int32_t node) const {
    const auto& controllers = ui_.models.cluster.controllers;
    for (std::size_t i = 0; i < controllers.size(); ++i) {
      if (controllers[i].node != node) continue;
      return {controller_x(c_, l_, ui_.models.cluster, static_cast<int>(i)), l_.upper_band.y0};
    }
    return broker(node,
                  l_.upper_band);  // an observer has no circle: its raft client lives in the broker
  }
  LaneEnd client(std::int32_t node) const {
    return {client_x(c_, l_, ui_.models.cluster, node), l_.lower_band.y1};
  }

 private:
  bool below(const Rect& band) const { return band.y0 < l_.brokers.y0; }
  const Ui& ui_;
  const Canvas& c_;
  const ClusterLayout& l_;
};

/// Straight above each other there is no way to see: the ends move apart.
LaneFrame spread(const Canvas& c, LaneFrame lane) {
  const float least = c.px(110);
  const float way = lane.to.x - lane.from.x;
  if (std::abs(way) >= least) return lane;
  const float middle = (lane.from.x + lane.to.x) / 2, half = (way < 0 ? -least : least) / 2;
  lane.from.x = middle - half;
  lane.to.x = middle + half;
  return lane;
}

env::ConnectionPurpose purpose_of(const Ui& ui, const cluster::FrameView& frame) {
  if (const auto use = ui.session.index().connection(frame.connection)) return use->purpose;
  switch (family_of(frame.api)) {  // opened before the recording began
    case ApiFamily::Quorum:
      return env::ConnectionPurpose::RaftPeer;
    case ApiFamily::Control:
      return env::ConnectionPurpose::BrokerToController;
    default:
      return env::ConnectionPurpose::ReplicaFetcher;
  }
}

LaneFrame place_upper(const Ui& ui, const Places& places, const ClusterLayout& l,
                      const cluster::FrameView& f) {
  LaneFrame lane{&f, {}, {}};
  const env::ConnectionPurpose purpose = purpose_of(ui, f);
  const bool raft = purpose == env::ConnectionPurpose::RaftPeer;
  const bool to_controller = purpose == env::ConnectionPurpose::BrokerToController;
  const bool from_top = raft || (to_controller && f.is_response);
  const bool to_top = raft || (to_controller && !f.is_response);
  lane.from = from_top ? places.controller(f.from) : places.broker(f.from, l.upper_band);
  lane.to = to_top ? places.controller(f.to) : places.broker(f.to, l.upper_band);
  return lane;
}

}  // namespace

void draw_frames(Ui& ui, Canvas& c, const ClusterLayout& l) {
  const Places places(ui, c, l);
  std::vector<LaneFrame> upper, lower;
  for (const cluster::FrameView& f : ui.session.snapshot().frames) {
    if (places.is_client(f.from)) {
      lower.push_back(spread(c, {&f, places.client(f.from), places.broker(f.to, l.lower_band)}));
    } else if (places.is_client(f.to)) {
      lower.push_back(spread(c, {&f, places.broker(f.from, l.lower_band), places.client(f.to)}));
    } else {
      upper.push_back(spread(c, place_upper(ui, places, l, f)));
    }
  }
  const Instant now = ui.session.snapshot().now;
  frame_lanes(c, l.upper_band, upper, now, ui.state.upper_lanes);
  frame_lanes(c, l.lower_band, lower, now, ui.state.lower_lanes);
}

}  // namespace kscope::viewer
