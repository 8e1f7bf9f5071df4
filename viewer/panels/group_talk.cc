// The talk of a rebalance: the drawing of the screen "Sequence" with the group's own lanes.
#include <algorithm>

#include "viewer/panels/group_panel.h"
#include "viewer/panels/sequence_panel.h"

namespace kscope::viewer {

namespace {

SequenceScene scene_of(const Ui& ui) {
  const GroupPicture& picture = ui.groups.picture();
  SequenceScene scene;
  scene.view = &picture.sequence;
  scene.now = ui.session.machine().now();
  for (const int hue : picture.lane_hues) {
    scene.inks.push_back(hue >= 0 ? member_ink(hue) : theme::kLead);
  }
  const auto& lanes = picture.sequence.lanes;
  for (std::size_t i = 0; i < lanes.size() && i < scene.inks.size(); ++i) {
    if (lanes[i].node < 0) scene.inks[i] = theme::kDim;  // "other brokers"
    if (ui.groups.member() >= 0 && lanes[i].node == ui.groups.member()) {
      scene.only_node = lanes[i].node;
    }
  }
  return scene;
}

/// After a jump in time, or to another rebalance, the present (else the beginning) comes into
/// sight.
void follow(Ui& ui, const SequenceScene& scene, const std::vector<float>& edges, float height) {
  GroupUi& state = ui.groups_ui;
  const bool moved = state.seen != ui.session.machine().present() ||
                     state.rebalance != ui.groups.rebalance() ||
                     state.group != ui.groups.shown_group() || state.talk_height != height;
  state.talk_height = height;
  state.seen = ui.session.machine().present();
  state.rebalance = ui.groups.rebalance();
  state.group = ui.groups.shown_group();
  if (!moved) return;
  const auto& rows = scene.view->rows;
  const auto next = std::find_if(rows.begin(), rows.end(),
                                 [&](const SequenceRow& row) { return row.at > scene.now; });
  bring_into_sight(state.scroll, edges[static_cast<std::size_t>(next - rows.begin())], height);
}

void draw_talk_rows(Ui& ui, const Rect& rect, const SequenceScene& scene) {
  const std::vector<float> edges = sequence_row_edges(Canvas(ui.draw), *scene.view);
  follow(ui, scene, edges, rect.h());
  draw_scrolled_rows(ui, "talk", rect, scene, edges, ui.groups_ui.scroll);
}

}  // namespace

void draw_group_talk(Ui& ui, const Rect& rect) {
  Canvas c(ui.draw);
  const SequenceScene scene = scene_of(ui);
  if (scene.view->lanes.empty()) {
    c.wrap(rect.x0 + c.px(12), rect.y0 + c.px(12), rect.w() - c.px(24), Face::Small, theme::kDim,
           "Nothing has been said yet about this group. Let time run.");
    return;
  }
  const Rect head{rect.x0, rect.y0, rect.x1 - c.px(12),
                  rect.y0 + sequence_head_height(c, scene.view)};
  const std::int32_t node = draw_sequence_head(c, head, scene);
  if (node > 0)
    ui.do_later([node](Session& s) {
      const bool broker = s.snapshot().node(node) != nullptr;
      s.select(broker ? Target::broker(node) : Target::client(node));
    });
  draw_talk_rows(ui, {rect.x0, head.y1, head.x1, rect.y1}, scene);
}

}  // namespace kscope::viewer
