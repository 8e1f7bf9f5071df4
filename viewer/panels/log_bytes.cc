// The right side of the screen "Log & index": the bytes that the present step reads.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/log_panel.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

constexpr std::int32_t kIndexRows = 9;
constexpr std::size_t kBytesInRow = 8;

std::string hex_of(const Bytes& bytes, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end && i < bytes.size(); ++i) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", bytes[i]);
  }
  return text;
}

/// The present probe's slot, or the answer's.
std::int32_t slot_now(const LogDesk& desk, const SearchedIndex& index, LookupStage stage) {
  const LookupStep* now = desk.current();
  if (now != nullptr && now->stage == stage &&
      now->part < static_cast<std::int32_t>(index.search.probes.size())) {
    return index.search.probes[static_cast<std::size_t>(now->part)].middle;
  }
  return stage_state(desk, stage) == StageState::Later ? -1 : index.search.slot;
}

/// One entry: address, bytes of the key, bytes of the value, both read out.
void draw_entry(Canvas& c, LogColumn& at, const SearchedIndex& index, std::int32_t slot,
                bool present, FieldFocus& focus, bool time) {
  const auto& fields = index.bytes.fields;
  const auto f = static_cast<std::size_t>(slot) * 2;
  const float row = c.line_height(Face::MonoSmall) + c.px(5);
  const float h = time ? 2 * row : row;
  const Rect rect = Rect::at(at.x - c.px(4), at.y - c.px(2), at.w + c.px(8), h);
  const bool lit = focus.field >= 0 && focus.field / 2 == slot;
  if (present || lit) c.fill(rect, theme::kSelection, c.px(3));
  const float address = c.width(Face::MonoSmall, "0000 ") + c.px(4);
  c.text(at.x, at.y, Face::MonoSmall, theme::kFaint, fmt::format("{:04x}", fields[f].begin));
  float x = at.x + address, y = at.y;
  for (std::size_t i = 0; i < 2; ++i) {
    const record::FieldSpan& field = fields[f + i];
    const bool on = focus.field == static_cast<int>(f + i);
    const Color ink = field_color(i == 0 ? 3 : 4);
    const Rect bytes = c.text(x, y, Face::MonoSmall, on ? theme::kText : ink,
                              hex_of(index.bytes.bytes, field.begin, field.end));
    if (c.mouse_in({bytes.x0, y - c.px(2), bytes.x1 + c.px(6), y + row - c.px(2)})) {
      focus.next = static_cast<int>(f + i);
    }
    x = bytes.x1 + c.width(Face::MonoSmall, " ");
    if (!time) continue;
    const auto& e = index.entries[static_cast<std::size_t>(slot)];
    c.fit(x + c.px(6), y, at.x + at.w - x - c.px(6), Face::MonoSmall, theme::kDim,
          i == 0 ? record_time_text(e.key) : "rel " + digits(e.value));
    x = at.x + address;
    y += row;
  }
  if (!time) {
    const auto& e = index.entries[static_cast<std::size_t>(slot)];
    const std::string read = fmt::format("rel {} @{}", e.key, e.value);
    c.fit(x + c.px(6), at.y, at.x + at.w - x - c.px(6), Face::MonoSmall, theme::kDim, read);
  }
  if (c.mouse_in(rect) && focus.next < 0) focus.next = static_cast<int>(f);
  at.y += h;
}

void draw_index_bytes(Ui& ui, Canvas& c, LogColumn& at, bool time) {
  const LogDesk& desk = ui.log;
  const SearchedIndex& index = time ? desk.lookup().time_index : desk.lookup().index;
  FieldFocus& focus = time ? ui.log_ui.time_index : ui.log_ui.index;
  const LookupStage stage = time ? LookupStage::TimeIndex : LookupStage::Index;
  const Rect head = c.heading(at.x, at.y, time ? "BYTES of the .timeindex" : "BYTES of the .index");
  c.fit(head.x1 + c.px(8), at.y, at.x + at.w - head.x1 - c.px(8), Face::Small, theme::kFaint,
        time ? "12 an entry" : "8 an entry: relative offset, position");
  at.y += c.line_height(Face::Small) + c.px(7);
  const auto count = static_cast<std::int32_t>(index.bytes.fields.size() / 2);
  if (count == 0) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, "0 bytes: no entry yet.") + c.px(12);
    return;
  }
  const std::int32_t present = slot_now(desk, index, stage);
  const std::int32_t focused = focus.field >= 0 ? focus.field / 2 : present;
  const std::int32_t rows = time ? (kIndexRows + 1) / 2 : kIndexRows;
  // The window follows the search, not the mouse: rows must not run away from the pointer.
  const std::int32_t first =
      std::clamp(std::max(present, 0) - rows / 2, 0, std::max(0, count - rows));
  const std::int32_t last = std::min(count, first + rows);
  for (std::int32_t slot = first; slot < last; ++slot) {
    draw_entry(c, at, index, slot, slot == present, focus, time);
  }
  const bool outside = focused >= 0 && focused < count && (focused < first || focused >= last);
  if (outside) draw_entry(c, at, index, focused, false, focus, time);
  if (count > rows && !outside) {
    c.fit(at.x, at.y, at.w, Face::Small, theme::kFaint,
          fmt::format("entries {} to {} of {}", first, last - 1, count));
    at.y += c.line_height(Face::Small);
  }
  at.y += c.px(14);
}

/// One field of the batch: its first bytes, its name and value.
void draw_batch_field(Canvas& c, LogColumn& at, const Dissection& d, int i, int hue,
                      FieldFocus& focus) {
  const record::FieldSpan& f = d.fields[static_cast<std::size_t>(i)];
  const float row = c.line_height(Face::MonoSmall) + c.px(5);
  const Rect rect = Rect::at(at.x - c.px(4), at.y - c.px(2), at.w + c.px(8), row);
  const bool lit = focus.field == i;
  if (lit) c.fill(rect, theme::kSelection, c.px(3));
  std::string bytes = "(compressed)";
  if (!f.decompressed) {
    const std::size_t shown = std::min(f.end, f.begin + kBytesInRow);
    bytes = hex_of(d.bytes, f.begin, shown);
    if (shown < f.end) bytes += "…";
  }
  const Rect left = c.text(at.x, at.y, Face::MonoSmall, field_color(hue), bytes);
  const std::size_t dot = f.name.find('.');
  const std::string name = dot == std::string::npos ? f.name : f.name.substr(dot + 1);
  std::string value = f.value.substr(0, f.value.find_first_of(":("));
  while (value.ends_with(' ')) value.pop_back();
  const std::string both = value.empty() ? name : name + " " + value;
  const float room = at.x + at.w - left.x1 - c.px(10);
  const bool fits = c.width(Face::MonoSmall, both) <= room;
  const std::string text = fits ? both : name;
  const float w = std::min(c.width(Face::MonoSmall, text), room);
  c.fit(at.x + at.w - w, at.y, w + 1, Face::MonoSmall, lit ? theme::kText : theme::kDim, text);
  c.tip(rect, fmt::format("{} = {} · bytes {} to {}", f.name, f.value, f.begin, f.end - 1));
  if (c.mouse_in(rect)) {
    focus.next = i;
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) focus.pinned = focus.pinned == i ? -1 : i;
  }
  at.y += row;
}

void draw_batch_bytes(Ui& ui, Canvas& c, LogColumn& at) {
  const LogDesk& desk = ui.log;
  const Lookup& l = desk.lookup();
  const Dissection& d = desk.batch_shown();
  if (d.bytes.empty() || stage_state(desk, LookupStage::Position) == StageState::Later) {
    c.heading(at.x, at.y, "BYTES of the .log");
    at.y += c.line_height(Face::Small) + c.px(7);
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kFaint, "Not a byte was read so far.") +
            c.px(14);
    return;
  }
  const auto number = static_cast<std::size_t>(desk.batch_number());
  c.heading(at.x, at.y, fmt::format("BYTES of the .log at {}", digits(l.batches[number].position)));
  at.y += c.line_height(Face::Small) + c.px(7);
  FieldFocus& focus = ui.log_ui.batch;
  int hue = 0;
  for (std::size_t i = 0; i < d.fields.size() && d.fields[i].name != "records"; ++i) {
    draw_batch_field(c, at, d, static_cast<int>(i), hue++, focus);
  }
  const bool opened = stage_state(desk, LookupStage::Record) != StageState::Later;
  if (opened && l.record >= 0 && desk.batch_number() == l.hit) {
    at.y += c.px(6);
    c.text(at.x, at.y, Face::Small, theme::kAccent, fmt::format("record {}", l.record));
    at.y += c.line_height(Face::Small) + c.px(5);
    hue = 0;
    for (const int i : l.record_fields) draw_batch_field(c, at, d, i, hue++, focus);
  }
  at.y += c.px(12);
  c.heading(at.x, at.y, fmt::format("THE WHOLE BATCH, {} bytes", d.bytes.size()));
  at.y += c.line_height(Face::Small) + c.px(7);
  at.y += hex_dump(c, at.x, at.y, at.w, d, focus) + c.px(14);
}

void draw_why(Canvas& c, LogColumn& at) {
  at.y += c.wrap(at.x, at.y, at.w, Face::Bold, theme::kAccent, "Why it is called O(1)") + c.px(3);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kText,
                 "Segments and index are searched in log time over counts that retention keeps "
                 "bounded; the file is then read at one position, never from its start.") +
          c.px(8);
  for (const char* link : {"engine/storage/offset_index.cc", "docs/03-storage.md"}) {
    c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kAccent, link);
    const Rect rect = Rect::at(at.x, at.y, at.w, c.line_height(Face::MonoSmall));
    c.tip(rect, std::string("Click to copy the path ") + link);
    if (c.clicked(rect)) ImGui::SetClipboardText(link);
    at.y += c.line_height(Face::MonoSmall) + c.px(5);
  }
  c.fit(at.x, at.y, at.w, Face::MonoSmall, theme::kDim, "Kafka: OffsetIndex, LogSegment");
  at.y += c.line_height(Face::MonoSmall) + c.px(12);
}

}  // namespace

void draw_log_right(Ui& ui, const Rect& rect) {
  LogUi& state = ui.log_ui;
  // A click on something that has more to tell brings the inspector.
  if (!(state.inspected == ui.session.selection())) {
    state.inspected = ui.session.selection();
    state.inspector_on_right = static_cast<bool>(state.inspected);
  }
  Canvas outer(ui.draw);
  ui.draw.where = "bytes";
  outer.fill(rect, theme::kPanel);
  const Rect pages{rect.x0 + outer.px(14), rect.y0 + outer.px(7), rect.x1 - outer.px(14),
                   rect.y0 + outer.px(33)};
  if (two_pages(outer, pages, "Bytes", "Inspector", state.inspector_on_right)) {
    state.inspector_on_right = !state.inspector_on_right;
  }
  Rect rest = rect;
  rest.y0 += outer.px(40);
  if (state.inspector_on_right) {
    draw_inspector(ui, rest);
    return;
  }
  outer.line(rect.x0, rect.y0, rect.x0, rect.y1, theme::kBorder);
  ScrollArea area(ui.draw, "bytes", {rest.x0 + 1, rest.y0, rest.x1, rest.y1});
  Canvas c(ui.draw);
  const float pad = c.px(16);
  LogColumn at{area.x() + pad, area.y() + c.px(6), rest.w() - 2 * pad, 0};
  const LookupStep* now = ui.log.current();
  if (ui.log.by_time()) draw_index_bytes(ui, c, at, true);
  if (!ui.log.by_time() || now == nullptr || now->stage != LookupStage::TimeIndex) {
    draw_index_bytes(ui, c, at, false);
  }
  draw_batch_bytes(ui, c, at);
  draw_why(c, at);
  area.content(rest.w() - c.px(20), at.y - area.y());
}

}  // namespace kscope::viewer
