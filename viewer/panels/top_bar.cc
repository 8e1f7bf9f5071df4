// The top bar: what this is, the controls of time, where in time we are.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

struct TransportButton {
  const char* label;
  const char* tip;
  void (*act)(Session&);
};

const TransportButton kBack[] = {
    {"Start", "To the very beginning (Home)", [](Session& s) { s.to_start(); }},
    {"Back", "Back by one event (Left arrow)", [](Session& s) { s.step_back(); }},
};
const TransportButton kForward[] = {
    {"Step", "To the next event (Right arrow)", [](Session& s) { s.step(); }},
    {"Big step", "To the next state change (Shift + Right arrow)",
     [](Session& s) { s.big_step(); }},
    {"End", "To the end of what is recorded (End)", [](Session& s) { s.to_end(); }},
};

float transport_button(Ui& ui, Canvas& c, float x, const Rect& bar, const TransportButton& b) {
  const Rect rect = Rect::at(x, bar.cy() - c.px(14), button_width(c, b.label), c.px(28));
  if (button(c, rect, b.label)) ui.do_later(b.act);
  c.tip(rect, b.tip);
  return rect.x1 + c.px(5);
}

constexpr const char* kLive = "live: time is the wall clock's";

float draw_transport(Ui& ui, Canvas& c, float x, const Rect& bar) {
  if (!ui.session.machine().can_travel()) {
    const Rect live = badge(c, x, bar.cy(), kLive, Tone::Good);
    c.tip(live, "Real clients are connected. To wind a session back, record it first");
    return live.x1;
  }
  for (const TransportButton& b : kBack) x = transport_button(ui, c, x, bar, b);
  const bool playing = ui.session.playing();
  const float width = std::max(button_width(c, "Play"), button_width(c, "Pause")) + c.px(8);
  const Rect play = Rect::at(x, bar.cy() - c.px(14), width, c.px(28));
  if (button(c, play, playing ? "Pause" : "Play", ButtonStyle::Primary)) {
    ui.do_later([](Session& s) { s.toggle_play(); });
  }
  c.tip(play, "Play or pause (Space)");
  x = play.x1 + c.px(5);
  for (const TransportButton& b : kForward) x = transport_button(ui, c, x, bar, b);
  return x;
}

float transport_width(const Ui& ui, const Canvas& c) {
  if (!ui.session.machine().can_travel()) return badge_width(c, kLive);
  float w = std::max(button_width(c, "Play"), button_width(c, "Pause")) + c.px(13);
  for (const TransportButton& b : kBack) w += button_width(c, b.label) + c.px(5);
  for (const TransportButton& b : kForward) w += button_width(c, b.label) + c.px(5);
  return w;
}

float draw_speed(Ui& ui, Canvas& c, float x, float room, const Rect& bar) {
  Session& session = ui.session;
  const float y = bar.cy() - c.line_height(Face::Small) / 2;
  const Rect label = c.text(x, y, Face::Small, theme::kDim, "speed");
  const float value_w = c.width(Face::Mono, "1/1000×");
  const float slider_w = std::clamp(room - label.w() - value_w - c.px(24), c.px(50), c.px(130));
  const Rect track = Rect::at(label.x1 + c.px(8), bar.cy() - c.px(12), slider_w, c.px(24));
  float position = static_cast<float>(position_of(session.speed()));
  if (slider(c, track, 1, &position)) {
    ui.do_later([position](Session& s) { s.set_speed(speed_at(position)); });
  }
  c.tip(track, "Virtual time per second of yours, 1/1000 to 100, on a logarithmic scale ([ and ])");
  const Rect value = c.text(track.x1 + c.px(8), bar.cy() - c.line_height(Face::Mono) / 2,
                            Face::Mono, theme::kText, speed_text(session.speed()));
  return std::max(value.x1, track.x1 + c.px(8) + value_w);
}

float draw_quiet(Ui& ui, Canvas& c, float x, float right, const Rect& bar) {
  constexpr const char* kLabel = "skip quiet time";
  const float need = c.width(Face::Small, kLabel) + c.px(22);
  if (x + need > right) return x;
  const float y = bar.cy() - c.line_height(Face::Small) / 2;
  const bool on = ui.session.skip_quiet();
  if (check_box(c, x, y, kLabel, on)) {
    ui.do_later([on](Session& s) { s.set_skip_quiet(!on); });
  }
  c.tip(Rect::at(x, y, need, c.px(16)), "While no frame is under way, time runs faster (Q)");
  return x + need;
}

/// The clock, the event's number, the seed; from the right, dropping what finds no room.
float draw_clock(Ui& ui, Canvas& c, float left, const Rect& bar) {
  const cluster::Snapshot& s = ui.session.snapshot();
  float right = bar.x1 - c.px(14);
  const Rect help = Rect::at(right - c.px(28), bar.cy() - c.px(14), c.px(28), c.px(28));
  if (button(c, help, "?", ButtonStyle::Plain, theme::kDim))
    ui.state.help_open = !ui.state.help_open;
  c.tip(help, "All keys (?)");
  right = help.x0 - c.px(10);
  const std::string time = "t = " + format_instant(s.now);
  const std::string event = "event " + group_digits(s.last_event.value());
  const std::string seed = fmt::format("seed {}", s.seed);
  const float time_w =
      std::max(c.width(Face::MonoBold, time), c.width(Face::MonoBold, "t = 0000.000 s"));
  const float event_w = std::max(c.width(Face::Mono, event), c.width(Face::Mono, "event 000 000"));
  const float seed_w = badge_width(c, seed);
  const float free = right - left;
  if (free > time_w + event_w + seed_w + c.px(60)) {
    right = badge_right(c, right, bar.cy(), seed, Tone::Neutral).x0 - c.px(14);
  }
  const bool with_event = free > time_w + event_w + c.px(40);
  float x = right - time_w - (with_event ? event_w + c.px(14) : 0);
  const float start = x;
  const bool past = ui.session.in_the_past();
  const Rect clock = c.text(x, bar.cy() - c.line_height(Face::MonoBold) / 2, Face::MonoBold,
                            past ? theme::kWarn : theme::kText, time);
  c.tip(clock, past ? "In the past: what comes is already recorded. Acting here forks."
                    : "Virtual time since the cluster was switched on");
  if (with_event) {
    x += time_w + c.px(14);
    c.text(x, bar.cy() - c.line_height(Face::Mono) / 2, Face::Mono, theme::kDim, event);
  }
  return start;
}

}  // namespace

void draw_top_bar(Ui& ui, const Rect& rect) {
  ui.draw.where = "top bar";
  Canvas c(ui.draw);
  c.fill(rect, theme::kPanel);
  c.line(rect.x0, rect.y1, rect.x1, rect.y1, theme::kBorder);
  const Rect name = c.text(rect.x0 + c.px(16), rect.cy() - c.line_height(Face::Title) / 2,
                           Face::Title, theme::kAccent, "kafkascope");
  const float transport_w = transport_width(ui, c);
  // The controls stand in the middle if there is room, and close up to the name if there is not.
  const float speed_w = c.px(40) + c.width(Face::Mono, "1/1000×") + c.px(60);
  const float clock_w = c.width(Face::MonoBold, "t = 0000.000 s") + c.px(60);
  const float title_room = rect.w() - name.x1 - transport_w - speed_w - clock_w - c.px(40);
  float x = name.x1 + c.px(16);
  if (title_room > c.px(60)) {
    const float room = std::min(title_room, c.px(230));
    c.fit(x, rect.cy() - c.line_height(Face::Body) / 2, room - c.px(10), Face::Body, theme::kText,
          ui.lab != nullptr && !ui.lab->title.empty() ? "Lab: " + ui.lab->title : ui.title);
    x += room;
  }
  x = draw_transport(ui, c, x, rect) + c.px(8);
  const float clock_x = draw_clock(ui, c, x + speed_w, rect);
  if (!ui.session.machine().can_travel()) return;
  x = draw_speed(ui, c, x, clock_x - x - c.px(16), rect);
  draw_quiet(ui, c, x + c.px(14), clock_x - c.px(10), rect);
}

namespace {

struct TabSpacing {
  float padding = 0, gap = 0;  ///< padding: of both sides of a label together
};

/// Roomy where there is room; with many tabs or large letters they move together.
TabSpacing tab_spacing(const Canvas& c, float room) {
  float words = 0;
  for (const Screen& screen : screens()) words += c.width(Face::Small, screen.name);
  const auto n = static_cast<float>(screens().size());
  const float spare = (room - words) / n;  // each tab's padding and gap together
  const float gap = std::clamp(spare * 0.2f, c.px(2), c.px(6));
  return {std::clamp(spare - gap, c.px(4), c.px(26)), gap};
}

}  // namespace

void draw_tabs(Ui& ui, const Rect& rect) {
  ui.draw.where = "tabs";
  Canvas c(ui.draw);
  const TabSpacing spacing = tab_spacing(c, rect.w() - c.px(22));
  float x = rect.x0 + c.px(16);
  for (const Screen& screen : screens()) {
    const Rect tab =
        Rect::at(x, rect.y0 + c.px(5), c.width(Face::Small, screen.name) + spacing.padding,
                 rect.h() - c.px(8));
    const bool on = ui.state.tab == screen.name;
    if (button(c, tab, screen.name, on ? ButtonStyle::Primary : ButtonStyle::Plain, theme::kDim))
      ui.state.tab = screen.name;
    x = tab.x1 + spacing.gap;
  }
  const std::string& summary = ui.models.cluster.summary;
  const float w = c.width(Face::Small, summary);
  if (x + w + c.px(30) < rect.x1) {
    const bool bad = ui.models.cluster.offline + ui.models.cluster.below_min_isr > 0;
    const Color ink = bad                                      ? theme::kBad
                      : ui.models.cluster.under_replicated > 0 ? theme::kWarn
                                                               : theme::kDim;
    c.text(rect.x1 - w - c.px(16), rect.cy() - c.line_height(Face::Small) / 2, Face::Small, ink,
           summary);
  }
}

}  // namespace kscope::viewer
