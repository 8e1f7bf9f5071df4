// One replica's log on the shared axis: cells or a bar, the epoch cache above, the marks below.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/partition_panel.h"
#include "viewer/widgets/log_strip.h"

namespace kscope::viewer {

namespace {

/// Where a strip's three layers lie.
struct StripPlace {
  float epochs_y = 0, top = 0, bottom = 0, labels_y = 0;
};

StripPlace place_strip(const Canvas& c, float y, float cell_h) {
  StripPlace p;
  p.epochs_y = y + c.px(1);
  p.top = p.epochs_y + c.line_height(Face::MonoSmall) + c.px(4);
  p.bottom = p.top + cell_h;
  p.labels_y = p.bottom + c.px(6);
  return p;
}

void draw_offset_cell(Canvas& c, const Rect& rect, const StripCell& cell, std::int64_t offset,
                      bool lacks, bool dim) {
  const float rounding = c.px(2.5f), alpha = dim ? 0.5f : 1.0f;
  const Color hue = theme::epoch(cell.epoch);
  const bool holds = cell.state == CellState::Committed || cell.state == CellState::Uncommitted;
  if (cell.state == CellState::Truncated) {
    c.hatch(rect, faded(theme::kBad, 0.75f), c.px(5));
    c.outline(rect, faded(theme::kBad, 0.8f), rounding);
  } else if (!holds) {
    if (lacks) {
      c.outline(rect, faded(theme::kWarn, 0.6f), rounding);
    } else {
      c.outline(rect, faded(theme::kGrid, 0.7f), rounding);
    }
    return;
  } else if (cell.state == CellState::Committed) {
    c.fill(rect, faded(hue, alpha), rounding);
  } else {
    c.fill(rect, faded(hue, 0.36f * alpha), rounding);
    c.outline(rect, faded(hue, 0.95f * alpha), rounding);
  }
  const Color ink = faded(theme::kText, dim ? 0.6f : 1.0f);
  c.text_center(rect, Face::MonoSmall, ink, cell_text(offset));
}

void draw_cells(Canvas& c, const ReplicaColumns& col, const StripPlace& at, const ReplicaLine& line,
                const PartitionPicture& p) {
  const Strip strip = build_strip(*line.log, col.axis.window, line.cut);
  const float cell_w = col.strip_w() / static_cast<float>(col.axis.window.cells);
  for (std::int32_t i = 0; i < col.axis.window.cells; ++i) {
    const std::int64_t offset = col.axis.window.start + i;
    const Rect rect = Rect::at(col.strip_x0 + static_cast<float>(i) * cell_w + 1, at.top,
                               cell_w - 2, at.bottom - at.top);
    const bool lacks = offset >= line.log->log_end && offset < p.leader_end;
    const StripCell& cell = strip.cells[static_cast<std::size_t>(i)];
    draw_offset_cell(c, rect, cell, offset, lacks, line.down);
    if (offset < line.log->log_start || offset >= line.log->log_end) continue;
    const Target target = Target::record(line.broker, p.partition, offset);
    c.hit(rect, target);
    if (c.is_selected(target)) c.outline(rect.shrunk(-1), theme::kAccent, c.px(3), c.px(2));
  }
}

/// Too many offsets for cells: the same in stretches of one epoch.
void draw_bar(Canvas& c, const ReplicaColumns& col, const StripPlace& at, const ReplicaLine& line,
              const PartitionPicture& p) {
  const cluster::ReplicaView& log = *line.log;
  const float alpha = line.down ? 0.5f : 1.0f;
  const auto piece = [&](std::int64_t from, std::int64_t to) {
    return Rect{col.x_of(from), at.top, std::max(col.x_of(to), col.x_of(from) + 1), at.bottom};
  };
  c.outline({col.strip_x0, at.top, col.strip_x1, at.bottom}, theme::kGrid, c.px(2));
  for (std::size_t i = 0; i < log.epochs.size(); ++i) {
    const std::int64_t from = std::max(log.epochs[i].start, log.log_start);
    const std::int64_t to = i + 1 < log.epochs.size() ? log.epochs[i + 1].start : log.log_end;
    const std::int64_t committed = std::clamp(log.high_watermark, from, std::max(from, to));
    const Color hue = theme::epoch(log.epochs[i].epoch);
    if (committed > from) c.fill(piece(from, committed), faded(hue, alpha));
    if (to > committed) c.fill(piece(committed, to), faded(hue, 0.36f * alpha));
  }
  if (line.cut) c.hatch(piece(line.cut->from, line.cut->to), theme::kBad, c.px(5));
  if (log.log_end < p.leader_end) {
    c.dashed_outline(piece(log.log_end, p.leader_end), faded(theme::kWarn, 0.8f), c.px(2), 1);
  }
  c.hit({col.x_of(log.log_start), at.top, col.x_of(log.log_end), at.bottom},
        Target::record(line.broker, p.partition, std::max(log.log_start, log.log_end - 1)));
}

/// A plate keeps the line of the high watermark out of the letters.
void write_over_lines(Canvas& c, float x, float y, float width) {
  c.fill(Rect::at(x - c.px(2), y, width + c.px(4), c.line_height(Face::MonoSmall) + c.px(1)),
         theme::kBackground);
}

/// The leader-epoch cache: above the first offset of each epoch, "e1 → 13".
void draw_epoch_cache(Canvas& c, const ReplicaColumns& col, const StripPlace& at,
                      const ReplicaLine& line, const PartitionPicture& p) {
  const auto& epochs = line.log->epochs;
  const Target target = Target::of_value(line.broker, p.partition, ValueName::EpochCache);
  float free_from = col.strip_x0;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const bool ends_before = i + 1 < epochs.size() && epochs[i + 1].start <= col.axis.from;
    if (ends_before) continue;  // all of it lies left of what is shown
    const float x = std::max(col.x_of(epochs[i].start), free_from);
    const float next = i + 1 < epochs.size() ? col.x_of(epochs[i + 1].start) : col.strip_x1;
    const std::string whole = fmt::format("e{} → {}", epochs[i].epoch, epochs[i].start);
    const std::string brief = fmt::format("e{}", epochs[i].epoch);
    const bool roomy = x + c.width(Face::MonoSmall, whole) + c.px(4) <= std::max(next, x);
    const std::string& text = roomy ? whole : brief;
    if (x + c.width(Face::MonoSmall, text) > col.strip_x1) continue;
    const Color ink = mixed(theme::epoch(epochs[i].epoch), theme::kText, 0.5f);
    write_over_lines(c, x, at.epochs_y, c.width(Face::MonoSmall, text));
    const Rect label =
        c.text(x, at.epochs_y, Face::MonoSmall, faded(ink, line.down ? 0.6f : 1.0f), text);
    c.hit(label, target);
    c.tip(label, fmt::format("leader-epoch cache of broker {}: epoch {} starts at offset {}",
                             line.broker, epochs[i].epoch, epochs[i].start));
    if (epochs[i].start >= col.axis.from) {
      const float mark = col.x_of(epochs[i].start);
      c.fill({mark, at.top - c.px(3), mark + c.px(1.5f), at.top}, ink);
    }
    free_from = label.x1 + c.px(6);
  }
}

/// A named offset below the strip.
struct Mark {
  std::string text;
  std::int64_t offset = 0;
  Color color = 0;
  Target target;
  const char* tip = "";
};

std::vector<Mark> marks_of(const ReplicaLine& line, const PartitionPicture& p) {
  const cluster::ReplicaView& log = *line.log;
  const auto value = [&](ValueName name) {
    return Target::of_value(line.broker, p.partition, name);
  };
  std::vector<Mark> marks;
  marks.push_back({fmt::format("start {}", log.log_start), log.log_start, theme::kDim,
                   value(ValueName::LogStart), "Log start offset: the first that is still here"});
  const bool own_lso =
      line.last_stable_offset >= 0 && (line.leads || line.last_stable_offset != log.high_watermark);
  if (own_lso) {
    marks.push_back({fmt::format("LSO {}", line.last_stable_offset), line.last_stable_offset,
                     theme::kSpecial, value(ValueName::LastStableOffset),
                     "Last stable offset: read_committed consumers get this far. Without an open "
                     "transaction it is the HW"});
  }
  marks.push_back({fmt::format("HW {}", log.high_watermark), log.high_watermark, theme::kWatermark,
                   value(ValueName::HighWatermark),
                   line.leads ? "High watermark: below it, every ISR member has everything"
                              : "What this follower knows of the leader's HW: a fetch later"});
  if (line.known_end >= 0 && line.known_end != log.log_end) {
    marks.push_back({fmt::format("known {}", line.known_end), line.known_end, theme::kAccent,
                     value(ValueName::FollowerProgress),
                     "What the leader knows of this follower, from its last fetch"});
  }
  marks.push_back({fmt::format("LEO {}", log.log_end), log.log_end, theme::kText,
                   value(ValueName::LogEnd), "Log end offset: the next record goes here"});
  return marks;
}

/// Where letters are large and the strip is short, the least telling names go. HW and LEO stay.
void drop_what_does_not_fit(const Canvas& c, float width, std::vector<Mark>& marks) {
  const auto needed = [&] {
    float sum = 0;
    for (const Mark& m : marks) sum += c.width(Face::MonoSmall, m.text) + c.px(10);
    return sum;
  };
  for (const ValueName name :
       {ValueName::LastStableOffset, ValueName::LogStart, ValueName::FollowerProgress}) {
    if (needed() <= width) return;
    std::erase_if(marks, [&](const Mark& m) { return m.target.value == name; });
  }
}

void draw_marks(Canvas& c, const ReplicaColumns& col, const StripPlace& at, const ReplicaLine& line,
                const PartitionPicture& p) {
  const float alpha = line.down ? 0.55f : 1.0f;
  std::vector<Mark> marks = marks_of(line, p);
  drop_what_does_not_fit(c, col.strip_w(), marks);
  std::vector<WantedLabel> wanted;
  for (const Mark& m : marks) {
    wanted.push_back({col.x_of(m.offset), c.width(Face::MonoSmall, m.text)});
  }
  const std::vector<float> x = spread_labels(wanted, col.strip_x0, col.strip_x1, c.px(10));
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Mark& m = marks[i];
    write_over_lines(c, x[i], at.labels_y, wanted[i].width);
    const Rect label = c.text(x[i], at.labels_y, Face::MonoSmall, faded(m.color, alpha), m.text);
    c.hit(label, m.target);
    c.tip(label, m.tip);
    if (c.is_selected(m.target)) c.outline(label.shrunk(-c.px(2)), theme::kAccent, c.px(2));
  }
  const cluster::ReplicaView& log = *line.log;
  if (log.log_start >= col.axis.from) {
    const float s = col.x_of(log.log_start);
    c.fill({s - c.px(1), at.top - c.px(2), s + c.px(1), at.bottom + c.px(2)},
           faded(theme::kDim, alpha));
  }
  const float hw = col.x_of(log.high_watermark), leo = col.x_of(log.log_end);
  c.fill({hw - c.px(1.5f), at.top - c.px(3), hw + c.px(1.5f), at.bottom + c.px(3)},
         faded(theme::kWatermark, alpha));
  if (line.known_end >= 0) {
    c.circle(col.x_of(line.known_end), at.top, c.px(3), faded(theme::kAccent, alpha), c.px(1.5f));
  }
  c.triangle_up(leo, at.bottom + c.px(3), c.px(3.6f), faded(theme::kText, alpha));
}

}  // namespace

void draw_replica_strip(Canvas& c, const ReplicaColumns& col, float y, const ReplicaLine& line,
                        const PartitionPicture& p) {
  const StripPlace at = place_strip(c, y, col.cell_h);
  if (col.axis.cells) {
    draw_cells(c, col, at, line, p);
  } else {
    draw_bar(c, col, at, line, p);
  }
  draw_epoch_cache(c, col, at, line, p);
  draw_marks(c, col, at, line, p);
}

}  // namespace kscope::viewer
