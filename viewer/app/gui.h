// Gui: one ImGui context and the one function that draws a frame.
//
// Knows nothing of windows or graphics cards: it takes a size and a time step and leaves ImGui's
// draw lists behind. app/window puts it on a screen, tests and the bench run it with nothing
// attached, and a browser would call the same frame().
//
// Called by: app/window, tests/viewer. Read next: app/frame.h, panels/panel.h
#pragma once

#include <functional>
#include <string>

#include "viewer/panels/ui.h"

struct ImGuiContext;

namespace kscope::viewer {

/// Keys by meaning of their engraving; the window translates its own codes.
enum class Key {
  Space,
  Left,
  Right,
  Home,
  End,
  BracketLeft,
  BracketRight,
  Backspace,
  Escape,
  Question,
  Plus,
  Minus,
  Zero,
  C,
  Q,
  R,
};

class Gui {
 public:
  explicit Gui(Session& session);
  ~Gui();
  Gui(const Gui&) = delete;
  Gui& operator=(const Gui&) = delete;

  Ui& ui() { return ui_; }
  /// Called whenever the font atlas was rebuilt, to upload it. Empty: no graphics back end.
  void on_fonts_changed(std::function<void()> upload) { upload_fonts_ = std::move(upload); }
  /// Called before the ImGui context goes away: a back end must let go of it first.
  void on_close(std::function<void()> detach) { detach_ = std::move(detach); }
  /// Pixels of the window, and the screen's own scale (2 on a high-DPI screen).
  void resize(float width, float height, float content_scale = 1.0f);
  /// Loads fonts if the scale changed. Must run before the back end's NewFrame.
  void prepare();
  /// One frame: lets `seconds` pass, draws, carries out what the person wanted.
  /// REQUIRES prepare(), and ImGui's back ends have begun their frame.
  void frame(double seconds, const std::function<bool()>& hurry = {});
  void key(Key key, bool control, bool shift);
  float scale() const { return ui_.draw.fonts.scale; }

 private:
  void carry_out();

  ImGuiContext* context_;
  Ui ui_;
  float width_ = 1680, height_ = 1020, content_scale_ = 1;
  std::function<void()> upload_fonts_, detach_;
};

/// Scale of the whole interface for a window of this size: 1 at 1680 × 1020.
float auto_scale(float width, float height, float content_scale, float user_zoom);

}  // namespace kscope::viewer
