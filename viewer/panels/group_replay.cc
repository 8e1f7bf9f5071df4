// The page "Side by side": the same rebalance with two strategies, in figures and as charts.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/group_panel.h"

namespace kscope::viewer {

namespace {

struct Figure {
  const char* name;
  const char* tip;
  std::string (*text)(const GroupFigures&);
  double (*value)(const GroupFigures&);  ///< less is better
};

std::string rest_text(const GroupFigures& f) {
  return f.rest ? short_time(*f.rest) : std::string("not within the stretch");
}

double rest_value(const GroupFigures& f) {
  return f.rest ? static_cast<double>(f.rest->count()) : 1e18;
}

const Figure kFigures[] = {
    {"partition-seconds unread", "Time in which nobody read a partition, summed over partitions",
     [](const GroupFigures& f) {
       return fmt::format("{:.2f} s", static_cast<double>(f.unread.count()) / 1e6);
     },
     [](const GroupFigures& f) { return static_cast<double>(f.unread.count()); }},
    {"stopped at once, at most", "Partitions that stood still at the same moment",
     [](const GroupFigures& f) { return count_of(f.stopped, "partition"); },
     [](const GroupFigures& f) { return static_cast<double>(f.stopped); }},
    {"given up", "How often a member stopped reading a partition because of a rebalance",
     [](const GroupFigures& f) { return count_of(f.given_up, "partition"); },
     [](const GroupFigures& f) { return static_cast<double>(f.given_up); }},
    {"moved", "Partitions that went from one member to another",
     [](const GroupFigures& f) { return count_of(f.moved, "partition"); },
     [](const GroupFigures& f) { return static_cast<double>(f.moved); }},
    {"given out twice",
     "Records that the application was given although it, or another member, "
     "had been given them before",
     [](const GroupFigures& f) { return count_of(f.repeated, "record"); },
     [](const GroupFigures& f) { return static_cast<double>(f.repeated); }},
    {"rebalances", "How many rounds of joining and assigning it took",
     [](const GroupFigures& f) { return std::to_string(f.rebalances); },
     [](const GroupFigures& f) { return static_cast<double>(f.rebalances); }},
    {"at rest after", "Until the group was stable and every partition was read again", rest_text,
     rest_value}};

void draw_progress(Ui& ui, Canvas& c, LogColumn& at, const GroupReplay& replay) {
  at.y += c.wrap(at.x, at.y, at.w, Face::Body, theme::kText,
                 "Runs the history twice from its beginning, with the same seed and the same "
                 "inputs; once as it was, once with " +
                     replay.strategy().label() + ".") +
          c.px(8);
  const Rect gauge = Rect::at(at.x, at.y, std::min(at.w, c.px(420)), c.px(12));
  bar(c, gauge, replay.progress(), theme::kAccent);
  at.y = gauge.y1 + c.px(6);
  c.fit(at.x, at.y, at.w, Face::Small, theme::kDim,
        fmt::format("{:.0f} % · up to {} of simulated time", 100 * replay.progress(),
                    format_instant(replay.until())));
  at.y += c.line_height(Face::Small) + c.px(10);
  const Rect stop = Rect::at(at.x, at.y, button_width(c, "Stop the replay"), c.px(26));
  if (button(c, stop, "Stop the replay")) ui.groups.close_replay();
  at.y = stop.y1;
}

void draw_figures(Canvas& c, LogColumn& at, const GroupReplay& replay) {
  const GroupFigures& was = replay.as_it_was().figures;
  const GroupFigures& is = replay.changed().figures;
  const float line = c.line_height(Face::Small) + c.px(7);
  const float name_w = at.w * 0.34f, column = (at.w - name_w) / 2;
  c.fit(at.x + name_w, at.y, column - c.px(10), Face::Bold, theme::kText, replay.as_it_was().title);
  c.fit(at.x + name_w + column, at.y, column - c.px(4), Face::Bold, theme::kAccent,
        replay.changed().title);
  at.y += line + c.px(2);
  for (const Figure& figure : kFigures) {
    const double a = figure.value(was), b = figure.value(is);
    c.line(at.x, at.y, at.x + at.w, at.y, theme::kGrid);
    const float y = at.y + c.px(3);
    const Rect name = c.fit(at.x, y, name_w - c.px(10), Face::Small, theme::kDim, figure.name);
    c.tip(name, figure.tip);
    const auto value = [&](float x, const std::string& text, bool better, bool worse) {
      const std::string words = better ? text + "  (less)" : text;
      c.fit(x, y, column - c.px(10), Face::Small,
            better  ? theme::kGood
            : worse ? theme::kWarn
                    : theme::kText,
            words);
    };
    value(at.x + name_w, figure.text(was), a<b, a> b);
    value(at.x + name_w + column, figure.text(is), b<a, b> a);
    at.y += line;
  }
  at.y += c.px(8);
}

void draw_both_charts(Ui& ui, Canvas& c, LogColumn& at, const GroupReplay& replay) {
  const float gap = c.px(26), half = (at.w - gap) / 2;
  LogColumn left = at, right = at;
  left.w = right.w = half;
  right.x = at.x + half + gap;
  const GroupTrial* trials[] = {&replay.as_it_was(), &replay.changed()};
  LogColumn* columns[] = {&left, &right};
  for (int i = 0; i < 2; ++i) {
    c.fit(columns[i]->x, at.y, half, Face::Small, i == 0 ? theme::kText : theme::kAccent,
          trials[i]->title);
    columns[i]->y += c.line_height(Face::Small) + c.px(6);
    draw_read_chart(ui, c, *columns[i], trials[i]->chart, false, Instant::max());
  }
  at.y = std::max(left.y, right.y);
}

}  // namespace

void draw_group_replay(Ui& ui, Canvas& c, LogColumn& at) {
  const GroupReplay* replay = ui.groups.replay();
  if (replay == nullptr) {
    at.y += c.wrap(at.x, at.y, at.w, Face::Body, theme::kWarn,
                   "This cannot be run again: " + ui.groups.replay_problem() + ".");
    return;
  }
  if (!replay->done()) return draw_progress(ui, c, at, *replay);
  const float close_w = button_width(c, "Close");
  const Rect close = Rect::at(at.x + at.w - close_w, at.y, close_w, c.px(25));
  at.y += std::max(c.wrap(at.x, at.y, at.w - close_w - c.px(14), Face::Body, theme::kText,
                          replay->verdict()),
                   c.px(27)) +
          c.px(6);
  draw_figures(c, at, *replay);
  draw_both_charts(ui, c, at, *replay);
  at.y += c.wrap(at.x, at.y, at.w, Face::Small, theme::kFaint,
                 fmt::format("Both over {} to {}. Hatched: nobody reads it.",
                             format_instant(replay->from()), format_instant(replay->until())));
  if (button(c, close, "Close")) ui.groups.close_replay();
}

}  // namespace kscope::viewer
