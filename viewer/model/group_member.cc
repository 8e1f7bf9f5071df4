// One member: what it believes, what runs out for it, and what its application has seen.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/model/group_actions.h"
#include "viewer/model/group_picture.h"
#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

constexpr std::size_t kLogLines = 14;
constexpr std::size_t kEventsSearched = 20'000;

const cluster::GroupMemberView* member_view(const GroupScope& scope, std::int32_t client) {
  if (scope.view == nullptr) return nullptr;
  for (const cluster::GroupMemberView& m : scope.view->members) {
    if (m.client == client) return &m;
  }
  return nullptr;
}

std::string setting(const cluster::ClientView& client, const char* name, const char* otherwise) {
  const auto it = client.settings.find(name);
  return it == client.settings.end() ? otherwise : it->second;
}

Duration millis_of(const std::string& text) {
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
    value = value * 10 + (c - '0');
  }
  return millis(value);
}

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
}

void add_timer(GroupMemberCard& card, const char* label, Instant now, Instant deadline,
               Duration length) {
  if (deadline == Instant{} || length.count() <= 0) return;
  const Duration left = std::max(deadline - now, Duration{0});
  const auto share = static_cast<float>(left.count()) / static_cast<float>(length.count());
  card.timers.push_back({label, std::min(share, 1.0f),
                         fmt::format("{} left of {}", short_time(left), short_time(length))});
}

void add_timers(const GroupScope& scope, const cluster::ClientView& client,
                const cluster::GroupMemberView* member, GroupMemberCard& card) {
  const Instant now = scope.snapshot().now;
  if (member != nullptr) {
    add_timer(card, "session", now, member->session_expires, member->session_timeout);
  }
  const cluster::ConsumerView& c = client.consumer;
  const bool modern = scope.view != nullptr && scope.view->consumer_protocol;
  add_timer(card, "next heartbeat", now, c.next_heartbeat,
            modern ? seconds(5) : millis_of(setting(client, "heartbeat.interval.ms", "3000")));
  add_timer(card, "poll() again within", now, c.poll_deadline,
            millis_of(setting(client, "max.poll.interval.ms", "300000")));
}

void add_settings(const GroupScope& scope, const cluster::ClientView& client,
                  const cluster::GroupMemberView* member, GroupMemberCard& card) {
  const bool modern = scope.view != nullptr && scope.view->consumer_protocol;
  if (modern) {
    if (member != nullptr) {
      card.facts.push_back(
          {"session timeout (broker's)", format_duration(member->session_timeout)});
    }
  } else {
    card.facts.push_back(
        {"session.timeout.ms", setting(client, "session.timeout.ms", "45000") + " ms"});
    card.facts.push_back(
        {"heartbeat.interval.ms", setting(client, "heartbeat.interval.ms", "3000") + " ms"});
  }
  card.facts.push_back(
      {"max.poll.interval.ms", setting(client, "max.poll.interval.ms", "300000") + " ms"});
  card.facts.push_back({"group.instance.id", client.consumer.instance_id.empty()
                                                 ? "none (dynamic)"
                                                 : client.consumer.instance_id + " (static)"});
  if (!client.consumer.assignor.empty())
    card.facts.push_back({"assignor", client.consumer.assignor});
}

void add_positions(const GroupScope& scope, const cluster::ClientView& client,
                   GroupMemberCard& card) {
  const cluster::ConsumerView& c = client.consumer;
  card.facts.push_back({"subscription", list_of(c.subscription)});
  card.facts.push_back({"owned partitions", list_of(c.assigned)});
  for (const std::string& partition : c.assigned) {
    const auto at = c.positions.find(partition);
    const auto done = c.committed.find(partition);
    card.facts.push_back(
        {partition + " position / committed",
         fmt::format("{} / {}", at == c.positions.end() ? "–" : std::to_string(at->second),
                     done == c.committed.end() ? "–" : std::to_string(done->second))});
  }
  card.facts.push_back({"auto.offset.reset", setting(client, "auto.offset.reset", "latest")});
  card.facts.push_back({"consumed / processed",
                        fmt::format("{} / {} records", c.records_consumed, c.records_processed)});
  if (!c.last_error.empty()) card.facts.push_back({"last error", c.last_error});
  if (scope.view != nullptr && scope.view->consumer_protocol) {
    card.facts.push_back({"member epoch", std::to_string(c.generation)});
  }
}

/// What a student should make of the state it is in.
std::string why_of(const cluster::ClientView& client, const cluster::GroupMemberView* member,
                   bool cooperative) {
  const cluster::ConsumerView& c = client.consumer;
  if (!is_up(client.state)) {
    return "Its process is gone. The coordinator learns of a crash only when the session runs out; "
           "until then nobody reads its partitions. A consumer that closes says goodbye with "
           "LeaveGroup, and the others take over at once.";
  }
  if (c.stalled) {
    return "Heartbeats come from another thread, so the coordinator believes that all is well "
           "while "
           "the application stands still. After max.poll.interval.ms the consumer leaves by "
           "itself.";
  }
  if (member == nullptr || member->joining || c.member.empty()) {
    return cooperative ? "A member that joins again keeps reading what it has: a cooperative "
                         "assignor takes away only what moves, in a second rebalance (KIP-429)."
                       : "An eager member gives up every partition before it joins again, so the "
                         "whole group stops until the slowest of them has its share.";
  }
  if (member->syncing) {
    return "All members wait for the leader's assignment: the coordinator does not look into it, "
           "it only stores it and hands everybody their share.";
  }
  return "It polls, its heartbeats keep its session alive, and its commits say where whoever reads "
         "its partitions next has to go on.";
}

std::string state_words(const cluster::ClientView& client, const cluster::GroupMemberView* member) {
  if (client.state == cluster::NodeState::Crashed) return "crashed";
  if (client.state == cluster::NodeState::Stopped) return "closed";
  if (client.state == cluster::NodeState::Paused) return "paused";
  if (client.consumer.stalled) return "does not poll";
  if (member != nullptr && member->joining) return "waits for the others to join";
  if (member != nullptr && member->syncing) return "waits for its assignment";
  return event::to_string(client.consumer.state);
}

// ---- the application's log

/// A line for what the application could have logged; several partitions at once are one line.
struct LogWriter {
  const NameTable& names;
  const cluster::Snapshot& snapshot;
  std::vector<GroupLogLine>& lines;
  const event::Event& e;

  void add(std::string text) { lines.push_back({e.at, e.seq, std::move(text)}); }
  void add_partition(const char* what, PartitionRef ref, const std::string& at = {}) {
    const std::string name = names.name(ref).str() + at;
    const bool goes_on =
        !lines.empty() && lines.back().at == e.at && lines.back().text.starts_with(what);
    if (goes_on)
      lines.back().text += ", " + name;
    else
      add(fmt::format("{}{}", what, name));
  }
  void operator()(const event::CoordinatorFound& x) {
    add("coordinator = " + snapshot.name_of(x.coordinator.value()));
  }
  void operator()(const event::CoordinatorLost& x) {
    add(fmt::format("coordinator lost: {}", to_string(x.error)));
  }
  void operator()(const event::ConsumerStateChanged& x) {
    add(x.generation < 0 ? std::string(to_string(x.to))
                         : fmt::format("{}, generation {}", to_string(x.to), x.generation));
  }
  void operator()(const event::AssignmentComputed& x) {
    add(fmt::format("leader: assigns with {}", names.name(x.assignor)));
  }
  void operator()(const event::ListenerCalled& x) {
    if (x.partitions == 0) add(fmt::format("onPartitions{}: none", to_string(x.call)));
  }
  void operator()(const event::PartitionAssigned& x) {
    add_partition("onPartitionsAssigned: ", x.partition);
  }
  void operator()(const event::PartitionRevoked& x) {
    add_partition(x.lost ? "onPartitionsLost: " : "onPartitionsRevoked: ", x.partition);
  }
  void operator()(const event::CommitSucceeded& x) {
    add_partition("committed ", x.partition, fmt::format("@{}", x.offset.value()));
  }
  void operator()(const event::CommitFailed& x) {
    add(fmt::format("commit of {} failed: {}", names.name(x.partition).str(), to_string(x.error)));
  }
  void operator()(const event::PollIntervalExceeded& x) {
    add(fmt::format("no poll() for {}: leaves", format_duration(x.since)));
  }
  void operator()(const event::ApplicationStalled& x) {
    add(x.stalled ? "the application stalls" : "the application goes on");
  }
  void operator()(const event::NodeCrashed&) { add("the process crashes"); }
  void operator()(const event::NodeStopped&) { add("closed"); }
  template <class Other>
  void operator()(const Other&) {}
};

std::vector<GroupLogLine> application_log(const GroupScope& scope, std::int32_t client) {
  const auto& notable = scope.index.notable();
  const auto end = std::upper_bound(notable.begin(), notable.end(), scope.machine.present());
  const auto begin =
      end - std::min<std::ptrdiff_t>(end - notable.begin(), std::ptrdiff_t{kEventsSearched});
  std::vector<GroupLogLine> lines;
  for (auto it = begin; it != end; ++it) {
    const event::Event& e = scope.machine.event(*it);
    if (e.node.value() != client) continue;
    std::visit(LogWriter{scope.machine.names(), scope.snapshot(), lines, e}, e.body);
  }
  if (lines.size() > kLogLines) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kLogLines));
  }
  return lines;
}

/// "joined 0.61 s ago"; nothing if it is no member.
std::string since_words(const GroupScope& scope, std::int32_t client) {
  std::string words;
  for (const GroupMembership& m : scope.past.members) {
    if (m.client != client || m.added > scope.machine.present()) continue;
    const bool left = m.removed != EventSeq() && m.removed <= scope.machine.present();
    words = left ? fmt::format("left {} ago", short_time(scope.snapshot().now - *m.left))
                 : fmt::format("joined {} ago", short_time(scope.snapshot().now - m.joined));
  }
  return words;
}

/// Of a real client only the coordinator's word is known.
GroupMemberCard real_member_card(const GroupScope& scope, const cluster::GroupMemberView& member,
                                 GroupMemberCard card) {
  card.id = member.id;
  const std::string since = since_words(scope, member.client);
  card.subtitle = since + (since.empty() ? "" : " · ") + "a real client";
  cluster::ClientView stranger;
  stranger.name = card.face.name;
  stranger.kind = cluster::ClientKind::External;
  card.actions = consumer_actions(stranger);
  add_timer(card, "session", scope.snapshot().now, member.session_expires, member.session_timeout);
  card.facts.push_back({"client.id", member.client_id});
  if (!member.client_host.empty()) card.facts.push_back({"host", member.client_host});
  card.facts.push_back(
      {"group.instance.id", member.instance_id.empty() ? "none (dynamic)" : member.instance_id});
  card.facts.push_back({"session timeout", format_duration(member.session_timeout)});
  card.facts.push_back({"rebalance timeout", format_duration(member.rebalance_timeout)});
  card.facts.push_back({"assignors it offers", list_of(member.protocols)});
  card.facts.push_back({"subscription", list_of(member.subscription)});
  card.facts.push_back({"assigned", list_of(member.assigned)});
  if (member.epoch >= 0) card.facts.push_back({"member epoch", std::to_string(member.epoch)});
  card.why =
      "An unmodified Kafka client is a member like any other. What its application does is its own "
      "secret: here stands what it told the coordinator.";
  return card;
}

}  // namespace

std::vector<MemberLine> build_member_lines(const GroupScope& scope) {
  std::vector<MemberLine> lines;
  for (const MemberFace& face : present_members(scope)) {
    const cluster::ClientView* client = scope.snapshot().client(face.client);
    const cluster::GroupMemberView* member = member_view(scope, face.client);
    MemberLine line;
    line.face = face;
    const bool own = client != nullptr;
    line.silent = own && (client->state != cluster::NodeState::Running || client->consumer.stalled);
    const std::size_t count = own                 ? client->consumer.assigned.size()
                              : member != nullptr ? member->assigned.size()
                                                  : 0;
    const std::string share = count_of(static_cast<std::int64_t>(count), "partition");
    line.share = count == 0 ? "no partition" : line.silent ? "has " + share : "reads " + share;
    if (own) line.state = state_words(*client, member);
    if (line.state == "Stable") line.state.clear();
    if (member != nullptr && scope.view->consumer_protocol) {
      const MemberPath path = path_of(scope, *member);
      const std::string epoch = fmt::format("epoch {} · {}", member->epoch, path_words(path));
      line.state += (line.state.empty() ? "" : " · ") + epoch;
    }
    if (!own) line.state = "a real client" + (line.state.empty() ? "" : " · " + line.state);
    lines.push_back(std::move(line));
  }
  return lines;
}

GroupMemberCard build_member_card(const GroupScope& scope, std::int32_t client_id) {
  GroupMemberCard card;
  card.face = scope.face_of_client(client_id);
  const cluster::ClientView* client = scope.snapshot().client(client_id);
  const cluster::GroupMemberView* member = member_view(scope, client_id);
  if (client == nullptr) {
    if (member != nullptr) return real_member_card(scope, *member, std::move(card));
    card.subtitle = "not in the group at this moment";
    return card;
  }
  card.id = member != nullptr ? member->id : client->consumer.member;
  const std::string since = since_words(scope, client_id);
  card.subtitle = since + (since.empty() ? "" : " · ") + state_words(*client, member);
  card.actions = consumer_actions(*client);
  add_timers(scope, *client, member, card);
  add_settings(scope, *client, member, card);
  add_positions(scope, *client, card);
  card.log = application_log(scope, client_id);
  const bool cooperative = scope.view != nullptr && is_cooperative(*scope.view);
  card.why = why_of(*client, member, cooperative);
  return card;
}

}  // namespace kscope::viewer
