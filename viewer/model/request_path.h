// RequestPath: the screen "Request path" as data.
//
// For each broker the stages that a request passes, who is in which at this moment, and how idle
// the threads are; below them the requests that were completed last, each with the parts of its
// TotalTimeMs. Where a request is comes from the snapshot, the times from the RequestCompleted
// events, the idle shares from the metrics: nothing here is computed by the screen.
//
// Called by: panels/request_panel, tests. Read next: model/metrics_view.h,
// engine/broker/request_channel.h
#pragma once

#include <string>
#include <vector>

#include "viewer/model/cluster_view.h"
#include "viewer/model/words.h"
#include "viewer/session/machine.h"

namespace kscope::viewer {

/// A request in one of the stages, or a frame on its way to or from the broker.
struct RequestChip {
  std::string text;  ///< "Produce"
  std::string tip;   ///< whose, and for how long
  ApiFamily family{};
  bool response = false;
  float progress = 0;  ///< on the wire: 0 at its sender, 1 where it arrives
  Target target;
};

struct NetworkThread {
  std::string title;               ///< "thread 0"
  std::string detail;              ///< "4 connections, 1 unread"
  std::string short_detail;        ///< "4 conn."
  Badge state;                     ///< "idle", "busy", "stands still"
  std::vector<RequestChip> holds;  ///< the request for which there is no room
};

struct HandlerSlot {
  bool busy = false;
  RequestChip chip;  ///< whose work it does, if that is known
};

struct PathCard {
  std::int32_t node = 0;
  std::string title;  ///< "Broker 1"
  Badge state;        ///< "all stages free", "request queue full", "down"
  bool down = false;
  std::vector<RequestChip> arriving, leaving;
  std::vector<NetworkThread> threads;
  std::string network_idle;  ///< "99 % idle"
  std::vector<RequestChip> queue;
  std::string queue_depth;  ///< "2 of 500"
  float queue_share = 0;
  std::vector<HandlerSlot> handlers;
  std::string handlers_busy;                           ///< "1 of 8 busy"
  std::string handlers_idle;                           ///< "98 % idle"
  bool handlers_short = false, network_short = false;  ///< below the usual threshold
  std::vector<RequestChip> remote;
  std::string purgatory;  ///< "1 produce, 3 fetches"
  std::vector<RequestChip> responses;
};

enum class PathFilter : std::uint8_t { All, Produce, Fetch, Other };

/// A part of a request's time.
struct TimePart {
  const char* name = "";   ///< "RequestQueueTimeMs"
  const char* words = "";  ///< "request queue"
  Duration time{};
  float share = 0;  ///< of the total
};

struct CompletedRow {
  EventSeq event;
  std::int32_t node = 0;
  std::string when;             ///< "12.347 s"
  std::string api;              ///< "Produce", "FetchFollower"
  std::string who;              ///< "producer-1 → broker 1"
  std::string total;            ///< "4.2 ms"
  std::vector<TimePart> parts;  ///< all six, in the order of the path
  std::string longest;          ///< "waiting for others: 4.1 ms"
  Target target;
};

struct RequestPathView {
  std::vector<PathCard> brokers;
  std::vector<CompletedRow> completed;  ///< the latest first
  bool searched_far_enough = true;      ///< there may be older ones that were not looked for
};

/// `most`: how many completed requests. `node`: only of this broker; 0: of all.
RequestPathView build_request_path(Machine& machine, PathFilter filter, std::int32_t node,
                                   std::size_t most);

}  // namespace kscope::viewer
