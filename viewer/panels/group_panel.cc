#include "viewer/panels/group_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "viewer/model/group_actions.h"
#include "viewer/panels/panel.h"
#include "viewer/panels/sequence_panel.h"

namespace kscope::viewer {

Color member_ink(int hue) {
  static constexpr std::array<Color, 10> kHues{
      rgb(0x6ea8ff), rgb(0x2fd6c0), rgb(0xf27bb5), rgb(0xb08cff), rgb(0xd9c85f),
      rgb(0x8fd14f), rgb(0xff9b6a), rgb(0x9fb6c9), rgb(0x4fb8e8), rgb(0xd48cff)};
  if (hue < 0) return theme::kDim;
  return kHues[static_cast<std::size_t>(hue) % kHues.size()];
}

void choose_member(Ui& ui, const MemberFace& face) {
  if (face.client < 0) return;
  ui.do_later([target = Target::client(face.client)](Session& s) { s.select(target); });
}

namespace {

struct PageTab {
  GroupPage page;
  const char* label;
  const char* tip;
};
constexpr PageTab kPages[] = {
    {GroupPage::Assignment, "Assignment",
     "Who had what before the rebalance and has what after it"},
    {GroupPage::Unread, "Time unread", "In which stretches nobody read a partition"},
    {GroupPage::Offsets, "Offsets", "End, position, committed offset and lag of each partition"},
    {GroupPage::Records, "Records written", "What the coordinator wrote to __consumer_offsets"},
    {GroupPage::Replay, "Side by side", "The same run with another assignor, beside this one"}};

/// ◀ ▶ and "Latest", then which rebalance this is and what came of it.
float draw_walk(Ui& ui, Canvas& c, const Rect& rect) {
  GroupDesk& desk = ui.groups;
  const float h = c.px(25);
  float x = rect.x0;
  const auto one = [&](const char* label, const char* tip, bool enabled) {
    const Rect box = Rect::at(x, rect.y0, button_width(c, label) - c.px(6), h);
    x = box.x1 + c.px(4);
    c.tip(box, tip);
    return button(c, box, label, ButtonStyle::Plain, theme::kText, enabled);
  };
  const std::ptrdiff_t here = desk.rebalance();
  if (one("Earlier", "The rebalance before this one", here > 0)) desk.walk(-1);
  if (one("Later", "The next rebalance, if one is recorded", here + 1 < desk.rebalances()))
    desk.walk(+1);
  if (one("Latest", "Always the latest one", !desk.at_latest())) desk.to_latest();
  if (one("Now", "The last seconds: heartbeats, and what happened since the rebalance",
          !desk.is_live())) {
    desk.to_now();
  }
  x += c.px(10);
  const GroupPicture& p = desk.picture();
  const float line = c.line_height(Face::Small);
  const Rect title = c.fit(x, rect.y0 + (h - c.line_height(Face::Bold)) / 2, rect.x1 - x,
                           Face::Bold, p.ahead ? theme::kDim : theme::kText, p.title);
  const float room = rect.x1 - title.x1 - c.px(14);
  const bool beside = c.width(Face::Small, p.story) <= room;
  if (beside) {
    c.text(title.x1 + c.px(14), rect.y0 + (h - line) / 2, Face::Small, theme::kDim, p.story);
    return h + c.px(8);
  }
  c.fit(rect.x0, rect.y0 + h + c.px(3), rect.w(), Face::Small, theme::kDim, p.story);
  return h + line + c.px(10);
}

float draw_pages(Ui& ui, Canvas& c, const Rect& rect) {
  GroupDesk& desk = ui.groups;
  float x = rect.x0;
  const float h = c.px(25);
  for (const PageTab& tab : kPages) {
    if (tab.page == GroupPage::Replay && desk.replay() == nullptr && desk.replay_problem().empty())
      continue;
    const Rect box = Rect::at(x, rect.y0, button_width(c, tab.label) - c.px(6), h);
    const bool on = desk.page == tab.page;
    if (button(c, box, tab.label, on ? ButtonStyle::Primary : ButtonStyle::Plain, theme::kDim)) {
      desk.page = tab.page;
    }
    c.tip(box, tab.tip);
    x = box.x1 + c.px(5);
  }
  return h + c.px(8);
}

void draw_page(Ui& ui, const Rect& rect) {
  ScrollArea area(ui.draw, "group page", rect);
  Canvas c(ui.draw);
  LogColumn at{area.x(), area.y() + c.px(2), rect.w() - c.px(14), c.px(10), 0};
  switch (ui.groups.page) {
    case GroupPage::Assignment:
      draw_assignment(ui, c, at);
      break;
    case GroupPage::Unread:
      draw_unread(ui, c, at);
      break;
    case GroupPage::Offsets:
      draw_group_offsets(ui, c, at);
      break;
    case GroupPage::Records:
      draw_group_records(ui, c, at);
      break;
    case GroupPage::Replay:
      draw_group_replay(ui, c, at);
      break;
  }
  ui.groups_ui.page_height = at.y - area.y() + c.px(8);
  area.content(rect.w() - c.px(20), ui.groups_ui.page_height);
}

void draw_no_group(Ui& ui, const Rect& rect) {
  ScrollArea area(ui.draw, "no group", rect);
  Canvas c(ui.draw);
  const float pad = c.px(22);
  float y = area.y() + pad;
  const float w = std::min(rect.w() - 2 * pad, c.px(620));
  y += c.wrap(area.x() + pad, y, w, Face::Title, theme::kText, "No consumer group at this moment");
  y += c.px(6);
  y += c.wrap(area.x() + pad, y, w, Face::Body, theme::kDim,
              "A group comes into being with its first member: a consumer that names a group and "
              "subscribes to topics instead of taking partitions by hand.");
  y += c.px(16);
  const cluster::Snapshot& snapshot = ui.session.snapshot();
  std::string topic;
  for (const cluster::PartitionView& p : snapshot.metadata.partitions) {
    if (topic.empty() && !p.partition.topic.starts_with("__")) topic = p.partition.topic;
  }
  if (topic.empty()) {
    y += c.wrap(area.x() + pad, y, w, Face::Small, theme::kFaint,
                "There is no topic to read yet either. Let time run.");
  } else {
    for (const Action& add : first_group_actions(topic, ui.session.machine().cluster_config())) {
      const Rect box = Rect::at(area.x() + pad, y, button_width(c, add.label), c.px(28));
      const bool can = add.why_not.empty();
      const ButtonStyle style = can ? ButtonStyle::Primary : ButtonStyle::Plain;
      if (button(c, box, add.label, style, theme::kAccent, can)) ui.run(add);
      y = box.y1 + c.px(6);
      if (!can) {
        y += c.wrap(area.x() + pad, y, w, Face::Small, theme::kFaint, "Not now: " + add.why_not);
        continue;
      }
      for (const std::string& command : add.commands) {
        c.fit(area.x() + pad, y, w, Face::MonoSmall, theme::kFaint, command);
        y += c.line_height(Face::MonoSmall) + c.px(3);
      }
      y += c.px(10);
    }
  }
  area.content(rect.w() - c.px(20), y - area.y() + pad);
}

}  // namespace

void draw_groups(Ui& ui, const Rect& rect) {
  Canvas c(ui.draw);
  const float pad = c.px(14);
  if (ui.groups.shown_group().empty()) return draw_no_group(ui, rect);
  Rect rest{rect.x0 + pad, rect.y0 + c.px(8), rect.x1 - c.px(6), rect.y1};
  rest.y0 += draw_walk(ui, c, rest);
  // The talk has what the page leaves over: never more than it needs, never less than two fifths.
  const float need = sequence_head_height(c, &ui.groups.picture().sequence) +
                     sequence_height(c, ui.groups.picture().sequence) + c.px(14);
  const float room = rest.h() - c.px(42);
  const float talk =
      std::min(need, std::clamp(room - ui.groups_ui.page_height, room * 0.42f, room * 0.72f));
  draw_group_talk(ui, {rest.x0 - c.px(8), rest.y0, rest.x1, rest.y0 + talk});
  rest.y0 += talk + c.px(8);
  rest.y0 += draw_pages(ui, c, rest);
  draw_page(ui, rest);
}

}  // namespace kscope::viewer
