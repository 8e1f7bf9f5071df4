#include "viewer/app/sequence_picture.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/app/picture.h"
#include "viewer/app/png.h"
#include "viewer/panels/sequence_panel.h"

namespace kscope::viewer {

Result<void> write_sequence_png(const SequenceView& view, const EventIndex& index,
                                const std::string& title, const std::string& file) {
  constexpr int kLaneWidth = 210, kBeside = 130, kLeast = 900, kMost = 4000;
  constexpr float kScale = 1.25f;
  const int lanes = static_cast<int>(view.lanes.size());
  const int width = std::clamp(kBeside + lanes * kLaneWidth, kLeast, kMost);
  SequenceScene scene;
  scene.view = &view;
  scene.marks_now = false;
  const Picture picture = draw_picture(width, kScale, [&](Canvas& c, float wide) {
    const float pad = c.px(16);
    c.fit(pad, pad, wide - 2 * pad, Face::Title, theme::kText, title);
    const float head = pad + c.line_height(Face::Title) + c.px(14);
    const float rows = head + sequence_head_height(c) + c.px(4);
    const float bottom = rows + sequence_height(c, view);
    if (view.lanes.empty()) return bottom + pad;
    draw_sequence_head(c, {pad, head, wide - pad, head + sequence_head_height(c)}, scene);
    draw_sequence_rows(c, {pad, rows, wide - pad, bottom}, {pad, rows, wide - pad, bottom}, scene,
                       &index);
    return bottom + pad;
  });
  if (picture.wanted_height > picture.height) {
    return Error{
        ErrorKind::Invalid,
        fmt::format("{}: the diagram would be {} pixels high, a PNG holds {}: take a shorter "
                    "time (--between), filter it, or write .svg",
                    file, picture.wanted_height, picture.height)};
  }
  return write_png(file, picture.width, picture.height, picture.rgb);
}

}  // namespace kscope::viewer
