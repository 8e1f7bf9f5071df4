// Sections 2 and 3: the relative offset, and the binary search in an index.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/log_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kCellHeight = 42;
constexpr float kCellWidth = 74;
constexpr float kTimeCellWidth = 100;
constexpr float kElisionWidth = 26;

/// What the drawing of one search needs at the present step.
struct SearchNow {
  const SearchedIndex& index;
  bool by_time = false;
  StageState state = StageState::Later;
  std::int32_t probe = -1;          ///< the present one; all are done: the last
  std::int32_t low = 0, high = -1;  ///< slots that are still possible
  bool found = false;
};

SearchNow search_now(const LogDesk& desk, LookupStage stage) {
  const bool by_time = stage == LookupStage::TimeIndex;
  const Lookup& l = desk.lookup();
  SearchNow now{
      by_time ? l.time_index : l.index, by_time, stage_state(desk, stage), -1, 0, -1, false};
  const auto& probes = now.index.search.probes;
  now.high = static_cast<std::int32_t>(now.index.entries.size()) - 1;
  if (probes.empty() || now.state == StageState::Later) return now;
  const auto last = static_cast<std::int32_t>(probes.size()) - 1;
  now.probe = now.state == StageState::Now ? desk.current()->part : last;
  now.found = now.probe == last;
  const storage::Probe& p = probes[static_cast<std::size_t>(now.probe)];
  now.low = p.low;
  now.high = p.high;
  return now;
}

std::string key_text(const SearchNow& now, std::int64_t key) {
  if (!now.by_time) return "rel " + digits(key);
  return format_instant(at_micros((key - kWallMillisAtStart) * 1000));
}

std::string value_text(const SearchNow& now, std::int64_t value) {
  return now.by_time ? "rel " + digits(value) : "@" + digits(value);
}

void draw_cell(Ui& ui, Canvas& c, const Rect& rect, const SearchNow& now, std::int32_t slot) {
  const auto& entry = now.index.entries[static_cast<std::size_t>(slot)];
  const auto& probes = now.index.search.probes;
  const bool probed = now.probe >= 0 && probes[static_cast<std::size_t>(now.probe)].middle == slot;
  const bool floor = now.found && slot == now.index.search.slot;
  const bool out = slot < now.low || slot > now.high;
  FieldFocus& focus = now.by_time ? ui.log_ui.time_index : ui.log_ui.index;
  const bool lit = focus.field / 2 == slot && focus.field >= 0;
  const float alpha = now.state == StageState::Later ? 0.4f : out && !floor ? 0.6f : 1.0f;
  c.fill(rect, floor || lit ? theme::kSelection : theme::kCard, c.px(5));
  const Color edge = floor    ? theme::kAccent
                     : probed ? theme::kWarn
                     : lit    ? theme::kText
                              : theme::kBorder;
  c.outline(rect, faded(edge, alpha), c.px(5), floor || probed ? c.px(2) : 1);
  const BoxScope box(c, rect);
  const float third = rect.h() / 2;
  c.text_center(Rect::at(rect.x0, rect.y0 + c.px(3), rect.w(), third), Face::MonoSmall,
                faded(theme::kText, alpha), key_text(now, entry.key));
  c.text_center(Rect::at(rect.x0, rect.cy() - c.px(2), rect.w(), third), Face::MonoSmall,
                faded(theme::kDim, alpha), value_text(now, entry.value));
  if (c.mouse_in(rect)) focus.next = slot * 2;
  c.tip(rect, now.by_time
                  ? fmt::format("entry {}: up to relative offset {} nothing is newer than {}", slot,
                                digits(entry.value), record_time_text(entry.key))
                  : fmt::format("entry {}: the batch that ends with relative offset {} begins at "
                                "byte {} of the .log",
                                slot, digits(entry.key), digits(entry.value)));
}

/// The number of each probe so far above the cell that it compared; several share a cell.
void draw_probe_marks(Canvas& c, const Rect& cell, const SearchNow& now, std::int32_t slot) {
  std::string marks;
  bool present = false;
  for (std::int32_t p = 0; p <= now.probe; ++p) {
    if (now.index.search.probes[static_cast<std::size_t>(p)].middle != slot) continue;
    marks += fmt::format("{}{}", marks.empty() ? "probe " : ", ", p + 1);
    present = p == now.probe;
  }
  if (marks.empty()) return;
  const Color ink = present && now.state == StageState::Now ? theme::kWarn : theme::kDim;
  c.text_center(Rect::at(cell.x0, cell.y0 - c.line_height(Face::Small) - c.px(3), cell.w(),
                         c.line_height(Face::Small)),
                Face::Small, ink, marks);
}

/// Returns the cell that the search stands at: the present probe's, or the answer's.
Rect draw_cells(Ui& ui, Canvas& c, LogColumn& at, const SearchNow& now) {
  Rect standing;
  const float gap = c.px(5);
  const float least = c.px(now.by_time ? kTimeCellWidth : kCellWidth);
  const auto& entries = now.index.entries;
  // The widest text decides, so that no number is ever cut.
  float need = least;
  for (const SearchedIndex::Entry& e : {entries.front(), entries.back()}) {
    need = std::max(need, c.width(Face::MonoSmall, key_text(now, e.key)) + c.px(14));
    need = std::max(need, c.width(Face::MonoSmall, value_text(now, e.value)) + c.px(14));
  }
  const auto count = static_cast<std::int32_t>(entries.size());
  auto room = static_cast<std::int32_t>((at.w + gap) / (need + gap));
  if (count > room)
    room = static_cast<std::int32_t>((at.w - 3 * c.px(kElisionWidth)) / (need + gap));
  const auto slots = slots_to_show(now.index, std::max(1, room));
  int gaps = 0;
  for (std::size_t i = 1; i < slots.size(); ++i) gaps += slots[i] != slots[i - 1] + 1 ? 1 : 0;
  const auto n = static_cast<float>(slots.size());
  const float free = at.w - gap * (n - 1) - static_cast<float>(gaps) * c.px(kElisionWidth);
  const float w = std::max(need, std::min(free / n, c.px(92)));
  const float h = c.px(kCellHeight);
  float x = at.x;
  for (std::size_t i = 0; i < slots.size() && x + w <= at.x + at.w + 1; ++i) {
    if (i > 0 && slots[i] != slots[i - 1] + 1) {
      c.text_center(Rect::at(x - gap, at.y, c.px(kElisionWidth) + gap, h), Face::Small,
                    theme::kFaint, "…");
      x += c.px(kElisionWidth);
    }
    const Rect cell = Rect::at(x, at.y, w, h);
    draw_cell(ui, c, cell, now, slots[i]);
    draw_probe_marks(c, cell, now, slots[i]);
    c.text_center(Rect::at(x, cell.y1 + c.px(2), w, c.line_height(Face::MonoSmall)),
                  Face::MonoSmall, theme::kFaint, std::to_string(slots[i]));
    const bool here =
        now.probe >= 0 &&
        slots[i] == (now.found
                         ? now.index.search.slot
                         : now.index.search.probes[static_cast<std::size_t>(now.probe)].middle);
    if (here) standing = cell;
    x = cell.x1 + gap;
  }
  at.y += h + c.line_height(Face::MonoSmall) + c.px(6);
  return standing;
}

/// The present probe, or what the search came to.
std::string verdict_text(const LogDesk& desk, const SearchNow& now, LookupStage stage) {
  if (now.state == StageState::Later) return {};
  for (std::int32_t i = desk.step(); i >= 0; --i) {
    const LookupStep& step = desk.lookup().steps[static_cast<std::size_t>(i)];
    if (step.stage == stage) return step.text;
  }
  return {};
}

/// Below the cell it is about, as far as the margins allow.
void draw_verdict(Canvas& c, const LogColumn& at, const std::string& text, StageState state,
                  const Rect& cell) {
  const Color ink = state == StageState::Later ? theme::kFaint
                    : state == StageState::Now ? theme::kAccent
                                               : theme::kDim;
  if (text.empty()) return;
  if (cell.empty()) {
    c.fit(at.x, at.y, at.w, Face::Small, ink, text);
    return;
  }
  c.triangle_up(cell.cx(), at.y + c.line_height(Face::Small) * 0.55f, c.px(4.5f), ink);
  // Beside the triangle, on the side where there is room.
  const float w = c.width(Face::Small, text), mark = c.px(10);
  const bool right = cell.cx() + mark + w <= at.x + at.w;
  const float x = right ? cell.cx() + mark : std::max(at.x, cell.cx() - mark - w);
  c.fit(x, at.y, right ? w + 1 : cell.cx() - mark - x + 1, Face::Small, ink, text);
}

}  // namespace

void draw_relative(Ui& ui, Canvas& c, LogColumn& at) {
  const LogDesk& desk = ui.log;
  const Lookup& l = desk.lookup();
  const StageState state = stage_state(desk, LookupStage::Relative);
  const float top = at.y;
  const int number = stage_number(desk, LookupStage::Relative);
  const Rect head = section_heading(c, at, state, fmt::format("{} RELATIVE OFFSET", number));
  if (state == StageState::Later || l.chosen() == nullptr) {
    c.text(head.x1 + c.px(14), top, Face::Small, theme::kFaint, "comes later");
    at.next_section();
    return;
  }
  const std::string sum = fmt::format("{} − {} = {}", digits(l.from), digits(l.chosen()->base),
                                      digits(l.from - l.chosen()->base));
  const Rect formula = c.text(head.x1 + c.px(14), top - c.px(1), Face::MonoBold, theme::kText, sum);
  const float x = formula.x1 + c.px(16);
  c.fit(x, top, at.x + at.w - x, Face::Small, theme::kDim,
        "an entry of .index keeps 4 bytes of this and 4 bytes of position");
  at.next_section();
}

void draw_search(Ui& ui, Canvas& c, LogColumn& at, LookupStage stage) {
  const LogDesk& desk = ui.log;
  const SearchNow now = search_now(desk, stage);
  const std::string name = now.index.path.empty()
                               ? std::string(now.by_time ? ".timeindex" : ".index")
                               : now.index.path.substr(now.index.path.rfind('/') + 1);
  const std::size_t entries = now.index.entries.size();
  section_heading(
      c, at, now.state,
      fmt::format("{} BINARY SEARCH in {}", stage_number(desk, stage), short_file_name(name)),
      now.state == StageState::Later ? std::string("comes later")
                                     : fmt::format("sparse: {} {} for the whole segment", entries,
                                                   entries == 1 ? "entry" : "entries"));
  if (now.index.entries.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim,
                   "No entry yet: one is written for about every 4096 bytes of batches "
                   "(index.interval.bytes). A log as short as this is scanned from its start.");
    at.next_section();
    return;
  }
  at.y += c.line_height(Face::Small) + c.px(2);  // the marks of the probes
  const Rect cell = draw_cells(ui, c, at, now);
  draw_verdict(c, at, verdict_text(desk, now, stage), now.state, cell);
  at.y += c.line_height(Face::Small) + c.px(4);
  at.next_section();
}

}  // namespace kscope::viewer
