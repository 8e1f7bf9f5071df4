// Partitions by topic, as most requests and answers list them: topics, each with its partitions.
//
// Whoever fills such a list walks over partitions ordered by topic, so the entry that is wanted is
// the last one, or not there yet.
//
// Invariant: partitions that come ordered leave one entry for each topic.
//
// Called by: client/offset_committer, client/committed_offsets, client/group_admin,
// coordinator/offsets. Kafka: its generated collections find an entry by its key instead.
// Read next: protocol/messages/offset_commit.h
#pragma once

#include <string>

namespace kscope::protocol {

/// The entry of `topics` for that topic, made if need be. REQUIRES partitions ordered by topic.
template <class Topics>
auto& topic_entry(Topics& topics, const std::string& name) {
  if (topics.empty() || topics.back().name != name) topics.emplace_back().name = name;
  return topics.back();
}

}  // namespace kscope::protocol
