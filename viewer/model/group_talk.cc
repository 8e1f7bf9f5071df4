#include "viewer/model/group_talk.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

namespace {

/// How long after its end a rebalance is still looked at: the first fetches with the new shares.
constexpr Duration kAfter = millis(250);
/// And how long before its beginning, where nobody looked for the coordinator.
constexpr Duration kBefore = millis(40);
/// Told of a group in which no rebalance is under way.
constexpr Duration kLastSeconds = seconds(10);
constexpr std::size_t kMostLanes = 10;

/// When the client asked who coordinates its group, if the answer is `found`.
Instant asked_at(Machine& machine, std::int32_t client, EventSeq found) {
  Instant at = machine.event(found).at;
  for (const EventSeq seq : machine.why(found)) {
    const event::Event& e = machine.event(seq);
    const auto* sent = std::get_if<event::FrameSent>(&e.body);
    if (sent != nullptr && e.node.value() == client && sent->api == ApiKey::FindCoordinator) {
      at = e.at;
    }
  }
  return at;
}

/// When the rebalance before this one was over.
Instant end_of_previous(const GroupPast& past, const Rebalance& rebalance) {
  Instant end{};
  for (const Rebalance& other : past.rebalances) {
    if (other.first < rebalance.first && other.ended) end = *other.ended;
  }
  return end;
}

/// The first request of one of these APIs that some member sent in the story, not before `from`.
std::optional<Instant> first_sent(const GroupScope& scope, std::initializer_list<ApiKey> apis,
                                  Instant from) {
  const std::uint64_t end = scope.machine.recorded_end().value();
  for (std::uint64_t s = first_event_at(scope.machine, from); s <= end; ++s) {
    const event::Event& e = scope.machine.event(EventSeq(s));
    if (e.at > scope.until) break;
    const auto* sent = std::get_if<event::FrameSent>(&e.body);
    const auto& clients = scope.past.clients;
    const bool ours = sent != nullptr && !sent->is_response &&
                      std::find(apis.begin(), apis.end(), sent->api) != apis.end() &&
                      std::find(clients.begin(), clients.end(), e.node.value()) != clients.end();
    if (ours) return e.at;
  }
  return {};
}

/// When the last answer with this API reached a member in the story, not before `from`.
std::optional<Instant> last_answer(const GroupScope& scope, ApiKey api, Instant from) {
  std::optional<Instant> last;
  const std::uint64_t end = scope.machine.recorded_end().value();
  for (std::uint64_t s = first_event_at(scope.machine, from); s <= end; ++s) {
    const event::Event& e = scope.machine.event(EventSeq(s));
    if (e.at > scope.until) break;
    const auto* arrived = std::get_if<event::FrameDelivered>(&e.body);
    if (arrived == nullptr) continue;
    const EventSeq sending = scope.machine.frame_sent_event(arrived->frame);
    if (sending == EventSeq()) continue;
    const auto* sent = std::get_if<event::FrameSent>(&scope.machine.event(sending).body);
    const auto& clients = scope.past.clients;
    const bool ours = sent != nullptr && sent->is_response && sent->api == api &&
                      std::binary_search(clients.begin(), clients.end(), sent->to.value());
    if (ours) last = e.at;
  }
  return last;
}

/// Members that the story is about; of many, those whose share changes come first.
std::vector<std::int32_t> cast_of(const GroupScope& scope) {
  std::vector<MemberFace> faces = scope.live ? present_members(scope) : people_of(scope);
  std::erase_if(faces, [](const MemberFace& f) { return f.client < 0; });
  if (faces.size() > kMostLanes && scope.shown != nullptr) {
    const auto moves = [&](const MemberFace& face) {
      for (const GroupMembership& m : scope.past.members) {
        if (m.client != face.client) continue;
        const auto was = scope.shown->before.find(m.member), is = scope.shown->after.find(m.member);
        const bool had = was != scope.shown->before.end(), has = is != scope.shown->after.end();
        if (had != has || (had && was->second != is->second)) return true;
      }
      return false;
    };
    std::stable_partition(faces.begin(), faces.end(), moves);
    faces.resize(kMostLanes);
    std::stable_sort(faces.begin(), faces.end(),
                     [](const auto& a, const auto& b) { return a.hue < b.hue; });
  }
  std::vector<std::int32_t> cast;
  for (const MemberFace& face : faces) cast.push_back(face.client);
  return cast;
}

/// Brokers that said something about the group in the story, and who coordinates it now.
std::vector<std::int32_t> coordinators_of(const GroupScope& scope) {
  std::vector<std::int32_t> all;
  const auto add = [&](std::int32_t broker) {
    if (broker > 0 && std::find(all.begin(), all.end(), broker) == all.end()) all.push_back(broker);
  };
  for (const StateChange& change : scope.past.states) {
    if (change.at < scope.from || change.at > scope.until) continue;
    add(scope.machine.event(change.event).node.value());
  }
  if ((all.empty() || scope.live) && scope.view != nullptr) add(scope.view->coordinator);
  return all;
}

SequencePhase step(const char* title, Instant from, std::optional<Instant> until, EventSeq first) {
  SequencePhase phase;
  phase.kind = PhaseKind::RebalanceStep;
  phase.from = from;
  phase.until = until;
  phase.first = first;
  phase.title = title;
  return phase;
}

}  // namespace

// The rebalance tells more than the seconds after it, unless something happened since then.
bool has_incident(const GroupScope& scope) {
  const Instant now = scope.snapshot().now;
  if (scope.shown == nullptr || !scope.shown->over(scope.machine.present())) return false;
  if (scope.view != nullptr && !scope.view->loaded) return true;
  for (const StateChange& change : scope.past.states) {
    const bool since = change.event > scope.shown->last && change.event <= scope.machine.present();
    if (since && change.at + kLastSeconds >= now) return true;
  }
  const auto& clients = scope.past.clients;
  return std::any_of(clients.begin(), clients.end(), [&](std::int32_t id) {
    const cluster::ClientView* client = scope.snapshot().client(id);
    const bool member = client != nullptr && client->consumer.group == scope.id &&
                        client->kind == cluster::ClientKind::Consumer;
    if (!member || client->state == cluster::NodeState::Stopped) return false;
    const bool known =
        scope.view != nullptr && std::any_of(scope.view->members.begin(), scope.view->members.end(),
                                             [&](const auto& m) { return m.client == id; });
    return known && (client->consumer.stalled || client->state != cluster::NodeState::Running);
  });
}

GroupStretch last_seconds(Machine& machine) {
  const Instant now = machine.now();
  const Instant ahead = std::min(now + seconds(2), std::max(machine.recorded_until(), now));
  return {now - std::min(kLastSeconds, now - Instant{}), ahead};
}

GroupStretch story_of(Machine& machine, const GroupHistory& history, const GroupPast& past,
                      const Rebalance& rebalance) {
  const Instant previous = end_of_previous(past, rebalance);
  Instant from = rebalance.began - std::min(kBefore, rebalance.began - Instant{});
  for (const GroupMembership& m : past.members) {
    const bool joins = m.client >= 0 && m.joined > previous && m.added != EventSeq() &&
                       m.joined <= rebalance.ended.value_or(Instant::max());
    if (!joins) continue;
    const auto found = history.found_coordinator(m.client, previous);
    if (found && machine.event(*found).at <= m.joined) {
      from = std::min(from, asked_at(machine, m.client, *found));
    }
  }
  from = std::max(from, previous);
  const Instant recorded = std::max(machine.recorded_until(), machine.now());
  if (!rebalance.ended) return {from, std::max(recorded, from + millis(100))};
  return {from, std::min(*rebalance.ended + kAfter, std::max(recorded, *rebalance.ended))};
}

SequenceQuery talk_query(const GroupScope& scope) {
  SequenceQuery query;
  query.from = scope.from;
  query.until = scope.until;
  query.apis = {"FindCoordinator",
                "JoinGroup",
                "SyncGroup",
                "Heartbeat",
                "LeaveGroup",
                "OffsetCommit",
                "OffsetFetch",
                "ConsumerGroupHeartbeat",
                "Fetch"};
  query.events = {"RebalanceStarted",         "GroupStateChanged",  "GenerationStarted",
                  "AssignmentComputed",       "ListenerCalled",     "MemberRemoved",
                  "MemberIdGranted",          "NodeCrashed",        "PollIntervalExceeded",
                  "ApplicationStalled",       "CoordinatorLoaded",  "CoordinatorUnloaded",
                  "CoordinatorLost",          "CoordinatorFound",   "GroupEpochBumped",
                  "TargetAssignmentComputed", "MemberEpochChanged", "CommitFailed"};
  SequenceCast cast;
  cast.members = cast_of(scope);
  cast.coordinators = coordinators_of(scope);
  cast.group = scope.group;
  query.cast = std::move(cast);
  query.most_messages = 300;
  // That fetches go on or stop is worth a line, not each of them.
  query.background = {"Fetch"};
  if (scope.live) {
    query.background.insert("OffsetCommit");
    query.foreground = {"Heartbeat", "ConsumerGroupHeartbeat"};
  }
  return query;
}

// A phase begins with its first request: the answers of the one before still belong to that.
std::vector<SequencePhase> talk_phases(const GroupScope& scope) {
  std::vector<SequencePhase> phases;
  if (scope.shown == nullptr || scope.live) return phases;
  const Rebalance& r = *scope.shown;
  const bool modern = r.consumer_protocol;
  const auto before = [](std::optional<Instant> end) {
    return end ? std::optional<Instant>(*end - micros(1)) : end;
  };
  const auto asked = modern ? first_sent(scope, {ApiKey::ConsumerGroupHeartbeat}, scope.from)
                            : first_sent(scope, {ApiKey::JoinGroup}, scope.from);
  const Instant join = std::min(asked.value_or(r.began), r.began);
  const auto found = first_sent(scope, {ApiKey::FindCoordinator}, scope.from);
  if (found && *found < join) {
    phases.push_back(step("FindCoordinator", *found, join - micros(1), r.first));
  }
  std::optional<Instant> shares;
  if (r.joined) {
    shares = modern ? std::optional<Instant>(*r.joined + micros(1))
                    : first_sent(scope, {ApiKey::SyncGroup}, *r.joined);
  }
  std::optional<Instant> reads;
  if (r.ended) {
    reads = first_sent(scope, {ApiKey::OffsetFetch, ApiKey::Fetch, ApiKey::Heartbeat}, *r.ended);
    if (!reads && modern) reads = *r.ended + micros(1);
    // Others fetch all the time: the shares come first.
    const auto told = modern ? std::nullopt : last_answer(scope, ApiKey::SyncGroup, *r.ended);
    if (reads && told) reads = std::max(*reads, *told + micros(1));
  }
  phases.push_back(step(modern ? "Heartbeats up to the target assignment" : "JoinGroup", join,
                        before(shares ? shares : reads), r.first));
  if (shares) {
    phases.push_back(step(modern ? "Reconciliation: give up, then take" : "SyncGroup", *shares,
                          before(reads), r.first));
  }
  if (reads) phases.push_back(step("Heartbeat · Fetch", *reads, {}, r.last));
  return phases;
}

}  // namespace kscope::viewer
