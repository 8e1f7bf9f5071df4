#include "engine/sim/network.h"

#include <algorithm>

#include "engine/base/check.h"

namespace kscope::sim {

using event::CloseReason;

Duration NetworkModel::draw_latency(NetworkContext& ctx, Link link) const {
  Duration latency = kLoopbackLatency;
  if (link.from != link.to) latency = ctx.latency.between(latency_min_, latency_max_);
  if (!extra_.empty()) {
    const auto it = extra_.find(link);
    if (it != extra_.end()) latency += it->second;
  }
  return latency;
}

Link NetworkModel::link_of(const Connection& c, int lane) const {
  return {c.ends[lane].node, c.ends[1 - lane].node};
}

/// A node may be connected to itself; then both ends have one node and the open opener end speaks
/// first. Responses on such a connection are told apart by the caller's FrameInfo (see send).
int NetworkModel::lane_from(const Connection& c, NodeId node) const {
  if (c.ends[0].node == node) return 0;
  return c.ends[1].node == node ? 1 : -1;
}

bool NetworkModel::stalls(const Connection& c, int lane) const {
  return !c.opens_at || (!cuts_.empty() && is_cut(link_of(c, lane)));
}

env::ConnectionInfo NetworkModel::info_for(const Connection& c, int end) const {
  return {c.id, c.ends[1 - end].node, c.listener, c.purpose, end == 0};
}

// ---- nodes ------------------------------------------------------------------------------------

ConnectionId NetworkModel::connect(NetworkContext ctx, NodeId from, NodeId to,
                                   env::Listener listener, env::ConnectionPurpose purpose) {
  const ConnectionId id(next_connection_++);
  Connection& c = connections_[id];
  c.id = id;
  c.ends[0].node = from;
  c.ends[1].node = to;
  c.listener = listener;
  c.purpose = purpose;
  c.asked_at = ctx.now;
  const EventSeq opened = ctx.events.emit(from, event::ConnectionOpened{id, to, listener, purpose});
  event::CauseScope because(ctx.events, opened);
  begin_handshake(ctx, c);
  if (c.opens_at && listening_.count(to) == 0) {
    c.dead = true;
    c.ends[1].open = false;
    end_lane(ctx, c, 1, {*c.opens_at, CloseReason::Refused, false, opened});
  }
  return id;
}

/// A round trip; stuck until healed (or until it times out) if either direction is cut.
void NetworkModel::begin_handshake(NetworkContext& ctx, Connection& c) {
  const Link there = link_of(c, 0), back = link_of(c, 1);
  if (is_cut(there) || is_cut(back)) {
    c.opens_at.reset();
    const Instant gives_up = std::max(ctx.now, c.asked_at + kConnectionSetupTimeout);
    c.lanes[1].ending = Ending{gives_up, CloseReason::TimedOut, true, ctx.events.cause()};
    ctx.schedule.closed(gives_up, c.id, c.ends[0].node);
    return;
  }
  c.lanes[1].ending.reset();
  c.opens_at = ctx.now + draw_latency(ctx, there);
  *c.opens_at += draw_latency(ctx, back);
}

FrameId NetworkModel::send(NetworkContext ctx, NodeId from, ConnectionId connection, Blob bytes,
                           const env::FrameInfo& info, Instant departs) {
  const auto it = connections_.find(connection);
  if (it == connections_.end()) return FrameId(0);
  Connection& c = it->second;
  int lane = lane_from(c, from);
  if (lane < 0) return FrameId(0);
  if (c.ends[0].node == c.ends[1].node && info.is_response) lane = 1;
  if (!c.ends[lane].open || (c.dead && c.opens_at && ctx.now >= *c.opens_at)) return FrameId(0);

  const Link link = link_of(c, lane);
  Frame frame;
  frame.id = FrameId(next_frame_++);
  frame.info = info;
  frame.sent_at = ctx.now;
  frame.departs = std::max(departs, c.opens_at.value_or(ctx.now));
  const Duration travel = c.outside ? Duration(0) : draw_latency(ctx, link);
  frame.arrives_at = std::max(frame.departs + travel, c.lanes[lane].last_arrival);
  spring_trap(frame, link);
  ctx.schedule.bytes_of(frame.id, bytes);
  event::FrameSent sent{frame.id,
                        connection,
                        link.to,
                        info.api,
                        info.version,
                        info.is_response,
                        info.correlation,
                        static_cast<std::int32_t>(bytes.size()),
                        frame.arrives_at - ctx.now};
  frame.sent_event = ctx.events.emit(from, sent);
  frame.bytes = std::move(bytes);
  c.lanes[lane].last_arrival = frame.arrives_at;
  const FrameId id = frame.id;
  ctx.schedule.arrive(frame.bursts_at.value_or(frame.arrives_at), connection, id, link.to);
  c.lanes[lane].frames.push_back(std::move(frame));
  return id;
}

void NetworkModel::spring_trap(Frame& frame, Link link) {
  if (traps_.empty()) return;
  const Trap wanted{frame.info.api, frame.info.is_response, link};
  const auto trap = std::find(traps_.begin(), traps_.end(), wanted);
  if (trap == traps_.end()) return;
  traps_.erase(trap);
  frame.bursts_at = frame.departs + (frame.arrives_at - frame.departs) / 2;
}

void NetworkModel::close(NetworkContext ctx, NodeId from, ConnectionId connection) {
  const auto it = connections_.find(connection);
  if (it == connections_.end()) return;
  Connection& c = it->second;
  int end = lane_from(c, from);
  if (end < 0) return;
  if (!c.ends[end].open && c.ends[1 - end].node == from) end = 1 - end;
  if (!c.ends[end].open) return;
  leave(ctx, c, end, CloseReason::ByPeer);
  forget_if_over(it);
}

/// This end's process lets go of the connection; the other end learns of it behind what is under
/// way.
void NetworkModel::leave(NetworkContext& ctx, Connection& c, int end, CloseReason reason) {
  c.ends[end].open = false;
  lose_frames(ctx, c, 1 - end, Instant::min());  // under way to us: nobody reads them any more
  c.lanes[1 - end].ending.reset();
  const bool never_opened = !c.opens_at || ctx.now < *c.opens_at;
  if (never_opened && end == 0) {
    lose_frames(ctx, c, 0, Instant::min());
    c.ends[1].open = false;
    return;
  }
  lose_frames(ctx, c, end, ctx.now);
  if (!c.ends[1 - end].open || c.lanes[end].ending) return;
  const Duration latency = c.outside ? Duration(0) : draw_latency(ctx, link_of(c, end));
  end_lane(ctx, c, end, {ctx.now + latency, reason, false, ctx.events.cause()});
}

void NetworkModel::end_lane(NetworkContext& ctx, Connection& c, int lane, const Ending& ending) {
  Lane& l = c.lanes[lane];
  l.ending = ending;
  if (!l.frames.empty()) l.ending->at = std::max(ending.at, l.frames.back().arrives_at);
  ctx.schedule.closed(l.ending->at, c.id, c.ends[1 - lane].node);
}

void NetworkModel::lose_frames(NetworkContext& ctx, Connection& c, int lane,
                               Instant departing_after) {
  auto& frames = c.lanes[lane].frames;
  const Link link = link_of(c, lane);
  auto keep = frames.begin();
  for (auto& frame : frames) {
    if (frame.departs > departing_after) {
      ctx.events.emit(NodeId(0), event::FrameLost{frame.id, link.from, link.to, frame.info.api,
                                                  frame.info.is_response});
    } else {
      if (&*keep != &frame) *keep = std::move(frame);
      ++keep;
    }
  }
  frames.erase(keep, frames.end());
  c.lanes[lane].last_arrival = frames.empty() ? Instant{} : frames.back().arrives_at;
}

/// RST: everything under way is lost and both sides learn of it now, cut or not.
void NetworkModel::kill(NetworkContext& ctx, Connection& c, CloseReason reason) {
  c.dead = true;
  c.opens_at = c.opens_at ? std::min(*c.opens_at, ctx.now) : ctx.now;
  for (int lane : {0, 1}) {
    lose_frames(ctx, c, lane, Instant::min());
    if (c.ends[1 - lane].open) end_lane(ctx, c, lane, {ctx.now, reason, true, ctx.events.cause()});
  }
}

// ---- the queue comes back ---------------------------------------------------------------------

std::optional<Delivery> NetworkModel::arrived(NetworkContext ctx, ConnectionId connection,
                                              FrameId frame) {
  const auto it = connections_.find(connection);
  if (it == connections_.end()) return std::nullopt;
  Connection& c = it->second;
  for (int lane : {0, 1}) {
    auto& frames = c.lanes[lane].frames;
    const auto at =
        std::find_if(frames.begin(), frames.end(), [&](const Frame& f) { return f.id == frame; });
    if (at == frames.end()) continue;
    if (at->bursts_at && *at->bursts_at <= ctx.now) {
      event::CauseScope because(ctx.events, at->sent_event);
      kill(ctx, c, CloseReason::Reset);
      forget_if_over(it);
      return std::nullopt;
    }
    if (at != frames.begin() || at->arrives_at > ctx.now) return std::nullopt;
    if (stalls(c, lane) || paused_.count(c.ends[1 - lane].node) > 0) return std::nullopt;
    auto delivery = hand_over(ctx, c, lane);
    forget_if_over(it);
    return delivery;
  }
  return std::nullopt;
}

/// Takes the first frame off the lane. Nobody gets it if the receiver has gone.
std::optional<Delivery> NetworkModel::hand_over(NetworkContext& ctx, Connection& c, int lane) {
  auto& frames = c.lanes[lane].frames;
  const Link link = link_of(c, lane);
  if (!c.ends[1 - lane].open) {
    event::CauseScope because(ctx.events, frames.front().sent_event);
    const Frame& f = frames.front();
    ctx.events.emit(NodeId(0),
                    event::FrameLost{f.id, link.from, link.to, f.info.api, f.info.is_response});
    frames.erase(frames.begin());
    return std::nullopt;
  }
  Frame frame = std::move(frames.front());
  frames.erase(frames.begin());
  event::CauseScope because(ctx.events, frame.sent_event);
  const EventSeq delivered = ctx.events.emit(
      link.to,
      event::FrameDelivered{frame.id, c.id, link.from, frame.info.api, frame.info.is_response});
  if (c.outside && lane == 1) {
    outbox_.push_back({c.id, std::move(frame.bytes), false});
    return std::nullopt;
  }
  return Delivery{link.to, info_for(c, 1 - lane), frame.id, std::move(frame.bytes), delivered};
}

std::optional<Closing> NetworkModel::closed(NetworkContext ctx, ConnectionId connection,
                                            NodeId side) {
  const auto it = connections_.find(connection);
  if (it == connections_.end()) return std::nullopt;
  Connection& c = it->second;
  for (int lane : {0, 1}) {
    const int end = 1 - lane;
    const auto ending = c.lanes[lane].ending;
    if (c.ends[end].node != side || !ending || ending->at > ctx.now) continue;
    if (!c.ends[end].open || (!ending->over_cuts && stalls(c, lane))) continue;
    if (paused_.count(side) > 0) continue;
    event::CauseScope because(ctx.events, ending->cause);
    lose_frames(ctx, c, end, Instant::min());  // sent by `side`, and nobody there to read them
    lose_frames(ctx, c, lane, Instant::min());
    const EventSeq seen =
        ctx.events.emit(side, event::ConnectionClosed{c.id, c.ends[lane].node, ending->reason});
    Closing closing{side, info_for(c, end), ending->reason, seen};
    c.ends[end].open = false;
    c.lanes[lane].ending.reset();
    if (!c.opens_at) c.ends[1 - end].open = false;  // a handshake that never was
    const bool outside = c.outside && end == 0;
    if (outside) outbox_.push_back({c.id, Blob(), true});
    forget_if_over(it);
    if (outside) return std::nullopt;
    return closing;
  }
  return std::nullopt;
}

void NetworkModel::forget_if_over(Connections::iterator it) {
  const Connection& c = it->second;
  if (c.ends[0].open || c.ends[1].open) return;
  if (!c.lanes[0].frames.empty() || !c.lanes[1].frames.empty()) return;
  connections_.erase(it);
}

// ---- readers ----------------------------------------------------------------------------------

bool NetworkModel::is_doomed(const Connection& c, int lane, const Frame& frame) const {
  return frame.bursts_at || c.dead || !c.ends[1 - lane].open || stalls(c, lane);
}

std::vector<cluster::FrameView> NetworkModel::frames() const {
  std::vector<cluster::FrameView> views;
  for (const auto& [id, c] : connections_) {
    for (int lane : {0, 1}) {
      for (const Frame& f : c.lanes[lane].frames) {
        cluster::FrameView v;
        v.id = f.id;
        v.connection = id;
        v.from = c.ends[lane].node.value();
        v.to = c.ends[1 - lane].node.value();
        v.api = f.info.api;
        v.version = f.info.version;
        v.correlation = f.info.correlation.value();
        v.is_response = f.info.is_response;
        v.bytes = static_cast<std::int32_t>(f.bytes.size());
        v.sent_at = f.sent_at;
        v.arrives_at = f.arrives_at;
        v.doomed = is_doomed(c, lane, f);
        v.sent_event = f.sent_event;
        views.push_back(std::move(v));
      }
    }
  }
  std::sort(views.begin(), views.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return views;
}

std::vector<cluster::LinkView> NetworkModel::links() const {
  std::map<Link, cluster::LinkView> views;
  for (const Link& link : cuts_) views[link].cut = true;
  for (const auto& [link, extra] : extra_) views[link].extra = extra;
  std::vector<cluster::LinkView> out;
  for (auto& [link, view] : views) {
    view.from = link.from.value();
    view.to = link.to.value();
    out.push_back(view);
  }
  return out;
}

Blob NetworkModel::frame_bytes(FrameId frame) const {
  for (const auto& [id, c] : connections_)
    for (const Lane& lane : c.lanes)
      for (const Frame& f : lane.frames)
        if (f.id == frame) return f.bytes;
  return {};
}

bool NetworkModel::is_outside(ConnectionId connection) const {
  const auto it = connections_.find(connection);
  return it != connections_.end() && it->second.outside;
}

std::optional<env::ConnectionInfo> NetworkModel::info(ConnectionId connection, NodeId side) const {
  const auto it = connections_.find(connection);
  if (it == connections_.end()) return std::nullopt;
  for (int end : {0, 1})
    if (it->second.ends[end].node == side && it->second.ends[end].open)
      return info_for(it->second, end);
  return std::nullopt;
}

}  // namespace kscope::sim
