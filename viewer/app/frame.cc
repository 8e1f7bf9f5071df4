#include "viewer/app/frame.h"

#include <algorithm>
#include <cmath>

#include "viewer/panels/panel.h"

namespace kscope::viewer {

Regions plan_regions(const Ui& ui, float width, float height) {
  Regions r;
  r.window = {0, 0, width, height};
  const float top = std::round(ui.px(48));
  const float left = std::round(std::min(ui.px(252), width * 0.19f));
  const float right = std::round(std::min(ui.px(344), width * 0.235f));
  // The lanes of a small cluster fit without scrolling; a large one scrolls.
  const float lanes = std::round(std::min(ui.px(178), height * 0.24f));
  const float tabs = std::round(ui.px(36));
  r.top = {0, 0, width, top};
  r.timeline = {0, height - lanes, width - right, height};
  r.left = {0, top, left, r.timeline.y0};
  r.tabs = {left, top, width - right, top + tabs};
  r.centre = {left, r.tabs.y1, width - right, r.timeline.y0};
  const float feed = std::round((height - top) * 0.32f);
  r.inspector = {width - right, top, width, height - feed};
  r.feed = {width - right, r.inspector.y1, width, height};
  return r;
}

namespace {

void begin_root(const Rect& window) {
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize({window.w(), window.h()});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::Begin("root", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                   ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
}

/// A region's drawing cannot leave it.
template <class Draw>
void in_region(const Rect& region, const Draw& draw) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->PushClipRect(region.min(), region.max(), true);
  draw();
  list->PopClipRect();
}

/// What the mouse did to the thing it points at.
void act_on_hovered(Ui& ui) {
  const Target target = ui.draw.hovered;
  if (!target || ui.state.help_open) return;
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ui.state.open_menu) {
    ui.do_later([target](Session& s) { s.select(target); });
  }
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
    ui.do_later([target](Session& s) { s.select(target); });
    ui.show_menu(name_of(target, ui.session.snapshot()),
                 actions_for(target, ui.session.snapshot()));
  }
}

void draw_screen(Ui& ui, const Rect& centre) {
  const Screen* screen = find_screen(ui.state.tab);
  if (screen == nullptr) screen = &screens().front();
  ui.draw.where = screen->name;
  screen->draw(ui, centre);
}

}  // namespace

void draw_frame(Ui& ui, float width, float height) {
  const Regions r = plan_regions(ui, width, height);
  ui.draw.selected = ui.session.selection();
  ui.draw.background_blocked = ui.state.help_open;
  begin_root(r.window);
  in_region(r.timeline, [&] { draw_timeline(ui, r.timeline); });
  in_region(r.top, [&] { draw_top_bar(ui, r.top); });
  in_region(r.tabs, [&] { draw_tabs(ui, r.tabs); });
  in_region(r.centre, [&] { draw_screen(ui, r.centre); });
  const Screen* screen = find_screen(ui.state.tab);
  const bool own_left = screen != nullptr && screen->left != nullptr;
  const bool own_right = screen != nullptr && screen->right != nullptr;
  in_region(r.left, [&] { own_left ? screen->left(ui, r.left) : draw_lab_panel(ui, r.left); });
  in_region(r.inspector, [&] {
    own_right ? screen->right(ui, r.inspector) : draw_inspector(ui, r.inspector);
  });
  in_region(r.feed, [&] { draw_feed(ui, r.feed); });
  act_on_hovered(ui);
  draw_callouts(ui, r.window, {r.centre, r.timeline, r.inspector});
  draw_menu(ui);
  ImGui::End();
  draw_notices(ui, r.centre);
  draw_help(ui, r.window);
  draw_tooltip(ui);
}

}  // namespace kscope::viewer
