// Timers: how a node asks to be woken.
//
// A timer is data, not a closure: (kind, key) names it, setting it again moves it, and it dies with
// its node's process. That keeps the event queue copyable (checkpoints), printable ("why did this
// happen?": TimerFired{ElectionTimeout}) and drawable (the arc on a controller).
//
// Called by: every state machine. Implemented by: cluster/ (one queue for the whole cluster).
// Read next: env/network.h
#pragma once

#include <cstdint>

#include "engine/base/time.h"

namespace kscope::env {

/// Every reason for which a node wakes up by itself. `key` tells timers of one kind apart.
enum class TimerKind : std::uint8_t {
  RaftElection,          ///< follower or candidate hears nothing for too long
  RaftFetch,             ///< follower or observer fetches again
  RaftCheckQuorum,       ///< leader: did a majority fetch within 1.5 x fetch timeout?
  RaftBackoff,           ///< candidate lost; waits before it tries again
  RaftRequest,           ///< a raft request got no answer in time
  ControllerTick,        ///< session timeouts, unfencing, preferred leader elections
  ControllerFlush,       ///< leader linger: appended records become a batch
  BrokerHeartbeat,       ///< broker lifecycle: register, then heartbeat
  BrokerChannel,         ///< broker to controller channel: retry, time-out
  ReplicaFetch,          ///< key: fetcher thread (leader's node id)
  IsrCheck,              ///< every replica.lag.time.max.ms / 2
  HighWatermarkCheckpoint,
  LogFlushCheck,
  LogRollCheck,
  LogRetention,          ///< log.retention.check.interval.ms: old segments go
  SegmentFileDelete,     ///< file.delete.delay.ms of .deleted files is over
  LogCleaner,            ///< log.cleaner.backoff.ms: the cleaner looks for a dirty log
  HandlerDone,           ///< key: handler number; a request handler thread becomes free
  NetworkThreadDone,     ///< key: network thread number
  DelayedOperation,      ///< key: purgatory entry
  ClientSend,            ///< producer sender or consumer fetcher wakes (linger, back-off)
  ClientRequest,         ///< client request time-out
  ClientMetadata,        ///< metadata refresh
  ClientDelivery,        ///< delivery.timeout.ms of a batch
  Workload,              ///< the scenario's next send or poll
  RaftUpdateVoter,       ///< a voter looks whether the quorum knows its directory id
  MetadataSnapshot,      ///< metadata.log.max.snapshot.interval.ms; key 1: look for old ones
  GroupCoordinator,      ///< key: partition of __consumer_offsets; the next due of its groups
  GroupExpiration,       ///< offsets.retention.check.interval.ms: old offsets and groups go
  GroupHeartbeat,        ///< consumer: heartbeat.interval.ms, and what the heartbeat thread watches
  GroupRejoin,           ///< consumer: back-off before it joins, syncs or looks again
  AutoCommit,            ///< consumer: auto.commit.interval.ms
  Count,
};

const char* to_string(TimerKind kind);

class Timers {
 public:
  virtual ~Timers() = default;
  /// Fires once at `at` (or at the next step if that is past). Replaces the timer of the same name.
  virtual void set(TimerKind kind, std::int64_t key, Instant at) = 0;
  virtual void cancel(TimerKind kind, std::int64_t key) = 0;
};

}  // namespace kscope::env
