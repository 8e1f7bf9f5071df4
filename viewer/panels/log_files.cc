// The left side of the screen "Log & index": what lies on the node's disk, and the steps.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/log_panel.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

void draw_nodes(Ui& ui, Canvas& c, LogColumn& at) {
  LogDesk& desk = ui.log;
  const float h = c.px(24), gap = c.px(5);
  float x = at.x;
  for (const std::int32_t node : desk.nodes()) {
    const std::string label = fmt::format("broker {}", node);
    const float w = button_width(c, label) - c.px(8);
    if (x > at.x && x + w > at.x + at.w) {
      x = at.x;
      at.y += h + gap;
    }
    const Rect rect = Rect::at(x, at.y, w, h);
    const bool on = node == desk.node();
    if (button(c, rect, label, ButtonStyle::Plain, on ? theme::kAccent : theme::kDim)) {
      desk.choose(node, desk.partition());
    }
    if (on) c.outline(rect, theme::kAccent, c.px(5));
    x = rect.x1 + gap;
  }
  if (!desk.nodes().empty()) at.y += h + c.px(8);
}

/// The file that the present step reads, as it is called in the directory.
std::string file_in_use(const LogDesk& desk) {
  const LookupStep* now = desk.current();
  const Lookup& l = desk.lookup();
  if (now == nullptr || l.chosen() == nullptr) return {};
  switch (now->stage) {
    case LookupStage::TimeIndex:
      return l.time_index.path;
    case LookupStage::Index:
      return l.index.path;
    case LookupStage::Position:
    case LookupStage::Scan:
    case LookupStage::Record:
      return fmt::format("{}/{:020}.log", l.question.partition.str(), l.chosen()->base);
    default:
      return {};
  }
}

void draw_file(Ui& ui, Canvas& c, LogColumn& at, const FileRow& row, const std::string& in_use) {
  LogDesk& desk = ui.log;
  const float h = c.line_height(Face::MonoSmall) + c.px(5);
  const Rect rect = Rect::at(at.x - c.px(4), at.y, at.w + c.px(8), h);
  const LookupSegment* chosen = desk.lookup().chosen();
  const bool of_answer = !row.folder && row.depth == 2 && chosen != nullptr &&
                         row.base == chosen->base && desk.page == LogPage::Lookup;
  if (row.path == in_use) c.fill(rect, theme::kSelection, c.px(3));
  const float x = at.x + static_cast<float>(row.depth - 1) * c.px(12);
  const float y = at.y + c.px(2);
  // A change stands where the size stands; the size is in the tooltip then.
  const bool changed = !row.change.empty();
  const std::string& right = changed ? row.change : row.size_text;
  const float right_w = c.width(Face::MonoSmall, right);
  c.text(at.x + at.w - right_w, y, Face::MonoSmall, changed ? theme::kGood : theme::kFaint, right);
  const Color ink = row.path == in_use || of_answer ? theme::kAccent
                    : row.open                      ? theme::kText
                                                    : theme::kDim;
  c.fit(x, y, at.x + at.w - right_w - c.px(8) - x, Face::MonoSmall, ink, short_file_name(row.name));
  std::string safety;
  if (row.unflushed == 0) safety = ", all of it flushed";
  if (row.unflushed > 0)
    safety = fmt::format(", {} of it not flushed", format_bytes(row.unflushed));
  c.tip(rect, fmt::format("{}: {}{}", row.path, row.size_text, safety));
  if (row.folder && !row.partition.topic.empty() && c.clicked(rect)) {
    desk.choose(desk.node(), row.partition);
  }
  at.y += h;
}

/// The steps of the look-up by stage: done, now, later.
void draw_stages(Ui& ui, Canvas& c, LogColumn& at) {
  LogDesk& desk = ui.log;
  c.heading(at.x, at.y, "STEPS OF THE LOOK-UP");
  at.y += c.line_height(Face::Small) + c.px(7);
  const float h = c.line_height(Face::Small) + c.px(9);
  std::optional<LookupStage> last;
  const auto& steps = desk.lookup().steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (last == steps[i].stage) continue;
    last = steps[i].stage;
    const StageState state = stage_state(desk, steps[i].stage);
    const Rect rect = Rect::at(at.x, at.y, at.w, h);
    if (state != StageState::Later) c.fill(rect, theme::kRaised, c.px(4));
    if (state == StageState::Now) c.outline(rect, theme::kAccent, c.px(4), c.px(1.5f));
    const Color ink = state == StageState::Now    ? theme::kText
                      : state == StageState::Done ? theme::kGood
                                                  : theme::kFaint;
    c.fit(at.x + c.px(9), at.y + c.px(4), at.w - c.px(34), Face::Small, ink,
          fmt::format("{} {}", stage_number(desk, steps[i].stage), stage_title(steps[i].stage)));
    if (state == StageState::Done) {
      c.check(rect.x1 - c.px(13), rect.cy(), c.px(4), theme::kGood);
    }
    if (c.clicked(rect)) desk.go_to(static_cast<std::int32_t>(i));
    at.y += h + c.px(4);
  }
  at.y += c.px(8);
}

void draw_cost_so_far(Ui& ui, Canvas& c, LogColumn& at) {
  const LookupStep* now = ui.log.current();
  if (now == nullptr) return;
  c.text(at.x, at.y, Face::Small, theme::kDim, "cost so far");
  at.y += c.line_height(Face::Small) + c.px(4);
  c.fit(at.x, at.y, at.w, Face::Mono, theme::kText,
        fmt::format("{} probe{} · {} read", now->probes, now->probes == 1 ? "" : "s",
                    format_bytes(now->bytes_read)));
  at.y += c.line_height(Face::Mono) + c.px(5);
  if (ui.log.lookup().full_scan_bytes > 0) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kFaint,
                   fmt::format("reading the log from its start: {}",
                               format_bytes(ui.log.lookup().full_scan_bytes)));
  }
  at.y += c.px(10);
}

void draw_directory(Ui& ui, Canvas& c, LogColumn& at) {
  LogDesk& desk = ui.log;
  c.heading(at.x, at.y, "LOG DIRECTORY of");
  at.y += c.line_height(Face::Small) + c.px(7);
  draw_nodes(ui, c, at);
  const std::string in_use = desk.page == LogPage::Lookup ? file_in_use(desk) : std::string();
  for (const FileRow& row : desk.tree()) draw_file(ui, c, at, row, in_use);
  if (desk.tree().empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, "No file yet.");
  }
  at.y += c.px(14);
}

}  // namespace

void draw_log_left(Ui& ui, const Rect& rect) {
  // A lab that runs keeps its place until somebody asks for the files.
  LogUi& state = ui.log_ui;
  const bool lab = ui.lab != nullptr && !ui.lab->title.empty();
  const bool labs = state.choice_made ? state.labs_on_left : lab;
  Canvas outer(ui.draw);
  ui.draw.where = "left panel";
  const float bar = outer.px(40);
  Rect rest = rect;
  rest.y0 += bar;
  outer.fill(rect, theme::kPanel);
  const Rect pages{rect.x0 + outer.px(14), rect.y0 + outer.px(7), rect.x1 - outer.px(14),
                   rect.y0 + outer.px(33)};
  if (two_pages(outer, pages, "Files", "Labs", labs)) {
    state.labs_on_left = !labs;
    state.choice_made = true;
  }
  if (labs) {
    draw_lab_panel(ui, rest);
    return;
  }
  outer.line(rect.x1, rect.y0, rect.x1, rect.y1, theme::kBorder);
  ScrollArea area(ui.draw, "files", rest);
  Canvas c(ui.draw);
  const float pad = c.px(16);
  LogColumn at{area.x() + pad, area.y() + c.px(8), rest.w() - 2 * pad, 0};
  draw_directory(ui, c, at);
  if (ui.log.page == LogPage::Lookup && ui.log.steps() > 0) {
    draw_stages(ui, c, at);
    draw_cost_so_far(ui, c, at);
  }
  area.content(rest.w() - c.px(20), at.y - area.y());
}

}  // namespace kscope::viewer
