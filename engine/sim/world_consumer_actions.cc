// Consumers, and what their applications do. Kafka: the methods of KafkaConsumer.
#include <fmt/core.h>

#include <algorithm>

#include "engine/sim/world_actions.h"
#include "engine/sim/world_clients.h"
#include "engine/sim/world_env.h"

namespace kscope::sim {
namespace {

Error refused(const std::string& what) { return Error{ErrorKind::Invalid, what}; }

std::vector<std::string> words_between_commas(std::string list) {
  std::vector<std::string> words;
  list += ',';
  for (std::size_t at; (at = list.find(',')) != std::string::npos; list.erase(0, at + 1)) {
    words.push_back(list.substr(0, at));
  }
  return words;
}

Result<std::vector<TopicPartition>> partitions_in(const std::string& list) {
  std::vector<TopicPartition> partitions;
  for (const std::string& word : words_between_commas(list)) {
    KTRY_ASSIGN(TopicPartition tp, parse_partition(word));
    partitions.push_back(std::move(tp));
  }
  return partitions;
}

/// The short names that a scenario uses for settings with long ones.
client::Settings consumer_settings(const Command& command) {
  client::Settings settings = client_settings(
      command,
      {"assign", "from", "group", "topics", "pattern", "assignor", "instance", "protocol"});
  const auto take = [&](const char* option, const char* name) {
    if (const std::string* value = command.option(option)) settings[name] = *value;
  };
  take("group", "group.id");
  take("instance", "group.instance.id");
  take("protocol", "group.protocol");
  const std::string* protocol = command.option("protocol");
  const bool remote = protocol != nullptr && *protocol == "consumer";
  take("assignor", remote ? "group.remote.assignor" : "partition.assignment.strategy");
  const std::string* from = command.option("from");
  if (from != nullptr && (*from == "earliest" || *from == "latest")) {
    settings["auto.offset.reset"] = *from;
  }
  return settings;
}

/// What parse_command() cannot know.
Result<void> check_subscription(const Command& command) {
  const std::string* from = command.option("from");
  const bool at_offset = from != nullptr && *from != "earliest" && *from != "latest";
  if (at_offset && command.option("assign") == nullptr) {
    return refused("consumer: from=OFFSET needs assign=; a group begins where it has committed");
  }
  const std::string* pattern = command.option("pattern");
  if (pattern != nullptr) KTRY(client::TopicSubscription::check_pattern(*pattern));
  return {};
}

/// REQUIRES that the names and patterns in the command were checked.
Result<void> subscribe_as_told(env::Env& env, const Command& command,
                               client::KafkaConsumer& consumer) {
  if (const std::string* topics = command.option("topics")) {
    return consumer.subscribe(env, words_between_commas(*topics));
  }
  if (const std::string* pattern = command.option("pattern")) {
    return consumer.subscribe_pattern(env, *pattern);
  }
  KTRY_ASSIGN(const auto partitions, partitions_in(*command.option("assign")));
  KTRY(consumer.assign(env, partitions));
  const std::string* from = command.option("from");
  if (from == nullptr || *from == "earliest" || *from == "latest") return {};
  for (const TopicPartition& tp : partitions) consumer.seek(env, tp, Offset(std::stoll(*from)));
  return {};
}

Result<client::KafkaConsumer*> consumer_argument(const ActionContext& context) {
  KTRY_ASSIGN(ClientSlot* const slot, context.client_argument(0));
  client::KafkaConsumer* consumer = slot->client.consumer();
  if (consumer == nullptr) return refused(fmt::format("{} is no consumer", slot->client.name()));
  if (consumer->closed()) return refused(fmt::format("{} is closed", slot->client.name()));
  return consumer;
}

/// The partitions of the second argument; all of them must be the consumer's.
Result<std::vector<TopicPartition>> assigned_argument(const ActionContext& context,
                                                      const client::KafkaConsumer& consumer) {
  KTRY_ASSIGN(auto partitions, partitions_in(context.command.arguments[1]));
  const std::vector<TopicPartition> assigned = consumer.assigned();
  for (const TopicPartition& tp : partitions) {
    if (std::find(assigned.begin(), assigned.end(), tp) == assigned.end()) {
      return refused(
          fmt::format("{} is not assigned to {}", tp.str(), context.command.arguments[0]));
    }
  }
  return partitions;
}

/// Announces the command and lets `act` work on the consumer; what the consumer refuses is
/// announced as well, since it was asked.
template <class Act>
Result<void> with_consumer(ActionContext& context, Act act) {
  KTRY_ASSIGN(client::KafkaConsumer* const consumer, consumer_argument(context));
  KTRY_ASSIGN(const NodeId id, context.node_argument(0));
  Call call(context.world, id, context.announce());
  return act(call.env(), *consumer);
}

}  // namespace

Result<void> consumer_action(ActionContext& context) {
  const std::string& name = context.command.arguments[0];
  WorldState& world = context.world;
  KTRY(check_new_client_name(world, name));
  const client::Settings settings = consumer_settings(context.command);
  KTRY_ASSIGN(const client::ConsumerConfig config, client::parse_consumer_config(settings));
  KTRY(check_subscription(context.command));
  const EventSeq cause = context.announce();
  const NodeId id = next_client_id(world);
  ClientSlot& slot = add_client_slot(world, id);
  Call call(world, id, cause);
  call.env().events.emit(
      id, event::ClientStarted{world.names.intern(name), event::ClientRole::Consumer, 0});
  client::KafkaConsumer consumer =
      client::KafkaConsumer::start(call.env(), config, bootstrap_brokers(world));
  const Result<void> reads = subscribe_as_told(call.env(), context.command, consumer);
  KCHECK(reads.ok());
  slot.client = cluster::ClientNode(name, std::move(consumer));
  slot.client.set_settings(settings);
  return {};
}

Result<void> subscribe_action(ActionContext& context) {
  const std::string* pattern = context.command.option("pattern");
  const bool topics = context.command.arguments.size() > 1;
  if (topics == (pattern != nullptr)) {
    return refused("subscribe: say what to: topics (orders,payments) or pattern=orders.*");
  }
  if (pattern != nullptr) KTRY(client::TopicSubscription::check_pattern(*pattern));
  KTRY_ASSIGN(client::KafkaConsumer* const consumer, consumer_argument(context));
  const auto wanted = topics ? client::SubscriptionType::Topics : client::SubscriptionType::Pattern;
  KTRY(consumer->may_subscribe(wanted));
  return with_consumer(context, [&](env::Env& env, client::KafkaConsumer& c) {
    if (!topics) return c.subscribe_pattern(env, *pattern);
    return c.subscribe(env, words_between_commas(context.command.arguments[1]));
  });
}

Result<void> unsubscribe_action(ActionContext& context) {
  return with_consumer(context, [](env::Env& env, client::KafkaConsumer& consumer) {
    consumer.unsubscribe(env);
    return Result<void>();
  });
}

Result<void> assign_action(ActionContext& context) {
  KTRY_ASSIGN(const auto partitions, partitions_in(context.command.arguments[1]));
  KTRY_ASSIGN(client::KafkaConsumer* const consumer, consumer_argument(context));
  KTRY(consumer->may_subscribe(client::SubscriptionType::Manual));
  return with_consumer(
      context, [&](env::Env& env, client::KafkaConsumer& c) { return c.assign(env, partitions); });
}

Result<void> pause_partitions(ActionContext& context, bool paused) {
  KTRY_ASSIGN(client::KafkaConsumer* const consumer, consumer_argument(context));
  KTRY_ASSIGN(const auto partitions, assigned_argument(context, *consumer));
  return with_consumer(context, [&](env::Env& env, client::KafkaConsumer& c) {
    for (const TopicPartition& tp : partitions) c.pause(env, tp, paused);
    return Result<void>();
  });
}

Result<void> seek_action(ActionContext& context) {
  KTRY_ASSIGN(client::KafkaConsumer* const consumer, consumer_argument(context));
  KTRY_ASSIGN(const auto partitions, assigned_argument(context, *consumer));
  const std::string* time = context.command.option("time");
  const std::string* to =
      context.command.arguments.size() > 2 ? &context.command.arguments[2] : nullptr;
  if ((time == nullptr) == (to == nullptr)) {
    return refused("seek: say where to: an offset, earliest, latest, or time=DURATION");
  }
  Duration since_start{};
  if (time != nullptr) parse_duration(*time, &since_start);
  return with_consumer(context, [&](env::Env& env, client::KafkaConsumer& c) {
    const std::int64_t now_ms = to_millis(env.now().time_since_epoch());
    const std::int64_t timestamp = env.clock.wall_ms() - now_ms + to_millis(since_start);
    for (const TopicPartition& tp : partitions) {
      if (time != nullptr)
        c.seek_to_time(env, tp, timestamp);
      else if (*to == "earliest")
        c.seek_to(env, tp, client::OffsetReset::Earliest);
      else if (*to == "latest")
        c.seek_to(env, tp, client::OffsetReset::Latest);
      else
        c.seek(env, tp, Offset(std::stoll(*to)));
    }
    return Result<void>();
  });
}

Result<void> commit_action(ActionContext& context) {
  const std::vector<std::string>& words = context.command.arguments;
  const bool async = words.back() == "async" && words.size() > 1;
  client::Offsets offsets;
  if (words.size() > 2) {
    KTRY_ASSIGN(const TopicPartition tp, parse_partition(words[1]));
    offsets[tp] = {Offset(std::stoll(words[2])), std::nullopt, {}};
  }
  KTRY_ASSIGN(client::KafkaConsumer* const consumer, consumer_argument(context));
  if (consumer->config().group_id.empty()) {
    return refused(fmt::format("{} has no group to commit to", words[0]));
  }
  return with_consumer(context, [&](env::Env& env, client::KafkaConsumer& c) {
    return offsets.empty() ? c.commit(env, !async) : c.commit(env, offsets, !async);
  });
}

Result<void> stall_action(ActionContext& context) {
  const bool stalled = context.command.verb == "stall";
  KTRY_ASSIGN(client::KafkaConsumer* const consumer, consumer_argument(context));
  if (consumer->application().stalled() == stalled) {
    return refused(fmt::format("the application of {} {}", context.command.arguments[0],
                               stalled ? "stalls already" : "does not stall"));
  }
  return with_consumer(context, [&](env::Env& env, client::KafkaConsumer& c) {
    c.stall(env, stalled);
    return Result<void>();
  });
}

}  // namespace kscope::sim
