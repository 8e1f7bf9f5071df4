// KafkaRaftClient: one member of the KRaft quorum (KIP-595).
//
// Raft with Kafka's accent. The log is an ordinary Kafka log (`__cluster_metadata-0`), replication
// is Kafka's Fetch: followers pull, and the leader learns from their fetch offsets how far they
// are. What Raft's AppendEntries does in one message is spread over three: Fetch carries records
// and the consistency check (a diverging epoch in the response tells a follower where to cut its
// log), BeginQuorumEpoch announces a new leader, and the leader's own check-quorum timer replaces
// the missing acknowledgements. Members answer with their epoch and leader in everything, so that
// whoever is behind learns of it.
//
// The shape of the code: every frame, closed connection and timer changes the state by one step and
// then ends in poll(), which looks at the role and sends what that role has to send to whoever is
// not busy or backing off. That is Kafka's poll loop without the loop.
//
// Invariants (tested as B1 to B7 after every step over random faults):
//   nothing is answered before the election state it relies on is on disk;
//   a follower flushes before its next fetch, because the fetch offset is its acknowledgement;
//   the leader flushes before it counts itself;
//   at most one request per peer is waited for; responses to older ones are ignored.
//
// Differences from Kafka 3.9: a leader that adds a voter does not ask it for its ApiVersions first,
// no append linger, BeginQuorumEpoch is repeated only until
// acknowledged, and a parked fetch also ends when the high watermark moves. Kafka 3.9 lets a
// follower learn of that with its next fetch, up to 500 ms later; KIP-1166 does it as we do.
//
// Called by: metadata/shared_server. Read next: raft_client_election.cc, raft_client_leader.cc,
// raft_client_follower.cc, raft_client_snapshot.cc, raft_client_voters.cc, then
// metadata/metadata_loader.h
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/protocol/messages/add_raft_voter.h"
#include "engine/protocol/messages/begin_quorum_epoch.h"
#include "engine/protocol/messages/describe_quorum.h"
#include "engine/protocol/messages/end_quorum_epoch.h"
#include "engine/protocol/messages/fetch.h"
#include "engine/protocol/messages/fetch_snapshot.h"
#include "engine/protocol/messages/remove_raft_voter.h"
#include "engine/protocol/messages/update_raft_voter.h"
#include "engine/protocol/messages/vote.h"
#include "engine/protocol/network_client.h"
#include "engine/raft/quorum_state.h"
#include "engine/raft/snapshot_file.h"
#include "engine/raft/voter_set.h"
#include "engine/storage/unified_log.h"

namespace kscope::raft {

/// A committed batch, as the state machines above read it.
struct CommittedBatch {
  Offset base, last;  ///< both inclusive
  std::int32_t epoch = 0;
  std::int64_t append_ms = 0;
  bool control = false;  ///< a control batch: `records` is empty, only the offsets count
  std::int32_t bytes = 0;
  std::vector<Bytes> records;
};

/// A snapshot on its way to us (Kafka: FollowerState.fetchingSnapshot).
struct SnapshotDownload {
  SnapshotId id;
  std::int64_t position = 0;  ///< so many bytes are in the part file
  std::int64_t size = 0;      ///< 0 until the leader has told it
};

class KafkaRaftClient {
 public:
  KafkaRaftClient() = default;
  /// Reads the quorum-state and the log, takes on the first role, sets its timers. A quorum of one
  /// leads when this returns.
  static Result<KafkaRaftClient> open(env::Env& env, const RaftConfig& config);

  /// Whether requests of this API are for the quorum.
  static bool handles(ApiKey api);
  /// A request that came in through the controller listener. REQUIRES handles(request.header.api).
  void on_request(env::Env& env, const env::ConnectionInfo& from,
                  const protocol::ParsedRequest& request);
  /// A response on a connection that we opened. False: not one of our connections.
  bool on_response(env::Env& env, const env::ConnectionInfo& from, const Blob& frame);
  /// Requests and responses alike; false if the frame is neither for us. For users without a
  /// parser.
  bool on_frame(env::Env& env, const env::ConnectionInfo& from, const Blob& frame, FrameId id);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  /// False if the timer is not the quorum's.
  bool on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);

  /// As leader: one atomic batch, flushed before this returns. The offset of its last record, which
  /// counts only once the high watermark is beyond it. nullopt if we do not lead.
  std::optional<Offset> append(env::Env& env, const std::vector<Bytes>& records);
  /// The committed batches from `from` on (which must start a batch), up to the high watermark.
  Result<std::vector<CommittedBatch>> read_committed(env::Env& env, Offset from) const;

  // ---- snapshots (raft_client_snapshot.cc)
  /// Writes a snapshot of `records` that stands for everything before `end`, and cleans the log if
  /// it has grown beyond its retention. REQUIRES end <= high_watermark(), at the end of a batch. An
  /// error leaves nothing behind but the error; the log is not touched by it.
  Result<SnapshotFile> create_snapshot(env::Env& env, Offset end, std::int64_t last_timestamp_ms,
                                       std::vector<Bytes> records);
  /// The records of the latest snapshot, whole and checked. REQUIRES that there is one.
  Result<SnapshotContents> read_latest_snapshot(env::Env& env) const;
  /// Oldest first.
  const std::vector<SnapshotFile>& snapshots() const { return snapshots_; }
  const std::optional<SnapshotDownload>& download() const { return download_; }
  /// Retention: oldest snapshots, and the log before the next one, go.
  Result<void> clean(env::Env& env);
  /// The first offset that is in the log.
  Offset log_start() const { return log_.log_start(); }

  /// Clean shutdown: a leader resigns and names its preferred successors (KIP-595, EndQuorumEpoch).
  void begin_shutdown(env::Env& env);
  /// Nobody needs us any more: we do not lead, or another leader is known, or we waited long
  /// enough.
  bool shutdown_complete() const;
  void close(env::Env& env);

  bool is_voter() const { return voters().contains(config_.node); }
  /// The newest set, committed or not.
  const VoterSet& voters() const { return history_.last(); }
  const VoterHistory& voter_history() const { return history_; }
  event::RaftRole role() const { return quorum_.role(); }
  bool is_leader() const { return quorum_.as<LeaderState>() != nullptr; }
  std::int32_t epoch() const { return quorum_.epoch(); }
  std::optional<NodeId> leader() const { return quorum_.leader(); }
  std::optional<NodeId> voted_for() const { return quorum_.voted_for(); }
  Offset log_end() const { return log_.log_end(); }
  /// The largest known so far; 0 until anybody told us. A new leader keeps what it knew and moves
  /// on only when its own epoch's first record is committed.
  Offset high_watermark() const { return high_watermark_; }
  /// As leader: where our epoch starts. REQUIRES is_leader().
  Offset epoch_start() const;
  /// As candidate or prospective: the votes so far; otherwise empty.
  std::map<NodeId, bool> votes() const;
  const std::optional<Instant>& election_deadline() const { return election_deadline_; }
  /// Full length of the running election timer; 0 when none runs.
  Duration election_timeout() const { return election_timeout_; }
  const LeaderState* leader_state() const { return quorum_.as<LeaderState>(); }
  const storage::UnifiedLog& log() const { return log_; }
  const RaftConfig& config() const { return config_; }
  /// Set once the disk under the log or the quorum-state failed, or the quorum contradicted itself.
  /// From then on the member is silent. Kafka's process exits here (KafkaRaftServer's fault
  /// handler).
  const std::optional<Error>& failure() const { return failure_; }

 private:
  /// Where a response has to go.
  struct Inbound {
    ConnectionId connection;
    NodeId peer;
    ApiKey api{};
    std::int16_t version = 0;
    CorrelationId correlation;
  };
  /// What a fetch asked for, checked.
  struct FetchAsked {
    NodeId replica;  ///< negative: not a member, only a reader
    std::int32_t leader_epoch = 0;
    Offset offset;
    std::int32_t last_epoch = 0;
    std::int32_t max_wait_ms = 0;
  };
  /// A fetch that waits for something to tell (Kafka: fetchPurgatory).
  struct ParkedFetch {
    Inbound from;
    FetchAsked asked;
  };
  /// The sending side's view of a member (Kafka: RequestManager.ConnectionState).
  struct Peer {
    protocol::RequestTag waiting_for = 0;  ///< 0: nothing
    std::int32_t failures = 0;             ///< in a row
    Instant retry_at{};
  };
  /// A change of the voter set that is not committed yet (KIP-853: one at a time).
  struct PendingChange {
    Inbound from;
    Offset until;  ///< answered once the high watermark is here
  };
  enum class Fresh : bool { No, Yes };
  enum class Outcome : std::uint8_t { Ok, BackOff };
  struct Answer {
    protocol::FetchResponse response;
    bool has_news = true;  ///< records, an error, a divergence, or a high watermark not yet told
  };

  // raft_client.cc: the frame around it all
  void dispatch(env::Env& env, const Inbound& from, const Blob& body);
  void dispatch_voters(env::Env& env, const Inbound& from, const Blob& body);
  void start_timers(env::Env& env);
  template <class Request, class Handler>
  void serve(env::Env& env, const Inbound& from, const Blob& body, Handler handler);
  template <class Response>
  void respond(env::Env& env, const Inbound& to, const Response& response);
  template <class Request>
  void request(env::Env& env, NodeId to, const Request& request,
               std::int16_t version = Request::kMaxVersion);
  bool is_ready(env::Env& env, NodeId peer) const;
  void request_done(env::Env& env, NodeId peer, Outcome outcome);
  void requests_died(env::Env& env, const std::vector<protocol::InFlight>& dead);
  Outcome handle_response(env::Env& env, const protocol::Arrived& arrived);
  void poll(env::Env& env);
  void fail(const Error& error);
  bool check(const Result<void>& result);

  // raft_client_snapshot.cc: files that stand for the beginning of the log
  Result<void> load_snapshots(env::Env& env);
  Result<void> start_log_behind_snapshot(env::Env& env);
  std::optional<SnapshotId> earliest_snapshot() const;
  std::optional<SnapshotId> latest_snapshot() const;
  protocol::FetchSnapshotResponse on_fetch_snapshot(env::Env& env,
                                                    const protocol::FetchSnapshotRequest& request);
  void begin_download(env::Env& env, const SnapshotId& id);
  void send_fetch_snapshot(env::Env& env, NodeId to);
  Outcome on_fetch_snapshot_response(env::Env& env,
                                     const protocol::FetchSnapshotResponse& response);
  Outcome take_piece(env::Env& env,
                     const protocol::FetchSnapshotResponse::PartitionSnapshot& piece);
  Outcome finish_download(env::Env& env);
  Result<void> delete_all_before(env::Env& env, const SnapshotId& id);
  Result<void> delete_before_snapshot(env::Env& env, SnapshotId id);

  // raft_client_voters.cc: who may vote (KIP-853)
  Result<void> read_voters_from_log(env::Env& env);
  Result<SnapshotContents> read_first_snapshot(env::Env& env) const;
  Result<void> note_control_records(env::Env& env, ByteView bytes, bool tell);
  void voters_changed(env::Env& env);
  void fit_role_to_voters(env::Env& env);
  void forget_voters_from(env::Env& env, Offset end);
  void append_first_voters(env::Env& env);
  void on_add_voter(env::Env& env, const Inbound& from, const protocol::AddRaftVoterRequest& r);
  void on_remove_voter(env::Env& env, const Inbound& from,
                       const protocol::RemoveRaftVoterRequest& r);
  void on_update_voter(env::Env& env, const Inbound& from,
                       const protocol::UpdateRaftVoterRequest& r);
  ErrorCode can_change_voters(const std::optional<std::string>& cluster_id) const;
  void append_voters(env::Env& env, const Inbound& from, const VoterSet& next);
  void answer_change(env::Env& env, const Inbound& to, ErrorCode error, std::string message);
  void complete_change(env::Env& env);
  void on_change_timeout(env::Env& env);
  bool our_entry_is_stale() const;
  void send_update_voter(env::Env& env, NodeId to);

  // raft_client_roles.cc: stepping from role to role
  void to_unattached(env::Env& env, std::int32_t epoch);
  void to_voted(env::Env& env, NodeId candidate);
  void to_follower(env::Env& env, std::int32_t epoch, NodeId leader);
  void to_candidate(env::Env& env);
  void to_prospective(env::Env& env);
  void to_observer(env::Env& env);
  void count_pre_vote(env::Env& env, NodeId voter, bool granted);
  void to_leader(env::Env& env);
  void to_resigned(env::Env& env);
  bool become(env::Env& env, RoleState next, std::int32_t epoch);
  void count_vote(env::Env& env, NodeId voter, bool granted);
  void back_off_candidacy(env::Env& env);
  void on_election_timeout(env::Env& env);
  void on_check_quorum(env::Env& env);
  void set_election_timer(env::Env& env, Duration timeout);
  void clear_election_timer(env::Env& env);
  Duration random_election_timeout(env::Env& env) const;
  void leave_leadership(env::Env& env);

  // raft_client_election.cc: Vote, BeginQuorumEpoch, EndQuorumEpoch
  protocol::VoteResponse on_vote(env::Env& env, const protocol::VoteRequest& request);
  protocol::BeginQuorumEpochResponse on_begin_epoch(
      env::Env& env, const protocol::BeginQuorumEpochRequest& request);
  protocol::EndQuorumEpochResponse on_end_epoch(env::Env& env,
                                                const protocol::EndQuorumEpochRequest& request);
  Outcome on_vote_response(env::Env& env, NodeId from, const protocol::VoteResponse& response);
  Outcome on_begin_epoch_response(env::Env& env, NodeId from,
                                  const protocol::BeginQuorumEpochResponse& response);
  Outcome on_end_epoch_response(env::Env& env, NodeId from,
                                const protocol::EndQuorumEpochResponse& response);
  void send_votes(env::Env& env, const std::map<NodeId, bool>& answered, bool pre_vote);
  void send_begin_epoch(env::Env& env, const LeaderState& leader);
  void send_end_epoch(env::Env& env, const ResignedState& resigned);
  std::optional<Outcome> handle_common(env::Env& env, ErrorCode error, std::int32_t leader_id,
                                       std::int32_t epoch);
  void maybe_transition(env::Env& env, std::optional<NodeId> leader, std::int32_t epoch);
  bool is_consistent(std::optional<NodeId> leader, std::int32_t epoch) const;
  ErrorCode validate_voter_request(std::int32_t remote, std::int32_t epoch) const;
  bool is_our_cluster(const std::optional<std::string>& cluster_id) const;
  Duration successor_delay(const std::vector<NodeId>& candidates) const;

  // raft_client_leader.cc: serving fetches, appending, the high watermark
  void on_fetch(env::Env& env, const Inbound& from, const protocol::FetchRequest& request);
  Answer answer_fetch(env::Env& env, const FetchAsked& asked, Fresh fresh);
  Answer refuse_fetch(ErrorCode error) const;
  ErrorCode validate_leader_request(std::int32_t epoch) const;
  std::optional<Offset> append_batch(env::Env& env, ByteView batch);
  void local_end_grew(env::Env& env);
  bool needs_snapshot(const FetchAsked& asked) const;
  void note_life(env::Env& env, NodeId replica);
  void fetched_by(env::Env& env, const FetchAsked& asked);
  void advance_high_watermark(env::Env& env, Offset to);
  void complete_parked(env::Env& env);
  void expire_parked(env::Env& env, std::int64_t id);
  void drop_parked(env::Env& env, std::int64_t id);
  void answer_parked_of(env::Env& env, ConnectionId connection);
  void refuse_all_parked(env::Env& env);
  protocol::DescribeQuorumResponse describe_quorum(env::Env& env) const;

  // raft_client_follower.cc: fetching
  void send_fetch(env::Env& env, NodeId to);
  void poll_observer(env::Env& env, const ObserverState& observer);
  Outcome on_fetch_response(env::Env& env, const protocol::FetchResponse& response);
  Outcome take_fetched(env::Env& env, const protocol::FetchResponse::PartitionData& partition);
  bool truncate_to_leader(env::Env& env, std::int32_t epoch, Offset end);
  storage::EpochEnd end_of_epoch(std::int32_t epoch) const;
  std::int32_t last_epoch() const;

  RaftConfig config_;
  QuorumState quorum_;
  storage::UnifiedLog log_;
  protocol::NetworkClient network_;
  std::map<NodeId, Peer> peers_;
  protocol::RequestTag next_tag_ = 1;
  std::map<std::int64_t, ParkedFetch> parked_;  // Invariant: empty unless we lead
  std::int64_t next_parked_ = 1;
  Offset high_watermark_;  // Invariant: never decreases while the process lives; <= log_end
  std::optional<Instant> election_deadline_;
  Duration election_timeout_{0};
  VoterHistory history_;
  std::vector<SnapshotFile> snapshots_;  // Invariant: by id; the log starts at one of them, or at 0
  std::optional<SnapshotDownload> download_;     // Invariant: empty unless we follow somebody
  std::optional<PendingChange> pending_change_;  // Invariant: empty unless we lead
  std::size_t next_voter_to_ask_ = 0;            ///< an observer without a leader asks them in turn
  bool shutting_down_ = false;
  std::optional<Error> failure_;
};

}  // namespace kscope::raft
