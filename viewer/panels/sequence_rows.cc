// The picture of a sequence diagram: lanes, rows, phases. No state of the screen in here.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/sequence_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kGutter = 86;  ///< the times
constexpr float kRight = 14;

float row_height(const Canvas& c, RowKind kind) {
  switch (kind) {
    case RowKind::Message:
      return c.line_height(Face::Small) + c.px(15);
    case RowKind::Note:
    case RowKind::Fold:
    case RowKind::Phase:
      return c.line_height(Face::Small) + c.px(12);
    case RowKind::Pause:
      return c.line_height(Face::Small) + c.px(7);
  }
  return 0;
}

Color phase_ink(PhaseKind kind) {
  switch (kind) {
    case PhaseKind::Election:
      return theme::kSpecial;
    case PhaseKind::Failover:
      return theme::kBad;
    case PhaseKind::IsrChange:
      return theme::kWarn;
    case PhaseKind::Rebalance:
    case PhaseKind::RebalanceStep:
      return theme::kAccent;
  }
  return theme::kDim;
}

Color note_ink(event::Weight weight) {
  return weight == event::Weight::Drama ? theme::kLead : theme::kGood;
}

/// Where things lie across.
struct Columns {
  Columns(const Canvas& c, const Rect& rect, std::size_t lanes)
      : x0(rect.x0 + c.px(kGutter)), x1(rect.x1 - c.px(kRight)) {
    step = (x1 - x0) / static_cast<float>(std::max<std::size_t>(lanes, 1));
  }
  float lane(std::int32_t i) const { return x0 + step * (static_cast<float>(i) + 0.5f); }
  float x0, x1, step = 0;
};

bool is_client(const SequenceLane& lane) {
  return lane.node >= 0 && !lane.controller && !lane.name.starts_with("broker ");
}

/// How much the names of all clients have in common: what can be left out where there is no room.
std::size_t common_beginning(const std::vector<SequenceLane>& lanes) {
  const SequenceLane* first = nullptr;
  std::size_t common = 0;
  for (const SequenceLane& lane : lanes) {
    if (!is_client(lane)) continue;
    if (first == nullptr) {
      first = &lane;
      common = lane.name.size();
      continue;
    }
    std::size_t same = 0;
    while (same < std::min(common, lane.name.size()) && lane.name[same] == first->name[same])
      ++same;
    common = same;
  }
  return common;
}

/// What can be left out of all clients' names, word by word: of "payments-worker-1" and
/// "payments-worker-2" nothing, or "payments-".
std::vector<std::size_t> name_cuts(const std::vector<SequenceLane>& lanes, std::size_t common) {
  std::vector<std::size_t> cuts{0};
  const auto first = std::find_if(lanes.begin(), lanes.end(), is_client);
  if (first == lanes.end()) return cuts;
  const std::size_t last_word = first->name.find_last_of("-_.", common);
  for (std::size_t i = 0; i < common && i < last_word; ++i) {
    const char c = first->name[i];
    const bool letter = i + 1 < first->name.size() && first->name[i + 1] >= 'A';
    if ((c == '-' || c == '_' || c == '.') && letter) cuts.push_back(i + 1);
  }
  return cuts;
}

/// "C1", "B2"; of clients called consumer-1, consumer-2 …: "c1", "c2".
std::string short_name(const SequenceLane& lane, std::size_t common) {
  if (lane.controller) return fmt::format("C{}", lane.node);
  if (lane.node < 0) return "others";
  if (!is_client(lane)) return fmt::format("B{}", lane.node);
  const bool helps = common > 2 && common < lane.name.size();
  return helps ? lane.name.substr(0, 1) + lane.name.substr(common) : lane.name;
}

/// The longest names that fit for all clients alike, and for all others alike.
std::vector<std::string> lane_names(const Canvas& c, const std::vector<SequenceLane>& lanes,
                                    std::size_t common, float room) {
  const auto fit = [&](bool clients, std::size_t cut) {
    return std::all_of(lanes.begin(), lanes.end(), [&](const SequenceLane& lane) {
      return is_client(lane) != clients ||
             c.width(Face::Bold, lane.name.substr(cut)) + c.px(8) <= room;
    });
  };
  const std::vector<std::size_t> cuts = name_cuts(lanes, common);
  const auto cut =
      std::find_if(cuts.begin(), cuts.end(), [&](std::size_t at) { return fit(true, at); });
  const bool others = fit(false, 0);
  std::vector<std::string> names;
  for (const SequenceLane& lane : lanes) {
    const bool whole = is_client(lane) ? cut != cuts.end() : others;
    names.push_back(!whole            ? short_name(lane, common)
                    : is_client(lane) ? lane.name.substr(*cut)
                                      : lane.name);
  }
  return names;
}

/// Draws one row after the other.
class Rows {
 public:
  Rows(Canvas& c, const Rect& rect, const SequenceScene& scene)
      : c_(c),
        rect_(rect),
        scene_(scene),
        view_(*scene.view),
        columns_(c, rect, view_.lanes.size()) {}

  const Columns& columns() const { return columns_; }

  bool draw(const SequenceRow& row, float y0, float y1) {
    alpha_ = scene_.marks_now && row.at > scene_.now ? 0.45f : 1.0f;
    y0_ = y0;
    y1_ = y1;
    const Rect all{rect_.x0, y0, rect_.x1, y1};
    const Target target =
        row.kind == RowKind::Message ? Target::of_frame(row.frame) : Target::of_event(row.event);
    const bool can_click = row.event != EventSeq();
    if (can_click && c_.mouse_in(all)) c_.fill(all, faded(theme::kRaised, 0.6f));
    if (can_click && c_.is_selected(target)) c_.fill(all, faded(theme::kSelection, 0.8f));
    switch (row.kind) {
      case RowKind::Message:
        message(row);
        break;
      case RowKind::Note:
        note(row);
        break;
      case RowKind::Fold:
        fold(row);
        break;
      case RowKind::Pause:
        pause(row);
        break;
      case RowKind::Phase:
        phase(row);
        break;
    }
    if (!can_click) return false;
    c_.hit(all, target);
    return c_.clicked(all);
  }

 private:
  void time(const SequenceRow& row) {
    const float y = (y0_ + y1_ - c_.line_height(Face::MonoSmall)) / 2;
    c_.text_right(columns_.x0 - c_.px(8), y, Face::MonoSmall, faded(theme::kFaint, alpha_),
                  format_instant(row.at));
  }

  /// A text on a plate, so that the lanes behind it do not cross it.
  void label(float x, float y, Color ink, const std::string& text) {
    const float room = columns_.x1 - columns_.x0;
    const float w = std::min(c_.width(Face::Small, text) + 1, room);
    x = std::clamp(x, columns_.x0, columns_.x1 - w);
    c_.fill({x - c_.px(3), y, x + w + c_.px(3), y + c_.line_height(Face::Small) + c_.px(1)},
            faded(theme::kBackground, 0.82f), c_.px(3));
    c_.fit(x, y, w, Face::Small, faded(ink, alpha_), text);
  }

  void message(const SequenceRow& row) {
    time(row);
    const float from = columns_.lane(row.from), to = columns_.lane(row.to);
    const bool lost = row.fate == FrameFate::Lost;
    const auto from_lane = static_cast<std::size_t>(row.from);
    const Color own =
        from_lane < scene_.inks.size() ? scene_.inks[from_lane] : theme::api(family_of(row.api));
    const Color ink = faded(lost ? theme::kBad : own, alpha_);
    const float a = y1_ - c_.px(8), b = y1_ - c_.px(5);
    const float way = lost ? 0.5f : row.fate == FrameFate::OnItsWay ? 0.8f : 1.0f;
    const float end_x = from + (to - from) * way, end_y = a + (b - a) * way;
    const bool to_self = row.from == row.to;
    if (to_self) {
      c_.line(from, a, from + c_.px(22), a, ink, c_.px(1.5f));
    } else if (row.is_response) {
      c_.dashed_line(from, a, end_x, end_y, ink, c_.px(1.5f), c_.px(5));
    } else {
      c_.line(from, a, end_x, end_y, ink, c_.px(1.5f));
    }
    c_.circle(from, a, c_.px(2.5f), ink);
    const int direction = to < from ? -1 : 1;
    if (lost) {
      c_.cross(end_x, end_y, c_.px(5), ink);
    } else if (!to_self) {
      c_.arrow_head(end_x - static_cast<float>(direction) * c_.px(5), end_y, c_.px(5), direction,
                    ink);
    }
    const std::string text = row.fate == FrameFate::Lost       ? row.text + " (lost)"
                             : row.fate == FrameFate::OnItsWay ? row.text + " (on its way)"
                                                               : row.text;
    label(std::min(from, to) + c_.px(8), y0_ + c_.px(2), lost ? theme::kBad : theme::kText, text);
  }

  /// A box over its lanes, as wide as its text needs.
  Rect boxed(const SequenceRow& row) const {
    const float room = columns_.x1 - columns_.x0;
    const float from = columns_.lane(row.from), to = columns_.lane(row.to);
    const float w =
        std::min(std::max(c_.width(Face::Small, row.text) + c_.px(16), to - from), room);
    const float x = std::clamp((from + to - w) / 2, columns_.x0, columns_.x1 - w);
    return {x, y0_ + c_.px(2), x + w, y1_ - c_.px(2)};
  }

  void boxed_text(const Rect& box, Color ink, const std::string& text) {
    const BoxScope scope(c_, box);
    const float w = std::min(c_.width(Face::Small, text) + 1, box.w() - c_.px(12));
    c_.fit(box.cx() - w / 2, box.cy() - c_.line_height(Face::Small) * 0.58f, w, Face::Small, ink,
           text);
  }

  void note(const SequenceRow& row) {
    time(row);
    const Rect box = boxed(row);
    const Color ink = faded(note_ink(row.weight), alpha_);
    c_.fill(box, mixed(note_ink(row.weight), theme::kBackground, 0.86f), c_.px(4));
    c_.outline(box, faded(ink, 0.7f), c_.px(4));
    boxed_text(box, ink, row.text);
  }

  void fold(const SequenceRow& row) {
    time(row);
    const Rect box = boxed(row);
    c_.fill(box, theme::kPanel, c_.px(4));
    c_.dashed_outline(box, theme::kBorder, c_.px(4), 1);
    boxed_text(box, faded(theme::kDim, alpha_), row.text);
    c_.tip(
        box,
        scene_.inks.empty()
            ? "Routine that changed nothing, folded into one line: fetches and heartbeats repeat "
              "by the clock. Switch \"Fold routine\" off to see each of them"
            : "Routine, folded into one line. The screen \"Sequence\" shows each of them");
  }

  void pause(const SequenceRow& row) {
    const float y = (y0_ + y1_) / 2;
    const float w = c_.width(Face::Small, row.text);
    const float x = (columns_.x0 + columns_.x1 - w) / 2;
    c_.dashed_line(columns_.x0, y, x - c_.px(8), y, theme::kBorder, 1, c_.px(3));
    c_.dashed_line(x + w + c_.px(8), y, columns_.x1, y, theme::kBorder, 1, c_.px(3));
    const float half = c_.line_height(Face::Small) * 0.58f;
    c_.fill({x - c_.px(5), y - half, x + w + c_.px(5), y + half}, theme::kBackground, c_.px(3));
    c_.text(x, y - half, Face::Small, theme::kFaint, row.text);
  }

  void phase(const SequenceRow& row) {
    const auto band =
        std::find_if(view_.phases.begin(), view_.phases.end(),
                     [&](const PhaseBand& b) { return &view_.rows[b.first_row] == &row; });
    const Color ink = band == view_.phases.end() ? theme::kDim : phase_ink(band->phase.kind);
    const float room = columns_.x1 - columns_.x0;
    const float w = std::min(c_.width(Face::Bold, row.text) + 1, room);
    c_.fill({columns_.x0 - c_.px(4), y0_ + c_.px(2), columns_.x0 + w + c_.px(4), y1_ - c_.px(1)},
            theme::kBackground, c_.px(3));
    c_.fit(columns_.x0, y0_ + c_.px(5), w, Face::Bold, ink, row.text);
  }

  Canvas& c_;
  Rect rect_;
  const SequenceScene& scene_;
  const SequenceView& view_;
  Columns columns_;
  float y0_ = 0, y1_ = 0, alpha_ = 1;
};

/// A tint behind the rows, and a bar at the left edge; nested phases lie further in.
void draw_phases(Canvas& c, const Rect& rect, const SequenceScene& scene,
                 const std::vector<float>& edges) {
  const SequenceView& view = *scene.view;
  float inset = 0;
  std::size_t last = 0;
  for (const PhaseBand& band : view.phases) {
    inset = band.first_row <= last && last > 0 ? std::min(inset + c.px(5), c.px(15)) : 0;
    last = std::max(last, band.last_row);
    const Color ink = phase_ink(band.phase.kind);
    const Rect area{rect.x0 + inset, rect.y0 + edges[band.first_row], rect.x1,
                    rect.y0 + edges[band.last_row + 1]};
    // Of the steps of one rebalance the one that is under way stands out.
    const bool step = band.phase.kind == PhaseKind::RebalanceStep;
    const bool now = scene.now >= band.phase.from && !(band.phase.until < scene.now);
    c.fill(area, faded(ink, !step ? 0.06f : now ? 0.10f : 0.02f));
    c.fill({area.x0, area.y0, area.x0 + c.px(3), area.y1}, ink);
  }
}

/// Where a lane's process was down, its line is a hatched bar.
void draw_outages(Canvas& c, const Rect& rect, const Columns& columns, const SequenceView& view,
                  const std::vector<float>& edges, const EventIndex& index) {
  const auto y_of = [&](Instant at) {
    const auto row = std::find_if(view.rows.begin(), view.rows.end(),
                                  [&](const SequenceRow& r) { return r.at >= at; });
    return rect.y0 + edges[static_cast<std::size_t>(row - view.rows.begin())];
  };
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    const auto list = index.outages().find(view.lanes[i].node);
    if (list == index.outages().end()) continue;
    for (const Stretch& s : list->second) {
      const float y0 = y_of(at_micros(s.from_us));
      const float y1 = s.until_us ? y_of(at_micros(*s.until_us)) : rect.y0 + edges.back();
      if (y1 <= y0) continue;
      const float x = columns.lane(static_cast<std::int32_t>(i));
      const Rect bar{x - c.px(4), y0, x + c.px(4), y1};
      c.fill(bar, theme::kBackground);
      c.hatch(bar, s.kind == StretchKind::Paused ? theme::kWarn : theme::kBad, c.px(5));
      c.tip(bar, fmt::format("{} {}", view.lanes[i].name,
                             s.kind == StretchKind::Paused ? "is paused" : "is down"));
    }
  }
}

void draw_now(Canvas& c, const Rect& rect, const Columns& columns, const SequenceScene& scene,
              const std::vector<float>& edges) {
  const auto& rows = scene.view->rows;
  const auto next = std::find_if(rows.begin(), rows.end(),
                                 [&](const SequenceRow& row) { return row.at > scene.now; });
  const float y = rect.y0 + edges[static_cast<std::size_t>(next - rows.begin())];
  c.line(rect.x0, y, rect.x1, y, theme::kAccent, c.px(1.5f));
  c.list()->AddTriangleFilled({columns.x0 - c.px(8), y - c.px(5)}, {columns.x0, y},
                              {columns.x0 - c.px(8), y + c.px(5)}, theme::kAccent);
  c.tip({rect.x0, y - c.px(4), columns.x0, y + c.px(4)},
        "The present moment: what is below was recorded, and lies ahead");
}

}  // namespace

float sequence_head_height(const Canvas& c, const SequenceView* view) {
  const bool details =
      view != nullptr && std::any_of(view->lanes.begin(), view->lanes.end(),
                                     [](const auto& lane) { return !lane.detail.empty(); });
  return c.line_height(Face::Bold) + c.px(16) +
         (details ? c.line_height(Face::Small) + c.px(1) : 0);
}

std::vector<float> sequence_row_edges(const Canvas& c, const SequenceView& view) {
  std::vector<float> edges{0};
  for (const SequenceRow& row : view.rows) edges.push_back(edges.back() + row_height(c, row.kind));
  return edges;
}

float sequence_height(const Canvas& c, const SequenceView& view) {
  return sequence_row_edges(c, view).back();
}

std::int32_t draw_sequence_head(Canvas& c, const Rect& rect, const SequenceScene& scene) {
  const SequenceView& view = *scene.view;
  const Columns columns(c, rect, view.lanes.size());
  const float room = columns.step - c.px(10);
  std::int32_t clicked = -1;
  const std::size_t common = common_beginning(view.lanes);
  const std::vector<std::string> names = lane_names(c, view.lanes, common, room);
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    const SequenceLane& lane = view.lanes[i];
    const float x = columns.lane(static_cast<std::int32_t>(i));
    const Rect box{x - room / 2, rect.y0 + c.px(3), x + room / 2, rect.y1 - c.px(3)};
    const bool only = lane.node >= 0 && lane.node == scene.only_node;
    const Color ink = i < scene.inks.size()              ? scene.inks[i]
                      : lane.controller                  ? theme::kGood
                      : lane.name.starts_with("broker ") ? theme::kText
                                                         : theme::kProducer;
    const Color edge = i < scene.inks.size() ? ink : theme::kBorder;
    c.fill(box, only ? theme::kSelection : theme::kCard, c.px(5));
    c.outline(box, only ? theme::kAccent : edge, c.px(5));
    const BoxScope scope(c, box);
    const std::string& name = names[i];
    const float w = std::min(c.width(Face::Bold, name) + 1, box.w() - c.px(4));
    const float below = lane.detail.empty() ? 0 : c.line_height(Face::Small) * 0.5f;
    c.fit(x - w / 2, box.cy() - c.line_height(Face::Bold) * 0.58f - below, w, Face::Bold, ink,
          name);
    const bool told = c.width(Face::Small, lane.detail) <= box.w() - c.px(4);
    if (!lane.detail.empty() && told) {
      const float dw = std::min(c.width(Face::Small, lane.detail) + 1, box.w() - c.px(4));
      c.fit(x - dw / 2, box.cy() + c.px(2), dw, Face::Small, theme::kDim, lane.detail);
    }
    if (!scene.inks.empty()) {
      c.tip(box, lane.detail.empty() ? lane.name : lane.name + ": " + lane.detail);
    } else {
      c.tip(box, only ? lane.name + ": click to show all nodes again"
                      : lane.name + ": click to show only what it says and hears");
    }
    if (c.clicked(box)) clicked = lane.node;
  }
  return clicked;
}

std::ptrdiff_t draw_sequence_rows(Canvas& c, const Rect& rect, const Rect& visible,
                                  const SequenceScene& scene, const EventIndex* index) {
  const SequenceView& view = *scene.view;
  const std::vector<float> edges = sequence_row_edges(c, view);
  draw_phases(c, rect, scene, edges);
  Rows rows(c, rect, scene);
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    const float x = rows.columns().lane(static_cast<std::int32_t>(i));
    c.line(x, rect.y0, x, rect.y0 + edges.back(), theme::kBorder, c.px(1));
  }
  if (index != nullptr) draw_outages(c, rect, rows.columns(), view, edges, *index);
  std::ptrdiff_t clicked = -1;
  for (std::size_t i = 0; i < view.rows.size(); ++i) {
    const float y0 = rect.y0 + edges[i], y1 = rect.y0 + edges[i + 1];
    if (y1 < visible.y0 || y0 > visible.y1) continue;
    if (rows.draw(view.rows[i], y0, y1)) clicked = static_cast<std::ptrdiff_t>(i);
  }
  if (scene.marks_now) draw_now(c, rect, rows.columns(), scene, edges);
  return clicked;
}

}  // namespace kscope::viewer
