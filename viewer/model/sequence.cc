#include "viewer/model/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "viewer/model/sequence_partition.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

/// A lane before it has a number: controllers first, then brokers, then clients.
struct LaneKey {
  int kind = 0;
  std::int32_t node = 0;
  auto operator<=>(const LaneKey&) const = default;
};
constexpr int kControllerLane = 0, kBrokerLane = 1, kClientLane = 2, kOtherBrokersLane = 3;
constexpr int kFirstMemberLane = -1000;  ///< of a group, in the order of its cast
constexpr std::int32_t kSeveralNodes = -1;

/// Longer than this without anything: a row says so.
constexpr Duration kPause = millis(100);
/// A single frame of routine is shown as it is.
constexpr std::size_t kLeastFold = 2;
/// How far an event's causes are followed to the frame that brought it about.
constexpr int kMostCauses = 12;

/// What came of it is told by events; what repeats by the clock and changed nothing is routine.
bool repeats_by_the_clock(ApiKey api) {
  return api == ApiKey::Fetch || api == ApiKey::BrokerHeartbeat || api == ApiKey::Heartbeat ||
         api == ApiKey::ConsumerGroupHeartbeat;
}

struct Draft {
  SequenceRow row;
  LaneKey from, to;
  bool everywhere = false;  ///< a note about the cluster as a whole
  ConnectionId connection;
  CorrelationId correlation;
  std::int16_t version = 0;
  const char* name = "";  ///< of a note's event
  bool routine = false;
  bool background = false;
};

class Collector {
 public:
  Collector(Machine& machine, const EventIndex& index, const SequenceQuery& query)
      : machine_(machine), index_(index), query_(query), snapshot_(machine.snapshot()) {}

  /// Drafts of the window in the order of time. True if there were more.
  bool collect(std::vector<Draft>& drafts);

 private:
  void add(const event::Event& e, std::vector<Draft>& drafts);
  void add_frame(const event::Event& ended, FrameId frame, FrameFate fate,
                 std::vector<Draft>& drafts);
  void add_note(const event::Event& e, std::vector<Draft>& drafts);
  bool wants_note(const event::Event& e) const;
  void note_effect(const event::Event& e);
  void mark_routine(std::vector<Draft>& drafts) const;
  void set_ends(Draft& draft, const event::FrameSent& sent, std::int32_t from) const;
  bool is_about_partition(const event::FrameSent& sent, FrameId frame);
  bool is_voter(std::int32_t node) const;
  bool in_cast(std::int32_t node) const;
  LaneKey lane_of(std::int32_t node, bool controller) const;
  LaneKey lane_in_cast(std::int32_t node) const;

  Machine& machine_;
  const EventIndex& index_;
  const SequenceQuery& query_;
  const cluster::Snapshot& snapshot_;
  std::size_t messages_ = 0;
  std::set<std::pair<ConnectionId, CorrelationId>> named_;  // they are about the partition
  std::set<FrameId> consequential_;                         // something came of their arrival
};

bool Collector::is_voter(std::int32_t node) const {
  const cluster::NodeView* view = snapshot_.node(node);
  return view != nullptr && view->has_controller && view->quorum.is_voter;
}

bool Collector::in_cast(std::int32_t node) const {
  const auto& members = query_.cast->members;
  return std::find(members.begin(), members.end(), node) != members.end();
}

LaneKey Collector::lane_in_cast(std::int32_t node) const {
  const SequenceCast& cast = *query_.cast;
  const auto member = std::find(cast.members.begin(), cast.members.end(), node);
  if (member != cast.members.end()) {
    return {kFirstMemberLane + static_cast<int>(member - cast.members.begin()), node};
  }
  const auto& brokers = cast.coordinators;
  if (std::find(brokers.begin(), brokers.end(), node) != brokers.end()) return {kBrokerLane, node};
  return {kOtherBrokersLane, kSeveralNodes};
}

LaneKey Collector::lane_of(std::int32_t node, bool controller) const {
  if (query_.cast) return lane_in_cast(node);
  if (snapshot_.node(node) == nullptr) return {kClientLane, node};
  return {controller && is_voter(node) ? kControllerLane : kBrokerLane, node};
}

// The half of the node that talks: by what the connection is for.
void Collector::set_ends(Draft& draft, const event::FrameSent& sent, std::int32_t from) const {
  const auto use = index_.connection(sent.connection);
  const bool opened_by_raft = use && use->purpose == env::ConnectionPurpose::RaftPeer;
  const bool to_controller = use && use->listener == env::Listener::Controller;
  const std::int32_t to = sent.to.value();
  draft.from = lane_of(from, sent.is_response ? to_controller : opened_by_raft);
  draft.to = lane_of(to, sent.is_response ? opened_by_raft : to_controller);
}

// An answer belongs to its question, even if it names nothing.
bool Collector::is_about_partition(const event::FrameSent& sent, FrameId frame) {
  if (query_.partition.topic.empty()) return true;
  const std::pair<ConnectionId, CorrelationId> exchange{sent.connection, sent.correlation};
  const bool asked = sent.is_response && named_.count(exchange) > 0;
  if (!asked && !frame_names(machine_, frame, query_.partition)) return false;
  named_.insert(exchange);
  return true;
}

void Collector::add_frame(const event::Event& ended, FrameId frame, FrameFate fate,
                          std::vector<Draft>& drafts) {
  const EventSeq sent_at = machine_.frame_sent_event(frame);
  if (sent_at == EventSeq()) return;
  const event::Event& sending = machine_.event(sent_at);
  const auto* sent = std::get_if<event::FrameSent>(&sending.body);
  if (sent == nullptr) return;
  if (!query_.apis.empty() && query_.apis.count(to_string(sent->api)) == 0) return;
  const std::int32_t from = sending.node.value(), to = sent->to.value();
  if (query_.node >= 0 && from != query_.node && to != query_.node) return;
  if (query_.cast && !in_cast(from) && !in_cast(to)) return;
  if (!is_about_partition(*sent, frame)) return;
  Draft draft;
  SequenceRow& row = draft.row;
  row.kind = RowKind::Message;
  row.at = ended.at;
  row.began = sending.at;
  row.event = sent_at;
  row.frame = frame;
  row.api = sent->api;
  row.is_response = sent->is_response;
  row.fate = fate;
  draft.connection = sent->connection;
  draft.correlation = sent->correlation;
  draft.version = sent->version;
  draft.background = query_.background.count(to_string(sent->api)) > 0;
  set_ends(draft, *sent, from);
  if (!draft.background) ++messages_;
  drafts.push_back(std::move(draft));
}

/// The group that an event names; nothing if it is not about one.
std::optional<NameRef> group_of(const event::Body& body) {
  return std::visit(
      [](const auto& e) -> std::optional<NameRef> {
        if constexpr (requires { e.group; })
          return NameRef(e.group);
        else
          return {};
      },
      body);
}

bool Collector::wants_note(const event::Event& e) const {
  const event::Info& info = event::info_of(e.body);
  if (query_.cast) {
    const auto group = group_of(e.body);
    if (group && *group != query_.cast->group) return false;
    if (!group && lane_in_cast(e.node.value()).kind == kOtherBrokersLane) return false;
  }
  if (!query_.events.empty()) return query_.events.count(info.name) > 0;
  if (query_.notes == NoteLevel::None || info.subject == event::Subject::Network ||
      info.weight == event::Weight::Detail)
    return false;
  const auto about = partition_of(e.body);
  if (about && !query_.partition.topic.empty() &&
      !(machine_.names().name(*about) == query_.partition)) {
    return false;
  }
  if (query_.node >= 0 && e.node.value() != query_.node && e.node.value() > 0) return false;
  if (info.weight == event::Weight::Drama || query_.notes == NoteLevel::All) return true;
  if (query_.notes == NoteLevel::Dramas) return false;
  return info.subject == event::Subject::Raft || info.subject == event::Subject::Controller ||
         info.subject == event::Subject::Replication || info.subject == event::Subject::Fault;
}

void Collector::add_note(const event::Event& e, std::vector<Draft>& drafts) {
  const event::Info& info = event::info_of(e.body);
  Draft draft;
  SequenceRow& row = draft.row;
  row.kind = RowKind::Note;
  row.at = row.began = e.at;
  row.event = e.seq;
  row.weight = info.weight;
  draft.name = info.name;
  draft.everywhere = e.node.value() <= 0;
  const bool control =
      info.subject == event::Subject::Raft || info.subject == event::Subject::Controller;
  if (!draft.everywhere) draft.from = draft.to = lane_of(e.node.value(), control);
  // The same of the same lane, at one moment: fifty partitions get one note.
  if (!drafts.empty()) {
    Draft& before = drafts.back();
    const bool same = before.row.kind == RowKind::Note && before.name == draft.name &&
                      before.from == draft.from && before.row.at == row.at;
    if (same) {
      ++before.row.count;
      return;
    }
  }
  drafts.push_back(std::move(draft));
}

void Collector::note_effect(const event::Event& e) {
  const event::Info& info = event::info_of(e.body);
  if (info.weight == event::Weight::Detail || info.subject == event::Subject::Network) return;
  EventSeq cause = e.cause;
  for (int i = 0; i < kMostCauses && cause != EventSeq(); ++i) {
    const event::Event& by = machine_.event(cause);
    if (const auto* frame = std::get_if<event::FrameDelivered>(&by.body)) {
      consequential_.insert(frame->frame);
      return;
    }
    cause = by.cause;
  }
}

void Collector::add(const event::Event& e, std::vector<Draft>& drafts) {
  if (const auto* delivered = std::get_if<event::FrameDelivered>(&e.body)) {
    add_frame(e, delivered->frame, FrameFate::Delivered, drafts);
  } else if (const auto* lost = std::get_if<event::FrameLost>(&e.body)) {
    add_frame(e, lost->frame, FrameFate::Lost, drafts);
  } else if (wants_note(e)) {
    add_note(e, drafts);
  }
  note_effect(e);
}

// An exchange is routine as a whole or not at all: an answer without its question is a riddle.
void Collector::mark_routine(std::vector<Draft>& drafts) const {
  std::set<std::pair<ConnectionId, CorrelationId>> telling;
  for (const Draft& d : drafts) {
    if (d.row.kind != RowKind::Message) continue;
    const bool told = query_.foreground.count(to_string(d.row.api)) > 0;
    const bool came_of_it =
        !repeats_by_the_clock(d.row.api) || told || consequential_.count(d.row.frame) > 0;
    const bool tells = d.row.fate == FrameFate::Lost || (came_of_it && !d.background);
    if (tells) telling.insert({d.connection, d.correlation});
  }
  for (Draft& d : drafts) {
    d.routine = d.row.kind == RowKind::Message && telling.count({d.connection, d.correlation}) == 0;
  }
}

bool Collector::collect(std::vector<Draft>& drafts) {
  const std::uint64_t end = machine_.recorded_end().value();
  std::uint64_t seq =
      query_.first != EventSeq() ? query_.first.value() : first_event_at(machine_, query_.from);
  const std::uint64_t begin = seq;
  for (; seq <= end && messages_ < query_.most_messages; ++seq) {
    const event::Event& e = machine_.event(EventSeq(seq));
    if (e.at > query_.until) break;
    add(e, drafts);
  }
  const bool more = seq <= end && machine_.event(EventSeq(seq)).at <= query_.until;
  // What comes of the last frames may be told a little later.
  constexpr std::uint64_t kLater = 200;
  for (std::uint64_t s = seq; s <= end && s < seq + kLater; ++s) {
    note_effect(machine_.event(EventSeq(s)));
  }
  if (!more) {  // frames that never arrived before the recording ended
    for (const cluster::FrameView& f : snapshot_.frames) {
      const bool inside = f.sent_event.value() >= begin && f.sent_event.value() < seq;
      const bool unended = machine_.present() == machine_.recorded_end();
      if (inside && unended) {
        add_frame(machine_.event(f.sent_event), f.id, FrameFate::OnItsWay, drafts);
      }
    }
    std::stable_sort(drafts.begin(), drafts.end(),
                     [](const Draft& a, const Draft& b) { return a.row.at < b.row.at; });
  }
  mark_routine(drafts);
  return more;
}

// ---- from drafts to rows

/// "0.27 s", "83 ms", "0.4 ms": nobody compares their microseconds.
std::string short_duration(Duration d) {
  const double ms = static_cast<double>(d.count()) / 1000;
  if (ms >= 10'000) return fmt::format("{:.1f} s", ms / 1000);
  if (ms >= 100) return fmt::format("{:.2f} s", ms / 1000);
  return ms >= 10 ? fmt::format("{:.0f} ms", ms) : fmt::format("{:.1f} ms", ms);
}

const char* plural(ApiKey api) {
  switch (api) {
    case ApiKey::Fetch:
      return "fetches";
    case ApiKey::BrokerHeartbeat:
    case ApiKey::Heartbeat:
    case ApiKey::ConsumerGroupHeartbeat:
      return "heartbeats";
    case ApiKey::OffsetCommit:
      return "commits";
    default:
      return to_string(api);
  }
}

const char* singular(ApiKey api) {
  if (api == ApiKey::OffsetCommit) return "commit";
  return api == ApiKey::Fetch ? "fetch" : "heartbeat";
}

class RowBuilder {
 public:
  RowBuilder(Machine& machine, SequenceView& view) : machine_(machine), view_(view) {}

  void build(const std::vector<Draft>& drafts) {
    name_lanes(drafts);
    for (std::size_t i = 0; i < drafts.size();) {
      const std::size_t run = view_.query.fold ? routine_run(drafts, i) : 0;
      const bool left_out = run > 0 && run < kLeastFold && drafts[i].background;
      if (!left_out) add_pause(drafts[i].row.at);
      if (run >= kLeastFold) {
        add_fold(drafts, i, run);
        i += run;
        continue;
      }
      if (!left_out) add_row(drafts[i]);
      ++i;
    }
  }

 private:
  static std::size_t routine_run(const std::vector<Draft>& drafts, std::size_t from) {
    std::size_t end = from;
    while (end < drafts.size() && drafts[end].routine) ++end;
    return end - from;
  }

  void name_lanes(const std::vector<Draft>& drafts) {
    if (const auto& cast = view_.query.cast) {  // on the stage even while it is silent
      int place = kFirstMemberLane;
      for (const std::int32_t member : cast->members) lanes_[{place++, member}] = 0;
      for (const std::int32_t broker : cast->coordinators) lanes_[{kBrokerLane, broker}] = 0;
    }
    for (const Draft& d : drafts) {
      if (d.everywhere) continue;
      lanes_[d.from] = 0;
      lanes_[d.to] = 0;
    }
    for (auto& [key, number] : lanes_) {
      number = static_cast<std::int32_t>(view_.lanes.size());
      const bool controller = key.kind == kControllerLane;
      std::string name = controller                      ? fmt::format("controller {}", key.node)
                         : key.kind == kOtherBrokersLane ? std::string("other brokers")
                                                         : node_name(machine_.snapshot(), key.node);
      view_.lanes.push_back({key.node, controller, std::move(name)});
    }
  }

  void add_pause(Instant at) {
    const bool pause = view_.query.pauses && !view_.rows.empty() && at - last_ >= kPause;
    if (pause) {
      SequenceRow row;
      row.kind = RowKind::Pause;
      row.at = at;
      row.began = last_;
      row.from = 0;
      row.to = static_cast<std::int32_t>(view_.lanes.size()) - 1;
      row.text = short_duration(at - last_) + " later";
      view_.rows.push_back(std::move(row));
    }
    last_ = at;
  }

  void add_fold(const std::vector<Draft>& drafts, std::size_t first, std::size_t count) {
    SequenceRow row;
    row.kind = RowKind::Fold;
    row.began = drafts[first].row.at;
    row.event = drafts[first].row.event;
    row.from = static_cast<std::int32_t>(view_.lanes.size());
    std::map<ApiKey, std::set<std::pair<ConnectionId, CorrelationId>>> exchanges;
    for (std::size_t i = first; i < first + count; ++i) {
      const Draft& d = drafts[i];
      row.at = d.row.at;
      row.from = std::min({row.from, lanes_[d.from], lanes_[d.to]});
      row.to = std::max({row.to, lanes_[d.from], lanes_[d.to]});
      exchanges[d.row.api].insert({d.connection, d.correlation});
    }
    row.count = 0;
    for (const auto& [api, ids] : exchanges) {
      row.text += fmt::format("{}{} {}", row.text.empty() ? "… " : ", ", ids.size(),
                              ids.size() == 1 ? singular(api) : plural(api));
      row.count += static_cast<std::int32_t>(ids.size());
    }
    if (row.at > row.began) row.text += " in " + short_duration(row.at - row.began);
    last_ = row.at;
    view_.folded += count;
    view_.rows.push_back(std::move(row));
  }

  void add_row(const Draft& draft) {
    SequenceRow row = draft.row;
    row.from = draft.everywhere ? 0 : lanes_[draft.from];
    row.to =
        draft.everywhere ? static_cast<std::int32_t>(view_.lanes.size()) - 1 : lanes_[draft.to];
    if (row.kind == RowKind::Message) {
      row.text = machine_.frame_label(row.frame);
      if (row.text.empty()) row.text = to_string(row.api);
      // A request's label begins with its API; an answer is told apart by it.
      if (row.is_response) row.text = fmt::format("{}: {}", to_string(row.api), row.text);
      ++view_.messages;
    } else {
      row.text = say(machine_, row.event);
      if (row.count > 1) row.text += fmt::format(" (and {} more)", row.count - 1);
    }
    view_.rows.push_back(std::move(row));
  }

  Machine& machine_;
  SequenceView& view_;
  std::map<LaneKey, std::int32_t> lanes_;
  Instant last_{};
};

/// Phases that touch the rows, by the first row that lies in them.
std::vector<PhaseBand> bands_of(const SequenceView& view,
                                const std::vector<SequencePhase>& phases) {
  std::vector<PhaseBand> bands;
  for (const SequencePhase& phase : phases) {
    const bool about = view.query.partition.topic.empty() || phase.partition.topic.empty() ||
                       phase.partition == view.query.partition;
    const auto first = std::find_if(view.rows.begin(), view.rows.end(),
                                    [&](const SequenceRow& row) { return row.at >= phase.from; });
    if (!about || first == view.rows.end()) continue;
    const auto end = std::find_if(first, view.rows.end(), [&](const SequenceRow& row) {
      return phase.until && row.at > *phase.until;
    });
    if (end == first) continue;
    bands.push_back({phase, static_cast<std::size_t>(first - view.rows.begin()),
                     static_cast<std::size_t>(end - view.rows.begin()) - 1});
  }
  std::stable_sort(bands.begin(), bands.end(), [](const PhaseBand& a, const PhaseBand& b) {
    return a.first_row < b.first_row;
  });
  return bands;
}

/// Gives each phase a heading before its first row; the rows after it move down.
void add_phases(SequenceView& view, const std::vector<SequencePhase>& phases) {
  view.phases = bands_of(view, phases);
  const std::vector<SequenceRow> rows = std::move(view.rows);
  view.rows.clear();
  std::vector<std::size_t> place(rows.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (; next < view.phases.size() && view.phases[next].first_row == i; ++next) {
      const SequencePhase& phase = view.phases[next].phase;
      SequenceRow heading;
      heading.kind = RowKind::Phase;
      heading.at = heading.began = std::max(phase.from, rows[i].began);
      heading.event = phase.first;
      heading.from = 0;
      heading.to = static_cast<std::int32_t>(view.lanes.size()) - 1;
      heading.text = phase.title;
      if (phase.until) {
        heading.text += ", " + short_duration(*phase.until - phase.from);
      }
      if (phase.from < rows[i].began && phase.kind != PhaseKind::RebalanceStep) {
        heading.text += fmt::format(" since {}", format_instant(phase.from));
      }
      view.phases[next].first_row = view.rows.size();
      view.rows.push_back(std::move(heading));
    }
    place[i] = view.rows.size();
    view.rows.push_back(rows[i]);
  }
  for (PhaseBand& band : view.phases) band.last_row = place[band.last_row];
}

}  // namespace

std::uint64_t first_event_at(const Machine& machine, Instant at) {
  std::uint64_t low = 1, high = machine.recorded_end().value() + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (machine.event(EventSeq(middle)).at < at)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::vector<std::string> apis_between(const Machine& machine, Instant from, Instant until) {
  std::set<std::string> names;
  for (std::uint64_t s = first_event_at(machine, from); s <= machine.recorded_end().value(); ++s) {
    const event::Event& e = machine.event(EventSeq(s));
    if (e.at > until) break;
    if (const auto* sent = std::get_if<event::FrameSent>(&e.body))
      names.insert(to_string(sent->api));
  }
  return {names.begin(), names.end()};
}

SequenceView build_sequence(Machine& machine, const EventIndex& index, const PhaseIndex& phases,
                            const SequenceQuery& query) {
  return build_sequence(machine, index, phases.phases(), query);
}

SequenceView build_sequence(Machine& machine, const EventIndex& index,
                            const std::vector<SequencePhase>& phases, const SequenceQuery& query) {
  SequenceView view;
  view.query = query;
  std::vector<Draft> drafts;
  view.cut_short = Collector(machine, index, query).collect(drafts);
  RowBuilder(machine, view).build(drafts);
  if (query.phases && !view.rows.empty()) add_phases(view, phases);
  return view;
}

}  // namespace kscope::viewer
