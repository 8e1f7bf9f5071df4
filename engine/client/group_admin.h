// GroupAdmin: operations on groups, each of them a few requests to the right brokers.
//
// A topic's affairs are settled by one request to one broker. A group's are not: its coordinator
// has to be found first, the list of groups is spread over all brokers, and the ends of logs are
// known to the leaders. So an operation here is a list of steps, and a step is a set of requests:
//
//   List          ListGroups of every broker
//   Describe      Describe, FetchOffsets, Latest
//   ResetOffsets  Describe (nobody may be in the group), FetchOffsets, Earliest, Latest, [ByTime],
//                 Commit without a member
//
// A step that goes to the coordinator finds it first. COORDINATOR_LOAD_IN_PROGRESS is asked again,
// NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE and a broken connection make it look again. All
// requests may be repeated, so a lost answer does no harm.
//
// Invariant: every order ends in exactly one finished result, at its deadline at the latest.
//
// Kafka: AdminApiDriver with CoordinatorStrategy, AllBrokersStrategy and PartitionLeaderStrategy;
// DescribeConsumerGroupsHandler (which falls back to the classic API), ConsumerGroupCommand.
// Called by: admin_client. Read next: client/group_admin_answers.cc
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "engine/client/cluster_client.h"
#include "engine/client/group_tasks.h"
#include "engine/protocol/messages/list_offsets.h"

namespace kscope::client {

class GroupAdmin {
 public:
  struct Finished {
    std::int64_t operation = 0;
    ApiKey api{};  ///< the request that names the operation
    std::string group;
    ErrorCode error = ErrorCode::NONE;
    std::string message;
    GroupReport report;
  };

  /// The request after which an operation is called in AdminCompleted.
  static ApiKey api_of(GroupTask task);

  void add(std::int64_t operation, GroupOrder order, Instant deadline);
  /// Sends what can be sent now. When to look again, if not for a frame.
  std::optional<Instant> run(env::Env& env, ClusterClient& cluster, const CommonConfig& config);
  static bool owns(protocol::RequestTag tag) { return tag >= kFirstTag; }
  void on_response(env::Env& env, ClusterClient& cluster, const CommonConfig& config,
                   const protocol::Arrived& arrived);
  void on_failed(env::Env& env, ClusterClient& cluster, const CommonConfig& config,
                 protocol::RequestTag tag, ErrorCode error);
  /// All that is unfinished ends with `error`.
  void abandon(ErrorCode error);

  std::vector<Finished> take_finished() { return std::exchange(finished_, {}); }
  std::size_t pending() const { return operations_.size(); }

 private:
  static constexpr protocol::RequestTag kFirstTag = protocol::RequestTag{1} << 40;

  enum class Step : std::uint8_t {
    ListGroups,  // of every broker
    Describe,
    DescribeClassic,
    FetchOffsets,
    Commit,
    Delete,
    DeleteOffsets,  // of the coordinator
    NamePartitions,
    Plan,  // at home
    Earliest,
    Latest,
    ByTime  // of the leaders
  };
  struct Asked {
    Step step{};
    bool finds_coordinator = false;
    NodeId node;
    std::vector<TopicPartition> partitions;  // of the leaders' steps
  };
  using Offsets = std::map<TopicPartition, std::int64_t>;
  struct Operation {
    GroupOrder order;
    Finished result;
    std::deque<Step> steps;            // the first is being done
    bool begun = false;                // the first step, that is
    bool answered = false;             // by the coordinator
    std::int64_t metadata_then = 0;    // version of the metadata when the step began
    std::int64_t stale_metadata = -1;  // version that named a leader which was none
    std::optional<NodeId> coordinator;
    std::optional<std::set<NodeId>> brokers;  // still to be asked; nothing: not known yet
    std::set<TopicPartition> left;            // still to be asked for
    std::map<protocol::RequestTag, Asked> asked;
    std::set<TopicPartition> scope;  // what the operation is about
    Offsets committed, earliest, latest, by_time;
    Instant deadline{}, retry_at{};
    std::int32_t failures = 0;  // of this step
    ErrorCode last_error = ErrorCode::REQUEST_TIMED_OUT;
    bool done = false;
  };
  /// What every member function needs.
  struct With {
    env::Env& env;
    ClusterClient& cluster;
    const CommonConfig& config;
  };

  static std::deque<Step> steps_of(const GroupOrder& order);
  void advance(With with, Operation& op);
  void begin_step(With with, Operation& op);
  /// Each does of the first step what can be done now. True: the step is over.
  bool do_step(With with, Operation& op);
  bool ask_brokers(With with, Operation& op);
  bool ask_coordinator(With with, Operation& op);
  bool ask_leaders(With with, Operation& op);
  bool name_partitions(With with, Operation& op);
  bool plan_reset(Operation& op);

  bool find_coordinator(With with, NodeId node, const Operation& op, protocol::RequestTag tag);
  bool send_to_coordinator(With with, const Operation& op, protocol::RequestTag tag);
  bool list_offsets(With with, const Operation& op, NodeId leader,
                    const std::vector<TopicPartition>& partitions, protocol::RequestTag tag);
  void note(Operation& op, Asked asked);

  // group_admin_answers.cc: what an answer says. An error that is not NONE is the whole request's.
  ErrorCode read(With with, Operation& op, const Asked& asked, const protocol::Arrived& arrived);
  ErrorCode read_found(Operation& op, const protocol::Arrived& arrived);
  ErrorCode read_list(Operation& op, const Asked& asked, const protocol::Arrived& arrived);
  ErrorCode read_description(Operation& op, const protocol::Arrived& arrived);
  ErrorCode read_classic(Operation& op, const protocol::Arrived& arrived);
  ErrorCode read_committed(Operation& op, const protocol::Arrived& arrived);
  ErrorCode read_commit(Operation& op, const protocol::Arrived& arrived);
  ErrorCode read_delete(Operation& op, const protocol::Arrived& arrived);
  ErrorCode read_delete_offsets(Operation& op, const protocol::Arrived& arrived);
  ErrorCode read_log_offsets(With with, Operation& op, const Asked& asked,
                             const protocol::Arrived& arrived);
  static ErrorCode refuse_active(Operation& op);
  template <class Topics>
  static ErrorCode first_error(Operation& op, const Topics& topics);
  static Offsets* log_offsets_of(Operation& op, Step step);
  static std::string explain(const Operation& op, ErrorCode error);

  void failed(With with, Operation& op, const Asked& asked, ErrorCode error);
  static void finish(Operation& op, ErrorCode error, std::string message = {});
  void sweep();

  std::map<std::int64_t, Operation> operations_;
  std::vector<Finished> finished_;
  protocol::RequestTag next_tag_ = kFirstTag;
};

}  // namespace kscope::client
