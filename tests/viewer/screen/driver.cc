#include "tests/viewer/screen/driver.h"

#include <fmt/format.h>

#include "tests/catch.h"
#include "viewer/widgets/imgui_compat.h"

namespace kscope::viewer::testing {

Driver::Driver(std::unique_ptr<Machine> machine, Size size)
    : session_(std::move(machine)), gui_(session_) {
  gui_.resize(static_cast<float>(size.width), static_cast<float>(size.height));
  gui_.ui().draw.report.enable(true);
  compat::mouse_position(-100, -100);
}

void Driver::frames(int n, double seconds) {
  for (int i = 0; i < n; ++i) {
    gui_.prepare();
    gui_.frame(seconds);
  }
}

void Driver::move_to(const Rect& rect) {
  compat::mouse_position(rect.cx(), rect.cy());
  frames(2);
}

void Driver::click_button(const Rect& rect, int button) {
  move_to(rect);
  compat::mouse_button(button, true);
  frames(1);
  compat::mouse_button(button, false);
  frames(2);
}

void Driver::click(const Rect& rect) { click_button(rect, 0); }
void Driver::right_click(const Rect& rect) { click_button(rect, 1); }

void Driver::drag(const Rect& from, const Rect& to) {
  move_to(from);
  compat::mouse_button(0, true);
  frames(2);
  compat::mouse_position(to.cx(), to.cy());
  frames(2);
  compat::mouse_button(0, false);
  frames(2);
}

void check_clean(Driver& driver, const std::string& what) {
  for (const std::string& problem : driver.report().problems()) {
    FAIL_CHECK(fmt::format("{}: {}", what, problem));
  }
}

bool Driver::press(const std::string& label) {
  const Rect rect = ui().draw.find_button(label);
  if (rect.empty()) return false;
  click(rect);
  return true;
}

}  // namespace kscope::viewer::testing
