// The pages "Offsets" and "Records written".
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "viewer/panels/group_panel.h"

namespace kscope::viewer {

namespace {

/// A table whose numbers stand right-aligned below their headings.
struct OffsetColumns {
  float partition = 0, reader = 0;  ///< x
  float reader_w = 0, partition_w = 0;
  std::array<float, 4> right{};  ///< end, position, committed, lag
};
constexpr const char* kOffsetHeads[] = {"end", "position", "committed", "lag"};

OffsetColumns plan_offsets(const Canvas& c, const LogColumn& at,
                           const std::vector<OffsetRow>& rows) {
  OffsetColumns p;
  float partition = c.width(Face::Small, "partition"), reader = c.width(Face::Small, "read by");
  for (const OffsetRow& row : rows) {
    partition = std::max(partition, c.width(Face::MonoSmall, row.partition.str()));
    reader = std::max(reader, c.width(Face::Small, row.reader.name));
  }
  p.partition = at.x;
  p.partition_w = std::min(partition, at.w * 0.26f);
  p.reader = at.x + p.partition_w + c.px(16);
  p.reader_w = std::min(reader, at.w * 0.2f);
  const float from = p.reader + p.reader_w + c.px(12);
  const float step = std::min((at.x + at.w - from) / 4, c.px(130));
  for (std::size_t i = 0; i < p.right.size(); ++i) {
    p.right[i] = from + step * static_cast<float>(i + 1);
  }
  return p;
}

std::string offset_text(std::int64_t offset) { return offset < 0 ? "–" : std::to_string(offset); }

void draw_offset_row(Canvas& c, const LogColumn& at, const OffsetColumns& p, const OffsetRow& row) {
  const float y = at.y + c.px(2);
  const bool idle = row.reader.hue < 0;
  c.fit(p.partition, y, p.partition_w + 1, Face::MonoSmall, theme::kText, row.partition.str());
  c.fit(p.reader, y, p.reader_w + 1, Face::Small, idle ? theme::kBad : member_ink(row.reader.hue),
        row.reader.name);
  const std::array<std::string, 4> words{std::to_string(row.end), offset_text(row.position),
                                         offset_text(row.committed) + (row.pending ? "…" : ""),
                                         std::to_string(row.lag)};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool warns = i == 3 && row.lag > 0;
    c.text_right(p.right[i], y, Face::MonoSmall, warns ? theme::kWarn : theme::kText, words[i]);
  }
}

}  // namespace

void draw_group_offsets(Ui& ui, Canvas& c, LogColumn& at) {
  const auto& rows = ui.groups.picture().offsets;
  const OffsetColumns p = plan_offsets(c, at, rows);
  const float line = c.line_height(Face::MonoSmall) + c.px(7);
  c.text(p.partition, at.y, Face::Small, theme::kDim, "partition");
  c.text(p.reader, at.y, Face::Small, theme::kDim, "read by");
  for (std::size_t i = 0; i < p.right.size(); ++i) {
    c.text_right(p.right[i], at.y, Face::Small, theme::kDim, kOffsetHeads[i]);
  }
  at.y += c.line_height(Face::Small) + c.px(4);
  c.line(at.x, at.y, p.right.back(), at.y, theme::kBorder);
  at.y += c.px(2);
  for (const OffsetRow& row : rows) {
    draw_offset_row(c, at, p, row);
    c.hit(Rect::at(at.x, at.y, p.right.back() - at.x, line), Target::of_partition(row.partition));
    at.y += line;
  }
  at.y += c.px(4);
  at.y +=
      c.wrap(at.x, at.y, at.w, Face::Small, theme::kFaint,
             "Offsets of records. end: what can be read (the high watermark); position: what is "
             "fetched next; committed: where the next reader would begin, with … while it is not "
             "on every in-sync replica; lag: records between committed and end.");
}

void draw_group_records(Ui& ui, Canvas& c, LogColumn& at) {
  const GroupPicture& picture = ui.groups.picture();
  const auto& rows = picture.records;
  const Rect head = c.heading(at.x, at.y, "RECORDS OF THE COORDINATOR, newest first");
  const std::string where = "in " + picture.summary.where;
  if (!picture.summary.where.empty() &&
      head.x1 + c.width(Face::Small, where) + c.px(20) <= at.x + at.w) {
    c.text_right(at.x + at.w, at.y, Face::Small, theme::kFaint, where);
  }
  at.y += c.line_height(Face::Small) + c.px(7);
  if (rows.empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim,
                   "The coordinator wrote nothing about the group in this stretch.");
    return;
  }
  const float line = c.line_height(Face::MonoSmall) + c.px(6);
  const float time_w = c.width(Face::MonoSmall, format_instant(rows.front().at)) + c.px(14);
  float offset_w = 0, kind_w = 0;
  for (const GroupRecordRow& row : rows) {
    offset_w = std::max(offset_w, c.width(Face::MonoSmall, fmt::format("offset {}", row.offset)));
    kind_w = std::max(kind_w, c.width(Face::Small, row.kind));
  }
  for (const GroupRecordRow& row : rows) {
    const float y = at.y + c.px(2);
    c.text(at.x, y, Face::MonoSmall, theme::kFaint, format_instant(row.at));
    c.text_right(at.x + time_w + offset_w, y, Face::MonoSmall, theme::kDim,
                 fmt::format("offset {}", row.offset));
    const float kind = at.x + time_w + offset_w + c.px(14);
    c.text(kind, y, Face::Small, row.tombstone ? theme::kWarn : theme::kGood, row.kind);
    const float x = kind + kind_w + c.px(14);
    c.fit(x, y, at.x + at.w - x, Face::Small, theme::kText,
          row.tombstone ? (row.subject.empty() ? "tombstone: forget it"
                                               : row.subject + " · tombstone: forget it")
                        : row.subject);
    c.hit(Rect::at(at.x, at.y, at.w, line), Target::of_event(row.event));
    at.y += line;
  }
}

}  // namespace kscope::viewer
