#include "viewer/widgets/text_input.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "viewer/widgets/imgui_compat.h"

namespace kscope::viewer {

bool text_input(Canvas& c, const Rect& rect, const char* id, std::string& text) {
  std::array<char, 64> buffer{};
  std::memcpy(buffer.data(), text.data(), std::min(text.size(), buffer.size() - 1));
  const FontSet& fonts = c.context().fonts;
  const float size = fonts.size(Face::Mono);
  compat::push_font(fonts.font(Face::Mono), size);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {c.px(8), (rect.h() - size) / 2});
  ImGui::PushStyleVar(ImGuiStyleVar_FrameRounding, c.px(5));
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 1);
  ImGui::PushStyleColor(ImGuiCol_FrameBg, theme::kRaised);
  ImGui::PushStyleColor(ImGuiCol_Text, theme::kText);
  ImGui::PushStyleColor(ImGuiCol_Border, theme::kAccent);
  ImGui::SetCursorScreenPos(rect.min());
  ImGui::SetNextItemWidth(rect.w());
  const bool entered =
      ImGui::InputText(id, buffer.data(), buffer.size(),
                       ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  ImGui::PopStyleColor(3);
  ImGui::PopStyleVar(3);
  ImGui::PopFont();
  text = buffer.data();
  if (c.context().report.enabled()) c.context().buttons.emplace_back(rect, id);
  return entered;
}

}  // namespace kscope::viewer
