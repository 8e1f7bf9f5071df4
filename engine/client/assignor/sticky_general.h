// Sticky, the hard case: members subscribe to different topics.
//
// Perfect evenness may be out of reach here, so "balanced" means: nobody could take over a
// partition it subscribes to from somebody who has at least two more. That is found by local
// search:
//
//   1. everybody keeps what they own and still subscribe to (with racks: in the right rack);
//   2. each free partition goes to its least loaded subscriber - topics with few subscribers first,
//      since those leave the least choice; with racks first within the rack, then anywhere;
//   3. as long as it helps, partitions move from the loaded to the least loaded. First only those
//      that were free anyhow, then all. PartitionMoves keeps two moves from cancelling out;
//   4. if step 3 did not make it better, it is undone.
//
// Whose topics nobody else subscribes to takes no part in step 3: there is nothing to decide.
//
// A partition that a member of an older generation claims goes back to it if that costs no balance:
// it may still have the state that belongs to it.
//
// Invariants: as balanced as the definition above says; entitled, complete, disjoint.
//
// Kafka: AbstractStickyAssignor.GeneralAssignmentBuilder. The same moves in the same order; instead
// of sorted sets of consumers the least loaded is looked for among the topic's subscribers, and
// isBalanced() asks topic by topic, starting where it last found something to do. Differences: a
// member of an older generation gets nothing back that it no longer subscribes to; a search that
// found no end after kMaxPasses would stop (Kafka's would not; none was ever seen).
// Called by: sticky_assignor. Read next: assignor/consistent_hash_assignor.h
#pragma once

#include "engine/client/assignor/sticky_problem.h"

namespace kscope::client {

/// `changing_hands` stays empty: the caller compares with what members say they own.
GroupShape::Shares assign_general(const StickyProblem& problem);

}  // namespace kscope::client
