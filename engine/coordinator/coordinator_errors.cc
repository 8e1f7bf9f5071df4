#include "engine/coordinator/coordinator_errors.h"

namespace kscope::coordinator {

using namespace protocol;

ErrorCode to_group_error(ErrorCode of_the_log) {
  switch (of_the_log) {
    case ErrorCode::UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode::NOT_ENOUGH_REPLICAS:
    case ErrorCode::REQUEST_TIMED_OUT:
      return ErrorCode::COORDINATOR_NOT_AVAILABLE;
    case ErrorCode::NOT_LEADER_OR_FOLLOWER:
    case ErrorCode::KAFKA_STORAGE_ERROR:
      return ErrorCode::NOT_COORDINATOR;
    case ErrorCode::MESSAGE_TOO_LARGE:
    case ErrorCode::RECORD_LIST_TOO_LARGE:
    case ErrorCode::INVALID_FETCH_SIZE:
      return ErrorCode::UNKNOWN_SERVER_ERROR;
    default:
      return of_the_log;
  }
}

namespace {

template <class Response>
AnyResponse only(ErrorCode error) {
  Response response;
  response.error_code = error;
  return response;
}

// One overload for each response; those with a list name again what they named.

template <class Response>
AnyResponse failed(const Response&, ErrorCode error) {
  return only<Response>(to_group_error(error));
}

AnyResponse failed(OffsetCommitResponse response, ErrorCode error) {
  for (auto& topic : response.topics) {
    for (auto& partition : topic.partitions) partition.error_code = to_group_error(error);
  }
  return response;
}

// Kafka passes this one on as it is (KafkaApis.fetchOffsetsForGroup).
AnyResponse failed(OffsetFetchResponse response, ErrorCode error) {
  for (auto& group : response.groups) {
    group.topics.clear();
    group.error_code = error;
  }
  return response;
}

AnyResponse failed(DeleteGroupsResponse response, ErrorCode error) {
  for (auto& result : response.results) result.error_code = to_group_error(error);
  return response;
}

template <class Response>
AnyResponse failed_groups(const Response& response, ErrorCode error) {
  Response result;
  for (const auto& group : response.groups) {
    auto& answer = result.groups.emplace_back();
    answer.group_id = group.group_id;
    answer.error_code = to_group_error(error);
  }
  return result;
}

AnyResponse failed(const DescribeGroupsResponse& response, ErrorCode error) {
  return failed_groups(response, error);
}
AnyResponse failed(const ConsumerGroupDescribeResponse& response, ErrorCode error) {
  return failed_groups(response, error);
}

template <class List>
ErrorCode first_of(const List& list) {
  for (const auto& each : list) {
    if (each.error_code != ErrorCode::NONE) return each.error_code;
  }
  return ErrorCode::NONE;
}

template <class Topics>
ErrorCode first_in_topics(const Topics& topics) {
  for (const auto& topic : topics) {
    const ErrorCode error = first_of(topic.partitions);
    if (error != ErrorCode::NONE) return error;
  }
  return ErrorCode::NONE;
}

}  // namespace

AnyResponse as_error(const AnyResponse& response, ErrorCode error) {
  return std::visit([&](const auto& r) { return failed(r, error); }, response);
}

AnyResponse error_response(const JoinGroupRequest& request, ErrorCode error) {
  JoinGroupResponse response;
  response.error_code = to_group_error(error);
  response.member_id = request.member_id;
  return response;
}

AnyResponse error_response(const SyncGroupRequest&, ErrorCode error) {
  return only<SyncGroupResponse>(to_group_error(error));
}

AnyResponse error_response(const HeartbeatRequest&, ErrorCode error) {
  const bool loading = error == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
  return only<HeartbeatResponse>(loading ? ErrorCode::NONE : to_group_error(error));
}

AnyResponse error_response(const LeaveGroupRequest&, ErrorCode error) {
  return only<LeaveGroupResponse>(to_group_error(error));
}

AnyResponse error_response(const OffsetCommitRequest& request, ErrorCode error) {
  OffsetCommitResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& each : topic.partitions) {
      answers.partitions.push_back({each.partition_index, to_group_error(error)});
    }
  }
  return response;
}

AnyResponse error_response(const OffsetDeleteRequest&, ErrorCode error) {
  return only<OffsetDeleteResponse>(to_group_error(error));
}

AnyResponse error_response(const ConsumerGroupHeartbeatRequest&, ErrorCode error) {
  return only<ConsumerGroupHeartbeatResponse>(to_group_error(error));
}

ErrorCode first_error(const AnyResponse& response) {
  return std::visit(
      [](const auto& r) {
        if constexpr (requires { r.error_code; }) {
          if (r.error_code != ErrorCode::NONE) return r.error_code;
        }
        if constexpr (requires { r.topics.front().partitions.front().error_code; }) {
          if (const ErrorCode e = first_in_topics(r.topics); e != ErrorCode::NONE) return e;
        }
        if constexpr (requires { r.members.front().error_code; }) {
          if (const ErrorCode e = first_of(r.members); e != ErrorCode::NONE) return e;
        }
        if constexpr (requires { r.results.front().error_code; }) return first_of(r.results);
        if constexpr (requires { r.groups.front().error_code; }) return first_of(r.groups);
        return ErrorCode::NONE;
      },
      response);
}

}  // namespace kscope::coordinator
