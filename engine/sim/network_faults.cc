// The faults of NetworkModel: what people, scenarios and the random-fault test do to connections.
#include <algorithm>

#include "engine/sim/network.h"

namespace kscope::sim {

using event::CloseReason;

void NetworkModel::node_gone(NetworkContext ctx, NodeId node, CloseReason reason) {
  listening_.erase(node);
  paused_.erase(node);
  for (auto it = connections_.begin(); it != connections_.end();) {
    const auto here = it++;
    Connection& c = here->second;
    for (int end : {0, 1})
      if (c.ends[end].node == node && c.ends[end].open) leave(ctx, c, end, reason);
    forget_if_over(here);
  }
}

void NetworkModel::resume(NetworkContext ctx, NodeId node) {
  paused_.erase(node);
  struct Waiting {
    Instant since{};
    ConnectionId connection;
    std::optional<FrameId> frame;  // nothing: the end of the connection
  };
  std::vector<Waiting> waiting;
  for (const auto& [id, c] : connections_) {
    for (int lane : {0, 1}) {
      if (c.ends[1 - lane].node != node) continue;
      for (const Frame& f : c.lanes[lane].frames)
        if (f.arrives_at <= ctx.now) waiting.push_back({f.arrives_at, id, f.id});
      const auto& ending = c.lanes[lane].ending;
      if (ending && ending->at <= ctx.now) waiting.push_back({ending->at, id, std::nullopt});
    }
  }
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const Waiting& a, const Waiting& b) { return a.since < b.since; });
  for (const Waiting& w : waiting) {
    if (w.frame)
      ctx.schedule.arrive(ctx.now, w.connection, *w.frame, node);
    else
      ctx.schedule.closed(ctx.now, w.connection, node);
  }
}

void NetworkModel::cut(NetworkContext ctx, Link link) {
  if (!cuts_.insert(link).second) return;
  const EventSeq seq = ctx.events.emit(NodeId(0), event::LinkCut{link.from, link.to});
  event::CauseScope because(ctx.events, seq);
  stick_handshakes(ctx, link);
}

/// Handshakes that were under way over the link do not get through either.
void NetworkModel::stick_handshakes(NetworkContext& ctx, Link link) {
  for (auto& [id, c] : connections_) {
    if (!c.opens_at || *c.opens_at <= ctx.now || c.outside) continue;
    if (link_of(c, 0) != link && link_of(c, 1) != link) continue;
    c.dead = false;  // a refusal would not have got back
    c.ends[1].open = true;
    begin_handshake(ctx, c);
  }
}

void NetworkModel::heal(NetworkContext ctx, Link link) {
  if (cuts_.erase(link) == 0) return;
  const EventSeq seq = ctx.events.emit(NodeId(0), event::LinkHealed{link.from, link.to});
  event::CauseScope because(ctx.events, seq);
  for (auto& [id, c] : connections_) {
    const bool forth = link_of(c, 0) == link, back = link_of(c, 1) == link;
    if (!forth && !back) continue;
    if (!c.opens_at) {
      begin_handshake(ctx, c);
      if (!c.opens_at) continue;  // still cut the other way
      if (listening_.count(c.ends[1].node) == 0) {
        c.dead = true;
        c.ends[1].open = false;
        end_lane(ctx, c, 1, {*c.opens_at, CloseReason::Refused, false, seq});
        continue;
      }
      c.ends[1].open = true;  // whoever listens now, even if it has restarted since
      promise_again(ctx, c, 0, *c.opens_at + draw_latency(ctx, link_of(c, 0)));
      continue;
    }
    if (forth) promise_again(ctx, c, 0, ctx.now + draw_latency(ctx, link));
    if (back) promise_again(ctx, c, 1, ctx.now + draw_latency(ctx, link));
  }
}

void NetworkModel::heal_all(NetworkContext ctx) {
  const std::set<Link> cuts = cuts_;
  for (const Link& link : cuts) heal(ctx, link);
  const std::map<Link, Duration> slowed = extra_;
  for (const auto& [link, extra] : slowed) slow(ctx, link, Duration(0));
  traps_.clear();
}

/// New promises for what is on the lane: frames that are overdue (or due before `earliest` would
/// allow) move to it, those behind them never arrive before them.
void NetworkModel::promise_again(NetworkContext& ctx, Connection& c, int lane, Instant earliest) {
  Lane& l = c.lanes[lane];
  Instant previous = earliest;
  for (Frame& f : l.frames) {
    if (f.arrives_at < previous) {
      const Duration extra = previous - f.arrives_at;
      f.arrives_at = previous;
      event::CauseScope because(ctx.events, f.sent_event);
      ctx.events.emit(NodeId(0), event::FrameDelayed{f.id, extra});
    }
    previous = f.arrives_at;
    ctx.schedule.arrive(f.arrives_at, c.id, f.id, c.ends[1 - lane].node);
  }
  l.last_arrival = l.frames.empty() ? Instant{} : previous;
  if (!l.ending) return;
  l.ending->at = std::max(l.ending->at, previous);
  ctx.schedule.closed(l.ending->at, c.id, c.ends[1 - lane].node);
}

void NetworkModel::slow(NetworkContext ctx, Link link, Duration extra) {
  if (extra > Duration(0))
    extra_[link] = extra;
  else if (extra_.erase(link) == 0)
    return;
  ctx.events.emit(NodeId(0), event::LinkSlowed{link.from, link.to, extra});
}

void NetworkModel::reset(NetworkContext ctx, NodeId a, NodeId b) {
  for (auto it = connections_.begin(); it != connections_.end();) {
    const auto here = it++;
    const NodeId x = here->second.ends[0].node, y = here->second.ends[1].node;
    if ((x != a || y != b) && (x != b || y != a)) continue;
    kill(ctx, here->second, CloseReason::Reset);
    forget_if_over(here);
  }
}

std::pair<NetworkModel::Connection*, std::size_t> NetworkModel::find(FrameId frame, int* lane) {
  for (auto& [id, c] : connections_) {
    for (int l : {0, 1}) {
      const auto& frames = c.lanes[l].frames;
      for (std::size_t i = 0; i < frames.size(); ++i) {
        if (frames[i].id != frame) continue;
        *lane = l;
        return {&c, i};
      }
    }
  }
  return {nullptr, 0};
}

bool NetworkModel::lose(NetworkContext ctx, FrameId frame) {
  int lane = 0;
  const auto [c, index] = find(frame, &lane);
  if (c == nullptr) return false;
  kill(ctx, *c, CloseReason::Reset);
  forget_if_over(connections_.find(c->id));
  return true;
}

bool NetworkModel::delay(NetworkContext ctx, FrameId frame, Duration extra) {
  int lane = 0;
  const auto [c, index] = find(frame, &lane);
  if (c == nullptr) return false;
  Lane& l = c->lanes[lane];
  // One that a cut or a paused receiver holds up was due long ago: it waits from now on.
  Instant previous = std::max(l.frames[index].arrives_at, ctx.now) + extra;
  for (std::size_t i = index; i < l.frames.size(); ++i) {
    Frame& f = l.frames[i];
    if (f.arrives_at >= previous) break;
    ctx.events.emit(NodeId(0), event::FrameDelayed{f.id, previous - f.arrives_at});
    f.arrives_at = previous;
    ctx.schedule.arrive(f.arrives_at, c->id, f.id, c->ends[1 - lane].node);
  }
  l.last_arrival = l.frames.back().arrives_at;
  if (l.ending && l.ending->at < l.last_arrival) {
    l.ending->at = l.last_arrival;
    ctx.schedule.closed(l.ending->at, c->id, c->ends[1 - lane].node);
  }
  return true;
}

ConnectionId NetworkModel::open_from_outside(NetworkContext ctx, NodeId outside, NodeId to,
                                             env::Listener listener) {
  const ConnectionId id(next_connection_++);
  Connection& c = connections_[id];
  c.id = id;
  c.ends[0].node = outside;
  c.ends[1].node = to;
  c.listener = listener;
  c.purpose = env::ConnectionPurpose::Client;
  c.outside = true;
  c.asked_at = ctx.now;
  c.opens_at = ctx.now;
  const EventSeq opened = ctx.events.emit(
      outside, event::ConnectionOpened{id, to, listener, env::ConnectionPurpose::Client});
  if (listening_.count(to) == 0) {
    c.dead = true;
    c.ends[1].open = false;
    end_lane(ctx, c, 1, {ctx.now, CloseReason::Refused, false, opened});
  }
  return id;
}

}  // namespace kscope::sim
