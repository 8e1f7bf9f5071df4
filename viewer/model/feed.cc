#include "viewer/model/feed.h"

#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

/// Same kind of event, at the same node: worth one line. Dramas never are.
bool same_story(const event::Event& a, const event::Event& b) {
  if (a.body.index() != b.body.index() || a.node != b.node) return false;
  if (event::info_of(a.body).weight == event::Weight::Drama) return false;
  constexpr Duration kClose = seconds(2);
  return (a.at < b.at ? b.at - a.at : a.at - b.at) <= kClose;
}

/// Adds the event to the list, or to its last line.
bool add(Machine& machine, EventSeq seq, std::size_t limit, std::vector<FeedLine>& lines) {
  const event::Event& event = machine.event(seq);
  if (!lines.empty() && same_story(machine.event(lines.back().event), event)) {
    ++lines.back().times;
    return true;
  }
  if (lines.size() >= limit) return false;
  const event::Info& info = event::info_of(event.body);
  lines.push_back({seq, event.at, say(machine, seq), info.weight, info.subject, 1});
  return true;
}

}  // namespace

std::vector<FeedLine> build_feed(Machine& machine, const EventIndex& index, EventSeq present,
                                 std::size_t limit, const FeedFilter& filter) {
  std::vector<FeedLine> lines;
  if (filter.details) {
    for (std::uint64_t seq = present.value(); seq > 0; --seq) {
      if (!add(machine, EventSeq(seq), limit, lines)) break;
    }
    return lines;
  }
  const auto& notable = index.notable();
  auto it = std::upper_bound(notable.begin(), notable.end(), present);
  while (it != notable.begin()) {
    if (!add(machine, *--it, limit, lines)) break;
  }
  return lines;
}

}  // namespace kscope::viewer
