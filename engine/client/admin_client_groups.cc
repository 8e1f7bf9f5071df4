// Operations on groups: handed to GroupAdmin, and told as events when they end.
#include "engine/client/admin_client.h"

namespace kscope::client {

AdminOperationId AdminClient::ask_about_groups(env::Env& env, GroupOrder order) {
  const AdminOperationId id = next_id_++;
  groups_.add(id, std::move(order), env.now() + config_.api_timeout);
  run(env);
  return id;
}

void AdminClient::finish_groups(env::Env& env) {
  for (GroupAdmin::Finished& finished : groups_.take_finished()) {
    tell(env, finished);
    AdminResult result;
    result.operation = finished.operation;
    result.api = finished.api;
    result.topic = std::move(finished.group);
    result.error = finished.error;
    result.message = std::move(finished.message);
    result.groups = std::move(finished.report);
    keep(std::move(result));
  }
}

/// What the tool would print, a line an event.
void AdminClient::tell(env::Env& env, const GroupAdmin::Finished& finished) {
  const auto name = [&](const std::string& text) { return env.names.intern(text); };
  const NameRef group = name(finished.group);
  for (const GroupListing& row : finished.report.groups) {
    env.events.emit(env.node, event::GroupListed{name(row.group), name(row.type), name(row.state),
                                                 row.coordinator});
  }
  if (const auto& told = finished.report.description; told && finished.error == ErrorCode::NONE) {
    const auto members = static_cast<std::int32_t>(told->members.size());
    env.events.emit(env.node, event::GroupDescribed{group, name(told->state), name(told->assignor),
                                                    members, told->coordinator});
  }
  for (const GroupOffset& row : finished.report.offsets) {
    const bool known = row.committed >= 0 && row.end >= 0;
    env.events.emit(
        env.node, event::GroupLagReported{group, name(row.member), env.names.intern(row.partition),
                                          Offset(row.committed), Offset(row.end),
                                          known ? row.end - row.committed : -1});
  }
  if (!finished.message.empty()) {
    env.events.emit(env.node, event::AdminExplained{finished.api, name(finished.message)});
  }
  env.events.emit(env.node, event::AdminCompleted{finished.api, group, finished.error});
}

}  // namespace kscope::client
