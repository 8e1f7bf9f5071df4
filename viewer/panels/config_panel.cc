#include "viewer/panels/config_panel.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/widgets/text_input.h"

namespace kscope::viewer {
namespace {

constexpr float kConfigRow = 46;

/// Where the columns of the table begin, in a table of this width.
struct ConfigColumns {
  float value = 0, source = 0, when = 0;
};

ConfigColumns config_columns(const Canvas& c, float width) {
  const float when = c.width(Face::Small, "no effect here") + c.px(28);
  const float source = std::min(c.px(190), width * 0.22f);
  const float value = std::min(c.px(190), width * 0.24f);
  return {width - when - source - value, width - when - source, width - when};
}

Color ink_of(const ConfigOwner& owner) {
  switch (owner.kind) {
    case ConfigOwnerKind::Topic: return theme::kLead;
    case ConfigOwnerKind::Client: return theme::kProducer;
    default: return theme::kAccent;
  }
}

/// One chip for each owner; returns the height of them all.
float draw_owners(Ui& ui, Canvas& c, float x, float y, float width, const ConfigPage& page) {
  const float h = c.px(26), gap = c.px(6);
  float at = x, top = y;
  for (const ConfigOwner& owner : page.owners) {
    const float w = std::min(button_width(c, owner.label()), width);
    if (at > x && at + w > x + width) {
      at = x;
      top += h + gap;
    }
    const Rect chip = Rect::at(at, top, w, h);
    const bool on = owner == page.owner;
    const Color ink = on ? theme::kAccentInk : ink_of(owner);
    if (button(c, chip, owner.label(), on ? ButtonStyle::Primary : ButtonStyle::Plain, ink)) {
      ui.config.question.owner = owner;
      ui.config.edited.clear();
    }
    at += w + gap;
  }
  return top + h - y;
}

float draw_search(Ui& ui, Canvas& c, float x, float y, float width, const ConfigPage& page) {
  const float h = c.px(27);
  ConfigQuestion& q = ui.config.question;
  c.text(x, y + c.px(6), Face::Small, theme::kDim, "Search");
  const float label = c.width(Face::Small, "Search") + c.px(8);
  const float field = std::clamp(width * 0.3f, c.px(110), c.px(240));
  const Rect input = Rect::at(x + label, y, field, h);
  text_input(c, input, "##config-search", q.search);
  c.tip(input, "In names and meanings: \"retention\", \"replica\", \"threads\"");
  float box = 0;
  if (check_box(c, input.x1 + c.px(14), y + c.px(5), "only what is set", q.only_set, &box)) {
    q.only_set = !q.only_set;
  }
  const float after = input.x1 + c.px(14) + box + c.px(14);
  const std::string count = fmt::format("{} of {} settings, {} not at Kafka's default",
                                        page.rows.size(), page.all, page.set);
  if (after + c.width(Face::Small, count) <= x + width) {
    c.text_right(x + width, y + c.px(6), Face::Small, theme::kFaint, count);
    return h;
  }
  c.fit(x, y + h + c.px(4), width, Face::Small, theme::kFaint, count);
  return h + c.px(4) + c.line_height(Face::Small);
}

void draw_row(Ui& ui, Canvas& c, const Rect& rect, const ConfigColumns& at, const ConfigRow& row) {
  const bool chosen = ui.config.chosen == row.key->name;
  if (chosen) c.fill(rect, theme::kSelection, c.px(5));
  else if (c.mouse_in(rect)) c.fill(rect, theme::kRaised, c.px(5));
  if (row.is_set) c.fill({rect.x0, rect.y0 + 4, rect.x0 + c.px(3), rect.y1 - 4}, theme::kWarn);
  const BoxScope box(c, rect);
  const float x = rect.x0 + c.px(10), y = rect.y0 + c.px(5);
  const float second = y + c.line_height(Face::Mono) + c.px(4);
  const float gap = c.px(10);
  c.fit(x, y, at.value - gap - c.px(10), Face::Mono, theme::kText, row.key->name);
  c.fit(x, second, at.value - gap - c.px(10), Face::Small, theme::kDim, row.key->meaning);
  const float w = at.source - at.value - gap;
  c.fit(rect.x0 + at.value, y, w, Face::Mono, row.is_set ? theme::kWarn : theme::kText, row.value);
  const std::string words = in_words(*row.key, row.value);
  if (!words.empty()) {
    c.fit(rect.x0 + at.value, second, w, Face::Small, theme::kFaint, "= " + words);
  }
  c.fit(rect.x0 + at.source, y, at.when - at.source - gap, Face::Small, theme::kDim, row.source());
  if (row.is_set) {
    c.fit(rect.x0 + at.source, second, at.when - at.source - gap, Face::Small, theme::kFaint,
          "default " + row.default_value);
  }
  c.fit(rect.x0 + at.when, y, rect.x1 - rect.x0 - at.when - c.px(6), Face::Small,
        row.key->effect == ConfigEffect::None ? theme::kFaint : theme::kDim, row.when());
  if (c.clicked(rect)) {
    ui.config.chosen = row.key->name;
    ui.config.edited.clear();
  }
}

void draw_table(Ui& ui, const Rect& rect, const ConfigPage& page) {
  Canvas c(ui.draw);
  const ConfigColumns at = config_columns(c, rect.w());
  const float head = c.line_height(Face::Small) + c.px(8);
  c.text(rect.x0 + c.px(10), rect.y0, Face::Small, theme::kFaint, "SETTING");
  c.text(rect.x0 + at.value, rect.y0, Face::Small, theme::kFaint, "VALUE NOW");
  c.text(rect.x0 + at.source, rect.y0, Face::Small, theme::kFaint, "SAID BY");
  c.text(rect.x0 + at.when, rect.y0, Face::Small, theme::kFaint, "ACTS");
  c.line(rect.x0, rect.y0 + head - c.px(3), rect.x1, rect.y0 + head - c.px(3), theme::kBorder);
  ScrollArea area(ui.draw, "config-table", {rect.x0, rect.y0 + head, rect.x1, rect.y1});
  Canvas inner(ui.draw);
  const float h = c.px(kConfigRow);
  float y = area.y();
  for (const ConfigRow& row : page.rows) {
    const Rect line = Rect::at(area.x(), y, rect.w() - c.px(10), h);
    if (line.y1 >= rect.y0 && line.y0 <= rect.y1) draw_row(ui, inner, line, at, row);
    y += h;
  }
  if (page.rows.empty()) {
    inner.text(area.x() + c.px(10), area.y() + c.px(8), Face::Body, theme::kDim,
               "No setting is called or means that.");
  }
  area.content(rect.w() - c.px(10), y - area.y());
}

// ---- the right side ---------------------------------------------------------------------------

struct ConfigText {
  Canvas& c;
  float x, y, w;
  void paragraph(Face face, Color ink, std::string_view text) {
    y += c.wrap(x, y, w, face, ink, text) + c.px(4);
  }
  void gap(float units) { y += c.px(units); }
};

void draw_sources(ConfigText& at, const ConfigRow& row) {
  at.c.heading(at.x, at.y, "WHO HAS A SAY, THE FIRST WINS");
  at.y += at.c.line_height(Face::Small) + at.c.px(6);
  if (row.sources.empty()) at.paragraph(Face::Small, theme::kDim, "Nobody: it has no value.");
  bool first = true;
  for (const ConfigSource& source : row.sources) {
    const Color ink = first ? theme::kText : theme::kFaint;
    at.paragraph(Face::Small, ink, fmt::format("{}{}", first ? "> " : "   ", source.where));
    at.c.fit(at.x + at.c.px(18), at.y, at.w - at.c.px(18), Face::MonoSmall, ink,
             fmt::format("{}={}", source.name, source.value));
    at.y += at.c.line_height(Face::MonoSmall) + at.c.px(7);
    first = false;
  }
}

void change(Ui& ui, std::string command) {
  ui.do_later([command = std::move(command)](Session& s) { (void)s.act(command); });
}

void draw_change(Ui& ui, ConfigText& at, const ConfigOwner& owner, const ConfigRow& row) {
  Canvas& c = at.c;
  c.heading(at.x, at.y, "CHANGE IT");
  at.y += c.line_height(Face::Small) + c.px(6);
  if (!row.why_not.empty()) return at.paragraph(Face::Small, theme::kDim, row.why_not);
  const float h = c.px(28);
  const float set = button_width(c, "Set");
  const Rect field = Rect::at(at.x, at.y, at.w - set - c.px(8), h);
  const bool entered = text_input(c, field, "##config-value", ui.config.edited);
  c.tip(field, fmt::format("A new value for {}. Enter sets it", row.key->name));
  const std::string complaint = config_complaint(row, ui.config.edited);
  const Rect go = Rect::at(field.x1 + c.px(8), at.y, set, h);
  const bool pressed = button(c, go, "Set", ButtonStyle::Primary, theme::kText, complaint.empty());
  if ((pressed || entered) && complaint.empty()) {
    change(ui, command_to_set(owner, row.key->name, ui.config.edited));
    ui.config.edited.clear();
  }
  at.y += h + c.px(6);
  if (!ui.config.edited.empty() && !complaint.empty()) {
    at.paragraph(Face::Small, theme::kWarn, complaint);
  }
  const Rect back = Rect::at(at.x, at.y, std::min(at.w, button_width(c, "Take it back")), h);
  if (button(c, back, "Take it back", ButtonStyle::Plain, theme::kText, row.own)) {
    change(ui, command_to_delete(owner, row.key->name));
  }
  c.tip(back, row.own ? "Deletes it here: what comes next in the list above holds then"
                      : "It is not set for " + owner.label());
  at.y += h + c.px(8);
  at.paragraph(Face::Small, theme::kFaint,
               "Sent by an admin client as IncrementalAlterConfigs; the controller writes a "
               "ConfigRecord, and every broker that replays it works with the new value.");
}

}  // namespace

void draw_config(Ui& ui, const Rect& rect) {
  Canvas c(ui.draw);
  const ConfigPage page = make_config_page(ui.session.snapshot(), ui.config.question);
  if (ui.config.chosen.empty() && !page.rows.empty()) {
    ui.config.chosen = page.rows.front().key->name;
  }
  const float pad = c.px(16);
  const float x = rect.x0 + pad, w = rect.w() - 2 * pad;
  float y = rect.y0 + c.px(12);
  y += draw_owners(ui, c, x, y, w, page) + c.px(10);
  y += draw_search(ui, c, x, y, w, page) + c.px(12);
  draw_table(ui, {x, y, x + w, rect.y1 - c.px(6)}, page);
}

void draw_config_right(Ui& ui, const Rect& rect) {
  Canvas c(ui.draw);
  c.fill(rect, theme::kPanel);
  ConfigQuestion question{ui.config.question.owner, "", false};
  const ConfigPage page = make_config_page(ui.session.snapshot(), question);
  const ConfigRow* row = find_row(page, ui.config.chosen);
  if (row == nullptr && !page.rows.empty()) row = &page.rows.front();
  ScrollArea area(ui.draw, "config-right", rect);
  Canvas inner(ui.draw);
  const float pad = c.px(14);
  ConfigText at{inner, area.x() + pad, area.y() + pad, rect.w() - 2 * pad - c.px(8)};
  if (row == nullptr) {
    at.paragraph(Face::Title, theme::kText, "Settings");
    at.paragraph(Face::Body, theme::kDim,
                 "Choose a setting to see what it means, where its value comes from, and to change "
                 "it while the cluster runs.");
    return area.content(rect.w(), at.y - area.y() + pad);
  }
  at.paragraph(Face::Mono, theme::kText, row->key->name);
  at.paragraph(Face::Small, theme::kDim, page.owner.label());
  at.gap(4);
  at.paragraph(Face::Body, theme::kText, row->key->meaning);
  const std::string limits = describe_limits(*row->key);
  at.paragraph(Face::Small, theme::kDim,
               fmt::format("{}{}. Scope: {}. Kafka's default: {}. Acts {}.",
                           to_string(row->key->type), limits.empty() ? "" : ", " + limits,
                           to_string(row->key->scope), row->default_value, row->when()));
  at.gap(8);
  draw_sources(at, *row);
  at.gap(8);
  draw_change(ui, at, page.owner, *row);
  area.content(rect.w(), at.y - area.y() + pad);
}

}  // namespace kscope::viewer
