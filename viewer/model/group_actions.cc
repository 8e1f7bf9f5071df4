#include "viewer/model/group_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "viewer/model/words.h"

namespace kscope::viewer {

namespace {

Action line(std::string label, Tone tone, std::string command, std::string why_not = {}) {
  Action action;
  action.label = std::move(label);
  action.tone = tone;
  action.commands = {std::move(command)};
  action.why_not = std::move(why_not);
  return action;
}

std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

/// A name that nobody has yet: consumer-4.
std::string free_name(const cluster::Snapshot& snapshot) {
  for (int n = 1;; ++n) {
    const std::string name = fmt::format("consumer-{}", n);
    const bool taken = std::any_of(snapshot.clients.begin(), snapshot.clients.end(),
                                   [&](const auto& client) { return client.name == name; });
    if (!taken) return name;
  }
}

/// Topics that somebody in the group has subscribed to.
std::set<std::string> topics_of(const cluster::GroupView& view) {
  std::set<std::string> topics;
  for (const cluster::GroupMemberView& member : view.members) {
    topics.insert(member.subscription.begin(), member.subscription.end());
  }
  return topics;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

std::int32_t partitions_of(const cluster::Snapshot& snapshot, const std::string& topic) {
  std::int32_t count = 0;
  for (const cluster::PartitionView& p : snapshot.metadata.partitions) {
    count += p.partition.topic == topic ? 1 : 0;
  }
  return count;
}

/// The settings of a member that a newcomer should share.
std::string settings_like(const cluster::Snapshot& snapshot, const cluster::GroupView& view) {
  static constexpr std::string_view kShared[] = {
      "group.protocol",          "partition.assignment.strategy",
      "group.remote.assignor",   "session.timeout.ms",
      "heartbeat.interval.ms",   "max.poll.interval.ms",
      "auto.offset.reset",       "processing.ms",
      "auto.commit.interval.ms", "enable.auto.commit"};
  std::string text;
  for (const cluster::GroupMemberView& member : view.members) {
    const cluster::ClientView* client = snapshot.client(member.client);
    if (client == nullptr || client->kind != cluster::ClientKind::Consumer) continue;
    for (const std::string_view name : kShared) {
      const auto it = client->settings.find(std::string(name));
      if (it != client->settings.end()) text += fmt::format(" {}={}", name, it->second);
    }
    return text;
  }
  return view.consumer_protocol ? " protocol=consumer" : "";
}

/// The same list of topics for every member that is ours.
Action subscribe_all(const cluster::Snapshot& snapshot, const cluster::GroupView& view,
                     std::string label, Tone tone, const std::set<std::string>& topics) {
  Action action = line(std::move(label), tone, "");
  action.commands.clear();
  for (const cluster::GroupMemberView& member : view.members) {
    const cluster::ClientView* client = snapshot.client(member.client);
    if (client == nullptr || client->kind != cluster::ClientKind::Consumer) continue;
    action.commands.push_back(fmt::format("subscribe {} {}", client->name, joined(topics)));
  }
  if (action.commands.empty()) action.why_not = "no member is ours";
  return action;
}

/// One topic more, or one less.
void add_subscriptions(const cluster::Snapshot& snapshot, const cluster::GroupView& view,
                       const std::set<std::string>& topics, std::vector<Action>& actions) {
  constexpr std::size_t kMost = 2;
  std::set<std::string> others;
  for (const cluster::PartitionView& p : snapshot.metadata.partitions) {
    const bool internal = p.partition.topic.starts_with("__");
    if (!internal && topics.count(p.partition.topic) == 0) others.insert(p.partition.topic);
  }
  std::size_t shown = 0;
  for (const std::string& topic : others) {
    if (topics.empty() || shown++ == kMost) break;
    std::set<std::string> all = topics;
    all.insert(topic);
    actions.push_back(
        subscribe_all(snapshot, view, "Subscribe to " + topic + ", too", Tone::Accent, all));
  }
  if (topics.size() < 2) return;
  std::set<std::string> fewer = topics;
  const std::string last = *topics.rbegin();
  fewer.erase(last);
  actions.push_back(subscribe_all(snapshot, view, "Give " + last + " up", Tone::Warn, fewer));
}

}  // namespace

std::vector<Action> consumer_actions(const cluster::ClientView& client) {
  const std::string gone = is_up(client.state) ? "" : client.name + " is closed";
  const bool own = client.kind == cluster::ClientKind::Consumer;
  const std::string foreign = own ? gone : client.name + " is a real client: stop it yourself";
  std::vector<Action> actions;
  actions.push_back(line("Crash", Tone::Bad, "crash " + client.name, foreign));
  actions.push_back(client.consumer.stalled
                        ? line("Poll again", Tone::Good, "continue " + client.name, foreign)
                        : line("Stall poll()", Tone::Warn, "stall " + client.name, foreign));
  actions.push_back(line("Leave", Tone::Neutral, "close " + client.name, foreign));
  return actions;
}

std::vector<Action> group_actions(const cluster::Snapshot& snapshot,
                                  const cluster::GroupView& view) {
  std::vector<Action> actions;
  const std::set<std::string> topics = topics_of(view);
  const std::string none = topics.empty() ? "nobody has subscribed to a topic" : "";
  const std::string name = free_name(snapshot);
  actions.push_back(line("Add " + name, Tone::Good,
                         fmt::format("consumer {} group={} topics={}{}", name, view.id,
                                     joined(topics), settings_like(snapshot, view)),
                         none));
  for (const std::string& topic : topics) {
    const std::int32_t more = partitions_of(snapshot, topic) + 1;
    actions.push_back(line(fmt::format("{} gets {} partitions", topic, more), Tone::Accent,
                           fmt::format("create-partitions {} count={}", topic, more)));
  }
  add_subscriptions(snapshot, view, topics, actions);
  actions.push_back(
      line("Crash the coordinator", Tone::Bad, fmt::format("crash {}", view.coordinator),
           view.coordinator < 0 || !view.loaded ? "nobody coordinates the group" : ""));
  return actions;
}

std::vector<Action> first_group_actions(const std::string& topic,
                                        const std::map<std::string, std::string>& config) {
  const auto two = [&](const std::string& label, Tone tone, const char* protocol) {
    Action action = line(label + topic, tone, "");
    action.commands.clear();
    for (int i = 1; i <= 2; ++i) {
      action.commands.push_back(fmt::format(
          "consumer member-{} group=billing topics={} from=earliest{}", i, topic, protocol));
    }
    return action;
  };
  Action classic = two("Start a group of two on ", Tone::Good, "");
  Action modern = two("The same with KIP-848, on ", Tone::Accent, " protocol=consumer");
  const auto protocols = config.find("group.coordinator.rebalance.protocols");
  if (protocols == config.end() || protocols->second.find("consumer") == std::string::npos) {
    modern.why_not =
        "these brokers speak the classic protocol only. The new one is switched on when they "
        "start: group.coordinator.rebalance.protocols=classic,consumer";
  }
  return {std::move(classic), std::move(modern)};
}

const std::vector<GroupStrategy>& group_strategies() {
  static const std::vector<GroupStrategy> kAll{{"range", false},  {"roundrobin", false},
                                               {"sticky", false}, {"cooperative-sticky", false},
                                               {"uniform", true}, {"range", true}};
  return kAll;
}

std::string with_strategy(const std::string& text, const std::string& group,
                          const GroupStrategy& strategy) {
  // Both the short words of our commands and Kafka's names; and what KIP-848 has taken to the
  // broker (ConsumerConfig.CLASSIC_PROTOCOL_UNSUPPORTED_CONFIGS and its opposite).
  static constexpr std::string_view kDropped[] = {
      "assignor=", "protocol=", "group.protocol=", "partition.assignment.strategy=",
      "group.remote.assignor="};
  static constexpr std::string_view kClassicOnly[] = {"session.timeout.ms=",
                                                      "heartbeat.interval.ms="};
  const std::vector<std::string> words = words_in(text);
  const bool about = !words.empty() && words.front() == "consumer" &&
                     std::find(words.begin(), words.end(), "group=" + group) != words.end();
  if (!about) return text;
  std::string out;
  for (const std::string& word : words) {
    const auto begins = [&](std::string_view name) { return word.starts_with(name); };
    if (std::any_of(std::begin(kDropped), std::end(kDropped), begins)) continue;
    if (strategy.consumer &&
        std::any_of(std::begin(kClassicOnly), std::end(kClassicOnly), begins)) {
      continue;
    }
    out += (out.empty() ? "" : " ") + word;
  }
  if (strategy.consumer) return out + " protocol=consumer group.remote.assignor=" + strategy.name;
  return out + " assignor=" + strategy.name;
}

}  // namespace kscope::viewer
