// Succession: who would lead a partition next, and why, in the controller's own order.
//
// Nobody votes for a partition's leader. The controller walks the assigned replicas in their order
// and takes the first that is in the ISR and alive; so the answer can be known before anything
// breaks, and every step of the walk can be put into words. With a leader, the question is "who
// follows if it dies now?"; without one, "why does nobody lead?".
//
// Invariant: at most one step is `chosen`, and it is the leader that PartitionChangeBuilder would
// elect from the same state (a test lets the engine elect and compares).
//
// Called by: model/partition_view. Kafka: PartitionChangeBuilder.electAnyLeader, KIP-704.
// Read next: engine/metadata/partition_change_builder.h
#pragma once

#include <string>
#include <vector>

#include "viewer/model/cluster_view.h"

namespace kscope::viewer {

/// What the walk asks of one replica.
struct Heir {
  std::int32_t broker = 0;
  bool in_isr = false;
  bool alive = false;         ///< registered and not fenced, as the controller has it
  bool process_runs = false;  ///< what is really the case
  std::int64_t log_end = -1;  ///< -1: unknown
};

struct SuccessionStep {
  std::int32_t broker = 0;
  bool chosen = false;
  Tone tone = Tone::Neutral;
  std::string text;  ///< "in the ISR and alive: elected in epoch 3"
};

struct Succession {
  std::string question;  ///< "If broker 2 dies now"
  std::vector<SuccessionStep> steps;
  std::int32_t elected = -1;
  std::string verdict;  ///< what becomes of the records
  Tone verdict_tone = Tone::Neutral;
  std::string unclean;  ///< what an unclean election would do, and whether it may
  Tone unclean_tone = Tone::Neutral;
};

/// `leader_end`, `high_watermark`: of the leader (or the last one); -1 if nobody knows.
struct SuccessionFacts {
  std::int32_t leader = -1;
  std::int32_t leader_epoch = 0;
  bool leader_down = false;  ///< and the controller has not noticed yet
  std::int64_t leader_end = -1;
  std::int64_t high_watermark = -1;
  bool unclean_enabled = false;
  std::vector<Heir> heirs;  ///< in the order of the assignment
};

Succession build_succession(const SuccessionFacts& facts);

/// "offset 7", "offsets 7 to 9": [from, to), not empty.
std::string offsets_text(std::int64_t from, std::int64_t to);

}  // namespace kscope::viewer
