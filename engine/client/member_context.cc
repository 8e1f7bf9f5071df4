#include "engine/client/member_context.h"

#include <algorithm>
#include <iterator>

namespace kscope::client {

namespace {

std::int32_t count(const std::vector<TopicPartition>& partitions) {
  return static_cast<std::int32_t>(partitions.size());
}

}  // namespace

std::vector<TopicPartition> without(const std::vector<TopicPartition>& a,
                                    const std::vector<TopicPartition>& b) {
  std::vector<TopicPartition> rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
  return rest;
}

void MemberContext::revoke(const Partitions& partitions) {
  env.events.emit(env.node, event::ListenerCalled{event::ListenerCall::Revoked, count(partitions)});
  if (listener != nullptr) listener->on_partitions_revoked(env, partitions);
  for (const TopicPartition& name : partitions) {
    env.events.emit(env.node, event::PartitionRevoked{env.names.intern(name), false});
  }
}

void MemberContext::lost(const Partitions& partitions) {
  env.events.emit(env.node, event::ListenerCalled{event::ListenerCall::Lost, count(partitions)});
  if (listener != nullptr) listener->on_partitions_lost(env, partitions);
  for (const TopicPartition& name : partitions) {
    env.events.emit(env.node, event::PartitionRevoked{env.names.intern(name), true});
  }
}

void MemberContext::assigned(const Partitions& added) {
  env.events.emit(env.node, event::ListenerCalled{event::ListenerCall::Assigned, count(added)});
  if (listener != nullptr) listener->on_partitions_assigned(env, added);
  for (const TopicPartition& name : added) {
    env.events.emit(env.node, event::PartitionAssigned{env.names.intern(name)});
  }
}

void MemberContext::tell(event::ConsumerState from, event::ConsumerState to,
                         std::int32_t generation, const std::string& member) {
  env.events.emit(env.node,
                  event::ConsumerStateChanged{from, to, generation, env.names.intern(member)});
}

}  // namespace kscope::client
