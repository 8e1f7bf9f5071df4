// Fetcher: asks brokers for records and hands them out in portions.
//
// The consumer always has a Fetch waiting at every leader of its partitions (long polling: the
// broker holds it for up to fetch.max.wait.ms until fetch.min.bytes are there), except for
// partitions whose records of the last answer have not been handed out yet: what is buffered is
// bounded by one answer per partition.
//
// Invariants: at most one Fetch under way per broker; buffered records are only handed out if they
//             begin exactly at the position; a batch with a wrong CRC is never handed out and never
//             skipped.
//
// Each broker has a fetch session (KIP-227, protocol/fetch_session_handler.h). Partitions whose
// records are buffered leave it for as long, as in Kafka 3.9. Where the leader names a replica that
// is nearer (client.rack, KIP-392), that one is asked, until metadata.max.age.ms is over, it has
// not got what we ask for, or it is gone.
//
// Kafka: AbstractFetch, FetchCollector, CompletedFetch. After an error we leave a partition alone
// for retry.backoff.ms; Java asks again with the next poll. On close() Java ends its sessions; we
// leave them to be evicted.
// Called by: kafka_consumer. Read next: client/kafka_consumer.h
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "engine/client/history.h"
#include "engine/client/consumer_context.h"
#include "engine/protocol/fetch_session_handler.h"
#include "engine/record/record_batch.h"

namespace kscope::client {

/// Records of one partition from one answer, partly handed out.
struct CompletedFetch {
  TopicPartition partition;
  Offset next;                          // invariant: equals the position, or it is stale
  Blob bytes;
  std::size_t batch_at = 0;             // where in `bytes` the next batch begins
  std::optional<record::BatchHeader> batch;  // the batch that `records` come from
  std::vector<record::Record> records;
  std::size_t record_at = 0;
  /// For read_committed: aborted transactions that begin further on, by first offset, and the
  /// producers whose records are those of one here.
  std::deque<protocol::FetchResponse::AbortedTransaction> aborted;
  std::set<std::int64_t> aborted_producers;

  bool is_aborted(const record::BatchHeader& header, ByteView whole);
};

/// Records with consecutive offsets in the application's hands.
struct RecordRun {
  TopicPartition partition;
  PartitionRef ref;
  Offset from, last;
  std::optional<LeaderEpoch> epoch;  ///< of `last`
  std::int64_t count() const { return last - from + 1; }
};

class Fetcher {
 public:
  void send_fetches(ConsumerContext& in);
  bool on_response(ConsumerContext& in, const protocol::Arrived& arrived);
  void on_request_failed(const protocol::InFlight& died);

  /// Hands out at most max.poll.records.
  std::vector<RecordRun> poll(ConsumerContext& in);
  /// Something is there for poll(): not only for partitions that are paused.
  bool has_available(const SubscriptionState& subscriptions) const;
  bool has_buffered() const { return !buffer_.empty(); }

  std::int64_t records_consumed() const { return records_consumed_; }
  History<ConsumedRecord>& consumed() { return consumed_; }

 private:
  struct Pending {
    NodeId to;
    std::map<TopicPartition, Offset> offsets;  // what was asked for
  };
  using Data = protocol::FetchResponse::PartitionData;
  bool fetch_pending_at(NodeId node) const;
  bool is_buffered(const TopicPartition& partition) const;
  using Session = protocol::FetchSessionHandler::Session;
  protocol::FetchSessionHandler::Entry entry_for(ConsumerContext& in, const TopicPartition& name,
                                                 const AssignedPartition& p) const;
  void send_fetch(ConsumerContext& in, NodeId node, Session wanted);
  void fail_all(ConsumerContext& in, const Pending& asked, ErrorCode error);
  void take_partition(ConsumerContext& in, const TopicPartition& name, Offset asked,
                      const Data& data);
  void take_error(ConsumerContext& in, const TopicPartition& name, AssignedPartition& p,
                  const Data& data);
  std::int32_t hand_out(ConsumerContext& in, AssignedPartition& p, CompletedFetch& fetch,
                        std::int32_t limit, bool* drained);
  std::vector<RecordRun> handed_out_;  // by the poll() that runs
  enum class Next : std::uint8_t { Records, Skipped, End, Corrupt };
  Next next_batch(ConsumerContext& in, AssignedPartition& p, CompletedFetch& fetch);
  std::int32_t hand_out_run(ConsumerContext& in, AssignedPartition& p, CompletedFetch& fetch,
                            std::int32_t limit);

  std::map<NodeId, protocol::FetchSessionHandler> sessions_;
  std::map<protocol::RequestTag, Pending> pending_;
  std::deque<CompletedFetch> buffer_;
  std::int64_t records_consumed_ = 0;
  History<ConsumedRecord> consumed_;
};

}  // namespace kscope::client
