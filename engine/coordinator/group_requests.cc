// The requests of group clients: checks that need no group, and the way to the right shard.
// See coordinator/group_coordinator.h. Kafka: GroupCoordinatorService.
#include "engine/coordinator/coordinator_errors.h"
#include "engine/coordinator/group_coordinator.h"

namespace kscope::coordinator {

template <class Request, class Decide>
void GroupCoordinator::run(Surroundings& s, const Caller& caller, const Request& request,
                           Decide&& decide) {
  CoordinatorShard* shard = shard_of(s, request.group_id);
  const ErrorCode error = shard != nullptr ? shard->available() : ErrorCode::NOT_COORDINATOR;
  if (error != ErrorCode::NONE) return answer(caller, error_response(request, error));
  shard->write(s, [&](GroupContext& around) { return decide(*shard, around); });
  collect(*shard);
}

template <class Request, class Decide>
void GroupCoordinator::run_named(Surroundings& s, const Caller& caller, const Request& request,
                                 Decide&& decide) {
  if (request.group_id.empty()) {
    return answer(caller, error_response(request, ErrorCode::INVALID_GROUP_ID));
  }
  run(s, caller, request, decide);
}

// ---- members ------------------------------------------------------------------------------------

void GroupCoordinator::join_group(Surroundings& s, const Caller& caller,
                                  const protocol::JoinGroupRequest& request) {
  const Duration session = millis(request.session_timeout_ms);
  const bool is_allowed =
      session >= config_.min_session_timeout && session <= config_.max_session_timeout;
  if (!request.group_id.empty() && !is_allowed) {
    return answer(caller, error_response(request, ErrorCode::INVALID_SESSION_TIMEOUT));
  }
  run_named(s, caller, request, [&](CoordinatorShard& shard, GroupContext& around) {
    return shard.groups().join(around, caller, request);
  });
}

void GroupCoordinator::sync_group(Surroundings& s, const Caller& caller,
                                  const protocol::SyncGroupRequest& request) {
  run_named(s, caller, request, [&](CoordinatorShard& shard, GroupContext& around) {
    return shard.groups().sync(around, caller, request);
  });
}

void GroupCoordinator::heartbeat(Surroundings& s, const Caller& caller,
                                 const protocol::HeartbeatRequest& request) {
  run_named(s, caller, request, [&](CoordinatorShard& shard, GroupContext& around) {
    return shard.groups().heartbeat(around, caller, request);
  });
}

void GroupCoordinator::leave_group(Surroundings& s, const Caller& caller,
                                   const protocol::LeaveGroupRequest& request) {
  run_named(s, caller, request, [&](CoordinatorShard& shard, GroupContext& around) {
    return shard.groups().leave(around, caller, request);
  });
}

void GroupCoordinator::consumer_group_heartbeat(
    Surroundings& s, const Caller& caller, const protocol::ConsumerGroupHeartbeatRequest& request) {
  run(s, caller, request, [&](CoordinatorShard& shard, GroupContext& around) {
    return shard.groups().consumer_group_heartbeat(around, caller, request);
  });
}

// ---- offsets ------------------------------------------------------------------------------------

void GroupCoordinator::commit_offsets(Surroundings& s, const Caller& caller,
                                      const protocol::OffsetCommitRequest& request) {
  run(s, caller, request, [&](CoordinatorShard& shard, GroupContext& around) {
    return shard.offsets().commit(around, shard.groups(), caller, request);
  });
}

void GroupCoordinator::delete_offsets(Surroundings& s, const Caller& caller,
                                      const protocol::OffsetDeleteRequest& request) {
  run_named(s, caller, request, [&](CoordinatorShard& shard, GroupContext&) {
    return shard.offsets().remove(shard.groups(), caller, request);
  });
}

protocol::OffsetFetchResponse::OffsetFetchResponseGroup GroupCoordinator::fetch_committed(
    Surroundings& s, const protocol::OffsetFetchRequest::OffsetFetchRequestGroup& group) {
  CoordinatorShard* shard = shard_of(s, group.group_id);
  const ErrorCode error = shard != nullptr ? shard->available() : ErrorCode::NOT_COORDINATOR;
  if (error == ErrorCode::NONE) {
    return shard->offsets().fetch(shard->groups(), group, ReadPoint::Committed);
  }
  protocol::OffsetFetchResponse::OffsetFetchResponseGroup refused;
  refused.group_id = group.group_id;
  refused.error_code = error;
  return refused;
}

// Without require_stable it is told what is committed. With it, it is an operation like a write:
// it sees everything, and its answer waits until that is committed.
void GroupCoordinator::fetch_offsets(Surroundings& s, const Caller& caller,
                                     const protocol::OffsetFetchRequest& request) {
  if (request.groups.empty()) return answer(caller, protocol::OffsetFetchResponse{});
  gather(caller, request.groups.size(), protocol::OffsetFetchResponse{});
  for (const auto& group : request.groups) {
    const std::int64_t part = new_part(caller);
    CoordinatorShard* shard = shard_of(s, group.group_id);
    const bool ready = shard != nullptr && shard->available() == ErrorCode::NONE;
    if (!request.require_stable || !ready) {
      protocol::OffsetFetchResponse response;
      response.groups.push_back(fetch_committed(s, group));
      put_together({part, std::move(response)});
      continue;
    }
    shard->write(s, [&](GroupContext&) {
      protocol::OffsetFetchResponse response;
      response.groups.push_back(shard->offsets().fetch(shard->groups(), group, ReadPoint::Written));
      Decision decision;
      decision.answers.push_back({part, std::move(response)});
      return decision;
    });
    collect(*shard);
  }
}

// ---- administration -----------------------------------------------------------------------------

std::map<std::int32_t, std::vector<std::string>> GroupCoordinator::by_partition(
    const Surroundings& s, const std::vector<std::string>& groups) const {
  std::map<std::int32_t, std::vector<std::string>> result;
  for (const std::string& group : groups) {
    result[partition_for(group, partitions(s.metadata))].push_back(group);
  }
  return result;
}

namespace {

Decision delete_some(CoordinatorShard& shard, std::int64_t ticket,
                     const std::vector<std::string>& groups) {
  Decision decision;
  protocol::DeleteGroupsResponse response;
  for (const std::string& group : groups) {
    const ErrorCode error = shard.groups().validate_delete(group);
    response.results.push_back({group, error});
    if (error != ErrorCode::NONE) continue;
    shard.offsets().delete_all(group, &decision.records);
    for (GroupRecord& record : shard.groups().maybe_delete(group).records) {
      decision.records.push_back(std::move(record));
    }
  }
  decision.answers.push_back({ticket, std::move(response)});
  return decision;
}

}  // namespace

void GroupCoordinator::delete_groups(Surroundings& s, const Caller& caller,
                                     const std::vector<std::string>& groups) {
  const auto shards = by_partition(s, groups);
  if (shards.empty()) return answer(caller, protocol::DeleteGroupsResponse{});
  gather(caller, shards.size(), protocol::DeleteGroupsResponse{});
  for (const auto& [partition, names] : shards) {
    const std::int64_t part = new_part(caller);
    CoordinatorShard* shard = this->shard(partition);
    const ErrorCode error = shard != nullptr ? shard->available() : ErrorCode::NOT_COORDINATOR;
    if (error == ErrorCode::NONE) {
      shard->write(s, [&](GroupContext&) { return delete_some(*shard, part, names); });
      collect(*shard);
      continue;
    }
    protocol::DeleteGroupsResponse refused;
    for (const std::string& name : names) refused.results.push_back({name, error});
    put_together({part, std::move(refused)});
  }
}

void GroupCoordinator::describe_groups(Surroundings& s, const Caller& caller,
                                       const std::vector<std::string>& groups) {
  protocol::DescribeGroupsResponse response;
  for (const std::string& group : groups) {
    CoordinatorShard* shard = shard_of(s, group);
    const ErrorCode error = shard != nullptr ? shard->available() : ErrorCode::NOT_COORDINATOR;
    if (error == ErrorCode::NONE) {
      response.groups.push_back(shard->groups().describe(group));
    } else {
      auto& refused = response.groups.emplace_back();
      refused.group_id = group;
      refused.error_code = error;
    }
  }
  answer(caller, std::move(response));
}

void GroupCoordinator::consumer_group_describe(Surroundings& s, const Caller& caller,
                                               const std::vector<std::string>& groups) {
  protocol::ConsumerGroupDescribeResponse response;
  for (const std::string& group : groups) {
    CoordinatorShard* shard = shard_of(s, group);
    ErrorCode error = shard != nullptr ? shard->available() : ErrorCode::NOT_COORDINATOR;
    if (group.empty()) error = ErrorCode::INVALID_GROUP_ID;
    if (error == ErrorCode::NONE) {
      GroupContext around = shard->context(s);
      response.groups.push_back(shard->groups().consumer_group_describe(around, group));
    } else {
      auto& refused = response.groups.emplace_back();
      refused.group_id = group;
      refused.error_code = error;
    }
  }
  answer(caller, std::move(response));
}

// A shard that this broker does not have (any more) has nothing to list; one that is still loading
// could, so the whole answer is an error then, and the client asks again.
void GroupCoordinator::list_groups(Surroundings&, const Caller& caller,
                                   const protocol::ListGroupsRequest& request) {
  protocol::ListGroupsResponse response;
  for (const auto& [partition, shard] : shards_) {
    const ErrorCode error = shard.available();
    if (error == ErrorCode::NOT_COORDINATOR) continue;
    if (error != ErrorCode::NONE) {
      response.groups.clear();
      response.error_code = error;
      break;
    }
    for (auto& listed : shard.groups().list(request.states_filter, request.types_filter)) {
      response.groups.push_back(std::move(listed));
    }
  }
  answer(caller, std::move(response));
}

}  // namespace kscope::coordinator
