// ImGui's interface moved between 1.86 (Debian 12) and today; the differences that we meet are
// here. Called by: app/*, widgets/canvas, tests/viewer.
#pragma once

#include <imgui.h>

namespace kscope::viewer::compat {

inline void mouse_position(float x, float y) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMousePosEvent(x, y);
#else
  ImGui::GetIO().MousePos = {x, y};
#endif
}

inline void mouse_button(int button, bool down) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMouseButtonEvent(button, down);
#else
  ImGui::GetIO().MouseDown[button] = down;
#endif
}

inline void mouse_wheel(float steps) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMouseWheelEvent(0, steps);
#else
  ImGui::GetIO().MouseWheel += steps;
#endif
}

/// End of what fits on a line of `width` pixels.
inline const char* wrap_position(const ImFont* font, float size, const char* begin, const char* end,
                                 float width) {
  auto* f = const_cast<ImFont*>(font);  // not const in older versions
#if IMGUI_VERSION_NUM >= 19200
  return f->CalcWordWrapPosition(size, begin, end, width);
#else
  return f->CalcWordWrapPositionA(size / f->FontSize, begin, end, width);
#endif
}

inline void push_font(ImFont* font, float size) {
#if IMGUI_VERSION_NUM >= 19200
  ImGui::PushFont(font, size);
#else
  (void)size;  // fonts have one size
  ImGui::PushFont(font);
#endif
}

/// Without a graphics back end somebody must still build the font atlas before a frame.
inline void build_fonts_without_backend() {
#if IMGUI_VERSION_NUM >= 19200
  ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
#else
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  ImGui::GetIO().Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
  ImGui::GetIO().Fonts->SetTexID(ImTextureID{});
#endif
}

/// The fonts' texture, four bytes a pixel, for who paints without a graphics card.
inline const unsigned char* font_pixels(int* width, int* height) {
#if IMGUI_VERSION_NUM >= 19200
  ImTextureData* texture = ImGui::GetIO().Fonts->TexData;
  *width = texture->Width;
  *height = texture->Height;
  return texture->GetPixels();
#else
  unsigned char* pixels = nullptr;
  ImGui::GetIO().Fonts->GetTexDataAsRGBA32(&pixels, width, height);
  return pixels;
#endif
}

}  // namespace kscope::viewer::compat
