// The snapshot as JSON, with names that labs and other tools may rely on.
//
// `run --json` prints it under "state"; a lab's checks point into it with JSON pointers. Things
// that have a name are members of objects under that name, so that a pointer says what it means:
//
//   /seed /now_us /last_event /violations/0/invariant
//   /quorum/leader /quorum/epoch /quorum/active_controller      (-1: none)
//   /nodes/1/state /nodes/1/incarnation /nodes/1/clock_skew_us
//   /nodes/1/quorum/{role,epoch,leader,voted_for,log_end,high_watermark,votes,controller_active,…}
//   /nodes/1/broker/{state,broker_epoch,fenced,metadata_offset,requests_waiting,handlers_busy,
//                    delayed_produces,delayed_fetches,delayed_deletes,fetch_sessions,
//                    disk_bytes,disk_unflushed_bytes}
//   /nodes/1/replicas/orders-0/{role,leader,leader_epoch,log_start,log_end,high_watermark,
//                               flushed_end,epochs,isr,maximal_isr,follower_ends/2,low_watermark}
//   /partitions/orders-0/{leader,leader_epoch,partition_epoch,isr,osr,replicas,
//                          min_insync_replicas}   (replicas: AR = isr + osr)
//   /producers/p1/{state,acks,records_queued,records_acked,records_failed,last_acked/orders-0,…}
//   /consumers/c1/{state,positions/orders-0,lag/orders-0,read_replicas/orders-0,
//                 records_consumed,last_error}
//   /groups/billing/{coordinator,partition,loaded,protocol,state,generation,assignor,leader,
//                    members/ID/{client,assigned,subscription,…},committed/orders-0/offset}
//   /frames/0/{id,connection,from,to,api,version,is_response,bytes,sent_at_us,arrives_at_us,doomed}
//   /links/0/{from,to,cut,extra_us}
//
// Scenarios write the same places in words: cluster/snapshot_path.h.
// Called by: the command line, labs. Read next: cluster/snapshot_path.h
#pragma once

#include <nlohmann/json.hpp>

#include "engine/cluster/snapshot.h"

namespace kscope::cluster {

/// Members keep the order of the list above, so that two runs print the same text.
using Json = nlohmann::ordered_json;

Json to_json(const Snapshot& snapshot);
/// The part under /groups (snapshot_json_groups.cc).
Json groups_json(const Snapshot& snapshot);

/// The quorum as the best-informed running voter knows it: the highest epoch, and who leads it.
struct QuorumSummary {
  std::int32_t epoch = 0;
  std::int32_t leader = -1;
  std::int32_t active_controller = -1;
};
QuorumSummary summarise_quorum(const Snapshot& snapshot);

}  // namespace kscope::cluster
