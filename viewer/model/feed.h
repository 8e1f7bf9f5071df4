// The feed: what happened, in plain words, newest first.
//
// Details (frames, timers, appends) are left out unless asked for; neighbours that say the same of
// the same thing become one line with a count, so that a second of traffic does not push the
// election off the screen.
//
// Called by: app/models, cli/text_mode. Drawn by: panels/feed_panel. Read next: model/why.h
#pragma once

#include <string>
#include <vector>

#include "viewer/model/event_index.h"

namespace kscope::viewer {

struct FeedLine {
  EventSeq event;  ///< the newest of the coalesced ones
  Instant at{};
  std::string text;
  event::Weight weight{};
  event::Subject subject{};
  std::int32_t times = 1;
};

struct FeedFilter {
  bool details = false;
  bool operator==(const FeedFilter&) const = default;
};

/// At most `limit` lines, from `present` backwards.
std::vector<FeedLine> build_feed(Machine& machine, const EventIndex& index, EventSeq present,
                                 std::size_t limit, const FeedFilter& filter = {});

}  // namespace kscope::viewer
