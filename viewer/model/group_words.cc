#include "viewer/model/group_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace kscope::viewer {

namespace {

using event::RebalanceReason;

std::string reason_words(RebalanceReason reason, const std::string& name) {
  switch (reason) {
    case RebalanceReason::MemberJoined:
      return name + " joins";
    case RebalanceReason::MemberLeft:
      return name + " leaves";
    case RebalanceReason::SessionExpired:
      return "the session of " + name + " expired";
    case RebalanceReason::SubscriptionChanged:
      return name + " joins again with other partitions or topics";
    case RebalanceReason::LeaderRejoined:
      return "the leader " + name + " joins again";
    case RebalanceReason::StaticMemberReplaced:
      return name + " came back in another process";
    case RebalanceReason::AssignmentLost:
      return "the assignment could not be stored";
    case RebalanceReason::SyncTimedOut:
      return name + " did not ask for its share in time";
    case RebalanceReason::GroupTooLarge:
      return "the group has too many members";
    case RebalanceReason::ProtocolDowngraded:
      return "the last member of the consumer protocol left";
  }
  return "";
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  if (what.empty()) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::string joined_names(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  if (names.size() > kMost) return count_of(static_cast<std::int64_t>(names.size()), "member");
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

/// KIP-848 bumps an epoch without a reason: who came and who went tells it.
std::string comings_and_goings(const GroupScope& scope, const Rebalance& r) {
  const Instant end = r.ended.value_or(Instant::max());
  std::vector<std::string> came, went;
  for (const GroupMembership& m : scope.past.members) {
    const std::string name = scope.face_of_member(m.member).name;
    if (m.joined >= r.began && m.joined < end) came.push_back(name);
    if (m.left && *m.left >= r.began && *m.left < end) went.push_back(name);
  }
  std::string text;
  if (!came.empty()) text = joined_names(came) + (came.size() == 1 ? " joins" : " join");
  if (!went.empty()) {
    text += (text.empty() ? "" : ", ") + joined_names(went);
    text += went.size() == 1 ? " is gone" : " are gone";
  }
  return text.empty() ? "subscriptions or topics changed" : text;
}

/// The classic group ended at the moment at which it went on as one of the new protocol.
bool was_converted(const GroupScope& scope, const Rebalance& r) {
  if (r.outcome != event::GroupState::Dead || !r.ended || r.consumer_protocol) return false;
  return std::any_of(
      scope.past.rebalances.begin(), scope.past.rebalances.end(),
      [&](const Rebalance& other) { return other.began == *r.ended && other.consumer_protocol; });
}

}  // namespace

std::string cause_of(const GroupScope& scope, const Rebalance& r) {
  if (!r.has_reason) return comings_and_goings(scope, r);
  const bool known = r.member != NameRef() && scope.client_of(r.member) >= 0;
  std::string words =
      reason_words(r.reason, known ? scope.face_of_member(r.member).name : std::string("a member"));
  if (r.rounds > 1) words += fmt::format(", begun {} times", r.rounds);
  return words;
}

std::string outcome_of(const GroupScope& scope, const Rebalance& r) {
  const Instant now = scope.snapshot().now;
  if (r.began > now) return fmt::format("lies ahead, at {}", format_instant(r.began));
  if (!r.ended || *r.ended > now) {
    return fmt::format("under way for {}", short_time(now - r.began));
  }
  const std::string length = short_time(*r.ended - r.began);
  if (was_converted(scope, r)) return "went over to the consumer protocol after " + length;
  return fmt::format("{} after {}", event::to_string(r.outcome), length);
}

std::string incident_of(const GroupScope& scope) {
  if (scope.view != nullptr && !scope.view->loaded) return "nobody coordinates the group just now";
  if (scope.view != nullptr) {
    for (const cluster::GroupMemberView& m : scope.view->members) {
      const cluster::ClientView* client = scope.snapshot().client(m.client);
      if (client == nullptr) continue;
      if (client->state == cluster::NodeState::Crashed) {
        return client->name + " crashed; its session still runs";
      }
      if (client->state == cluster::NodeState::Paused) return client->name + " is paused";
      if (client->consumer.stalled) return client->name + " sends heartbeats, but does not poll";
    }
  }
  return "the coordinator moved";
}

PlainWords::PlainWords(const GroupScope& scope) : group_(scope.id) {
  epochs_ = scope.shown != nullptr && scope.shown->consumer_protocol;
  for (const GroupMembership& m : scope.past.members) {
    if (m.client < 0) continue;
    names_.emplace_back(scope.machine.names().name(m.member), scope.face_of_member(m.member).name);
  }
  // An id that another one begins with comes after it.
  std::sort(names_.begin(), names_.end(), [](const auto& a, const auto& b) {
    return a.first.size() != b.first.size() ? a.first.size() > b.first.size() : a < b;
  });
}

std::string PlainWords::of(std::string text) const {
  for (const auto& [id, name] : names_) {
    if (id != name) replace_all(text, id, name);
  }
  const std::string before = "group " + group_ + ": ";
  if (text.starts_with(before)) {
    text.erase(0, before.size());
  } else {
    replace_all(text, "group " + group_, "the group");
  }
  // Kafka's own names, with what they mean.
  replace_all(text, "UnrevokedPartitions", "UnrevokedPartitions (has to give up)");
  replace_all(text, "UnreleasedPartitions", "UnreleasedPartitions (waits for others)");
  // A consumer has no disk that could lose anything.
  const std::size_t lost = text.find("; 0 bytes were not flushed");
  if (lost != std::string::npos) text.resize(lost);
  if (epochs_) replace_all(text, "(generation ", "(group epoch ");
  return text;
}

}  // namespace kscope::viewer
