#include "viewer/app/picture.h"

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "viewer/widgets/imgui_compat.h"

namespace kscope::viewer {

namespace {

/// More than this no program opens.
constexpr int kMostHeight = 16'000;

struct Colour {
  float r = 0, g = 0, b = 0, a = 0;
};

Colour unpack(ImU32 c) {
  constexpr float kWhole = 255.0f;
  return {static_cast<float>((c >> IM_COL32_R_SHIFT) & 0xff) / kWhole,
          static_cast<float>((c >> IM_COL32_G_SHIFT) & 0xff) / kWhole,
          static_cast<float>((c >> IM_COL32_B_SHIFT) & 0xff) / kWhole,
          static_cast<float>((c >> IM_COL32_A_SHIFT) & 0xff) / kWhole};
}

/// The glyphs: how opaque each pixel of the fonts' texture is.
struct Glyphs {
  const unsigned char* rgba = nullptr;
  int width = 0, height = 0;

  float at(int x, int y) const {
    x = std::clamp(x, 0, width - 1);
    y = std::clamp(y, 0, height - 1);
    return static_cast<float>(rgba[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                    static_cast<std::size_t>(x)) *
                                       4 +
                                   3]) /
           255.0f;
  }
  /// Between four neighbours, as a graphics card does it.
  float sample(float u, float v) const {
    const float x = u * static_cast<float>(width) - 0.5f, y = v * static_cast<float>(height) - 0.5f;
    const float x0 = std::floor(x), y0 = std::floor(y);
    const float fx = x - x0, fy = y - y0;
    const int ix = static_cast<int>(x0), iy = static_cast<int>(y0);
    const float top = at(ix, iy) * (1 - fx) + at(ix + 1, iy) * fx;
    const float low = at(ix, iy + 1) * (1 - fx) + at(ix + 1, iy + 1) * fx;
    return top * (1 - fy) + low * fy;
  }
};

class Paper {
 public:
  Paper(int width, int height, const Glyphs& glyphs) : glyphs_(glyphs) {
    picture_.width = width;
    picture_.height = height;
    picture_.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    const Colour ground = unpack(theme::kBackground);
    for (std::size_t i = 0; i < picture_.rgb.size(); i += 3) {
      picture_.rgb[i] = to_byte(ground.r);
      picture_.rgb[i + 1] = to_byte(ground.g);
      picture_.rgb[i + 2] = to_byte(ground.b);
    }
  }

  void triangle(const std::array<ImDrawVert, 3>& v, const ImVec4& clip) {
    const float area = cross(v[0].pos, v[1].pos, v[2].pos);
    if (area == 0) return;
    const auto [left, right] = std::minmax({v[0].pos.x, v[1].pos.x, v[2].pos.x});
    const auto [top, bottom] = std::minmax({v[0].pos.y, v[1].pos.y, v[2].pos.y});
    const int x0 = static_cast<int>(std::floor(std::max({left, clip.x, 0.0f})));
    const int y0 = static_cast<int>(std::floor(std::max({top, clip.y, 0.0f})));
    const int x1 =
        static_cast<int>(std::ceil(std::min({right, clip.z, static_cast<float>(picture_.width)})));
    const int y1 = static_cast<int>(
        std::ceil(std::min({bottom, clip.w, static_cast<float>(picture_.height)})));
    for (int y = y0; y < y1; ++y) {
      for (int x = x0; x < x1; ++x) pixel(x, y, v, area);
    }
  }

  Picture take() { return std::move(picture_); }

 private:
  static std::uint8_t to_byte(float share) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(share, 0.0f, 1.0f) * 255.0f));
  }
  static float cross(const ImVec2& a, const ImVec2& b, const ImVec2& p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
  }

  void pixel(int x, int y, const std::array<ImDrawVert, 3>& v, float area) {
    const ImVec2 p{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f};
    const float w0 = cross(v[1].pos, v[2].pos, p) / area, w1 = cross(v[2].pos, v[0].pos, p) / area;
    const float w2 = 1 - w0 - w1;
    // A pixel on the edge between two triangles belongs to one of them.
    if (w0 < 0 || w1 < 0 || w2 < 0) return;
    if ((w2 == 0 && area < 0) || (w0 == 0 && area < 0) || (w1 == 0 && area < 0)) return;
    const Colour c0 = unpack(v[0].col), c1 = unpack(v[1].col), c2 = unpack(v[2].col);
    const float glyph = glyphs_.sample(v[0].uv.x * w0 + v[1].uv.x * w1 + v[2].uv.x * w2,
                                       v[0].uv.y * w0 + v[1].uv.y * w1 + v[2].uv.y * w2);
    const float a = (c0.a * w0 + c1.a * w1 + c2.a * w2) * glyph;
    const auto row = static_cast<std::size_t>(picture_.height - 1 - y);
    const std::size_t at =
        (row * static_cast<std::size_t>(picture_.width) + static_cast<std::size_t>(x)) * 3;
    blend(at, c0.r * w0 + c1.r * w1 + c2.r * w2, a);
    blend(at + 1, c0.g * w0 + c1.g * w1 + c2.g * w2, a);
    blend(at + 2, c0.b * w0 + c1.b * w1 + c2.b * w2, a);
  }

  void blend(std::size_t at, float value, float a) {
    const float old = static_cast<float>(picture_.rgb[at]) / 255.0f;
    picture_.rgb[at] = to_byte(old * (1 - a) + value * a);
  }

  Glyphs glyphs_;
  Picture picture_;
};

void paint(Paper& paper, const ImDrawData& data) {
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
        std::array<ImDrawVert, 3> v;
        for (unsigned k = 0; k < 3; ++k) {
          const auto index = list.IdxBuffer[static_cast<int>(command.IdxOffset + i + k)];
          v[k] = list.VtxBuffer[static_cast<int>(command.VtxOffset + index)];
        }
        paper.triangle(v, command.ClipRect);
      }
    }
  }
}

/// One frame in a window that is nothing but the drawing.
float frame(DrawContext& context, float width, float height,
            const std::function<float(Canvas&, float)>& draw) {
  ImGui::GetIO().DisplaySize = {width, height};
  ImGui::GetIO().DeltaTime = 1.0f / 60;
  ImGui::NewFrame();
  context.begin_frame();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize({width, height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  ImGui::Begin("picture", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground);
  Canvas canvas(context);
  const float used = draw(canvas, width);
  ImGui::End();
  ImGui::PopStyleVar(2);
  ImGui::Render();
  return used;
}

}  // namespace

Picture draw_picture(int width, float scale, const std::function<float(Canvas&, float)>& draw) {
  ImGuiContext* before = ImGui::GetCurrentContext();
  ImGuiContext* own = ImGui::CreateContext();
  ImGui::SetCurrentContext(own);
  ImGui::GetIO().IniFilename = nullptr;
  compat::mouse_position(-100, -100);
  DrawContext context;
  context.fonts = load_fonts(scale);
  compat::build_fonts_without_backend();
  const float wide = static_cast<float>(width);
  const float used = frame(context, wide, 100, draw);
  const int wanted = static_cast<int>(std::ceil(used));
  const int height = std::clamp(wanted, 1, kMostHeight);
  (void)frame(context, wide, static_cast<float>(height), draw);
  Glyphs glyphs;
  glyphs.rgba = compat::font_pixels(&glyphs.width, &glyphs.height);
  Paper paper(width, height, glyphs);
  paint(paper, *ImGui::GetDrawData());
  ImGui::DestroyContext(own);
  ImGui::SetCurrentContext(before);
  Picture picture = paper.take();
  picture.wanted_height = wanted;
  return picture;
}

}  // namespace kscope::viewer
