#include "viewer/app/window.h"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "viewer/app/png.h"

namespace kscope::viewer {

struct Window::Impl {
  GLFWwindow* window = nullptr;
  Gui* gui = nullptr;  ///< whose context the back ends are attached to
};

namespace {

std::string& last_glfw_error() {
  static std::string text;
  return text;
}

struct KeyRow {
  int code;
  Key key;
};
constexpr KeyRow kKeyRows[] = {
    {GLFW_KEY_SPACE, Key::Space},       {GLFW_KEY_LEFT, Key::Left},
    {GLFW_KEY_RIGHT, Key::Right},       {GLFW_KEY_HOME, Key::Home},
    {GLFW_KEY_END, Key::End},           {GLFW_KEY_BACKSPACE, Key::Backspace},
    {GLFW_KEY_ESCAPE, Key::Escape},     {GLFW_KEY_KP_ADD, Key::Plus},
    {GLFW_KEY_KP_SUBTRACT, Key::Minus}, {GLFW_KEY_KP_0, Key::Zero},
};

Gui* gui_of(GLFWwindow* window) { return static_cast<Gui*>(glfwGetWindowUserPointer(window)); }

/// Keys without a sign on them, and those held with Ctrl.
void on_key(GLFWwindow* window, int code, int, int action, int mods) {
  Gui* gui = gui_of(window);
  if (gui == nullptr || action == GLFW_RELEASE) return;
  const bool control = (mods & (GLFW_MOD_CONTROL | GLFW_MOD_SUPER)) != 0,
             shift = (mods & GLFW_MOD_SHIFT) != 0;
  for (const KeyRow& row : kKeyRows) {
    if (row.code == code) gui->key(row.key, control, shift);
  }
  if (!control) return;
  if (code == GLFW_KEY_EQUAL) gui->key(Key::Plus, true, shift);
  if (code == GLFW_KEY_MINUS) gui->key(Key::Minus, true, shift);
  if (code == GLFW_KEY_0) gui->key(Key::Zero, true, shift);
}

/// Signs, wherever the person's keyboard has them.
void on_char(GLFWwindow* window, unsigned int sign) {
  Gui* gui = gui_of(window);
  if (gui == nullptr) return;
  switch (sign) {
    case '?':
      gui->key(Key::Question, false, false);
      break;
    case '[':
      gui->key(Key::BracketLeft, false, false);
      break;
    case ']':
      gui->key(Key::BracketRight, false, false);
      break;
    case 'c':
      gui->key(Key::C, false, false);
      break;
    case 'q':
      gui->key(Key::Q, false, false);
      break;
    case 'r':
      gui->key(Key::R, false, false);
      break;
    default:
      break;
  }
}

void upload_fonts() {
#if IMGUI_VERSION_NUM < 19200
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
#endif
}

void clear(int width, int height) {
  glViewport(0, 0, width, height);
  const ImVec4 c = ImGui::ColorConvertU32ToFloat4(theme::kBackground);
  glClearColor(c.x, c.y, c.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
}

}  // namespace

Window::Window(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Window>> Window::open(const WindowOptions& options) {
  glfwSetErrorCallback([](int, const char* text) { last_glfw_error() = text; });
  if (glfwInit() == GLFW_FALSE) return Error{ErrorKind::Io, "no display: " + last_glfw_error()};
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, options.visible ? GLFW_TRUE : GLFW_FALSE);
  auto impl = std::make_unique<Impl>();
  impl->window =
      glfwCreateWindow(options.width, options.height, options.title.c_str(), nullptr, nullptr);
  if (impl->window == nullptr) {
    glfwTerminate();
    return Error{ErrorKind::Io, "cannot open a window with OpenGL 3.2: " + last_glfw_error()};
  }
  glfwMakeContextCurrent(impl->window);
  glfwSwapInterval(options.visible ? 1 : 0);
  return std::unique_ptr<Window>(new Window(std::move(impl)));
}

Window::~Window() {
  glfwDestroyWindow(impl_->window);
  glfwTerminate();
}

namespace {

void attach(GLFWwindow* window, Gui& gui, Gui*& attached) {
  glfwSetWindowUserPointer(window, &gui);
  if (attached == &gui) return;
  KCHECK(attached == nullptr);  // one gui at a time
  attached = &gui;
  // Ours first: ImGui's back end chains to the callbacks that it finds.
  glfwSetKeyCallback(window, on_key);
  glfwSetCharCallback(window, on_char);
  ImGui_ImplGlfw_InitForOpenGL(window, true);
  ImGui_ImplOpenGL3_Init("#version 150");
  gui.on_fonts_changed(upload_fonts);
  gui.on_close([window, &attached] {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    glfwSetWindowUserPointer(window, nullptr);
    attached = nullptr;
  });
}

void draw_once(GLFWwindow* window, Gui& gui, double seconds, const std::function<bool()>& hurry) {
  int width = 0, height = 0;
  float sx = 1, sy = 1;
  glfwGetFramebufferSize(window, &width, &height);
  glfwGetWindowContentScale(window, &sx, &sy);
  gui.resize(static_cast<float>(width), static_cast<float>(height), std::max(1.0f, sx));
  gui.prepare();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  gui.frame(seconds, hurry);
  clear(width, height);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

}  // namespace

void Window::run(Gui& gui, const std::function<void()>& each_frame) {
  using Clock = std::chrono::steady_clock;
  attach(impl_->window, gui, impl_->gui);
  auto last = Clock::now();
  while (glfwWindowShouldClose(impl_->window) == GLFW_FALSE) {
    if (gui.ui().session.playing() || gui.ui().animating) {
      glfwPollEvents();
    } else {
      glfwWaitEventsTimeout(0.1);  // nothing moves: leave the processor to others
    }
    const auto now = Clock::now();
    const double seconds = std::min(0.1, std::chrono::duration<double>(now - last).count());
    last = now;
    if (each_frame) each_frame();
    const auto limit = now + std::chrono::milliseconds(10);
    draw_once(impl_->window, gui, seconds, [limit] { return Clock::now() >= limit; });
    glfwSwapBuffers(impl_->window);
  }
}

void Window::close() { glfwSetWindowShouldClose(impl_->window, GLFW_TRUE); }

Result<void> Window::screenshot(Gui& gui, const std::string& file, int frames) {
  attach(impl_->window, gui, impl_->gui);
  for (int i = 0; i < frames; ++i) {
    glfwPollEvents();
    draw_once(impl_->window, gui, 0, {});
  }
  int width = 0, height = 0;
  glfwGetFramebufferSize(impl_->window, &width, &height);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) *
                                   static_cast<std::size_t>(height) * 3);
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glFinish();
  glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
  return write_png(file, width, height, pixels);
}

}  // namespace kscope::viewer
