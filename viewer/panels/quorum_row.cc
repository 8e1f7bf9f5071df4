// The row of controllers: role in words and tone, the election timer as an arc, votes as dots.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/cluster_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kRadius = 16;

/// Controllers stand above their brokers while columns are wide, and spread evenly otherwise.
Rect slot(const Canvas& c, const ClusterLayout& l, const ClusterView& view, int i) {
  const float top = l.quorum.y0 + c.px(30);
  const int n = static_cast<int>(view.controllers.size());
  if (!l.dense && n <= static_cast<int>(view.brokers.size())) {
    const Rect column = l.column(i);
    return {column.x0, top, column.x1, l.quorum.y1};
  }
  const float w = l.visible_width / static_cast<float>(std::max(n, 1));
  return Rect::at(l.x + static_cast<float>(i) * w, top, w, l.quorum.y1 - top);
}

void draw_votes(Canvas& c, const QuorumCard& card, float x, float y, float right) {
  const float r = c.px(4.5f);
  for (const VoteDot& vote : card.votes) {
    if (x + 2 * r > right) return;
    const char* word = vote.state == VoteState::Granted   ? "granted its vote"
                       : vote.state == VoteState::Refused ? "refused its vote"
                                                          : "has not answered yet";
    const Rect rect = Rect::at(x, y - r, 2 * r, 2 * r);
    if (vote.state == VoteState::Granted) {
      c.circle(rect.cx(), y, r, theme::kGood);
    } else if (vote.state == VoteState::Refused) {
      c.circle(rect.cx(), y, r, theme::kBad, c.px(1.5f));
      c.cross(rect.cx(), y, r * 0.45f, theme::kBad);
    } else {
      c.circle(rect.cx(), y, r, theme::kFaint, c.px(1.5f));
    }
    c.tip(rect, fmt::format("C{} {}", vote.voter, word));
    x += 2 * r + c.px(4);
  }
}

void draw_card(Ui& ui, Canvas& c, const ClusterLayout& l, int i) {
  const QuorumCard& card = ui.models.cluster.controllers[static_cast<std::size_t>(i)];
  const Rect box = slot(c, l, ui.models.cluster, i);
  const float r = c.px(kRadius);
  const float x = controller_x(c, l, ui.models.cluster, i), y = box.y0 + r;
  const Color color = theme::tone(card.tone);
  const Target target = Target::controller(card.node);
  c.fill({x - r, y - r, x + r, y + r}, theme::kCard, r);
  c.circle(x, y, r, color, c.px(2));
  c.text_center({x - r, y - r, x + r, y + r}, Face::Bold, theme::kText, card.label);
  if (card.timer) c.arc(x, y, r + c.px(4), *card.timer, theme::kWarn, c.px(3));
  if (c.is_selected(target)) c.circle(x, y, r + c.px(7), theme::kAccent, c.px(1.5f));
  c.hit({x - r - c.px(4), y - r - c.px(4), x + r + c.px(4), y + r + c.px(4)}, target);
  const float left = x + r + c.px(12), right = box.x1 - c.px(4);
  const float line = c.line_height(Face::Small);
  const Rect role = c.fit(left, y - line - c.px(1), right - left, Face::Bold, color, card.role);
  c.hit(role, Target::of_value(card.node, {}, ValueName::QuorumRole));
  draw_votes(c, card, role.x1 + c.px(8), role.cy(), right);
  const std::string both = card.detail + " · " + card.timer_text;
  const bool fits = !card.timer_text.empty() && c.width(Face::Small, both) <= right - left;
  const Rect detail =
      c.fit(left, y + c.px(3), right - left, Face::Small, theme::kDim, fits ? both : card.detail);
  c.hit(detail, Target::of_value(card.node, {}, ValueName::QuorumHighWatermark));
  if (card.timer) c.tip({x - r, y - r, x + r, y + r}, card.timer_text);
}

}  // namespace

float controller_x(const Canvas& c, const ClusterLayout& l, const ClusterView& view, int i) {
  return slot(c, l, view, i).x0 + c.px(kRadius + 6);
}

void draw_quorum(Ui& ui, Canvas& c, const ClusterLayout& l) {
  const ClusterView& view = ui.models.cluster;
  const Rect head = c.heading(l.quorum.x0, l.quorum.y0 + c.px(6), "METADATA QUORUM (KRaft)");
  c.fit(head.x1 + c.px(12), head.y0, l.quorum.x0 + l.visible_width - head.x1 - c.px(12),
        Face::Small, theme::kText, view.quorum);
  for (int i = 0; i < static_cast<int>(view.controllers.size()); ++i) draw_card(ui, c, l, i);
}

}  // namespace kscope::viewer
