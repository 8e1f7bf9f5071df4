// Places in a snapshot, in words: "partition orders-0 leader", "replica 2 orders-0 hw".
//
// Scenarios and labs compare such a place with a value. The words are the ones a person would use
// at a whiteboard; cluster/snapshot_json.h has the same places as JSON pointers.
//
//   quorum leader|epoch                        controller active
//   controller N role|epoch|leader|voted_for|leo|hw
//   broker N state|lifecycle|incarnation|fenced|epoch|metadata_offset|requests_waiting|
//            delayed_produces|delayed_fetches|delayed_deletes
//   partition P leader|epoch|partition_epoch|isr|replicas
//   replica N P role|leader|epoch|leo|hw|log_start|flushed|epochs|isr|maximal_isr|
//               follower_end M
//   producer NAME state|acks|queued|acked|failed|error|last_acked P
//   consumer NAME state|consumed|processed|error|position P|committed P|lag P|
//                 group|member|membership|generation|coordinator|application|
//                 assigned|partitions|paused     ({orders-0,orders-1}; their number)
//   group ID state|generation|epoch|coordinator|partition|loaded|protocol|assignor|leader|members|
//            member_ids|offsets|committed P|metadata P|assigned CLIENT|member CLIENT
//   frames count | links count | violations count
//
// A place that does not exist at the moment (a topic before it is created) reads "none", as does an
// absent leader; so scenarios can wait for things to appear. A place that can never exist is
// Invalid.
//
// Called by: sim/scenario, labs. Read next: sim/scenario.h
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/cluster/snapshot.h"

namespace kscope::cluster {

/// Is the path well-formed? The error names the word that is wrong and lists what could stand
/// there.
Result<void> check_path(std::string_view path);
/// REQUIRES check_path(path).
std::string read_path(const Snapshot& snapshot, std::string_view path);

enum class Comparison : std::uint8_t {
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual
};
/// "==", "!=", "<", "<=", ">", ">="; nothing for anything else.
std::optional<Comparison> parse_comparison(std::string_view text);
const char* to_string(Comparison comparison);
/// Numbers compare as numbers, {1,2} as a set, everything else as text (only == and != hold then).
bool compare(std::string_view left, Comparison comparison, std::string_view right);

}  // namespace kscope::cluster
