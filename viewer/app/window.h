// The window: GLFW and OpenGL 3 around a Gui, visible or hidden.
//
// The only file that knows a graphics library. A screenshot is the same window, hidden, drawn into
// a frame buffer of exactly the size that was asked for.
//
// Called by: cli/view_command, tests/viewer. Read next: app/gui.h
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "viewer/app/gui.h"

namespace kscope::viewer {

struct WindowOptions {
  int width = 1680, height = 1020;
  bool visible = true;
  std::string title = "kafkascope";
};

class Window {
 public:
  /// Must outlive the Guis that it shows. Fails, with the reason in words, where there is no
  /// display or no OpenGL 3.
  static Result<std::unique_ptr<Window>> open(const WindowOptions& options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Shows the gui until the person closes the window. `each_frame` runs before every frame.
  void run(Gui& gui, const std::function<void()>& each_frame = {});
  /// Ends run() after the present frame.
  void close();
  /// Draws `frames` frames without letting time pass and writes the last one.
  Result<void> screenshot(Gui& gui, const std::string& file, int frames = 3);

 private:
  struct Impl;
  explicit Window(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kscope::viewer
