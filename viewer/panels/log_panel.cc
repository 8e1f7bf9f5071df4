#include "viewer/panels/log_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "viewer/panels/panel.h"
#include "viewer/widgets/text_input.h"

namespace kscope::viewer {

StageState stage_state(const LogDesk& desk, LookupStage stage) {
  const LookupStep* now = desk.current();
  if (now == nullptr) return StageState::Later;
  if (now->stage == stage) return StageState::Now;
  // In the order of the steps, not of the names: by time there is another search in between.
  for (std::int32_t i = 0; i < desk.step(); ++i) {
    if (desk.lookup().steps[static_cast<std::size_t>(i)].stage == stage) return StageState::Done;
  }
  return StageState::Later;
}

int stage_number(const LogDesk& desk, LookupStage stage) {
  int number = 0;
  for (const LookupStage s :
       {LookupStage::Segment, LookupStage::TimeIndex, LookupStage::Relative, LookupStage::Index,
        LookupStage::Position, LookupStage::Scan, LookupStage::Record}) {
    if (s == LookupStage::TimeIndex && !desk.by_time()) continue;
    ++number;
    if (s == stage) return number;
  }
  return number;
}

Rect section_heading(Canvas& c, LogColumn& at, StageState state, std::string_view title,
                     std::string_view detail) {
  const bool now = state == StageState::Now;
  const Color ink = now ? theme::kAccent : state == StageState::Done ? theme::kText : theme::kFaint;
  Rect rect = c.fit(at.x, at.y, at.w, Face::Small, ink, title);
  if (!detail.empty()) {
    const float x = rect.x1 + c.px(10);
    rect.x1 = c.fit(x, at.y, at.x + at.w - x, Face::Small,
                    state == StageState::Later ? theme::kFaint : theme::kDim, detail)
                  .x1;
  }
  if (now) {
    c.fill({at.x - c.px(9), at.y, at.x - c.px(6), at.y + c.line_height(Face::Small)},
           theme::kAccent, c.px(1));
  }
  at.y += c.line_height(Face::Small) + c.px(7);
  return rect;
}

bool two_pages(Canvas& c, const Rect& rect, const char* first, const char* second, bool second_on) {
  const float gap = c.px(6);
  const float w1 = button_width(c, first), w2 = button_width(c, second);
  const float spare = std::max(0.0f, rect.w() - gap - w1 - w2) / 2;
  const Rect a = Rect::at(rect.x0, rect.y0, w1 + spare, rect.h());
  const Rect b = Rect::at(a.x1 + gap, rect.y0, w2 + spare, rect.h());
  const bool to_first =
      button(c, a, first, second_on ? ButtonStyle::Plain : ButtonStyle::Primary, theme::kDim);
  const bool to_second =
      button(c, b, second, second_on ? ButtonStyle::Primary : ButtonStyle::Plain, theme::kDim);
  return second_on ? to_first : to_second;
}

void byte_bar(Canvas& c, const Rect& rect, std::int64_t size, std::int64_t flushed) {
  c.fill(rect, theme::kGrid, c.px(2));
  if (size <= 0) return;
  const double share = static_cast<double>(flushed) / static_cast<double>(size);
  const float edge = rect.x0 + rect.w() * static_cast<float>(std::clamp(share, 0.0, 1.0));
  c.fill({rect.x0, rect.y0, edge, rect.y1}, rgb(0x3d74b8), c.px(2));
  if (flushed >= size) return;
  c.hatch({edge, rect.y0, rect.x1, rect.y1}, theme::kWarn, c.px(4));
  c.fill({edge - c.px(1), rect.y0 - c.px(2), edge + c.px(1), rect.y1 + c.px(2)}, theme::kText);
}

std::string short_file_name(const std::string& name) {
  constexpr std::size_t kDigits = 20, kKept = 6;
  if (name.size() <= kDigits || name.find_first_not_of("0123456789") != kDigits) return name;
  std::size_t first = name.find_first_not_of('0');
  first = std::min(first, kDigits - kKept);
  return first == 0 ? name : "00…" + name.substr(first);
}

Color field_color(int n) {
  static constexpr std::array<Color, 6> kHues{rgb(0xb08cff), rgb(0x9fb6c9), rgb(0x2fe0c5),
                                              rgb(0x6ea8ff), rgb(0xf2a93b), rgb(0xf27bb5)};
  return kHues[static_cast<std::size_t>(n) % kHues.size()];
}

namespace {

struct StepButton {
  const char* label;
  const char* tip;
  std::int32_t by;
};

/// Start, Back, Play, Step, End: as for the cluster's time, but for the steps of the look-up.
float draw_steps(Ui& ui, Canvas& c, float x, float y, float h) {
  LogDesk& desk = ui.log;
  const auto one = [&](const StepButton& b) {
    const Rect rect = Rect::at(x, y, button_width(c, b.label) - c.px(6), h);
    if (button(c, rect, b.label)) desk.go_to(b.by == 0 ? 0 : desk.step() + b.by);
    c.tip(rect, b.tip);
    x = rect.x1 + c.px(4);
  };
  one({"First", "Before the first probe of the look-up", 0});
  one({"Back", "Back by one probe", -1});
  const float w = std::max(button_width(c, "Play"), button_width(c, "Pause"));
  const Rect play = Rect::at(x, y, w, h);
  // The cluster's own "Play" is another button: in tests and for a screen reader it needs a name.
  if (button(c, play, desk.playing() ? "Hold" : "Replay", ButtonStyle::Primary)) desk.toggle_play();
  c.tip(play, "Plays the look-up, a probe a second. The cluster stands still meanwhile");
  x = play.x1 + c.px(4);
  one({"Next", "To the next probe", 1});
  one({"Last", "To the answer", 1 << 20});
  return x;
}

float steps_width(const Canvas& c) {
  float w = std::max(button_width(c, "Play"), button_width(c, "Pause")) + c.px(4);
  for (const char* label : {"First", "Back", "Next", "Last"}) {
    w += button_width(c, label) - c.px(2);
  }
  return w;
}

/// By what, the field, Find. Returns where it ends.
float draw_question(Ui& ui, Canvas& c, float x, float y, float h, float room) {
  LogDesk& desk = ui.log;
  const float choice = button_width(c, "by offset") + button_width(c, "by time") + c.px(6);
  if (two_pages(c, Rect::at(x, y, choice, h), "by offset", "by time", desk.by_time())) {
    desk.set_by_time(!desk.by_time());
  }
  x += choice + c.px(8);
  const float find = button_width(c, "Find");
  const float field = std::clamp(room - choice - find - c.px(14), c.px(90), c.px(170));
  const Rect input = Rect::at(x, y, field, h);
  const bool entered = text_input(c, input, "##lookup", desk.text);
  c.tip(input, desk.by_time() ? "A time since the start such as 3.2s, or Unix milliseconds. Enter "
                                "looks it up"
                              : "An offset such as 368801. Enter looks it up");
  x = input.x1 + c.px(6);
  const Rect go = Rect::at(x, y, find, h);
  if (button(c, go, "Find", ButtonStyle::Plain, theme::kAccent) || entered) desk.ask();
  return go.x1;
}

void draw_controls(Ui& ui, Canvas& c, LogColumn& at) {
  const LogDesk& desk = ui.log;
  const float h = c.px(27);
  const float steps = steps_width(c);
  const float question_least = button_width(c, "by offset") + button_width(c, "by time") +
                               button_width(c, "Find") + c.px(116);
  const bool one_row = question_least + steps + c.px(24) <= at.w;
  const float end = draw_question(ui, c, at.x, at.y, h, one_row ? at.w - steps - c.px(24) : at.w);
  if (!one_row) at.y += h + c.px(6);
  const float left = one_row ? std::max(end + c.px(18), at.x + at.w - steps) : at.x;
  draw_steps(ui, c, left, at.y, h);
  at.y += h + c.px(8);
  // What the present step says: the sentence to read first.
  const LookupStep* now = desk.current();
  const bool over = desk.step() + 1 >= desk.steps();
  std::string say = desk.problem;
  Color ink = theme::kWarn;
  if (say.empty() && over) say = desk.lookup().problem;
  if (say.empty() && now != nullptr) {
    ink = over ? theme::kGood : theme::kText;
    say = fmt::format("{} of {}: {}", desk.step() + 1, desk.steps(), now->text);
  }
  if (say.empty()) say = "Nothing to look up yet: this log holds no record.";
  at.y += std::max(c.wrap(at.x, at.y, at.w, Face::Body, ink, say, 2),
                   c.line_height(Face::Body) * 1.28f);
}

void draw_header(Ui& ui, Canvas& c, LogColumn& at) {
  LogDesk& desk = ui.log;
  const float h = c.px(27);
  const float pages =
      button_width(c, "Find a record") + button_width(c, "Retention & cleaning") + c.px(6);
  const Rect title =
      c.fit(at.x, at.y + c.px(3), at.w - pages - c.px(20), Face::Title, theme::kText,
            desk.node() < 0 ? std::string("No log yet")
                            : fmt::format("{} on broker {}", desk.partition().str(), desk.node()));
  const Rect where = Rect::at(at.x + at.w - pages, at.y, pages, h);
  if (two_pages(c, where, "Find a record", "Retention & cleaning", desk.page == LogPage::History)) {
    desk.page = desk.page == LogPage::Lookup ? LogPage::History : LogPage::Lookup;
    desk.page_chosen = true;
  }
  c.fit(title.x1 + c.px(14), at.y + c.px(7), where.x0 - title.x1 - c.px(30), Face::Small,
        theme::kDim, desk.log().summary);
  at.y += h + c.px(10);
}

void draw_lookup_page(Ui& ui, Canvas& c, LogColumn& at) {
  draw_controls(ui, c, at);
  at.next_section();
  draw_segments(ui, c, at);
  if (ui.log.by_time()) draw_search(ui, c, at, LookupStage::TimeIndex);
  draw_relative(ui, c, at);
  draw_search(ui, c, at, LookupStage::Index);
  draw_scan(ui, c, at);
  draw_record(ui, c, at);
  draw_cost(ui, c, at);
}

}  // namespace

void draw_log(Ui& ui, const Rect& rect) {
  ui.log_ui.index.begin_frame();
  ui.log_ui.time_index.begin_frame();
  ui.log_ui.batch.begin_frame();
  ScrollArea area(ui.draw, "log", rect);
  Canvas c(ui.draw);
  const float pad = c.px(18);
  // What the frame before left over is shared out between the sections.
  LogUi& state = ui.log_ui;
  const float gap = std::clamp(state.spare_for_gap, c.px(8), c.px(26));
  LogColumn at{area.x() + pad, area.y() + c.px(6), rect.w() - 2 * pad - c.px(4), gap, 0};
  draw_header(ui, c, at);
  if (ui.log.page == LogPage::History) {
    draw_history(ui, c, at);
  } else {
    draw_lookup_page(ui, c, at);
  }
  const float fixed = at.y - area.y() - gap * static_cast<float>(at.gaps);
  state.spare_for_gap = (rect.h() - c.px(6) - fixed) / static_cast<float>(std::max(at.gaps, 1));
  area.content(rect.w() - c.px(20), at.y - area.y());
}

}  // namespace kscope::viewer
