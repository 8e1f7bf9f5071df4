// What the brokers' answers mean for an operation on groups: what was learnt, what is asked again,
// what is final, and the line that explains it.
// Kafka: the handlers in clients.admin.internals (DescribeConsumerGroupsHandler,
// ListConsumerGroupOffsetsHandler, AlterConsumerGroupOffsetsHandler …).
#include <fmt/format.h>

#include <algorithm>

#include "engine/client/backoff.h"
#include "engine/client/group_admin.h"
#include "engine/protocol/messages/consumer_group_describe.h"
#include "engine/protocol/messages/delete_groups.h"
#include "engine/protocol/messages/describe_groups.h"
#include "engine/protocol/messages/find_coordinator.h"
#include "engine/protocol/messages/list_groups.h"
#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/messages/offset_delete.h"
#include "engine/protocol/messages/offset_fetch.h"
#include "engine/protocol/records/coordinator_record.h"

namespace kscope::client {
namespace {

template <class Response>
Result<Response> decoded(const protocol::Arrived& arrived) {
  return protocol::decode_body<Response>(arrived.body, arrived.request.version);
}

/// What an answer that cannot be read, or that answers something else, comes to.
constexpr ErrorCode kNonsense = ErrorCode::UNKNOWN_SERVER_ERROR;

std::vector<TopicPartition> assigned_in(const Blob& bytes) {
  std::vector<TopicPartition> assigned;
  const auto assignment =
      protocol::decode_versioned<protocol::ConsumerProtocolAssignment>(bytes.view());
  if (!assignment.ok()) return assigned;  // not stable: nothing assigned
  for (const auto& topic : assignment->message.assigned_partitions) {
    for (const std::int32_t p : topic.partitions) assigned.push_back({topic.topic, p});
  }
  return assigned;
}

/// Errors of a group that pass: the coordinator is loading, has moved, or waits for a transaction.
bool is_passing(ErrorCode error) {
  return error_info(error).retriable && error != ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
}

}  // namespace

Result<std::int64_t> reset_offset(const OffsetTarget& reset, const ResetBounds& bounds) {
  const auto within = [&](std::int64_t offset) {
    return std::clamp(offset, bounds.earliest, std::max(bounds.earliest, bounds.latest));
  };
  switch (reset.to) {
    case OffsetTarget::To::Earliest:
      return bounds.earliest;
    case OffsetTarget::To::Latest:
      return bounds.latest;
    case OffsetTarget::To::Current:
      return within(bounds.committed.value_or(bounds.latest));
    case OffsetTarget::To::Offset:
      return within(reset.value);
    case OffsetTarget::To::Time:
      return bounds.by_time < 0 ? bounds.latest : bounds.by_time;
    case OffsetTarget::To::Shift:
      break;
  }
  if (!bounds.committed) {
    return Error{ErrorKind::Invalid,
                 "nothing was committed, so there is nothing to shift; reset it to earliest, "
                 "latest or an offset first"};
  }
  // Without overflow, whatever was asked for: the log is what limits it.
  const std::int64_t room =
      reset.value < 0 ? bounds.earliest - *bounds.committed : bounds.latest - *bounds.committed;
  return within(*bounds.committed +
                (reset.value < 0 ? std::max(reset.value, room) : std::min(reset.value, room)));
}

void GroupAdmin::on_response(env::Env& env, ClusterClient& cluster, const CommonConfig& config,
                             const protocol::Arrived& arrived) {
  const With with{env, cluster, config};
  for (auto& [id, op] : operations_) {
    const auto node = op.asked.extract(arrived.request.tag);
    if (node.empty()) continue;
    const Asked& asked = node.mapped();
    const ErrorCode error = read(with, op, asked, arrived);
    if (op.done) return;
    if (error == ErrorCode::NONE) {
      // Of the others, read() has noted who or what is left.
      if (!asked.finds_coordinator && asked.partitions.empty()) op.answered = true;
    } else if (is_passing(error)) {
      failed(with, op, asked, error);
    } else {
      finish(op, error, explain(op, error));
    }
    return;
  }
}

void GroupAdmin::on_failed(env::Env& env, ClusterClient& cluster, const CommonConfig& config,
                           protocol::RequestTag tag, ErrorCode error) {
  for (auto& [id, op] : operations_) {
    const auto node = op.asked.extract(tag);
    if (!node.empty() && !op.done) failed({env, cluster, config}, op, node.mapped(), error);
  }
}

/// Again after a pause. Kafka: AdminApiDriver.retryLookup, CoordinatorStrategy.
void GroupAdmin::failed(With with, Operation& op, const Asked& asked, ErrorCode error) {
  op.last_error = error;
  ++op.failures;
  if (asked.node == op.coordinator && error != ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) {
    op.coordinator.reset();  // it may be another one by now
  }
  with.cluster.metadata().request_update();
  op.retry_at =
      with.env.now() + backoff_after(with.config.retry_backoff, with.config.retry_backoff_max,
                                     op.failures, with.env.random[env::Purpose::ClientBackoff]);
}

void GroupAdmin::finish(Operation& op, ErrorCode error, std::string message) {
  op.done = true;
  op.result.error = error;
  op.result.message = std::move(message);
  if (error != ErrorCode::NONE) return;
  GroupReport& report = op.result.report;
  const bool planned = op.order.task == GroupTask::ResetOffsets;
  std::map<TopicPartition, GroupOffset> rows;
  for (const auto& [tp, offset] : planned ? op.order.offsets : op.committed) {
    rows[tp].committed = offset;
  }
  for (const auto& [tp, offset] : op.latest) rows[tp].end = offset;
  if (report.description) {
    for (const auto& member : report.description->members) {
      for (const TopicPartition& tp : member.assigned) rows[tp].member = member.id;
    }
  }
  if (op.order.task == GroupTask::DeleteOffsets) rows.clear();
  for (auto& [tp, row] : rows) {
    row.partition = tp;
    report.offsets.push_back(std::move(row));
  }
  std::sort(report.groups.begin(), report.groups.end(),
            [](const auto& a, const auto& b) { return a.group < b.group; });
}

/// One line: what is wrong and what to do about it.
std::string GroupAdmin::explain(const Operation& op, ErrorCode error) {
  const std::string& group = op.order.group;
  switch (error) {
    case ErrorCode::GROUP_ID_NOT_FOUND:
      return fmt::format("there is no group \"{}\"; list-groups tells which there are", group);
    case ErrorCode::NON_EMPTY_GROUP:
      return fmt::format("group \"{}\" has members: close its consumers first", group);
    case ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC:
      return fmt::format("a member of group \"{}\" reads the topic: close it first", group);
    case ErrorCode::UNKNOWN_MEMBER_ID:
    case ErrorCode::ILLEGAL_GENERATION:
    case ErrorCode::STALE_MEMBER_EPOCH:
      return fmt::format(
          "group \"{}\" is active, and only its members may commit: close its "
          "consumers first",
          group);
    default:
      return error_info(error).meaning;
  }
}

// ---- answers ----------------------------------------------------------------------------------

ErrorCode GroupAdmin::read(With with, Operation& op, const Asked& asked,
                           const protocol::Arrived& arrived) {
  if (asked.finds_coordinator) return read_found(op, arrived);
  switch (asked.step) {
    case Step::ListGroups:
      return read_list(op, asked, arrived);
    case Step::Describe:
      return read_description(op, arrived);
    case Step::DescribeClassic:
      return read_classic(op, arrived);
    case Step::FetchOffsets:
      return read_committed(op, arrived);
    case Step::Commit:
      return read_commit(op, arrived);
    case Step::Delete:
      return read_delete(op, arrived);
    case Step::DeleteOffsets:
      return read_delete_offsets(op, arrived);
    default:
      return read_log_offsets(with, op, asked, arrived);
  }
}

ErrorCode GroupAdmin::read_found(Operation& op, const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::FindCoordinatorResponse>(arrived);
  if (!response.ok()) return kNonsense;
  const auto& many = response->coordinators;
  const ErrorCode error = many.empty() ? response->error_code : many.front().error_code;
  if (error != ErrorCode::NONE) return error;
  op.coordinator = NodeId(many.empty() ? response->node_id : many.front().node_id);
  return error;
}

ErrorCode GroupAdmin::read_list(Operation& op, const Asked& asked,
                                const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::ListGroupsResponse>(arrived);
  if (!response.ok()) return kNonsense;
  if (response->error_code != ErrorCode::NONE) return response->error_code;
  op.brokers->erase(asked.node);
  for (const auto& group : response->groups) {
    op.result.report.groups.push_back(
        {group.group_id, group.protocol_type, group.group_state, group.group_type, asked.node});
  }
  return ErrorCode::NONE;
}

ErrorCode GroupAdmin::read_description(Operation& op, const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::ConsumerGroupDescribeResponse>(arrived);
  if (!response.ok() || response->groups.empty()) return kNonsense;
  const auto& told = response->groups.front();
  if (told.error_code == ErrorCode::GROUP_ID_NOT_FOUND ||
      told.error_code == ErrorCode::UNSUPPORTED_VERSION) {  // then it is a classic one, or none
    op.steps.insert(op.steps.begin() + 1, Step::DescribeClassic);
    return ErrorCode::NONE;
  }
  if (told.error_code != ErrorCode::NONE) return told.error_code;
  GroupDescription& group = op.result.report.description.emplace();
  group.state = told.group_state;
  group.assignor = told.assignor_name;
  group.consumer_protocol = true;
  group.coordinator = *op.coordinator;
  for (const auto& member : told.members) {
    auto& m = group.members.emplace_back();
    m = {member.member_id,
         member.instance_id.value_or(""),
         member.client_id,
         member.client_host,
         {}};
    for (const auto& topic : member.assignment.topic_partitions) {
      for (const std::int32_t p : topic.partitions) m.assigned.push_back({topic.topic_name, p});
    }
  }
  return refuse_active(op);
}

ErrorCode GroupAdmin::read_classic(Operation& op, const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::DescribeGroupsResponse>(arrived);
  if (!response.ok() || response->groups.empty()) return kNonsense;
  const auto& told = response->groups.front();
  if (told.error_code != ErrorCode::NONE) return told.error_code;
  // A group that the coordinator does not know is described as dead. Offsets may be set for it,
  // which makes it; there is nothing to say about it.
  if (told.group_state == "Dead" && op.order.task == GroupTask::Describe) {
    return ErrorCode::GROUP_ID_NOT_FOUND;
  }
  GroupDescription& group = op.result.report.description.emplace();
  group.state = told.group_state;
  group.assignor = told.protocol_data;
  group.coordinator = *op.coordinator;
  for (const auto& member : told.members) {
    group.members.push_back({member.member_id, member.group_instance_id.value_or(""),
                             member.client_id, member.client_host,
                             assigned_in(member.member_assignment)});
  }
  return refuse_active(op);
}

/// Offsets are only reset while nobody reads: a member would commit its own over them.
ErrorCode GroupAdmin::refuse_active(Operation& op) {
  const GroupDescription& group = *op.result.report.description;
  if (op.order.task != GroupTask::ResetOffsets || !group.is_active()) return ErrorCode::NONE;
  finish(op, ErrorCode::NON_EMPTY_GROUP,
         fmt::format("group \"{}\" is {} with {} member{}: offsets can only be reset while nobody "
                     "reads; close its consumers first",
                     op.order.group, group.state, group.members.size(),
                     group.members.size() == 1 ? "" : "s"));
  return ErrorCode::NON_EMPTY_GROUP;
}

ErrorCode GroupAdmin::read_committed(Operation& op, const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::OffsetFetchResponse>(arrived);
  if (!response.ok()) return kNonsense;
  const auto take = [&](const auto& topics) {
    for (const auto& topic : topics) {
      for (const auto& p : topic.partitions) {
        if (p.error_code != ErrorCode::NONE) return p.error_code;
        if (p.committed_offset >= 0) {
          op.committed[{topic.name, p.partition_index}] = p.committed_offset;
        }
      }
    }
    return ErrorCode::NONE;
  };
  op.committed.clear();
  if (response->groups.empty()) {
    return response->error_code != ErrorCode::NONE ? response->error_code : take(response->topics);
  }
  const auto& group = response->groups.front();
  return group.error_code != ErrorCode::NONE ? group.error_code : take(group.topics);
}

/// A refusal of one partition is the operation's, and names it; what passes is tried again whole.
template <class Topics>
ErrorCode GroupAdmin::first_error(Operation& op, const Topics& topics) {
  for (const auto& topic : topics) {
    for (const auto& p : topic.partitions) {
      if (p.error_code == ErrorCode::NONE) continue;
      if (!is_passing(p.error_code)) {
        const TopicPartition tp{topic.name, p.partition_index};
        finish(op, p.error_code, fmt::format("{}: {}", tp.str(), explain(op, p.error_code)));
      }
      return p.error_code;
    }
  }
  return ErrorCode::NONE;
}

ErrorCode GroupAdmin::read_commit(Operation& op, const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::OffsetCommitResponse>(arrived);
  return response.ok() ? first_error(op, response->topics) : kNonsense;
}

ErrorCode GroupAdmin::read_delete(Operation&, const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::DeleteGroupsResponse>(arrived);
  if (!response.ok() || response->results.empty()) return kNonsense;
  return response->results.front().error_code;
}

ErrorCode GroupAdmin::read_delete_offsets(Operation& op, const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::OffsetDeleteResponse>(arrived);
  if (!response.ok()) return kNonsense;
  if (response->error_code != ErrorCode::NONE) return response->error_code;
  return first_error(op, response->topics);
}

GroupAdmin::Offsets* GroupAdmin::log_offsets_of(Operation& op, Step step) {
  if (step == Step::Earliest) return &op.earliest;
  return step == Step::Latest ? &op.latest : &op.by_time;
}

/// Partition by partition: those that failed for now are asked for again.
ErrorCode GroupAdmin::read_log_offsets(With with, Operation& op, const Asked& asked,
                                       const protocol::Arrived& arrived) {
  const auto response = decoded<protocol::ListOffsetsResponse>(arrived);
  if (!response.ok()) return kNonsense;
  ErrorCode passing = ErrorCode::NONE;
  for (const auto& topic : response->topics) {
    for (const auto& p : topic.partitions) {
      const TopicPartition tp{topic.name, p.partition_index};
      if (p.error_code == ErrorCode::NONE) {
        (*log_offsets_of(op, asked.step))[tp] = p.offset;
        op.left.erase(tp);
      } else if (error_info(p.error_code).retriable) {
        passing = p.error_code;  // perhaps the leader is another; perhaps the topic is gone
      } else {
        return p.error_code;
      }
    }
  }
  if (passing != ErrorCode::NONE) {
    op.stale_metadata = with.cluster.metadata().version();
    failed(with, op, asked, passing);
  }
  return ErrorCode::NONE;
}

}  // namespace kscope::client
