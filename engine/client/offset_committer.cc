#include "engine/client/offset_committer.h"

#include <algorithm>

#include "engine/protocol/messages/offset_commit.h"
#include "engine/protocol/topic_entry.h"

namespace kscope::client {
namespace {

using As = GroupIdentity::As;

constexpr std::size_t kResultsKept = 16;

protocol::OffsetCommitRequest request_of(const Offsets& offsets) {
  protocol::OffsetCommitRequest request;
  for (const auto& [name, offset] : offsets) {
    auto& entry = protocol::topic_entry(request.topics, name.topic).partitions.emplace_back();
    entry.partition_index = name.partition;
    entry.committed_offset = offset.offset.value();
    if (offset.epoch) entry.committed_leader_epoch = offset.epoch->value();
    entry.committed_metadata = offset.metadata;
  }
  return request;
}

bool has_deadline(OffsetCommitter::Kind kind) {
  return kind == OffsetCommitter::Kind::Sync || kind == OffsetCommitter::Kind::Revoking;
}

/// After these a synchronous commit tries again (Java: RetriableException in the handler).
bool worth_retrying(ErrorCode error, const GroupIdentity& sent_as) {
  switch (error) {
    case ErrorCode::COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode::COORDINATOR_NOT_AVAILABLE:
    case ErrorCode::NOT_COORDINATOR:
    case ErrorCode::UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode::REQUEST_TIMED_OUT:
    case ErrorCode::NETWORK_EXCEPTION:
      return true;
    case ErrorCode::STALE_MEMBER_EPOCH:
      return sent_as.consumer_protocol;  // the next heartbeat brings the new epoch
    default:
      return false;
  }
}

}  // namespace

CommitId OffsetCommitter::commit(Offsets offsets, Kind kind, Instant deadline) {
  Commit commit;
  commit.id = next_id_++;
  commit.kind = kind;
  commit.offsets = std::move(offsets);
  commit.deadline = deadline;
  commits_.push_back(std::move(commit));
  return commits_.back().id;
}

bool OffsetCommitter::pending(CommitId id) const {
  return std::any_of(commits_.begin(), commits_.end(),
                     [id](const Commit& commit) { return commit.id == id; });
}

void OffsetCommitter::run(ConsumerContext& in, CoordinatorFinder& finder,
                          const GroupIdentity& identity) {
  std::vector<std::pair<CommitId, ErrorCode>> ended;
  bool blocked = false;  // what comes after one that waits must wait as well
  for (Commit& commit : commits_) {
    if (commit.tag) continue;
    ErrorCode error = ErrorCode::NONE;
    if (must_end(in, finder, identity, commit, &error)) {
      ended.emplace_back(commit.id, error);
    } else if (!blocked) {
      blocked = in.env.now() < commit.retry_at || !send(in, finder, identity, commit);
    }
  }
  for (const auto& [id, error] : ended) end(in, id, error);
}

bool OffsetCommitter::must_end(const ConsumerContext& in, const CoordinatorFinder& finder,
                               const GroupIdentity& identity, Commit& commit,
                               ErrorCode* error) const {
  if (commit.offsets.empty()) return true;
  const bool sync = has_deadline(commit.kind);
  if (identity.as == As::Rebalancing)
    *error = ErrorCode::REBALANCE_IN_PROGRESS;
  else if (identity.as == As::Outsider)
    *error = ErrorCode::UNKNOWN_MEMBER_ID;
  else if (sync && in.env.now() >= commit.deadline)
    *error = ErrorCode::REQUEST_TIMED_OUT;
  if (*error != ErrorCode::NONE) return true;
  // What tries only once waits for one coordinator, not for its successor. Kafka:
  // ConsumerNetworkClient.checkDisconnects, ConsumerCoordinator.commitOffsetsAsync.
  if (commit.failed_lookups < 0) commit.failed_lookups = finder.failed_count();
  if (sync || finder.failed_count() == commit.failed_lookups) return false;
  *error = ErrorCode::COORDINATOR_NOT_AVAILABLE;
  return true;
}

bool OffsetCommitter::send(ConsumerContext& in, CoordinatorFinder& finder,
                           const GroupIdentity& identity, Commit& commit) {
  const auto line = finder.line();
  if (!line) {
    finder.find(in);
    return false;
  }
  protocol::OffsetCommitRequest request = request_of(commit.offsets);
  request.group_id = in.config.group_id;
  request.generation_id_or_member_epoch = identity.generation;
  request.member_id = identity.member_id;
  request.group_instance_id = identity.instance_id;
  const std::int16_t least = identity.consumer_protocol ? 9 : identity.instance_id ? 7 : 2;
  commit.tag = in.send(*line, request, least);
  if (!commit.tag) return false;
  commit.sent_as = identity;
  ++commit.attempts;
  return true;
}

OffsetCommitter::Commit* OffsetCommitter::find(protocol::RequestTag tag) {
  const auto it = std::find_if(commits_.begin(), commits_.end(),
                               [tag](const Commit& commit) { return commit.tag == tag; });
  return it == commits_.end() ? nullptr : &*it;
}

bool OffsetCommitter::on_response(ConsumerContext& in, const protocol::Arrived& arrived) {
  Commit* commit = find(arrived.request.tag);
  if (commit == nullptr) return false;
  const auto response =
      protocol::decode_body<protocol::OffsetCommitResponse>(arrived.body, arrived.request.version);
  if (!response.ok()) {
    settle(in, *commit, ErrorCode::UNKNOWN_SERVER_ERROR);
    return true;
  }
  ErrorCode first = ErrorCode::NONE;
  for (const auto& topic : response->topics) {
    for (const auto& answer : topic.partitions) {
      const auto asked = commit->offsets.find({topic.name, answer.partition_index});
      if (asked == commit->offsets.end()) continue;
      if (answer.error_code == ErrorCode::NONE) {
        tell(in, asked->first, asked->second, ErrorCode::NONE);
        commit->taken.insert(commit->offsets.extract(asked));
      } else if (first == ErrorCode::NONE) {
        first = answer.error_code;
      }
    }
  }
  settle(in, *commit, first);
  return true;
}

bool OffsetCommitter::on_request_failed(ConsumerContext& in, const protocol::InFlight& died,
                                        ErrorCode why) {
  Commit* commit = find(died.tag);
  if (commit == nullptr) return false;
  settle(in, *commit, why);
  return true;
}

void OffsetCommitter::settle(ConsumerContext& in, Commit& commit, ErrorCode error) {
  commit.tag.reset();
  if (error != ErrorCode::NONE) setbacks_.push_back({error, commit.sent_as});
  // Whoever has to give up the partitions of a topic that was deleted must not wait for it.
  const bool is_gone =
      commit.kind == Kind::Revoking && error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
  const bool again = error != ErrorCode::NONE && has_deadline(commit.kind) && !is_gone &&
                     worth_retrying(error, commit.sent_as) && in.env.now() < commit.deadline;
  if (!again) return end(in, commit.id, error);
  in.last_error = to_string(error);
  commit.retry_at = in.after_backoff(commit.attempts);
}

void OffsetCommitter::end(ConsumerContext& in, CommitId id, ErrorCode error) {
  const auto it = std::find_if(commits_.begin(), commits_.end(),
                               [id](const Commit& commit) { return commit.id == id; });
  Commit commit = std::move(*it);
  commits_.erase(it);
  if (error != ErrorCode::NONE) {
    in.last_error = to_string(error);
    for (const auto& [name, offset] : commit.offsets) tell(in, name, offset, error);
  }
  results_.emplace_back(id, error);
  if (results_.size() > kResultsKept) results_.pop_front();
  done_.push_back({id, commit.kind, std::move(commit.taken), error});
}

std::optional<ErrorCode> OffsetCommitter::result(CommitId id) const {
  for (const auto& [known, error] : results_) {
    if (known == id) return error;
  }
  return std::nullopt;
}

void OffsetCommitter::tell(ConsumerContext& in, const TopicPartition& name,
                           const OffsetAndMetadata& offset, ErrorCode error) {
  const PartitionRef ref = in.env.names.intern(name);
  if (error == ErrorCode::NONE) {
    committed_[name] = offset.offset;
    in.env.events.emit(in.env.node, event::CommitSucceeded{ref, offset.offset});
  } else {
    in.env.events.emit(in.env.node, event::CommitFailed{ref, offset.offset, error});
  }
}

std::optional<Instant> OffsetCommitter::retry_at(Instant now) const {
  std::optional<Instant> first;
  for (const Commit& commit : commits_) {
    if (!commit.tag && commit.retry_at > now) first = earlier(first, commit.retry_at);
    if (!commit.tag && has_deadline(commit.kind)) first = earlier(first, commit.deadline);
  }
  return first;
}

}  // namespace kscope::client
