// FetchSessionHandler: what a fetcher remembers, so that it need not repeat itself (KIP-227).
//
// A follower of a thousand partitions, of which three are written to, would name all thousand in
// every Fetch, and read all thousand in every answer. With a session both sides keep the list: the
// request names only partitions that are new or are asked at another place, and those to forget;
// the answer only those that have something to tell. One handler belongs to one broker that is
// fetched from.
//
//   {0, 0}      full: everything is named, and a session is asked for
//   {id, n}     incremental, n = 1, 2, …: what changed since request n - 1
//   {id, 0}     full: forget session id, open another (after an answer was lost, or made no sense)
//   session 0 in the answer to a full request: no session was given, so the next is full again
//
// Invariant: between two requests, session() is what the broker believes if our last request and
// its answer both arrived; in every other case the next request is a full one.
//
// Called by: replication/replica_fetcher, client/fetcher. Kafka:
// org.apache.kafka.clients.FetchSessionHandler, FetchMetadata.
// Read next: broker/fetch_session_cache.h, the other side
#pragma once

#include <map>
#include <string>

#include "engine/base/partition.h"
#include "engine/protocol/messages/fetch.h"

namespace kscope::protocol {

inline constexpr std::int32_t kNoFetchSession = 0;
inline constexpr std::int32_t kInitialSessionEpoch = 0;  ///< asks for a new session
inline constexpr std::int32_t kFinalSessionEpoch = -1;   ///< asks for none, and ends the one named
/// The first version that names topics by id, and the last that names them by name.
inline constexpr std::int16_t kFirstFetchVersionWithIds = 13;

/// Epochs of a session go from 1 to the largest number and then to 1 again.
std::int32_t next_session_epoch(std::int32_t epoch);

class FetchSessionHandler {
 public:
  struct Entry {
    Uuid topic_id;  ///< zero: unknown
    FetchRequest::FetchPartition ask;
    bool operator==(const Entry&) const = default;
  };
  using Session = std::map<TopicPartition, Entry>;

  /// Makes `wanted` what is fetched and writes the difference (or everything) into `request`:
  /// session id and epoch, topics, forgotten topics. False: a topic id is missing, so the request
  /// has to go out in a version that uses names.
  bool build(Session wanted, FetchRequest* request);
  /// False if nothing in the answer may be used.
  bool handle_response(const FetchResponse& response, std::int16_t version);
  /// No answer will come: the broker may or may not have heard the request.
  void handle_failure();

  const Session& session() const { return session_; }
  std::int32_t session_id() const { return id_; }
  std::int32_t session_epoch() const { return epoch_; }
  bool full() const { return epoch_ == kInitialSessionEpoch || epoch_ == kFinalSessionEpoch; }
  /// Which partition of the session an entry of the answer is about; nullptr: none of ours.
  const TopicPartition* partition_of(const FetchResponse::FetchableTopicResponse& topic,
                                     std::int32_t partition, std::int16_t version) const;

  bool operator==(const FetchSessionHandler&) const = default;

 private:
  void restart();
  bool covers_session(const FetchResponse& response, std::int16_t version) const;

  std::int32_t id_ = kNoFetchSession;  // both of the next request
  std::int32_t epoch_ = kInitialSessionEpoch;
  Session session_;
  std::map<Uuid, std::string> names_;  // Invariant: the topics of session_ whose ids are known
};

}  // namespace kscope::protocol
