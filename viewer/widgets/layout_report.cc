#include "viewer/widgets/layout_report.h"

#include <fmt/format.h>

namespace kscope::viewer {

namespace {

/// Glyphs have bearings and rectangles are rounded: less than this is not visible.
constexpr float kTolerance = 1.01f;

std::string name(const LabelBox& label) {
  return fmt::format("[{}] \"{}\" at ({:.0f},{:.0f})-({:.0f},{:.0f})", label.where, label.text,
                     label.rect.x0, label.rect.y0, label.rect.x1, label.rect.y1);
}

bool sticks_out(const Rect& inner, const Rect& outer, bool sideways_too, bool vertical_too) {
  const bool sideways = inner.x0 < outer.x0 - kTolerance || inner.x1 > outer.x1 + kTolerance;
  const bool up_or_down = inner.y0 < outer.y0 - kTolerance || inner.y1 > outer.y1 + kTolerance;
  return (sideways_too && sideways) || (vertical_too && up_or_down);
}

}  // namespace

void LayoutReport::add(LabelBox label) {
  if (!enabled_ || label.text.empty()) return;
  const bool visible = label.rect.overlaps(label.clip);
  // Out of sight in a scrolled region is fine; out of sight anywhere else is a defect.
  if (!visible && (label.scrolls || label.sideways)) return;
  labels_.push_back(std::move(label));
}

std::vector<std::string> LayoutReport::problems() const {
  std::vector<std::string> found;
  for (const LabelBox& label : labels_) {
    if (sticks_out(label.rect, label.clip, !label.sideways, !label.scrolls)) {
      found.push_back(fmt::format("{} is cut by ({:.0f},{:.0f})-({:.0f},{:.0f})", name(label),
                                  label.clip.x0, label.clip.y0, label.clip.x1, label.clip.y1));
    }
    if (!label.box.empty() && sticks_out(label.rect, label.box, true, true)) {
      found.push_back(fmt::format("{} leaves its box ({:.0f},{:.0f})-({:.0f},{:.0f})", name(label),
                                  label.box.x0, label.box.y0, label.box.x1, label.box.y1));
    }
  }
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    for (std::size_t j = i + 1; j < labels_.size(); ++j) {
      if (labels_[i].layer != labels_[j].layer) continue;
      const Rect both = labels_[i]
                            .rect.intersect(labels_[i].clip)
                            .intersect(labels_[j].rect.intersect(labels_[j].clip));
      if (both.w() <= kTolerance || both.h() <= 2 * kTolerance) continue;
      found.push_back(name(labels_[i]) + " overlaps " + name(labels_[j]));
    }
  }
  return found;
}

bool LayoutReport::shows(std::string_view text) const {
  for (const LabelBox& label : labels_) {
    if (label.text.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace kscope::viewer
