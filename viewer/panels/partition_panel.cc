#include "viewer/panels/partition_panel.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

constexpr float kTileHeight = 52;
constexpr std::size_t kNamedPartitions = 5;  // more of them are walked with two buttons

void choose(Ui& ui, const TopicPartition& partition) {
  ui.do_later([partition](Session& s) { s.select(Target::of_partition(partition)); });
}

/// Buttons for the other partitions, from the right. Returns where they begin.
float draw_choice(Ui& ui, Canvas& c, float x, float y, float right) {
  const auto& rows = ui.models.cluster.rows;
  if (rows.size() < 2) return right;
  const float h = c.px(25), gap = c.px(5);
  std::size_t at = 0;
  float named = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].partition == ui.models.partition.partition) at = i;
    named += button_width(c, rows[i].partition.str()) + gap;
  }
  if (rows.size() <= kNamedPartitions && named < (right - x) * 0.55f) {
    const float begin = right - named;
    x = begin;
    for (const PartitionRow& row : rows) {
      const std::string name = row.partition.str();
      const Rect rect = Rect::at(x, y, button_width(c, name), h);
      const bool on = row.partition == ui.models.partition.partition;
      if (button(c, rect, name, ButtonStyle::Plain, on ? theme::kAccent : theme::kDim)) {
        choose(ui, row.partition);
      }
      if (on) c.outline(rect, theme::kAccent, c.px(5));
      x = rect.x1 + gap;
    }
    return begin;
  }
  const std::string text = fmt::format("{} of {}", at + 1, rows.size());
  const float back_w = button_width(c, "Before"), next_w = button_width(c, "After");
  const float begin = right - next_w - c.width(Face::Small, text) - back_w - 3 * gap;
  const Rect back = Rect::at(begin, y, back_w, h);
  if (button(c, back, "Before", ButtonStyle::Plain, theme::kDim, at > 0)) {
    choose(ui, rows[at - 1].partition);
  }
  const Rect place = c.text(back.x1 + gap, y + (h - c.line_height(Face::Small)) / 2, Face::Small,
                            theme::kDim, text);
  const Rect next = Rect::at(place.x1 + gap, y, next_w, h);
  if (button(c, next, "After", ButtonStyle::Plain, theme::kDim, at + 1 < rows.size())) {
    choose(ui, rows[at + 1].partition);
  }
  return begin;
}

/// The name, what min.insync.replicas means for it now, and the way to the others.
float draw_header(Ui& ui, Canvas& c, float x, float y, float w) {
  const PartitionPicture& p = ui.models.partition;
  const float right = draw_choice(ui, c, x, y, x + w);
  const Rect title =
      c.fit(x, y + c.px(3), (right - x) * 0.5f, Face::Title, theme::kText, p.partition.str());
  c.hit(title, Target::of_partition(p.partition));
  const Color ink = p.min_isr_tone == Tone::Neutral ? theme::kDim : theme::tone(p.min_isr_tone);
  c.fit(title.x1 + c.px(14), y + c.px(7), right - title.x1 - c.px(26), Face::Small, ink, p.min_isr);
  return c.px(32);
}

/// "1 2 3": a replica each, the leader with a star. What does not fit becomes plain text.
void draw_members(Canvas& c, float x, float y, float w, const std::vector<std::int32_t>& members,
                  std::int32_t leader, Color color) {
  const float chip = c.px(21), gap = c.px(4);
  if (members.empty()) {
    c.text(x, y + c.px(2), Face::Small, theme::kFaint, "nobody");
    return;
  }
  if (static_cast<float>(members.size()) * (chip + gap) - gap > w) {
    c.fit(x, y + c.px(2), w, Face::Mono, color, join(members));
    return;
  }
  for (const std::int32_t id : members) {
    const Rect rect = Rect::at(x, y, chip, c.px(19));
    c.fill(rect, faded(color, 0.16f), c.px(5));
    c.outline(rect, color, c.px(5), id == leader ? c.px(2) : 1);
    c.text_center(rect, Face::MonoBold, theme::kText, std::to_string(id));
    c.hit(rect, Target::broker(id));
    x = rect.x1 + gap;
  }
}

struct Tile {
  float share = 1;
  std::string name, words;
  Target target;
  Color edge = theme::kBorder;
};

Rect begin_tile(Canvas& c, const Rect& rect, const Tile& tile) {
  c.fill(rect, theme::kCard, c.px(6));
  const bool selected = c.is_selected(tile.target);
  c.outline(rect, selected ? theme::kAccent : tile.edge, c.px(6), selected ? c.px(2) : 1);
  c.hit(rect, tile.target);
  const float pad = c.px(10);
  const Rect name = c.fit(rect.x0 + pad, rect.y0 + c.px(7), rect.w() - 2 * pad, Face::Small,
                          theme::kText, tile.name);
  if (!tile.words.empty()) {
    c.fit(name.x1 + c.px(6), name.y0, rect.x1 - pad - name.x1 - c.px(6), Face::Small, theme::kDim,
          tile.words);
  }
  return {rect.x0 + pad, rect.y0 + c.px(26), rect.x1 - pad, rect.y1};
}

/// A bold value and a dim word behind it.
void draw_value(Canvas& c, const Rect& at, std::string_view value, Color ink, std::string_view more,
                Color more_ink) {
  const Rect bold = c.fit(at.x0, at.y0, at.w(), Face::Bold, ink, value);
  c.fit(bold.x1 + c.px(8), at.y0 + c.px(1.5f), at.x1 - bold.x1 - c.px(8), Face::Small, more_ink,
        more);
}

void draw_leader_tile(Ui& ui, Canvas& c, const Rect& rect) {
  const PartitionPicture& p = ui.models.partition;
  const bool led = p.leader >= 0;
  Rect at = begin_tile(c, rect,
                       {1, "LEADER", "",
                        led ? Target::of_value(p.leader, p.partition, ValueName::Role)
                            : Target::of_partition(p.partition),
                        led ? theme::kBorder : theme::kBad});
  if (led) {
    c.star(at.x0 + c.px(6), at.y0 + c.line_height(Face::Bold) / 2, c.px(6),
           theme::tone(p.lead.tone));
    at.x0 += c.px(18);
  }
  draw_value(c, at, p.lead.text, theme::tone(p.lead.tone), p.lead_note,
             p.leader_acts ? theme::kDim : theme::kBad);
}

void draw_committed_tile(Ui& ui, Canvas& c, const Rect& rect) {
  const PartitionPicture& p = ui.models.partition;
  const Rect at = begin_tile(c, rect,
                             {1, "COMMITTED", "by the HW",
                              Target::of_value(p.leader, p.partition, ValueName::HighWatermark)});
  draw_value(c, at, p.committed, p.leader_acts ? theme::kWatermark : theme::kBad, p.waiting,
             p.waiting_tone == Tone::Good ? theme::kDim : theme::tone(p.waiting_tone));
}

void draw_alter_tile(Ui& ui, Canvas& c, const Rect& rect) {
  const PartitionPicture& p = ui.models.partition;
  const PendingIsr& pending = p.pending;
  const Rect at =
      begin_tile(c, rect,
                 {1, "MAXIMAL ISR", pending.under_way ? "change asked" : "nothing asked",
                  Target::of_value(p.leader, p.partition, ValueName::PendingIsr),
                  pending.under_way ? theme::kWarn : theme::kBorder});
  draw_members(c, at.x0, at.y0 - c.px(1), at.w(), pending.maximal, p.leader,
               pending.under_way ? theme::kWarn : theme::kDim);
  c.tip(rect, pending.under_way
                  ? pending.text
                  : "While the controller decides on another ISR, the leader counts everybody who "
                    "may be in it. No change is under way, so it is the ISR itself");
}

float draw_tiles(Ui& ui, Canvas& c, float x, float y, float w) {
  const PartitionPicture& p = ui.models.partition;
  const float gap = c.px(8), h = c.px(kTileHeight);
  const std::vector<float> shares{1.3f, 1.35f, 1, 1, 1.05f, 1.5f};
  float all = 0;
  for (const float share : shares) all += share;
  const float unit = (w - gap * static_cast<float>(shares.size() - 1)) / all;
  std::vector<Rect> at;
  for (const float share : shares) {
    at.push_back(Rect::at(x, y, unit * share, h));
    x = at.back().x1 + gap;
  }
  draw_leader_tile(ui, c, at[0]);
  draw_committed_tile(ui, c, at[1]);
  for (std::size_t i = 0; i < p.sets.size(); ++i) {
    const SetTile& set = p.sets[i];
    const Color color = set.tone == Tone::Neutral ? theme::kDim : theme::tone(set.tone);
    const Rect inner = begin_tile(
        c, at[2 + i],
        {1, set.name, set.words, Target::of_value(p.leader, p.partition, ValueName::Isr)});
    draw_members(c, inner.x0, inner.y0 - c.px(1), inner.w(), set.members, p.leader, color);
  }
  draw_alter_tile(ui, c, at[5]);
  return h + c.px(9);
}

/// The sentence to read first; always two lines high, so that nothing jumps while it plays.
float draw_sentence(Ui& ui, Canvas& c, float x, float y, float w) {
  const PartitionPicture& p = ui.models.partition;
  const Color ink = p.sentence_tone == Tone::Neutral ? theme::kText : theme::tone(p.sentence_tone);
  const bool one =
      c.wrapped_height(w - c.px(14), Face::Body, p.sentence, 2) < c.line_height(Face::Body) * 1.9f;
  const float h = c.line_height(Face::Body) * 1.28f * (one ? 1.0f : 2.0f);
  c.fill({x, y, x + c.px(3), y + h}, ink, c.px(1.5f));
  c.wrap(x + c.px(12), y, w - c.px(14), Face::Body, ink, p.sentence, 2);
  return h + c.px(10);
}

void draw_nothing(Canvas& c, float x, float y, float w) {
  y += c.px(10);
  c.text(x, y, Face::Title, theme::kText, "No partition yet");
  c.wrap(x, y + c.px(30), w, Face::Body, theme::kDim,
         "This screen follows one partition: who leads it, how far each replica is, and what is "
         "committed. It comes to life with the first topic.");
}

}  // namespace

void draw_partition(Ui& ui, const Rect& rect) {
  ScrollArea area(ui.draw, "partition", rect);
  Canvas c(ui.draw);
  const float pad = c.px(16);
  const float x = area.x() + pad, w = rect.w() - 2 * pad - c.px(4);
  float y = area.y() + c.px(6);
  if (!ui.models.partition.exists) {
    draw_nothing(c, x, y, w);
    area.content(rect.w() - c.px(20), c.px(100));
    return;
  }
  y += draw_header(ui, c, x, y, w);
  y += draw_tiles(ui, c, x, y, w);
  y += draw_sentence(ui, c, x, y, w);
  y += draw_replicas(ui, c, x, y, w, ui.partition_ui.spare) + c.px(12);
  const float gap = c.px(24);
  const float band = (w - gap) * 0.54f;
  const float below = std::max(draw_isr_band(ui, c, x, y, band),
                               draw_succession(ui, c, x + band + gap, y, w - band - gap));
  const float used = y + below - area.y() - ui.partition_ui.taken;
  // What is left over belongs to the rows; the next frame hands it out.
  ui.partition_ui.spare = std::max(0.0f, rect.h() - used - c.px(6));
  area.content(rect.w() - c.px(20), y + below - area.y());
}

}  // namespace kscope::viewer
