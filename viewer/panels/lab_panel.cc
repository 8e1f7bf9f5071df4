// The left panel: the lab library, the steps of the running lab and its card, the fault buttons.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/legend.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

/// A place that moves down the panel as things are drawn.
struct LabColumn {
  float x, y, w;
};

void draw_entry(Ui& ui, Canvas& c, LabColumn& at, const LabEntry& lab) {
  const std::string progress = fmt::format("{}/{}", lab.done, lab.total);
  const float progress_w = c.width(Face::MonoSmall, progress);
  const float words = at.w - c.px(32) - progress_w;
  const float row = c.wrapped_height(words, Face::Small, lab.title, 3) + c.px(9);
  const Rect rect = Rect::at(at.x, at.y, at.w, row);
  if (lab.current || c.mouse_in(rect))
    c.fill(rect.shrunk(-c.px(4), 0), lab.current ? theme::kSelection : theme::kRaised, c.px(4));
  const float share =
      lab.total > 0 ? static_cast<float>(lab.done) / static_cast<float>(lab.total) : 0;
  ring(c, rect.x0 + c.px(8), rect.cy(), c.px(6.5f), share, theme::kGood);
  c.wrap(rect.x0 + c.px(24), rect.y0 + c.px(5), words, Face::Small,
         lab.current ? theme::kText : theme::kDim, lab.title, 3);
  c.text(rect.x1 - progress_w, rect.cy() - c.line_height(Face::MonoSmall) / 2, Face::MonoSmall,
         theme::kFaint, progress);
  c.tip(rect, fmt::format("{} · about {} minutes", lab.title, lab.minutes));
  if (c.context().report.enabled()) c.context().buttons.emplace_back(rect, lab.id);
  if (c.clicked(rect) && ui.lab_actions != nullptr) {
    ui.do_later([actions = ui.lab_actions, id = lab.id](Session&) { actions->open(id); });
  }
  at.y += row;
}

/// A small word at the right end of a heading that shows more or less.
void draw_switch(Canvas& c, const LabColumn& at, const char* label, bool* on) {
  const float w = c.width(Face::Small, label);
  const Rect rect = Rect::at(at.x + at.w - w, at.y, w, c.line_height(Face::Small));
  c.text(rect.x0, rect.y0, Face::Small, c.mouse_in(rect) ? theme::kText : theme::kAccent, label);
  if (c.context().report.enabled()) c.context().buttons.emplace_back(rect, label);
  if (c.clicked(rect)) *on = !*on;
}

/// While a lab runs its step needs the room: the library is folded until somebody asks for it.
void draw_library(Ui& ui, Canvas& c, LabColumn& at, const LabView& lab) {
  c.heading(at.x, at.y, "LABS");
  const bool running = !lab.title.empty();
  if (running) {
    draw_switch(c, at, ui.state.all_labs ? "close" : "all labs", &ui.state.all_labs);
  }
  at.y += c.line_height(Face::Small) + c.px(6);
  if (running && !ui.state.all_labs) return;
  std::string group;
  for (const LabEntry& entry : lab.library) {
    if (entry.group != group && !entry.group.empty()) {
      group = entry.group;
      c.fit(at.x, at.y + c.px(4), at.w, Face::Small, theme::kFaint, group);
      at.y += c.line_height(Face::Small) + c.px(8);
    }
    draw_entry(ui, c, at, entry);
  }
  at.y += c.px(10);
}

void draw_step(Canvas& c, LabColumn& at, const LabStepLine& step) {
  const float indent = c.px(20), mid = at.y + c.line_height(Face::Small) / 2;
  const bool current = step.state == LabStepState::Current;
  Color ink = theme::kFaint;
  switch (step.state) {
    case LabStepState::Done:
      c.check(at.x + c.px(6), mid, c.px(5), theme::kGood);
      ink = theme::kDim;
      break;
    case LabStepState::Failed:
      c.cross(at.x + c.px(6), mid, c.px(4), theme::kBad);
      ink = theme::kDim;
      break;
    case LabStepState::Current:
      c.arrow_head(at.x + c.px(10), mid, c.px(5), 1, theme::kAccent);
      ink = theme::kText;
      break;
    case LabStepState::Open:
      c.circle(at.x + c.px(6), mid, c.px(2), theme::kFaint);
      break;
  }
  at.y += c.wrap(at.x + indent, at.y, at.w - indent, Face::Small, ink, step.text);
  if (!step.detail.empty()) {
    at.y += c.wrap(at.x + indent, at.y, at.w - indent, Face::Small,
                   step.state == LabStepState::Failed ? theme::kBad : theme::kFaint, step.detail);
  }
  at.y += current ? c.px(8) : c.px(5);
}

/// Those around the current step; the rest as two numbers, so that the card stays in sight.
void draw_steps(Ui& ui, Canvas& c, LabColumn& at, const std::vector<LabStepLine>& steps) {
  constexpr std::size_t kBefore = 2, kAfter = 3;
  const auto current = std::find_if(steps.begin(), steps.end(), [](const LabStepLine& s) {
    return s.state == LabStepState::Current;
  });
  const auto here = static_cast<std::size_t>(current - steps.begin());
  std::size_t first = 0, end = steps.size();
  const bool foldable = current != steps.end() && steps.size() > kBefore + kAfter + 3;
  if (foldable) {
    const std::string place = fmt::format("STEP {} OF {}", here + 1, steps.size());
    c.heading(at.x, at.y, place.c_str());
    draw_switch(c, at, ui.state.all_steps ? "fewer" : "all steps", &ui.state.all_steps);
    at.y += c.line_height(Face::Small) + c.px(6);
    if (!ui.state.all_steps) {
      first = here > kBefore ? here - kBefore : 0;
      end = std::min(steps.size(), here + kAfter + 1);
    }
  }
  for (std::size_t i = first; i < end; ++i) draw_step(c, at, steps[i]);
}

void draw_options(Ui& ui, Canvas& c, LabColumn& in, const LabCard& card) {
  for (std::size_t i = 0; i < card.options.size(); ++i) {
    const auto n = static_cast<std::int32_t>(i);
    Color ink = theme::kText;
    if (card.locked && card.correct == n) ink = theme::kGood;
    if (card.locked && card.chosen == n && card.correct >= 0 && card.correct != n)
      ink = theme::kBad;
    std::string text = card.options[i];
    if (card.locked && card.correct == n) text += "  (right)";
    float height = 0;
    if (radio(c, in.x, in.y, in.w, text, card.chosen == n, !card.locked, ink, &height) &&
        ui.lab_actions != nullptr) {
      ui.do_later([actions = ui.lab_actions, n](Session&) { actions->choose(n); });
    }
    in.y += height;
  }
}

/// The label above, the bar and its number below: the panel is narrow, and labels are words.
void draw_bars(Canvas& c, LabColumn& in, const LabCard& card) {
  if (!card.bars_title.empty()) {
    in.y += c.wrap(in.x, in.y, in.w, Face::Small, theme::kDim, card.bars_title) + c.px(4);
  }
  float value_w = 0;
  for (const LabBar& b : card.bars) value_w = std::max(value_w, c.width(Face::MonoSmall, b.value));
  for (const LabBar& b : card.bars) {
    in.y += c.wrap(in.x, in.y, in.w, Face::Small, theme::kText, b.label);
    const float h = c.line_height(Face::MonoSmall);
    const float room = in.w - value_w - c.px(8);
    const float mid = in.y + h / 2;
    bar(c, {in.x, mid - c.px(3), in.x + room, mid + c.px(3)}, b.share, theme::kAccent);
    c.text_right(in.x + in.w, in.y, Face::MonoSmall, theme::kAccent, b.value);
    in.y += h + c.px(5);
  }
  if (!card.bars.empty()) in.y += c.px(4);
}

/// A job that takes its time: what it does, and how far it is.
void draw_progress(Ui& ui, Canvas& c, LabColumn& in, const LabCard& card) {
  if (card.progress < 0) return;
  ui.animating = true;
  in.y += c.wrap(in.x, in.y, in.w, Face::Small, theme::kDim, card.progress_text) + c.px(4);
  const std::string percent = fmt::format("{:.0f} %", card.progress * 100);
  const float value_w = c.width(Face::MonoSmall, "100 %"), h = c.line_height(Face::MonoSmall);
  const float mid = in.y + h / 2;
  bar(c, {in.x, mid - c.px(3), in.x + in.w - value_w - c.px(8), mid + c.px(3)}, card.progress,
      theme::kAccent);
  c.text_right(in.x + in.w, in.y, Face::MonoSmall, theme::kAccent, percent);
  in.y += h + c.px(8);
}

void draw_card_content(Ui& ui, Canvas& c, LabColumn& in, const LabCard& card) {
  in.y += c.wrap(in.x, in.y, in.w, Face::Bold, theme::kAccent, card.title) + c.px(4);
  if (!card.text.empty())
    in.y += c.wrap(in.x, in.y, in.w, Face::Small, theme::kText, card.text) + c.px(8);
  draw_progress(ui, c, in, card);
  draw_bars(c, in, card);
  draw_options(ui, c, in, card);
  for (const std::string& hint : card.hints) {
    in.y += c.wrap(in.x, in.y, in.w, Face::Small, theme::kWarn, "Hint: " + hint) + c.px(6);
  }
  const float h = c.px(28);
  const std::string hint = fmt::format("Hint ({})", card.hints_left);
  const float hint_w = card.hints_left > 0 ? button_width(c, hint) : 0;
  if (!card.action.empty()) {
    const float room = in.w - (hint_w > 0 ? hint_w + c.px(6) : 0);
    const bool one_line = button_width(c, card.action) <= room;
    const Rect main = Rect::at(in.x, in.y, one_line ? room : in.w, h);
    if (button(c, main, card.action,
               card.action_enabled ? ButtonStyle::Primary : ButtonStyle::Plain, theme::kText,
               card.action_enabled) &&
        ui.lab_actions != nullptr) {
      ui.do_later([actions = ui.lab_actions](Session&) { actions->act(); });
    }
    if (!one_line) in.y += h + c.px(6);
  }
  if (hint_w > 0) {
    const Rect rect = Rect::at(in.x + in.w - hint_w, in.y, hint_w, h);
    if (button(c, rect, hint) && ui.lab_actions != nullptr) {
      ui.do_later([actions = ui.lab_actions](Session&) { actions->hint(); });
    }
  }
  if (!card.action.empty() || hint_w > 0) in.y += h;
}

void draw_card(Ui& ui, Canvas& c, LabColumn& at, const LabCard& card) {
  const float pad = c.px(12);
  LabColumn in{at.x + pad, at.y + pad, at.w - 2 * pad};
  // The frame's height is known only after its content: draw into two channels, frame behind.
  c.list()->ChannelsSplit(2);
  c.list()->ChannelsSetCurrent(1);
  draw_card_content(ui, c, in, card);
  c.list()->ChannelsSetCurrent(0);
  const Rect rect{at.x, at.y, at.x + at.w, in.y + pad};
  c.fill(rect, theme::kCard, c.px(8));
  c.outline(rect, theme::kBorder, c.px(8));
  c.list()->ChannelsMerge();
  at.y = rect.y1 + c.px(14);
}

void draw_lab(Ui& ui, Canvas& c, LabColumn& at, const LabView& lab) {
  c.line(at.x, at.y, at.x + at.w, at.y, theme::kGrid);
  at.y += c.px(12);
  at.y += c.wrap(at.x, at.y, at.w, Face::Bold, theme::kText, lab.title) + c.px(2);
  if (!lab.score.empty()) at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, lab.score);
  at.y += c.px(6);
  draw_steps(ui, c, at, lab.steps);
  at.y += c.px(6);
  if (!lab.card.title.empty() || !lab.card.text.empty()) draw_card(ui, c, at, lab.card);
}

}  // namespace

void draw_lab_panel(Ui& ui, const Rect& rect) {
  ui.draw.where = "left panel";
  {
    Canvas c(ui.draw);
    c.fill(rect, theme::kPanel);
    c.line(rect.x1, rect.y0, rect.x1, rect.y1, theme::kBorder);
  }
  ScrollArea area(ui.draw, "left", rect);
  Canvas c(ui.draw);
  const float pad = c.px(16);
  LabColumn at{area.x() + pad, area.y() + c.px(14), rect.w() - 2 * pad};
  if (ui.lab != nullptr && !ui.lab->library.empty()) draw_library(ui, c, at, *ui.lab);
  if (ui.lab != nullptr && !ui.lab->title.empty()) {
    draw_lab(ui, c, at, *ui.lab);
  } else {
    at.y += draw_record_legend(c, at.x, at.y, at.w);
  }
  at.y += draw_fault_buttons(ui, at.x, at.y, at.w) + c.px(10);
  area.content(rect.w() - c.px(20), at.y - area.y());
}

}  // namespace kscope::viewer
