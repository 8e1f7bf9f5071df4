// What lies above the screen: context menu, tooltip, notices, the sheet of keys, the call-outs.
#include <algorithm>
#include <cfloat>
#include <cmath>

#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

enum Layer {
  kMenuLayer = 10,
  kTooltipLayer = 11,
  kNoticeLayer = 12,
  kHelpLayer = 13,
  kCalloutLayer = 14
};

float menu_width(const Canvas& c, const UiState& state) {
  float w = c.width(Face::Small, state.menu_title);
  for (const Action& action : state.menu) {
    float line = c.width(Face::Small, action.label);
    if (!action.why_not.empty()) line += c.px(16) + c.width(Face::Small, action.why_not);
    w = std::max(w, line);
  }
  return std::min(w + c.px(28), ImGui::GetIO().DisplaySize.x * 0.6f);
}

void draw_menu_item(Ui& ui, Canvas& c, const Rect& row, const Action& action) {
  const bool possible = action.why_not.empty();
  if (action.separator) c.line(row.x0 + c.px(6), row.y0, row.x1 - c.px(6), row.y0, theme::kBorder);
  if (possible && c.mouse_in(row)) c.fill(row.shrunk(c.px(3), 1), theme::kSelection, c.px(4));
  const float y = row.cy() - c.line_height(Face::Small) / 2;
  const Color ink = action.tone == Tone::Neutral ? theme::kText : theme::tone(action.tone);
  const float label_room = row.w() - c.px(24);
  const Rect label = c.fit(row.x0 + c.px(12), y, label_room, Face::Small,
                           possible ? ink : theme::kFaint, action.label);
  if (!possible)
    c.fit(label.x1 + c.px(16), y, row.x1 - label.x1 - c.px(24), Face::Small, theme::kFaint,
          action.why_not);
  if (c.context().report.enabled()) c.context().buttons.emplace_back(row, action.label);
  if (possible && c.clicked(row)) {
    ui.run(action);
    ImGui::CloseCurrentPopup();
  }
}

}  // namespace

void draw_menu(Ui& ui) {
  ui.draw.where = "menu";
  if (ui.state.open_menu) {
    ImGui::OpenPopup("menu");
    ui.state.open_menu = false;
  }
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  if (ImGui::BeginPopup("menu")) {
    const LayerScope layer(ui.draw, kMenuLayer);
    Canvas c(ui.draw);
    const float w = menu_width(c, ui.state), row = c.line_height(Face::Small) + c.px(11);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float head = c.line_height(Face::Small) + c.px(14);
    c.fit(at.x + c.px(12), at.y + c.px(8), w - c.px(24), Face::Small, theme::kDim,
          ui.state.menu_title);
    for (std::size_t i = 0; i < ui.state.menu.size(); ++i) {
      draw_menu_item(ui, c, Rect::at(at.x, at.y + head + static_cast<float>(i) * row, w, row),
                     ui.state.menu[i]);
    }
    ImGui::Dummy({w, head + static_cast<float>(ui.state.menu.size()) * row + c.px(6)});
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

namespace {

/// A window of fixed place above the others that takes no input and no focus.
bool begin_overlay(const char* id, const Rect& rect, bool input) {
  ImGui::SetNextWindowPos(rect.min());
  ImGui::SetNextWindowSize({rect.w(), rect.h()});
  ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                           ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBackground |
                           ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoFocusOnAppearing;
  if (!input) flags |= ImGuiWindowFlags_NoInputs;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  const bool open = ImGui::Begin(id, nullptr, flags);
  ImGui::PopStyleVar();
  return open;
}

void sheet(Canvas& c, const Rect& rect, Color border) {
  c.fill(rect, theme::kCard, c.px(8));
  c.outline(rect, border, c.px(8));
}

}  // namespace

void draw_tooltip(Ui& ui) {
  if (ui.draw.tooltip.empty() || ui.state.timeline_dragging) return;
  ui.draw.where = "tooltip";
  const LayerScope layer(ui.draw, kTooltipLayer);
  const std::string text = ui.draw.tooltip;
  const ImVec2 display = ImGui::GetIO().DisplaySize, mouse = ImGui::GetIO().MousePos;
  const ImFont* font = ui.draw.fonts.font(Face::Small);
  const float size = ui.draw.fonts.size(Face::Small);
  const float most = ui.px(340), pad = ui.px(10);
  const ImVec2 one = const_cast<ImFont*>(font)->CalcTextSizeA(size, FLT_MAX, 0, text.c_str());
  const float w = std::min(one.x + 1, most);
  const float h = std::max(1.0f, std::ceil(one.x / most * 1.12f)) * std::round(size * 1.28f);
  Rect rect = Rect::at(mouse.x + ui.px(14), mouse.y + ui.px(18), w + 2 * pad, h + 2 * pad);
  if (rect.x1 > display.x) rect = Rect::at(display.x - rect.w() - 4, rect.y0, rect.w(), rect.h());
  if (rect.y1 > display.y)
    rect = Rect::at(rect.x0, mouse.y - rect.h() - ui.px(10), rect.w(), rect.h());
  if (begin_overlay("tooltip", rect, false)) {
    Canvas c(ui.draw);
    sheet(c, rect, theme::kBorder);
    c.wrap(rect.x0 + pad, rect.y0 + pad, w, Face::Small, theme::kText, text);
  }
  ImGui::End();
}

void draw_notices(Ui& ui, const Rect& centre) {
  ui.draw.where = "notices";
  const LayerScope layer(ui.draw, kNoticeLayer);
  float bottom = centre.y1 - ui.px(10);
  int n = 0;
  for (const Notice& notice : ui.session.notices()) {
    const float w = std::min(centre.w() - ui.px(40), ui.px(620)), pad = ui.px(12);
    const float lines = std::ceil(static_cast<float>(notice.text.size()) *
                                  ui.draw.fonts.size(Face::Small) * 0.55f / (w - 2 * pad));
    const float h =
        std::max(1.0f, lines) * std::round(ui.draw.fonts.size(Face::Small) * 1.28f) + 2 * pad;
    const Rect rect = Rect::at(centre.cx() - w / 2, bottom - h, w, h);
    if (begin_overlay(n++ == 0 ? "notice 1" : "notice 2", rect, false)) {
      Canvas c(ui.draw);
      const Color color = notice.tone == NoticeTone::Bad       ? theme::kBad
                          : notice.tone == NoticeTone::Warning ? theme::kWarn
                                                               : theme::kAccent;
      sheet(c, rect, color);
      c.wrap(rect.x0 + pad, rect.y0 + pad, w - 2 * pad, Face::Small, theme::kText, notice.text);
    }
    ImGui::End();
    bottom = rect.y0 - ui.px(6);
  }
}

namespace {

struct KeyRow {
  const char* keys;
  const char* meaning;
};
const KeyRow kKeys[] = {{"Space", "play or pause"},
                        {"Right, Left", "one event forward, back"},
                        {"Shift + Right, Left", "to the next, previous state change"},
                        {"Home, End", "to the beginning, to the end of what is recorded"},
                        {"[ and ]", "slower, faster"},
                        {"Q", "skip quiet time on or off"},
                        {"C", "crash the selected broker, or the leader of the painted partition"},
                        {"R", "start every broker that is down, heal every link"},
                        {"Backspace", "select what was selected before"},
                        {"Ctrl +, Ctrl -, Ctrl 0", "larger, smaller, normal size"},
                        {"?", "this sheet"},
                        {"Esc", "close menus and sheets, select nothing"}};
const KeyRow kMouse[] = {{"click", "inspect"},
                         {"right click", "what can be done to it"},
                         {"drag on the timeline", "travel in time"},
                         {"wheel on the timeline", "zoom; double click shows everything"},
                         {"double click on an event", "go there"}};

float draw_key_rows(Canvas& c, float x, float y, float w, const KeyRow* rows, std::size_t n) {
  const float keys_w = w * 0.36f;
  for (std::size_t i = 0; i < n; ++i) {
    c.fit(x, y, keys_w - c.px(10), Face::MonoSmall, theme::kAccent, rows[i].keys);
    const float h = c.wrap(x + keys_w, y, w - keys_w, Face::Small, theme::kText, rows[i].meaning);
    y += std::max(h, c.line_height(Face::Small)) + c.px(5);
  }
  return y;
}

}  // namespace

void draw_help(Ui& ui, const Rect& window) {
  if (!ui.state.help_open) return;
  ui.draw.where = "help";
  const LayerScope layer(ui.draw, kHelpLayer);
  ImGui::SetNextWindowFocus();
  if (begin_overlay("help", window, true)) {
    Canvas c(ui.draw);
    c.fill(window, faded(theme::kBackground, 0.7f));
    const float w = std::min(window.w() - c.px(40), c.px(640)),
                h = std::min(window.h() - c.px(20), c.px(590));
    const Rect rect = Rect::at(window.cx() - w / 2, window.cy() - h / 2, w, h);
    sheet(c, rect, theme::kBorder);
    {
      ScrollArea area(ui.draw, "keys", rect.shrunk(c.px(6)));
      Canvas in(ui.draw);
      const float pad = in.px(20), inner = rect.w() - 2 * pad - in.px(12);
      float y = area.y() + in.px(14);
      const float x = area.x() + pad;
      in.text(x, y, Face::Title, theme::kText, "Keys and mouse");
      y += in.px(34);
      y = draw_key_rows(in, x, y, inner, kKeys, std::size(kKeys)) + in.px(10);
      y = draw_key_rows(in, x, y, inner, kMouse, std::size(kMouse));
      area.content(inner, y - area.y());
    }
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left) &&
        !rect.contains(ImGui::GetIO().MousePos.x, ImGui::GetIO().MousePos.y)) {
      ui.state.help_open = false;
    }
  }
  ImGui::End();
}

namespace {

struct Callout {
  const char* title;
  const char* text;
};
const Callout kCallouts[] = {
    {"This is a Kafka cluster, alive",
     "Three brokers, each with a controller above it. The cells are records: solid ones are "
     "committed, pale ones could "
     "still be lost. Pills between the rows are real Kafka frames on their way."},
    {"Time is yours",
     "Space plays and pauses, the arrow keys step. Drag the needle to go back. If you do something "
     "in the past, a new "
     "future begins there."},
    {"Ask and break",
     "Click on anything to see what it is, down to its bytes, and why it is so. Right-click it to "
     "crash, cut, drop or delay it."},
};

/// Beside its anchor, inside the window: right of it, left of it, above it or below it.
Rect place_callout(const Rect& anchor, const Rect& window, float w, float h, float gap) {
  Rect rect = Rect::at(anchor.x1 + gap, anchor.y0 + gap, w, h);
  if (rect.x1 > window.x1 - gap) rect = Rect::at(anchor.x0 - gap - w, rect.y0, w, h);
  if (rect.x0 < window.x0 + gap || rect.x1 > window.x1 - gap) {
    rect = Rect::at(anchor.cx() - w / 2,
                    anchor.y0 > window.cy() ? anchor.y0 - gap - h : anchor.y1 + gap, w, h);
  }
  const float x = std::clamp(rect.x0, window.x0 + gap, window.x1 - gap - w);
  const float y =
      std::clamp(rect.y0, window.y0 + gap, std::max(window.y0 + gap, window.y1 - gap - h));
  return Rect::at(x, y, w, h);
}

}  // namespace

void draw_callouts(Ui& ui, const Rect& window, const std::vector<Rect>& anchors) {
  const int n = ui.state.callout;
  if (n < 0 || n >= static_cast<int>(std::size(kCallouts)) || ui.state.help_open) return;
  ui.draw.where = "call-out";
  const LayerScope layer(ui.draw, kCalloutLayer);
  const Callout& callout = kCallouts[n];
  const Rect anchor = anchors[static_cast<std::size_t>(n)];
  const float w = std::min(ui.px(300), window.w() * 0.5f), pad = ui.px(16);
  if (begin_overlay("call-out frame", window, false)) {
    Canvas c(ui.draw);
    c.outline(anchor.shrunk(c.px(2)), theme::kAccent, c.px(8), c.px(2));
  }
  ImGui::End();
  // Measured with the fonts of the current window, whichever that is.
  Canvas measure(ui.draw);
  const float text_h = measure.wrapped_height(w - 2 * pad, Face::Small, callout.text);
  const float h =
      pad * 2 + measure.line_height(Face::Bold) + ui.px(10) + text_h + ui.px(12) + ui.px(28);
  const Rect rect = place_callout(anchor, window, w, h, ui.px(14));
  if (begin_overlay("call-out", rect, true)) {
    Canvas c(ui.draw);
    c.fill(rect, theme::kRaised, c.px(8));
    c.outline(rect, theme::kAccent, c.px(8), c.px(1.5f));
    const BoxScope box(c, rect);
    float y = rect.y0 + pad;
    c.fit(rect.x0 + pad, y, w - 2 * pad, Face::Bold, theme::kAccent, callout.title);
    y += c.line_height(Face::Bold) + c.px(10);
    y += c.wrap(rect.x0 + pad, y, w - 2 * pad, Face::Small, theme::kText, callout.text) + c.px(12);
    const bool last = n + 1 == static_cast<int>(std::size(kCallouts));
    const char* next = last ? "Got it" : "Next";
    const float next_w = button_width(c, next) + c.px(10);
    if (button(c, Rect::at(rect.x1 - pad - next_w, y, next_w, c.px(28)), next,
               ButtonStyle::Primary)) {
      ui.state.callout = last ? -1 : n + 1;
    }
    if (!last && button(c, Rect::at(rect.x0 + pad, y, button_width(c, "Skip"), c.px(28)), "Skip",
                        ButtonStyle::Quiet, theme::kDim)) {
      ui.state.callout = -1;
    }
    const std::string count = std::to_string(n + 1) + " of 3";
    c.text_right(rect.x1 - pad - next_w - c.px(12), y + c.px(14) - c.line_height(Face::Small) / 2,
                 Face::Small, theme::kFaint, count);
  }
  ImGui::End();
}

}  // namespace kscope::viewer
