// ReplicaFetcher: a follower's side of replication, one for each broker it follows.
//
// An endless loop of one request: "Fetch, from here on, and I hold records of epoch e up to here."
// The leader answers with records, with its high watermark, or with the place where the two
// histories part (KIP-595), and the follower cuts its log there before it asks again. There is no
// other truncation protocol; KIP-101's separate OffsetForLeaderEpoch round is folded into the
// fetch.
//
// The cycle, with at most one request under way:
//
//   Fetch --data--> append, HW := min(leader's, own LEO) --> Fetch …
//         --diverging epoch--> truncate --> Fetch
//         --OFFSET_OUT_OF_RANGE--> ListOffsets latest [-> ListOffsets earliest] --> Fetch
//         --other error--> this partition rests for replica.fetch.backoff.ms
//         --offsets that do not follow on--> it has failed, until there is a new leader epoch
//         --FENCED_LEADER_EPOCH--> this partition waits for news from the controller
//
// Invariants: fetch_offset is the local log end; an answer only counts for the offset *and* the
// leader epoch it was asked with (real Kafka compares the offset only).
//
// What the leader knows already is not repeated: requests and answers are those of a fetch session
// (KIP-227, protocol/fetch_session_handler.h). A partition that rests leaves the session.
//
// Called by: replica_fetcher_manager. Kafka: AbstractFetcherThread, ReplicaFetcherThread,
// RemoteLeaderEndPoint. Real Kafka runs num.replica.fetchers threads for each leader; here it is
// one fetcher.
// Read next: replication/replica_fetcher_manager.h
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/protocol/messages/list_offsets.h"
#include "engine/protocol/fetch_session_handler.h"
#include "engine/protocol/network_client.h"
#include "engine/replication/follower_logs.h"
#include "engine/replication/replica_config.h"

namespace kscope::replication {

/// As metadata.version 3.9 has it. Since v13 topics are named by id (KIP-516), since v15 a follower
/// says as which incarnation it fetches (KIP-903).
inline constexpr std::int16_t kReplicaFetchVersion = 17;
inline constexpr std::int16_t kReplicaListOffsetsVersion = 7;

enum class FetchPhase : std::uint8_t {
  Fetching,
  AskLatest,    ///< out of range: where does the leader end?
  AskEarliest,  ///< not beyond our end, so where does it begin?
};

struct PartitionFetchState {
  Uuid topic_id;
  Offset fetch_offset;
  LeaderEpoch current_leader_epoch;
  std::optional<LeaderEpoch> last_fetched_epoch;
  FetchPhase phase = FetchPhase::Fetching;
  std::optional<Instant> delayed_until;
  bool in_sync = false;  ///< the last answer held everything up to the leader's high watermark
  bool operator==(const PartitionFetchState&) const = default;
};

/// What a fetcher works with during one call.
struct FetcherContext {
  env::Env& env;
  const ReplicaConfig& config;
  BrokerEpoch own_epoch;
  protocol::NetworkClient& network;
  FollowerLogs& logs;
};

class ReplicaFetcher {
 public:
  ReplicaFetcher() = default;
  explicit ReplicaFetcher(NodeId leader) : leader_(leader) {}

  void add(const TopicPartition& partition, const PartitionFetchState& state);
  void remove(const TopicPartition& partition) { partitions_.erase(partition); }
  bool empty() const { return partitions_.empty(); }
  const std::map<TopicPartition, PartitionFetchState>& partitions() const { return partitions_; }
  bool in_flight() const { return in_flight_; }
  const protocol::FetchSessionHandler& session() const { return session_; }

  /// Sends what is due, or sets the timer ReplicaFetch[leader] to when something will be.
  void poll(FetcherContext& context);
  void on_arrived(FetcherContext& context, const protocol::Arrived& arrived);
  /// The connection broke, or the request timed out: everything that was asked rests.
  void on_failed(FetcherContext& context);

 private:
  struct Asked {
    TopicPartition partition;
    Uuid topic_id;
    Offset offset;
    LeaderEpoch epoch;
  };
  using Data = protocol::FetchResponse::PartitionData;

  bool send_fetch(FetcherContext& context);
  bool send_list_offsets(FetcherContext& context, FetchPhase phase, std::int64_t timestamp);
  std::optional<Instant> next_due(Instant now) const;

  void add_to_session(FetcherContext& context, const TopicPartition& partition,
                      PartitionFetchState& state,
                      protocol::FetchSessionHandler::Session& wanted) const;
  /// False: nothing in it could be used, and asking again at once would not help.
  bool on_fetch_response(FetcherContext& context, const std::vector<Asked>& asked,
                         const protocol::Arrived& arrived);
  void on_partition_data(FetcherContext& context, const Asked& asked, const Data& data);
  void on_data(FetcherContext& context, const Asked& asked, const Data& data);
  void on_divergence(FetcherContext& context, const Asked& asked, const Data& data);
  void on_error(FetcherContext& context, const Asked& asked, ErrorCode error);
  void on_list_offsets_response(FetcherContext& context, const std::vector<Asked>& asked,
                                const protocol::ListOffsetsResponse& response);
  void on_leader_latest(FetcherContext& context, const Asked& asked, Offset leader_end);
  void on_leader_earliest(FetcherContext& context, const Asked& asked, Offset leader_start);

  /// The state if it is still the one that the request was made from.
  PartitionFetchState* current(const Asked& asked);
  void resume_at_tail(FetcherContext& context, const TopicPartition& partition);
  void delay(FetcherContext& context, const TopicPartition& partition);
  /// Kafka: AbstractFetcherThread.markPartitionFailed. Only a new leader epoch begins again.
  void give_up(FetcherContext& context, const TopicPartition& partition, ErrorCode error);

  NodeId leader_;
  std::map<TopicPartition, PartitionFetchState> partitions_;
  protocol::FetchSessionHandler session_;
  bool in_flight_ = false;
  /// What the request under way asks for, by name or because its session holds it.
  std::vector<Asked> sent_;
  FetchPhase sent_phase_ = FetchPhase::Fetching;
};

}  // namespace kscope::replication
