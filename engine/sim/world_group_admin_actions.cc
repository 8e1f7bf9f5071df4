// Commands about groups: what kafka-consumer-groups.sh does, asked by the operator's admin client.
#include <algorithm>
#include <limits>

#include "engine/sim/world_actions.h"
#include "engine/sim/world_env.h"

namespace kscope::sim {
namespace {

using client::GroupOrder;
using client::GroupTask;
using client::OffsetTarget;

std::vector<std::string> words_of(const std::string* list) {
  std::vector<std::string> words;
  if (list == nullptr) return words;
  std::string rest = *list + ",";
  for (std::size_t at; (at = rest.find(',')) != std::string::npos; rest.erase(0, at + 1)) {
    if (at > 0) words.push_back(rest.substr(0, at));
  }
  return words;
}

Result<std::int64_t> whole_number(const std::string& text) {
  try {
    return std::stoll(text);
  } catch (const std::out_of_range&) {
    return Error{ErrorKind::Invalid, "\"" + text + "\" is too large a number"};
  }
}

/// The group, and the topics or partitions that the command names.
Result<GroupOrder> order_of(const Command& command, GroupTask task) {
  GroupOrder order;
  order.task = task;
  if (!command.arguments.empty()) order.group = command.arguments[0];
  order.topics = words_of(command.option("topic"));
  for (const std::string& word : words_of(command.option("partitions"))) {
    KTRY_ASSIGN(const TopicPartition tp, parse_partition(word));
    order.partitions.push_back(tp);
  }
  return order;
}

Result<void> ask_operator(ActionContext& context, GroupOrder order) {
  ClientSlot& slot = operator_client(context.world, context.announce());
  Call call(context.world, NodeId(kOperatorId), context.world.last_event);
  slot.client.admin()->ask_about_groups(call.env(), std::move(order));
  return {};
}

Result<void> ask_plainly(ActionContext& context, GroupTask task) {
  KTRY_ASSIGN(GroupOrder order, order_of(context.command, task));
  return ask_operator(context, std::move(order));
}

Result<OffsetTarget> target_of(const ActionContext& context) {
  using To = OffsetTarget::To;
  const Command& command = context.command;
  if (const std::string* to = command.option("to")) {
    if (*to == "earliest") return OffsetTarget{To::Earliest, 0};
    if (*to == "latest") return OffsetTarget{To::Latest, 0};
    if (*to == "current") return OffsetTarget{To::Current, 0};
    KTRY_ASSIGN(const std::int64_t offset, whole_number(*to));
    return OffsetTarget{To::Offset, offset};
  }
  if (const std::string* ago = command.option("ago")) {
    Duration back{};
    parse_duration(*ago, &back);
    const Duration wall = context.world.now - Instant{} + context.world.spec.wall_offset;
    return OffsetTarget{To::Time, kWallMillisAtStart + to_millis(wall) - to_millis(back)};
  }
  const std::string* time = command.option("time");
  KTRY_ASSIGN(const std::int64_t value,
              whole_number(time != nullptr ? *time : *command.option("shift")));
  return OffsetTarget{time != nullptr ? To::Time : To::Shift, value};
}

}  // namespace

Result<void> list_groups_action(ActionContext& context) {
  GroupOrder order;
  order.task = GroupTask::List;
  order.states = words_of(context.command.option("state"));
  order.types = words_of(context.command.option("type"));
  return ask_operator(context, std::move(order));
}

Result<void> describe_group_action(ActionContext& context) {
  return ask_plainly(context, GroupTask::Describe);
}

Result<void> delete_group_action(ActionContext& context) {
  return ask_plainly(context, GroupTask::Delete);
}

Result<void> list_offsets_action(ActionContext& context) {
  return ask_plainly(context, GroupTask::ListOffsets);
}

Result<void> alter_offsets_action(ActionContext& context) {
  const Command& command = context.command;
  KTRY_ASSIGN(GroupOrder order, order_of(command, GroupTask::AlterOffsets));
  KTRY_ASSIGN(const TopicPartition tp, parse_partition(command.arguments[1]));
  KTRY_ASSIGN(const std::int64_t offset, whole_number(command.arguments[2]));
  order.offsets[tp] = offset;
  return ask_operator(context, std::move(order));
}

Result<void> delete_offsets_action(ActionContext& context) {
  return ask_plainly(context, GroupTask::DeleteOffsets);
}

Result<void> reset_offsets_action(ActionContext& context) {
  const Command& command = context.command;
  KTRY_ASSIGN(GroupOrder order, order_of(command, GroupTask::ResetOffsets));
  KTRY_ASSIGN(order.reset, target_of(context));
  order.only_check = std::find(command.arguments.begin(), command.arguments.end(), "check") !=
                     command.arguments.end();
  return ask_operator(context, std::move(order));
}

}  // namespace kscope::sim
