// The timeline: lanes painted with what mattered, flags for the dramas, a needle for now.
//
// Dragging seeks; the wheel zooms around the mouse; a double click shows everything again. What is
// recorded beyond the present stays visible, but pale: it is the future that acting would drop.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

struct Plan {
  Rect area;  ///< the lanes without their labels
  Rect flags, axis;
  float label_x = 0;
  float lane_h = 0;
};

float x_of(const Plan& p, const TimeWindow& w, std::int64_t us) {
  return p.area.x0 + static_cast<float>(std::clamp(w.position(us), 0.0, 1.0)) * p.area.w();
}

Color lane_color(const Lane& lane) {
  switch (lane.kind) {
    case LaneKind::Controllers:
      return theme::kGood;
    case LaneKind::Broker:
      return rgb(0x63b3ff);
    case LaneKind::Client:
      return theme::kProducer;
    case LaneKind::IndexEntries:
      return theme::kAccent;
    case LaneKind::Group:
      return theme::kLead;
    default:
      return theme::kDim;
  }
}

std::string stretch_text(const Lane& lane, const Stretch& s) {
  switch (lane.kind) {
    case LaneKind::Controllers:
      return fmt::format("epoch {}: C{}", s.epoch, s.node);
    case LaneKind::PartitionLeader:
      return s.node < 0 ? fmt::format("e{}: no leader", s.epoch)
                        : fmt::format("e{}: broker {}", s.epoch, s.node);
    case LaneKind::PartitionIsr:
      return s.isr.str();
    case LaneKind::Group:
      return fmt::format("rebalance, generation {}", s.epoch);
    default:
      if (s.kind == StretchKind::Idle) return "has no partition: waits for its share";
      return s.kind == StretchKind::Paused ? "paused" : s.crashed ? "down" : "stopped";
  }
}

Color stretch_color(const Lane& lane, const Stretch& s) {
  switch (lane.kind) {
    case LaneKind::Controllers:
      return mixed(theme::epoch(s.epoch), theme::kBackground, 0.35f);
    case LaneKind::PartitionLeader:
      return s.node < 0 ? faded(theme::kBad, 0.5f) : theme::epoch(s.epoch);
    case LaneKind::PartitionIsr:
      if (s.isr.size() == s.replicas.size()) return rgb(0x23775a);
      return s.isr.size() * 2 > s.replicas.size() ? rgb(0x8a6414) : rgb(0x8f3634);
    case LaneKind::Group:
      return faded(theme::kSpecial, 0.6f);
    default:
      if (s.kind == StretchKind::Idle) return faded(theme::kBad, 0.5f);
      return s.kind == StretchKind::Paused ? faded(theme::kWarn, 0.4f) : faded(theme::kBad, 0.4f);
  }
}

/// Partition lanes change their colour only when the leader or the set did.
bool same_look(const Lane& lane, const Stretch& a, const Stretch& b) {
  if (lane.kind == LaneKind::PartitionLeader) return a.node == b.node && a.epoch == b.epoch;
  return lane.kind == LaneKind::PartitionIsr && a.isr == b.isr;
}

void draw_stretches(Canvas& c, const Plan& p, const TimelineView& view, const Lane& lane,
                    const std::vector<Stretch>& list, float y, std::int64_t end_us) {
  const bool bold = lane.kind == LaneKind::PartitionLeader || lane.kind == LaneKind::PartitionIsr;
  const float inset = bold ? c.px(2) : c.px(3.5f);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Stretch& first = list[i];
    while (i + 1 < list.size() && same_look(lane, first, list[i + 1])) ++i;
    const std::int64_t until = list[i].until_us.value_or(end_us);
    if (until < view.window.from_us || first.from_us > view.window.to_us) continue;
    const float x0 = x_of(p, view.window, first.from_us);
    // A rebalance of milliseconds must be seen in a window of minutes.
    const float least = lane.kind == LaneKind::Group || first.kind == StretchKind::Idle ? 2.0f : 0;
    const Rect rect{x0, y + inset, std::max(x_of(p, view.window, until), x0 + c.px(least)),
                    y + p.lane_h - inset};
    const Color color = stretch_color(lane, first);
    c.fill(rect, color, c.px(2));
    const bool process = lane.kind == LaneKind::Broker || lane.kind == LaneKind::Client;
    if (process && first.kind != StretchKind::Idle)
      c.hatch(rect, faded(theme::kBad, 0.6f), c.px(6));
    const std::string text = stretch_text(lane, first);
    const bool fits = c.width(Face::MonoSmall, text) + c.px(8) <= rect.w() && bold &&
                      c.line_height(Face::MonoSmall) <= p.lane_h;
    if (fits) c.text_center(rect, Face::MonoSmall, theme::kText, text);
    c.hit(rect, Target::of_event(first.from));
    c.tip(rect, fmt::format("{} · from {}", text, format_instant(at_micros(first.from_us))));
  }
}

void draw_bins(Canvas& c, const Plan& p, const Lane& lane, float y, float now_x) {
  const Color color = lane_color(lane);
  const float mid = y + p.lane_h / 2, tall = p.lane_h * 0.34f, small = p.lane_h * 0.18f;
  const float step = p.area.w() / static_cast<float>(lane.bins->size());
  for (std::size_t i = 0; i < lane.bins->size(); ++i) {
    const Bin& bin = (*lane.bins)[i];
    if (bin.details == 0 && bin.changes == 0 && bin.drama == EventSeq()) continue;
    const float x = p.area.x0 + (static_cast<float>(i) + 0.5f) * step;
    const float alpha = x > now_x ? 0.3f : 1.0f;
    if (bin.changes > 0) {
      c.line(x, mid - tall, x, mid + tall, faded(color, alpha), 1.5f);
    } else if (bin.details > 0) {
      c.line(x, mid - small, x, mid + small, faded(color, 0.45f * alpha), 1.0f);
    }
  }
  for (std::size_t i = 0; i < lane.bins->size(); ++i) {
    const Bin& bin = (*lane.bins)[i];
    if (bin.drama == EventSeq()) continue;
    const float x = p.area.x0 + (static_cast<float>(i) + 0.5f) * step,
                r = std::min(c.px(4.5f), p.lane_h * 0.4f);
    const Target target = Target::of_event(bin.drama);
    c.diamond(x, mid, r + (c.is_selected(target) ? 2 : 0),
              faded(theme::kLead, x > now_x ? 0.4f : 1.0f));
    c.hit({x - r, mid - r, x + r, mid + r}, target);
  }
}

void draw_deed(Canvas& c, float x, float y, float r, SegmentDeed deed, float alpha) {
  switch (deed) {
    case SegmentDeed::Rolled:
      return c.diamond(x, y, r, faded(theme::kGood, alpha));
    case SegmentDeed::Deleted:
      return c.cross(x, y, r, faded(theme::kBad, alpha));
    case SegmentDeed::Cleaned:
      return c.star(x, y, r, faded(theme::kWarn, alpha));
    case SegmentDeed::Truncated:
      return c.cross(x, y, r, faded(theme::kLead, alpha));
    case SegmentDeed::Tiered:
      return c.triangle_up(x, y, r, faded(theme::kSpecial, alpha));
  }
}

/// Glyphs with their word, where it does not run into the next one.
void draw_deeds(Canvas& c, const Plan& p, const TimelineView& view, const Lane& lane, float y,
                float now_x) {
  const float mid = y + p.lane_h / 2, r = std::min(c.px(4.5f), p.lane_h * 0.38f);
  const auto& deeds = *lane.deeds;
  for (std::size_t i = 0; i < deeds.size(); ++i) {
    const SegmentMark& m = deeds[i];
    if (m.at_us < view.window.from_us || m.at_us > view.window.to_us) continue;
    const float x = x_of(p, view.window, m.at_us);
    const float alpha = x > now_x ? 0.4f : 1.0f;
    draw_deed(c, x, mid, r, m.deed, alpha);
    const Rect around{x - r, mid - r, x + r, mid + r};
    c.hit(around, Target::of_event(m.event));
    c.tip(around, fmt::format("{} at {}", to_string(m.deed), format_instant(at_micros(m.at_us))));
    // One word for several of the same kind in a row that lie close together.
    std::size_t next = i + 1;
    while (next < deeds.size() && deeds[next].deed == m.deed &&
           x_of(p, view.window, deeds[next].at_us) - x < c.px(3)) {
      ++next;
    }
    const std::string word =
        next - i > 1 ? fmt::format("{} {}x", to_string(m.deed), next - i) : to_string(m.deed);
    const float limit = next < deeds.size() ? x_of(p, view.window, deeds[next].at_us) : p.area.x1;
    const float end = x + r + c.px(3) + c.width(Face::MonoSmall, word) + c.px(8);
    const bool fits = end <= limit && c.line_height(Face::MonoSmall) <= p.lane_h;
    if (fits) {
      c.text(x + r + c.px(3), mid - c.line_height(Face::MonoSmall) / 2, Face::MonoSmall,
             faded(theme::kDim, alpha), word);
      i = next - 1;
    }
  }
}

struct PlacedFlag {
  const Flag* flag = nullptr;
  float x = 0;
  float label_end = 0;  ///< 0: no label
};

bool is_fault(const Flag& flag) {
  return flag.subject == event::Subject::Fault || flag.subject == event::Subject::Storage;
}

/// Gives labels to faults first, then to the others, where they do not run into each other.
std::vector<PlacedFlag> place_flags(const Canvas& c, const Plan& p, const TimelineView& view) {
  std::vector<PlacedFlag> placed;
  for (const Flag& flag : *view.flags) {
    if (flag.at_us < view.window.from_us || flag.at_us > view.window.to_us) continue;
    placed.push_back({&flag, x_of(p, view.window, flag.at_us), 0});
  }
  std::vector<std::pair<float, float>> taken;
  for (const bool faults : {true, false}) {
    for (PlacedFlag& f : placed) {
      if (is_fault(*f.flag) != faults) continue;
      const float from = f.x - c.px(4), to = f.x + c.width(Face::Small, f.flag->text) + c.px(20);
      const bool hidden = std::any_of(taken.begin(), taken.end(), [&](const auto& t) {
        return from < t.second && t.first < to;
      });
      if (hidden || to > p.flags.x1) continue;
      taken.emplace_back(from, to);
      f.label_end = to;
    }
  }
  return placed;
}

void draw_flags(Canvas& c, const Plan& p, const TimelineView& view) {
  const std::vector<PlacedFlag> placed = place_flags(c, p, view);
  const float mid = p.flags.cy();
  for (const PlacedFlag& f : placed) {
    const Color color = is_fault(*f.flag) ? theme::kBad : theme::kLead;
    c.line(f.x, p.flags.y1 - c.px(2), f.x, p.area.y1, faded(color, 0.18f));
    if (f.label_end == 0) continue;
    // A little flag on its pole.
    c.line(f.x, mid - c.px(5), f.x, p.flags.y1, color);
    c.list()->AddTriangleFilled({f.x, mid - c.px(6)}, {f.x + c.px(8), mid - c.px(2)},
                                {f.x, mid + c.px(2)}, color);
    const float x = f.x + c.px(11), top = mid - c.line_height(Face::Small) * 0.6f;
    const float right = x + c.width(Face::Small, f.flag->text);
    c.fill({x, top, right, top + c.line_height(Face::Small)}, theme::kPanel);  // over the needle
    const Rect text = c.text(x, top, Face::Small, color, f.flag->text);
    const Rect all{f.x, text.y0, text.x1, text.y1};
    c.hit(all, Target::of_event(f.flag->event));
    c.tip(all, fmt::format("{} at {}", f.flag->text, format_instant(at_micros(f.flag->at_us))));
  }
}

void draw_axis(Canvas& c, const Plan& p, const TimeWindow& w) {
  const std::int64_t step = axis_step(w, std::max(2, static_cast<int>(p.area.w() / c.px(110))));
  const std::int64_t first = (w.from_us + step - 1) / step * step;
  for (std::int64_t us = first; us <= w.to_us; us += step) {
    const float x = x_of(p, w, us);
    c.line(x, p.area.y0, x, p.axis.y0 + c.px(3), theme::kGrid);
    const double s = static_cast<double>(us) / 1e6;
    const std::string text = step >= 1'000'000 ? fmt::format("{:.0f} s", s)
                             : step >= 1000    ? fmt::format("{:.3f} s", s)
                                               : fmt::format("{:.6f} s", s);
    const float tw = c.width(Face::MonoSmall, text);
    const float left = std::clamp(x - tw / 2, p.area.x0, p.area.x1 - tw);
    if (std::abs(left - (x - tw / 2)) > tw / 2) continue;
    c.text(left, p.axis.y0 + c.px(3), Face::MonoSmall, theme::kFaint, text);
  }
}

/// Once in the panel and once in the lanes, which are a window of their own above it.
void draw_needle(Canvas& c, const Plan& p, float x) {
  const float r = c.px(5), y = p.flags.y0 + c.px(2);
  c.line(x, y, x, p.area.y1, theme::kAccent, c.px(1.5f));
  c.list()->AddTriangleFilled({x - r, y}, {x + r, y}, {x, y + r * 1.5f}, theme::kAccent);
}

void react(Ui& ui, const Canvas& c, const Plan& p, const TimeWindow& window) {
  const Rect zone{p.area.x0, p.flags.y0, p.area.x1, p.axis.y1};
  const ImGuiIO& io = ImGui::GetIO();
  const float share = std::clamp((io.MousePos.x - p.area.x0) / p.area.w(), 0.0f, 1.0f);
  const Instant at = at_micros(window.from_us + static_cast<std::int64_t>(share * window.span()));
  UiState& state = ui.state;
  if (c.clicked(zone) && !ui.draw.hovered) {
    state.timeline_dragging = true;
    state.was_playing = ui.session.playing();
    ui.do_later([](Session& s) { s.pause(); });
  }
  if (state.timeline_dragging) {
    // Beyond the recorded end a drag does nothing: it seeks, it does not run.
    const Instant to = std::min(at, ui.session.machine().recorded_until());
    if (to != ui.session.machine().now()) ui.do_later([to](Session& s) { s.seek(to); });
    if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
      state.timeline_dragging = false;
      if (state.was_playing) ui.do_later([](Session& s) { s.play(); });
    }
  }
  if (c.mouse_in(zone) && io.MouseWheel != 0) {
    state.timeline_window = zoom(window, std::pow(0.8, io.MouseWheel), share);
  }
  if (c.mouse_in(zone) && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
    state.timeline_window.reset();
}

TimeWindow current_window(Ui& ui) {
  if (!ui.state.timeline_window) return whole_recording(ui.session.machine().recorded_until());
  TimeWindow& w = *ui.state.timeline_window;
  // A zoomed window follows the needle when it plays out at the right.
  const std::int64_t now = to_micros(ui.session.machine().now());
  if (ui.session.playing() && now > w.to_us) {
    const std::int64_t span = w.to_us - w.from_us;
    w = {now - span / 4, now - span / 4 + span};
  }
  return w;
}

/// The partition whose story is painted: the one that was selected last, else the first. On the
/// screen of a group one that the group reads.
TopicPartition focus(Ui& ui) {
  const Target& selected = ui.session.selection();
  if (ui.state.tab == kLogScreen && ui.log.node() >= 0) {
    ui.state.focus_partition = ui.log.partition();
  } else if (!selected.partition.topic.empty())
    ui.state.focus_partition = selected.partition;
  const auto& rows = ui.models.cluster.rows;
  const bool known = std::any_of(rows.begin(), rows.end(), [&](const PartitionRow& row) {
    return row.partition == ui.state.focus_partition;
  });
  if (!known) ui.state.focus_partition = rows.empty() ? TopicPartition{} : rows.front().partition;
  const auto& read = ui.groups.picture().offsets;
  if (ui.state.tab != kGroupsScreen || read.empty()) return ui.state.focus_partition;
  const bool by_group = std::any_of(read.begin(), read.end(), [&](const OffsetRow& row) {
    return row.partition == ui.state.focus_partition;
  });
  return by_group ? ui.state.focus_partition : read.front().partition;
}

LogOfInterest log_of_interest(const Ui& ui) {
  if (ui.state.tab != kLogScreen) return {};
  return {ui.log.node(), ui.log.partition()};
}

Plan plan(const Canvas& c, const Rect& rect, float y, float labels, std::size_t lanes) {
  Plan p;
  p.label_x = rect.x0 + c.px(16);
  p.lane_h = std::max(c.px(15.5f), c.line_height(Face::MonoSmall) + c.px(2));
  p.area = {rect.x0 + labels, y, rect.x1 - c.px(20), y + static_cast<float>(lanes) * p.lane_h};
  return p;
}

/// A topic's long name loses its middle, never what tells its lanes apart: "__consum…-12 ISR".
std::string short_label(const Canvas& c, const Lane& lane, float room) {
  const bool topic = lane.kind == LaneKind::PartitionLeader || lane.kind == LaneKind::PartitionIsr;
  const std::size_t dash = lane.label.rfind('-');
  if (!topic || dash == std::string::npos) return lane.label;
  std::string label = lane.label;
  for (std::size_t keep = dash; keep > 3 && c.width(Face::Small, label) > room; --keep) {
    label = lane.label.substr(0, keep) + "…" + lane.label.substr(dash);
  }
  return label;
}

void draw_lanes(Ui& ui, Canvas& c, const Plan& p, const TimelineView& view, float now_x) {
  const std::int64_t end_us = to_micros(ui.session.machine().recorded_until());
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    const Lane& lane = view.lanes[i];
    const float y = p.area.y0 + static_cast<float>(i) * p.lane_h;
    c.line(p.area.x0, y + p.lane_h / 2, p.area.x1, y + p.lane_h / 2, theme::kGrid);
    const float label_w = p.area.x0 - p.label_x - c.px(10);
    const std::string label = short_label(c, lane, label_w);
    const float text_w = std::min(label_w, c.width(Face::Small, label));
    const float top = y + (p.lane_h - c.line_height(Face::Small)) / 2;
    c.fit(p.area.x0 - c.px(10) - text_w, top, text_w + 1, Face::Small, theme::kDim, label);
    if (label != lane.label) {
      c.tip({p.label_x, top, p.area.x0 - c.px(10), top + p.lane_h}, lane.label);
    }
    for (const auto* list : {lane.idle, lane.stretches}) {
      if (list != nullptr) draw_stretches(c, p, view, lane, *list, y, end_us);
    }
    if (lane.bins != nullptr) draw_bins(c, p, lane, y, now_x);
    if (lane.deeds != nullptr) draw_deeds(c, p, view, lane, y, now_x);
  }
  // What is recorded but lies ahead is paler.
  const float recorded_x = x_of(p, view.window, end_us);
  if (recorded_x > now_x + 1)
    c.fill({now_x, p.area.y0, recorded_x, p.area.y1}, faded(theme::kBackground, 0.45f));
}

}  // namespace

void draw_timeline(Ui& ui, const Rect& rect) {
  ui.draw.where = "timeline";
  Canvas outer(ui.draw);
  outer.fill(rect, theme::kPanel);
  outer.line(rect.x0, rect.y0, rect.x1, rect.y0, theme::kBorder);
  const TopicPartition partition = focus(ui);
  const float labels = outer.px(132);
  const TimeWindow window = current_window(ui);
  const int bins = std::max(10, static_cast<int>((rect.w() - labels - outer.px(20)) / 2));
  const TimelineView& view =
      ui.models.timeline.build(ui.session.machine(), ui.session.index(), window, bins, partition,
                               log_of_interest(ui), ui.state.tab == kGroupsScreen);
  const float flag_h = outer.line_height(Face::Small) + outer.px(8);
  const float axis_h = outer.line_height(Face::MonoSmall) + outer.px(8);
  const Rect lanes{rect.x0, rect.y0 + flag_h, rect.x1, rect.y1 - axis_h};
  Plan fixed = plan(outer, rect, lanes.y0, labels, view.lanes.size());
  fixed.flags = {fixed.area.x0, rect.y0, fixed.area.x1, lanes.y0};
  fixed.axis = {fixed.area.x0, rect.y1 - axis_h, fixed.area.x1, rect.y1};
  fixed.area.y1 = lanes.y1;
  const float now_x = x_of(fixed, window, to_micros(ui.session.machine().now()));
  const bool now_in_view = window.position(to_micros(ui.session.machine().now())) <= 1.0;
  draw_axis(outer, fixed, window);
  {
    ScrollArea area(ui.draw, "lanes", lanes);
    Canvas c(ui.draw);
    const Plan p = plan(c, rect, area.y(), labels, view.lanes.size());
    area.content(lanes.w() - c.px(20), p.area.h());
    draw_lanes(ui, c, p, view, now_x);
    if (now_in_view) draw_needle(c, fixed, now_x);
    react(ui, c, fixed, window);
  }
  if (now_in_view) draw_needle(outer, fixed, now_x);
  draw_flags(outer, fixed, view);
  react(ui, outer, fixed, window);
}

}  // namespace kscope::viewer
