// The group as a whole: who coordinates it, in which state, what runs out, what stands still.
#include <fmt/format.h>

#include <algorithm>

#include "engine/protocol/label_text.h"
#include "viewer/model/group_picture.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

std::string short_time(Duration d) {
  const double ms = static_cast<double>(d.count()) / 1000;
  if (ms >= 10'000) return fmt::format("{:.1f} s", ms / 1000);
  if (ms >= 100) return fmt::format("{:.2f} s", ms / 1000);
  return ms >= 10 ? fmt::format("{:.0f} ms", ms) : fmt::format("{:.1f} ms", ms);
}

std::string count_of(std::int64_t n, const char* thing) {
  return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

// ---- who is who

MemberFace GroupScope::face_of_client(std::int32_t client) const {
  if (client < 0) return {-1, "nobody", -1};
  const auto place = std::find(past.clients.begin(), past.clients.end(), client);
  const auto hue = static_cast<int>(place - past.clients.begin());
  if (snapshot().client(client) != nullptr) return {client, snapshot().name_of(client), hue};
  // A real client has the name that it gave itself, and a part of its id: several share a name.
  for (auto m = past.members.rbegin(); m != past.members.rend(); ++m) {
    if (m->client != client) continue;
    return {client, protocol::member_label(machine.names().name(m->member)), hue};
  }
  return {client, snapshot().name_of(client), hue};
}

std::int32_t GroupScope::client_of(NameRef member) const { return client_of_member(past, member); }

MemberFace GroupScope::face_of_member(NameRef member) const {
  const std::int32_t client = client_of(member);
  if (client >= 0) return face_of_client(client);
  return {-1, machine.names().name(member), static_cast<int>(past.clients.size())};
}

namespace {

/// It said goodbye, and its application does nothing that would bring it back.
bool has_left(const GroupScope& scope, const cluster::ClientView& client) {
  const cluster::ConsumerView& c = client.consumer;
  if (c.state != event::ConsumerState::Unjoined || c.stalled) return false;
  const EventSeq present = scope.machine.present();
  for (auto m = scope.past.members.rbegin(); m != scope.past.members.rend(); ++m) {
    if (m->client != client.id || m->added > present) continue;
    return m->removed != EventSeq() && m->removed <= present && m->end == event::MemberEnd::Left;
  }
  return false;
}

}  // namespace

std::vector<MemberFace> present_members(const GroupScope& scope) {
  std::vector<MemberFace> faces;
  for (const std::int32_t client : scope.past.clients) {
    const cluster::ClientView* view = scope.snapshot().client(client);
    const bool listed =
        scope.view != nullptr &&
        std::any_of(scope.view->members.begin(), scope.view->members.end(),
                    [&](const cluster::GroupMemberView& m) { return m.client == client; });
    const bool wants = view != nullptr && is_up(view->state) && view->consumer.group == scope.id &&
                       !has_left(scope, *view);
    if (listed || wants) faces.push_back(scope.face_of_client(client));
  }
  return faces;
}

std::vector<MemberFace> people_of(const GroupScope& scope) {
  std::vector<MemberFace> faces;
  const auto add = [&](const MemberFace& face) {
    const bool known = std::any_of(faces.begin(), faces.end(), [&](const MemberFace& f) {
      return f.hue == face.hue && f.name == face.name;
    });
    if (!known) faces.push_back(face);
  };
  if (scope.shown != nullptr) {
    for (const auto& [member, share] : scope.shown->before) add(scope.face_of_member(member));
    for (const auto& [member, share] : scope.shown->after) add(scope.face_of_member(member));
  } else {
    for (const MemberFace& face : present_members(scope)) add(face);
  }
  std::stable_sort(faces.begin(), faces.end(),
                   [](const MemberFace& a, const MemberFace& b) { return a.hue < b.hue; });
  return faces;
}

std::vector<TopicPartition> partitions_of_group(const GroupScope& scope) {
  std::set<std::string> topics;
  if (scope.view != nullptr) {
    for (const cluster::GroupMemberView& member : scope.view->members) {
      topics.insert(member.subscription.begin(), member.subscription.end());
    }
  }
  std::set<TopicPartition> all;
  for (const PartitionRef& ref : scope.past.partitions) {
    all.insert(scope.machine.names().name(ref));
  }
  for (const cluster::PartitionView& p : scope.snapshot().metadata.partitions) {
    if (topics.count(p.partition.topic) > 0) all.insert(p.partition);
  }
  return {all.begin(), all.end()};
}

// ---- the left side

bool is_cooperative(const cluster::GroupView& view) {
  constexpr const char* kCooperative = "cooperative-sticky";
  if (view.consumer_protocol) return true;
  bool all = view.assignor == kCooperative;
  for (const cluster::GroupMemberView& member : view.members) {
    for (const std::string& protocol : member.protocols) all = all && protocol == kCooperative;
  }
  return all;
}

namespace {

std::string rebalance_kind(const cluster::GroupView& view) {
  if (view.assignor.empty()) return "";
  return is_cooperative(view) ? " · cooperative" : " · eager";
}

GroupTimer timer_of(const char* label, Instant now, Instant deadline, Duration length) {
  const Duration left = std::max(deadline - now, Duration{0});
  GroupTimer timer;
  timer.label = label;
  timer.left =
      length.count() > 0
          ? std::min(1.0f, static_cast<float>(left.count()) / static_cast<float>(length.count()))
          : 0.0f;
  timer.text = fmt::format("{} left", short_time(left));
  return timer;
}

/// A member that is silent is missed only when its session runs out.
void add_silent_members(const GroupScope& scope, GroupSummary& out) {
  constexpr std::size_t kMost = 3;
  for (const cluster::GroupMemberView& m : scope.view->members) {
    const cluster::ClientView* client = scope.snapshot().client(m.client);
    const bool silent = client != nullptr && client->state != cluster::NodeState::Running &&
                        client->kind == cluster::ClientKind::Consumer;
    if (!silent || m.session_expires == Instant{} || out.timers.size() >= kMost) continue;
    const std::string label = "session of " + client->name;
    out.timers.push_back(
        timer_of(label.c_str(), scope.snapshot().now, m.session_expires, m.session_timeout));
  }
}

void add_timers(const GroupScope& scope, GroupSummary& out) {
  const cluster::GroupView& view = *scope.view;
  if (view.loaded) add_silent_members(scope, out);
  if (view.rebalance_deadline == Instant{}) return;
  const bool first = view.generation == 0 && view.state == event::GroupState::PreparingRebalance;
  out.timers.push_back(timer_of(first ? "waits for more to join" : "rebalance timer",
                                scope.snapshot().now, view.rebalance_deadline,
                                view.rebalance_timeout));
}

void add_generation(const GroupScope& scope, GroupSummary& out) {
  const char* word = out.consumer_protocol ? "group epoch" : "generation";
  const std::int32_t now = scope.view->generation;
  const std::ptrdiff_t latest = latest_rebalance(scope.past, scope.machine.present());
  const Rebalance* under_way =
      latest >= 0 &&
              !scope.past.rebalances[static_cast<std::size_t>(latest)].over(scope.machine.present())
          ? &scope.past.rebalances[static_cast<std::size_t>(latest)]
          : nullptr;
  if (under_way == nullptr) {
    out.generation = fmt::format("{} {}", word, now);
  } else if (now > under_way->generation_before) {
    out.generation = fmt::format("{} {} → {}", word, under_way->generation_before, now);
  } else {
    out.generation = fmt::format("{} {} → {}", word, now, now + 1);
  }
  if (out.consumer_protocol)
    out.epochs = fmt::format("assignment epoch {}", scope.view->assignment_epoch);
}

/// How far each member of the new protocol has come.
void add_epochs(const GroupScope& scope, GroupSummary& out) {
  if (!out.consumer_protocol) return;
  for (const cluster::GroupMemberView& m : scope.view->members) {
    const MemberPath path = path_of(scope, m);
    EpochRow row;
    row.member = scope.face_of_client(m.client);
    row.epoch = m.epoch;
    row.behind = !path.arrived(scope.view->assignment_epoch, m.epoch);
    const bool idle = path.gives_up.empty() && path.waits_for.empty();
    row.words = row.behind && idle ? "a heartbeat behind" : path_words(path);
    out.member_epochs.push_back(std::move(row));
  }
  std::stable_sort(out.member_epochs.begin(), out.member_epochs.end(),
                   [](const auto& a, const auto& b) { return a.member.hue < b.member.hue; });
}

/// How many partitions nobody reads, since when, and how many records have come meanwhile.
void add_stand_still(const GroupScope& scope, GroupSummary& out) {
  const Instant now = scope.snapshot().now;
  const std::vector<TopicPartition> all = partitions_of_group(scope);
  out.partitions = static_cast<std::int32_t>(all.size());
  const std::optional<Instant> first = first_read(scope.past);
  if (!first || *first > now) {
    out.not_started = "Nobody has read anything yet.";
    out.stopped = out.partitions;
    return;
  }
  Duration longest{};
  std::int64_t new_lag = 0;
  std::set<TopicPartition> idle(all.begin(), all.end());
  for (const PartitionRef& ref : scope.past.partitions) {
    const std::vector<Unread> gaps = unread_of(scope.past, ref, *first, now + micros(1));
    const bool stands = !gaps.empty() && gaps.back().until > now;
    const TopicPartition partition = scope.machine.names().name(ref);
    if (!stands) {
      idle.erase(partition);
      continue;
    }
    longest = std::max(longest, now - gaps.back().from);
    const cluster::PartitionView* view = scope.snapshot().partition(partition);
    const cluster::ReplicaView* leader =
        view == nullptr ? nullptr : scope.snapshot().replica(view->leader, partition);
    if (leader == nullptr) continue;
    const std::int64_t then = gaps.back().before != nullptr ? gaps.back().before->watermark : 0;
    new_lag += std::max<std::int64_t>(leader->high_watermark - then, 0);
  }
  out.stopped = static_cast<std::int32_t>(idle.size());
  for (const TopicPartition& p : all) {
    const cluster::PartitionView* view = scope.snapshot().partition(p);
    const cluster::NodeView* leader =
        view == nullptr ? nullptr : scope.snapshot().node(view->leader);
    const bool answers = leader != nullptr && leader->state == cluster::NodeState::Running;
    out.leaderless += answers ? 0 : 1;
  }
  if (out.stopped == 0) return;
  out.stopped_words =
      fmt::format("stopped for {}{} so far: {} of new lag", out.stopped > 1 ? "up to " : "",
                  short_time(longest), count_of(new_lag, "record"));
}

event::GroupState state_before(const GroupScope& scope, event::GroupState now) {
  const auto last = last_until(scope.past.states, scope.machine.present(),
                               [](const StateChange& change) { return change.event; });
  return last == scope.past.states.end() || last->to != now ? now : last->from;
}

}  // namespace

GroupSummary build_group_summary(const GroupScope& scope) {
  GroupSummary out;
  out.id = scope.id;
  out.coordinator = "nobody at this moment";
  if (scope.view == nullptr) {
    out.protocol = "no coordinator knows it";
    out.states = build_state_diagram(false, event::GroupState::Empty, event::GroupState::Empty);
    out.generation = "no generation";
    add_stand_still(scope, out);
    return out;
  }
  const cluster::GroupView& view = *scope.view;
  out.coordinated = view.loaded && view.coordinator >= 0;
  if (out.coordinated) out.coordinator = scope.snapshot().name_of(view.coordinator);
  out.where = fmt::format("__consumer_offsets-{}", view.partition);
  out.consumer_protocol = view.consumer_protocol;
  out.assignor = view.assignor;
  out.protocol =
      view.consumer_protocol ? std::string("consumer (KIP-848)") : "classic" + rebalance_kind(view);
  out.state = view.state;
  out.states =
      build_state_diagram(view.consumer_protocol, state_before(scope, view.state), view.state);
  out.members = static_cast<std::int32_t>(view.members.size());
  add_timers(scope, out);
  add_generation(scope, out);
  add_epochs(scope, out);
  add_stand_still(scope, out);
  return out;
}

}  // namespace kscope::viewer
