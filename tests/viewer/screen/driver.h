// Driver: the viewer without a window, with hands: moves the mouse, clicks, presses keys.
// Goal: tests that use the interface as a person does. Method: one Gui, frames on demand.
#pragma once

#include <memory>

#include "viewer/app/frame.h"
#include "viewer/app/gui.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer::testing {

struct Size {
  int width = 1680, height = 1020;
};

class Driver {
 public:
  Driver(std::unique_ptr<Machine> machine, Size size);
  Session& session() { return session_; }
  Ui& ui() { return gui_.ui(); }
  Gui& gui() { return gui_; }
  const LayoutReport& report() { return gui_.ui().draw.report; }
  /// Draws so many frames; `seconds` of the person's time pass in each.
  void frames(int n, double seconds = 0);
  void move_to(const Rect& rect);
  void click(const Rect& rect);
  void right_click(const Rect& rect);
  /// Presses at one place, releases at another.
  void drag(const Rect& from, const Rect& to);
  /// Clicks the button with this label; false if it is not on the screen.
  bool press(const std::string& label);

 private:
  void click_button(const Rect& rect, int button);
  Session session_;
  Gui gui_;
};

/// The sizes that everything must fit: a projector, a laptop, a large screen.
inline constexpr Size kSizes[] = {{1280, 800}, {1680, 1020}, {2560, 1440}};
/// Of the person: Ctrl + and Ctrl -.
inline constexpr float kZooms[] = {0.8f, 1.0f, 1.21f, 1.5f};

/// Fails for every label of the last frame that is cut or covered.
void check_clean(Driver& driver, const std::string& what);

}  // namespace kscope::viewer::testing
