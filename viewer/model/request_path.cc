#include "viewer/model/request_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/cluster/metrics_json.h"
#include "engine/cluster/metrics_parts.h"

namespace kscope::viewer {

namespace {

/// Events looked through for completed requests: some seconds of a busy cluster.
constexpr std::uint64_t kLookBack = 60'000;

std::string plural(std::int64_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

bool of_broker(const cluster::Snapshot& snapshot, std::int32_t node) {
  return snapshot.node(node) != nullptr;
}

RequestChip chip_of(const cluster::Snapshot& snapshot, const cluster::RequestView& request) {
  RequestChip chip;
  chip.text = to_string(request.api);
  chip.tip =
      fmt::format("{} of {}: read {} ago, {} for {}", to_string(request.api),
                  node_name(snapshot, request.from), format_duration(snapshot.now - request.since),
                  to_string(request.place), format_duration(snapshot.now - request.entered));
  chip.family = family_of(request.api);
  chip.target = Target::of_frame(request.frame);
  return chip;
}

/// Frames between this broker and those it serves; not what it asks of others itself.
void add_wire(const cluster::Snapshot& snapshot, PathCard& card) {
  for (const cluster::FrameView& f : snapshot.frames) {
    const bool in = f.to == card.node && !f.is_response;
    const bool out = f.from == card.node && f.is_response;
    const ApiFamily family = family_of(f.api);
    if (!(in || out) || family == ApiFamily::Quorum || family == ApiFamily::Control) continue;
    RequestChip chip;
    chip.text = to_string(f.api);
    chip.tip =
        fmt::format("{} {}: {}", to_string(f.api), f.is_response ? "response" : "request", f.label);
    chip.family = family;
    chip.response = f.is_response;
    const double way = static_cast<double>((f.arrives_at - f.sent_at).count());
    const double gone = static_cast<double>((snapshot.now - f.sent_at).count());
    chip.progress = way > 0 ? static_cast<float>(std::clamp(gone / way, 0.0, 1.0)) : 1.0f;
    chip.target = Target::of_frame(f.id);
    (in ? card.arriving : card.leaving).push_back(std::move(chip));
  }
}

void add_threads(const cluster::Snapshot& snapshot, const cluster::BrokerView& b, PathCard& card) {
  for (std::size_t i = 0; i < b.processors.size(); ++i) {
    const cluster::ProcessorView& p = b.processors[i];
    NetworkThread thread;
    thread.title = fmt::format("thread {}", i);
    thread.detail = plural(p.connections, "connection", "connections");
    thread.short_detail = fmt::format("{} conn.", p.connections);
    if (p.unread > 0) thread.detail += fmt::format(", {} unread", p.unread);
    thread.state = p.blocked                     ? Badge{"stands still", Tone::Bad}
                   : snapshot.now < p.busy_until ? Badge{"busy", Tone::Busy}
                                                 : Badge{"idle", Tone::Neutral};
    card.threads.push_back(std::move(thread));
  }
}

void add_stages(const cluster::Snapshot& snapshot, const cluster::BrokerView& b, PathCard& card) {
  card.handlers.resize(static_cast<std::size_t>(std::max(b.handlers_total, 0)));
  std::int32_t known = 0;
  for (const cluster::RequestView& request : b.requests) {
    RequestChip chip = chip_of(snapshot, request);
    const auto handler = static_cast<std::size_t>(request.handler);
    switch (request.place) {
      case cluster::RequestPlace::Queue:
        if (request.held && static_cast<std::size_t>(request.processor) < card.threads.size()) {
          card.threads[static_cast<std::size_t>(request.processor)].holds.push_back(chip);
        } else {
          card.queue.push_back(chip);
        }
        break;
      case cluster::RequestPlace::Handler:
        if (request.handler < 0 || handler >= card.handlers.size()) break;
        card.handlers[handler] = {true, chip};
        ++known;
        break;
      case cluster::RequestPlace::Remote:
        card.remote.push_back(chip);
        break;
      case cluster::RequestPlace::ResponseQueue:
        card.responses.push_back(chip);
        break;
    }
  }
  // A handler may work for somebody who has hung up.
  for (HandlerSlot& slot : card.handlers) {
    if (known >= b.handlers_busy) break;
    if (slot.busy) continue;
    slot.busy = true;
    ++known;
  }
}

/// Others (CreateTopics and its like) wait for the controller, and are in no purgatory of a broker.
std::string purgatory_words(const cluster::BrokerView& b, std::int32_t waiting) {
  const std::int32_t others =
      waiting - b.delayed_produces - b.delayed_fetches - b.delayed_deletes;
  std::vector<std::string> parts;
  const auto add = [&](std::int32_t n, const char* one, const char* many) {
    if (n > 0) parts.push_back(plural(n, one, many));
  };
  add(b.delayed_produces, "produce", "produces");
  add(b.delayed_fetches, "fetch", "fetches");
  add(b.delayed_deletes, "delete", "deletes");
  add(others, "other", "others");
  return parts.empty() ? "0 waiting" : fmt::format("{}", fmt::join(parts, ", "));
}

void add_words(const cluster::MetricsFold& metrics, const cluster::BrokerView& b, PathCard& card) {
  using cluster::Metric;
  const double handlers = metrics.value({card.node, Metric::RequestHandlerAvgIdlePercent, ""});
  const double network = metrics.value({card.node, Metric::NetworkProcessorAvgIdlePercent, ""});
  card.handlers_idle = fmt::format("{:.0f} % idle", 100 * handlers);
  card.network_idle = fmt::format("{:.0f} % idle", 100 * network);
  card.handlers_short = handlers < metrics.threshold(Metric::RequestHandlerAvgIdlePercent);
  card.network_short = network < metrics.threshold(Metric::NetworkProcessorAvgIdlePercent);
  card.queue_depth = fmt::format("{} of {}", b.requests_waiting, b.queue_limit);
  if (b.queue_limit > 0) {
    card.queue_share = static_cast<float>(b.requests_waiting) / static_cast<float>(b.queue_limit);
  }
  card.handlers_busy = fmt::format("{} of {} busy", b.handlers_busy, b.handlers_total);
  card.purgatory = purgatory_words(b, static_cast<std::int32_t>(card.remote.size()));
  const bool blocked = std::any_of(b.processors.begin(), b.processors.end(),
                                   [](const cluster::ProcessorView& p) { return p.blocked; });
  const bool full = b.queue_limit > 0 && b.requests_waiting >= b.queue_limit;
  if (blocked)
    card.state = {"request queue full: network threads stand still", Tone::Bad};
  else if (full)
    card.state = {"request queue full", Tone::Warn};
  else if (b.requests_waiting > 0)
    card.state = {"requests wait for a handler", Tone::Warn};
  else
    card.state = {"nothing waits for a thread", Tone::Good};
}

PathCard card_of(Machine& machine, const cluster::NodeView& node) {
  const cluster::Snapshot& snapshot = machine.snapshot();
  PathCard card;
  card.node = node.id;
  card.title = fmt::format("Broker {}", node.id);
  const bool up =
      node.state == cluster::NodeState::Running || node.state == cluster::NodeState::Paused;
  card.down = !up;
  if (!up) {
    card.state = {"down: every request on its way was lost with the process", Tone::Bad};
    return card;
  }
  add_wire(snapshot, card);
  add_threads(snapshot, node.broker, card);
  add_stages(snapshot, node.broker, card);
  add_words(machine.metrics(), node.broker, card);
  if (node.state == cluster::NodeState::Paused) card.state = {"paused", Tone::Warn};
  return card;
}

bool wanted(const event::RequestCompleted& e, PathFilter filter) {
  switch (filter) {
    case PathFilter::All:
      return true;
    case PathFilter::Produce:
      return e.api == ApiKey::Produce;
    case PathFilter::Fetch:
      return e.api == ApiKey::Fetch;
    case PathFilter::Other:
      return e.api != ApiKey::Produce && e.api != ApiKey::Fetch;
  }
  return true;
}

CompletedRow row_of(const cluster::Snapshot& snapshot, const event::Event& event,
                    const event::RequestCompleted& e) {
  CompletedRow row;
  row.event = event.seq;
  row.node = event.node.value();
  row.when = format_instant(event.at);
  row.api = cluster::request_tag(e.api, of_broker(snapshot, e.peer.value()));
  row.who =
      fmt::format("{} → {}", node_name(snapshot, e.peer.value()), node_name(snapshot, row.node));
  row.total = format_duration(e.total());
  row.target = Target::of_event(event.seq);
  row.parts = {{"RequestQueueTimeMs", "request queue", e.request_queue, 0},
               {"LocalTimeMs", "handler", e.local, 0},
               {"RemoteTimeMs", "waiting for others", e.remote, 0},
               {"ThrottleTimeMs", "throttled", e.throttle, 0},
               {"ResponseQueueTimeMs", "response queue", e.response_queue, 0},
               {"ResponseSendTimeMs", "sending", e.response_send, 0}};
  const TimePart* longest = &row.parts.front();
  for (TimePart& part : row.parts) {
    if (e.total() > Duration{0}) {
      part.share = static_cast<float>(part.time.count()) / static_cast<float>(e.total().count());
    }
    if (part.time > longest->time) longest = &part;
  }
  row.longest = fmt::format("{} {}", longest->words, format_duration(longest->time));
  return row;
}

}  // namespace

RequestPathView build_request_path(Machine& machine, PathFilter filter, std::int32_t node,
                                   std::size_t most) {
  RequestPathView view;
  for (const cluster::NodeView& n : machine.snapshot().nodes) {
    view.brokers.push_back(card_of(machine, n));
  }
  const std::uint64_t present = machine.present().value();
  const std::uint64_t first = present > kLookBack ? present - kLookBack : 0;
  for (std::uint64_t seq = present; seq > first && view.completed.size() < most; --seq) {
    const event::Event& event = machine.event(EventSeq(seq));
    const auto* completed = std::get_if<event::RequestCompleted>(&event.body);
    if (completed == nullptr || !wanted(*completed, filter)) continue;
    if (node != 0 && event.node.value() != node) continue;
    view.completed.push_back(row_of(machine.snapshot(), event, *completed));
  }
  view.searched_far_enough = first == 0 || view.completed.size() == most;
  return view;
}

}  // namespace kscope::viewer
