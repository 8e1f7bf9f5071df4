#include "engine/protocol/fetch_session_handler.h"

#include <limits>

namespace kscope::protocol {
namespace {

void add(const TopicPartition& name, const FetchSessionHandler::Entry& entry,
         FetchRequest* request) {
  auto& topics = request->topics;
  if (topics.empty() || topics.back().topic != name.topic ||
      topics.back().topic_id != entry.topic_id) {
    topics.push_back({name.topic, entry.topic_id, {}});
  }
  topics.back().partitions.push_back(entry.ask);
}

void forget(const TopicPartition& name, const Uuid& topic_id, FetchRequest* request) {
  auto& topics = request->forgotten_topics_data;
  if (topics.empty() || topics.back().topic != name.topic || topics.back().topic_id != topic_id) {
    topics.push_back({name.topic, topic_id, {}});
  }
  topics.back().partitions.push_back(name.partition);
}

/// A topic that was deleted and made again: another topic of the same name.
bool replaced(const FetchSessionHandler::Entry& before, const FetchSessionHandler::Entry& now) {
  return before.topic_id != now.topic_id && !before.topic_id.is_zero() && !now.topic_id.is_zero();
}

}  // namespace

std::int32_t next_session_epoch(std::int32_t epoch) {
  if (epoch < 0) return kFinalSessionEpoch;
  return epoch == std::numeric_limits<std::int32_t>::max() ? 1 : epoch + 1;
}

bool FetchSessionHandler::build(Session wanted, FetchRequest* request) {
  request->session_id = id_;
  request->session_epoch = epoch_;
  bool ids_known = true;
  names_.clear();
  for (const auto& [name, entry] : wanted) {
    if (entry.topic_id.is_zero()) ids_known = false;
    else names_.emplace(entry.topic_id, name.topic);
    const auto before = session_.find(name);
    if (full() || before == session_.end() || before->second != entry) add(name, entry, request);
  }
  if (!full()) {
    for (const auto& [name, entry] : session_) {
      const auto now = wanted.find(name);
      if (now != wanted.end() && !replaced(entry, now->second)) continue;
      forget(name, entry.topic_id, request);
      if (entry.topic_id.is_zero()) ids_known = false;
    }
  }
  session_ = std::move(wanted);
  return ids_known;
}

const TopicPartition* FetchSessionHandler::partition_of(
    const FetchResponse::FetchableTopicResponse& topic, std::int32_t partition,
    std::int16_t version) const {
  const std::string* name = &topic.topic;
  if (version >= kFirstFetchVersionWithIds) {
    const auto known = names_.find(topic.topic_id);
    if (known == names_.end()) return nullptr;
    name = &known->second;
  }
  const auto it = session_.find(TopicPartition{*name, partition});
  return it == session_.end() ? nullptr : &it->first;
}

/// A full answer names every partition; no answer names one that was not asked for.
bool FetchSessionHandler::covers_session(const FetchResponse& response,
                                         std::int16_t version) const {
  std::size_t named = 0;
  for (const auto& topic : response.responses) {
    for (const auto& data : topic.partitions) {
      if (partition_of(topic, data.partition_index, version) == nullptr) return false;
      ++named;
    }
  }
  return !full() || named == session_.size();
}

bool FetchSessionHandler::handle_response(const FetchResponse& response, std::int16_t version) {
  if (response.error_code != ErrorCode::NONE) {
    // A session that is not there need not be closed.
    if (response.error_code == ErrorCode::FETCH_SESSION_ID_NOT_FOUND) id_ = kNoFetchSession;
    restart();
    return false;
  }
  if (!covers_session(response, version)) {
    restart();
    return false;
  }
  if (response.session_id == kNoFetchSession) {
    id_ = kNoFetchSession;
    restart();
  } else {
    epoch_ = full() ? 1 : next_session_epoch(epoch_);
    id_ = response.session_id;
  }
  return true;
}

void FetchSessionHandler::handle_failure() { restart(); }

void FetchSessionHandler::restart() { epoch_ = kInitialSessionEpoch; }

}  // namespace kscope::protocol
