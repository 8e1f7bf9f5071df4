// Fonts: a proportional and a monospaced face from the distribution's packages.
//
// Looks for Inter and JetBrains Mono, then DejaVu (fonts-dejavu-core is everywhere), then falls
// back to ImGui's built-in bitmap font with a one-line warning: readable, but without arrows.
//
// Called by: app/gui when it starts and when the scale changes. Read next: widgets/canvas.h
#pragma once

#include <imgui.h>

#include <array>
#include <string>

namespace kscope::viewer {

enum class Face { Small, Body, Bold, Title, Mono, MonoSmall, MonoBold, Count };

struct FontSet {
  std::array<ImFont*, static_cast<std::size_t>(Face::Count)> fonts{};
  std::array<float, static_cast<std::size_t>(Face::Count)> sizes{};
  float scale = 1;
  std::string warning;  ///< empty: good fonts were found
  ImFont* font(Face face) const { return fonts[static_cast<std::size_t>(face)]; }
  float size(Face face) const { return sizes[static_cast<std::size_t>(face)]; }
};

/// Fills the atlas of the current ImGui context; the caller uploads the texture.
FontSet load_fonts(float scale);

}  // namespace kscope::viewer
