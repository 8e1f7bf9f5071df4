// The page "Assignment": who had and who has which partition, and how far the readers lag.
//
// A cell is a partition. Filled: the member has it. Ringed, with a corner: it came from somebody
// else. Hatched: it went away.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/group_panel.h"

namespace kscope::viewer {

namespace {

/// How the two tables lie beside each other.
struct TablePlan {
  float names = 0;                         ///< width of the names' column
  float cell = 0, pitch = 0;               ///< width of a cell, and of a cell with its gap
  float before = 0, after = 0, arrow = 0;  ///< x
  float after_end = 0, progress = 0;       ///< x and width of the words behind a row; 0: no room
  std::size_t columns = 0;                 ///< that fit
  bool numbers = false;                    ///< the cells hold their partitions' numbers
  float row = 0;
};

TablePlan plan_tables(const Canvas& c, const AssignmentTable& table, float x, float w) {
  TablePlan p;
  for (const AssignmentRow& row : table.rows) {
    p.names = std::max(p.names, c.width(Face::Bold, row.member.name));
  }
  p.names = std::min(p.names + c.px(12), w * 0.26f);
  const float arrow = c.px(34);
  float progress = 0;
  for (const AssignmentRow& row : table.rows) {
    if (!row.progress.empty()) {
      progress = std::max(progress, c.width(Face::Small, row.progress) + c.px(14));
    }
  }
  // Where they would take the cells' room, they are left out: the left side has them, too.
  if (progress > w * 0.34f) progress = 0;
  p.progress = progress;
  const float half = (w - p.names - arrow - progress) / 2;
  const float digits = c.width(Face::MonoSmall, table.columns.size() > 10 ? "00" : "0") + c.px(6);
  const auto n = static_cast<float>(std::max<std::size_t>(table.columns.size(), 1));
  const float gap = c.px(n > 16 ? 2.0f : 4.0f);
  p.pitch = std::clamp(half / n, c.px(8), c.px(40));
  p.cell = p.pitch - gap;
  p.numbers = p.cell >= digits;
  p.columns = std::min(table.columns.size(), static_cast<std::size_t>(half / p.pitch));
  p.before = x + p.names;
  p.arrow = p.before + static_cast<float>(p.columns) * p.pitch;
  p.after = p.arrow + arrow;
  p.after_end = p.after + static_cast<float>(p.columns) * p.pitch;
  p.row = c.line_height(Face::Bold) + c.px(11);
  return p;
}

struct Cell {
  bool has = false, gained = false, lost = false;
  bool known = true;
  bool waits = false;  ///< in the target of its member, which has not got it yet
};

void draw_cell(Canvas& c, const Rect& rect, const TablePlan& p, const TopicPartition& partition,
               const Cell& cell, Color ink) {
  const float r = c.px(3);
  c.fill(rect, !cell.has ? theme::kCard : cell.known ? ink : mixed(ink, theme::kCard, 0.82f), r);
  if (!cell.has) c.outline(rect, theme::kGrid, r);
  if (cell.has && !cell.known) c.dashed_outline(rect, faded(ink, 0.7f), r, c.px(1));
  if (cell.lost) c.hatch(rect, faded(theme::kBackground, 0.75f), c.px(5));
  if (cell.gained) {
    c.outline(rect.shrunk(-c.px(1)), theme::kLead, r, c.px(2));
    c.list()->AddTriangleFilled({rect.x1 - c.px(7), rect.y0}, {rect.x1, rect.y0},
                                {rect.x1, rect.y0 + c.px(7)}, theme::kLead);
  }
  if (p.numbers) {
    // Hatched cells get a plate, so that the number can still be read.
    if (cell.lost) {
      const float half = c.width(Face::MonoSmall, "00") / 2;
      c.fill({rect.cx() - half, rect.y0 + c.px(3), rect.cx() + half, rect.y1 - c.px(3)}, ink,
             c.px(2));
    }
    c.text_center(rect, Face::MonoSmall, cell.has && cell.known ? theme::kAccentInk : theme::kFaint,
                  std::to_string(partition.partition));
  }
  c.hit(rect, Target::of_partition(partition));
  const char* word = cell.waits    ? ": its member waits for it"
                     : cell.gained ? ": came from another member"
                     : cell.lost   ? ": goes to another member, or to nobody"
                                   : "";
  c.tip(rect, partition.str() + word);
}

/// Where the cells are too narrow for numbers: every so often one above them.
void draw_cell_numbers(Canvas& c, const AssignmentTable& table, const TablePlan& p,
                       std::size_t begin, std::size_t end, float x, float y, float free_from) {
  float last = free_from + c.px(8);
  for (std::size_t i = begin; i < end; ++i) {
    if (table.columns[i].partition % 5 != 0) continue;
    const std::string number = std::to_string(table.columns[i].partition);
    const float w = c.width(Face::MonoSmall, number);
    const float left = x + static_cast<float>(i) * p.pitch + (p.cell - w) / 2;
    if (left < last || left + w > x + static_cast<float>(end) * p.pitch) continue;
    c.text(left, y, Face::MonoSmall, theme::kFaint, number);
    last = left + w + c.px(8);
  }
}

/// The name of each topic above its columns; with one topic it stands in the heading.
void draw_topics(Canvas& c, const AssignmentTable& table, const TablePlan& p, float x, float y) {
  for (std::size_t i = 0; i < p.columns;) {
    std::size_t end = i;
    while (end < p.columns && table.columns[end].topic == table.columns[i].topic) ++end;
    const float from = x + static_cast<float>(i) * p.pitch;
    const Rect name = c.fit(from, y, static_cast<float>(end - i) * p.pitch - c.px(4), Face::Small,
                            theme::kDim, table.columns[i].topic);
    if (!p.numbers) draw_cell_numbers(c, table, p, i, end, x, y, name.x1);
    i = end;
  }
}

void draw_member_row(Ui& ui, Canvas& c, const AssignmentTable& table, const AssignmentRow& row,
                     const TablePlan& p, float x, float y) {
  const Color ink = member_ink(row.member.hue);
  const float line = c.line_height(Face::Bold);
  const Rect name = Rect::at(x, y, p.names, p.row - c.px(4));
  c.fit(x, y + (p.row - c.px(4) - line) / 2, p.names - c.px(8), Face::Bold, ink, row.member.name);
  if (row.member.client >= 0) c.hit(name, Target::client(row.member.client));
  c.tip(name, row.note.empty() ? row.id : row.id + " · " + row.note);
  if (ui.groups.member() >= 0 && ui.groups.member() == row.member.client) {
    c.fill({x - c.px(7), y, x - c.px(4), y + p.row - c.px(5)}, theme::kAccent, c.px(1));
  }
  const float h = p.row - c.px(5);
  for (std::size_t i = 0; i < p.columns; ++i) {
    const float dx = static_cast<float>(i) * p.pitch;
    draw_cell(c, Rect::at(p.before + dx, y, p.cell, h), p, table.columns[i],
              {row.before[i], false, row.lost[i] && table.known, true, false}, ink);
    draw_cell(c, Rect::at(p.after + dx, y, p.cell, h), p, table.columns[i],
              {row.after[i], row.gained[i], false, table.known && !table.ahead && !row.waits[i],
               row.waits[i]},
              ink);
  }
  if (p.progress > 0 && !row.progress.empty()) {
    c.fit(p.after_end + c.px(12), y + (h - c.line_height(Face::Small)) / 2, p.progress, Face::Small,
          row.behind ? theme::kWarn : theme::kDim, row.progress);
  }
  // A line between the two, with a head: from left to right.
  const float mid = y + h / 2, from = p.arrow + c.px(5), to = p.after - c.px(8);
  c.line(from, mid, to - c.px(6), mid, theme::kFaint, c.px(1.2f));
  c.arrow_head(to, mid, c.px(4), 1, theme::kFaint);
}

void draw_tables(Ui& ui, Canvas& c, LogColumn& at, const AssignmentTable& table) {
  c.heading(at.x, at.y,
            table.target  ? "ASSIGNMENT now → target"
            : table.ahead ? "ASSIGNMENT before → after (lies ahead)"
                          : "ASSIGNMENT before → after");
  at.y += c.line_height(Face::Small) + c.px(7);
  if (table.rows.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim,
                   "No rebalance has begun yet: nobody has been given anything.");
    return;
  }
  const TablePlan p = plan_tables(c, table, at.x, at.w);
  draw_topics(c, table, p, p.before, at.y);
  draw_topics(c, table, p, p.after, at.y);
  at.y += c.line_height(Face::Small) + c.px(4);
  for (const AssignmentRow& row : table.rows) {
    draw_member_row(ui, c, table, row, p, at.x, at.y);
    at.y += p.row;
  }
  if (p.columns < table.columns.size()) {
    c.fit(at.x, at.y, at.w, Face::Small, theme::kFaint,
          fmt::format(
              "and {} more: see Offsets",
              count_of(static_cast<std::int64_t>(table.columns.size() - p.columns), "partition")));
    at.y += c.line_height(Face::Small) + c.px(4);
  }
  at.y += c.px(3);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, table.words);
}

void draw_lags(Canvas& c, LogColumn& at, const std::vector<OffsetRow>& rows) {
  const Rect head = c.heading(at.x, at.y, "LAG per partition");
  const std::string_view unit = "records";
  if (head.x1 + c.px(10) + c.width(Face::Small, unit) <= at.x + at.w) {
    c.text_right(at.x + at.w, at.y, Face::Small, theme::kFaint, unit);
  }
  at.y += c.line_height(Face::Small) + c.px(7);
  std::int64_t most = 1;
  float names = 0, numbers = 0;
  for (const OffsetRow& row : rows) {
    most = std::max(most, row.lag);
    names = std::max(names, c.width(Face::MonoSmall, row.partition.str()));
    numbers = std::max(numbers, c.width(Face::MonoSmall, std::to_string(row.lag)));
  }
  names = std::min(names, at.w * 0.5f);
  const float line = c.line_height(Face::MonoSmall) + c.px(6);
  for (const OffsetRow& row : rows) {
    const bool idle = row.reader.hue < 0;
    const Rect name = c.fit(at.x, at.y, names + 1, Face::MonoSmall,
                            idle ? theme::kBad : theme::kText, row.partition.str());
    const float x = at.x + names + c.px(10), end = at.x + at.w - numbers - c.px(8);
    const Rect gauge{x, at.y + c.px(3), end, at.y + line - c.px(6)};
    if (gauge.w() > c.px(12)) {
      bar(c, gauge, static_cast<float>(row.lag) / static_cast<float>(most), theme::kWarn);
      if (idle) c.hatch(gauge, faded(theme::kBad, 0.8f), std::max(c.px(5), gauge.w() / 30));
    }
    c.text_right(at.x + at.w, at.y, Face::MonoSmall, theme::kText, std::to_string(row.lag));
    const Rect all{name.x0, at.y, at.x + at.w, at.y + line};
    c.hit(all, Target::of_partition(row.partition));
    c.tip(all,
          fmt::format("{}: {} behind the end, {}", row.partition.str(), count_of(row.lag, "record"),
                      idle ? std::string("read by nobody now") : "read by " + row.reader.name));
    at.y += line;
  }
  if (rows.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, "No partition yet.");
  }
}

}  // namespace

void draw_assignment(Ui& ui, Canvas& c, LogColumn& at) {
  const GroupPicture& picture = ui.groups.picture();
  const float lag_w = std::clamp(at.w * 0.29f, c.px(170), c.px(300));
  LogColumn left = at, right = at;
  left.w = at.w - lag_w - c.px(26);
  right.x = at.x + at.w - lag_w;
  right.w = lag_w;
  draw_tables(ui, c, left, picture.assignment);
  draw_lags(c, right, picture.offsets);
  at.y = std::max(left.y, right.y);
}

}  // namespace kscope::viewer
