#include "viewer/widgets/frame_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace kscope::viewer {

namespace {

struct Pill {
  std::string text;
  float width = 0;
  float left = 0, right = 0;  // the stretch that the pill sweeps over
};

/// The label is shortened before the pill is: "Fetch off=6 ep=2", then "Fetch".
Pill measure_pill(const Canvas& c, const Rect& band, const LaneFrame& f) {
  const float way = std::abs(f.to.x - f.from.x);
  const float room = std::max(c.px(84), std::min(band.w() * 0.5f, way * 0.9f));
  Pill pill;
  pill.text = f.frame->label.empty() ? to_string(f.frame->api) : f.frame->label;
  if (c.width(Face::Small, pill.text) + c.px(18) > room) pill.text = to_string(f.frame->api);
  pill.width = c.width(Face::Small, pill.text) + c.px(18);
  pill.left = std::min(f.from.x, f.to.x) - pill.width / 2;
  pill.right = std::max(f.from.x, f.to.x) + pill.width / 2;
  // At the edges of the band the pill is pushed inwards; the stretch has to be large enough for
  // that.
  pill.left = std::clamp(pill.left, band.x0, std::max(band.x0, band.x1 - pill.width));
  pill.right = std::clamp(pill.right, std::min(band.x1, band.x0 + pill.width), band.x1);
  return pill;
}

float progress_of(const cluster::FrameView& frame, Instant now) {
  const double way = static_cast<double>((frame.arrives_at - frame.sent_at).count());
  if (way <= 0) return 1;
  const double done = static_cast<double>((now - frame.sent_at).count()) / way;
  return static_cast<float>(std::clamp(done, 0.0, 1.0));
}

void burst(Canvas& c, float x, float y, float share) {
  for (int i = 0; i < 8; ++i) {
    const float a = static_cast<float>(i) * 0.785f;
    const float r0 = c.px(6) + c.px(8) * share, r1 = r0 + c.px(5);
    c.line(x + std::cos(a) * r0, y + std::sin(a) * r0, x + std::cos(a) * r1, y + std::sin(a) * r1,
           faded(theme::kBad, 1 - share), c.px(1.5f));
  }
}

void draw_way(Canvas& c, const LaneFrame& f, float y, Color color) {
  const int direction = f.to.x >= f.from.x ? 1 : -1;
  c.dashed_line(f.from.x, y, f.to.x, y, faded(color, 0.55f), 1, 3);
  c.dashed_line(f.from.x, f.from.y, f.from.x, y, faded(color, 0.3f), 1, 2);
  c.dashed_line(f.to.x, f.to.y, f.to.x, y, faded(color, 0.3f), 1, 2);
  c.circle(f.from.x, y, c.px(2.2f), faded(color, 0.8f));
  if (std::abs(f.to.x - f.from.x) > c.px(8)) c.arrow_head(f.to.x, y, c.px(3.6f), direction, color);
}

void draw_pill(Canvas& c, const Rect& band, const LaneFrame& f, const Pill& pill, float y,
               Instant now) {
  float share = progress_of(*f.frame, now);
  Color color = theme::api(family_of(f.frame->api));
  if (f.frame->doomed) {
    color = mixed(color, theme::kBad, std::min(1.0f, share * 3));
    if (share >= 0.5f) {
      const float x = (f.from.x + f.to.x) / 2;
      burst(c, x, y, (share - 0.5f) * 2);
    }
    share = std::min(share, 0.5f);
  }
  draw_way(c, f, y, color);
  const float half = pill.width / 2;
  const float x = std::clamp(f.from.x + (f.to.x - f.from.x) * share, band.x0 + half,
                             std::max(band.x0 + half, band.x1 - half));
  const float h = lane_height(c) - c.px(3);
  const Rect rect = Rect::at(x - half, y - h / 2, pill.width, h);
  const Target target = Target::of_frame(f.frame->id);
  if (f.frame->is_response) {
    c.fill(rect, color, h / 2);
  } else {
    c.fill(rect, theme::kBackground, h / 2);
    c.fill(rect, faded(color, 0.16f), h / 2);
    c.outline(rect, color, h / 2, c.px(1.5f));
  }
  const Color ink = f.frame->is_response ? theme::kAccentInk : mixed(color, theme::kText, 0.35f);
  {
    const BoxScope box(c, rect);
    c.text_center(rect, Face::Small, ink, pill.text);
  }
  c.hit(rect, target);
  c.tip(rect, fmt::format("{}{} · {} bytes · right-click to drop or delay", f.frame->label,
                          f.frame->is_response ? " (reply)" : " (request)", f.frame->bytes));
  if (c.is_selected(target)) c.outline(rect.shrunk(-2), theme::kText, h / 2 + 2, c.px(1.5f));
}

}  // namespace

float lane_height(const Canvas& c) { return c.line_height(Face::Small) + c.px(7); }

void frame_lanes(Canvas& c, const Rect& band, const std::vector<LaneFrame>& frames, Instant now,
                 LaneAllocator& allocator) {
  std::vector<Pill> pills;
  std::vector<LaneRequest> wanted;
  for (const LaneFrame& f : frames) {
    pills.push_back(measure_pill(c, band, f));
    wanted.push_back({f.frame->id, pills.back().left - c.px(4), pills.back().right + c.px(4)});
  }
  const float lane_h = lane_height(c);
  const float margin = c.px(4);
  const int lanes = std::max(1, static_cast<int>((band.h() - 2 * margin + 1) / lane_h));
  std::vector<int> given = allocator.assign(wanted, lanes);
  const auto homeless = [&] { return std::count(given.begin(), given.end(), -1); };
  // The last lane then says how many there are besides.
  if (homeless() > 0) given = allocator.assign(wanted, lanes - 1);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (given[i] < 0) continue;
    const float y = band.y0 + margin + (static_cast<float>(given[i]) + 0.5f) * lane_h;
    draw_pill(c, band, frames[i], pills[i], y, now);
  }
  if (homeless() == 0) return;
  const std::string text = fmt::format("+{} more in flight", homeless());
  const float y = band.y0 + margin + (static_cast<float>(lanes) - 0.5f) * lane_h;
  c.text(band.x0, y - c.line_height(Face::Small) / 2, Face::Small, theme::kDim, text);
}

}  // namespace kscope::viewer
