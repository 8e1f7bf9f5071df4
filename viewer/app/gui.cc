#include "viewer/app/gui.h"

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "viewer/app/frame.h"
#include "viewer/app/sequence_picture.h"
#include "viewer/model/sequence_export.h"
#include "viewer/widgets/imgui_compat.h"

namespace kscope::viewer {

namespace {

constexpr float kDesignWidth = 1680, kDesignHeight = 1020;
constexpr float kSmallestText = 0.86f, kLargestText = 1.5f;
constexpr float kLeastZoom = 0.6f, kMostZoom = 2.0f;

void apply_style(float scale) {
  ImGuiStyle& style = ImGui::GetStyle();
  style.ScrollbarSize = std::round(9 * scale);
  style.ScrollbarRounding = 5 * scale;
  style.WindowBorderSize = 0;
  style.PopupBorderSize = 1;
  style.PopupRounding = 7 * scale;
  style.ItemSpacing = {0, 0};
  style.Colors[ImGuiCol_WindowBg] = ImGui::ColorConvertU32ToFloat4(theme::kBackground);
  style.Colors[ImGuiCol_PopupBg] = ImGui::ColorConvertU32ToFloat4(theme::kRaised);
  style.Colors[ImGuiCol_Border] = ImGui::ColorConvertU32ToFloat4(theme::kBorder);
  style.Colors[ImGuiCol_ScrollbarBg] = {0, 0, 0, 0};
  style.Colors[ImGuiCol_ScrollbarGrab] = ImGui::ColorConvertU32ToFloat4(theme::kBorder);
  style.Colors[ImGuiCol_ScrollbarGrabHovered] = ImGui::ColorConvertU32ToFloat4(theme::kFaint);
  style.Colors[ImGuiCol_ScrollbarGrabActive] = ImGui::ColorConvertU32ToFloat4(theme::kAccent);
}

}  // namespace

float auto_scale(float width, float height, float content_scale, float user_zoom) {
  const float fit =
      std::min(width / content_scale / kDesignWidth, height / content_scale / kDesignHeight);
  const float scale = content_scale * std::clamp(fit, kSmallestText, kLargestText) * user_zoom;
  return std::round(scale * 20) /
         20;  // in steps, so that dragging the window's edge rebuilds few fonts
}

Gui::Gui(Session& session) : context_(ImGui::CreateContext()), ui_(session) {
  ui_.seconds_now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  ui_.save_sequence = [this](const std::string& file) {
    const SequenceView& view = ui_.sequence.view();
    return write_sequence(view, ui_.title, file, [&](const std::string& png) {
      return write_sequence_png(view, ui_.session.index(), ui_.title, png);
    });
  };
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange;
}

Gui::~Gui() {
  ImGui::SetCurrentContext(context_);
  if (detach_) detach_();
  ImGui::DestroyContext(context_);
}

void Gui::resize(float width, float height, float content_scale) {
  width_ = std::max(width, 320.0f);
  height_ = std::max(height, 240.0f);
  content_scale_ = content_scale;
}

void Gui::prepare() {
  ImGui::SetCurrentContext(context_);
  const float scale = auto_scale(width_, height_, content_scale_, ui_.state.user_zoom);
  if (scale == ui_.draw.fonts.scale && ui_.draw.fonts.font(Face::Body) != nullptr) return;
  ui_.draw.fonts = load_fonts(scale);
  apply_style(scale);
  if (upload_fonts_) {
    upload_fonts_();
  } else {
    compat::build_fonts_without_backend();
  }
}

void Gui::frame(double seconds, const std::function<bool()>& hurry) {
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {width_, height_};
  io.DeltaTime = static_cast<float>(std::max(seconds, 1e-4));
  ui_.session.advance(seconds, hurry);
  refresh_models(ui_);
  ImGui::NewFrame();
  ui_.draw.begin_frame();
  draw_frame(ui_, width_, height_);
  ImGui::Render();
  carry_out();
}

void Gui::carry_out() {
  // Work may ask for more work (a lab step that selects something); it runs in the next frame.
  std::vector<std::function<void(Session&)>> work;
  work.swap(ui_.later);
  for (const auto& item : work) item(ui_.session);
}

namespace {

void crash_something(Ui& ui) {
  std::int32_t node = ui.session.selection().node;
  const cluster::Snapshot& s = ui.session.snapshot();
  if (s.node(node) == nullptr) {
    const cluster::PartitionView* p = s.partition(ui.state.focus_partition);
    node = p != nullptr ? p->leader : -1;
  }
  if (s.node(node) == nullptr) return;
  ui.do_later([node](Session& session) { (void)session.act("crash " + std::to_string(node)); });
}

void repair_everything(Ui& ui) {
  for (const Fault& fault : faults(ui.session.snapshot(), {})) {
    if (fault.label != "Repair") continue;
    for (const Action& action : fault.choices) ui.run(action);
  }
}

void escape(Ui& ui) {
  if (ui.state.help_open) {
    ui.state.help_open = false;
  } else if (ui.state.callout >= 0) {
    ui.state.callout = -1;
  } else {
    ui.do_later([](Session& s) { s.select({}); });
  }
}

void zoom_text(Ui& ui, float factor) {
  ui.state.user_zoom = std::clamp(ui.state.user_zoom * factor, kLeastZoom, kMostZoom);
}

}  // namespace

void Gui::key(Key key, bool control, bool shift) {
  Ui& ui = ui_;
  // Somebody is writing: letters and arrows belong to the field.
  if (!control && ImGui::GetIO().WantTextInput) return;
  switch (key) {
    case Key::Plus:
      if (control) zoom_text(ui, 1.1f);
      break;
    case Key::Minus:
      if (control) zoom_text(ui, 1 / 1.1f);
      break;
    case Key::Zero:
      if (control) ui.state.user_zoom = 1;
      break;
    case Key::Space:
      ui.do_later([](Session& s) { s.toggle_play(); });
      break;
    case Key::Right:
      ui.do_later([shift](Session& s) { shift ? s.big_step() : s.step(); });
      break;
    case Key::Left:
      ui.do_later([shift](Session& s) { shift ? s.big_step_back() : s.step_back(); });
      break;
    case Key::Home:
      ui.do_later([](Session& s) { s.to_start(); });
      break;
    case Key::End:
      ui.do_later([](Session& s) { s.to_end(); });
      break;
    case Key::BracketLeft:
      ui.do_later([](Session& s) { s.set_speed(next_speed(s.speed(), false)); });
      break;
    case Key::BracketRight:
      ui.do_later([](Session& s) { s.set_speed(next_speed(s.speed(), true)); });
      break;
    case Key::Backspace:
      ui.do_later([](Session& s) { s.select_previous(); });
      break;
    case Key::Question:
      ui.state.help_open = !ui.state.help_open;
      break;
    case Key::Escape:
      escape(ui);
      break;
    case Key::C:
      crash_something(ui);
      break;
    case Key::Q:
      ui.do_later([](Session& s) { s.set_skip_quiet(!s.skip_quiet()); });
      break;
    case Key::R:
      repair_everything(ui);
      break;
  }
}

}  // namespace kscope::viewer
