// The clients below the brokers: what waits in a producer, what is under way, how far consumers
// lag. The last card tells the story of the latest dramatic event.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/cluster_panel.h"

namespace kscope::viewer {

namespace {

constexpr float kCardWidth = 190;  // narrower ones cannot hold their words
constexpr int kMostCards = 5;

struct Slots {
  int clients = 0;  ///< clients with a card of their own
  int hidden = 0;
  bool story = true;
  int total = 1;  ///< cards in all, the story included
  float width = 0;
};

Slots plan_slots(const Canvas& c, const ClusterLayout& l, const ClusterView& view) {
  Slots s;
  const float gap = c.px(12);
  const int room = std::clamp(static_cast<int>((l.visible_width + gap) / (c.px(kCardWidth) + gap)),
                              1, kMostCards);
  const int n = static_cast<int>(view.clients.size());
  // The story gives way to a client, a client only to the card that stands for several.
  s.story = n < room || room > 2;
  const int places = room - (s.story ? 1 : 0);
  s.clients = n <= places ? n : places - 1;
  s.hidden = n - s.clients;
  s.total = std::max(1, s.clients + (s.hidden > 0 ? 1 : 0) + (s.story ? 1 : 0));
  s.width = (l.visible_width - gap * static_cast<float>(s.total - 1)) / static_cast<float>(s.total);
  return s;
}

Rect slot(const Canvas& c, const ClusterLayout& l, const Slots& s, int i) {
  return Rect::at(l.x + static_cast<float>(i) * (s.width + c.px(12)), l.clients.y0, s.width,
                  l.clients.h());
}

/// Title and as many badges as fit on the line.
float draw_title(Canvas& c, const Rect& in, const ClientCard& card) {
  float badges = 0;
  for (const Badge& b : card.badges) badges += badge_width(c, b.text) + c.px(6);
  const float room = std::max(in.w() * 0.45f, in.w() - badges - c.px(8));
  const Rect title = c.fit(in.x0, in.y0, room, Face::Bold, theme::kText, card.title);
  float x = title.x1 + c.px(10);
  for (const Badge& b : card.badges) {
    if (x + badge_width(c, b.text) > in.x1) break;
    x = badge(c, x, title.cy(), b.text, b.tone).x1 + c.px(6);
  }
  return title.y1 + c.px(8);
}

/// A row of pills; what finds no room is counted.
void draw_pills(Canvas& c, const Rect& row, const char* label, const std::vector<BatchPill>& pills,
                bool under_way) {
  const float indent = c.px(78);
  c.text(row.x0, row.y0 + c.px(2), Face::Small, theme::kFaint, label);
  float x = row.x0 + indent;
  const float h = c.line_height(Face::Small) + c.px(5);
  for (std::size_t i = 0; i < pills.size(); ++i) {
    const float w = c.width(Face::Small, pills[i].text) + c.px(14);
    const std::string rest = fmt::format("+{}", pills.size() - i);
    const float reserve = i + 1 < pills.size() ? c.width(Face::Small, rest) + c.px(6) : 0;
    if (x + w + reserve > row.x1) {
      c.text(x, row.y0 + c.px(2), Face::Small, theme::kDim, rest);
      return;
    }
    const Rect pill = Rect::at(x, row.y0, w, h);
    const Color color = pills[i].retry ? theme::kWarn : theme::kProducer;
    if (under_way) {
      c.fill(pill, faded(color, 0.28f), h / 2);
    }
    c.outline(pill, color, h / 2);
    c.text_center(pill, Face::Small, mixed(color, theme::kText, 0.4f), pills[i].text);
    c.hit(pill, pills[i].target);
    x += w + c.px(5);
  }
  if (pills.empty()) c.text(x, row.y0 + c.px(2), Face::Small, theme::kFaint, "nothing");
}

void draw_producer(Canvas& c, const Rect& in, float y, const ClientCard& card) {
  const float line = c.line_height(Face::Small) + c.px(9);
  draw_pills(c, Rect::at(in.x0, y, in.w(), line), "accumulator", card.waiting, false);
  draw_pills(c, Rect::at(in.x0, y + line, in.w(), line), "in flight", card.in_flight, true);
  y += line * 2 + c.px(1);
  const Rect totals = c.fit(in.x0, y, in.w(), Face::Small, theme::kDim, card.totals);
  const std::string buffer = "buffer " + card.buffer;
  if (totals.x1 + c.px(14) + c.width(Face::Small, buffer) <= in.x1) {
    c.text_right(in.x1, y, Face::Small, theme::kFaint, buffer);
  }
  y += c.line_height(Face::Small) + c.px(4);
  const bool bad = !card.error.empty();
  c.fit(in.x0, y, in.w(), Face::Small, bad ? theme::kWarn : theme::kFaint,
        bad                       ? "last error: " + card.error
        : card.last_acked.empty() ? "nothing acknowledged yet"
                                  : "last acked " + card.last_acked);
}

void draw_consumer(Canvas& c, const Rect& in, float y, const ClientCard& card) {
  const float line = c.line_height(Face::Small) + c.px(3);
  const float bottom = in.y1 - line;
  std::size_t shown = 0;
  for (; shown < card.lag.size() && y + line <= bottom; ++shown, y += line) {
    const LagLine& l = card.lag[shown];
    const bool last_room = y + 2 * line > bottom && shown + 1 < card.lag.size();
    if (last_room) break;
    const std::string at = fmt::format("at {}", l.position);
    const std::string lag = fmt::format("lag {}", l.lag);
    const float lag_w = c.width(Face::Small, lag);
    const float gauge = in.w() > c.px(220) ? c.px(56) : 0;
    c.text(in.x1 - lag_w - (gauge > 0 ? gauge + c.px(8) : 0), y, Face::Small,
           l.lag > 0 ? theme::kWarn : theme::kDim, lag);
    if (gauge > 0)
      bar(c, Rect::at(in.x1 - gauge, y + c.px(4), gauge, c.px(6)),
          static_cast<float>(l.lag) / 20.0f, theme::kWarn);
    const float right = in.x1 - lag_w - (gauge > 0 ? gauge + c.px(8) : 0) - c.px(10);
    const float at_w = c.width(Face::Small, at);
    c.text(right - at_w, y, Face::Small, theme::kDim, at);
    c.fit(in.x0, y, right - at_w - c.px(8) - in.x0, Face::MonoSmall, theme::kText, l.partition);
  }
  if (shown < card.lag.size()) {
    std::int64_t lag = 0;
    for (std::size_t i = shown; i < card.lag.size(); ++i) lag += card.lag[i].lag;
    c.fit(in.x0, y, in.w(), Face::Small, theme::kDim,
          fmt::format("and {} more, lag {} in all", card.lag.size() - shown, lag));
  }
  c.fit(in.x0, in.y1 - line + c.px(1), in.w(), Face::Small,
        card.error.empty() ? theme::kFaint : theme::kWarn,
        card.error.empty() ? card.totals : "last error: " + card.error);
}

void draw_client(Canvas& c, const Rect& rect, const ClientCard& card) {
  c.fill(rect, theme::kPanel, c.px(8));
  c.outline(rect, theme::kBorder, c.px(8));
  const Target target = Target::client(card.node);
  if (c.is_selected(target)) c.outline(rect.shrunk(-1), theme::kAccent, c.px(8), c.px(1.5f));
  c.hit(rect, target);
  const BoxScope box(c, rect);
  const Rect in = rect.shrunk(c.px(13), c.px(10));
  const float y = draw_title(c, in, card);
  if (card.kind == cluster::ClientKind::Producer) draw_producer(c, in, y, card);
  const bool reads =
      card.kind == cluster::ClientKind::Consumer || card.kind == cluster::ClientKind::External;
  if (reads) draw_consumer(c, in, y, card);
}

void draw_story(Ui& ui, Canvas& c, const Rect& rect) {
  c.fill(rect, theme::kCard, c.px(8));
  c.outline(rect, theme::kBorder, c.px(8));
  const BoxScope box(c, rect);
  const Rect in = rect.shrunk(c.px(13), c.px(10));
  const Rect head = c.text(in.x0, in.y0, Face::Bold, theme::kAccent, "What just happened");
  const std::vector<WhyStep>& story = ui.models.story;
  if (story.empty()) {
    c.wrap(in.x0, head.y1 + c.px(8), in.w(), Face::Small, theme::kDim,
           "Nothing dramatic yet. Press space to let time run.", 4);
    return;
  }
  const std::string when = format_instant(story.front().at);
  if (head.x1 + c.px(10) + c.width(Face::Small, when) <= in.x1) {
    c.text_right(in.x1, head.y0 + c.px(2), Face::Small, theme::kFaint, when);
  }
  float y = head.y1 + c.px(7);
  const float leading = c.line_height(Face::Small) * 1.28f;
  const auto lines_left = [&] { return static_cast<int>((in.y1 - y + c.px(4)) / leading); };
  y += c.wrap(in.x0, y, in.w(), Face::Small, theme::kText, story.front().text,
              std::max(1, lines_left()));
  for (std::size_t i = 1; i < story.size(); ++i) {
    // A cause is told in full or not at all; a click shows the rest.
    const std::string cause = "because " + story[i].text;
    if (y + c.wrapped_height(in.w(), Face::Small, cause) > in.y1 + c.px(4)) break;
    y += c.wrap(in.x0, y, in.w(), Face::Small, theme::kDim, cause);
  }
  c.hit(rect, Target::of_event(story.front().event));
}

}  // namespace

float client_x(const Canvas& c, const ClusterLayout& l, const ClusterView& view, std::int32_t id) {
  const Slots s = plan_slots(c, l, view);
  for (int i = 0; i < s.clients; ++i) {
    if (view.clients[static_cast<std::size_t>(i)].node == id) return slot(c, l, s, i).cx();
  }
  return slot(c, l, s, s.clients).cx();
}

void draw_clients(Ui& ui, Canvas& c, const ClusterLayout& l) {
  const ClusterView& view = ui.models.cluster;
  const Slots s = plan_slots(c, l, view);
  for (int i = 0; i < s.clients; ++i)
    draw_client(c, slot(c, l, s, i), view.clients[static_cast<std::size_t>(i)]);
  if (s.hidden > 0) {
    const Rect rect = slot(c, l, s, s.clients);
    c.fill(rect, theme::kPanel, c.px(8));
    c.outline(rect, theme::kBorder, c.px(8));
    const BoxScope box(c, rect);
    const Rect in = rect.shrunk(c.px(13), c.px(10));
    c.fit(in.x0, in.y0, in.w(), Face::Bold, theme::kText, fmt::format("{} more clients", s.hidden));
    std::string names;
    for (std::size_t i = static_cast<std::size_t>(s.clients); i < view.clients.size(); ++i) {
      names += (names.empty() ? "" : ", ") + view.clients[i].title;
    }
    c.wrap(in.x0, in.y0 + c.px(24), in.w(), Face::Small, theme::kDim, names, 4);
  }
  if (s.story) draw_story(ui, c, slot(c, l, s, s.total - 1));
}

}  // namespace kscope::viewer
