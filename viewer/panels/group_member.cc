// The right side of the screen "Groups": the member that was clicked, or the inspector.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/group_panel.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

void draw_links(Canvas& c, LogColumn& at, std::initializer_list<const char*> links) {
  for (const char* link : links) {
    c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kAccent, link);
    const Rect rect = Rect::at(at.x, at.y, at.w, c.line_height(Face::MonoSmall));
    c.tip(rect, std::string("Click to copy the path ") + link);
    if (c.clicked(rect)) ImGui::SetClipboardText(link);
    at.y += c.line_height(Face::MonoSmall) + c.px(5);
  }
  at.y += c.px(6);
}

void draw_why(Canvas& c, LogColumn& at, const std::string& text) {
  at.y += c.wrap(at.x, at.y, at.w, Face::Bold, theme::kAccent, "Why it matters") + c.px(4);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kText, text) + c.px(8);
}

/// Name and value on a line; a value that is too long goes below its name.
void draw_member_facts(Canvas& c, LogColumn& at, const GroupMemberCard& card) {
  const float line = c.line_height(Face::MonoSmall) + c.px(6);
  for (const auto& [name, value] : card.facts) {
    const float name_w = c.width(Face::MonoSmall, name), value_w = c.width(Face::MonoSmall, value);
    if (name_w + value_w + c.px(12) <= at.w) {
      c.text(at.x, at.y, Face::MonoSmall, theme::kDim, name);
      c.text_right(at.x + at.w, at.y, Face::MonoSmall, theme::kText, value);
      at.y += line;
      continue;
    }
    c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kDim, name);
    at.y += c.line_height(Face::MonoSmall) + c.px(2);
    const float room = at.w - c.px(10);
    at.y += c.wrap(at.x + c.px(10), at.y, room, Face::MonoSmall, theme::kText, value, 3) + c.px(4);
  }
  at.y += c.px(6);
}

void draw_application_log(Canvas& c, LogColumn& at, const GroupMemberCard& card) {
  if (card.log.empty()) return;
  c.heading(at.x, at.y, "APPLICATION LOG");
  at.y += c.line_height(Face::Small) + c.px(6);
  const float line = c.line_height(Face::MonoSmall) + c.px(5);
  const float time_w = c.width(Face::MonoSmall, format_instant(card.log.back().at)) + c.px(8);
  for (const GroupLogLine& entry : card.log) {
    c.text(at.x, at.y, Face::MonoSmall, theme::kFaint, format_instant(entry.at));
    const float h =
        c.wrap(at.x + time_w, at.y, at.w - time_w, Face::MonoSmall, theme::kText, entry.text, 3);
    c.hit(Rect::at(at.x, at.y, at.w, h), Target::of_event(entry.event));
    at.y += std::max(h + c.px(1), line);
  }
  at.y += c.px(10);
}

/// Everybody who is in the group, or on the way into it.
void draw_member_list(Ui& ui, Canvas& c, LogColumn& at) {
  const auto& lines = ui.groups.picture().lines;
  const Rect head = c.heading(at.x, at.y, "MEMBERS");
  const std::string count = std::to_string(lines.size());
  c.text(head.x1 + c.px(8), at.y, Face::Small, theme::kFaint, count);
  const float line = c.line_height(Face::Small);
  at.y += line + c.px(7);
  if (lines.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, "Nobody is in the group.");
  }
  for (const MemberLine& member : lines) {
    const float h = line + c.px(6) + (member.state.empty() ? 0 : line + c.px(1));
    const Rect row = Rect::at(at.x - c.px(6), at.y, at.w + c.px(12), h);
    if (c.mouse_in(row)) c.fill(row, theme::kRaised, c.px(4));
    const Target target = Target::client(member.face.client);
    c.fill({at.x, at.y + c.px(5), at.x + c.px(9), at.y + line - c.px(1)},
           member_ink(member.face.hue), c.px(2));
    const float x = at.x + c.px(17), share = c.width(Face::Small, member.share);
    c.fit(x, at.y + c.px(2), at.w - c.px(27) - share, Face::Small, theme::kText, member.face.name);
    c.text_right(at.x + at.w, at.y + c.px(2), Face::Small,
                 member.silent ? theme::kBad : theme::kDim, member.share);
    if (!member.state.empty()) {
      c.fit(x, at.y + line + c.px(3), at.w - c.px(17), Face::Small,
            member.silent ? theme::kBad : theme::kFaint, member.state);
    }
    c.hit(row, target);
    at.y += h + c.px(1);
  }
  at.y += c.px(12);
}

void draw_card(Ui& ui, Canvas& c, LogColumn& at) {
  const GroupMemberCard& card = ui.groups.card();
  c.heading(at.x, at.y, "MEMBER");
  const char* const all = "All members";
  const float w = button_width(c, all) - c.px(8);
  if (button(c, Rect::at(at.x + at.w - w, at.y - c.px(3), w, c.px(23)), all)) {
    ui.do_later([&ui](Session& s) {
      s.select(Target{});
      ui.groups.choose_member(-1);
    });
  }
  at.y += c.line_height(Face::Small) + c.px(10);
  at.y += c.wrap(at.x, at.y, at.w, Face::Title, member_ink(card.face.hue), card.face.name);
  if (!card.id.empty()) {
    c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kFaint, card.id);
    at.y += c.line_height(Face::MonoSmall) + c.px(4);
  }
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, card.subtitle) + c.px(10);
  draw_group_buttons(ui, c, at, card.actions);
  for (const GroupTimer& timer : card.timers) draw_group_timer(c, at, timer);
  if (!card.timers.empty()) at.y += c.px(6);
  draw_member_facts(c, at, card);
  draw_application_log(c, at, card);
  if (!card.why.empty()) draw_why(c, at, card.why);
  const bool modern = ui.groups.picture().summary.consumer_protocol;
  draw_links(c, at,
             {modern ? "engine/coordinator/group/" : "engine/coordinator/group/classic_group.h",
              "docs/10-consumer-groups.md"});
}

}  // namespace

void draw_group_words(Ui& ui, Canvas& c, LogColumn& at) {
  const GroupSummary& s = ui.groups.picture().summary;
  if (!ui.groups.shown_group().empty()) draw_member_list(ui, c, at);
  at.y += c.wrap(at.x, at.y, at.w, Face::Title, theme::kAccent, "A consumer group") + c.px(4);
  at.y +=
      c.wrap(at.x, at.y, at.w, Face::Small, theme::kText,
             "The members of a group share the partitions of their topics: each partition is "
             "read by one of them. When somebody comes or goes, the shares are worked out anew: "
             "that is a rebalance.") +
      c.px(8);
  at.y +=
      c.wrap(at.x, at.y, at.w, Face::Small, theme::kText,
             s.consumer_protocol
                 ? "In the consumer protocol (KIP-848) the coordinator computes a target and "
                   "brings every member to it by heartbeats: give up first, then take. Nobody "
                   "waits for anybody who has nothing to give."
                 : "In the classic protocol everybody joins (JoinGroup), one member works out the "
                   "shares, and everybody fetches theirs (SyncGroup). The coordinator never looks "
                   "into the assignment.") +
      c.px(8);
  at.y +=
      c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim,
             "Click a member here, on its lane or in the tables to see what it believes. "
             "Right-click it for what can be done to it. Click a message to go to its moment.") +
      c.px(12);
  draw_links(c, at, {"engine/coordinator/group/", "docs/10-consumer-groups.md"});
}

void draw_groups_right(Ui& ui, const Rect& rect) {
  GroupUi& state = ui.groups_ui;
  // A click on a member brings its card, a click on anything else the inspector.
  const Target& selected = ui.session.selection();
  if (!(state.inspected == selected)) {
    state.inspected = selected;
    state.inspector_on_right = selected && selected.kind != TargetKind::Client;
  }
  Canvas outer(ui.draw);
  ui.draw.where = "member";
  outer.fill(rect, theme::kPanel);
  const Rect pages{rect.x0 + outer.px(14), rect.y0 + outer.px(7), rect.x1 - outer.px(14),
                   rect.y0 + outer.px(33)};
  if (two_pages(outer, pages, "Members", "Inspector", state.inspector_on_right)) {
    state.inspector_on_right = !state.inspector_on_right;
  }
  Rect rest = rect;
  rest.y0 += outer.px(40);
  if (state.inspector_on_right) {
    draw_inspector(ui, rest);
    return;
  }
  outer.line(rect.x0, rect.y0, rect.x0, rect.y1, theme::kBorder);
  ScrollArea area(ui.draw, "member", {rest.x0 + 1, rest.y0, rest.x1, rest.y1});
  Canvas c(ui.draw);
  const float pad = c.px(16);
  LogColumn at{area.x() + pad, area.y() + c.px(6), rest.w() - 2 * pad, 0, 0};
  if (ui.groups.member() >= 0) {
    draw_card(ui, c, at);
  } else {
    draw_group_words(ui, c, at);
  }
  area.content(rest.w() - c.px(20), at.y - area.y());
}

}  // namespace kscope::viewer
