#include "viewer/panels/sequence_panel.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

/// Things in a row that go on in the next one where they do not fit.
struct Flow {
  Canvas& c;
  float x0, x1, x, y, h;
  Rect next(float w) {
    if (x > x0 && x + w > x1) new_line();
    const Rect rect = Rect::at(x, y, w, h);
    x = rect.x1 + c.px(5);
    return rect;
  }
  void new_line() {
    x = x0;
    y += h + c.px(5);
  }
  /// The label of a group; its first member stays beside it.
  void label(const char* text, float first_w) {
    const float w = c.width(Face::Small, text) + c.px(4);
    if (x > x0) x += c.px(9);
    if (x > x0 && x + w + c.px(5) + first_w > x1) new_line();
    c.text(x, y + (h - c.line_height(Face::Small)) / 2, Face::Small, theme::kDim, text);
    x += w;
  }
  bool chip(const std::string& text, bool on, const char* tip) {
    const Rect rect = next(button_width(c, text) - c.px(10));
    const bool clicked =
        button(c, rect, text, on ? ButtonStyle::Primary : ButtonStyle::Plain, theme::kDim);
    c.tip(rect, tip);
    return clicked;
  }
};

void draw_window_choice(SequenceDesk& desk, Flow& flow) {
  flow.label("Window", flow.c.px(60));
  for (std::size_t i = 0; i < SequenceDesk::kLengths.size(); ++i) {
    const std::string text = setting_ms(SequenceDesk::kLengths[i].count() / 1000);
    if (flow.chip(text, desk.length == i, "How much time around the present moment is shown")) {
      desk.length = i;
    }
  }
}

void draw_notes_choice(SequenceDesk& desk, Flow& flow) {
  struct Choice {
    const char* text;
    NoteLevel level;
    const char* tip;
  };
  static constexpr Choice kChoices[] = {
      {"dramas", NoteLevel::Dramas, "Notes for crashes, elections and changes of leaders only"},
      {"changes", NoteLevel::Changes,
       "And for what moved in the quorum, the controller and the replicas"},
      {"all", NoteLevel::All, "And for logs, requests and clients"}};
  flow.label("Notes", flow.c.px(60));
  for (const Choice& choice : kChoices) {
    if (flow.chip(choice.text, desk.notes == choice.level, choice.tip)) desk.notes = choice.level;
  }
}

void draw_filters(SequenceDesk& desk, Flow& flow) {
  constexpr std::size_t kMostPartitions = 6;
  flow.label("Only", flow.c.px(60));
  for (const std::string& api : desk.known_apis()) {
    if (flow.chip(api, desk.apis.count(api) > 0, "Show only requests and answers of this API")) {
      desk.toggle_api(api);
      return;  // the list has changed under the loop
    }
  }
  std::size_t shown = 0;
  for (const TopicPartition& p : desk.known_partitions()) {
    const bool on = desk.partition == p;
    if (!on && shown >= kMostPartitions) continue;
    ++shown;
    if (flow.chip(p.str(), on, "Show only what names this partition")) desk.toggle_partition(p);
  }
  if (desk.filtered() && flow.chip("Show all", false, "Takes every filter back")) {
    desk.clear_filters();
  }
}

void draw_saving(Ui& ui, Flow& flow) {
  struct Format {
    const char* text;
    const char* suffix;
    const char* tip;
  };
  static constexpr Format kFormats[] = {
      {"Mermaid", "mmd", "Writes this diagram as Mermaid, for a Markdown page"},
      {"SVG", "svg", "Writes this diagram as SVG, for slides and papers"},
      {"PNG", "png", "Writes this diagram as a picture, as it is drawn here"}};
  flow.label("Save as", flow.c.px(70));
  for (const Format& f : kFormats) {
    if (!flow.chip(f.text, false, f.tip) || !ui.save_sequence) continue;
    ui.do_later([&ui, file = fmt::format("kafkascope-sequence.{}", f.suffix)](Session& session) {
      const Result<void> saved = ui.save_sequence(file);
      session.notify(
          saved.ok() ? "Wrote " + file + " into the current directory." : saved.error().message,
          saved.ok() ? NoticeTone::Info : NoticeTone::Bad);
    });
  }
}

/// Returns where it ends.
float draw_controls(Ui& ui, Canvas& c, const Rect& rect) {
  SequenceDesk& desk = ui.sequence;
  Flow flow{c, rect.x0, rect.x1, rect.x0, rect.y0, c.px(23)};
  draw_window_choice(desk, flow);
  draw_notes_choice(desk, flow);
  flow.x += c.px(9);
  const Rect fold = flow.next(c.width(Face::Small, "Fold routine") + c.px(30));
  if (check_box(c, fold.x0, fold.y0 + c.px(3), "Fold routine", desk.fold)) desk.fold = !desk.fold;
  c.tip(fold, "Fetches and heartbeats that changed nothing become one line");
  draw_saving(ui, flow);
  flow.new_line();
  draw_filters(desk, flow);
  return flow.y + flow.h + c.px(7);
}

std::string summary(const SequenceView& view) {
  if (view.rows.empty()) return "Nothing was said in this window";
  std::string text = fmt::format("{} to {}: {} messages", format_instant(view.rows.front().began),
                                 format_instant(view.rows.back().at), view.messages);
  if (view.folded > 0) text += fmt::format(", {} more folded", view.folded);
  if (view.cut_short) text += "; more follow: choose a shorter window or a filter";
  return text;
}

void draw_nothing(Canvas& c, const Rect& rect, const SequenceDesk& desk) {
  const char* why = desk.filtered()
                        ? "Nothing in this window passes the filters. \"Show all\" takes them back."
                        : "Nothing was said in this window. Press Play, or choose a longer one.";
  c.wrap(rect.x0 + c.px(20), rect.y0 + c.px(30), rect.w() - c.px(40), Face::Body, theme::kDim, why);
}

/// After a jump in time the present is brought into sight; otherwise the person scrolls.
void follow_present(Ui& ui, const SequenceScene& scene, const std::vector<float>& edges,
                    float height) {
  SequenceUi& state = ui.sequence_ui;
  const bool moved =
      state.seen != ui.session.machine().present() || state.generation != ui.sequence.generation();
  state.seen = ui.session.machine().present();
  state.generation = ui.sequence.generation();
  if (!moved) return;
  const auto row = static_cast<std::size_t>(ui.sequence.present_row(scene.now) + 1);
  bring_into_sight(state.scroll, edges[row], height);
}

void draw_rows(Ui& ui, const Rect& rect, const SequenceScene& scene) {
  const std::vector<float> edges = sequence_row_edges(Canvas(ui.draw), *scene.view);
  follow_present(ui, scene, edges, rect.h());
  draw_scrolled_rows(ui, "sequence", rect, scene, edges, ui.sequence_ui.scroll);
}

}  // namespace

void bring_into_sight(RowScroll& scroll, float y, float height) {
  const float margin = height * 0.12f;
  if (y > scroll.at + margin && y < scroll.at + height - margin) return;
  scroll.to = std::max(0.0f, y - height * 0.65f);
}

void draw_scrolled_rows(Ui& ui, const char* id, const Rect& rect, const SequenceScene& scene,
                        const std::vector<float>& edges, RowScroll& scroll) {
  ScrollArea area(ui.draw, id, rect);
  Canvas c(ui.draw);
  if (scroll.to >= 0) ImGui::SetScrollY(scroll.to);
  scroll.to = -1;
  scroll.at = ImGui::GetScrollY();
  const Rect all = Rect::at(rect.x0, area.y(), rect.w(), edges.back());
  const std::ptrdiff_t clicked = draw_sequence_rows(c, all, rect, scene, &ui.session.index());
  area.content(rect.w() - c.px(20), edges.back() + c.px(10));
  if (clicked < 0) return;
  const SequenceRow& row = scene.view->rows[static_cast<std::size_t>(clicked)];
  const Target target =
      row.kind == RowKind::Message ? Target::of_frame(row.frame) : Target::of_event(row.event);
  ui.do_later([target, event = row.event](Session& s) {
    s.pause();
    if (s.machine().can_travel()) s.seek(event);
    s.select(target);
  });
}

void draw_sequence(Ui& ui, const Rect& rect) {
  Canvas c(ui.draw);
  SequenceDesk& desk = ui.sequence;
  const float pad = c.px(14);
  const Rect controls{rect.x0 + pad, rect.y0 + c.px(6), rect.x1 - pad, rect.y1};
  float y = draw_controls(ui, c, controls);
  c.fit(controls.x0, y, controls.w(), Face::Small, theme::kFaint, summary(desk.view()));
  y += c.line_height(Face::Small) + c.px(6);
  const Rect below{rect.x0 + c.px(6), y, rect.x1, rect.y1};
  if (desk.view().lanes.empty()) return draw_nothing(c, below, desk);
  SequenceScene scene;
  scene.view = &desk.view();
  scene.now = ui.session.machine().now();
  scene.only_node = desk.node;
  // As wide as the rows, which leave room for their scroll bar.
  const Rect head{below.x0, y, below.x1 - c.px(12), y + sequence_head_height(c)};
  const std::int32_t node = draw_sequence_head(c, head, scene);
  if (node >= 0) desk.toggle_node(node);
  draw_rows(ui, {below.x0, head.y1, head.x1, below.y1}, scene);
}

}  // namespace kscope::viewer
