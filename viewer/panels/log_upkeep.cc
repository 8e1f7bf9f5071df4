// Retention and the cleaner at work: three cards, each a sentence, gauges under Kafka's names,
// facts.
#include <algorithm>

#include "viewer/panels/log_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kLeastUpkeepCard = 270;

struct CardColumn {
  float x = 0, y = 0, w = 0;
};

/// The name left, the value right; on two lines where they do not fit on one.
void draw_pair(Canvas& c, CardColumn& at, const std::string& name, const std::string& value,
               Color ink) {
  const float name_w = c.width(Face::MonoSmall, name), value_w = c.width(Face::Small, value);
  const bool one_line = name_w + value_w + c.px(10) <= at.w;
  c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kDim, name);
  if (!one_line) {
    at.y += c.line_height(Face::MonoSmall) + c.px(3);
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, ink, value) + c.px(3);
    return;
  }
  c.text_right(at.x + at.w, at.y, Face::Small, ink, value);
  at.y += c.line_height(Face::Small) + c.px(5);
}

void draw_gauge(Canvas& c, CardColumn& at, const UpkeepGauge& g) {
  const float top = at.y;
  const Color ink = g.over ? theme::kWarn : theme::kText;
  draw_pair(c, at, g.name, g.value, ink);
  const Rect track = Rect::at(at.x, at.y, at.w, c.px(6));
  c.fill(track, theme::kGrid, c.px(2));
  Rect filled = track;
  filled.x1 = track.x0 + track.w() * static_cast<float>(g.share);
  c.fill(filled, g.over ? theme::kWarn : rgb(0x3d74b8), c.px(2));
  if (g.over) c.hatch(filled, faded(theme::kBackground, 0.5f), c.px(5));
  if (g.mark >= 0) {  // the limit lies within the bar
    const float x = track.x0 + track.w() * static_cast<float>(g.mark);
    c.fill({x - c.px(1), track.y0 - c.px(3), x + c.px(1), track.y1 + c.px(3)}, theme::kText);
  }
  at.y = track.y1 + c.px(9);
  c.tip({at.x, top, at.x + at.w, at.y}, g.means);
}

/// A lab asks what will happen: the card must not say it before the answer is locked.
bool must_not_tell(const Ui& ui) {
  return ui.lab != nullptr && !ui.lab->card.options.empty() && !ui.lab->card.locked;
}

/// Draws one card's content and returns its height; the frame goes behind it.
float draw_content(Canvas& c, const Rect& inside, const UpkeepCard& card, bool hide_forecast) {
  CardColumn at{inside.x0, inside.y0, inside.w()};
  const Rect title = c.heading(at.x, at.y, card.title);
  if (!card.policy.empty()) {
    const float x = title.x1 + c.px(10);
    const float w = std::min(at.x + at.w - x, c.width(Face::MonoSmall, card.policy) + 1);
    c.fit(at.x + at.w - w, at.y, w, Face::MonoSmall, theme::kAccent, card.policy);
  }
  at.y += c.line_height(Face::Small) + c.px(8);
  const bool hidden = card.forecast && hide_forecast;
  const std::string verdict =
      hidden ? "Your prediction first: the forecast is shown once it is locked." : card.verdict;
  const Color ink = hidden ? theme::kDim : card.acts ? theme::kWarn : theme::kText;
  at.y += c.wrap(at.x, at.y, at.w, Face::Body, ink, verdict) + c.px(9);
  for (const UpkeepGauge& g : card.gauges) draw_gauge(c, at, g);
  for (const UpkeepFact& f : card.facts) draw_pair(c, at, f.name, f.value, theme::kText);
  return at.y - inside.y0;
}

/// Cards of one row are equally high: as high as the highest was a frame ago.
void draw_row(Ui& ui, Canvas& c, LogColumn& at, const UpkeepView& view, std::size_t first,
              std::size_t count) {
  const float gap = c.px(10), pad = c.px(12);
  const float w = (at.w - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
  float& known = ui.log_ui.upkeep_height[first];
  float highest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Rect frame = Rect::at(at.x + static_cast<float>(i) * (w + gap), at.y, w, known);
    const UpkeepCard& card = view.cards[first + i];
    c.fill(frame, theme::kCard, c.px(6));
    const bool marked = card.acts && !(card.forecast && must_not_tell(ui));
    c.outline(frame, marked ? theme::kWarn : theme::kBorder, c.px(6));
    const Rect inside{frame.x0 + pad, frame.y0 + pad, frame.x1 - pad, frame.y1};
    highest = std::max(highest, draw_content(c, inside, card, must_not_tell(ui)));
  }
  known = highest + pad * 1.5f;
  at.y += known + gap;
}

}  // namespace

void draw_upkeep(Ui& ui, Canvas& c, LogColumn& at) {
  const UpkeepView& view = ui.log.upkeep();
  section_heading(c, at, StageState::Done, "WHAT IS KEPT, WHAT GOES, AND WHEN",
                  "settings under Kafka's names; point at one to read what it does");
  if (view.cards.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, view.problem) + c.px(12);
    return;
  }
  const auto fits = static_cast<std::size_t>((at.w + c.px(10)) / c.px(kLeastUpkeepCard));
  const std::size_t in_row = std::clamp<std::size_t>(fits, 1, view.cards.size());
  for (std::size_t i = 0; i < view.cards.size(); i += in_row) {
    draw_row(ui, c, at, view, i, std::min(in_row, view.cards.size() - i));
  }
  at.y += c.px(6);
}

}  // namespace kscope::viewer
