// Goal: the picture that a person gets really is drawn: a window, pixels, a PNG file.
// Method: a hidden window with OpenGL 3. Without any display these tests say so and check nothing.
#include "viewer/app/window.h"

#include <filesystem>
#include <fstream>

#include "tests/catch.h"
#include "tests/viewer/fake_machine.h"

namespace kscope::viewer {

namespace {

std::unique_ptr<Window> open_hidden(int width, int height) {
  WindowOptions options;
  options.width = width;
  options.height = height;
  options.visible = false;
  auto window = Window::open(options);
  if (!window.ok()) {
    WARN("skipped: " << window.error().message << " (install xvfb, or set DISPLAY)");
    return nullptr;
  }
  return std::move(*window);
}

/// Width and height from the header of a PNG file; zeros if it is none.
std::pair<int, int> png_size(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  unsigned char head[24] = {};
  in.read(reinterpret_cast<char*>(head), sizeof head);
  if (!in || head[1] != 'P' || head[2] != 'N' || head[3] != 'G') return {0, 0};
  const auto number = [&](int at) {
    return head[at] << 24 | head[at + 1] << 16 | head[at + 2] << 8 | head[at + 3];
  };
  return {number(16), number(20)};
}

}  // namespace

TEST_CASE("a screenshot has the size that was asked for, and is not empty") {
  for (const auto& [width, height] : {std::pair{1280, 800}, {1680, 1020}, {2560, 1440}}) {
    const auto window = open_hidden(width, height);
    if (!window) return;
    Session session(testing::failover_machine());
    Gui gui(session);
    const std::string file =
        (std::filesystem::temp_directory_path() / "kafkascope-test.png").string();
    REQUIRE(window->screenshot(gui, file).ok());
    CHECK(png_size(file) == std::pair{width, height});
    CHECK(std::filesystem::file_size(file) > 30'000);
    std::filesystem::remove(file);
  }
}

TEST_CASE("a screenshot that cannot be written is an error that names the file") {
  const auto window = open_hidden(1280, 800);
  if (!window) return;
  Session session(testing::election_machine());
  Gui gui(session);
  const Result<void> written = window->screenshot(gui, "/nonexistent/folder/picture.png");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().message.find("/nonexistent/folder/picture.png") != std::string::npos);
}

}  // namespace kscope::viewer
