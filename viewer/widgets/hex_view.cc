#include "viewer/widgets/hex_view.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

int field_at(const Dissection& d, std::size_t at) {
  int best = -1;
  for (std::size_t i = 0; i < d.fields.size(); ++i) {
    const record::FieldSpan& field = d.fields[i];
    if (field.decompressed || at < field.begin || at >= field.end) continue;
    const bool tighter =
        best < 0 || field.end - field.begin <= d.fields[static_cast<std::size_t>(best)].end -
                                                   d.fields[static_cast<std::size_t>(best)].begin;
    if (tighter) best = static_cast<int>(i);
  }
  return best;
}

namespace {

bool on_screen(Canvas& c, float y, float h) {
  const float top = c.list()->GetClipRectMin().y, bottom = c.list()->GetClipRectMax().y;
  return y + h >= top && y <= bottom;
}

void react(Canvas& c, const Rect& rect, int field, FieldFocus& focus) {
  if (!c.mouse_in(rect) || field < 0) return;
  focus.next = field;
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left))
    focus.pinned = focus.pinned == field ? -1 : field;
}

}  // namespace

float field_list(Canvas& c, float x, float y, float width, const Dissection& d, FieldFocus& focus) {
  const float row = c.line_height(Face::MonoSmall) + c.px(6);
  for (std::size_t i = 0; i < d.fields.size(); ++i) {
    const float top = y + static_cast<float>(i) * row;
    if (!on_screen(c, top, row)) continue;
    const record::FieldSpan& field = d.fields[i];
    const Rect rect = Rect::at(x, top, width, row);
    const bool lit = focus.field == static_cast<int>(i);
    if (lit) c.fill(rect, theme::kSelection, c.px(3));
    const float indent = c.px(4) + static_cast<float>(std::min(field.depth, 6)) * c.px(9);
    const float text_y = top + c.px(3);
    // The value may take what the name leaves, but at least two fifths.
    const float name_w = c.width(Face::MonoSmall, field.name);
    const float value_room = std::max(width * 0.4f, width - indent - name_w - c.px(16));
    const float value_w = std::min(c.width(Face::MonoSmall, field.value), value_room);
    c.fit(x + indent, text_y, width - indent - value_w - c.px(12), Face::MonoSmall,
          lit ? theme::kAccent : theme::kDim, field.name);
    c.fit(x + width - value_w - c.px(4), text_y, value_w + 1, Face::MonoSmall, theme::kText,
          field.value);
    react(c, rect, static_cast<int>(i), focus);
  }
  return static_cast<float>(d.fields.size()) * row;
}

float hex_dump(Canvas& c, float x, float y, float width, const Dissection& d, FieldFocus& focus) {
  const float cell = c.width(Face::MonoSmall, "00 ");
  const float address = c.width(Face::MonoSmall, "0000") + c.px(10);
  // Eight or sixteen to a row: people count in these.
  const std::size_t per_row = address + cell * 16 <= width  ? 16
                              : address + cell * 8 <= width ? 8
                                                            : 4;
  const float row = c.line_height(Face::MonoSmall) + c.px(4);
  const std::size_t rows = (d.bytes.size() + per_row - 1) / per_row;
  const record::FieldSpan* lit =
      focus.field >= 0 && static_cast<std::size_t>(focus.field) < d.fields.size()
          ? &d.fields[static_cast<std::size_t>(focus.field)]
          : nullptr;
  if (lit != nullptr && lit->decompressed) lit = nullptr;
  for (std::size_t r = 0; r < rows; ++r) {
    const float top = y + static_cast<float>(r) * row;
    if (!on_screen(c, top, row)) continue;
    c.text(x, top, Face::MonoSmall, theme::kFaint, fmt::format("{:04x}", r * per_row));
    const std::size_t end = std::min(d.bytes.size(), (r + 1) * per_row);
    for (std::size_t at = r * per_row; at < end; ++at) {
      const float left = x + address + static_cast<float>(at % per_row) * cell;
      const Rect rect = Rect::at(left - c.px(2), top - c.px(2), cell, row);
      const bool on = lit != nullptr && at >= lit->begin && at < lit->end;
      if (on) c.fill(rect, theme::kSelection);
      c.text(left, top, Face::MonoSmall, on ? theme::kAccent : theme::kText,
             fmt::format("{:02x}", d.bytes[at]));
      if (c.mouse_in(rect)) react(c, rect, field_at(d, at), focus);
    }
  }
  return static_cast<float>(rows) * row;
}

}  // namespace kscope::viewer
