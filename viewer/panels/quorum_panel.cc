#include "viewer/panels/quorum_panel.h"

#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/log_panel.h"
#include "viewer/panels/panel.h"

namespace kscope::viewer {

namespace {

constexpr float kMemberRow = 62, kMemberRadius = 19;
constexpr Color kCommitted = rgb(0x3d74b8);
constexpr Color kUncommitted = rgb(0x3d74b8, 90);

/// Where things stand in a member's row.
struct QuorumColumns {
  float x = 0, w = 0;
  float words = 0;   ///< role and standing
  float bar = 0, bar_w = 0;
  float progress = 0, progress_w = 0;
};

QuorumColumns plan_quorum(const Canvas& c, float x, float w) {
  QuorumColumns at{x, w, 0, 0, 0, 0, 0};
  at.words = x + c.px(2 * kMemberRadius + 22);
  const float words_w = std::clamp(w * 0.26f, c.px(150), c.px(250));
  at.progress_w = std::clamp(w * 0.24f, c.px(140), c.px(240));
  at.bar = at.words + words_w + c.px(12);
  at.progress = x + w - at.progress_w;
  at.bar_w = std::max(at.progress - at.bar - c.px(16), c.px(60));
  return at;
}

Color color_of(VoteState state) {
  return state == VoteState::Granted   ? theme::kGood
         : state == VoteState::Refused ? theme::kBad
                                       : theme::kFaint;
}

const char* word_of(VoteState state) {
  return state == VoteState::Granted   ? "granted"
         : state == VoteState::Refused ? "refused"
                                       : "no answer yet";
}

/// A dot each: filled when granted, crossed when refused, empty while nothing has come.
float draw_votes(Canvas& c, const QuorumMemberRow& row, float x, float y) {
  for (const VoteDot& vote : row.votes) {
    const float r = c.px(5);
    const Color color = color_of(vote.state);
    if (vote.state == VoteState::Granted) c.circle(x, y, r, color);
    else c.circle(x, y, r, color, c.px(1.5f));
    if (vote.state == VoteState::Refused) c.cross(x, y, c.px(3), color);
    c.tip({x - r, y - r, x + r, y + r},
          fmt::format("vote of C{}: {}", vote.voter, word_of(vote.state)));
    x += c.px(14);
  }
  return x;
}

void draw_circle(Canvas& c, const QuorumMemberRow& row, float x, float y) {
  const float r = c.px(kMemberRadius);
  const Color color = theme::tone(row.tone);
  const Rect box{x - r, y - r, x + r, y + r};
  c.fill(box, theme::kCard, r);
  if (row.voter) c.circle(x, y, r, color, c.px(2));
  else c.dashed_outline(box, color, r, c.px(1.5f));
  c.text_center(box, Face::Bold, row.up ? theme::kText : theme::kDim, row.label);
  if (row.timer) c.arc(x, y, r + c.px(4), *row.timer, theme::kWarn, c.px(3));
  c.hit(box, Target::controller(row.node));
  if (row.timer) c.tip(box, row.timer_text);
}

/// The member's log: solid is committed, lighter is not; diamonds are snapshots.
void draw_log_bar(Canvas& c, const QuorumDesk& desk, const QuorumMemberRow& row, const Rect& rect) {
  c.fill(rect, theme::kGrid, c.px(3));
  if (!row.up) {
    c.hatch(rect, theme::kBorder, c.px(6));
    return;
  }
  const double span =
      static_cast<double>(std::max<std::int64_t>(desk.window_end() - desk.window_start(), 1));
  const auto at = [&](std::int64_t offset) {
    const double share = static_cast<double>(offset - desk.window_start()) / span;
    return rect.x0 + rect.w() * static_cast<float>(std::clamp(share, 0.0, 1.0));
  };
  const float start = at(row.log_start), end = at(row.log_end);
  const float mark = std::clamp(at(row.high_watermark), start, end);
  c.fill({start, rect.y0, end, rect.y1}, kUncommitted, c.px(3));
  c.fill({start, rect.y0, mark, rect.y1}, kCommitted, c.px(3));
  c.fill({mark - c.px(1), rect.y0 - c.px(3), mark + c.px(1), rect.y1 + c.px(3)},
         theme::kWatermark);
  for (const std::int64_t snapshot : row.snapshots) {
    const float x = std::max(at(snapshot), rect.x0 + c.px(5));
    c.diamond(x, rect.cy(), c.px(5), theme::kSpecial);
    c.tip({x - c.px(6), rect.y0, x + c.px(6), rect.y1},
          fmt::format("snapshot: stands for the records before {}", snapshot));
  }
  c.tip(rect, fmt::format("log from {} to {}, committed up to {}", row.log_start, row.log_end,
                          row.high_watermark));
}

void draw_member(Ui& ui, Canvas& c, const QuorumColumns& at, const QuorumMemberRow& row, float y) {
  QuorumDesk& desk = ui.quorum;
  const float h = c.px(kMemberRow), middle = y + h / 2;
  const Rect whole = Rect::at(at.x - c.px(8), y + c.px(2), at.w + c.px(16), h - c.px(4));
  if (desk.shown() == row.node) c.fill(whole, theme::kCard, c.px(6));
  draw_circle(c, row, at.x + c.px(kMemberRadius + 6), middle);
  const float line = c.line_height(Face::Small);
  const float words_w = at.bar - at.words - c.px(12);
  const Rect role = c.fit(at.words, middle - line - c.px(2), words_w, Face::Bold,
                          theme::tone(row.tone), row.voter || !row.up ? row.role : row.role);
  c.hit(role, Target::of_value(row.node, {}, ValueName::QuorumRole));
  const float dots = static_cast<float>(row.votes.size()) * c.px(14);
  if (role.x1 + c.px(12) + dots <= at.bar) draw_votes(c, row, role.x1 + c.px(14), role.cy());
  const bool timed = row.timer.has_value() && row.votes.empty();
  c.fit(at.words, middle + c.px(3), words_w, Face::Small, theme::kDim,
        timed && row.standing.empty() ? row.timer_text : row.standing);
  draw_log_bar(c, desk, row, Rect::at(at.bar, middle - c.px(8), at.bar_w, c.px(16)));
  const std::string second =
      row.download >= 0 && row.download_size > 0
          ? fmt::format("loads a snapshot: {} of {} bytes", row.download, row.download_size)
      : row.timer ? row.timer_text
                  : std::string();
  const float first_y = second.empty() ? middle - line / 2 : middle - line - c.px(2);
  c.fit(at.progress, first_y, at.progress_w, Face::Small, theme::kText, row.progress);
  c.fit(at.progress, middle + c.px(3), at.progress_w, Face::Small, theme::kDim, second);
  if (c.clicked(Rect::at(at.bar, y, at.bar_w, h))) desk.choose(row.node);
}

void draw_scale(Canvas& c, const QuorumDesk& desk, const QuorumColumns& at, float y) {
  const Rect left =
      c.text(at.bar, y, Face::MonoSmall, theme::kFaint, std::to_string(desk.window_start()));
  const Rect right = c.text_right(at.bar + at.bar_w, y, Face::MonoSmall, theme::kFaint,
                                  std::to_string(desk.window_end()));
  const std::string_view words = "offsets of the metadata log";
  if (c.width(Face::Small, words) + c.px(20) < right.x0 - left.x1) {
    c.text_center({left.x1, y, right.x0, y + c.line_height(Face::Small)}, Face::Small,
                  theme::kFaint, words);
  }
}

void draw_row(Canvas& c, const QuorumLogRow& row, float x, float y, float w) {
  const float line = c.line_height(Face::Small) * 1.45f;
  const float offset_w = c.width(Face::MonoSmall, "0000000") + c.px(8);
  const float epoch_w = c.width(Face::Small, "epoch 000") + c.px(14);
  const float state_w = c.width(Face::Small, "not committed") + c.px(26);
  const float text_y = y + c.px(2);
  if (row.starts_batch) c.line(x, y, x + w, y, theme::kGrid);
  if (!row.committed) c.fill(Rect::at(x, y + 1, w, line - 1), rgb(0x3d74b8, 36));
  c.text_right(x + offset_w, text_y, Face::MonoSmall, theme::kDim, std::to_string(row.offset));
  c.text(x + offset_w + c.px(12), text_y, Face::Small, theme::kFaint,
         fmt::format("epoch {}", row.epoch));
  const float state = x + offset_w + c.px(12) + epoch_w;
  const float mark_y = y + line / 2;
  if (row.committed) c.check(state + c.px(4), mark_y, c.px(4), theme::kGood);
  else c.circle(state + c.px(4), mark_y, c.px(4), theme::kWarn, c.px(1.5f));
  c.text(state + c.px(14), text_y, Face::Small, row.committed ? theme::kFaint : theme::kWarn,
         row.committed ? "committed" : "not committed");
  c.fit(state + state_w, text_y, x + w - state - state_w, Face::Small,
        row.control ? theme::kLead : theme::kText, row.words);
}

void draw_records(Ui& ui, Canvas& c, LogColumn& at) {
  const QuorumDesk& desk = ui.quorum;
  section_heading(c, at, StageState::Done, "THE METADATA LOG",
                  fmt::format("of node {}, newest first; what each record changed in the image",
                              desk.shown()));
  if (!desk.log_problem().empty()) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kDim, desk.log_problem()) + c.px(6);
  }
  const float line = c.line_height(Face::Small) * 1.45f;
  for (const QuorumLogRow& row : desk.rows()) {
    draw_row(c, row, at.x, at.y, at.w);
    at.y += line;
  }
  if (desk.rows_before() > 0) {
    c.fit(at.x, at.y, at.w, Face::Small, theme::kFaint,
          fmt::format("and {} records before these", desk.rows_before()));
    at.y += line;
  }
  if (!desk.snapshot_words().empty()) {
    c.diamond(at.x + c.px(6), at.y + line / 2, c.px(5), theme::kSpecial);
    at.y += c.wrap(at.x + c.px(18), at.y + c.px(2), at.w - c.px(18), Face::Small, theme::kSpecial,
                   desk.snapshot_words()) +
            c.px(8);
  }
}

}  // namespace

void draw_quorum_screen(Ui& ui, const Rect& rect) {
  ScrollArea area(ui.draw, "quorum", rect);
  Canvas c(ui.draw);
  const float pad = c.px(18);
  LogColumn at{area.x() + pad, area.y() + c.px(6), rect.w() - 2 * pad - c.px(6), c.px(10), 0};
  const QuorumDesk& desk = ui.quorum;
  const Rect title = c.text(at.x, at.y, Face::Title, theme::kText, "Metadata quorum");
  c.fit(title.x1 + c.px(14), at.y + c.px(5), at.x + at.w - title.x1 - c.px(14), Face::Small,
        theme::kText, desk.summary());
  at.y += c.line_height(Face::Title) + c.px(10);
  c.fit(at.x, at.y, at.w, Face::Small, theme::kDim, desk.voters());
  at.y += c.line_height(Face::Small) + c.px(6);
  const QuorumColumns columns = plan_quorum(c, at.x, at.w);
  for (const QuorumMemberRow& row : desk.members()) {
    draw_member(ui, c, columns, row, at.y);
    at.y += c.px(kMemberRow);
  }
  draw_scale(c, desk, columns, at.y);
  at.y += c.line_height(Face::Small) + c.px(16);
  draw_records(ui, c, at);
  area.content(rect.w() - c.px(20), at.y - area.y() + c.px(10));
}

}  // namespace kscope::viewer
