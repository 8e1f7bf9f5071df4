// Events of a consumer as a member of a group. `{node}` is the consumer's process.
//
// Emitted by client/. Read next: event/group_events.h (the coordinator's side of it)
#pragma once

#include "engine/base/error_code.h"
#include "engine/base/ids.h"
#include "engine/base/partition.h"
#include "engine/base/time.h"
#include "engine/event/describe.h"

namespace kscope::event {

/// Kafka: AbstractCoordinator.MemberState; Fenced and Reconciling are of the KIP-848 client
/// (consumer.internals.MemberState), which has no PreparingRebalance and no CompletingRebalance.
enum class ConsumerState : std::uint8_t {
  Unjoined, PreparingRebalance, CompletingRebalance, Stable, Joining, Reconciling, Acknowledging,
  Fenced, Leaving
};
const char* to_string(ConsumerState state);

/// Kafka: the methods of ConsumerRebalanceListener.
enum class ListenerCall : std::uint8_t { Revoked, Assigned, Lost };
const char* to_string(ListenerCall call);

struct CoordinatorFound {
  static constexpr Info kInfo{"CoordinatorFound", Subject::Client, Weight::Change,
                              "{node}: the coordinator of group {group} is {coordinator}"};
  NameRef group;
  NodeId coordinator;
  void describe(auto&& v) const { v("group", group); v("coordinator", coordinator); }
};

/// It said that it is not, or it does not answer: look for it again.
struct CoordinatorLost {
  static constexpr Info kInfo{"CoordinatorLost", Subject::Client, Weight::Change,
                              "{node}: {coordinator} is no coordinator of group {group} any more "
                              "({error})"};
  NameRef group;
  NodeId coordinator;
  ErrorCode error{};
  void describe(auto&& v) const {
    v("group", group); v("coordinator", coordinator); v("error", error);
  }
};

struct ConsumerStateChanged {
  static constexpr Info kInfo{"ConsumerStateChanged", Subject::Client, Weight::Change,
                              "{node}: {from} → {to} (generation {generation})"};
  ConsumerState from{}, to{};
  std::int32_t generation = -1;  ///< the member epoch, with KIP-848
  NameRef member;                ///< its id; empty while it has none
  void describe(auto&& v) const {
    v("from", from); v("to", to); v("generation", generation); v("member", member);
  }
};

/// The group's leader has worked out who gets what.
struct AssignmentComputed {
  static constexpr Info kInfo{"AssignmentComputed", Subject::Client, Weight::Drama,
                              "{node} leads group {group} and assigns with {assignor}: "
                              "{partitions} partitions to {members} members"};
  NameRef group, assignor;
  std::int32_t members = 0, partitions = 0;
  void describe(auto&& v) const {
    v("group", group); v("assignor", assignor); v("members", members);
    v("partitions", partitions);
  }
};

/// A rebalance listener was called for this many partitions; each has its own event below.
struct ListenerCalled {
  static constexpr Info kInfo{"ListenerCalled", Subject::Client, Weight::Change,
                              "{node}: onPartitions{call} with {partitions} partitions"};
  ListenerCall call{};
  std::int32_t partitions = 0;
  void describe(auto&& v) const { v("call", call); v("partitions", partitions); }
};

/// From here on the consumer reads this partition.
struct PartitionAssigned {
  static constexpr Info kInfo{"PartitionAssigned", Subject::Client, Weight::Change,
                              "{node} has {partition} now"};
  PartitionRef partition;
  void describe(auto&& v) const { v("partition", partition); }
};

/// From here on it does not. `lost`: others may have read it for a while already.
struct PartitionRevoked {
  static constexpr Info kInfo{"PartitionRevoked", Subject::Client, Weight::Change,
                              "{node} gives up {partition} (lost: {lost})"};
  PartitionRef partition;
  bool lost = false;
  void describe(auto&& v) const { v("partition", partition); v("lost", lost); }
};

/// The coordinator has taken it.
struct CommitSucceeded {
  static constexpr Info kInfo{"CommitSucceeded", Subject::Client, Weight::Change,
                              "{node} has committed {offset} for {partition}"};
  PartitionRef partition;
  Offset offset;
  void describe(auto&& v) const { v("partition", partition); v("offset", offset); }
};

struct CommitFailed {
  static constexpr Info kInfo{"CommitFailed", Subject::Client, Weight::Drama,
                              "{node} could not commit {offset} for {partition}: {error}"};
  PartitionRef partition;
  Offset offset;
  ErrorCode error{};
  void describe(auto&& v) const {
    v("partition", partition); v("offset", offset); v("error", error);
  }
};

/// The application is through with these records (the poll after RecordsConsumed, or commit-first).
struct RecordsProcessed {
  static constexpr Info kInfo{"RecordsProcessed", Subject::Client, Weight::Change,
                              "{node} has processed {partition} {from}..{last}"};
  PartitionRef partition;
  Offset from, last;
  void describe(auto&& v) const { v("partition", partition); v("from", from); v("last", last); }
};

/// poll() was not called for max.poll.interval.ms: the consumer leaves its group by itself.
struct PollIntervalExceeded {
  static constexpr Info kInfo{"PollIntervalExceeded", Subject::Client, Weight::Drama,
                              "{node} has not polled for {since} and leaves group {group}"};
  NameRef group;
  Duration since{};
  void describe(auto&& v) const { v("group", group); v("since", since); }
};

/// The application stops calling poll() (`stalled`), or goes on.
struct ApplicationStalled {
  static constexpr Info kInfo{"ApplicationStalled", Subject::Client, Weight::Drama,
                              "the application of {node} stalls: {stalled}"};
  bool stalled = false;
  void describe(auto&& v) const { v("stalled", stalled); }
};

/// poll() has thrown something that trying again does not help; the application closes its
/// consumer.
struct ApplicationEnded {
  static constexpr Info kInfo{"ApplicationEnded", Subject::Client, Weight::Drama,
                              "the application of {node} ends: {error}"};
  ErrorCode error{};
  void describe(auto&& v) const { v("error", error); }
};

}  // namespace kscope::event
