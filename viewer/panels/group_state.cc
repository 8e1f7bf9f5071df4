// The left side of the screen "Groups": the group, its state machine, what runs out, what stands
// still, and the strategies that the run could be replayed with.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/group_panel.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer {

void draw_group_timer(Canvas& c, LogColumn& at, const GroupTimer& timer) {
  const float r = c.px(7), line = c.line_height(Face::Small);
  const float cy = at.y + line / 2;
  c.circle(at.x + r, cy, r, theme::kBorder, c.px(2.5f));
  c.arc(at.x + r, cy, r, timer.left, theme::kWarn, c.px(2.5f));
  const float x = at.x + 2 * r + c.px(8);
  const float room = at.x + at.w - x;
  const float value = c.width(Face::Small, timer.text);
  const float label = c.width(Face::Small, timer.label);
  if (label + value + c.px(10) <= room) {
    c.text(x, at.y, Face::Small, theme::kDim, timer.label);
    c.text_right(at.x + at.w, at.y, Face::Small, theme::kText, timer.text);
  } else {
    c.fit(x, at.y, room, Face::Small, theme::kDim, timer.label);
    at.y += line + c.px(2);
    c.fit(x, at.y, room, Face::Small, theme::kText, timer.text);
  }
  at.y += line + c.px(7);
}

void draw_group_buttons(Ui& ui, Canvas& c, LogColumn& at, const std::vector<Action>& actions) {
  const float h = c.px(25), gap = c.px(5);
  float x = at.x;
  for (const Action& action : actions) {
    const float w = std::min(button_width(c, action.label) - c.px(4), at.w);
    if (x > at.x && x + w > at.x + at.w) {
      x = at.x;
      at.y += h + gap;
    }
    const Rect rect = Rect::at(x, at.y, w, h);
    const Color ink = theme::tone(action.tone == Tone::Neutral ? Tone::Accent : action.tone);
    if (button(c, rect, action.label, ButtonStyle::Plain, ink, action.why_not.empty())) {
      ui.run(action);
    }
    c.tip(rect, action.why_not.empty() ? action.commands.front() : "Not now: " + action.why_not);
    x = rect.x1 + gap;
  }
  if (!actions.empty()) at.y += h + c.px(8);
}

namespace {

void draw_group_choice(Ui& ui, Canvas& c, LogColumn& at) {
  GroupDesk& desk = ui.groups;
  const auto& groups = desk.groups();
  if (groups.size() < 2) return;
  const float h = c.px(23), gap = c.px(5);
  float x = at.x;
  for (const std::string& id : groups) {
    const float w = std::min(button_width(c, id) - c.px(8), at.w);
    if (x > at.x && x + w > at.x + at.w) {
      x = at.x;
      at.y += h + gap;
    }
    const Rect rect = Rect::at(x, at.y, w, h);
    const bool on = id == desk.shown_group();
    if (button(c, rect, id, ButtonStyle::Plain, on ? theme::kAccent : theme::kDim)) {
      desk.choose_group(id);
    }
    if (on) c.outline(rect, theme::kAccent, c.px(5));
    x = rect.x1 + gap;
  }
  at.y += h + c.px(10);
}

void draw_group_head(Ui& ui, Canvas& c, LogColumn& at) {
  const GroupSummary& s = ui.groups.picture().summary;
  at.y += c.wrap(at.x, at.y, at.w, Face::Title, theme::kText, "Group " + s.id) + c.px(2);
  const float line = c.line_height(Face::Small);
  c.fit(at.x, at.y, at.w, Face::Small, theme::kDim, "coordinator: " + s.coordinator);
  at.y += line + c.px(3);
  if (!s.where.empty()) {
    c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kFaint, s.where);
    at.y += line + c.px(6);
  }
  badge(c, at.x, at.y + line / 2 + c.px(2), s.protocol, Tone::Special);
  at.y += line + c.px(14);
}

/// The present strategy is marked; choosing another one runs the whole thing again with it.
void draw_strategies(Ui& ui, Canvas& c, LogColumn& at) {
  GroupDesk& desk = ui.groups;
  const auto present = present_strategy(desk.picture().summary);
  c.heading(at.x, at.y, "ASSIGNOR");
  const std::string_view hint = "choose one to replay";
  if (c.width(Face::Small, "ASSIGNOR") + c.width(Face::Small, hint) + c.px(12) <= at.w) {
    c.text_right(at.x + at.w, at.y, Face::Small, theme::kFaint, hint);
  }
  at.y += c.line_height(Face::Small) + c.px(6);
  bool known = !present;
  for (const GroupStrategy& strategy : group_strategies()) {
    const bool on = present == strategy;
    known = known || on;
    float height = 0;
    const std::string label = strategy.label();
    const Rect row = Rect::at(at.x, at.y, at.w, c.line_height(Face::Small));
    if (radio(c, at.x, at.y, at.w, label, on, !on, on ? theme::kText : theme::kDim, &height)) {
      desk.replay_with(strategy);
    }
    c.tip(row, on ? "What the group has voted for"
                  : "Replay with " + label + ": same seed, same inputs, beside this run");
    at.y += height - c.px(2);
  }
  if (!known) {
    float height = 0;
    radio(c, at.x, at.y, at.w, present->label(), true, false, theme::kText, &height);
    at.y += height;
  }
  at.y += c.px(8);
}

/// A step against the reading order: around the right side of the boxes.
void draw_way_back(Canvas& c, const Rect& from, const Rect& to, float bulge, Color ink, bool last) {
  const float x = from.x1, y0 = from.cy() + c.px(3), y1 = to.cy() + c.px(3);
  const float out = x + bulge;
  c.list()->AddBezierCubic({x, y0}, {out, y0}, {out, y1}, {x + c.px(3), y1}, ink,
                           c.px(last ? 2.0f : 1.2f));
  c.arrow_head(x + c.px(1), y1, c.px(4), -1, ink);
}

void draw_steps(Canvas& c, const StateDiagram& diagram, const std::vector<Rect>& boxes) {
  int back = 0;
  for (const StateArrow& arrow : diagram.arrows) {
    const Rect& from = boxes[arrow.from];
    const Rect& to = boxes[arrow.to];
    const Color ink = arrow.last ? theme::kAccent : theme::kFaint;
    if (arrow.to == arrow.from + 1) {
      const float x = from.cx();
      c.line(x, from.y1, x, to.y0 - c.px(4), ink, c.px(arrow.last ? 2.0f : 1.2f));
      c.list()->AddTriangleFilled({x, to.y0}, {x - c.px(4), to.y0 - c.px(6)},
                                  {x + c.px(4), to.y0 - c.px(6)}, ink);
      c.tip({x - c.px(20), from.y1, x + c.px(20), to.y0}, arrow.when);
      continue;
    }
    const float span =
        static_cast<float>(arrow.from > arrow.to ? arrow.from - arrow.to : arrow.to - arrow.from);
    const float bulge = c.px(16 + 10 * (span - 1) + 3.0f * static_cast<float>(back++ % 2));
    draw_way_back(c, from, to, bulge, ink, arrow.last);
    c.tip({from.x1, std::min(from.cy(), to.cy()), from.x1 + bulge, std::max(from.cy(), to.cy())},
          arrow.when);
  }
}

void draw_states(Canvas& c, LogColumn& at, const GroupSummary& summary) {
  const StateDiagram& diagram = summary.states;
  c.heading(at.x, at.y, summary.coordinated ? "GROUP STATE" : "GROUP STATE, last known");
  at.y += c.line_height(Face::Small) + c.px(7);
  const float h = c.line_height(Face::Small) + c.px(9), gap = c.px(13);
  const float w = at.w - c.px(40);
  std::vector<Rect> boxes;
  for (std::size_t i = 0; i < diagram.boxes.size(); ++i) {
    boxes.push_back(Rect::at(at.x, at.y, w, h));
    at.y += h + (i + 1 < diagram.boxes.size() ? gap : 0);
  }
  draw_steps(c, diagram, boxes);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const StateBox& box = diagram.boxes[i];
    c.fill(boxes[i], box.now ? theme::kAccent : theme::kCard, c.px(6));
    c.outline(boxes[i], box.now ? theme::kAccent : theme::kBorder, c.px(6));
    const BoxScope scope(c, boxes[i]);
    const std::string_view name = event::to_string(box.state);
    const Color ink = box.now ? theme::kAccentInk : theme::kDim;
    const float room = boxes[i].w() - c.px(8);
    const Face face = box.now && c.width(Face::Bold, name) <= room ? Face::Bold : Face::Small;
    const float text = std::min(c.width(face, name), room);
    c.fit(boxes[i].cx() - text / 2, boxes[i].cy() - c.line_height(face) * 0.53f, text + 1, face,
          ink, name);
  }
  at.y += c.px(5);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kFaint, diagram.to_dead) + c.px(8);
}

void draw_stand_still(Ui& ui, Canvas& c, LogColumn& at) {
  const GroupSummary& s = ui.groups.picture().summary;
  const float line = c.line_height(Face::Small);
  if (!s.not_started.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, s.not_started) + c.px(8);
    return;
  }
  const bool bad = s.stopped > 0;
  c.heading(at.x, at.y, bad ? "NOT CONSUMING NOW" : "CONSUMING");
  at.y += line + c.px(4);
  const std::string text =
      bad ? fmt::format("{} of {}", s.stopped, count_of(s.partitions, "partition"))
          : fmt::format("{}{}", s.partitions == 1 ? "" : "all ",
                        count_of(s.partitions, "partition"));
  at.y += c.wrap(at.x, at.y, at.w, Face::Bold, bad ? theme::kBad : theme::kGood, text) + c.px(2);
  if (bad) at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, s.stopped_words);
  if (s.leaderless > 0) {
    at.y +=
        c.wrap(at.x, at.y, at.w, Face::Small, theme::kWarn,
               fmt::format("{} no leader that answers",
                           s.leaderless == 1 ? std::string("1 partition has")
                                             : fmt::format("{} partitions have", s.leaderless)));
  }
  at.y += c.px(9);
}

/// What is most worth comparing with: what stops least, or what stops most.
GroupStrategy suggestion(const GroupSummary& summary) {
  const bool gentle = summary.consumer_protocol || summary.assignor == "cooperative-sticky";
  return {gentle ? "range" : "cooperative-sticky", false};
}

void draw_replay_button(Ui& ui, Canvas& c, LogColumn& at) {
  GroupDesk& desk = ui.groups;
  const GroupStrategy other = suggestion(desk.picture().summary);
  const float h = c.px(27);
  const Rect rect = Rect::at(at.x, at.y, at.w, h);
  if (desk.working()) {
    const float done = desk.replay()->progress();
    bar(c, rect, done, theme::kSelection);
    const BoxScope scope(c, rect);
    c.text_center(rect, Face::Small, theme::kText, fmt::format("replaying: {:.0f} %", 100 * done));
  } else {
    const std::string whole = "Replay with " + other.name;
    const bool fits = c.width(Face::Small, whole) + c.px(8) <= at.w;
    if (button(c, rect, fits ? whole : "Replay: " + other.name, ButtonStyle::Primary)) {
      desk.replay_with(other);
    }
    c.tip(rect,
          "Runs the whole history again with " + other.name + " and puts the two side by side");
  }
  at.y += h + c.px(14);
}

/// KIP-848 has three epochs: the group's, its target's, and each member's own.
void draw_epoch_lines(Canvas& c, LogColumn& at, const GroupSummary& s) {
  constexpr std::size_t kMost = 6;
  c.heading(at.x, at.y, "EPOCHS");
  const float line = c.line_height(Face::Small) + c.px(4);
  at.y += line + c.px(2);
  for (const std::string& text : {s.generation, s.epochs}) {
    c.fit(at.x, at.y, at.w, Face::Small, theme::kText, text);
    at.y += line;
  }
  std::vector<EpochRow> rows = s.member_epochs;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const EpochRow& a, const EpochRow& b) { return a.behind > b.behind; });
  const std::size_t shown = rows.size() <= kMost + 1 ? rows.size() : kMost;
  for (std::size_t i = 0; i < shown; ++i) {
    const EpochRow& row = rows[i];
    const float side = c.line_height(Face::Small) - c.px(6);
    c.fill(Rect::at(at.x, at.y + c.px(4), side, side), member_ink(row.member.hue), c.px(2));
    const float x = at.x + side + c.px(7), room = at.x + at.w - x;
    const std::string text = fmt::format("{} at {}", row.member.name, row.epoch);
    const Color ink = row.behind ? theme::kWarn : theme::kDim;
    c.fit(x, at.y, room, Face::Small, theme::kText, text);
    const float used = c.width(Face::Small, text) + c.px(10);
    if (used + c.width(Face::Small, row.words) <= room) {
      c.text_right(at.x + at.w, at.y, Face::Small, ink, row.words);
    } else if (row.behind) {
      at.y += line - c.px(2);
      c.fit(x, at.y, room, Face::Small, ink, row.words);
    }
    at.y += line;
  }
  if (shown < rows.size()) {
    c.fit(at.x, at.y, at.w, Face::Small, theme::kFaint,
          fmt::format("and {} more: see the right side", rows.size() - shown));
    at.y += line;
  }
  at.y += c.px(6);
}

void draw_group_column(Ui& ui, Canvas& c, LogColumn& at) {
  const GroupPicture& p = ui.groups.picture();
  draw_group_choice(ui, c, at);
  draw_group_head(ui, c, at);
  draw_strategies(ui, c, at);
  draw_states(c, at, p.summary);
  if (p.summary.consumer_protocol) {
    draw_epoch_lines(c, at, p.summary);
  } else {
    c.fit(at.x, at.y, at.w, Face::Mono, theme::kText, p.summary.generation);
    at.y += c.line_height(Face::Mono) + c.px(6);
  }
  for (const GroupTimer& timer : p.summary.timers) draw_group_timer(c, at, timer);
  at.y += c.px(4);
  draw_stand_still(ui, c, at);
  draw_replay_button(ui, c, at);
  c.heading(at.x, at.y, "ACT");
  at.y += c.line_height(Face::Small) + c.px(6);
  draw_group_buttons(ui, c, at, p.actions);
}

}  // namespace

void draw_groups_left(Ui& ui, const Rect& rect) {
  GroupUi& state = ui.groups_ui;
  const bool lab = ui.lab != nullptr && !ui.lab->title.empty();
  const bool labs =
      ui.groups.shown_group().empty() || (state.choice_made ? state.labs_on_left : lab);
  Canvas outer(ui.draw);
  ui.draw.where = "left panel";
  outer.fill(rect, theme::kPanel);
  Rect rest = rect;
  rest.y0 += outer.px(40);
  const Rect pages{rect.x0 + outer.px(14), rect.y0 + outer.px(7), rect.x1 - outer.px(14),
                   rect.y0 + outer.px(33)};
  if (two_pages(outer, pages, "Group", "Labs", labs)) {
    state.labs_on_left = !labs;
    state.choice_made = true;
  }
  if (labs) {
    draw_lab_panel(ui, rest);
    return;
  }
  outer.line(rect.x1, rect.y0, rect.x1, rect.y1, theme::kBorder);
  ScrollArea area(ui.draw, "group", rest);
  Canvas c(ui.draw);
  const float pad = c.px(16);
  LogColumn at{area.x() + pad, area.y() + c.px(6), rest.w() - 2 * pad, 0, 0};
  draw_group_column(ui, c, at);
  area.content(rest.w() - c.px(20), at.y - area.y());
}

}  // namespace kscope::viewer
