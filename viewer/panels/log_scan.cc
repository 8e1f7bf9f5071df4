// Sections 4 to 6: the jump to a position, the scan of batches, the record.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/panels/log_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kBatchHeight = 60;
constexpr float kBatchWidth = 172;

struct ScanNow {
  StageState position = StageState::Later, scan = StageState::Later, record = StageState::Later;
  std::int32_t part = -1;  ///< batches up to this one were read
};

ScanNow scan_now(const LogDesk& desk) {
  ScanNow now;
  now.position = stage_state(desk, LookupStage::Position);
  now.scan = stage_state(desk, LookupStage::Scan);
  now.record = stage_state(desk, LookupStage::Record);
  if (now.scan == StageState::Now) now.part = desk.current()->part;
  if (now.scan == StageState::Done) now.part = desk.lookup().hit;
  return now;
}

/// What has been done to this batch so far.
std::string batch_status(const Lookup& l, const ScanNow& now, std::int32_t i, Color* ink) {
  const ScannedBatch& b = l.batches[static_cast<std::size_t>(i)];
  *ink = theme::kFaint;
  if (i > now.part || !b.visited) return "not read";
  if (!b.hit) return "header only, 61 B";
  *ink = theme::kGood;
  if (now.record == StageState::Later) return "here it is";
  const bool valid = record::crc_is_valid(l.batch.bytes);
  if (!valid) *ink = theme::kBad;
  return fmt::format("{} · {}", valid ? "crc ok" : "crc WRONG",
                     b.header.codec() == record::Codec::None ? "not compressed"
                                                             : record::to_string(b.header.codec()));
}

void draw_batch(Ui& ui, Canvas& c, const Rect& rect, const Lookup& l, const ScanNow& now,
                std::int32_t i) {
  const ScannedBatch& b = l.batches[static_cast<std::size_t>(i)];
  const bool read = i <= now.part && b.visited;
  const bool hit = read && b.hit;
  const float alpha = read || i == 0 ? 1.0f : 0.55f;
  c.fill(rect, hit ? theme::kSelection : theme::kCard, c.px(6));
  c.outline(rect, hit ? theme::kAccent : faded(theme::kBorder, alpha), c.px(6), hit ? c.px(2) : 1);
  const BoxScope box(c, rect);
  const float x = rect.x0 + c.px(9), w = rect.w() - c.px(18);
  float y = rect.y0 + c.px(7);
  const bool single = b.header.last_offset() == b.header.base_offset;
  std::string title = "Batch " + digits(b.header.base_offset);
  if (!single) title += " to " + digits(b.header.last_offset());
  c.fit(x, y, w, Face::Small, faded(theme::kText, alpha), title);
  y += c.line_height(Face::Small) + c.px(3);
  c.fit(x, y, w, Face::Small, faded(theme::kDim, alpha),
        fmt::format("{} rec · epoch {} · {}", b.header.count, b.header.partition_leader_epoch,
                    format_bytes(static_cast<std::int64_t>(b.header.size_in_bytes()))));
  y += c.line_height(Face::Small) + c.px(3);
  Color ink{};
  const std::string status = batch_status(l, now, i, &ink);
  c.fit(x, y, w, Face::Small, ink, status);
  c.hit(rect, Target::record(l.question.node, l.question.partition, b.header.base_offset));
  c.tip(rect, batch_title_text(b));
  (void)ui;
}

/// From batch to batch: skipped by its length.
void draw_hop(Canvas& c, const Rect& from, const Rect& to, float depth) {
  const ImVec2 a{from.cx(), from.y1 + c.px(2)}, b{to.cx(), to.y1 + c.px(2)};
  c.list()->AddBezierCubic(a, {a.x + (b.x - a.x) * 0.25f, a.y + depth},
                           {a.x + (b.x - a.x) * 0.75f, b.y + depth}, b, theme::kAccent, c.px(1.5f));
  c.triangle_up(b.x, b.y + c.px(1), c.px(4), theme::kAccent);
}

/// Places of what is not known yet.
void draw_ghosts(Canvas& c, const LogColumn& at, float h, float w, float gap) {
  for (float x = at.x; x + w <= at.x + at.w; x += w + gap) {
    c.outline(Rect::at(x, at.y, w, h), theme::kGrid, c.px(6));
  }
}

}  // namespace

void draw_scan(Ui& ui, Canvas& c, LogColumn& at) {
  const LogDesk& desk = ui.log;
  const Lookup& l = desk.lookup();
  const ScanNow now = scan_now(desk);
  const StageState both = now.position == StageState::Now ? StageState::Now : now.scan;
  const int number = stage_number(desk, LookupStage::Position);
  std::string detail = "comes later";
  if (now.position != StageState::Later) {
    detail = fmt::format("to byte {} of the .log; from there batch headers are read one by one",
                         digits(l.start_position));
  }
  section_heading(c, at, both, fmt::format("{} · {} JUMP AND SCAN", number, number + 1), detail);
  const float h = c.px(kBatchHeight), gap = c.px(8);
  if (now.position == StageState::Later || l.batches.empty()) {
    draw_ghosts(c, at, h, c.px(kBatchWidth), gap);
    at.y += h + c.px(18) + c.line_height(Face::Small);
    at.next_section();
    return;
  }
  const auto count = static_cast<std::int32_t>(l.batches.size());
  const auto room = std::max(1, static_cast<std::int32_t>((at.w + gap) / c.px(kBatchWidth + 8)));
  const std::int32_t focus = std::max(now.part, 0);
  // The batches around the one being read; those before it scroll away to the left.
  const std::int32_t first = std::clamp(focus - room / 2, 0, std::max(0, count - room));
  const std::int32_t last = std::min(count, first + room);
  const auto n = static_cast<float>(last - first);
  const float w = std::min((at.w - gap * (n - 1)) / n, c.px(230));
  Rect previous;
  for (std::int32_t i = first; i < last; ++i) {
    const Rect rect = Rect::at(at.x + static_cast<float>(i - first) * (w + gap), at.y, w, h);
    draw_batch(ui, c, rect, l, now, i);
    if (i > first && i <= now.part) draw_hop(c, previous, rect, c.px(9));
    previous = rect;
  }
  at.y += h + c.px(14);
  std::string text = position_words(l);
  for (std::int32_t i = desk.step(); i >= 0; --i) {
    const LookupStep& step = l.steps[static_cast<std::size_t>(i)];
    if (step.stage != LookupStage::Scan) continue;
    text = step.text;
    break;
  }
  if (first > 0)
    text = fmt::format("{} earlier batch{} skipped; {}", first, first == 1 ? "" : "es", text);
  c.fit(at.x, at.y, at.w, Face::Small, now.scan == StageState::Now ? theme::kAccent : theme::kDim,
        text);
  at.y += c.line_height(Face::Small) + c.px(4);
  at.next_section();
}

namespace {

std::string field_label(const record::FieldSpan& f) {
  const std::size_t dot = f.name.find('.');
  return dot == std::string::npos ? f.name : f.name.substr(dot + 1);
}

std::string field_value(const record::FieldSpan& f) {
  const std::size_t bracket = f.value.find(" (");
  return bracket == std::string::npos ? f.value : f.value.substr(0, bracket);
}

struct FieldCard {
  int field = 0;
  std::string label, value, size;
  float width = 0;
};

/// As wide as they need; the value takes what is left of the row.
std::vector<FieldCard> field_cards(const Canvas& c, const Lookup& l, float room, float gap) {
  std::vector<FieldCard> cards;
  float used = 0;
  for (const int i : l.record_fields) {
    const record::FieldSpan& f = l.batch.fields[static_cast<std::size_t>(i)];
    FieldCard card{i, field_label(f), field_value(f), fmt::format("{} B", f.end - f.begin), 0};
    const float top = c.width(Face::Small, card.label) + c.px(10) + c.width(Face::Small, card.size);
    card.width = std::max(top, c.width(Face::MonoSmall, card.value)) + c.px(19);
    used += card.width + gap;
    cards.push_back(std::move(card));
  }
  for (FieldCard& card : cards) {
    if (card.label != "value" && card.label != "key") continue;
    const float over = std::max(0.0f, used - gap - room);
    const float width = std::clamp(card.width - over, c.px(120), std::max(c.px(120), room));
    if (width >= card.width) continue;
    used -= card.width - width;
    card.width = width;
  }
  return cards;
}

void draw_field(Ui& ui, Canvas& c, const Rect& rect, const FieldCard& card, int n) {
  FieldFocus& focus = ui.log_ui.batch;
  const bool lit = focus.field == card.field;
  const Color hue = field_color(n);
  c.fill(rect, lit ? theme::kSelection : theme::kCard, c.px(5));
  c.outline(rect, hue, c.px(5), lit ? c.px(2) : c.px(1.2f));
  const BoxScope box(c, rect);
  const float x = rect.x0 + c.px(8), w = rect.w() - c.px(16);
  const float size_w = c.width(Face::Small, card.size);
  c.fit(x, rect.y0 + c.px(5), w - size_w - c.px(6), Face::Small, hue, card.label);
  c.text_right(x + w, rect.y0 + c.px(5), Face::Small, theme::kFaint, card.size);
  c.fit(x, rect.y0 + c.px(9) + c.line_height(Face::Small), w, Face::MonoSmall, theme::kText,
        card.value);
  if (c.mouse_in(rect)) focus.next = card.field;
}

}  // namespace

void draw_record(Ui& ui, Canvas& c, LogColumn& at) {
  const LogDesk& desk = ui.log;
  const Lookup& l = desk.lookup();
  const StageState state = stage_state(desk, LookupStage::Record);
  const int number = stage_number(desk, LookupStage::Record);
  const bool there = state != StageState::Later && l.record >= 0;
  section_heading(c, at, state,
                  there ? fmt::format("{} RECORD {}", number, digits(l.record_offset))
                        : fmt::format("{} RECORD", number),
                  there                        ? "point at a field: its bytes light up on the right"
                  : state == StageState::Later ? "comes later"
                                               : "");
  const float h = c.line_height(Face::Small) + c.line_height(Face::MonoSmall) + c.px(15);
  if (!there) {
    if (state == StageState::Later) {
      draw_ghosts(c, at, h, c.px(110), c.px(6));
    } else {
      c.fit(at.x, at.y, at.w, Face::Small, theme::kWarn, desk.current()->text);
    }
    at.y += h;
    at.next_section();
    return;
  }
  const float gap = c.px(6);
  float x = at.x;
  int n = 0;
  for (const FieldCard& card : field_cards(c, l, at.w, gap)) {
    if (x > at.x && x + card.width > at.x + at.w) {
      x = at.x;
      at.y += h + gap;
    }
    const Rect rect = Rect::at(x, at.y, card.width, h);
    draw_field(ui, c, rect, card, n++);
    x = rect.x1 + gap;
  }
  at.y += h + c.px(4);
  at.next_section();
}

}  // namespace kscope::viewer
