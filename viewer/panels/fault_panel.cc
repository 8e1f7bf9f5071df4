// The fault buttons. Each opens a menu of what the fault can be done to.
#include <algorithm>

#include "viewer/panels/panel.h"

namespace kscope::viewer {

float draw_fault_buttons(Ui& ui, float x, float y, float width) {
  Canvas c(ui.draw);
  const float top = y;
  c.heading(x, y, "INJECT A FAULT");
  y += c.line_height(Face::Small) + c.px(8);
  const float gap = c.px(6), h = c.px(27);
  const std::vector<Fault> list = faults(ui.session.snapshot(), ui.session.selection());
  float widest = 0;
  for (const Fault& fault : list) widest = std::max(widest, button_width(c, fault.label) - c.px(8));
  const int per_row = widest * 2 + gap <= width ? 2 : 1;
  const float w = (width - gap * static_cast<float>(per_row - 1)) / static_cast<float>(per_row);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto row = static_cast<float>(i / static_cast<std::size_t>(per_row));
    const auto column = static_cast<float>(i % static_cast<std::size_t>(per_row));
    const Rect rect = Rect::at(x + column * (w + gap), y + row * (h + gap), w, h);
    const bool possible = !list[i].choices.empty();
    if (button(c, rect, list[i].label, ButtonStyle::Plain, theme::tone(list[i].tone), possible)) {
      ui.show_menu(list[i].label, list[i].choices);
    }
    c.tip(rect,
          possible ? list[i].tip : list[i].tip + " There is nothing to do it to at the moment.");
  }
  const auto rows = static_cast<float>((list.size() + static_cast<std::size_t>(per_row) - 1) /
                                       static_cast<std::size_t>(per_row));
  y += rows * (h + gap) + c.px(4);
  y += c.wrap(x, y, width, Face::Small, theme::kFaint,
              "Right-click anything on the canvas for what can be done to it.");
  return y - top;
}

}  // namespace kscope::viewer
